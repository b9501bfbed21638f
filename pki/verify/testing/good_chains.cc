// Chains that must be accepted.
#include <vector>

#include "pki/extensions.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/testing/chain_table.h"

namespace gatehouse::pki::testing {
namespace {

constexpr char kBasicConstraintsOid[] = "2.5.29.19";
constexpr char kExtendedKeyUsageOid[] = "2.5.29.37";
constexpr char kSubjectKeyIdOid[] = "2.5.29.14";

void UseKeys(ChainSpec& c, const TestKey& root, const TestKey& sub,
             const TestKey& leaf) {
  c.root.key = root;
  c.sub.key = sub;
  c.leaf.key = leaf;
  c.Relink();
}

// A CA of the same name and another key, trusted as well.
void AddRotatedAnchor(ChainSpec& c) {
  TestCertificate old = c.root;
  old.key = TestKey::P256("old root");
  old.signer = old.key;
  c.more_anchors.push_back(old);
}

const std::vector<ChainRow>& Shapes() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"two levels", [](ChainSpec&) {}},
      {"one level", [](ChainSpec& c) { c.Direct(); }},
      {"version 1 leaf without extensions, as openssl x509 -req makes them",
       [](ChainSpec& c) {
         c.Direct();
         c.leaf.version = 1;
         c.leaf.extensions.clear();
       }},
      {"version 1 trust anchor",
       [](ChainSpec& c) {
         c.root.version = 1;
         c.root.extensions.clear();
         c.Relink();
       },
       Reason::kNone, "", -1, "-x509_strict wants version 3"},
      {"leaf that is a trust anchor itself",
       [](ChainSpec& c) { c.more_anchors.push_back(c.leaf); }},
      {"trust anchor that is no root",
       [](ChainSpec& c) {
         c.root_trusted = false;
         c.sub_sent = false;
         c.more_anchors = {c.sub};
       }},
      {"CA that authenticates as a user",
       [](ChainSpec& c) {
         c.leaf.Set(BasicConstraintsExtension(true));
         c.leaf.Set(KeyUsageExtension(kKeyCertSign));
       },
       Reason::kNone, "", -1, "a client needs digitalSignature there"},
      {"cross-signed: only the other root is trusted",
       [](ChainSpec& c) {
         const TestCertificate other = TestCa("other root");
         TestCertificate cross = c.sub;
         cross.SignedBy(other);
         c.root_trusted = false;
         c.more_anchors = {other};
         c.more_intermediates = {cross};
       },
       Reason::kNone, "", -1, "takes the first of two issuers and no other",
       "takes the first of two issuers and no other"},
      {"CA rotation: two anchors of one name",
       [](ChainSpec& c) { AddRotatedAnchor(c); }, Reason::kNone, "", -1, "",
       "takes the last of two anchors of one name"},
      {"CA rotation: two anchors of one name and no key ids",
       [](ChainSpec& c) {
         c.root.Remove(kSubjectKeyIdOid);
         c.Relink();
         AddRotatedAnchor(c);
       },
       Reason::kNone, "", -1, "-x509_strict wants key ids",
       "takes the last of two anchors of one name"},
      {"expired anchor first, its renewal second",
       [](ChainSpec& c) {
         c.more_anchors = {c.root};
         c.root.not_after = c.now - absl::Hours(1);
       }},
      {"first of two intermediates has another key",
       [](ChainSpec& c) {
         c.more_intermediates = {c.sub};
         c.sub.key = TestKey::P256("impostor");
       },
       Reason::kNone, "", -1, "takes the first of two issuers and no other",
       "certtool takes the first of two issuers and no other"},
      {"unordered: the deeper intermediate last",
       [](ChainSpec& c) {
         const TestCertificate deep = TestCa("deep", c.sub);
         c.leaf.SignedBy(deep);
         c.more_intermediates = {deep};
       }},
      {"every intermediate three times",
       [](ChainSpec& c) {
         c.more_intermediates = {c.sub, c.sub};
       }},
      {"unrelated intermediates",
       [](ChainSpec& c) {
         c.more_intermediates = {TestCa("a"), TestCa("b", TestCa("a"))};
       }},
      {"the root among the intermediates",
       [](ChainSpec& c) { c.more_intermediates = {c.root}; }},
      {"the leaf among the intermediates",
       [](ChainSpec& c) { c.more_intermediates = {c.leaf}; }},
      {"self-issued: a new key signed by the old",
       [](ChainSpec& c) {
         TestCertificate renewed = c.sub;
         renewed.key = TestKey::P256("renewed");
         renewed.Set(SubjectKeyIdExtension(renewed.key.KeyId()));
         renewed.SignedBy(c.sub);
         c.leaf.SignedBy(renewed);
         c.more_intermediates = {renewed};
       }},
      {"key ids that disagree are only a hint",
       [](ChainSpec& c) { c.leaf.Set(AuthorityKeyIdExtension("another")); },
       Reason::kNone, "", -1, "looks for no issuer with another key id",
       "looks for no issuer with another key id"},
      {"ten certificates",
       [](ChainSpec& c) {
         TestCertificate last = c.sub;
         for (const char* name : {"3", "4", "5", "6", "7", "8", "9"}) {
           last = TestCa(name, last);
           c.more_intermediates.push_back(last);
         }
         c.leaf.SignedBy(last);
       }},
      {"empty subject and a critical SAN",
       [](ChainSpec& c) {
         c.leaf.subject = NameDer(std::vector<TestAttribute>());
         c.leaf.Set(SubjectAltNames({Dns("john.example.com")}, true));
       }},
  };
  return *rows;
}

