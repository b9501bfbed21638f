#include "pki/testing/certificate_builder.h"

#include <openssl/asn1.h>
#include <openssl/base.h>
#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "pki/testing/internal/encode.h"

namespace gatehouse::pki::testing {
namespace {

std::string Time(absl::Time time) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  if (absl::ToCivilYear(time, utc).year() < 2050) {
    return Tagged(CBS_ASN1_UTCTIME,
                  absl::FormatTime("%E4Y%m%d%H%M%SZ", time, utc).substr(2));
  }
  return Tagged(CBS_ASN1_GENERALIZEDTIME,
                absl::FormatTime("%E4Y%m%d%H%M%SZ", time, utc));
}

EVP_PKEY* GenerateEc(int nid) {
  const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(nid));
  EC_KEY_generate_key(ec.get());
  EVP_PKEY* key = EVP_PKEY_new();
  EVP_PKEY_set1_EC_KEY(key, ec.get());
  return key;
}

EVP_PKEY* GenerateRsa(int bits) {
  const bssl::UniquePtr<RSA> rsa(RSA_new());
  const bssl::UniquePtr<BIGNUM> exponent(BN_new());
  BN_set_word(exponent.get(), RSA_F4);
  RSA_generate_key_ex(rsa.get(), bits, exponent.get(), nullptr);
  EVP_PKEY* key = EVP_PKEY_new();
  EVP_PKEY_set1_RSA(key, rsa.get());
  return key;
}

EVP_PKEY* GenerateEd25519() {
  EVP_PKEY* key = nullptr;
  const bssl::UniquePtr<EVP_PKEY_CTX> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr));
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_keygen(context.get(), &key);
  return key;
}

// What an AlgorithmIdentifier says, and the digest that goes with it.
struct Algorithm {
  std::string der;
  const EVP_MD* digest;
};

std::string AlgorithmDer(absl::string_view oid, bool null_parameters) {
  return Sequence(absl::StrCat(
      Oid(oid), null_parameters ? absl::string_view("\x05\x00", 2) : ""));
}

// RSASSA-PSS with SHA-256, MGF1 of the same and a salt of 32 bytes.
std::string PssDer() {
  const std::string sha256 = AlgorithmDer("2.16.840.1.101.3.4.2.1", true);
  const std::string mgf1 =
      Sequence(absl::StrCat(Oid("1.2.840.113549.1.1.8"), sha256));
  return Sequence(absl::StrCat(
      Oid("1.2.840.113549.1.1.10"),
      Sequence(absl::StrCat(ContextTag(0, sha256, true),
                            ContextTag(1, mgf1, true),
                            ContextTag(2, "\x02\x01\x20", true)))));
}

Algorithm RsaAlgorithm(TestSignature signature) {
  switch (signature) {
    case TestSignature::kMd5:
      return {AlgorithmDer("1.2.840.113549.1.1.4", true), EVP_md5()};
    case TestSignature::kSha1:
      return {AlgorithmDer("1.2.840.113549.1.1.5", true), EVP_sha1()};
    case TestSignature::kSha384:
      return {AlgorithmDer("1.2.840.113549.1.1.12", true), EVP_sha384()};
    case TestSignature::kSha512:
      return {AlgorithmDer("1.2.840.113549.1.1.13", true), EVP_sha512()};
    case TestSignature::kPssSha256:
      return {PssDer(), EVP_sha256()};
    case TestSignature::kFitting:
      break;
  }
  return {AlgorithmDer("1.2.840.113549.1.1.11", true), EVP_sha256()};
}

Algorithm EcAlgorithm(TestSignature signature, bool p384) {
  if (signature == TestSignature::kSha1) {
    return {AlgorithmDer("1.2.840.10045.4.1", false), EVP_sha1()};
  }
  if (signature == TestSignature::kSha512) {
    return {AlgorithmDer("1.2.840.10045.4.3.4", false), EVP_sha512()};
  }
  if (signature == TestSignature::kSha384 || p384) {
    return {AlgorithmDer("1.2.840.10045.4.3.3", false), EVP_sha384()};
  }
  return {AlgorithmDer("1.2.840.10045.4.3.2", false), EVP_sha256()};
}

