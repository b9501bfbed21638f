// Where an OpenID provider says that its keys are.
#ifndef GATEHOUSE_AUTHN_OIDC_DISCOVERY_H_
#define GATEHOUSE_AUTHN_OIDC_DISCOVERY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/http_client.h"

namespace gatehouse::authn {

// The longest discovery document that is read.
inline constexpr size_t kMaxDiscoveryBytes = size_t{256} << 10;

// ProviderMetadata is what of a discovery document is used here.
struct ProviderMetadata {
  std::string issuer;
  std::string jwks_uri;  // "https://...".
};

// Returns where the document is: `discovery_url`, or if that is "" below
// `issuer`: without one slash at its end, and
// "/.well-known/openid-configuration" (OpenID Connect Discovery 1.0 section 4;
// Kubernetes' discoveryURL).
std::string DiscoveryUrl(absl::string_view issuer,
                         absl::string_view discovery_url);

// Reads a document: one JSON object, strictly (Claims::Parse). "issuer" must be
// `issuer` byte for byte (section 4.3), "jwks_uri" an absolute https URL
// without user information and fragment. Other members are passed over.
// kInvalidArgument, with kMalformed, kInvalid or a JoseError's Reason.
absl::StatusOr<ProviderMetadata> ParseProviderMetadata(
    absl::string_view json, absl::string_view issuer);

// Fetches and reads the document at `url`. One request, no redirects; any
// status but 200 is an error. Errors begin with `Get "URL": `, as Go's do.
absl::StatusOr<ProviderMetadata> Discover(HttpClient& http,
                                          const std::string& url,
                                          absl::string_view issuer,
                                          absl::Duration timeout);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_OIDC_DISCOVERY_H_
