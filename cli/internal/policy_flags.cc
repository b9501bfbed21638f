#include "cli/internal/policy_flags.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "cli/internal/arguments.h"

namespace gatehouse::cli {

void AddPolicyFlags(CLI::App& app, bool many, PolicyFlags* flags) {
  AddStrings(app, "-f,--filename", &flags->filenames,
             "File or directory with the roles and bindings, or - for "
             "stdin; may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(many);
  app.add_flag("--default-policy", flags->default_policy,
               "Add the roles and bindings that an API server bootstraps; "
               "objects of the files win over those of the same name");
  AddValidateFlag(app, &flags->validate);
}

absl::Status CheckFilenames(const std::vector<std::string>& filenames) {
  if (absl::c_count(filenames, "-") > 1) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "-f -: stdin can be read only once");
  }
  if (absl::c_linear_search(filenames, "")) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "-f \"\": the path is empty");
  }
  return absl::OkStatus();
}

void AddValidateFlag(CLI::App& app, std::string* validate) {
  const auto synonyms = [](std::string& mode) {
    if (mode == "true") mode = "strict";
    if (mode == "false") mode = "ignore";
    return std::string();
  };
  app.add_option("--validate", *validate,
                 "What becomes of objects that an API server would not store, "
                 "and of unknown fields: strict (or true) refuses, warn says "
                 "so and evaluates them, ignore (or false) evaluates them")
      ->type_name("MODE")
      ->transform(CLI::Validator(synonyms, ""))
      ->check(CLI::IsMember({"strict", "warn", "ignore"}))
      ->capture_default_str();
}

void AddNamespaceFlag(CLI::App& app, const std::string& help,
                      std::string* namespace_) {
  const auto or_default = [](std::string& name) {
    if (name.empty()) name = "default";
    return std::string();
  };
  app.add_option("-n,--namespace", *namespace_, help)
      ->type_name("NAMESPACE")
      ->transform(CLI::Validator(or_default, ""))
      ->capture_default_str();
}

void AddChainFlags(CLI::App& app, PolicyFlags* flags) {
  AddStrings(app, "--authorization-mode", &flags->authorization_modes,
             "Authorizers to ask, in order: RBAC, AlwaysAllow, AlwaysDeny. "
             "Before them comes the one that allows everything to "
             "system:masters")
      ->type_name("MODE,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str("RBAC");
  AddStrings(app, "--always-allow-paths", &flags->always_allow_paths,
             "Paths that anybody may ask for, whatever the policy; one "
             "star at the end of a path stands for all that begin so")
      ->type_name("PATH,...")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void AddOutputFlag(CLI::App& app, const std::vector<std::string>& formats,
                   std::string* format) {
  *format = formats.front();
  app.add_option("-o,--output", *format,
                 absl::StrCat("Format: ", absl::StrJoin(formats, ", ")))
      ->type_name("FORMAT")
      ->check(CLI::IsMember(formats).description(""))
      ->capture_default_str();
}

}  // namespace gatehouse::cli