Algorithm AlgorithmFor(const TestKey& key, TestSignature signature) {
  switch (EVP_PKEY_id(key.handle())) {
    case EVP_PKEY_RSA:
      return RsaAlgorithm(signature);
    case EVP_PKEY_ED25519:
      return {AlgorithmDer("1.3.101.112", false), nullptr};
    default:
      return EcAlgorithm(signature, EVP_PKEY_bits(key.handle()) == 384);
  }
}

std::string NewSignature(const TestKey& key, const EVP_MD* digest, bool pss,
                         absl::string_view message) {
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* parameters = nullptr;
  EVP_DigestSignInit(context.get(), &parameters, digest, nullptr, key.handle());
  if (pss) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, -1);
  }
  size_t length = 0;
  EVP_DigestSign(context.get(), nullptr, &length, Bytes(message),
                 message.size());
  std::string signature(length, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(&signature[0]),
                 &length, Bytes(message), message.size());
  signature.resize(length);
  return signature;
}

// Signs, and signs the same thing but once: most signatures are random, and a
// certificate that is built twice shall be the same.
std::string Sign(const TestKey& key, const EVP_MD* digest, bool pss,
                 absl::string_view message) {
  static auto* const mutex = new std::mutex;
  static auto* const signatures =
      new std::map<std::tuple<EVP_PKEY*, const EVP_MD*, bool, std::string>,
                   std::string>;
  const std::lock_guard<std::mutex> lock(*mutex);
  std::string& signature = (*signatures)[std::make_tuple(
      key.handle(), digest, pss, std::string(message))];
  if (signature.empty()) signature = NewSignature(key, digest, pss, message);
  return signature;
}

std::string Damaged(std::string signature, Damage damage) {
  switch (damage) {
    case Damage::kNone:
      break;
    case Damage::kFlipBit:
      signature.back() = static_cast<char>(signature.back() ^ 1);
      break;
    case Damage::kCut:
      signature.pop_back();
      break;
    case Damage::kExtend:
      signature.push_back('\0');
      break;
    case Damage::kEmpty:
      signature.clear();
      break;
  }
  return signature;
}

std::string ExtensionDer(const TestExtension& extension) {
  return Sequence(absl::StrCat(
      Oid(extension.oid),
      extension.critical ? absl::string_view("\x01\x01\xff", 3) : "",
      Tagged(CBS_ASN1_OCTETSTRING, extension.value)));
}

std::string TbsDer(const TestCertificate& spec, absl::string_view algorithm) {
  std::string content;
  if (spec.version != 1) {
    const char version = static_cast<char>(spec.version - 1);
    content = ContextTag(
        0, Tagged(CBS_ASN1_INTEGER, absl::string_view(&version, 1)), true);
  }
  absl::StrAppend(
      &content, Tagged(CBS_ASN1_INTEGER, spec.serial), algorithm, spec.issuer,
      Sequence(absl::StrCat(Time(spec.not_before), Time(spec.not_after))),
      spec.subject, spec.spki.value_or(spec.key.Spki()));
  if (!spec.extensions.empty()) {
    std::string extensions;
    for (const TestExtension& extension : spec.extensions) {
      absl::StrAppend(&extensions, ExtensionDer(extension));
    }
    absl::StrAppend(&content, ContextTag(3, Sequence(extensions), true));
  }
  return Sequence(content);
}

const TestExtension* Find(const TestCertificate& spec, absl::string_view oid) {
  const auto found =
      std::find_if(spec.extensions.begin(), spec.extensions.end(),
                   [oid](const TestExtension& e) { return e.oid == oid; });
  return found == spec.extensions.end() ? nullptr : &*found;
}

}  // namespace

TestKey TestKey::Cached(int type, int bits, absl::string_view name) {
  static auto* const mutex = new std::mutex;
  static auto* const keys =
      new std::map<std::tuple<int, int, std::string>, TestKey>;
  const std::lock_guard<std::mutex> lock(*mutex);
  const auto id = std::make_tuple(type, bits, std::string(name));
  const auto found = keys->find(id);
  if (found != keys->end()) return found->second;
  EVP_PKEY* key = nullptr;
  if (type == EVP_PKEY_RSA) {
    key = GenerateRsa(bits);
  } else if (type == EVP_PKEY_ED25519) {
    key = GenerateEd25519();
  } else {
    key = GenerateEc(bits == 384 ? NID_secp384r1 : NID_X9_62_prime256v1);
  }
  const TestKey made(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free));
  keys->emplace(id, made);
  return made;
}

