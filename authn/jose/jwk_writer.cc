#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/curve25519.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/base64url.h"
#include "authn/jose/internal/json_text.h"
#include "authn/jose/jwk.h"
#include "authn/jose/verification_key.h"

namespace gatehouse::authn {
namespace {

using internal::AppendMember;

std::string NumberText(const BIGNUM* number) {
  std::string octets(BN_num_bytes(number), '\0');
  BN_bn2bin(number, reinterpret_cast<uint8_t*>(&octets[0]));
  return Base64UrlEncode(octets);
}

void AppendRsa(const RSA* rsa, std::string* out) {
  AppendMember("n", NumberText(RSA_get0_n(rsa)), out);
  AppendMember("e", NumberText(RSA_get0_e(rsa)), out);
}

void AppendEc(const EC_KEY* ec, absl::string_view curve, std::string* out) {
  // An uncompressed point of the largest curve: 04, x, y.
  std::string point(1 + 2 * size_t{66}, '\0');
  point.resize(EC_POINT_point2oct(
      EC_KEY_get0_group(ec), EC_KEY_get0_public_key(ec),
      POINT_CONVERSION_UNCOMPRESSED, reinterpret_cast<uint8_t*>(&point[0]),
      point.size(), nullptr));
  const size_t half = point.size() / 2;
  AppendMember("crv", curve, out);
  AppendMember("x", Base64UrlEncode(point.substr(1, half)), out);
  AppendMember("y", Base64UrlEncode(point.substr(1 + half)), out);
}

void AppendEd25519(const EVP_PKEY* key, std::string* out) {
  std::string octets(ED25519_PUBLIC_KEY_LEN, '\0');
  size_t size = octets.size();
  EVP_PKEY_get_raw_public_key(key, reinterpret_cast<uint8_t*>(&octets[0]),
                              &size);
  AppendMember("crv", "Ed25519", out);
  AppendMember("x", Base64UrlEncode(octets), out);
}

absl::string_view TypeName(pki::KeyType type) {
  if (type == pki::KeyType::kRsa) return "RSA";
  return type == pki::KeyType::kEcdsa ? "EC" : "OKP";
}

}  // namespace

std::string PublicJwk(const pki::PublicKey& key, absl::string_view key_id) {
  const absl::optional<JwsAlgorithm> algorithm = SigningAlgorithm(key);
  if (!algorithm.has_value()) return "";
  std::string out;
  AppendMember("use", "sig", &out);
  AppendMember("kty", TypeName(key.type()), &out);
  AppendMember("kid", key_id, &out);
  AppendMember("alg", JwsAlgorithmName(*algorithm), &out);
  if (key.type() == pki::KeyType::kRsa) {
    AppendRsa(EVP_PKEY_get0_RSA(key.handle()), &out);
  } else if (key.type() == pki::KeyType::kEcdsa) {
    AppendEc(EVP_PKEY_get0_EC_KEY(key.handle()), key.curve(), &out);
  } else {
    AppendEd25519(key.handle(), &out);
  }
  return internal::FinishObject(&out) ? out : "";
}

}  // namespace gatehouse::authn
