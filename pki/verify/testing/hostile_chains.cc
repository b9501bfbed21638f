// Chains that must be refused.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "pki/extensions.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/testing/chain_table.h"

namespace gatehouse::pki::testing {
namespace {

constexpr char kUnknown[] = "x509: certificate signed by unknown authority";
constexpr char kCannotSign[] =
    "invalid signature: parent certificate cannot sign this kind of "
    "certificate";
constexpr char kTooManyBelow[] =
    "x509: too many intermediates for path length constraint";
constexpr char kUsage[] =
    "x509: certificate specifies an incompatible key usage";
constexpr char kCritical[] = "x509: unhandled critical extension";
constexpr char kRefusedKey[] =
    "x509: certificate has a key that the policy refuses: RSA-1024";

constexpr char kNoCheckOfAnchor[] = "asks nothing of a trust anchor";

// DER of AlgorithmIdentifiers.
std::string EcdsaSha384() {
  return std::string("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03", 12);
}
std::string EcdsaSha256WithNull() {
  return std::string("\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00",
                     14);
}
std::string RsaSha256() {
  return std::string(
      "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00", 15);
}
std::string UnknownAlgorithm() {
  return std::string("\x30\x05\x06\x03\x2a\x03\x04", 7);
}

const std::vector<ChainRow>& Signatures() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"a bit of the leaf's signature flipped",
       [](ChainSpec& c) { c.leaf.damage = Damage::kFlipBit; },
       Reason::kBadSignature,
       "(possibly because of \"x509: ECDSA verification failure\" while trying "
       "to verify candidate authority certificate \"sub\")",
       0},
      {"the leaf's signature cut",
       [](ChainSpec& c) { c.leaf.damage = Damage::kCut; },
       Reason::kBadSignature, kUnknown, 0},
      {"the leaf's signature extended",
       [](ChainSpec& c) { c.leaf.damage = Damage::kExtend; },
       Reason::kBadSignature, kUnknown, 0},
      {"the leaf's signature empty",
       [](ChainSpec& c) { c.leaf.damage = Damage::kEmpty; },
       Reason::kBadSignature, kUnknown, 0},
      {"a bit of the intermediate's signature flipped",
       [](ChainSpec& c) { c.sub.damage = Damage::kFlipBit; },
       Reason::kBadSignature, "candidate authority certificate \"root\"", 1},
      {"a bit of an RSA signature flipped",
       [](ChainSpec& c) {
         c.sub.key = TestKey::Rsa();
         c.Relink();
         c.leaf.damage = Damage::kFlipBit;
       },
       Reason::kBadSignature, "crypto/rsa: verification error", 0},
      {"an RSA signature extended",
       [](ChainSpec& c) {
         c.sub.key = TestKey::Rsa();
         c.Relink();
         c.leaf.damage = Damage::kExtend;
       },
       Reason::kBadSignature, "crypto/rsa: verification error", 0},
      {"an Ed25519 signature cut",
       [](ChainSpec& c) {
         c.sub.key = TestKey::Ed25519("sub");
         c.Relink();
         c.leaf.damage = Damage::kCut;
       },
       Reason::kBadSignature, "x509: Ed25519 verification failure", 0},
      {"signed by another key of the issuer's name, no key ids",
       [](ChainSpec& c) {
         c.sub.Remove("2.5.29.14");
         c.leaf.Remove("2.5.29.35");
         c.leaf.signer = TestKey::P256("impostor");
       },
       Reason::kBadSignature, kUnknown, 0},
      {"signed by another CA of the issuer's name",
       [](ChainSpec& c) {
         TestCertificate other = c.sub;
         other.key = TestKey::P256("impostor");
         other.Set(SubjectKeyIdExtension(other.key.KeyId()));
         c.leaf.SignedBy(other);
       },
       Reason::kUnknownAuthority, kUnknown, 0},
      {"algorithm outside differs from that inside",
       [](ChainSpec& c) { c.leaf.outer_algorithm = EcdsaSha384(); },
       Reason::kMalformed, "", -1},
      {"algorithm is not the one that signed",
       [](ChainSpec& c) { c.leaf.algorithm = EcdsaSha384(); },
       Reason::kBadSignature, kUnknown, 0},
      {"algorithm does not fit the issuer's key",
       [](ChainSpec& c) { c.leaf.algorithm = RsaSha256(); },
       Reason::kBadSignature, kUnknown, 0},
      {"algorithm that nobody knows",
       [](ChainSpec& c) { c.leaf.algorithm = UnknownAlgorithm(); },
       Reason::kUnsupported,
       "x509: cannot verify signature: algorithm unimplemented", 0},
      {"ECDSA with NULL parameters",
       [](ChainSpec& c) { c.leaf.algorithm = EcdsaSha256WithNull(); },
       Reason::kUnsupported, kUnknown, 0, "does not look at them",
       "does not look at them"},
  };
  return *rows;
}

