#include "testing/load_policy.h"

#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "objects/manifest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/aggregation.h"
#include "rbac/default_policy.h"
#include "rbac/field_error.h"
#include "rbac/validation.h"

namespace gatehouse::testing {

namespace {

using objects::Object;

constexpr char kRbacGroup[] = "rbac.authorization.k8s.io";

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

objects::LoadOptions Strictly() {
  objects::LoadOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  return options;
}

bool IsRbac(const Object& object) { return object.kind->group() == kRbacGroup; }

// Returns an error that names every object that would not be stored.
absl::Status CheckStorable(absl::Span<const Object> objects) {
  std::vector<std::string> faults;
  for (const Object& object : objects) {
    for (const rbac::FieldError& fault : rbac::Validate(object)) {
      faults.push_back(
          absl::StrCat(object.source, ": ", rbac::ToString(fault)));
    }
  }
  return faults.empty() ? absl::OkStatus()
                        : Invalid(absl::StrJoin(faults, "\n"));
}

// Adds the objects of the default policy whose names are free.
void AddDefaultPolicy(std::vector<Object>& objects) {
  using Key = std::tuple<absl::string_view, std::string, std::string>;
  const auto key_of = [](const Object& object) {
    return Key(object.kind->kind, object.metadata().namespace_(),
               object.metadata().name());
  };
  std::set<Key> taken;
  for (const Object& object : objects) taken.insert(key_of(object));
  for (const Object& object : rbac::DefaultPolicy()) {
    if (taken.count(key_of(object)) == 0) objects.push_back(object);
  }
}

// Gives aggregated ClusterRoles their rules.
absl::Status Aggregate(std::vector<Object>& objects) {
  std::vector<k8s::ClusterRole> roles;
  std::vector<Object*> objects_of_roles;
  for (Object& object : objects) {
    const auto* role = object.As<k8s::ClusterRole>();
    if (role == nullptr) continue;
    roles.push_back(*role);
    objects_of_roles.push_back(&object);
  }
  const rbac::AggregationReport report = rbac::AggregateAll(roles);
  if (!report.errors.empty()) {
    return Invalid(absl::StrCat(
        "ClusterRole ", absl::StrJoin(report.errors, "\nClusterRole ")));
  }
  for (size_t i = 0; i < roles.size(); ++i) {
    if (!rbac::HasAggregationRule(roles[i])) continue;
    Object& object = *objects_of_roles[i];
    object = objects::MakeObject(std::move(roles[i]), object.source);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<rbac::Policy>> Build(
    absl::StatusOr<objects::LoadResult> loaded,
    const LoadPolicyOptions& options) {
  if (!loaded.ok()) return loaded.status();
  std::vector<Object>& objects = loaded->objects;
  if (!options.default_policy && absl::c_none_of(objects, IsRbac)) {
    return Invalid(
        "there is no role and no binding in the manifests, so that nothing "
        "would be allowed");
  }
  if (absl::Status status = CheckStorable(objects); !status.ok()) return status;
  if (options.default_policy) AddDefaultPolicy(objects);
  if (absl::Status status = Aggregate(objects); !status.ok()) return status;
  return rbac::Policy::Create(objects);
}

}  // namespace

absl::StatusOr<std::unique_ptr<rbac::Policy>> LoadPolicy(
    absl::Span<const std::string> paths, const LoadPolicyOptions& options) {
  return Build(objects::LoadManifests(paths, Strictly()), options);
}

absl::StatusOr<std::unique_ptr<rbac::Policy>> LoadPolicyText(
    absl::string_view text, const LoadPolicyOptions& options) {
  return Build(objects::LoadManifestText(text, "policy.yaml", Strictly()),
               options);
}

}  // namespace gatehouse::testing
