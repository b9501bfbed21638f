#include "authn/jose/verification_key.h"

#include <openssl/bn.h>
#include <openssl/curve25519.h>
#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jws.h"

namespace gatehouse::authn {

struct VerificationKey::Data {
  absl::optional<std::string> key_id;
  JwsAlgorithmSet algorithms;
  absl::optional<pki::PublicKey> public_key;
  Secret secret;
  // One of these, by the type of the key; they belong to public_key. BoringSSL
  // takes them as not const and locks what it remembers in them.
  RSA* rsa = nullptr;
  EC_KEY* ec = nullptr;
  std::array<uint8_t, ED25519_PUBLIC_KEY_LEN> ed25519 = {};
  size_t signature_size = 0;  // 0: a secret, and that of the digest.
};

namespace {

constexpr JwsAlgorithmSet kRsaAlgorithms = {
    JwsAlgorithm::kRs256, JwsAlgorithm::kRs384, JwsAlgorithm::kRs512,
    JwsAlgorithm::kPs256, JwsAlgorithm::kPs384, JwsAlgorithm::kPs512};
constexpr JwsAlgorithmSet kPssAlgorithms = {
    JwsAlgorithm::kPs256, JwsAlgorithm::kPs384, JwsAlgorithm::kPs512};
constexpr JwsAlgorithmSet kHmacAlgorithms = {
    JwsAlgorithm::kHs256, JwsAlgorithm::kHs384, JwsAlgorithm::kHs512};

using Ed25519Point = std::array<uint8_t, ED25519_PUBLIC_KEY_LEN>;

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

const EVP_MD* DigestOf(JwsAlgorithm algorithm) {
  switch (algorithm) {
    case JwsAlgorithm::kRs256:
    case JwsAlgorithm::kPs256:
    case JwsAlgorithm::kEs256:
    case JwsAlgorithm::kHs256:
      return EVP_sha256();
    case JwsAlgorithm::kRs384:
    case JwsAlgorithm::kPs384:
    case JwsAlgorithm::kEs384:
    case JwsAlgorithm::kHs384:
      return EVP_sha384();
    case JwsAlgorithm::kRs512:
    case JwsAlgorithm::kPs512:
    case JwsAlgorithm::kEs512:
    case JwsAlgorithm::kHs512:
      return EVP_sha512();
    case JwsAlgorithm::kEdDsa:
      break;
  }
  return nullptr;
}

struct Digest {
  uint8_t bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
};

// Without EVP_Digest, which allocates.
Digest Hash(JwsAlgorithm algorithm, absl::string_view message) {
  Digest digest;
  digest.size = static_cast<unsigned>(EVP_MD_size(DigestOf(algorithm)));
  switch (digest.size) {
    case SHA256_DIGEST_LENGTH:
      SHA256(Bytes(message), message.size(), digest.bytes);
      break;
    case SHA384_DIGEST_LENGTH:
      SHA384(Bytes(message), message.size(), digest.bytes);
      break;
    default:
      SHA512(Bytes(message), message.size(), digest.bytes);
  }
  return digest;
}

bool RsaVerifies(JwsAlgorithm algorithm, absl::string_view message,
                 absl::string_view signature, RSA* rsa) {
  const EVP_MD* md = DigestOf(algorithm);
  const Digest digest = Hash(algorithm, message);
  if (!kPssAlgorithms.Contains(algorithm)) {
    return RSA_verify(EVP_MD_type(md), digest.bytes, digest.size,
                      Bytes(signature), signature.size(), rsa) != 0;
  }
  constexpr int kSaltAsLongAsDigest = -1;  // RFC 7518 section 3.5.
  return RSA_verify_pss_mgf1(rsa, digest.bytes, digest.size, md, md,
                             kSaltAsLongAsDigest, Bytes(signature),
                             signature.size()) != 0;
}

bool EcdsaVerifies(JwsAlgorithm algorithm, absl::string_view message,
                   absl::string_view signature, const EC_KEY* ec) {
  const Digest digest = Hash(algorithm, message);
  const size_t half = signature.size() / 2;
  bssl::UniquePtr<BIGNUM> r(BN_bin2bn(Bytes(signature), half, nullptr));
  bssl::UniquePtr<BIGNUM> s(BN_bin2bn(Bytes(signature) + half, half, nullptr));
  const bssl::UniquePtr<ECDSA_SIG> numbers(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || numbers == nullptr ||
      !ECDSA_SIG_set0(numbers.get(), r.get(), s.get())) {
    return false;
  }
  r.release();
  s.release();
  return ECDSA_do_verify(digest.bytes, digest.size, numbers.get(), ec) == 1;
}

bool HmacVerifies(JwsAlgorithm algorithm, absl::string_view message,
                  absl::string_view signature, const Secret& secret) {
  const absl::string_view key = secret.Reveal(SecretAccess::Get());
  Digest digest;
  return HMAC(DigestOf(algorithm), key.data(), key.size(), Bytes(message),
              message.size(), digest.bytes, &digest.size) != nullptr &&
         digest.size == signature.size() &&
         CRYPTO_memcmp(digest.bytes, signature.data(), digest.size) == 0;
}

// The points of Ed25519 whose order divides 8, by their y coordinate, canonical
// or not. Under such a key one signature is good for many messages.
constexpr Ed25519Point kSmallOrder[] = {
    {0x00},
    {0x01},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

bool HasSmallOrder(Ed25519Point point) {
  point.back() &= 0x7f;  // The sign of x.
  for (const Ed25519Point& small : kSmallOrder) {
    if (point == small) return true;
  }
  return false;
}

absl::Status CheckRsa(const pki::PublicKey& key) {
  if (key.bits() < VerificationKey::kMinRsaBits) {
    return MakeJoseError(
        JoseError::kWeakKey,
        absl::StrCat("an RSA key of ", key.bits(), " bits; at least ",
                     VerificationKey::kMinRsaBits));
  }
  if (key.bits() > VerificationKey::kMaxRsaBits) {
    return MakeJoseError(
        JoseError::kKeyTooLarge,
        absl::StrCat("an RSA key of ", key.bits(), " bits; at most ",
                     VerificationKey::kMaxRsaBits));
  }
  const RSA* rsa = EVP_PKEY_get0_RSA(key.handle());
  if (!BN_is_odd(RSA_get0_n(rsa)) || !BN_is_odd(RSA_get0_e(rsa)) ||
      BN_is_one(RSA_get0_e(rsa))) {
    return MakeJoseError(JoseError::kWeakKey,
                         "an RSA key with an even number or exponent 1");
  }
  return absl::OkStatus();
}

absl::Status CheckKeyId(const absl::optional<std::string>& key_id) {
  if (!key_id.has_value()) return absl::OkStatus();
  if (key_id->empty() || key_id->size() > kMaxKeyIdBytes ||
      key_id->find('\0') != std::string::npos) {
    return MakeJoseError(
        JoseError::kBadKeyId,
        absl::StrCat("a key id of ", key_id->size(), " bytes; want 1 to ",
                     kMaxKeyIdBytes, " without U+0000"));
  }
  return absl::OkStatus();
}

absl::Status Narrow(absl::optional<JwsAlgorithm> algorithm,
                    JwsAlgorithmSet* algorithms) {
  if (!algorithm.has_value()) return absl::OkStatus();
  if (!algorithms->Contains(*algorithm)) {
    return MakeJoseError(
        JoseError::kAlgorithmMismatch,
        absl::StrCat("the key is said to be for ", JwsAlgorithmName(*algorithm),
                     ", and can be for ", algorithms->ToString()));
  }
  *algorithms = {*algorithm};
  return absl::OkStatus();
}

}  // namespace

std::string KubernetesKeyId(const pki::PublicKey& key) {
  return Base64UrlEncode(absl::string_view(
      reinterpret_cast<const char*>(key.sha256().data()), key.sha256().size()));
}

absl::optional<JwsAlgorithm> SigningAlgorithm(const pki::PublicKey& key) {
  switch (key.type()) {
    case pki::KeyType::kRsa:
      return JwsAlgorithm::kRs256;
    case pki::KeyType::kEcdsa:
      return key.bits() == 256   ? JwsAlgorithm::kEs256
             : key.bits() == 384 ? JwsAlgorithm::kEs384
                                 : JwsAlgorithm::kEs512;
    case pki::KeyType::kEd25519:
      return JwsAlgorithm::kEdDsa;
    case pki::KeyType::kUnknown:
      break;
  }
  return absl::nullopt;
}

VerificationKey::VerificationKey(std::shared_ptr<const Data> data)
    : data_(std::move(data)) {}

absl::Status VerificationKey::Prepare(Data* data) {
  const pki::PublicKey& key = *data->public_key;
  switch (key.type()) {
    case pki::KeyType::kRsa: {
      absl::Status status = CheckRsa(key);
      if (!status.ok()) return status;
      data->rsa = EVP_PKEY_get0_RSA(key.handle());
      data->signature_size = RSA_size(data->rsa);
      data->algorithms = kRsaAlgorithms;
      return absl::OkStatus();
    }
    case pki::KeyType::kEcdsa:
      data->ec = EVP_PKEY_get0_EC_KEY(key.handle());
      data->signature_size = 2 * ((static_cast<size_t>(key.bits()) + 7) / 8);
      data->algorithms = {*SigningAlgorithm(key)};  // The curve has but one.
      return absl::OkStatus();
    case pki::KeyType::kEd25519: {
      size_t size = data->ed25519.size();
      EVP_PKEY_get_raw_public_key(key.handle(), data->ed25519.data(), &size);
      if (HasSmallOrder(data->ed25519)) {
        return MakeJoseError(JoseError::kWeakKey,
                             "an Ed25519 key of small order");
      }
      data->signature_size = ED25519_SIGNATURE_LEN;
      data->algorithms = {JwsAlgorithm::kEdDsa};
      return absl::OkStatus();
    }
    case pki::KeyType::kUnknown:
      break;
  }
  return MakeJoseError(JoseError::kUnsupportedKeyType,
                       "a key of a type not known here");
}

absl::StatusOr<VerificationKey> VerificationKey::FromPublicKey(
    const pki::PublicKey& key, absl::optional<std::string> key_id,
    absl::optional<JwsAlgorithm> algorithm) {
  auto data = std::make_shared<Data>();
  data->public_key = key;
  data->key_id = std::move(key_id);
  absl::Status status = CheckKeyId(data->key_id);
  if (status.ok()) status = Prepare(data.get());
  if (status.ok()) status = Narrow(algorithm, &data->algorithms);
  if (!status.ok()) return status;
  return VerificationKey(std::move(data));
}

absl::StatusOr<VerificationKey> VerificationKey::FromSecret(
    Secret secret, absl::optional<std::string> key_id,
    absl::optional<JwsAlgorithm> algorithm) {
  auto data = std::make_shared<Data>();
  data->key_id = std::move(key_id);
  absl::Status status = CheckKeyId(data->key_id);
  JwsAlgorithmSet asked = kHmacAlgorithms;
  if (status.ok()) status = Narrow(algorithm, &asked);
  if (!status.ok()) return status;
  if (secret.size() > kMaxSecretBytes) {
    return MakeJoseError(JoseError::kKeyTooLarge,
                         absl::StrCat("a secret of ", secret.size(),
                                      " bytes; at most ", kMaxSecretBytes));
  }
  for (const JwsAlgorithm each :
       {JwsAlgorithm::kHs256, JwsAlgorithm::kHs384, JwsAlgorithm::kHs512}) {
    if (asked.Contains(each) && secret.size() >= EVP_MD_size(DigestOf(each))) {
      data->algorithms.Add(each);
    }
  }
  if (data->algorithms.empty()) {
    return MakeJoseError(
        JoseError::kWeakKey,
        absl::StrCat("a secret of ", secret.size(), " bytes for ",
                     asked.ToString(), "; no shorter than the digest"));
  }
  data->secret = std::move(secret);
  return VerificationKey(std::move(data));
}

const absl::optional<std::string>& VerificationKey::key_id() const {
  return data_->key_id;
}

JwsAlgorithmSet VerificationKey::algorithms() const {
  return data_->algorithms;
}

const pki::PublicKey* VerificationKey::public_key() const {
  return data_->public_key.has_value() ? &*data_->public_key : nullptr;
}

bool VerificationKey::SameKey(const VerificationKey& other) const {
  const pki::PublicKey* mine = public_key();
  const pki::PublicKey* others = other.public_key();
  if ((mine == nullptr) != (others == nullptr)) return false;
  return mine != nullptr ? *mine == *others
                         : data_->secret == other.data_->secret;
}

absl::Status VerificationKey::Verify(JwsAlgorithm algorithm,
                                     absl::string_view signing_input,
                                     absl::string_view signature) const {
  if (!data_->algorithms.Contains(algorithm)) {
    return MakeJoseError(
        JoseError::kAlgorithmMismatch,
        absl::StrCat("token: signed by ", JwsAlgorithmName(algorithm),
                     "; the key is for ", data_->algorithms.ToString()));
  }
  const size_t want = data_->signature_size != 0
                          ? data_->signature_size
                          : EVP_MD_size(DigestOf(algorithm));
  if (signature.size() != want) {
    return MakeJoseError(
        JoseError::kSignatureLength,
        absl::StrCat("token: a signature of ", signature.size(),
                     " bytes; those of the key have ", want));
  }
  const bool good =
      data_->rsa != nullptr
          ? RsaVerifies(algorithm, signing_input, signature, data_->rsa)
      : data_->ec != nullptr
          ? EcdsaVerifies(algorithm, signing_input, signature, data_->ec)
      : data_->public_key.has_value()
          ? ED25519_verify(Bytes(signing_input), signing_input.size(),
                           Bytes(signature), data_->ed25519.data()) == 1
          : HmacVerifies(algorithm, signing_input, signature, data_->secret);
  if (good) return absl::OkStatus();
  ERR_clear_error();
  return MakeJoseError(JoseError::kBadSignature,
                       "token: the signature does not verify");
}

}  // namespace gatehouse::authn