const std::vector<ChainRow>& Weakness() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"SHA-1 on the leaf",
       [](ChainSpec& c) { c.leaf.signature = TestSignature::kSha1; },
       Reason::kWeakCryptography,
       "x509: cannot verify signature: insecure algorithm ECDSA-SHA1", 0},
      {"SHA-1 on the intermediate",
       [](ChainSpec& c) {
         c.root.key = TestKey::Rsa();
         c.Relink();
         c.sub.signature = TestSignature::kSha1;
       },
       Reason::kWeakCryptography,
       "x509: cannot verify signature: insecure algorithm SHA1-RSA", 1},
      {"MD5 on the leaf",
       [](ChainSpec& c) {
         c.sub.key = TestKey::Rsa();
         c.Relink();
         c.leaf.signature = TestSignature::kMd5;
       },
       Reason::kWeakCryptography,
       "x509: cannot verify signature: insecure algorithm MD5-RSA", 0},
      {"MD5 on the intermediate, by Kubernetes' policy",
       [](ChainSpec& c) {
         c.root.key = TestKey::Rsa();
         c.Relink();
         c.sub.signature = TestSignature::kMd5;
         c.policy = VerificationPolicy::Kubernetes();
       },
       Reason::kWeakCryptography, "insecure algorithm MD5-RSA", 1},
      {"RSA-1024 leaf", [](ChainSpec& c) { c.leaf.key = TestKey::Rsa(1024); },
       Reason::kWeakCryptography, kRefusedKey, 0},
      {"RSA-1024 intermediate",
       [](ChainSpec& c) {
         c.sub.key = TestKey::Rsa(1024);
         c.Relink();
       },
       Reason::kWeakCryptography, kRefusedKey, 1},
      {"RSA-1024 anchor",
       [](ChainSpec& c) {
         c.root.key = TestKey::Rsa(1024);
         c.Relink();
       },
       Reason::kWeakCryptography, kRefusedKey, 2},
      {"RSA-768 anchor, by Kubernetes' policy",
       [](ChainSpec& c) {
         c.root.key = TestKey::Rsa(768);
         c.Relink();
         c.policy = VerificationPolicy::Kubernetes();
       },
       Reason::kWeakCryptography, "RSA-768", 2},
      {"RSA key that costs more than the policy allows",
       [](ChainSpec& c) {
         c.sub.key = TestKey::Rsa(2048);
         c.Relink();
         c.policy.max_rsa_bits = 2047;
       },
       Reason::kWeakCryptography, "RSA-2048", 1, "it has no such limit",
       "it has no such limit"},
  };
  return *rows;
}

