#include "pki/public_key.h"

#include <openssl/bytestring.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/internal/der.h"
#include "pki/pem.h"

namespace gatehouse::pki {

struct PublicKey::Data {
  std::string der;
  std::array<uint8_t, 32> sha256 = {};
  KeyType type = KeyType::kUnknown;
  int bits = 0;
  const char* curve = "";
  absl::string_view key_bits;  // In `der`: contents of the BIT STRING.
  bssl::UniquePtr<EVP_PKEY> key;
};

namespace {

// Content octets of object identifiers.
constexpr absl::string_view kRsaEncryption(
    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);
constexpr absl::string_view kEcPublicKey("\x2a\x86\x48\xce\x3d\x02\x01", 7);
constexpr absl::string_view kEd25519("\x2b\x65\x70", 3);

struct Curve {
  absl::string_view oid;
  int nid;
  int bits;
  const char* name;
};
constexpr Curve kCurves[] = {
    {absl::string_view("\x2a\x86\x48\xce\x3d\x03\x01\x07", 8),
     NID_X9_62_prime256v1, 256, "P-256"},
    {absl::string_view("\x2b\x81\x04\x00\x22", 5), NID_secp384r1, 384, "P-384"},
    {absl::string_view("\x2b\x81\x04\x00\x23", 5), NID_secp521r1, 521, "P-521"},
};

absl::Status Bad(absl::string_view what) {
  return internal::MalformedError("",
                                  absl::StrCat("malformed public key: ", what));
}

// SubjectPublicKeyInfo in its parts.
struct Spki {
  absl::string_view algorithm;  // Content octets of the OID.
  CBS parameters;               // The element, or nothing.
  CBS key_bits;
};

bool ReadSpki(absl::string_view der, Spki* spki) {
  CBS in = internal::CbsOf(der);
  CBS fields;
  CBS algorithm;
  CBS oid;
  if (!CBS_get_asn1(&in, &fields, CBS_ASN1_SEQUENCE) || CBS_len(&in) != 0 ||
      !CBS_get_asn1(&fields, &algorithm, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1(&algorithm, &oid, CBS_ASN1_OBJECT) ||
      !internal::ReadBitString(&fields, &spki->key_bits) ||
      CBS_len(&fields) != 0) {
    return false;
  }
  spki->algorithm = internal::ViewOf(oid);
  spki->parameters = algorithm;
  return internal::AreAlgorithmParameters(algorithm) &&
         !internal::OidToString(spki->algorithm).empty();
}

// Returns the curve that `parameters` name; null for one that is not known.
// Parameters that spell a curve out were the door of CVE-2020-0601.
absl::StatusOr<const Curve*> CurveOf(CBS parameters) {
  CBS oid;
  if (!CBS_get_asn1(&parameters, &oid, CBS_ASN1_OBJECT)) {
    return Bad("the curve must be named, not spelt out");
  }
  for (const Curve& curve : kCurves) {
    if (internal::ViewOf(oid) == curve.oid) return &curve;
  }
  return nullptr;
}

}  // namespace

PublicKey::PublicKey(std::shared_ptr<const Data> data)
    : data_(std::move(data)) {}

absl::Status PublicKey::Classify(Data* data) {
  Spki spki;
  if (!ReadSpki(data->der, &spki)) return Bad("no SubjectPublicKeyInfo");
  data->key_bits = internal::ViewOf(spki.key_bits);
  if (spki.algorithm == kRsaEncryption) {
    data->type = KeyType::kRsa;
  } else if (spki.algorithm == kEd25519) {
    data->type = KeyType::kEd25519;
  } else if (spki.algorithm == kEcPublicKey) {
    const absl::StatusOr<const Curve*> curve = CurveOf(spki.parameters);
    if (!curve.ok()) return curve.status();
    if (*curve == nullptr) return absl::OkStatus();
    data->type = KeyType::kEcdsa;
    data->curve = (*curve)->name;
    // Go takes no compressed points, so nobody sends them.
    if (data->key_bits.empty() || data->key_bits[0] != 4) {
      return Bad("the point is not uncompressed");
    }
  } else {
    return absl::OkStatus();
  }
  CBS in = internal::CbsOf(data->der);
  data->key.reset(EVP_parse_public_key(&in));
  if (data->key == nullptr) {
    ERR_clear_error();
    return Bad("it is not valid for its algorithm");
  }
  data->bits = EVP_PKEY_bits(data->key.get());
  if (data->type == KeyType::kEd25519) data->bits = 256;
  return absl::OkStatus();
}

absl::StatusOr<PublicKey> PublicKey::FromDer(absl::string_view spki) {
  if (spki.size() > kMaxBytes) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                     absl::StrCat("public key of ", spki.size(),
                                  " bytes; at most ", kMaxBytes));
  }
  auto data = std::make_shared<Data>();
  data->der.assign(spki.data(), spki.size());
  absl::Status status = Classify(data.get());
  if (!status.ok()) return status;
  SHA256(reinterpret_cast<const uint8_t*>(data->der.data()), data->der.size(),
         data->sha256.data());
  return PublicKey(std::move(data));
}

