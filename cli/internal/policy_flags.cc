#include "cli/internal/policy_flags.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace gatehouse::cli {

void AddPolicyFlags(CLI::App& app, bool many, PolicyFlags* flags) {
  app.add_option("-f,--filename", flags->filenames,
                 "File or directory with the roles and bindings, or - for "
                 "stdin; may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(many);
  app.add_flag("--default-policy", flags->default_policy,
               "Add the roles and bindings that an API server bootstraps; "
               "objects of the files win over those of the same name");
  app.add_option("--validate", flags->validate,
                 "What becomes of objects that an API server would not store, "
                 "and of unknown fields: strict refuses, warn says so and "
                 "evaluates them, ignore evaluates them")
      ->type_name("MODE")
      ->check(CLI::IsMember({"strict", "warn", "ignore"}))
      ->capture_default_str();
}

void AddChainFlags(CLI::App& app, PolicyFlags* flags) {
  app.add_option("--authorization-mode", flags->authorization_modes,
                 "Authorizers to ask, in order: RBAC, AlwaysAllow, AlwaysDeny. "
                 "Before them comes the one that allows everything to "
                 "system:masters")
      ->type_name("MODE,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str("RBAC");
  app.add_option("--always-allow-paths", flags->always_allow_paths,
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
