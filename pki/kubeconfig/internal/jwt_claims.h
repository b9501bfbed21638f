// What a JSON Web Token says of itself. Nothing of it is verified.
#ifndef GATEHOUSE_PKI_KUBECONFIG_INTERNAL_JWT_CLAIMS_H_
#define GATEHOUSE_PKI_KUBECONFIG_INTERNAL_JWT_CLAIMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace gatehouse::pki::internal {

// JwtClaims are claims of RFC 7519 section 4.1, and `groups`.
struct JwtClaims {
  std::string subject;              // `sub`, else ""
  std::vector<std::string> groups;  // `groups`, where it is a list of strings.
  absl::optional<absl::Time> not_before;
  absl::optional<absl::Time> not_after;  // `exp`.
};

// Reads the claims of a token in compact form whose header has an `alg`; the
// signature may be anything. Absent: it is no such token, or over 64 KiB.
absl::optional<JwtClaims> ReadJwtClaims(absl::string_view token);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_KUBECONFIG_INTERNAL_JWT_CLAIMS_H_
