// A policy from manifests in one call, as strictly as a test wants it.
#ifndef GATEHOUSE_TESTING_LOAD_POLICY_H_
#define GATEHOUSE_TESTING_LOAD_POLICY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rbac/policy.h"

namespace gatehouse::testing {

// LoadPolicyOptions says what is in the policy besides the manifests.
struct LoadPolicyOptions {
  // The roles and bindings that an API server creates when it starts. An object
  // of the manifests takes the place of the one of its name.
  bool default_policy = false;
};

// Returns the policy of the manifests `paths`: files or directories, relative
// to the working directory, which is the workspace's top in a Bazel test.
//
// Aggregated ClusterRoles get the rules of the roles that they select, as in a
// cluster. An unknown field, an object that an API server would not store, and
// a role that cannot be aggregated are errors, with the place in the file: a
// test must not pass because of a misspelling. So are `paths` without any RBAC
// object, unless the default policy was asked for.
absl::StatusOr<std::unique_ptr<rbac::Policy>> LoadPolicy(
    absl::Span<const std::string> paths, const LoadPolicyOptions& options = {});

// The same of manifests in memory, which errors call "policy.yaml".
absl::StatusOr<std::unique_ptr<rbac::Policy>> LoadPolicyText(
    absl::string_view text, const LoadPolicyOptions& options = {});

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_LOAD_POLICY_H_
