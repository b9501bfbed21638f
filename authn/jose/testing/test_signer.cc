#include "authn/jose/testing/test_signer.h"

#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "authn/jose/base64url.h"
#include "base/secret.h"
#include "pki/pem.h"

namespace gatehouse::authn {
namespace {

using pki::KeyAlgorithm;
using pki::PrivateKey;

uint8_t* Bytes(std::string& text) {
  return reinterpret_cast<uint8_t*>(&text[0]);
}

// pki/ makes no keys on P-521, and reads them.
PrivateKey GenerateP521() {
  const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_secp521r1));
  EC_KEY_generate_key(ec.get());
  const bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EVP_PKEY_set1_EC_KEY(key.get(), ec.get());
  bssl::ScopedCBB out;
  CBB_init(out.get(), 512);
  EVP_marshal_private_key(out.get(), key.get());
  CBB_flush(out.get());
  return *PrivateKey::FromPem(pki::EncodePem(
      "PRIVATE KEY",
      absl::string_view(reinterpret_cast<const char*>(CBB_data(out.get())),
                        CBB_len(out.get()))));
}

const EVP_MD* DigestOf(absl::string_view name) {
  const absl::string_view bits = name.substr(2);
  return bits == "256"   ? EVP_sha256()
         : bits == "384" ? EVP_sha384()
                         : EVP_sha512();
}

std::string Hash(const EVP_MD* md, absl::string_view message) {
  std::string digest(EVP_MD_size(md), '\0');
  EVP_Digest(message.data(), message.size(), Bytes(digest), nullptr, md,
             nullptr);
  return digest;
}

std::string SignRsa(bool pss, const EVP_MD* md, std::string digest) {
  RSA* rsa = EVP_PKEY_get0_RSA(TestPrivateKey(JwsAlgorithm::kRs256).handle());
  std::string signature(RSA_size(rsa), '\0');
  if (pss) {
    size_t size;
    RSA_sign_pss_mgf1(rsa, &size, Bytes(signature), signature.size(),
                      Bytes(digest), digest.size(), md, md, -1);
  } else {
    unsigned size;
    RSA_sign(EVP_MD_type(md), Bytes(digest), digest.size(), Bytes(signature),
             &size, rsa);
  }
  return signature;
}

std::string SignEcdsa(const PrivateKey& key, std::string digest) {
  const bssl::UniquePtr<ECDSA_SIG> numbers(ECDSA_do_sign(
      Bytes(digest), digest.size(), EVP_PKEY_get0_EC_KEY(key.handle())));
  const size_t octets = (static_cast<size_t>(key.public_key().bits()) + 7) / 8;
  std::string signature(2 * octets, '\0');
  BN_bn2bin_padded(Bytes(signature), octets, ECDSA_SIG_get0_r(numbers.get()));
  BN_bn2bin_padded(Bytes(signature) + octets, octets,
                   ECDSA_SIG_get0_s(numbers.get()));
  return signature;
}

std::string SignHmac(const EVP_MD* md, absl::string_view message) {
  const std::string secret = TestSecret();
  std::string mac(EVP_MD_size(md), '\0');
  HMAC(md, secret.data(), secret.size(),
       reinterpret_cast<const uint8_t*>(message.data()), message.size(),
       Bytes(mac), nullptr);
  return mac;
}

}  // namespace

const PrivateKey& TestPrivateKey(JwsAlgorithm algorithm) {
  static const auto* const rsa =
      new PrivateKey(*PrivateKey::Generate(KeyAlgorithm::kRsa2048));
  static const auto* const p256 =
      new PrivateKey(*PrivateKey::Generate(KeyAlgorithm::kEcdsaP256));
  static const auto* const p384 =
      new PrivateKey(*PrivateKey::Generate(KeyAlgorithm::kEcdsaP384));
  static const auto* const p521 = new PrivateKey(GenerateP521());
  static const auto* const ed25519 =
      new PrivateKey(*PrivateKey::Generate(KeyAlgorithm::kEd25519));
  switch (algorithm) {
    case JwsAlgorithm::kEs256:
      return *p256;
    case JwsAlgorithm::kEs384:
      return *p384;
    case JwsAlgorithm::kEs512:
      return *p521;
    case JwsAlgorithm::kEdDsa:
      return *ed25519;
    default:
      return *rsa;
  }
}

std::string TestSecret() { return std::string(127, 's') + "!"; }

VerificationKey TestKey(JwsAlgorithm algorithm, absl::string_view key_id) {
  const std::string id(key_id);
  if (!JwsAlgorithmSet::Asymmetric().Contains(algorithm)) {
    return *VerificationKey::FromSecret(Secret(TestSecret()), id, algorithm);
  }
  return *VerificationKey::FromPublicKey(TestPrivateKey(algorithm).public_key(),
                                         id, algorithm);
}

std::string TestSignature(JwsAlgorithm algorithm, absl::string_view message) {
  const absl::string_view name = JwsAlgorithmName(algorithm);
  if (name == "EdDSA") return *TestPrivateKey(algorithm).Sign(message);
  const EVP_MD* md = DigestOf(name);
  if (name[0] == 'H') return SignHmac(md, message);
  if (name[0] == 'E') {
    return SignEcdsa(TestPrivateKey(algorithm), Hash(md, message));
  }
  return SignRsa(name[0] == 'P', md, Hash(md, message));
}

std::string TestToken(JwsAlgorithm algorithm, absl::string_view header,
                      absl::string_view payload) {
  const std::string input =
      absl::StrCat(Base64UrlEncode(header), ".", Base64UrlEncode(payload));
  return absl::StrCat(input, ".",
                      Base64UrlEncode(TestSignature(algorithm, input)));
}

std::string TestToken(JwsAlgorithm algorithm, absl::string_view payload) {
  return TestToken(algorithm,
                   absl::StrCat(R"({"alg":")", JwsAlgorithmName(algorithm),
                                R"(","kid":"k"})"),
                   payload);
}

}  // namespace gatehouse::authn
