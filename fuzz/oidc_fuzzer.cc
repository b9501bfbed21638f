// The laws of what issuers and their tokens say: a document that is taken names
// its issuer and an https URL, and reads the same when written again; where a
// claim is said to be is what the token says; claims that are good for now are
// good for us and have an end; a URL is https and its host is in it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/jose/claims.h"
#include "authn/oidc/claim_checks.h"
#include "authn/oidc/discovery.h"
#include "authn/oidc/distributed_claims.h"
#include "base/errors.h"
#include "base/secret.h"

namespace {

namespace authn = gatehouse::authn;

constexpr char kIssuer[] = "https://a";

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

void CheckDocument(absl::string_view json) {
  const auto metadata = authn::ParseProviderMetadata(json, kIssuer);
  if (!metadata.ok()) {
    Check(gatehouse::ReasonOf(metadata.status()) != gatehouse::Reason::kNone,
          "refused without a reason");
    return;
  }
  Check(metadata->issuer == kIssuer, "another issuer");
  Check(absl::StartsWith(metadata->jwks_uri, "https://"), "keys not by https");
  Check(metadata->jwks_uri.find_first_of("\\# \"\r\n") == std::string::npos,
        "a URL that others read otherwise");
  const auto again = authn::ParseProviderMetadata(
      absl::StrCat(R"({"jwks_uri":")", metadata->jwks_uri, R"(","issuer":")",
                   metadata->issuer, "\"}"),
      kIssuer);
  Check(again.ok() && again->jwks_uri == metadata->jwks_uri,
        "it does not read back");
}

void CheckSource(const authn::Claims& claims) {
  const auto source = authn::FindClaimSource(claims, "groups");
  if (!source.ok() || !source->has_value()) return;
  Check(!claims.Find("groups").present(), "the claim itself should win");
  const auto name = claims.Find("_claim_names").StringOf("groups");
  Check(name.has_value(), "a source without a name");
  const auto said = claims.Find("_claim_sources").Find(*name);
  Check(said.StringOf("endpoint").value_or("") == (*source)->endpoint,
        "another endpoint");
  Check((*source)->access_token.Equals(
            said.StringOf("access_token").value_or("")),
        "another access token");
}

void CheckTimes(const authn::Claims& claims) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000'000);
  const auto until = authn::CheckClaims(claims, kIssuer, {"me", "us"}, now);
  if (!until.ok()) {
    Check(gatehouse::ReasonOf(until.status()) != gatehouse::Reason::kNone,
          "rejected without a reason");
    return;
  }
  Check(*until >= now && *until < absl::InfiniteFuture(), "not good now");
  Check(claims.StringOf("iss") == absl::string_view(kIssuer), "of another");
  bool for_us = false;
  for (const absl::string_view audience :
       claims.Find("aud").AsStringOrStrings().value_or(
           std::vector<absl::string_view>())) {
    for_us |= audience == "me" || audience == "us";
  }
  Check(for_us, "for somebody else");
  Check(!authn::CheckClaims(claims, kIssuer, {"you"}, now).ok() ||
            absl::StrContains(claims.Find("aud").ToJson(), "you"),
        "good for anybody");
  Check(!authn::CheckClaims(claims, kIssuer, {"me", "us"},
                            *until + absl::Seconds(1))
             .ok(),
        "good for ever");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view json(reinterpret_cast<const char*>(data), size);
  CheckDocument(json);
  const auto claims = authn::Claims::Parse(json);
  if (!claims.ok()) return 0;
  CheckSource(*claims);
  CheckTimes(*claims);
  return 0;
}