const std::vector<ChainRow>& Authorities() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"nobody has the issuer's name",
       [](ChainSpec& c) { c.leaf.issuer = NameDer("nobody"); },
       Reason::kUnknownAuthority, kUnknown, 0},
      {"the intermediate is missing", [](ChainSpec& c) { c.sub_sent = false; },
       Reason::kUnknownAuthority, kUnknown, 0},
      {"the root is sent, not trusted",
       [](ChainSpec& c) {
         c.more_intermediates = {c.root};
         c.root_trusted = false;
         c.more_anchors = {TestCa("other")};
       },
       Reason::kUnknownAuthority, kUnknown, 2},
      {"self-signed leaf",
       [](ChainSpec& c) {
         c.leaf.issuer = c.leaf.subject;
         c.leaf.signer = c.leaf.key;
       },
       Reason::kUnknownAuthority, kUnknown, 0},
      {"issuer's name in another case",
       [](ChainSpec& c) { c.leaf.issuer = NameDer("SUB"); },
       Reason::kUnknownAuthority, kUnknown, 0, "folds the case of names"},
      {"another certificate of the anchor's name and key",
       [](ChainSpec& c) {
         c.leaf = c.root;
         c.leaf.serial = "\x09";
       },
       Reason::kUnknownAuthority, kUnknown, 0, "",
       "the key is trusted by its name"},
      {"leaf signed by a leaf",
       [](ChainSpec& c) {
         const TestCertificate mary = Leaf("mary", c.sub);
         c.leaf.SignedBy(mary);
         c.more_intermediates = {mary};
       },
       Reason::kNotAuthorizedToSign, kCannotSign, 1},
      {"intermediate without basic constraints",
       [](ChainSpec& c) { c.sub.Remove("2.5.29.19"); },
       Reason::kNotAuthorizedToSign, kCannotSign, 1},
      {"intermediate with CA:FALSE",
       [](ChainSpec& c) { c.sub.Set(BasicConstraintsExtension(false)); },
       Reason::kNotAuthorizedToSign, kCannotSign, 1},
      {"intermediate without certSign",
       [](ChainSpec& c) {
         c.sub.Set(KeyUsageExtension(kCrlSign | kDigitalSignature));
       },
       Reason::kNotAuthorizedToSign, kCannotSign, 1},
      {"version 1 intermediate",
       [](ChainSpec& c) {
         c.sub.version = 1;
         c.sub.extensions.clear();
         c.leaf.Remove("2.5.29.35");
       },
       Reason::kNotAuthorizedToSign,
       "x509: certificate is not authorized to sign other certificates", 1},
      {"version 2 intermediate",
       [](ChainSpec& c) {
         c.sub.version = 2;
         c.sub.extensions.clear();
         c.leaf.Remove("2.5.29.35");
       },
       Reason::kNotAuthorizedToSign,
       "x509: certificate is not authorized to sign other certificates", 1},
      {"version 3 anchor without basic constraints",
       [](ChainSpec& c) { c.root.Remove("2.5.29.19"); },
       Reason::kNotAuthorizedToSign, kCannotSign, 2, "", kNoCheckOfAnchor},
      {"anchor with CA:FALSE",
       [](ChainSpec& c) { c.root.Set(BasicConstraintsExtension(false)); },
       Reason::kNotAuthorizedToSign, kCannotSign, 2},
      {"anchor without certSign",
       [](ChainSpec& c) { c.root.Set(KeyUsageExtension(kCrlSign)); },
       Reason::kNotAuthorizedToSign, kCannotSign, 2},
      {"path length 0 above another CA",
       [](ChainSpec& c) {
         c.sub.Set(BasicConstraintsExtension(true, 0));
         const TestCertificate deep = TestCa("deep", c.sub);
         c.leaf.SignedBy(deep);
         c.more_intermediates = {deep};
       },
       Reason::kNotAuthorizedToSign, kTooManyBelow, 2},
      {"path length 0 at the anchor",
       [](ChainSpec& c) { c.root.Set(BasicConstraintsExtension(true, 0)); },
       Reason::kNotAuthorizedToSign, kTooManyBelow, 2},
      {"path length 0 above a self-issued CA",
       [](ChainSpec& c) {
         c.sub.Set(BasicConstraintsExtension(true, 0));
         TestCertificate renewed = c.sub;
         renewed.key = TestKey::P256("renewed");
         renewed.Set(SubjectKeyIdExtension(renewed.key.KeyId()));
         renewed.SignedBy(c.sub);
         c.leaf.SignedBy(renewed);
         c.more_intermediates = {renewed};
       },
       Reason::kNotAuthorizedToSign, kTooManyBelow, 2,
       "RFC 5280 does not count self-issued certificates; Go does"},
      {"path length without CA",
       [](ChainSpec& c) { c.leaf.Set(BasicConstraintsExtension(false, 0)); },
       Reason::kMalformed, "", -1, "", "does not look at a leaf's"},
  };
  return *rows;
}

