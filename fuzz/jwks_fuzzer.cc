// The law: a key that is taken is found under its name, can be written as a JWK
// and reads back as the same key; what is left out has a reason.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jwk.h"
#include "authn/jose/key_set.h"
#include "authn/jose/verification_key.h"

namespace {

namespace authn = gatehouse::authn;

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

void CheckRoundTrip(const authn::VerificationKey& key) {
  const std::string jwk = authn::PublicJwk(*key.public_key(), "k");
  const auto again =
      authn::KeySet::FromJwks(absl::StrCat("{\"keys\":[", jwk, "]}"), "again");
  Check(again.ok() && again->keys().size() == 1, "it does not read back");
  Check(again->keys()[0].SameKey(key), "another key reads back");
  Check(authn::PublicJwk(*again->keys()[0].public_key(), "k") == jwk,
        "another encoding");
}

void CheckSet(const authn::KeySet& set) {
  for (const authn::VerificationKey& key : set.keys()) {
    for (int i = 0; i < authn::kJwsAlgorithmCount; ++i) {
      const auto algorithm = static_cast<authn::JwsAlgorithm>(i);
      const bool can = key.algorithms().Contains(algorithm);
      Check(can || !key.Verify(algorithm, "", "").ok(), "an empty signature");
      if (!can || !key.key_id().has_value()) continue;
      const authn::VerificationKey* found = set.Find(*key.key_id(), algorithm);
      Check(found != nullptr && found->SameKey(key), "it is not found");
    }
    if (key.public_key() != nullptr) CheckRoundTrip(key);
  }
  for (const authn::KeyProblem& problem : set.problems()) {
    Check(authn::JoseErrorOf(problem.status) != authn::JoseError::kNone,
          "left out without a reason");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view json(reinterpret_cast<const char*>(data), size);
  for (const auto kind :
       {authn::KeyKind::kPublic, authn::KeyKind::kSymmetric}) {
    authn::KeySetOptions options;
    options.kind = kind;
    options.key_ids = authn::KeyIdRule::kOptional;
    options.max_keys = 16;
    const auto set = authn::KeySet::FromJwks(json, "fuzz", options);
    Check(set.ok() ==
              (authn::JoseErrorOf(set.status()) == authn::JoseError::kNone),
          "refused without a reason");
    if (set.ok()) CheckSet(*set);
  }
  return 0;
}
