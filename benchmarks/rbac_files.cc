// A workload from files.
#include <cstddef>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authz/review.h"
#include "benchmark/benchmark.h"
#include "benchmarks/measure.h"
#include "benchmarks/rbac_bench.h"
#include "objects/codec.h"
#include "objects/manifest.h"
#include "proto/authorization.pb.h"
#include "rbac/policy.h"
#include "rbac/policy_objects.h"
#include "rbac/testing/reference.h"

namespace gatehouse::bench {
namespace {

// A request as read, and as it is asked.
struct FileRequest {
  k8s::SubjectAccessReview review;
  UserInfo user;
  authz::Attributes attributes;
};

absl::Status ReadRequests(const std::string& path,
                          std::vector<FileRequest>& out) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    FileRequest request;
    const absl::Status status = objects::FromJson(
        line, path, objects::DecodeOptions(), &request.review);
    if (!status.ok()) return status;
    out.push_back(std::move(request));
  }
  // The attributes borrow: from here on nothing moves.
  for (FileRequest& request : out) {
    request.attributes =
        authz::AttributesFrom(request.review.spec(), &request.user);
  }
  return out.empty() ? absl::InvalidArgumentError(
                           absl::StrCat(path, ": has no requests"))
                     : absl::OkStatus();
}

// Holds the first decisions against the reference evaluator.
absl::Status Check(const rbac::Policy& policy, rbac::PolicyObjects objects,
                   const std::vector<FileRequest>& requests) {
  const rbac::ReferenceAuthorizer reference(std::move(objects));
  for (size_t i = 0; i < requests.size() && i < 500; ++i) {
    if (policy.Decide(requests[i].attributes) !=
        reference.Authorize(requests[i].attributes).outcome) {
      return absl::InternalError(
          absl::StrCat("wrong answer to request ", i + 1));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Row>> MeasureFiles(
    const std::vector<std::string>& policy_files,
    const std::string& requests_file) {
  auto loaded = objects::LoadManifests(policy_files, objects::LoadOptions());
  if (!loaded.ok()) return loaded.status();
  auto policy = rbac::Policy::Create(loaded->objects);
  if (!policy.ok()) return policy.status();
  std::vector<FileRequest> requests;
  absl::Status status = ReadRequests(requests_file, requests);
  if (status.ok()) {
    status =
        Check(**policy, rbac::SelectPolicyObjects(loaded->objects), requests);
  }
  if (!status.ok()) return status;

  size_t allowed = 0;
  for (const FileRequest& request : requests) {
    if ((*policy)->Decide(request.attributes) == authz::Outcome::kAllow) {
      ++allowed;
    }
  }
  const std::vector<double> nanos = NanosPerItem(
      {{"files",
        [&] {
          for (const FileRequest& request : requests) {
            benchmark::DoNotOptimize((*policy)->Decide(request.attributes));
          }
        },
        static_cast<int64_t>(requests.size())}});
  return std::vector<Row>{
      MakeRow(absl::StrCat("decide, ", requests_file), nanos[0], "ns"),
      MakeRow("requests", static_cast<double>(requests.size()), "requests"),
      MakeRow("allowed", static_cast<double>(allowed), "requests")};
}

}  // namespace gatehouse::bench
