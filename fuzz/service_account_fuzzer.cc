// The laws: the issuer that routes a token is the one that strict readers find;
// claims that are read and written are read the same, and say one user.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/base64url.h"
#include "authn/jose/claims.h"
#include "authn/serviceaccount/claims.h"
#include "authn/token/unverified_issuer.h"

namespace {

namespace authn = gatehouse::authn;

// Fewer members than the ceiling of UnverifiedIssuer.
constexpr size_t kMaxBytes = 2048;

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

void CheckRouting(absl::string_view payload, const authn::Claims& claims) {
  const authn::UnverifiedIssuer issuer(
      absl::StrCat("e30.", authn::Base64UrlEncode(payload), ".c2ln"));
  const auto strict = claims.StringOf("iss");
  Check(issuer.found() == strict.has_value(), "one of two finds an issuer");
  Check(issuer.value() == strict.value_or(""), "another issuer");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > kMaxBytes) return 0;
  const absl::string_view payload(reinterpret_cast<const char*>(data), size);
  const auto claims = authn::Claims::Parse(payload);
  if (!claims.ok()) return 0;
  CheckRouting(payload, *claims);
  authn::ParseLegacyClaims(*claims).status().IgnoreError();
  const auto bound = authn::ParseBoundClaims(*claims);
  if (!bound.ok()) return 0;
  const auto written = authn::WriteBoundClaims(*bound);
  Check(written.ok() || bound->secret.has_value(), "it cannot be written");
  if (!written.ok()) return 0;
  const auto again = authn::ParseBoundClaims(*authn::Claims::Parse(*written));
  Check(again.ok(), "what was written is not read");
  Check(*authn::WriteBoundClaims(*again) == *written, "written otherwise");
  const gatehouse::UserInfo user = authn::BoundServiceAccountUser(*bound);
  const gatehouse::UserInfo same = authn::BoundServiceAccountUser(*again);
  Check(user.name == same.name && user.uid == same.uid &&
            user.groups == same.groups && user.extra == same.extra,
        "another user");
  return 0;
}
