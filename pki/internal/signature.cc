#include "pki/internal/signature.h"

#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/internal/der.h"

namespace gatehouse::pki::internal {
namespace {

enum class Scheme : uint8_t {
  kRsaPkcs1,
  kRsaPss,
  kEcdsa,
  kEd25519,
  kInsecure,
  kUnsupported,
};

using DigestFunction = const EVP_MD* (*)();

struct Algorithm {
  absl::string_view oid;
  absl::string_view name;  // As openssl prints it.
  Scheme scheme;
  DigestFunction digest;
};

constexpr Algorithm kAlgorithms[] = {
    {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption", Scheme::kRsaPkcs1,
     EVP_sha256},
    {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256", Scheme::kEcdsa, EVP_sha256},
    {"1.2.840.113549.1.1.12", "sha384WithRSAEncryption", Scheme::kRsaPkcs1,
     EVP_sha384},
    {"1.2.840.113549.1.1.13", "sha512WithRSAEncryption", Scheme::kRsaPkcs1,
     EVP_sha512},
    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384", Scheme::kEcdsa, EVP_sha384},
    {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512", Scheme::kEcdsa, EVP_sha512},
    {"1.2.840.113549.1.1.10", "rsassaPss", Scheme::kRsaPss, nullptr},
    {"1.3.101.112", "ED25519", Scheme::kEd25519, nullptr},
    {"1.2.840.113549.1.1.2", "md2WithRSAEncryption", Scheme::kInsecure,
     nullptr},
    {"1.2.840.113549.1.1.4", "md5WithRSAEncryption", Scheme::kInsecure,
     nullptr},
    {"1.2.840.113549.1.1.5", "sha1WithRSAEncryption", Scheme::kInsecure,
     nullptr},
    {"1.3.14.3.2.29", "sha1WithRSA", Scheme::kInsecure, nullptr},
    {"1.2.840.10045.4.1", "ecdsa-with-SHA1", Scheme::kInsecure, nullptr},
    {"1.2.840.10040.4.3", "dsaWithSHA1", Scheme::kInsecure, nullptr},
    // Known by name only, as in Go.
    {"1.2.840.113549.1.1.14", "sha224WithRSAEncryption", Scheme::kUnsupported,
     nullptr},
    {"1.2.840.10045.4.3.1", "ecdsa-with-SHA224", Scheme::kUnsupported, nullptr},
    {"2.16.840.1.101.3.4.3.2", "dsa_with_SHA256", Scheme::kUnsupported,
     nullptr},
    {"1.3.101.113", "ED448", Scheme::kUnsupported, nullptr},
};

constexpr char kMgf1Oid[] = "1.2.840.113549.1.1.8";

const Algorithm* FindAlgorithm(absl::string_view oid) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.oid == oid) return &algorithm;
  }
  return nullptr;
}

// Opens an AlgorithmIdentifier: its OID, and the parameters, perhaps none.
bool OpenAlgorithm(CBS* in, std::string* oid, CBS* parameters) {
  return CBS_get_asn1(in, parameters, CBS_ASN1_SEQUENCE) &&
         ReadOid(parameters, oid);
}

bool IsNullOrAbsent(CBS parameters) {
  CBS null;
  return CBS_len(&parameters) == 0 ||
         (CBS_get_asn1(&parameters, &null, CBS_ASN1_NULL) &&
          CBS_len(&null) == 0 && CBS_len(&parameters) == 0);
}

// Reads the AlgorithmIdentifier of a digest.
bool ReadDigest(CBS* in, std::string* oid) {
  CBS parameters;
  return OpenAlgorithm(in, oid, &parameters) && IsNullOrAbsent(parameters);
}

absl::Status Unsupported(absl::string_view what) {
  return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                   what);
}

absl::Status Insecure(absl::string_view name) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   Reason::kWeakCryptography,
                   absl::StrCat("insecure signature algorithm ", name));
}

absl::Status BadSignature(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kBadSignature,
                   what);
}

