#include "pki/certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/test_command.h"
#include "pki/pem.h"

namespace gatehouse::pki {
namespace {

using internal::CommandFolder;

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

// Returns an element: the tag in hex, and the contents.
std::string Tlv(absl::string_view tag, absl::string_view contents) {
  std::string der = Hex(tag);
  if (contents.size() >= 0x100) {
    der += {'\x82', static_cast<char>(contents.size() >> 8)};
  } else if (contents.size() >= 0x80) {
    der += '\x81';
  }
  der += static_cast<char>(contents.size());
  return absl::StrCat(der, contents);
}

std::string Time(absl::Time time) {
  return absl::FormatTime("%b %e %H:%M:%S %Y GMT", time, absl::UTCTimeZone());
}

// Returns whether BoringSSL's own parser takes the whole of `der`.
bool BoringSslTakes(absl::string_view der) {
  const auto* in = reinterpret_cast<const uint8_t*>(der.data());
  const uint8_t* const end = in + der.size();
  const bssl::UniquePtr<X509> x509(
      d2i_X509(nullptr, &in, static_cast<long>(der.size())));  // NOLINT
  ERR_clear_error();
  return x509 != nullptr && in == end;
}

// Parts is a certificate in pieces, each an element in DER, all of them good:
// a row changes one or two.
struct Parts {
  std::string version = Hex("a003020102");
  std::string serial = Hex("020105");
  std::string algorithm = Hex("300a06082a8648ce3d040302");
  std::string issuer = Hex("300d310b300906035504030c026361");
  std::string not_before = Tlv("17", "260101000000Z");
  std::string not_after = Tlv("17", "360101000000Z");
  std::string validity_tail;
  std::string subject = Hex("300e310c300a06035504030c036a6f65");
  std::string key =
      Hex("302a300506032b6570032100"
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  std::string issuer_id;
  std::string subject_id;
  std::string extensions = Hex("a30d300b30090603551d1304023000");
  std::string tbs_tail;
  std::string outer_algorithm = algorithm;
  std::string signature = Hex("030400300102");
  std::string tail;
  std::string after;

  std::string Der() const {
    const std::string tbs = Tlv(
        "30", absl::StrCat(
                  version, serial, algorithm, issuer,
                  Tlv("30", absl::StrCat(not_before, not_after, validity_tail)),
                  subject, key, issuer_id, subject_id,
                  absl::StrCat(extensions, tbs_tail)));
    return absl::StrCat(
        Tlv("30", absl::StrCat(tbs, outer_algorithm, signature, tail)), after);
  }
};

struct GoodRow {
  const char* what;
  void (*change)(Parts*);
};
const GoodRow kGood[] = {
    {"as it is", [](Parts*) {}},
    {"serial of zero", [](Parts* p) { p->serial = Hex("020100"); }},
    {"serial of 20 octets",
     [](Parts* p) { p->serial = Tlv("02", std::string(20, '\x7f')); }},
    {"no subject", [](Parts* p) { p->subject = Hex("3000"); }},
    {"no issuer", [](Parts* p) { p->issuer = Hex("3000"); }},
    {"no extensions", [](Parts* p) { p->extensions.clear(); }},
    {"unique identifiers",
     [](Parts* p) {
       p->issuer_id = Hex("81020001");
       p->subject_id = Hex("8202000a");
     }},
    {"version 2",
     [](Parts* p) {
       p->version = Hex("a003020101");
       p->extensions.clear();
       p->subject_id = Hex("82020001");
     }},
    {"version 1",
     [](Parts* p) {
       p->version.clear();
       p->extensions.clear();
     }},
    {"an end before the beginning",
     [](Parts* p) { p->not_after = Tlv("17", "250101000000Z"); }},
    {"no end", [](Parts* p) { p->not_after = Tlv("18", "99991231235959Z"); }},
    {"an unknown signature algorithm",
     [](Parts* p) { p->algorithm = p->outer_algorithm = Hex("300406022a03"); }},
    {"an unknown critical extension",
     [](Parts* p) { p->extensions = Hex("a30e300c300a06022a030101ff040100"); }},
    {"an empty signature", [](Parts* p) { p->signature = Hex("030100"); }},
};

struct BadRow {
  const char* what;
  void (*change)(Parts*);
  const char* message;  // What the error ends with.
  Reason reason = Reason::kMalformed;
};
const BadRow kBad[] = {
    // Version.
    {"version 1 written out",
     [](Parts* p) {
       p->version = Hex("a003020100");
       p->extensions.clear();
     },
     "malformed version"},
    {"version 4", [](Parts* p) { p->version = Hex("a003020103"); },
     "malformed version"},
    {"a negative version", [](Parts* p) { p->version = Hex("a0030201ff"); },
     "malformed version"},
    {"a long version", [](Parts* p) { p->version = Hex("a00402020002"); },
     "malformed version"},
    {"two versions", [](Parts* p) { p->version = Hex("a006020102020102"); },
     "malformed version"},
    // Serial number.
    {"no serial", [](Parts* p) { p->serial.clear(); },
     "malformed serial number"},
    {"an empty serial", [](Parts* p) { p->serial = Hex("0200"); },
     "malformed serial number"},
    {"a serial with a zero too many",
     [](Parts* p) { p->serial = Hex("02020005"); }, "malformed serial number"},
    {"a negative serial", [](Parts* p) { p->serial = Hex("0201ff"); },
     "negative serial number"},
    {"a serial of 21 octets",
     [](Parts* p) { p->serial = Tlv("02", std::string(21, '\x7f')); },
     "serial number of more than 20 octets"},
    {"a serial that is a string", [](Parts* p) { p->serial = Hex("040105"); },
     "malformed serial number"},
    // Signature algorithm.
    {"another inner algorithm",
     [](Parts* p) { p->algorithm = Hex("300a06082a8648ce3d040303"); },
     "inner and outer signature algorithms are not the same"},
    {"an inner NULL",
     [](Parts* p) { p->algorithm = Hex("300c06082a8648ce3d0403020500"); },
     "inner and outer signature algorithms are not the same"},
    {"an algorithm without OID",
     [](Parts* p) { p->algorithm = p->outer_algorithm = Hex("3000"); },
     "it is not contents, algorithm and signature"},
    {"an algorithm with two parameters",
     [](Parts* p) {
       p->algorithm = p->outer_algorithm = Hex("300806022a0305000500");
     },
     "it is not contents, algorithm and signature"},
    // Names.
    {"an issuer that is a SET", [](Parts* p) { p->issuer = Hex("3100"); },
     "malformed issuer"},
    {"a subject that is no string in its type",
     [](Parts* p) { p->subject = Hex("300e310c300a060355040313036a5f65"); },
     "the value of attribute 2.5.4.3 is not valid in its type"},
    {"a subject with an empty relative name",
     [](Parts* p) { p->subject = Hex("30023100"); },
     "a relative name is not a SET of attributes"},
    // Go's crypto/x509 reads no names of these types, nor does Kubernetes.
    {"a subject with a UniversalString",
     [](Parts* p) { p->subject = Hex("300f310d300b060355040a1c0400000061"); },
     "attribute 2.5.4.10 is of a type that names must not have"},
    {"a subject with a BIT STRING",
     [](Parts* p) { p->subject = Hex("300d310b3009060355042d03020001"); },
     "attribute 2.5.4.45 is of a type that names must not have"},
    {"an issuer with a SEQUENCE",
     [](Parts* p) { p->issuer = Hex("300b3109300706035504033000"); },
     "attribute 2.5.4.3 is of a type that names must not have"},
    {"a subject with a long length",
     [](Parts* p) { p->subject = Hex("30810e310c300a06035504030c036a6f65"); },
     "malformed subject"},
    // Validity.
    {"a date that does not exist",
     [](Parts* p) { p->not_before = Tlv("17", "260230000000Z"); },
     "malformed validity"},
    {"GeneralizedTime before 2050",
     [](Parts* p) { p->not_after = Tlv("18", "20360101000000Z"); },
     "malformed validity"},
    {"a time without seconds",
     [](Parts* p) { p->not_after = Tlv("17", "3601010000Z"); },
     "malformed validity"},
    {"a time with an offset",
     [](Parts* p) { p->not_after = Tlv("17", "360101000000+0100"); },
     "malformed validity"},
    {"no end", [](Parts* p) { p->not_after.clear(); }, "malformed validity"},
    {"three times",
     [](Parts* p) { p->validity_tail = Tlv("17", "360101000000Z"); },
     "malformed validity"},
    // Public key.
    {"no key", [](Parts* p) { p->key.clear(); }, "malformed public key"},
    {"a key cut short",
     [](Parts* p) { p->key = Hex("300a300506032b6570030100"); },
     "malformed public key: it is not valid for its algorithm"},
    {"a curve spelt out",
     [](Parts* p) { p->key = Hex("3010300b06072a8648ce3d02013000030100"); },
     "malformed public key: the curve must be named, not spelt out"},
    // Unique identifiers.
    {"a unique identifier in version 1",
     [](Parts* p) {
       p->version.clear();
       p->extensions.clear();
       p->issuer_id = Hex("81020001");
     },
     "a unique identifier in a certificate of version 1"},
    {"a unique identifier that is no BIT STRING",
     [](Parts* p) { p->issuer_id = Hex("8100"); },
     "malformed unique identifier"},
    {"unique identifiers in the wrong order",
     [](Parts* p) {
       p->issuer_id = Hex("82020001");
       p->subject_id = Hex("81020001");
     },
     "bytes after the certificate's fields"},
    // Extensions.
    {"extensions in version 2",
     [](Parts* p) { p->version = Hex("a003020101"); },
     "extensions in a certificate of version 2"},
    {"extensions in version 1", [](Parts* p) { p->version.clear(); },
     "extensions in a certificate of version 1"},
    {"an empty list of extensions",
     [](Parts* p) { p->extensions = Hex("a3023000"); },
     "malformed list of extensions"},
    {"two lists of extensions",
     [](Parts* p) {
       p->extensions =
           Hex("a316"
               "3009300706032a03040400"
               "3009300706032a03050400");
     },
     "bytes after the extensions"},
    {"an extension twice",
     [](Parts* p) {
       p->extensions =
           Hex("a318301630090603551d130402300030090603551d1304023000");
     },
     "extension 2.5.29.19 twice", Reason::kDuplicate},
    {"critical written out as FALSE",
     [](Parts* p) {
       p->extensions = Hex("a310300e300c0603551d1301010004023000");
     },
     "malformed extension 2.5.29.19"},
    {"a malformed known extension",
     [](Parts* p) { p->extensions = Hex("a30d300b30090603551d1304023100"); },
     "malformed extension basicConstraints: it is not a SEQUENCE"},
    // The shape of the whole.
    {"bytes after the fields", [](Parts* p) { p->tbs_tail = Hex("0500"); },
     "bytes after the certificate's fields"},
    {"bytes after the signature", [](Parts* p) { p->tail = Hex("0500"); },
     "it is not contents, algorithm and signature"},
    {"bytes after the certificate", [](Parts* p) { p->after = "\n"; },
     "bytes after it"},
    {"two certificates", [](Parts* p) { p->after = Parts().Der(); },
     "bytes after it"},
    {"no signature", [](Parts* p) { p->signature.clear(); },
     "it is not contents, algorithm and signature"},
    {"a signature with unused bits",
     [](Parts* p) { p->signature = Hex("03020780"); },
     "it is not contents, algorithm and signature"},
    {"a signature that is an OCTET STRING",
     [](Parts* p) { p->signature = Hex("0403003001"); },
     "it is not contents, algorithm and signature"},
};

TEST(CertificateTest, TakesWhatIsRight) {
  for (const GoodRow& row : kGood) {
    SCOPED_TRACE(row.what);
    Parts parts;
    row.change(&parts);
    const std::string der = parts.Der();
    const absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_EQ(certificate->der(), der);
    EXPECT_TRUE(BoringSslTakes(der));
  }
}

TEST(CertificateTest, RefusesWhatIsNot) {
  for (const BadRow& row : kBad) {
    SCOPED_TRACE(row.what);
    Parts parts;
    row.change(&parts);
    const absl::Status status =
        Certificate::FromDer(parts.Der(), "a.crt").status();
    EXPECT_EQ(ReasonOf(status), row.reason);
    EXPECT_TRUE(
        absl::StartsWith(status.message(), "a.crt: malformed certificate: "))
        << status;
    EXPECT_TRUE(absl::EndsWith(status.message(), row.message)) << status;
  }
}

TEST(CertificateTest, RefusesWhatIsNoCertificateAtAll) {
  for (const char* hex : {"", "30", "3000", "3080", "30800000", "0500",
                          "300430003000", "3006300030000300"}) {
    EXPECT_EQ(ReasonOf(Certificate::FromDer(Hex(hex)).status()),
              Reason::kMalformed)
        << hex;
  }
  EXPECT_EQ(ReasonOf(Certificate::FromDer(
                         std::string(Certificate::kMaxBytes + 1, '0'))
                         .status()),
            Reason::kTooLarge);
}

// What is taken after any one byte changed is what BoringSSL takes too, and
// no prefix is taken.
TEST(CertificateTest, OneByteChanged) {
  const std::string good = Parts().Der();
  int taken = 0;
  for (size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(Certificate::FromDer(good.substr(0, i)).ok()) << i;
    for (int byte = 0; byte < 256; ++byte) {
      std::string der = good;
      der[i] = static_cast<char>(byte);
      const absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
      if (!certificate.ok()) continue;
      ++taken;
      EXPECT_EQ(certificate->der(), der);
      EXPECT_TRUE(BoringSslTakes(der)) << absl::BytesToHexString(der);
    }
  }
  EXPECT_GT(taken, 256);
}

TEST(CertificateTest, Fields) {
  Parts parts;
  parts.serial = Hex("02020080");
  parts.extensions = Hex(
      "a328302630090603551d1304023000300b0603551d0e04040402abcd300c0603551d23"
      "04053003800101");
  const absl::StatusOr<Certificate> c = Certificate::FromDer(parts.Der());
  ASSERT_TRUE(c.ok()) << c.status();
  EXPECT_EQ(c->version(), 3);
  EXPECT_EQ(c->serial(), Hex("0080"));
  EXPECT_EQ(c->SerialDecimal(), "128");
  EXPECT_EQ(c->SerialHex(), "80");
  EXPECT_EQ(c->subject().ToString(), "CN=joe");
  EXPECT_EQ(c->issuer().ToString(), "CN=ca");
  EXPECT_FALSE(c->self_issued());
  EXPECT_EQ(Time(c->not_before()), "Jan  1 00:00:00 2026 GMT");
  EXPECT_EQ(Time(c->not_after()), "Jan  1 00:00:00 2036 GMT");
  EXPECT_EQ(c->public_key().ToString(), "Ed25519");
  EXPECT_EQ(c->signature_algorithm(), "ecdsa-with-SHA256");
  EXPECT_EQ(c->Identifier(), "SN=128, SKID=AB:CD, AKID=01");
  EXPECT_FALSE(c->SignedBy(c->public_key()));
  EXPECT_EQ(c->extensions().all.size(), 3u);
}

struct OpensslRow {
  const char* what;
  const char* command;  // Writes "c", and "k".
  int version;
  const char* subject;
  const char* key;
  const char* algorithm;
  bool self_signed;
};

#define REQ "openssl req -x509 -nodes -keyout k -out c -days 10 -newkey "
#define CSR "openssl req -nodes -keyout k -out r -newkey "
const OpensslRow kOpenssl[] = {
    {"a CA", REQ "rsa:2048 -subj /CN=kubernetes", 3, "CN=kubernetes",
     "RSA-2048", "sha256WithRSAEncryption", true},
    {"several groups",
     REQ "ec -pkeyopt ec_paramgen_curve:P-256 -subj /O=dev/O=ops/CN=john", 3,
     "CN=john,O=ops,O=dev", "ECDSA-P256", "ecdsa-with-SHA256", true},
    {"a multi-valued RDN",
     REQ "ed25519 -multivalue-rdn -subj /CN=john+O=dev+OU=x", 3,
     "OU=x+O=dev+CN=john", "Ed25519", "ED25519", true},
    {"UTF-8", REQ "ed25519 -utf8 -subj '/CN=m\xc3\xbcller'", 3,
     "CN=m\xc3\xbcller", "Ed25519", "ED25519", true},
    {"no subject", REQ "ed25519 -subj /", 3, "", "Ed25519", "ED25519", true},
    {"version 1, as openssl x509 -req makes it",
     CSR "rsa:2048 -subj /CN=john/O=dev && openssl x509 -req -in r -signkey k "
         "-days 500 -out c",
     1, "O=dev,CN=john", "RSA-2048", "sha256WithRSAEncryption", true},
    {"for ever", REQ "ed25519 -subj /CN=x -days 2000000", 3, "CN=x", "Ed25519",
     "ED25519", true},
    {"SHA-1", REQ "rsa:2048 -sha1 -subj /CN=x", 3, "CN=x", "RSA-2048",
     "sha1WithRSAEncryption", false},
    {"every name",
     REQ "ed25519 -subj /CN=x -addext "
         "'subjectAltName=DNS:a.example,DNS:*.b.example,IP:10.0.0.1,IP:::1,"
         "email:john@a.example,URI:spiffe://a.example/x'",
     3, "CN=x", "Ed25519", "ED25519", true},
};

TEST(CertificateTest, ReadsOpenssls) {
  const CommandFolder folder;
  for (const OpensslRow& row : kOpenssl) {
    SCOPED_TRACE(row.what);
    folder.Run(row.command);
    const std::string pem = folder.Read("c");
    const absl::StatusOr<std::vector<Certificate>> all =
        Certificate::FromPem(pem, "c");
    ASSERT_TRUE(all.ok()) << all.status();
    ASSERT_EQ(all->size(), 1u);
    const Certificate& c = (*all)[0];
    EXPECT_EQ(c.version(), row.version);
    EXPECT_EQ(c.subject().ToString(), row.subject);
    EXPECT_TRUE(c.self_issued());
    EXPECT_EQ(c.public_key().ToString(), row.key);
    EXPECT_EQ(c.signature_algorithm(), row.algorithm);
    EXPECT_EQ(c.SignedBy(c.public_key()), row.self_signed);
    EXPECT_EQ(c.ToPem(), pem);
    EXPECT_TRUE(BoringSslTakes(c.der()));
    // What openssl says of it.
    EXPECT_EQ(folder.Run("openssl x509 -in c -noout -startdate -enddate"),
              absl::StrCat("notBefore=", Time(c.not_before()),
                           "\nnotAfter=", Time(c.not_after()), "\n"));
    EXPECT_EQ(
        folder.Run("openssl x509 -in c -noout -serial"),
        absl::StrCat("serial=", absl::AsciiStrToUpper(c.SerialHex()), "\n"));
    EXPECT_EQ(folder.Run("openssl x509 -in c -noout -pubkey"),
              c.public_key().ToPem());
    const std::string fingerprint = absl::StrReplaceAll(
        folder.Run("openssl x509 -in c -noout -fingerprint -sha256"),
        {{":", ""}, {"\n", ""}, {"sha256 Fingerprint=", "X509SHA256="}});
    EXPECT_EQ(absl::AsciiStrToLower(fingerprint),
              absl::AsciiStrToLower(c.CredentialId()));
  }
}

TEST(CertificateTest, ExtensionsOfOpenssl) {
  const CommandFolder folder;
  folder.Write("ext",
               "basicConstraints=critical,CA:TRUE,pathlen:2\n"
               "keyUsage=critical,keyCertSign,cRLSign\n"
               "extendedKeyUsage=clientAuth,1.2.3.4\n"
               "subjectKeyIdentifier=hash\n"
               "authorityKeyIdentifier=keyid,issuer:always\n"
               "subjectAltName=DNS:a.example,IP:10.0.0.1,email:a@b.example,"
               "URI:spiffe://a/x,dirName:dir,RID:1.2.3,otherName:1.2.3;UTF8:x\n"
               "nameConstraints=critical,permitted;DNS:.a.example,"
               "permitted;IP:10.0.0.0/255.0.0.0,excluded;email:b.example,"
               "excluded;URI:.c.example,permitted;dirName:dir\n"
               "crlDistributionPoints=URI:http://a/crl,URI:http://b/crl\n"
               "authorityInfoAccess=OCSP;URI:http://a/ocsp,"
               "caIssuers;URI:http://a/ca\n"
               "certificatePolicies=1.2.3.4\n"
               "policyConstraints=critical,requireExplicitPolicy:3\n"
               "inhibitAnyPolicy=critical,2\n"
               "tlsfeature=status_request\n"
               "1.2.3.5=critical,ASN1:NULL\n"
               "[dir]\nCN=dir\n");
  folder.Run(
      "openssl req -x509 -nodes -newkey ed25519 -keyout ck -out ca -subj "
      "/CN=ca && openssl req -nodes -newkey ed25519 -keyout k -out r -subj "
      "/CN=x && openssl x509 -req -in r -CA ca -CAkey ck -CAcreateserial "
      "-extfile ext -out c");
  const absl::StatusOr<std::vector<Certificate>> all =
      Certificate::FromPem(folder.Read("c") + folder.Read("ca"), "c");
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 2u);
  const Certificate& ca = (*all)[1];
  const Extensions& e = (*all)[0].extensions();
  EXPECT_TRUE(e.basic_constraints->is_ca);
  EXPECT_EQ(e.basic_constraints->path_length, 2);
  EXPECT_EQ(*e.key_usage, kKeyCertSign | kCrlSign);
  EXPECT_EQ(*e.extended_key_usages,
            (std::vector<std::string>{kClientAuth, "1.2.3.4"}));
  EXPECT_EQ(*e.subject_key_id, (*all)[0].public_key().SubjectKeyId());
  EXPECT_EQ(*e.authority_key_id, *ca.extensions().subject_key_id);
  const GeneralNames& names = *e.subject_alt_names;
  EXPECT_EQ(names.dns, std::vector<std::string>{"a.example"});
  EXPECT_EQ(names.ips, std::vector<std::string>{Hex("0a000001")});
  EXPECT_EQ(names.emails, std::vector<std::string>{"a@b.example"});
  EXPECT_EQ(names.uris, std::vector<std::string>{"spiffe://a/x"});
  EXPECT_EQ(names.directory_names.size(), 1u);
  EXPECT_EQ(names.other_types,
            (std::vector<std::string>{"registeredID", "otherName"}));
  EXPECT_EQ(e.name_constraints->permitted.dns,
            std::vector<std::string>{".a.example"});
  EXPECT_EQ(e.name_constraints->permitted.ips,
            std::vector<std::string>{Hex("0a000000ff000000")});
  EXPECT_EQ(e.name_constraints->permitted.directory_names,
            names.directory_names);
  EXPECT_EQ(e.name_constraints->excluded.emails,
            std::vector<std::string>{"b.example"});
  EXPECT_EQ(e.name_constraints->excluded.uris,
            std::vector<std::string>{".c.example"});
  EXPECT_EQ(e.crl_distribution_points,
            (std::vector<std::string>{"http://a/crl", "http://b/crl"}));
  EXPECT_EQ(e.ocsp_servers, std::vector<std::string>{"http://a/ocsp"});
  EXPECT_EQ(e.unhandled_critical, std::vector<std::string>{"1.2.3.5"});
  EXPECT_EQ(e.all.size(), 14u);
  // Its signature is the CA's and nobody else's.
  EXPECT_TRUE((*all)[0].SignedBy(ca.public_key()));
  EXPECT_FALSE((*all)[0].SignedBy((*all)[0].public_key()));
}

std::string Pem(absl::string_view der) { return EncodePem("CERTIFICATE", der); }

TEST(CertificateTest, PemBundles) {
  Parts second;
  second.serial = Hex("020106");
  const std::string a = Parts().Der();
  const std::string b = second.Der();
  const absl::StatusOr<std::vector<Certificate>> all = Certificate::FromPem(
      absl::StrCat("# comment\n", Pem(a), EncodePem("PRIVATE KEY", "x"), Pem(b),
                   Pem(a)),
      "ca.crt");
  ASSERT_TRUE(all.ok()) << all.status();
  std::vector<std::string> serials;
  for (const Certificate& c : *all) serials.push_back(c.SerialDecimal());
  EXPECT_EQ(absl::StrJoin(serials, ","), "5,6,5");
  EXPECT_EQ((*all)[0], (*all)[2]);
  EXPECT_FALSE((*all)[0] == (*all)[1]);
}

struct BadPemRow {
  std::string pem;
  const char* message;
  Reason reason;
};

TEST(CertificateTest, BadPemNamesTheLine) {
  const std::string good = Pem(Parts().Der());
  const int lines =
      static_cast<int>(std::count(good.begin(), good.end(), '\n'));
  const std::string second =
      absl::StrCat("ca.crt:", lines + 1,
                   ": malformed certificate: it is not contents, "
                   "algorithm and signature");
  const BadPemRow rows[] = {
      {"", "ca.crt: no certificate in it", Reason::kNotFound},
      {EncodePem("X509 CRL", Parts().Der()), "ca.crt: no certificate in it",
       Reason::kNotFound},
      {good + Pem(Hex("3000")), second.c_str(), Reason::kMalformed},
      {Pem(""), "ca.crt:1: malformed certificate: it is not a SEQUENCE in DER",
       Reason::kMalformed},
  };
  for (const BadPemRow& row : rows) {
    const absl::Status status =
        Certificate::FromPem(row.pem, "ca.crt").status();
    EXPECT_EQ(status.message(), row.message);
    EXPECT_EQ(ReasonOf(status), row.reason);
  }
}

TEST(CertificateTest, CopiesShareWhatTheyPointAt) {
  absl::StatusOr<Certificate> first = Certificate::FromDer(Parts().Der());
  ASSERT_TRUE(first.ok());
  const Certificate copy = *first;
  const absl::string_view der = copy.der();
  first = absl::UnknownError("gone");
  EXPECT_EQ(der, Parts().Der());
  EXPECT_EQ(copy.subject().ToString(), "CN=joe");
}

}  // namespace
}  // namespace gatehouse::pki