const std::vector<ChainRow>& Rules() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"the first second of validity",
       [](ChainSpec& c) { c.leaf.not_before = c.now; }},
      {"the last second of validity",
       [](ChainSpec& c) { c.leaf.not_after = c.now; }, Reason::kNone, "", -1,
       "the last second is too late for it", "asks a moment later"},
      {"valid beyond 2050",
       [](ChainSpec& c) {
         c.root.not_after = absl::FromUnixSeconds(1L << 32);
       }},
      {"path length 0 above a leaf",
       [](ChainSpec& c) { c.sub.Set(BasicConstraintsExtension(true, 0)); }},
      {"path length 1 at the anchor",
       [](ChainSpec& c) { c.root.Set(BasicConstraintsExtension(true, 1)); }},
      {"basic constraints that are not critical",
       [](ChainSpec& c) {
         c.sub.Set(BasicConstraintsExtension(true, absl::nullopt, false));
       },
       Reason::kNone, "", -1, "-x509_strict wants them critical"},
      {"CA without key usage", [](ChainSpec& c) { c.sub.Remove("2.5.29.15"); },
       Reason::kNone, "", -1, "-x509_strict wants a CA's key usage"},
      {"leaf without extended key usage",
       [](ChainSpec& c) { c.leaf.Remove(kExtendedKeyUsageOid); }},
      {"leaf for any extended key usage",
       [](ChainSpec& c) {
         c.leaf.Set(ExtendedKeyUsageExtension({kAnyExtendedKeyUsage}));
       },
       Reason::kNone, "", -1, "reads anyExtendedKeyUsage as no client's"},
      {"leaf for client and server",
       [](ChainSpec& c) {
         c.leaf.Set(ExtendedKeyUsageExtension({kServerAuth, kClientAuth}));
       }},
      {"CA whose extended key usages allow clients",
       [](ChainSpec& c) {
         c.sub.Set(ExtendedKeyUsageExtension({kServerAuth, kClientAuth}));
       }},
      {"either of two usages will do",
       [](ChainSpec& c) {
         c.usages = {kOcspSigning, kClientAuth};
       }},
      {"no usage asked for",
       [](ChainSpec& c) {
         c.leaf.Set(ExtendedKeyUsageExtension({kOcspSigning}));
         c.usages = {kAnyExtendedKeyUsage};
       },
       Reason::kNone, "", -1, "it is asked for a client's",
       "it is asked for a client's"},
      {"serverAuth by default",
       [](ChainSpec& c) {
         c.leaf.Set(ExtendedKeyUsageExtension({kServerAuth}));
         c.usages = {};
       },
       Reason::kNone, "", -1, "it is asked for a client's",
       "it is asked for a client's"},
      {"unknown extensions that are not critical",
       [](ChainSpec& c) {
         c.root.Set(UnknownExtension(false));
         c.sub.Set(UnknownExtension(false));
         c.leaf.Set(UnknownExtension(false));
       }},
      {"no basic constraints in the leaf",
       [](ChainSpec& c) { c.leaf.Remove(kBasicConstraintsOid); }},
  };
  return *rows;
}

const std::vector<ChainRow>& Algorithms() {
  static const auto* const rows = new std::vector<ChainRow>{
      {"RSA-2048",
       [](ChainSpec& c) {
         UseKeys(c, TestKey::Rsa(), TestKey::Rsa(2048, "sub"), TestKey::P256());
       }},
      {"P-384",
       [](ChainSpec& c) {
         UseKeys(c, TestKey::P384("root"), TestKey::P384("sub"),
                 TestKey::P384("leaf"));
       }},
      {"Ed25519",
       [](ChainSpec& c) {
         UseKeys(c, TestKey::Ed25519("root"), TestKey::Ed25519("sub"),
                 TestKey::Ed25519("leaf"));
       }},
      {"RSA-PSS",
       [](ChainSpec& c) {
         UseKeys(c, TestKey::Rsa(), TestKey::Rsa(2048, "sub"), TestKey::P256());
         c.sub.signature = TestSignature::kPssSha256;
         c.leaf.signature = TestSignature::kPssSha256;
       }},
      {"SHA-384 and SHA-512",
       [](ChainSpec& c) {
         UseKeys(c, TestKey::Rsa(), TestKey::P256("sub"), TestKey::P256());
         c.sub.signature = TestSignature::kSha512;
         c.leaf.signature = TestSignature::kSha384;
       }},
      {"the anchor's own signature is SHA-1",
       [](ChainSpec& c) {
         UseKeys(c, TestKey::Rsa(), TestKey::P256("sub"), TestKey::P256());
         c.root.signature = TestSignature::kSha1;
       }},
      {"the anchor's own signature is wrong",
       [](ChainSpec& c) { c.root.damage = Damage::kFlipBit; }},
      {"RSA-1024, which Kubernetes takes",
       [](ChainSpec& c) {
         UseKeys(c, TestKey::Rsa(1024), TestKey::P256("sub"), TestKey::P256());
         c.policy = VerificationPolicy::Kubernetes();
       },
       Reason::kNone, "", -1, "security level 2 wants 2048 bits",
       "the profile wants 2048 bits"},
  };
  return *rows;
}

}  // namespace

const std::vector<ChainRow>& GoodChains() {
  static const auto* const rows = [] {
    auto* all = new std::vector<ChainRow>(Shapes());
    for (const auto* more : {&Rules(), &Algorithms()}) {
      all->insert(all->end(), more->begin(), more->end());
    }
    return all;
  }();
  return *rows;
}

}  // namespace gatehouse::pki::testing
