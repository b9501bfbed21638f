#include "pki/ca/ca.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"
#include "pki/public_key.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kYear = absl::Hours(24 * 365);

constexpr KeyAlgorithm kAlgorithms[] = {
    KeyAlgorithm::kRsa2048,   KeyAlgorithm::kRsa3072, KeyAlgorithm::kEcdsaP256,
    KeyAlgorithm::kEcdsaP384, KeyAlgorithm::kEd25519,
};

// One key of each kind is enough for all tests.
const PrivateKey& Key(KeyAlgorithm algorithm) {
  static auto* const keys = new std::map<KeyAlgorithm, PrivateKey>;
  auto found = keys->find(algorithm);
  if (found == keys->end()) {
    found = keys->emplace(algorithm, *PrivateKey::Generate(algorithm)).first;
  }
  return found->second;
}

CertificateAuthority Root(KeyAlgorithm algorithm = KeyAlgorithm::kEcdsaP256) {
  return *CertificateAuthority::SelfSigned("root", Key(algorithm), kNow,
                                           10 * kYear);
}

// Not the root's.
PublicKey LeafKey() { return Key(KeyAlgorithm::kEd25519).public_key(); }

CertificateTemplate Leaf() {
  CertificateTemplate request;
  request.subject = DistinguishedName::ForUser("john", {"examplegroup"});
  request.not_before = kNow;
  request.not_after = kNow + kYear;
  request.key_usage = kDigitalSignature;
  request.extended_key_usages = {kClientAuth};
  return request;
}

CertificateTemplate SubCa(absl::optional<int> path_length = absl::nullopt) {
  CertificateTemplate request = Leaf();
  request.subject = DistinguishedName::ForUser("sub", {});
  request.extended_key_usages.clear();
  request.key_usage = kKeyCertSign | kCrlSign;
  request.basic_constraints = {true, path_length};
  return request;
}

TEST(SelfSigned, SaysWhatKubeadmSays) {
  for (const KeyAlgorithm algorithm : kAlgorithms) {
    SCOPED_TRACE(KeyAlgorithmName(algorithm));
    const CertificateAuthority ca = Root(algorithm);
    const Certificate& certificate = ca.certificate();
    const Extensions& extensions = certificate.extensions();
    EXPECT_EQ(certificate.version(), 3);
    EXPECT_EQ(certificate.subject().ToString(), "CN=root");
    EXPECT_TRUE(certificate.self_issued());
    EXPECT_TRUE(certificate.SignedBy(ca.key().public_key()));
    EXPECT_EQ(certificate.not_before(), kNow - absl::Minutes(5));
    EXPECT_EQ(certificate.not_after(), kNow + 10 * kYear);
    EXPECT_TRUE(extensions.basic_constraints->is_ca);
    EXPECT_EQ(extensions.basic_constraints->path_length, absl::nullopt);
    EXPECT_EQ(extensions.subject_key_id, ca.key().public_key().SubjectKeyId());
    EXPECT_EQ(extensions.authority_key_id, extensions.subject_key_id);
    const bool rsa = certificate.public_key().type() == KeyType::kRsa;
    EXPECT_EQ(*extensions.key_usage, kDigitalSignature | kKeyCertSign |
                                         kCrlSign |
                                         (rsa ? kKeyEncipherment : 0));
    EXPECT_TRUE(extensions.unhandled_critical.empty());
  }
}

TEST(SelfSigned, Refuses) {
  const PrivateKey& key = Key(KeyAlgorithm::kEcdsaP256);
  EXPECT_EQ(
      ReasonOf(
          CertificateAuthority::SelfSigned("root", key, kNow, -kYear).status()),
      Reason::kInvalid);
}

TEST(Issue, EveryKindOfCaSignsEveryKindOfKey) {
  for (const KeyAlgorithm ca_algorithm : kAlgorithms) {
    const CertificateAuthority ca = Root(ca_algorithm);
    for (const KeyAlgorithm algorithm : kAlgorithms) {
      SCOPED_TRACE(absl::StrCat(KeyAlgorithmName(ca_algorithm), " signs ",
                                KeyAlgorithmName(algorithm)));
      const absl::StatusOr<Certificate> leaf =
          ca.Issue(Key(algorithm).public_key(), Leaf());
      ASSERT_TRUE(leaf.ok()) << leaf.status();
      EXPECT_TRUE(leaf->SignedBy(ca.certificate().public_key()));
      EXPECT_EQ(leaf->public_key(), Key(algorithm).public_key());
      EXPECT_EQ(leaf->issuer(), ca.certificate().subject());
      EXPECT_EQ(leaf->extensions().authority_key_id,
                ca.certificate().extensions().subject_key_id);
    }
  }
}

