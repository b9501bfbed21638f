#include "authn/jose/sign.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/base64url.h"
#include "authn/jose/internal/json_text.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jws.h"
#include "authn/jose/verification_key.h"

namespace gatehouse::authn {
namespace {

// Turns an ECDSA signature in DER into two numbers of `octets` each (RFC 7518
// section 3.4); "" if it is none.
std::string RawEcdsa(absl::string_view der, size_t octets) {
  const bssl::UniquePtr<ECDSA_SIG> numbers(ECDSA_SIG_from_bytes(
      reinterpret_cast<const uint8_t*>(der.data()), der.size()));
  std::string raw(2 * octets, '\0');
  auto* out = reinterpret_cast<uint8_t*>(&raw[0]);
  if (numbers == nullptr ||
      !BN_bn2bin_padded(out, octets, ECDSA_SIG_get0_r(numbers.get())) ||
      !BN_bn2bin_padded(out + octets, octets,
                        ECDSA_SIG_get0_s(numbers.get()))) {
    ERR_clear_error();
    return "";
  }
  return raw;
}

absl::StatusOr<std::string> Header(JwsAlgorithm algorithm,
                                   absl::string_view key_id,
                                   absl::string_view type) {
  std::string header;
  internal::AppendMember("alg", JwsAlgorithmName(algorithm), &header);
  if (!key_id.empty()) internal::AppendMember("kid", key_id, &header);
  if (!type.empty()) internal::AppendMember("typ", type, &header);
  if (internal::FinishObject(&header)) return header;
  return MakeJoseError(JoseError::kBadKeyId,
                       "signing: the key id or the type is no text of JSON");
}

absl::StatusOr<std::string> Signature(absl::string_view message,
                                      const pki::PrivateKey& key) {
  absl::StatusOr<std::string> signature = key.Sign(message);
  if (!signature.ok() || key.public_key().type() != pki::KeyType::kEcdsa) {
    return signature;
  }
  const size_t octets = (static_cast<size_t>(key.public_key().bits()) + 7) / 8;
  return RawEcdsa(*signature, octets);
}

}  // namespace

absl::StatusOr<std::string> SignCompact(absl::string_view payload,
                                        const pki::PrivateKey& key,
                                        absl::string_view key_id,
                                        absl::string_view type) {
  // Refuses the keys that nobody would verify with.
  const absl::StatusOr<VerificationKey> verifier =
      VerificationKey::FromPublicKey(key.public_key(), absl::nullopt);
  if (!verifier.ok()) return verifier.status();
  const absl::optional<JwsAlgorithm> algorithm =
      SigningAlgorithm(key.public_key());
  const absl::StatusOr<std::string> header = Header(*algorithm, key_id, type);
  if (!header.ok()) return header.status();
  std::string token =
      absl::StrCat(Base64UrlEncode(*header), ".", Base64UrlEncode(payload));
  const absl::StatusOr<std::string> signature = Signature(token, key);
  if (!signature.ok()) return signature.status();
  absl::StrAppend(&token, ".", Base64UrlEncode(*signature));
  const absl::Status parsed = Jws::Parse(token).status();
  if (!parsed.ok()) return parsed;
  return token;
}

}  // namespace gatehouse::authn
