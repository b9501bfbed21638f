// The question on the command line: VERB TYPE[/NAME], VERB TYPE NAME or
// VERB NONRESOURCEURL.
#ifndef GATEHOUSE_CLI_INTERNAL_QUESTION_H_
#define GATEHOUSE_CLI_INTERNAL_QUESTION_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "authz/attributes.h"
#include "base/user_info.h"
#include "cli/internal/api_resources.h"

namespace gatehouse::cli {

// QuestionFlags is the question as it was typed.
struct QuestionFlags {
  std::vector<std::string> args;
  std::string namespace_ = "default";
  bool all_namespaces = false;
  std::string subresource;
};

// Adds the arguments, -n, -A and --subresource.
void AddQuestionFlags(CLI::App& app, QuestionFlags* flags);

// Question is what is asked, resolved. Owns its strings.
struct Question {
  std::string verb;
  std::string namespace_;  // "" for all namespaces.
  std::string group;
  std::string resource;
  std::string subresource;
  std::string name;
  std::string path;  // Of a non-resource URL; then the five above are empty.
  // In kubectl's words, without "Warning: ".
  std::vector<std::string> warnings;

  // Returns the question for an authorizer. It borrows from this and `user`,
  // which may be null.
  authz::Attributes ForUser(const UserInfo* user) const;

  // Returns it for people: `get pods/log "web-0" in namespace "dev"`.
  std::string Description() const;
};

// kInvalid if one of VERB, TYPE and NAME looks like a manifest: after one -f
// stands one path, and the next would be asked about.
absl::Status CheckStrayPaths(const std::vector<std::string>& args);

// Resolves the question as `kubectl auth can-i` does: a TYPE that nobody knows
// is taken literally, with a warning; the namespace is the one given or
// "default", also for resources that have none (with a warning). Beyond
// kubectl it takes the name as an argument of its own, and warns where a name
// is one that subresources have. kInvalid for the wrong number of arguments
// and for --subresource with a URL, and that of CheckStrayPaths.
absl::StatusOr<Question> ParseQuestion(const QuestionFlags& flags,
                                       absl::string_view command,
                                       const ResourceMapper& mapper);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_QUESTION_H_
