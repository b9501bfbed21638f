#include "pki/private_key.h"

#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/curve25519.h>
#include <openssl/digest.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>

#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "pki/internal/der.h"
#include "pki/pem.h"

namespace gatehouse::pki {

struct PrivateKey::Data {
  bssl::UniquePtr<EVP_PKEY> key;  // BoringSSL wipes it when it goes.
  PublicKey public_key;
};

namespace {

struct Kind {
  KeyAlgorithm algorithm;
  absl::string_view name;
  int rsa_bits;   // 0: not RSA.
  int curve_nid;  // NID_undef: not ECDSA.
};
constexpr Kind kKinds[] = {
    {KeyAlgorithm::kRsa2048, "RSA-2048", 2048, NID_undef},
    {KeyAlgorithm::kRsa3072, "RSA-3072", 3072, NID_undef},
    {KeyAlgorithm::kRsa4096, "RSA-4096", 4096, NID_undef},
    {KeyAlgorithm::kEcdsaP256, "ECDSA-P256", 0, NID_X9_62_prime256v1},
    {KeyAlgorithm::kEcdsaP384, "ECDSA-P384", 0, NID_secp384r1},
    {KeyAlgorithm::kEd25519, "Ed25519", 0, NID_undef},
};

using UniqueKey = bssl::UniquePtr<EVP_PKEY>;

// Wraps an RSA or EC key, of which the wrapper takes a reference.
UniqueKey Wrap(RSA* rsa) {
  UniqueKey key(EVP_PKEY_new());
  if (rsa == nullptr || !EVP_PKEY_set1_RSA(key.get(), rsa)) return nullptr;
  return key;
}

UniqueKey Wrap(EC_KEY* ec) {
  UniqueKey key(EVP_PKEY_new());
  if (ec == nullptr || !EVP_PKEY_set1_EC_KEY(key.get(), ec)) return nullptr;
  return key;
}

UniqueKey GenerateRsa(int bits) {
  const bssl::UniquePtr<RSA> rsa(RSA_new());
  const bssl::UniquePtr<BIGNUM> exponent(BN_new());
  if (!BN_set_word(exponent.get(), RSA_F4) ||
      !RSA_generate_key_ex(rsa.get(), bits, exponent.get(), nullptr)) {
    return nullptr;
  }
  return Wrap(rsa.get());
}

UniqueKey GenerateEc(int nid) {
  const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(nid));
  if (ec == nullptr || !EC_KEY_generate_key(ec.get())) return nullptr;
  return Wrap(ec.get());
}

UniqueKey GenerateEd25519() {
  uint8_t public_half[ED25519_PUBLIC_KEY_LEN];
  uint8_t private_half[ED25519_PRIVATE_KEY_LEN];
  ED25519_keypair(public_half, private_half);
  // The seed is the first 32 bytes of BoringSSL's form.
  UniqueKey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                             private_half, 32));
  OPENSSL_cleanse(private_half, sizeof(private_half));
  return key;
}

// Parses the one key that `block` is; null if it does not parse.
UniqueKey ParseBlock(const PemBlock& block) {
  CBS in = internal::CbsOf(block.der);
  UniqueKey key;
  if (block.label == "PRIVATE KEY") {
    key.reset(EVP_parse_private_key(&in));
  } else if (block.label == "RSA PRIVATE KEY") {
    const bssl::UniquePtr<RSA> rsa(RSA_parse_private_key(&in));
    key = Wrap(rsa.get());
  } else {
    const bssl::UniquePtr<EC_KEY> ec(EC_KEY_parse_private_key(&in, nullptr));
    key = Wrap(ec.get());
  }
  // Of PKCS #8's version 2 BoringSSL leaves nothing over either.
  return CBS_len(&in) == 0 ? std::move(key) : nullptr;
}

// Returns why ParseBlock failed, and forgets BoringSSL's account of it.
absl::Status WhyNotParsed(absl::string_view where) {
  bool unsupported = false;
  while (const uint32_t error = ERR_get_error()) {
    const int library = ERR_GET_LIB(error);
    const int reason = ERR_GET_REASON(error);
    unsupported =
        unsupported ||
        (library == ERR_LIB_EVP && reason == EVP_R_UNSUPPORTED_ALGORITHM) ||
        (library == ERR_LIB_EC && reason == EC_R_UNKNOWN_GROUP);
  }
  if (!unsupported) {
    return internal::MalformedError(where, "malformed private key");
  }
  return MakeError(
      absl::StatusCode::kUnimplemented, Reason::kUnsupported,
      absl::StrCat(where, ": private key of an algorithm not known here"));
}

bool IsPrivateKeyLabel(absl::string_view label) {
  return label == "PRIVATE KEY" || label == "RSA PRIVATE KEY" ||
         label == "EC PRIVATE KEY" || label == "ENCRYPTED PRIVATE KEY";
}

bool IsEncrypted(const PemBlock& block) {
  return block.label == "ENCRYPTED PRIVATE KEY" ||
         absl::StrContains(block.headers, "ENCRYPTED");
}