const std::vector<ChainRow>& Times() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"leaf expired a second ago",
       [](ChainSpec& c) { c.leaf.not_after = c.now - absl::Seconds(1); },
       Reason::kExpired,
       "x509: certificate has expired or is not yet valid: current time "
       "2026-01-01T00:00:00Z is after 2025-12-31T23:59:59Z",
       0},
      {"leaf valid in an hour",
       [](ChainSpec& c) { c.leaf.not_before = c.now + absl::Hours(1); },
       Reason::kNotYetValid,
       "x509: certificate has expired or is not yet valid: current time "
       "2026-01-01T00:00:00Z is before 2026-01-01T01:00:00Z",
       0},
      {"intermediate expired",
       [](ChainSpec& c) { c.sub.not_after = c.now - absl::Hours(1); },
       Reason::kExpired, "x509: certificate has expired", 1},
      {"intermediate not yet valid",
       [](ChainSpec& c) { c.sub.not_before = c.now + absl::Hours(1); },
       Reason::kNotYetValid, "x509: certificate has expired", 1},
      {"anchor expired",
       [](ChainSpec& c) { c.root.not_after = c.now - absl::Hours(1); },
       Reason::kExpired, "x509: certificate has expired", 2},
      {"anchor not yet valid",
       [](ChainSpec& c) { c.root.not_before = c.now + absl::Hours(1); },
       Reason::kNotYetValid, "x509: certificate has expired", 2},
      {"leaf that is an anchor, expired",
       [](ChainSpec& c) {
         c.leaf.not_after = c.now - absl::Hours(1);
         c.more_anchors = {c.leaf};
       },
       Reason::kExpired, "x509: certificate has expired", 0},
      {"expired anchor that did not sign",
       [](ChainSpec& c) {
         c.root.not_after = c.now - absl::Hours(1);
         c.root.key = TestKey::P256("another");
       },
       Reason::kBadSignature, kUnknown, 1},
  };
  return *rows;
}

const std::vector<ChainRow>& ExtensionsOf() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"critical unknown extension in the leaf",
       [](ChainSpec& c) { c.leaf.Set(UnknownExtension(true)); },
       Reason::kUnhandledCritical, kCritical, 0},
      {"critical unknown extension in the intermediate",
       [](ChainSpec& c) { c.sub.Set(UnknownExtension(true)); },
       Reason::kUnhandledCritical, kCritical, 1},
      {"critical unknown extension in the anchor",
       [](ChainSpec& c) { c.root.Set(UnknownExtension(true)); },
       Reason::kUnhandledCritical, kCritical, 2},
      {"an extension twice",
       [](ChainSpec& c) {
         c.leaf.extensions.push_back(KeyUsageExtension(kDigitalSignature));
       },
       Reason::kDuplicate},
      {"critical SAN with a name that is not read",
       [](ChainSpec& c) { c.leaf.Set(SubjectAltNames({OtherName()}, true)); },
       Reason::kUnhandledCritical, kCritical, 0,
       "nothing is asked of its names", "nothing is asked of its names"},
      {"critical SAN with a directoryName alone",
       [](ChainSpec& c) {
         c.leaf.Set(SubjectAltNames({Directory(NameDer("john"))}, true));
       },
       Reason::kUnhandledCritical, kCritical, 0,
       "RFC 5280 allows it; Go does not read it",
       "RFC 5280 allows it; Go does not read it"},
      {"an explicit policy is required",
       [](ChainSpec& c) {
         c.sub.Set({"2.5.29.36", true, std::string("\x30\x03\x80\x01\x00", 5)});
       },
       Reason::kUnhandledCritical, kCritical, 1,
       "checks policies only when asked to"},
      {"OpenSSL: NUL byte in a URI SAN",
       [](ChainSpec& c) {
         c.leaf.Set(
             SubjectAltNames({Uri(absl::string_view("spiffe://a\0b/c", 14))}));
       },
       Reason::kMalformed, "", -1, "nothing is asked of its names",
       "nothing is asked of its names"},
      {"NUL byte in a DNS SAN",
       [](ChainSpec& c) {
         c.leaf.Set(SubjectAltNames({Dns(absl::string_view("a\0b.com", 7))}));
       },
       Reason::kMalformed, "", -1, "nothing is asked of its names",
       "nothing is asked of its names"},
      {"leaf for servers only",
       [](ChainSpec& c) {
         c.leaf.Set(ExtendedKeyUsageExtension({kServerAuth}));
       },
       Reason::kIncompatibleUsage, kUsage, 0},
      {"leaf for OCSP only, critical",
       [](ChainSpec& c) {
         TestExtension usage = ExtendedKeyUsageExtension({kOcspSigning});
         usage.critical = true;
         c.leaf.Set(usage);
       },
       Reason::kIncompatibleUsage, kUsage, 0},
      {"intermediate for servers only",
       [](ChainSpec& c) {
         c.sub.Set(ExtendedKeyUsageExtension({kServerAuth}));
       },
       Reason::kIncompatibleUsage, kUsage, 1},
      {"anchor for servers only",
       [](ChainSpec& c) {
         c.root.Set(ExtendedKeyUsageExtension({kServerAuth}));
       },
       Reason::kIncompatibleUsage, kUsage, 2, "", kNoCheckOfAnchor},
      {"leaf for one usage, intermediate for the other",
       [](ChainSpec& c) {
         c.usages = {kServerAuth, kClientAuth};
         c.sub.Set(ExtendedKeyUsageExtension({kServerAuth}));
       },
       Reason::kIncompatibleUsage, kUsage, 1},
      {"client where the default wants a server",
       [](ChainSpec& c) { c.usages = {}; }, Reason::kIncompatibleUsage, kUsage,
       0, "it is asked for a client's", "it is asked for a client's"},
  };
  return *rows;
}

