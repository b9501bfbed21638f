#include "authn/jose/verify.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/verification_key.h"

namespace gatehouse::authn {
namespace {

absl::Status NoKey(const Jws& jws, const KeySet& keys) {
  const JoseError error = keys.WhyNotFound(*jws.key_id());
  return MakeJoseError(error, absl::StrCat("token: no key with the id ",
                                           ShownKeyId(*jws.key_id()), " for ",
                                           JwsAlgorithmName(jws.algorithm()),
                                           ": ", JoseErrorName(error)));
}

absl::Status CheckWithNamedKey(const Jws& jws, const KeySet& keys) {
  const VerificationKey* key = keys.Find(*jws.key_id(), jws.algorithm());
  if (key == nullptr) return NoKey(jws, keys);
  return key->Verify(jws.algorithm(), jws.signing_input(), jws.signature());
}

absl::Status CheckWithAnyKey(const Jws& jws, const KeySet& keys) {
  if (keys.key_ids() == KeyIdRule::kRequired) {
    return MakeJoseError(JoseError::kMissingKeyId,
                         "token: no key id, by which keys are chosen");
  }
  const absl::Span<const uint32_t> places = keys.WithAlgorithm(jws.algorithm());
  if (places.size() > KeySet::kMaxKeysTried) {
    return MakeJoseError(
        JoseError::kTooManyKeys,
        absl::StrCat("token: no key id, and ", places.size(),
                     " keys to try; at most ", KeySet::kMaxKeysTried));
  }
  absl::Status status = MakeJoseError(
      JoseError::kUnknownKeyId,
      absl::StrCat("token: no key for ", JwsAlgorithmName(jws.algorithm())));
  for (const uint32_t place : places) {
    absl::Status checked = keys.keys()[place].Verify(
        jws.algorithm(), jws.signing_input(), jws.signature());
    if (checked.ok()) return checked;
    // One that could be its key says more than one of another size.
    if (JoseErrorOf(status) != JoseError::kBadSignature) {
      status = std::move(checked);
    }
  }
  return status;
}

}  // namespace

absl::StatusOr<VerifiedJws> Verify(Jws jws, const KeySet& keys) {
  absl::Status status = jws.key_id().has_value() ? CheckWithNamedKey(jws, keys)
                                                 : CheckWithAnyKey(jws, keys);
  if (!status.ok()) return status;
  return VerifiedJws(std::move(jws));
}

absl::StatusOr<VerifiedJws> VerifyCompact(absl::string_view token,
                                          const KeySet& keys,
                                          const JwsLimits& limits) {
  absl::StatusOr<Jws> jws = Jws::Parse(token, limits);
  if (!jws.ok()) return jws.status();
  return Verify(*std::move(jws), keys);
}

}  // namespace gatehouse::authn