// Returns the public half as it stands in certificates.
absl::StatusOr<PublicKey> PublicHalf(const EVP_PKEY* key) {
  const std::string spki = internal::BuildDer(
      [key](CBB* out) { return EVP_marshal_public_key(out, key) != 0; });
  absl::StatusOr<PublicKey> half = PublicKey::FromDer(spki);
  if (half.ok() && half->type() == KeyType::kUnknown) {
    return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                     "private key of an algorithm not known here");
  }
  return half;
}

const EVP_MD* DigestFor(const PublicKey& key) {
  if (key.type() == KeyType::kEd25519) return nullptr;
  if (key.curve() == "P-384") return EVP_sha384();
  if (key.curve() == "P-521") return EVP_sha512();
  return EVP_sha256();
}

absl::Status CryptoFailed(absl::string_view what) {
  ERR_clear_error();
  return MakeError(absl::StatusCode::kInternal, Reason::kInvalid, what);
}

}  // namespace

absl::string_view KeyAlgorithmName(KeyAlgorithm algorithm) {
  for (const Kind& kind : kKinds) {
    if (kind.algorithm == algorithm) return kind.name;
  }
  return "";
}

absl::StatusOr<KeyAlgorithm> ParseKeyAlgorithm(absl::string_view name) {
  std::vector<absl::string_view> known;
  for (const Kind& kind : kKinds) {
    if (absl::EqualsIgnoreCase(kind.name, name)) return kind.algorithm;
    known.push_back(kind.name);
  }
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("key algorithm \"", name, "\" is none of ",
                                absl::StrJoin(known, ", ")));
}

PrivateKey::PrivateKey(std::shared_ptr<const Data> data)
    : data_(std::move(data)) {}

absl::StatusOr<PrivateKey> PrivateKey::FromHandle(EVP_PKEY* handle) {
  UniqueKey key(handle);
  absl::StatusOr<PublicKey> public_key = PublicHalf(key.get());
  if (!public_key.ok()) return public_key.status();
  return PrivateKey(std::shared_ptr<const Data>(
      new Data{std::move(key), *std::move(public_key)}));
}

absl::StatusOr<PrivateKey> PrivateKey::Generate(KeyAlgorithm algorithm) {
  UniqueKey key;
  for (const Kind& kind : kKinds) {
    if (kind.algorithm != algorithm) continue;
    key = kind.rsa_bits != 0            ? GenerateRsa(kind.rsa_bits)
          : kind.curve_nid != NID_undef ? GenerateEc(kind.curve_nid)
                                        : GenerateEd25519();
  }
  if (key == nullptr) return CryptoFailed("a key could not be generated");
  return FromHandle(key.release());
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(absl::string_view pem,
                                               absl::string_view source) {
  absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(pem, source);
  if (!blocks.ok()) return blocks.status();
  const absl::Cleanup wipe = [&blocks] {
    for (PemBlock& block : *blocks) WipeString(&block.der);
  };
  const absl::string_view name = source.empty() ? "PEM text" : source;
  for (const PemBlock& block : *blocks) {
    if (!IsPrivateKeyLabel(block.label)) continue;
    const std::string where = absl::StrCat(name, ":", block.line);
    if (IsEncrypted(block)) {
      return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                       absl::StrCat(where, ": the private key is encrypted; ",
                                    "decrypt it first"));
    }
    UniqueKey key = ParseBlock(block);
    if (key == nullptr) return WhyNotParsed(where);
    absl::StatusOr<PrivateKey> parsed = FromHandle(key.release());
    if (parsed.ok()) return parsed;
    return InContext(where, parsed.status());
  }
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   absl::StrCat(name, ": no private key in it"));
}

const PublicKey& PrivateKey::public_key() const { return data_->public_key; }

EVP_PKEY* PrivateKey::handle() const { return data_->key.get(); }

Secret PrivateKey::ToPem() const {
  bssl::ScopedCBB cbb;
  if (!CBB_init(cbb.get(), 4096) ||
      !EVP_marshal_private_key(cbb.get(), handle()) || !CBB_flush(cbb.get())) {
    ERR_clear_error();
    return Secret();
  }
  // The buffer of a CBB is wiped when it is freed.
  std::string pem = EncodePem(
      "PRIVATE KEY",
      absl::string_view(reinterpret_cast<const char*>(CBB_data(cbb.get())),
                        CBB_len(cbb.get())));
  Secret secret(pem);
  WipeString(&pem);
  return secret;
}

absl::StatusOr<std::string> PrivateKey::Sign(absl::string_view message) const {
  const auto* bytes = reinterpret_cast<const uint8_t*>(message.data());
  bssl::ScopedEVP_MD_CTX context;
  size_t size = 0;
  if (!EVP_DigestSignInit(context.get(), nullptr, DigestFor(public_key()),
                          nullptr, handle()) ||
      !EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size())) {
    return CryptoFailed("the key cannot sign");
  }
  std::string signature(size, '\0');
  if (!EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(&signature[0]),
                      &size, bytes, message.size())) {
    return CryptoFailed("signing failed");
  }
  signature.resize(size);
  return signature;
}

}  // namespace gatehouse::pki