// Adds `levels` levels of CAs, of which each has `width` keys, and every key of
// a level is certified by every key of the next: width^levels paths.
void AddMesh(ChainSpec& c, int levels, int width) {
  std::vector<TestCertificate> below;
  for (int level = 0; level < levels; ++level) {
    std::vector<TestCertificate> here;
    for (int i = 0; i < width; ++i) {
      here.push_back(TestCa(absl::StrCat("mesh ", level)));
      here.back().key = TestKey::P256(absl::StrCat("mesh ", level, " ", i));
      here.back().Remove("2.5.29.14");
    }
    for (TestCertificate& child : below) {
      for (const TestCertificate& parent : here) {
        child.SignedBy(parent);
        c.more_intermediates.push_back(child);
      }
    }
    if (level == 0) c.leaf.SignedBy(here.front());
    below = here;
  }
  for (TestCertificate& last : below) {
    last.issuer = NameDer("nobody");
    c.more_intermediates.push_back(last);
  }
}

const std::vector<ChainRow>& Budgets() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"two CAs that certify each other",
       [](ChainSpec& c) {
         TestCertificate a = TestCa("a");
         TestCertificate b = TestCa("b", a);
         a.SignedBy(b);
         c.leaf.SignedBy(a);
         c.more_intermediates = {a, b};
       },
       Reason::kUnknownAuthority, kUnknown, 2},
      {"a thousand intermediates",
       [](ChainSpec& c) {
         const TestCertificate other = TestCa("other");
         c.more_intermediates.assign(1000, other);
       },
       Reason::kTooLarge, "intermediate certificates limit reached", -1,
       "passes over what it does not need",
       "passes over what it does not need"},
      {"a mesh of CAs with 3^6 paths", [](ChainSpec& c) { AddMesh(c, 6, 3); },
       Reason::kTooLarge, "signature check attempts limit reached", -1},
      {"eleven certificates",
       [](ChainSpec& c) {
         TestCertificate last = c.sub;
         for (const char* name : {"3", "4", "5", "6", "7", "8", "9", "10"}) {
           last = TestCa(name, last);
           c.more_intermediates.push_back(last);
         }
         c.leaf.SignedBy(last);
       },
       Reason::kTooLarge, "depth limit reached", -1, "it allows 100",
       "it allows 16"},
      {"no signatures allowed",
       [](ChainSpec& c) { c.policy.max_signatures = 0; }, Reason::kTooLarge,
       "signature check attempts limit reached", -1, "it has no such limit",
       "it has no such limit"},
      {"a negative number of signatures",
       [](ChainSpec& c) { c.policy.max_signatures = -1; }, Reason::kTooLarge,
       "signature check attempts limit reached", -1, "it has no such limit",
       "it has no such limit"},
      {"one signature too few",
       [](ChainSpec& c) { c.policy.max_signatures = 1; }, Reason::kTooLarge,
       "signature check attempts limit reached", -1, "it has no such limit",
       "it has no such limit"},
      {"a negative depth", [](ChainSpec& c) { c.policy.max_depth = -1; },
       Reason::kTooLarge, "depth limit reached", -1, "it is not told",
       "it is not told"},
      {"one certificate too deep", [](ChainSpec& c) { c.policy.max_depth = 2; },
       Reason::kTooLarge, "depth limit reached", -1, "it is not told",
       "it is not told"},
      {"no intermediate allowed",
       [](ChainSpec& c) { c.policy.max_intermediates = 0; }, Reason::kTooLarge,
       "intermediate certificates limit reached", -1, "it is not told",
       "it is not told"},
  };
  return *rows;
}

}  // namespace

const std::vector<ChainRow>& HostileChains() {
  static const auto* const rows = [] {
    auto* all = new std::vector<ChainRow>(Signatures());
    for (const auto* more :
         {&Weakness(), &Authorities(), &Times(), &ExtensionsOf(), &Budgets()}) {
      all->insert(all->end(), more->begin(), more->end());
    }
    return all;
  }();
  return *rows;
}

}  // namespace gatehouse::pki::testing
