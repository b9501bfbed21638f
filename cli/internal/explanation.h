// Why the chain answered as it did, for people and as an object.
#ifndef GATEHOUSE_CLI_INTERNAL_EXPLANATION_H_
#define GATEHOUSE_CLI_INTERNAL_EXPLANATION_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "base/user_info.h"
#include "cli/internal/answers.pb.h"
#include "cli/internal/engine.h"
#include "cli/internal/question.h"
#include "google/protobuf/message.h"
#include "rbac/explain.h"

namespace gatehouse::cli {

// Account is an answer with its grounds. A plain value.
struct Account {
  bool allowed = false;
  std::string decided_by;  // "" if nobody decided.
  std::string reason;
  std::string evaluation_error;
  bool has_rbac = false;   // RBAC is a member of the chain.
  rbac::Explanation rbac;  // What RBAC says, whoever decided.
};

// Asks the chain for the answer and RBAC for its grounds.
Account AccountFor(const Engine& engine, const Question& question,
                   const UserInfo& user);

// Writes the answer as `kubectl auth can-i` does: `yes`, `no` or `no - reason`.
void PrintAnswer(const Account& account, std::ostream& out);

// Writes the grounds: who decided, the grants with their rules, or what came
// near. Of a member of system:masters it says that no binding is needed.
void PrintGrounds(const Account& account, std::ostream& out);

// Returns all of it as an object.
ExplainAnswer ToAnswer(const Account& account, const Question& question,
                       const UserInfo& user);

// Returns the grant as an object. The namespace of a service account is filled
// in from the binding where the subject leaves it out.
GrantAnswer ToAnswer(const rbac::Grant& grant);

// Sets the field of `answer` that the question is about: resourceAttributes or
// nonResourceAttributes.
template <typename T>
void SetAttributes(const Question& question, T& answer) {
  if (!question.path.empty()) {
    answer.mutable_nonresourceattributes()->set_verb(question.verb);
    answer.mutable_nonresourceattributes()->set_path(question.path);
    return;
  }
  k8s::ResourceAttributes& resource = *answer.mutable_resourceattributes();
  resource.set_namespace_(question.namespace_);
  resource.set_verb(question.verb);
  resource.set_group(question.group);
  resource.set_resource(question.resource);
  resource.set_subresource(question.subresource);
  resource.set_name(question.name);
}

// Writes `message` in the format "json" or "yaml", with a line break at the
// end.
void PrintMessage(const google::protobuf::Message& message,
                  absl::string_view format, std::ostream& out);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_EXPLANATION_H_