// The digests of RSA-PSS, with the salt that goes with them.
struct PssDigest {
  absl::string_view oid;
  DigestFunction digest;
  uint64_t salt_size;
};
constexpr PssDigest kPssDigests[] = {
    {"2.16.840.1.101.3.4.2.1", EVP_sha256, 32},
    {"2.16.840.1.101.3.4.2.2", EVP_sha384, 48},
    {"2.16.840.1.101.3.4.2.3", EVP_sha512, 64},
};

// Reads RSASSA-PSS-params (RFC 4055 3.1). Its defaults are SHA-1's.
absl::StatusOr<DigestFunction> PssDigestOf(CBS parameters) {
  CBS fields;
  CBS hash;
  CBS mgf;
  CBS salt;
  int has_hash;
  int has_mgf;
  int has_salt;
  if (!CBS_get_asn1(&parameters, &fields, CBS_ASN1_SEQUENCE) ||
      CBS_len(&parameters) != 0 ||
      !CBS_get_optional_asn1(&fields, &hash, &has_hash, ContextTag(0)) ||
      !CBS_get_optional_asn1(&fields, &mgf, &has_mgf, ContextTag(1)) ||
      !CBS_get_optional_asn1(&fields, &salt, &has_salt, ContextTag(2)) ||
      CBS_len(&fields) != 0) {
    return Unsupported("malformed RSA-PSS parameters");
  }
  if (has_hash == 0) return Insecure("rsassaPss with SHA-1");
  std::string hash_oid;
  std::string mgf_oid;
  std::string mgf_hash_oid;
  CBS mgf_parameters;
  uint64_t salt_size;
  if (!ReadDigest(&hash, &hash_oid) || CBS_len(&hash) != 0 || has_mgf == 0 ||
      !OpenAlgorithm(&mgf, &mgf_oid, &mgf_parameters) || CBS_len(&mgf) != 0 ||
      mgf_oid != kMgf1Oid || !ReadDigest(&mgf_parameters, &mgf_hash_oid) ||
      CBS_len(&mgf_parameters) != 0 || mgf_hash_oid != hash_oid ||
      has_salt == 0 || !CBS_get_asn1_uint64(&salt, &salt_size) ||
      CBS_len(&salt) != 0) {
    return Unsupported("RSA-PSS parameters that do not agree");
  }
  for (const PssDigest& entry : kPssDigests) {
    if (entry.oid == hash_oid && entry.salt_size == salt_size) {
      return entry.digest;
    }
  }
  return Unsupported("RSA-PSS with another digest or salt length");
}

KeyType KeyTypeOf(Scheme scheme) {
  switch (scheme) {
    case Scheme::kRsaPkcs1:
    case Scheme::kRsaPss:
      return KeyType::kRsa;
    case Scheme::kEcdsa:
      return KeyType::kEcdsa;
    case Scheme::kEd25519:
      return KeyType::kEd25519;
    case Scheme::kInsecure:
    case Scheme::kUnsupported:
      break;
  }
  return KeyType::kUnknown;
}

bool SetPss(EVP_PKEY_CTX* context, const EVP_MD* digest) {
  constexpr int kSaltAsLongAsDigest = -1;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, kSaltAsLongAsDigest) &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest);
}

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

bool Verifies(Scheme scheme, const EVP_MD* digest, absl::string_view message,
              absl::string_view signature, EVP_PKEY* key) {
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* key_context;
  const bool good =
      EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr, key) &&
      (scheme != Scheme::kRsaPss || SetPss(key_context, digest)) &&
      EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                       Bytes(message), message.size());
  if (!good) ERR_clear_error();
  return good;
}

