#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/commands.h"
#include "cli/internal/arguments.h"
#include "cli/internal/engine.h"
#include "cli/internal/explanation.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/question.h"
#include "cli/internal/table.h"
#include "cli/internal/user_flags.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints a table of verbs by resources. Without TYPE: all built-in resources and
those that the policy names. Resources without namespaces are asked about at
the cluster scope. "yes" is about the whole resource: rules with resourceNames
do not count, since no name is asked for.

Examples:
  # What may jane do in the namespace dev?
  gatehouse auth matrix --as=jane -n dev -f policy/

  # Only some resources
  gatehouse auth matrix po deploy pods/log --as=jane -n dev -f policy/)";

constexpr absl::string_view kVerbs[] = {
    "get",    "list",  "watch",  "create",
    "update", "patch", "delete", "deletecollection"};

// Splits "pods/log" into the resource and the subresource.
std::pair<absl::string_view, absl::string_view> SplitSubresource(
    absl::string_view resource) {
  return absl::StrSplit(resource, absl::MaxSplits('/', 1));
}

class Matrix : public Command {
 public:
  PolicyFlags policy;
  UserFlags user;
  std::vector<std::string> types;
  std::string namespace_ = "default";
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    for (const std::string& type : types) {
      absl::Status status = CheckStrayPaths({"get", type});
      if (!status.ok()) return status;
    }
    absl::StatusOr<UserInfo> who = UserFrom(user);
    if (!who.ok()) return who.status();
    absl::StatusOr<Engine> engine = Engine::Load(policy, streams);
    if (!engine.ok()) return engine.status();
    MatrixAnswer answer;
    *answer.mutable_user() = ToMessage(*who);
    answer.set_namespace_(namespace_);
    const ResourceMapper mapper(engine->objects());
    for (const ResourceType& type :
         types.empty() ? AllTypes(mapper) : GivenTypes(mapper, streams)) {
      AddRow(*engine, *who, type, answer);
    }
    if (output == "table") {
      PrintTable(answer, streams.out);
    } else {
      PrintMessage(answer, output, streams.out);
    }
    return kExitYes;
  }

 private:
  static std::vector<ResourceType> AllTypes(const ResourceMapper& mapper) {
    std::vector<ResourceType> all;
    for (const ApiResource& type : BuiltinResources()) {
      all.push_back(ResourceType{std::string(type.group),
                                 std::string(type.name), type.namespaced});
    }
    all.insert(all.end(), mapper.policy_types().begin(),
               mapper.policy_types().end());
    // By group, then resource, as a person would look for them; the table has
    // the core group first.
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.group, a.resource) < std::tie(b.group, b.resource);
    });
    return all;
  }

  std::vector<ResourceType> GivenTypes(const ResourceMapper& mapper,
                                       const Streams& streams) const {
    std::vector<ResourceType> given;
    for (const std::string& argument : types) {
      const auto [type, subresource] = SplitSubresource(argument);
      absl::optional<ResourceType> found;
      if (type != "*") found = mapper.Find(type);
      if (!found && type != "*") {
        streams.err << "Warning: the server doesn't have a resource type '"
                    << Printable(type) << "'\n";
      }
      if (!found) found = ResourceType{"", std::string(type), absl::nullopt};
      if (!subresource.empty()) {
        absl::StrAppend(&found->resource, "/", subresource);
      }
      given.push_back(*std::move(found));
    }
    return given;
  }

  void AddRow(const Engine& engine, const UserInfo& who,
              const ResourceType& type, MatrixAnswer& answer) const {
    const auto [resource, subresource] = SplitSubresource(type.resource);
    authz::Attributes attributes;
    attributes.user = &who;
    attributes.api_group = type.group;
    attributes.api_version = "*";
    attributes.resource = resource;
    attributes.subresource = subresource;
    if (type.namespaced.value_or(true)) attributes.namespace_ = namespace_;
    MatrixRow& row = *answer.add_resources();
    row.set_group(type.group);
    row.set_resource(type.resource);
    for (const absl::string_view verb : kVerbs) {
      attributes.verb = verb;
      if (engine.authorizer().Decide(attributes) == authz::Outcome::kAllow) {
        row.add_verbs(std::string(verb));
      }
    }
  }

  static void PrintTable(const MatrixAnswer& answer, std::ostream& out) {
    Table table;
    std::vector<std::string> head = {"RESOURCE"};
    for (const absl::string_view verb : kVerbs) head.emplace_back(verb);
    table.AddRow(std::move(head));
    for (const MatrixRow& row : answer.resources()) {
      const auto [resource, subresource] = SplitSubresource(row.resource());
      std::vector<std::string> cells = {
          absl::StrCat(resource, row.group().empty() ? "" : ".", row.group(),
                       subresource.empty() ? "" : "/", subresource)};
      for (const absl::string_view verb : kVerbs) {
        const bool may = std::find(row.verbs().begin(), row.verbs().end(),
                                   verb) != row.verbs().end();
        cells.emplace_back(may ? "yes" : "no");
      }
      table.AddRow(std::move(cells));
    }
    table.Print(out);
  }
};

}  // namespace

Registered AddMatrix(CLI::App& auth) {
  auto command = std::make_unique<Matrix>();
  CLI::App& app = *auth.add_subcommand(
      "matrix", "What may this user do with which resources, as a table");
  app.footer(kExamples);
  AddStrings(app, "TYPE", &command->types,
             "Resources to show, such as po, deploy.apps or pods/log")
      ->type_name("");
  AddUserFlags(app, &command->user);
  AddNamespaceFlag(app, "Namespace to ask about", &command->namespace_);
  AddPolicyFlags(app, /*many=*/false, &command->policy);
  AddChainFlags(app, &command->policy);
  AddOutputFlag(app, {"table", "json", "yaml"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
