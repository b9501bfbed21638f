#include "authn/jose/jwk.h"

#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/curve25519.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn {
namespace {

using objects::Node;
using objects::NodeKind;

struct Curve {
  absl::string_view name;
  int nid;
  size_t octets;
};
constexpr Curve kCurves[] = {
    {"P-256", NID_X9_62_prime256v1, 32},
    {"P-384", NID_secp384r1, 48},
    {"P-521", NID_secp521r1, 66},
};

// Of RSA, EC and OKP keys (RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037).
constexpr absl::string_view kPrivateMembers[] = {"d",  "p",  "q",  "dp",
                                                 "dq", "qi", "oth"};

absl::Status JwkError(JoseError error, absl::string_view what) {
  return MakeJoseError(error, absl::StrCat("key: ", what));
}

// Returns the string `name`; absent if there is no such member.
absl::StatusOr<absl::optional<std::string>> OptionalText(
    const Node& jwk, absl::string_view name) {
  const Node* value = jwk.Find(name);
  if (value == nullptr) return absl::optional<std::string>();
  if (!value->is(NodeKind::kString)) {
    return JwkError(JoseError::kWrongType,
                    absl::StrCat("\"", name, "\" is no string"));
  }
  return absl::optional<std::string>(std::string(value->text()));
}

absl::StatusOr<std::string> Text(const Node& jwk, absl::string_view name) {
  absl::StatusOr<absl::optional<std::string>> text = OptionalText(jwk, name);
  if (!text.ok()) return text.status();
  if (!text->has_value()) {
    return JwkError(JoseError::kMissingMember,
                    absl::StrCat("no \"", name, "\""));
  }
  return **std::move(text);
}

absl::StatusOr<std::string> Octets(const Node& jwk, absl::string_view name) {
  const absl::StatusOr<std::string> text = Text(jwk, name);
  if (!text.ok()) return text.status();
  std::string octets;
  const JoseError error = Base64UrlDecode(*text, &octets);
  if (error != JoseError::kNone) {
    return JwkError(error,
                    absl::StrCat("\"", name, "\": ", JoseErrorName(error)));
  }
  return octets;
}

absl::Status Malformed(absl::string_view what) {
  ERR_clear_error();
  return JwkError(JoseError::kMalformedKey, what);
}

bssl::UniquePtr<BIGNUM> Number(absl::string_view octets) {
  return bssl::UniquePtr<BIGNUM>(BN_bin2bn(
      reinterpret_cast<const uint8_t*>(octets.data()), octets.size(), nullptr));
}

// Returns the key as pki/ knows it, which is by its SubjectPublicKeyInfo.
absl::StatusOr<pki::PublicKey> ToPublicKey(const EVP_PKEY* key) {
  bssl::ScopedCBB out;
  if (!CBB_init(out.get(), 512) || !EVP_marshal_public_key(out.get(), key) ||
      !CBB_flush(out.get())) {
    return Malformed("it has no encoding");
  }
  absl::StatusOr<pki::PublicKey> parsed = pki::PublicKey::FromDer(
      absl::string_view(reinterpret_cast<const char*>(CBB_data(out.get())),
                        CBB_len(out.get())));
  return parsed.ok() ? parsed : Malformed(parsed.status().message());
}

// RFC 7518 section 6.3.1: Base64urlUInt, the fewest octets.
absl::StatusOr<pki::PublicKey> ParseRsa(const Node& jwk) {
  const absl::StatusOr<std::string> modulus = Octets(jwk, "n");
  if (!modulus.ok()) return modulus.status();
  const absl::StatusOr<std::string> exponent = Octets(jwk, "e");
  if (!exponent.ok()) return exponent.status();
  if (modulus->empty() || modulus->front() == '\0' || exponent->empty() ||
      exponent->front() == '\0') {
    return Malformed("\"n\" or \"e\" is empty or begins with a zero octet");
  }
  if (modulus->size() > VerificationKey::kMaxRsaBits / 8) {
    return JwkError(JoseError::kKeyTooLarge, "\"n\" is too long");
  }
  // BoringSSL has no such key either, and no such name for what is wrong.
  if (*exponent == "\x01") {
    return JwkError(JoseError::kWeakKey, "an exponent of 1");
  }
  bssl::UniquePtr<BIGNUM> n = Number(*modulus);
  bssl::UniquePtr<BIGNUM> e = Number(*exponent);
  const bssl::UniquePtr<RSA> rsa(RSA_new());
  if (!RSA_set0_key(rsa.get(), n.get(), e.get(), nullptr)) {
    return Malformed("no RSA key");
  }
  n.release();
  e.release();
  const bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  if (!EVP_PKEY_set1_RSA(key.get(), rsa.get())) return Malformed("no RSA key");
  return ToPublicKey(key.get());
}

// RFC 7518 section 6.2.1: coordinates have the full size of the field.
absl::StatusOr<pki::PublicKey> ParseEc(const Node& jwk) {
  const absl::StatusOr<std::string> name = Text(jwk, "crv");
  if (!name.ok()) return name.status();
  const Curve* curve = nullptr;
  for (const Curve& each : kCurves) {
    if (each.name == *name) curve = &each;
  }
  if (curve == nullptr) {
    return JwkError(JoseError::kUnsupportedCurve, "want P-256, P-384 or P-521");
  }
  const absl::StatusOr<std::string> x = Octets(jwk, "x");
  if (!x.ok()) return x.status();
  const absl::StatusOr<std::string> y = Octets(jwk, "y");
  if (!y.ok()) return y.status();
  if (x->size() != curve->octets || y->size() != curve->octets) {
    return Malformed(absl::StrCat("\"x\" and \"y\" of ", curve->name, " have ",
                                  curve->octets, " octets each"));
  }
  const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(curve->nid));
  const bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  // Fails for a point that is not on the curve.
  if (ec == nullptr ||
      !EC_KEY_set_public_key_affine_coordinates(ec.get(), Number(*x).get(),
                                                Number(*y).get()) ||
      !EVP_PKEY_set1_EC_KEY(key.get(), ec.get())) {
    return Malformed("no point of its curve");
  }
  return ToPublicKey(key.get());
}