namespace {

// Returns the SubjectPublicKeyInfo of a certificate; "" if it has none. Reads
// past everything else without looking.
absl::string_view SpkiOfCertificate(absl::string_view der) {
  CBS in = internal::CbsOf(der);
  CBS certificate;
  CBS tbs;
  CBS version;
  CBS serial;
  if (!CBS_get_asn1(&in, &certificate, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1(&certificate, &tbs, CBS_ASN1_SEQUENCE) ||
      !CBS_get_optional_asn1(&tbs, &version, nullptr,
                             internal::ContextTag(0)) ||
      !CBS_get_asn1(&tbs, &serial, CBS_ASN1_INTEGER)) {
    return "";
  }
  // Algorithm, issuer, validity, subject, key: five SEQUENCEs.
  absl::string_view element;
  for (int i = 0; i < 5; ++i) {
    if (!internal::ReadElement(&tbs, CBS_ASN1_SEQUENCE, &element)) return "";
  }
  return element;
}

// Returns the SubjectPublicKeyInfo around a PKCS #1 RSAPublicKey.
std::string SpkiOfRsa(absl::string_view der) {
  return internal::BuildDer([der](CBB* out) {
    return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* spki) {
      return internal::WriteConstructed(
                 spki, CBS_ASN1_SEQUENCE,
                 [](CBB* algorithm) {
                   return internal::WriteElement(algorithm, CBS_ASN1_OBJECT,
                                                 kRsaEncryption) &&
                          internal::WriteElement(algorithm, CBS_ASN1_NULL, "");
                 }) &&
             internal::WriteBitString(spki, der);
    });
  });
}

// Returns the SubjectPublicKeyInfo of a block; "" if it is of another kind.
std::string SpkiOfBlock(const PemBlock& block) {
  if (block.label == "PUBLIC KEY") return block.der;
  if (block.label == "RSA PUBLIC KEY") return SpkiOfRsa(block.der);
  if (block.label == "CERTIFICATE") {
    return std::string(SpkiOfCertificate(block.der));
  }
  return "";
}

bool IsKeyLabel(absl::string_view label) {
  return label == "PUBLIC KEY" || label == "RSA PUBLIC KEY" ||
         label == "CERTIFICATE";
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::FromPem(absl::string_view pem,
                                             absl::string_view source) {
  const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(pem, source);
  if (!blocks.ok()) return blocks.status();
  const absl::string_view name = source.empty() ? "PEM text" : source;
  for (const PemBlock& block : *blocks) {
    if (!IsKeyLabel(block.label)) continue;
    absl::StatusOr<PublicKey> key = FromDer(SpkiOfBlock(block));
    if (key.ok()) return key;
    return InContext(absl::StrCat(name, ":", block.line), key.status());
  }
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   absl::StrCat(name, ": no public key in it"));
}

KeyType PublicKey::type() const { return data_->type; }
int PublicKey::bits() const { return data_->bits; }
std::string PublicKey::curve() const { return data_->curve; }
absl::string_view PublicKey::der() const { return data_->der; }
EVP_PKEY* PublicKey::handle() const { return data_->key.get(); }
const std::array<uint8_t, 32>& PublicKey::sha256() const {
  return data_->sha256;
}

std::string PublicKey::ToString() const {
  switch (data_->type) {
    case KeyType::kRsa:
      return absl::StrCat("RSA-", data_->bits);
    case KeyType::kEcdsa:
      return absl::StrCat("ECDSA-P", data_->bits);
    case KeyType::kEd25519:
      return "Ed25519";
    case KeyType::kUnknown:
      break;
  }
  return "unknown";
}

std::string PublicKey::ToPem() const {
  return EncodePem("PUBLIC KEY", data_->der);
}

std::string PublicKey::SubjectKeyId() const {
  std::string id(SHA_DIGEST_LENGTH, '\0');
  SHA1(reinterpret_cast<const uint8_t*>(data_->key_bits.data()),
       data_->key_bits.size(), reinterpret_cast<uint8_t*>(&id[0]));
  return id;
}

}  // namespace gatehouse::pki