// Decides the digest, null for none, and whether the parameters are right.
absl::StatusOr<const EVP_MD*> DigestOf(const Algorithm& algorithm,
                                       CBS parameters) {
  bool fits = CBS_len(&parameters) == 0;
  if (algorithm.scheme == Scheme::kRsaPss) {
    const absl::StatusOr<DigestFunction> digest = PssDigestOf(parameters);
    if (!digest.ok()) return digest.status();
    return (*digest)();
  }
  if (algorithm.scheme == Scheme::kRsaPkcs1) fits = IsNullOrAbsent(parameters);
  if (!fits) {
    return Unsupported(
        absl::StrCat(algorithm.name, " with parameters it must not have"));
  }
  return algorithm.digest == nullptr ? nullptr : algorithm.digest();
}

}  // namespace

absl::Status VerifySignature(absl::string_view algorithm_identifier,
                             absl::string_view message,
                             absl::string_view signature,
                             const PublicKey& key) {
  CBS in = CbsOf(algorithm_identifier);
  std::string oid;
  CBS parameters;
  if (!OpenAlgorithm(&in, &oid, &parameters) || CBS_len(&in) != 0) {
    return Unsupported("malformed signature algorithm");
  }
  const Algorithm* const algorithm = FindAlgorithm(oid);
  if (algorithm == nullptr || algorithm->scheme == Scheme::kUnsupported) {
    return Unsupported(absl::StrCat(
        "signature algorithm ", algorithm == nullptr ? oid : algorithm->name,
        " is not supported"));
  }
  if (algorithm->scheme == Scheme::kInsecure) return Insecure(algorithm->name);
  if (key.type() == KeyType::kUnknown) {
    return Unsupported("the signer's key is of an algorithm not known here");
  }
  const absl::StatusOr<const EVP_MD*> digest = DigestOf(*algorithm, parameters);
  if (!digest.ok()) return digest.status();
  if (key.type() != KeyTypeOf(algorithm->scheme)) {
    return BadSignature(absl::StrCat("signature algorithm ", algorithm->name,
                                     " does not fit the signer's key, ",
                                     key.ToString()));
  }
  if (!Verifies(algorithm->scheme, *digest, message, signature, key.handle())) {
    return BadSignature("the signature does not verify");
  }
  return absl::OkStatus();
}

std::string SignatureAlgorithmName(absl::string_view algorithm_identifier) {
  CBS in = CbsOf(algorithm_identifier);
  std::string oid;
  CBS parameters;
  if (!OpenAlgorithm(&in, &oid, &parameters)) return "";
  const Algorithm* const algorithm = FindAlgorithm(oid);
  return algorithm == nullptr ? oid : std::string(algorithm->name);
}

absl::StatusOr<std::string> SignatureAlgorithmFor(const PublicKey& key) {
  absl::string_view name;
  if (key.type() == KeyType::kRsa) name = "sha256WithRSAEncryption";
  if (key.type() == KeyType::kEd25519) name = "ED25519";
  if (key.curve() == "P-256") name = "ecdsa-with-SHA256";
  if (key.curve() == "P-384") name = "ecdsa-with-SHA384";
  if (key.curve() == "P-521") name = "ecdsa-with-SHA512";
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name != name) continue;
    return BuildDer([&](CBB* out) {
      return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* fields) {
        return WriteOid(fields, algorithm.oid) &&
               (algorithm.scheme != Scheme::kRsaPkcs1 ||
                WriteElement(fields, CBS_ASN1_NULL, ""));
      });
    });
  }
  return Unsupported("nothing signs with a key of an unknown algorithm");
}

absl::StatusOr<std::string> SignedSequence(absl::string_view tbs,
                                           const PrivateKey& key) {
  const absl::StatusOr<std::string> algorithm =
      SignatureAlgorithmFor(key.public_key());
  if (!algorithm.ok()) return algorithm.status();
  const absl::StatusOr<std::string> signature = key.Sign(tbs);
  if (!signature.ok()) return signature.status();
  return BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* fields) {
      return WriteBytes(fields, tbs) && WriteBytes(fields, *algorithm) &&
             WriteBitString(fields, *signature);
    });
  });
}

}  // namespace gatehouse::pki::internal
