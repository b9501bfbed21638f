#include "authn/serviceaccount/discovery.h"

#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/internal/json_text.h"
#include "authn/jose/jwk.h"
#include "authn/jose/verification_key.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

absl::Status Refuse(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason,
                   absl::StrCat("service account discovery: ", text));
}

// Returns the scheme and host of an https URL; "" for anything else.
absl::string_view HttpsOrigin(absl::string_view url) {
  constexpr absl::string_view kScheme = "https://";
  if (!absl::StartsWith(url, kScheme)) return "";
  const size_t end = url.find_first_of("/?#", kScheme.size());
  const absl::string_view origin = url.substr(0, end);
  const bool has_host =
      origin.size() > kScheme.size() && !absl::StrContains(origin, "@");
  return has_host ? origin : "";
}

std::string List(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    out.push_back(out.empty() ? '[' : ',');
    internal::AppendJsonString(text, &out);
  }
  return absl::StrCat(out.empty() ? "[" : out, "]");
}

// Names that Kubernetes writes, in its order.
std::string Configuration(absl::string_view issuer, absl::string_view jwks_uri,
                          const std::vector<std::string>& algorithms) {
  std::string out = "{\"issuer\":";
  internal::AppendJsonString(issuer, &out);
  absl::StrAppend(&out, ",\"jwks_uri\":");
  internal::AppendJsonString(jwks_uri, &out);
  absl::StrAppend(
      &out, ",\"response_types_supported\":[\"id_token\"]",
      ",\"subject_types_supported\":[\"public\"]",
      ",\"id_token_signing_alg_values_supported\":", List(algorithms), "}");
  return out;
}

DiscoveryDocument Document(std::string body, std::string content_type) {
  return {
      std::move(body), std::move(content_type),
      absl::StrCat("public, max-age=", absl::ToInt64Seconds(kDiscoveryMaxAge))};
}

}  // namespace

absl::StatusOr<Discovery> MakeDiscovery(absl::string_view issuer,
                                        absl::string_view jwks_uri,
                                        const ServiceAccountKeys& keys) {
  const absl::string_view origin = HttpsOrigin(issuer);
  if (origin.empty()) {
    return Refuse(Reason::kInvalid, absl::StrCat("the issuer ", GoQuote(issuer),
                                                 " is no https URL"));
  }
  if (!jwks_uri.empty() && HttpsOrigin(jwks_uri).empty()) {
    return Refuse(Reason::kInvalid,
                  absl::StrCat("the URI of the keys, ", GoQuote(jwks_uri),
                               ", is no https URL"));
  }
  std::string jwks;
  std::set<std::string> algorithms;
  for (const VerificationKey& key : keys.published) {
    if (!key.key_id().has_value() || key.public_key() == nullptr) {
      return Refuse(Reason::kInvalid, "a key without an id");
    }
    absl::StrAppend(&jwks, jwks.empty() ? "" : ",",
                    PublicJwk(*key.public_key(), *key.key_id()));
    const auto algorithm = SigningAlgorithm(*key.public_key());
    if (algorithm.has_value()) {
      algorithms.emplace(JwsAlgorithmName(*algorithm));
    }
  }
  if (jwks.empty()) return Refuse(Reason::kNotFound, "there is no key");
  const std::string uri = jwks_uri.empty() ? absl::StrCat(origin, kJwksPath)
                                           : std::string(jwks_uri);
  return Discovery{
      Document(
          Configuration(issuer, uri, {algorithms.begin(), algorithms.end()}),
          "application/json"),
      Document(absl::StrCat("{\"keys\":[", jwks, "]}"),
               "application/jwk-set+json")};
}

}  // namespace gatehouse::authn
