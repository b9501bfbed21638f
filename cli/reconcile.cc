#include "rbac/reconcile.h"

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "cli/commands.h"
#include "cli/internal/arguments.h"
#include "cli/internal/engine.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "objects/codec.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/validation.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Compares the roles and bindings in -f with those in --existing and prints, in
the words of `kubectl auth reconcile`, what would have to be created, updated
or recreated and which rules and subjects that adds or removes. Writes nothing:
there is no cluster. With -o json or yaml the resulting objects are printed,
and the differences go to stderr.

Examples:
  # What would change in the cluster that backup.yaml was taken from?
  gatehouse auth reconcile -f wanted/ --existing backup.yaml --dry-run

  # The same, if rights beyond the wanted ones are removed, as a table
  gatehouse auth reconcile -f wanted/ --existing backup.yaml --dry-run \
    --remove-extra-permissions --remove-extra-subjects -o table)";

// Outcome is the difference of one object and the object as it should be.
struct Outcome {
  rbac::ReconcileDiff diff;
  objects::Object object;
  bool remove_extra = false;
};

using Key = std::tuple<std::string, std::string, std::string>;
using ObjectMap = std::map<Key, const objects::Object*>;

Key KeyOf(const objects::Object& object) {
  // An API server drops the namespace of what has none.
  return Key(object.kind->kind,
             object.kind->namespaced ? object.metadata().namespace_() : "",
             object.metadata().name());
}

// Returns a copy of the message in `object`, or null if it has none of this
// kind. Bindings get what an API server fills in, or equal ones would differ.
template <typename T>
std::unique_ptr<T> Copy(const objects::Object* object) {
  if (object == nullptr || object->As<T>() == nullptr) return nullptr;
  auto copy = std::make_unique<T>(*object->As<T>());
  if constexpr (std::is_same_v<T, k8s::RoleBinding> ||
                std::is_same_v<T, k8s::ClusterRoleBinding>) {
    rbac::Default(*copy);
  }
  return copy;
}

template <typename T>
Outcome ToOutcome(rbac::Reconciled<T> reconciled, bool remove_extra) {
  objects::Object object = objects::MakeObject(std::move(reconciled.object));
  return Outcome{std::move(reconciled), std::move(object), remove_extra};
}

template <typename T>
absl::StatusOr<Outcome> ReconcileRole(const objects::Object& wanted,
                                      const objects::Object* existing,
                                      bool remove_extra) {
  auto reconciled = rbac::ComputeReconciledRole(
      *wanted.As<T>(), Copy<T>(existing).get(), remove_extra);
  if (!reconciled.ok()) return reconciled.status();
  return ToOutcome(*std::move(reconciled), remove_extra);
}

template <typename T>
Outcome ReconcileBinding(const objects::Object& wanted,
                         const objects::Object* existing, bool remove_extra) {
  return ToOutcome(
      rbac::ComputeReconciledBinding(*Copy<T>(&wanted), Copy<T>(existing).get(),
                                     remove_extra),
      remove_extra);
}

bool IsRbac(const objects::Object& object) {
  return object.As<k8s::Role>() != nullptr ||
         object.As<k8s::ClusterRole>() != nullptr ||
         object.As<k8s::RoleBinding>() != nullptr ||
         object.As<k8s::ClusterRoleBinding>() != nullptr;
}

// Returns kubectl's name of an object: role.rbac.authorization.k8s.io/reader.
std::string FullName(const objects::Object& object) {
  return absl::StrCat(absl::AsciiStrToLower(object.kind->kind), ".",
                      object.kind->group(), "/", object.metadata().name());
}

std::string Count(size_t rules, size_t subjects, size_t selectors) {
  std::string text;
  const auto add = [&](size_t count, absl::string_view one) {
    if (count == 0) return;
    absl::StrAppend(&text, text.empty() ? "" : ", ", count, " ", one,
                    count == 1 ? "" : "s");
  };
  add(rules, "rule");
  add(subjects, "subject");
  add(selectors, "selector");
  return text.empty() ? "-" : text;
}

