// The law: a token that is taken is what its parts encode to, byte by byte; its
// header and claims are JSON for the other reader too; nobody signed it whose
// key it did not have.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jws.h"
#include "authn/jose/key_set.h"
#include "authn/jose/verify.h"
#include "base/secret.h"
#include "objects/node.h"

namespace {

namespace authn = gatehouse::authn;
namespace objects = gatehouse::objects;

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

std::string Decoded(absl::string_view part) {
  std::string bytes;
  Check(authn::Base64UrlDecode(part, &bytes) == authn::JoseError::kNone,
        "a part does not decode");
  Check(authn::Base64UrlEncode(bytes) == part, "another encoding");
  return bytes;
}

// A secret that is in no corpus; tokens without "kid" are tried with it.
authn::KeySet Keys() {
  authn::KeySetOptions options;
  options.key_ids = authn::KeyIdRule::kOptional;
  return *authn::KeySet::FromKeys(
      {*authn::VerificationKey::FromSecret(
          gatehouse::Secret(std::string(200, '\x17')), absl::nullopt)},
      options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const keys = new authn::KeySet(Keys());
  const absl::string_view token(reinterpret_cast<const char*>(data), size);
  auto jws = authn::Jws::Parse(token);
  if (!jws.ok()) {
    Check(authn::JoseErrorOf(jws.status()) != authn::JoseError::kNone,
          "refused without a reason");
    return 0;
  }
  const size_t dot = token.find('.');
  Check(objects::ParseJson(Decoded(token.substr(0, dot)), "header").ok(),
        "the header is no JSON for others");
  Check(absl::StrCat(jws->signing_input(), ".",
                     authn::Base64UrlEncode(jws->signature())) == token,
        "re-encoding gives another token");
  Check(Decoded(jws->signing_input().substr(dot + 1)) ==
            jws->unverified_payload(),
        "another payload");
  const auto claims = jws->UnverifiedClaims();
  Check(claims.ok() ==
            (authn::JoseErrorOf(claims.status()) == authn::JoseError::kNone),
        "claims refused without a reason");
  Check(!authn::Verify(*std::move(jws), *keys).ok(), "a forged signature");
  return 0;
}