TestKey TestKey::P256(absl::string_view name) {
  return Cached(EVP_PKEY_EC, 256, name);
}

TestKey TestKey::P384(absl::string_view name) {
  return Cached(EVP_PKEY_EC, 384, name);
}

TestKey TestKey::Ed25519(absl::string_view name) {
  return Cached(EVP_PKEY_ED25519, 256, name);
}

TestKey TestKey::Rsa(int bits, absl::string_view name) {
  return Cached(EVP_PKEY_RSA, bits, name);
}

std::string TestKey::Spki() const {
  return Encode([this](CBB* cbb) { EVP_marshal_public_key(cbb, handle()); });
}

std::string TestKey::KeyId() const {
  const std::string spki = Spki();
  CBS cbs;
  CBS info;
  CBS bits;
  CBS_init(&cbs, Bytes(spki), spki.size());
  CBS_get_asn1(&cbs, &info, CBS_ASN1_SEQUENCE);
  CBS_get_asn1(&info, nullptr, CBS_ASN1_SEQUENCE);
  CBS_get_asn1(&info, &bits, CBS_ASN1_BITSTRING);
  uint8_t unused = 0;
  CBS_get_u8(&bits, &unused);
  std::string id(SHA_DIGEST_LENGTH, '\0');
  SHA1(CBS_data(&bits), CBS_len(&bits), reinterpret_cast<uint8_t*>(&id[0]));
  return id;
}

std::string TestKey::PrivatePem() const {
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), handle(), nullptr, nullptr, 0,
                                nullptr, nullptr);
  const uint8_t* data = nullptr;
  size_t length = 0;
  BIO_mem_contents(bio.get(), &data, &length);
  return std::string(reinterpret_cast<const char*>(data), length);
}

void TestCertificate::Set(TestExtension extension) {
  for (TestExtension& existing : extensions) {
    if (existing.oid != extension.oid) continue;
    existing = std::move(extension);
    return;
  }
  extensions.push_back(std::move(extension));
}

void TestCertificate::Remove(absl::string_view oid) {
  extensions.erase(
      std::remove_if(extensions.begin(), extensions.end(),
                     [oid](const TestExtension& e) { return e.oid == oid; }),
      extensions.end());
}

void TestCertificate::SignedBy(const TestCertificate& ca) {
  issuer = ca.subject;
  signer = ca.key;
  if (const TestExtension* id = Find(ca, "2.5.29.14")) {
    Set(AuthorityKeyIdExtension(id->value.substr(2)));
  }
}

std::string TestCertificate::Der() const {
  const Algorithm fitting = AlgorithmFor(signer, signature);
  const std::string inner = algorithm.value_or(fitting.der);
  const std::string tbs = TbsDer(*this, inner);
  const std::string bits = Damaged(
      Sign(signer, fitting.digest, signature == TestSignature::kPssSha256, tbs),
      damage);
  return Sequence(
      absl::StrCat(tbs, outer_algorithm.value_or(inner),
                   Tagged(CBS_ASN1_BITSTRING, std::string(1, '\0') + bits)));
}

Certificate TestCertificate::Build() const {
  return Certificate::FromDer(Der(), "test certificate").value();
}

TestCertificate TestCa(absl::string_view name) {
  TestCertificate ca;
  ca.subject = NameDer(name);
  ca.issuer = ca.subject;
  ca.key = TestKey::P256(name);
  ca.signer = ca.key;
  ca.extensions = {BasicConstraintsExtension(true),
                   KeyUsageExtension(kKeyCertSign | kCrlSign),
                   SubjectKeyIdExtension(ca.key.KeyId())};
  return ca;
}

TestCertificate TestCa(absl::string_view name, const TestCertificate& issuer) {
  TestCertificate ca = TestCa(name);
  ca.SignedBy(issuer);
  return ca;
}

TestCertificate Leaf(absl::string_view name, const TestCertificate& issuer) {
  TestCertificate leaf;
  leaf.subject = NameDer(name);
  leaf.key = TestKey::P256(name);
  leaf.extensions = {KeyUsageExtension(kDigitalSignature),
                     ExtendedKeyUsageExtension({kClientAuth})};
  leaf.SignedBy(issuer);
  return leaf;
}

}  // namespace gatehouse::pki::testing
