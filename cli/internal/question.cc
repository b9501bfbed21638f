#include "cli/internal/question.h"

#include <sys/stat.h>

#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"
#include "cli/internal/policy_flags.h"

namespace gatehouse::cli {

namespace {

// The verbs of which kubectl does not warn.
constexpr absl::string_view kResourceVerbs[] = {
    "get",         "list",    "watch",    "create",
    "update",      "patch",   "delete",   "deletecollection",
    "use",         "bind",    "sign",     "attest",
    "impersonate", "approve", "escalate", "*"};
constexpr absl::string_view kUrlVerbs[] = {"get",     "put",    "post",  "head",
                                           "options", "delete", "patch", "*"};

absl::Status Invalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   message);
}

// Fills in the type that `argument` names. Returns whether it has namespaces,
// nothing if that is not known.
absl::optional<bool> Resolve(const std::string& argument,
                             const ResourceMapper& mapper, Question& question) {
  if (argument == "*") {
    question.resource = argument;
    return absl::nullopt;
  }
  if (absl::optional<ResourceType> type = mapper.Find(argument)) {
    question.group = std::move(type->group);
    question.resource = std::move(type->resource);
    return type->namespaced;
  }
  question.resource = argument;
  const GroupResource typed = ParseGroupResource(argument);
  // Known to every server and listed by none: they can only be impersonated.
  if (typed.group.empty() &&
      (typed.resource == "users" || typed.resource == "groups")) {
    return absl::nullopt;
  }
  std::string warning = absl::StrCat(
      "the server doesn't have a resource type '", typed.resource, "'");
  if (!typed.group.empty()) {
    absl::StrAppend(&warning, " in group '", typed.group, "'");
  }
  question.warnings.push_back(std::move(warning));
  return absl::nullopt;
}

void WarnOfVerb(absl::Span<const absl::string_view> known, Question& question) {
  if (absl::c_linear_search(known, question.verb)) return;
  question.warnings.push_back(
      absl::StrCat("verb '", question.verb, "' is not a known verb"));
}

void WarnOfResource(absl::optional<bool> namespaced, Question& question) {
  if (!question.namespace_.empty() && namespaced.has_value() && !*namespaced) {
    std::string warning = absl::StrCat("resource '", question.resource,
                                       "' is not namespace scoped");
    if (!question.group.empty()) {
      absl::StrAppend(&warning, " in group '", question.group, "'");
    }
    question.warnings.push_back(std::move(warning));
  }
  if (question.subresource.empty() &&
      IsSubresource(question.resource, question.name)) {
    question.warnings.push_back(absl::StrCat(
        "'", question.name, "' is taken for the name of one of the ",
        question.resource,
        "; the subresource is --subresource=", question.name));
  }
}

bool HasEndingOfManifests(absl::string_view argument) {
  return absl::EndsWith(argument, ".yaml") ||
         absl::EndsWith(argument, ".yml") ||
         absl::EndsWith(argument, ".json") ||
         absl::EndsWith(argument, ".jsonl");
}

bool Exists(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0;
}

// Whether the argument at `index` is a path that somebody wanted to have after
// -f. TYPE/NAME and URLs may end like one, and so may a verb or a type be named
// like some file; for a name there is TYPE/NAME.
bool IsStrayPath(const std::string& argument, size_t index) {
  if (index == 2) return HasEndingOfManifests(argument) || Exists(argument);
  return HasEndingOfManifests(argument) &&
         (!absl::StrContains(argument, "/") || Exists(argument));
}

}  // namespace

absl::Status CheckStrayPaths(const std::vector<std::string>& args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (!IsStrayPath(args[i], i)) continue;
    return Invalid(absl::StrCat(
        GoQuote(args[i]), " is taken for a file: use -f for each file",
        i == 2 ? ", or TYPE/NAME for an object of that name" : ""));
  }
  return absl::OkStatus();
}

void AddQuestionFlags(CLI::App& app, QuestionFlags* flags) {
  AddStrings(app, "QUESTION", &flags->args,
             "VERB TYPE, VERB TYPE/NAME, VERB TYPE NAME or VERB "
             "NONRESOURCEURL (begins with \"/\"). VERB is a verb of the "
             "API such as get, list, create; TYPE a resource, shortcuts "
             "and groups are resolved; * stands for all")
      ->type_name("");
  AddNamespaceFlag(app, "Namespace to ask about", &flags->namespace_);
  app.add_flag("-A,--all-namespaces", flags->all_namespaces,
               "Ask about all namespaces at once");
  app.add_option("--subresource", flags->subresource,
                 "Subresource, such as log of pods or scale of deployments")
      ->type_name("NAME");
}

authz::Attributes Question::ForUser(const UserInfo* user) const {
  authz::Attributes attributes;
  attributes.user = user;
  attributes.verb = verb;
  attributes.resource_request = path.empty();
  if (!attributes.resource_request) {
    attributes.path = path;
    return attributes;
  }
  attributes.namespace_ = namespace_;
  attributes.api_group = group;
  attributes.api_version = "*";
  attributes.resource = resource;
  attributes.subresource = subresource;
  attributes.name = name;
  return attributes;
}

std::string Question::Description() const {
  if (!path.empty()) return absl::StrCat(verb, " ", path);
  std::string text = absl::StrCat(verb, " ", resource);
  if (!group.empty()) absl::StrAppend(&text, ".", group);
  if (!subresource.empty()) absl::StrAppend(&text, "/", subresource);
  if (!name.empty()) absl::StrAppend(&text, " \"", name, "\"");
  if (namespace_.empty()) {
    absl::StrAppend(&text, " in all namespaces");
  } else {
    absl::StrAppend(&text, " in namespace \"", namespace_, "\"");
  }
  return text;
}

absl::StatusOr<Question> ParseQuestion(const QuestionFlags& flags,
                                       absl::string_view command,
                                       const ResourceMapper& mapper) {
  if (absl::Status status = CheckStrayPaths(flags.args); !status.ok()) {
    return status;
  }
  if (flags.args.size() < 2 || flags.args.size() > 3) {
    return Invalid(
        absl::StrCat("you must specify two arguments: verb resource or verb "
                     "resource/resourceName; see 'gatehouse auth ",
                     command, " --help'"));
  }
  Question question;
  question.verb = flags.args[0];
  const std::string& target = flags.args[1];
  if (absl::StartsWith(target, "/")) {
    if (!flags.subresource.empty()) {
      return Invalid("--subresource can not be used with NonResourceURL");
    }
    if (flags.args.size() == 3) {
      return Invalid(
          "NonResourceURL and ResourceName can not specified "
          "together");
    }
    question.path = target;
    WarnOfVerb(kUrlVerbs, question);
    return question;
  }
  const std::pair<std::string, std::string> tokens =
      absl::StrSplit(target, absl::MaxSplits('/', 1));
  question.name = tokens.second;
  if (flags.args.size() == 3) {
    if (!question.name.empty()) {
      return Invalid(absl::StrCat("two names, \"", question.name, "\" and \"",
                                  flags.args[2],
                                  "\": write TYPE/NAME or TYPE "
                                  "NAME"));
    }
    question.name = flags.args[2];
  }
  question.subresource = flags.subresource;
  if (!flags.all_namespaces) question.namespace_ = flags.namespace_;
  const absl::optional<bool> namespaced =
      Resolve(tokens.first, mapper, question);
  WarnOfResource(namespaced, question);
  WarnOfVerb(kResourceVerbs, question);
  return question;
}

}  // namespace gatehouse::cli