TEST(Issue, WritesTheWholeTemplate) {
  CertificateTemplate request = Leaf();
  request.subject_alt_names.dns = {"john.example", "*.example"};
  request.subject_alt_names.ips = {std::string("\x0a\0\0\1", 4),
                                   std::string(16, '\1')};
  request.subject_alt_names.emails = {"john@example.com"};
  request.subject_alt_names.uris = {"spiffe://example/ns/default"};
  request.key_usage = kDigitalSignature | kDecipherOnly | kKeyAgreement;
  request.extended_key_usages = {kClientAuth, kServerAuth};
  request.crl_distribution_points = {"http://crl.example/ca.crl"};
  request.ocsp_servers = {"http://ocsp.example"};
  const absl::StatusOr<Certificate> leaf = Root().Issue(LeafKey(), request);
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  const Extensions& extensions = leaf->extensions();
  EXPECT_EQ(leaf->subject(), request.subject);
  EXPECT_EQ(leaf->subject().common_name(), "john");
  EXPECT_EQ(leaf->subject().organizations(),
            std::vector<std::string>{"examplegroup"});
  EXPECT_EQ(leaf->not_before(), request.not_before);
  EXPECT_EQ(leaf->not_after(), request.not_after);
  EXPECT_EQ(extensions.subject_alt_names->dns, request.subject_alt_names.dns);
  EXPECT_EQ(extensions.subject_alt_names->ips, request.subject_alt_names.ips);
  EXPECT_EQ(extensions.subject_alt_names->emails,
            request.subject_alt_names.emails);
  EXPECT_EQ(extensions.subject_alt_names->uris, request.subject_alt_names.uris);
  EXPECT_EQ(extensions.key_usage, request.key_usage);
  EXPECT_EQ(extensions.extended_key_usages, request.extended_key_usages);
  EXPECT_FALSE(extensions.basic_constraints->is_ca);
  EXPECT_EQ(extensions.crl_distribution_points,
            request.crl_distribution_points);
  EXPECT_EQ(extensions.ocsp_servers, request.ocsp_servers);
}

TEST(Issue, MarksAsCriticalWhatMustBe) {
  CertificateTemplate named = Leaf();
  named.subject_alt_names.uris = {"spiffe://example/a"};
  CertificateTemplate nameless = named;
  nameless.subject = DistinguishedName();
  CertificateTemplate ca = SubCa();
  ca.name_constraints.emplace();
  ca.name_constraints->permitted.dns = {"example.com"};
  const struct {
    const char* name;
    const CertificateTemplate& request;
    std::set<std::string> critical;
  } kCases[] = {
      {"named", named, {"2.5.29.15", "2.5.29.19"}},
      {"nameless", nameless, {"2.5.29.15", "2.5.29.17", "2.5.29.19"}},
      {"ca", ca, {"2.5.29.15", "2.5.29.19", "2.5.29.30"}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const absl::StatusOr<Certificate> issued =
        Root().Issue(LeafKey(), c.request);
    ASSERT_TRUE(issued.ok()) << issued.status();
    std::set<std::string> critical;
    for (const Extension& extension : issued->extensions().all) {
      if (extension.critical) critical.insert(extension.oid);
    }
    EXPECT_EQ(critical, c.critical);
  }
}

TEST(Issue, CutsTheEndToTheCasOwn) {
  CertificateTemplate request = Leaf();
  request.not_after = kNow + 20 * kYear;
  const CertificateAuthority ca = Root();
  EXPECT_EQ(ca.Issue(LeafKey(), request)->not_after(),
            ca.certificate().not_after());
}

TEST(Issue, WritesTimesOnBothSidesOf2050) {
  const CertificateAuthority ca = *CertificateAuthority::SelfSigned(
      "root", Key(KeyAlgorithm::kEcdsaP256), kNow, 100 * kYear);
  for (const char* end : {"2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z",
                          "2099-02-28T12:00:00Z"}) {
    CertificateTemplate request = Leaf();
    ASSERT_TRUE(
        absl::ParseTime(absl::RFC3339_full, end, &request.not_after, nullptr));
    EXPECT_EQ(ca.Issue(LeafKey(), request)->not_after(), request.not_after);
  }
}

TEST(Issue, SerialsAreRandomPositiveAndShort) {
  const CertificateAuthority ca = Root();
  std::set<std::string> serials;
  size_t longest = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string serial(ca.Issue(LeafKey(), Leaf())->serial());
    ASSERT_FALSE(serial.empty());
    EXPECT_EQ(serial[0] & 0x80, 0) << "negative";
    EXPECT_LE(serial.size(), 17U);
    EXPECT_NE(serial, std::string(1, '\0'));
    serials.insert(serial);
    longest = std::max(longest, serial.size());
  }
  EXPECT_EQ(serials.size(), 300U);
  // Half of them have the top bit set, and so an octet of zeros before it.
  EXPECT_EQ(longest, 17U);
}