class Reconcile : public Command {
 public:
  std::vector<std::string> wanted;
  std::vector<std::string> existing;
  std::string dry_run = "none";
  std::string validate = "warn";
  bool remove_extra_permissions = false;
  bool remove_extra_subjects = false;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (absl::Status status = CheckFlags(); !status.ok()) return status;
    auto wanted_objects = LoadObjects(wanted, validate, streams);
    if (!wanted_objects.ok()) return wanted_objects.status();
    absl::Status valid =
        CheckNotEmpty(*wanted_objects, wanted, validate, streams);
    if (!valid.ok()) return valid;
    valid = ValidateObjects(*wanted_objects, validate, streams);
    if (!valid.ok()) return valid;
    std::vector<objects::Object> existing_objects;
    if (!existing.empty()) {
      auto loaded = LoadObjects(existing, validate, streams);
      if (!loaded.ok()) return loaded.status();
      existing_objects = *std::move(loaded);
    }
    ObjectMap present;
    for (const auto& object : existing_objects) {
      present.emplace(KeyOf(object), &object);
    }
    std::vector<Outcome> outcomes;
    for (const objects::Object& object : *wanted_objects) {
      if (!IsRbac(object)) continue;
      const auto found = present.find(KeyOf(object));
      absl::StatusOr<Outcome> outcome =
          Compute(object, found == present.end() ? nullptr : found->second);
      if (!outcome.ok()) return outcome.status();
      outcomes.push_back(*std::move(outcome));
    }
    Print(outcomes, streams);
    return kExitYes;
  }

 private:
  absl::Status CheckFlags() const {
    std::string error;
    if (dry_run != "client") {
      error = dry_run == "server"
                  ? "--dry-run=server: there is no server here"
                  : "--dry-run is required: there is no cluster here to write "
                    "to";
    } else if (absl::c_count(wanted, "-") + absl::c_count(existing, "-") > 1) {
      error = "stdin can be read only once";
    } else {
      return absl::OkStatus();
    }
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     error);
  }

  absl::StatusOr<Outcome> Compute(const objects::Object& object,
                                  const objects::Object* present) const {
    if (object.As<k8s::Role>() != nullptr) {
      return ReconcileRole<k8s::Role>(object, present,
                                      remove_extra_permissions);
    }
    if (object.As<k8s::ClusterRole>() != nullptr) {
      return ReconcileRole<k8s::ClusterRole>(object, present,
                                             remove_extra_permissions);
    }
    if (object.As<k8s::RoleBinding>() != nullptr) {
      return ReconcileBinding<k8s::RoleBinding>(object, present,
                                                remove_extra_subjects);
    }
    return ReconcileBinding<k8s::ClusterRoleBinding>(object, present,
                                                     remove_extra_subjects);
  }

  void Print(const std::vector<Outcome>& outcomes,
             const Streams& streams) const {
    if (output == "table") {
      PrintTable(outcomes, streams.out);
      return;
    }
    absl::string_view separator;
    for (const Outcome& outcome : outcomes) {
      const std::string text =
          rbac::ReconcileText(outcome.diff, outcome.remove_extra);
      if (output == "text") {
        streams.out << Printable(FullName(outcome.object))
                    << " reconciled (dry run)\n"
                    << text;
        continue;
      }
      if (output == "name") {
        streams.out << Printable(FullName(outcome.object)) << '\n';
      } else if (output == "yaml") {
        streams.out << separator << objects::ToYaml(outcome.object);
        separator = "---\n";
      } else {
        streams.out << objects::ToJson(outcome.object,
                                       objects::JsonStyle::kIndented)
                    << '\n';
      }
      streams.err << text;
    }
  }

  static void PrintTable(const std::vector<Outcome>& outcomes,
                         std::ostream& out) {
    Table table;
    table.AddRow({"OPERATION", "KIND", "NAMESPACE", "NAME", "ADDED", "REMOVED",
                  "OPTED OUT"});
    for (const Outcome& outcome : outcomes) {
      const rbac::ReconcileDiff& diff = outcome.diff;
      const std::string added =
          Count(diff.missing_rules.size(), diff.missing_subjects.size(),
                diff.missing_selectors.size());
      const std::string removed =
          outcome.remove_extra
              ? Count(diff.extra_rules.size(), diff.extra_subjects.size(),
                      diff.extra_selectors.size())
              : "-";
      table.AddRow({std::string(rbac::ReconcileOperationName(diff.operation)),
                    std::string(outcome.object.kind->kind),
                    outcome.object.metadata().namespace_(),
                    outcome.object.metadata().name(), added, removed,
                    diff.opted_out ? "yes" : "no"});
    }
    table.Print(out);
  }
};

}  // namespace

Registered AddReconcile(CLI::App& auth) {
  auto command = std::make_unique<Reconcile>();
  CLI::App& app = *auth.add_subcommand(
      "reconcile", "What would bring one policy up to another?");
  app.footer(kExamples);
  AddStrings(app, "-f,--filename", &command->wanted,
             "File or directory with the wanted objects, or -")
      ->type_name("PATH")
      ->required();
  AddStrings(app, "--existing", &command->existing,
             "File or directory with the objects that exist, or -; without "
             "it none do")
      ->type_name("PATH");
  app.add_flag("--dry-run{client}", command->dry_run,
               "Required, for nothing can be written; client is the only way")
      ->check(CLI::IsMember({"none", "client", "server"}).description(""));
  app.add_flag("--remove-extra-permissions", command->remove_extra_permissions,
               "Remove rules of existing roles that are not wanted");
  app.add_flag("--remove-extra-subjects", command->remove_extra_subjects,
               "Remove subjects of existing bindings that are not wanted");
  AddValidateFlag(app, &command->validate);
  AddOutputFlag(app, {"text", "table", "json", "yaml", "name"},
                &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
