// Certificates of any shape for tests, right or hostile.
#ifndef GATEHOUSE_PKI_TESTING_CERTIFICATE_BUILDER_H_
#define GATEHOUSE_PKI_TESTING_CERTIFICATE_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/certificate.h"

// BoringSSL's key; no public header includes <openssl/...>.
typedef struct evp_pkey_st EVP_PKEY;

namespace gatehouse::pki::testing {

// TestKey is a private key that a process makes once for each kind and name,
// so that tests are fast. A cheap handle; any thread may use it.
class TestKey {
 public:
  static TestKey P256(absl::string_view name = "");
  static TestKey P384(absl::string_view name = "");
  static TestKey Ed25519(absl::string_view name = "");
  static TestKey Rsa(int bits = 2048, absl::string_view name = "");

  EVP_PKEY* handle() const { return key_.get(); }
  std::string Spki() const;        // SubjectPublicKeyInfo in DER.
  std::string KeyId() const;       // SHA-1 of the key's bit string.
  std::string PrivatePem() const;  // "PRIVATE KEY" (PKCS#8).

 private:
  explicit TestKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  static TestKey Cached(int type, int bits, absl::string_view name);

  std::shared_ptr<EVP_PKEY> key_;
};

// Tags of ASN.1 string types, for TestAttribute.
enum StringTag : uint8_t {
  kUtf8 = 0x0c,
  kPrintable = 0x13,
  kTeletex = 0x14,
  kIa5 = 0x16,
  kUniversal = 0x1c,
  kBmp = 0x1e,
};

// TestAttribute is one attribute of a name; `value` are the raw octets. With
// `same_rdn` it joins the RDN of the one before it.
struct TestAttribute {
  std::string oid;
  std::string value;
  uint8_t tag = kUtf8;
  bool same_rdn = false;
};

// Returns the DER of a name.
std::string NameDer(const std::vector<TestAttribute>& attributes);
std::string NameDer(absl::string_view common_name);

// TestExtension is an extension as it is to be encoded. `value` goes into the
// OCTET STRING.
struct TestExtension {
  std::string oid;
  bool critical = false;
  std::string value;
};

// TestName is a GeneralName: the number of its choice (RFC 5280 4.2.1.6: 1
// email, 2 DNS, 4 directoryName, 6 URI, 7 IP) and its raw content, for
// directoryName the name's DER.
struct TestName {
  int choice = 2;
  std::string value;
};
TestName Dns(absl::string_view name);
TestName Email(absl::string_view name);
TestName Uri(absl::string_view name);
TestName Ip(absl::string_view octets);  // Also address and mask.
// Parses "10.0.0.0/8" or "10.1.2.3", IPv6 too.
TestName IpText(absl::string_view text);
TestName Directory(absl::string_view name_der);
TestName OtherName();     // Some otherName.
TestName RegisteredId();  // Some registeredID.

TestExtension BasicConstraintsExtension(
    bool ca, absl::optional<int> path_length = absl::nullopt,
    bool critical = true);
// Bits of pki::KeyUsage.
TestExtension KeyUsageExtension(uint16_t bits);
// Of dotted OIDs.
TestExtension ExtendedKeyUsageExtension(const std::vector<std::string>& oids);
TestExtension SubjectAltNames(const std::vector<TestName>& names,
                              bool critical = false);
TestExtension NameConstraintsExtension(const std::vector<TestName>& permitted,
                                       const std::vector<TestName>& excluded,
                                       bool critical = true);
TestExtension SubjectKeyIdExtension(absl::string_view id);
TestExtension AuthorityKeyIdExtension(absl::string_view id);
// An extension that nobody knows.
TestExtension UnknownExtension(bool critical);

// How a certificate is signed. kFitting is SHA-256 (SHA-384 for P-384), none
// for Ed25519; the rest must fit the signer's key.
enum class TestSignature {
  kFitting,
  kSha1,
  kMd5,
  kSha384,
  kSha512,
  kPssSha256,  // RSA only.
};

// What is done to a certificate's signature.
enum class Damage { kNone, kFlipBit, kCut, kExtend, kEmpty };

// TestCertificate says what a certificate is to be. A plain value: change any
// member, then build it.
struct TestCertificate {
  int version = 3;
  std::string serial = std::string(1, '\x01');  // Content octets.
  std::string subject;                          // DER of the name.
  std::string issuer;                           // DER of the name.
  // Defaults: 2020-01-01 to 2049-01-01.
  absl::Time not_before = absl::FromUnixSeconds(1577836800);
  absl::Time not_after = absl::FromUnixSeconds(2493072000);
  TestKey key = TestKey::P256();
  // Stands in the certificate instead of the key's SubjectPublicKeyInfo.
  absl::optional<std::string> spki;
  TestKey signer = TestKey::P256();
  TestSignature signature = TestSignature::kFitting;
  // The algorithm outside the signed part, where it shall be another; as the
  // DER of an AlgorithmIdentifier. Likewise inside (and then outside as well).
  absl::optional<std::string> outer_algorithm;
  absl::optional<std::string> algorithm;
  Damage damage = Damage::kNone;
  std::vector<TestExtension> extensions;

  // Puts `extension` in the place of the one with its OID, or at the end.
  void Set(TestExtension extension);
  // Takes every extension with this OID away.
  void Remove(absl::string_view oid);
  // Makes `ca` the issuer: its name, its key, and the AKID if it has a SKID.
  void SignedBy(const TestCertificate& ca);

  // Returns the certificate's DER, of whatever shape; the same each time.
  std::string Der() const;
  // Returns it parsed; ends the test program if it does not parse.
  Certificate Build() const;
};

// Returns a self-signed CA: CN=`name`, P-256 key of that name, CA:TRUE, key
// usage certSign and cRLSign, SKID.
TestCertificate TestCa(absl::string_view name);
// Returns a CA that `issuer` signs.
TestCertificate TestCa(absl::string_view name, const TestCertificate& issuer);
// Returns a client certificate: CN=`name`, key usage digitalSignature, EKU
// clientAuth, AKID, no SKID.
TestCertificate Leaf(absl::string_view name, const TestCertificate& issuer);

}  // namespace gatehouse::pki::testing

#endif  // GATEHOUSE_PKI_TESTING_CERTIFICATE_BUILDER_H_