TEST(Issue, RefusesTemplatesThatContradictThemselves) {
  struct Case {
    const char* name;
    CertificateTemplate request;
  };
  std::vector<Case> cases;
  const auto add = [&](const char* name, auto change,
                       CertificateTemplate request = Leaf()) {
    change(&request);
    cases.push_back({name, std::move(request)});
  };
  add("ends before it begins",
      [](CertificateTemplate* t) { t->not_after = kNow - kYear; });
  add("ends when it begins",
      [](CertificateTemplate* t) { t->not_after = t->not_before; });
  add("begins after the CA's end", [](CertificateTemplate* t) {
    t->not_before = kNow + 11 * kYear;
    t->not_after = kNow + 12 * kYear;
  });
  add("a year that cannot be written",
      [](CertificateTemplate* t) { t->not_before = absl::InfinitePast(); });
  add(
      "CA without cert sign",
      [](CertificateTemplate* t) { t->key_usage = kDigitalSignature; },
      SubCa());
  add("cert sign without CA",
      [](CertificateTemplate* t) { t->key_usage |= kKeyCertSign; });
  add("path length without CA",
      [](CertificateTemplate* t) { t->basic_constraints.path_length = 0; });
  add(
      "negative path length",
      [](CertificateTemplate* t) { t->basic_constraints.path_length = -1; },
      SubCa());
  add("name constraints without CA",
      [](CertificateTemplate* t) { t->name_constraints.emplace(); });
  add("no name at all",
      [](CertificateTemplate* t) { t->subject = DistinguishedName(); });
  add(
      "CA without a subject",
      [](CertificateTemplate* t) {
        t->subject = DistinguishedName();
        t->subject_alt_names.dns = {"a.example"};
      },
      SubCa());
  add("address of 5 bytes",
      [](CertificateTemplate* t) { t->subject_alt_names.ips = {"12345"}; });
  add("name that is not ASCII",
      [](CertificateTemplate* t) { t->subject_alt_names.dns = {"\xc3\xa9"}; });
  add("NUL in a name", [](CertificateTemplate* t) {
    t->subject_alt_names.dns = {std::string("a\0.example", 10)};
  });
  add("name of a type that is not written", [](CertificateTemplate* t) {
    t->subject_alt_names.other_types = {"otherName"};
  });
  add("usage that is no OID",
      [](CertificateTemplate* t) { t->extended_key_usages = {"clientAuth"}; });
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const absl::Status status = Root().Issue(LeafKey(), c.request).status();
    EXPECT_EQ(ReasonOf(status), Reason::kInvalid) << status;
  }
}

TEST(Issue, RefusesWeakKeys) {
  const absl::StatusOr<PublicKey> key =
      PublicKey::FromDer(testing::TestKey::Rsa(1024).Spki());
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->bits(), 1024);
  const absl::Status status = Root().Issue(*key, Leaf()).status();
  EXPECT_EQ(ReasonOf(status), Reason::kWeakCryptography) << status;
}

TEST(Issue, PathLengths) {
  const struct {
    const char* name;
    absl::optional<int> parent;
    absl::optional<int> child;
    bool ok;
  } kCases[] = {
      {"free under free", absl::nullopt, absl::nullopt, true},
      {"0 under free", absl::nullopt, 0, true},
      {"none under 0", 0, absl::nullopt, false},
      {"0 under 0", 0, 0, false},
      {"0 under 1", 1, 0, true},
      {"1 under 1", 1, 1, false},
      {"free under 1", 1, absl::nullopt, true},
      {"1 under 2", 2, 1, true},
  };
  const CertificateAuthority root = Root();
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const PrivateKey& key = Key(KeyAlgorithm::kEcdsaP384);
    const absl::StatusOr<CertificateAuthority> parent =
        CertificateAuthority::Create(
            *root.Issue(key.public_key(), SubCa(c.parent)), key);
    ASSERT_TRUE(parent.ok()) << parent.status();
    const absl::StatusOr<Certificate> child =
        parent->Issue(LeafKey(), SubCa(c.child));
    EXPECT_EQ(child.ok(), c.ok) << child.status();
    if (child.ok()) {
      EXPECT_EQ(child->extensions().basic_constraints->path_length, c.child);
    }
    // Whatever its path length, it signs leaves.
    EXPECT_TRUE(parent->Issue(LeafKey(), Leaf()).ok());
  }
}

TEST(Create, RefusesWhatIsNoCa) {
  const CertificateAuthority root = Root();
  const PrivateKey& key = Key(KeyAlgorithm::kEd25519);
  const Certificate leaf = *root.Issue(key.public_key(), Leaf());
  const Certificate sub = *root.Issue(key.public_key(), SubCa());
  const struct {
    const char* name;
    const Certificate& certificate;
    const PrivateKey& key;
    bool ok;
  } kCases[] = {
      {"a CA", sub, key, true},
      {"a leaf", leaf, key, false},
      {"another's key", sub, root.key(), false},
      {"the root with another's key", root.certificate(), key, false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const absl::Status status =
        CertificateAuthority::Create(c.certificate, c.key).status();
    EXPECT_EQ(status.ok(), c.ok) << status;
    EXPECT_EQ(ReasonOf(status), c.ok ? Reason::kNone : Reason::kInvalid);
  }
}

}  // namespace
}  // namespace gatehouse::pki