absl::StatusOr<pki::PublicKey> ParseOkp(const Node& jwk) {
  const absl::StatusOr<std::string> curve = Text(jwk, "crv");
  if (!curve.ok()) return curve.status();
  if (*curve != "Ed25519") {
    return JwkError(JoseError::kUnsupportedCurve, "want Ed25519");
  }
  const absl::StatusOr<std::string> x = Octets(jwk, "x");
  if (!x.ok()) return x.status();
  const bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const uint8_t*>(x->data()),
      x->size()));
  if (key == nullptr) return Malformed("\"x\" of Ed25519 has 32 octets");
  return ToPublicKey(key.get());
}

absl::Status CheckUse(const Node& jwk) {
  const absl::StatusOr<absl::optional<std::string>> use =
      OptionalText(jwk, "use");
  if (!use.ok()) return use.status();
  if (use->has_value() && **use != "sig") {
    return JwkError(JoseError::kNotForSignatures, "\"use\" is not \"sig\"");
  }
  const Node* operations = jwk.Find("key_ops");
  if (operations == nullptr) return absl::OkStatus();
  if (!operations->is(NodeKind::kList)) {
    return JwkError(JoseError::kWrongType, "\"key_ops\" is no list");
  }
  bool verify = false;
  for (const Node& operation : operations->items()) {
    if (!operation.is(NodeKind::kString)) {
      return JwkError(JoseError::kWrongType, "\"key_ops\" has no string in it");
    }
    verify = verify || operation.text() == "verify";
  }
  if (verify) return absl::OkStatus();
  return JwkError(JoseError::kNotForSignatures,
                  "\"key_ops\" has no \"verify\"");
}

absl::StatusOr<absl::optional<JwsAlgorithm>> AlgorithmOf(const Node& jwk) {
  const absl::StatusOr<absl::optional<std::string>> name =
      OptionalText(jwk, "alg");
  if (!name.ok()) return name.status();
  if (!name->has_value()) return absl::optional<JwsAlgorithm>();
  const absl::optional<JwsAlgorithm> algorithm = ParseJwsAlgorithm(**name);
  if (!algorithm.has_value()) {
    return JwkError(JoseError::kUnsupportedAlgorithm,
                    "its \"alg\" is no signature algorithm known here");
  }
  return algorithm;
}

absl::StatusOr<pki::PublicKey> ParsePublic(const Node& jwk,
                                           absl::string_view type) {
  for (const absl::string_view member : kPrivateMembers) {
    if (jwk.Find(member) != nullptr) {
      return JwkError(
          JoseError::kPrivateKey,
          absl::StrCat("\"", member, "\": a private key among public ones"));
    }
  }
  if (type == "RSA") return ParseRsa(jwk);
  return type == "EC" ? ParseEc(jwk) : ParseOkp(jwk);
}

// Holds the type of a key against the kind that its set has.
absl::Status CheckType(absl::string_view type, KeyKind kind) {
  if (type == "oct") {
    if (kind == KeyKind::kSymmetric) return absl::OkStatus();
    return JwkError(JoseError::kSymmetricKey,
                    "a symmetric key in a set of public keys");
  }
  if (type != "RSA" && type != "EC" && type != "OKP") {
    return JwkError(JoseError::kUnsupportedKeyType,
                    "its \"kty\" is none of RSA, EC, OKP, oct");
  }
  if (kind == KeyKind::kPublic) return absl::OkStatus();
  return JwkError(JoseError::kPublicKey,
                  "a public key in a set of symmetric keys");
}

}  // namespace

absl::StatusOr<VerificationKey> ParseJwk(const Node& jwk, KeyKind kind) {
  if (!jwk.is(NodeKind::kMap)) {
    return JwkError(JoseError::kNotObject, "it is no JSON object");
  }
  const absl::StatusOr<std::string> type = Text(jwk, "kty");
  if (!type.ok()) return type.status();
  absl::Status status = CheckType(*type, kind);
  if (status.ok()) status = CheckUse(jwk);
  if (!status.ok()) return status;
  const absl::StatusOr<absl::optional<JwsAlgorithm>> algorithm =
      AlgorithmOf(jwk);
  if (!algorithm.ok()) return algorithm.status();
  absl::StatusOr<absl::optional<std::string>> key_id = OptionalText(jwk, "kid");
  if (!key_id.ok()) return key_id.status();
  if (kind == KeyKind::kSymmetric) {
    absl::StatusOr<std::string> octets = Octets(jwk, "k");
    if (!octets.ok()) return octets.status();
    Secret secret(*octets);
    WipeString(&*octets);
    return VerificationKey::FromSecret(std::move(secret), *std::move(key_id),
                                       *algorithm);
  }
  const absl::StatusOr<pki::PublicKey> key = ParsePublic(jwk, *type);
  if (!key.ok()) return key.status();
  return VerificationKey::FromPublicKey(*key, *std::move(key_id), *algorithm);
}

}  // namespace gatehouse::authn
