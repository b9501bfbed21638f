// What a server shows of its service account tokens, so that others can verify
// them: OpenID Connect discovery.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_DISCOVERY_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_DISCOVERY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/serviceaccount/keys.h"

namespace gatehouse::authn {

// Where the two documents are served (Kubernetes behaviour).
inline constexpr char kOpenIdConfigurationPath[] =
    "/.well-known/openid-configuration";
inline constexpr char kJwksPath[] = "/openid/v1/jwks";
// For how long clients may keep them. A key that is published for longer than
// this before it signs is known to all of them when it does.
inline constexpr absl::Duration kDiscoveryMaxAge = absl::Seconds(3600);

// DiscoveryDocument is one answer to GET, in full. A plain value.
struct DiscoveryDocument {
  std::string body;           // JSON on one line.
  std::string content_type;   // "application/json" or ".../jwk-set+json".
  std::string cache_control;  // "public, max-age=3600".
};

// Discovery is the two documents of one generation of keys.
struct Discovery {
  DiscoveryDocument configuration;  // Of kOpenIdConfigurationPath.
  DiscoveryDocument jwks;           // Of kJwksPath.
};

// Returns the documents of `keys.published`. `issuer` is the first
// --service-account-issuer; `jwks_uri` is --service-account-jwks-uri, or "":
// then it is the issuer's host with kJwksPath behind it, so the server must be
// reached there.
//
// Nothing in them is secret: private halves are never looked at.
// kInvalid: an issuer or URI that is no https URL, in which case Kubernetes
// serves neither; a published key without "kid". kNotFound: no key.
absl::StatusOr<Discovery> MakeDiscovery(absl::string_view issuer,
                                        absl::string_view jwks_uri,
                                        const ServiceAccountKeys& keys);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_DISCOVERY_H_
