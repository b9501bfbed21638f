// Paths that everybody may reach (`--authorization-always-allow-paths`).
#ifndef GATEHOUSE_AUTHZ_PATH_AUTHORIZER_H_
#define GATEHOUSE_AUTHZ_PATH_AUTHORIZER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"

namespace gatehouse::authz {

// PathAuthorizer allows non-resource requests to listed paths: to anybody,
// with any verb, without a reason. It has no opinion about any other request,
// and none about a request for a resource, whatever its path.
//
// Immutable; any thread may call it. Kubernetes behaviour.
class PathAuthorizer : public Authorizer {
 public:
  // An entry is a path, or a prefix of paths followed by one star. One
  // leading slash is optional, in the entries and in what is asked, so that
  // "healthz" and "/healthz" are one; a trailing slash counts: "/foo/" is not
  // "/foo". "/*" allows every path; "/" the root alone.
  //
  // An empty list is not an error: it allows nothing. A star elsewhere than at
  // the end is kInvalidArgument (Reason::kInvalid), with Kubernetes' text
  // `only trailing * allowed in "..."` and the entry without its leading slash.
  static absl::StatusOr<std::unique_ptr<Authorizer>> Create(
      absl::Span<const std::string> always_allow_paths);

  Decision Authorize(const Attributes& attributes) const override;
  Outcome Decide(const Attributes& attributes) const override;

 private:
  PathAuthorizer(absl::flat_hash_set<std::string> paths,
                 std::vector<std::string> prefixes);

  // Both without the leading slash.
  const absl::flat_hash_set<std::string> paths_;
  const std::vector<std::string> prefixes_;
};

// The paths that Kubernetes' delegating servers always allow.
inline constexpr absl::string_view kDefaultAlwaysAllowPaths[] = {
    "/healthz", "/readyz", "/livez"};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_PATH_AUTHORIZER_H_
