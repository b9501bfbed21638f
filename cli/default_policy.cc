#include "rbac/default_policy.h"

#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_replace.h"
#include "cli/commands.h"
#include "cli/internal/policy_flags.h"
#include "objects/codec.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints the roles and bindings that a Kubernetes 1.37 API server creates when it
starts, all features on: what --default-policy adds. The rules of admin, edit
and view are empty here, as they are there: they are gathered from other roles
by the aggregation that every other command does.

Examples:
  # As a manifest of several documents
  gatehouse default-policy > default-policy.yaml

  # As one List
  gatehouse default-policy -o json)";

class DefaultPolicy : public Command {
 public:
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (output == "yaml") {
      absl::string_view separator;
      for (const objects::Object& object : rbac::DefaultPolicy()) {
        streams.out << separator << objects::ToYaml(object);
        separator = "---\n";
      }
      return kExitYes;
    }
    streams.out << "{\n    \"apiVersion\": \"v1\",\n    \"items\": [";
    absl::string_view separator = "\n";
    for (const objects::Object& object : rbac::DefaultPolicy()) {
      const std::string json =
          objects::ToJson(object, objects::JsonStyle::kIndented);
      streams.out << separator << "        "
                  << absl::StrReplaceAll(json, {{"\n", "\n        "}});
      separator = ",\n";
    }
    streams.out << "\n    ],\n    \"kind\": \"List\"\n}\n";
    return kExitYes;
  }
};

}  // namespace

Registered AddDefaultPolicy(CLI::App& parent) {
  auto command = std::make_unique<DefaultPolicy>();
  CLI::App& app = *parent.add_subcommand(
      "default-policy", "Print the policy that an API server bootstraps");
  app.footer(kExamples);
  AddOutputFlag(app, {"yaml", "json"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
