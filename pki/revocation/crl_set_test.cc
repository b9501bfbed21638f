#include "pki/revocation/crl_set.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/revocation/crl_writer.h"
#include "pki/revocation/internal/test_support.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using internal::At;
using internal::FromHex;
using internal::JulyCrl;
using internal::ListExtensions;
using internal::MakeCrl;
using internal::RawCrl;
using internal::RawEntries;
using internal::RawEntry;
using internal::RawExtensionDer;
using internal::Tlv;
using testing::TestCertificate;
using testing::TestKey;
using State = CrlAnswer::State;
using ::testing::HasSubstr;

const TestCertificate& Ca() {
  static const auto* ca = new TestCertificate(testing::TestCa("ca"));
  return *ca;
}

// A CA with the same name and another key, as after a rotation.
TestCertificate SameName(absl::string_view key) {
  TestCertificate ca = Ca();
  ca.key = TestKey::P256(key);
  ca.signer = ca.key;
  ca.Set(testing::SubjectKeyIdExtension(ca.key.KeyId()));
  return ca;
}

// A URI as a GeneralName, and a distribution points extension with names and,
// if not empty, a cRLIssuer (DER of a name).
std::string UriName(absl::string_view uri) { return Tlv(0x86, uri); }
testing::TestExtension PointsTo(absl::string_view uri,
                                absl::string_view crl_issuer = "") {
  std::string point;
  if (!uri.empty()) point = Tlv(0xa0, Tlv(0xa0, UriName(uri)));
  if (!crl_issuer.empty()) point += Tlv(0xa2, Tlv(0xa4, crl_issuer));
  return {"2.5.29.31", false, Tlv(0x30, Tlv(0x30, point))};
}

TestCertificate LeafWith(absl::string_view serial,
                         const TestCertificate& ca = Ca()) {
  TestCertificate leaf = testing::Leaf("john", ca);
  leaf.serial = std::string(serial);
  return leaf;
}

CrlTemplate Numbered(const std::string& number,
                     const std::vector<std::string>& serials) {
  CrlTemplate request = JulyCrl(serials);
  request.number = number;
  return request;
}

CrlTemplate Scoped(const IssuingDistributionPoint& point,
                   const std::vector<std::string>& serials) {
  CrlTemplate request = JulyCrl(serials);
  request.distribution_point = point;
  return request;
}

CrlTemplate DeltaOf(const std::string& base, const std::string& number,
                    const std::vector<std::string>& serials) {
  CrlTemplate request = Numbered(number, serials);
  request.delta_base = base;
  return request;
}

std::shared_ptr<const CrlSet> SetOf(std::vector<Crl> crls,
                                    const std::vector<Certificate>& issuers) {
  auto set = CrlSet::Create(std::move(crls), issuers);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *set : nullptr;
}

// One question: these lists of Ca(), this certificate of it.
struct FindCase {
  const char* what;
  std::vector<CrlTemplate> lists;
  TestCertificate certificate;
  State state;
  CrlReason reason = CrlReason::kKeyCompromise;
};

CrlTemplate WithReason(CrlTemplate request, CrlReason reason) {
  for (auto& entry : request.entries) entry.reason = reason;
  return request;
}

void ExpectAnswers(const std::vector<FindCase>& cases) {
  for (const FindCase& c : cases) {
    std::vector<Crl> lists;
    for (const CrlTemplate& list : c.lists)
      lists.push_back(MakeCrl(list, Ca()));
    const auto set = SetOf(std::move(lists), {Ca().Build()});
    ASSERT_NE(set, nullptr) << c.what;
    const CrlAnswer answer = set->Find(c.certificate.Build(), Ca().Build());
    EXPECT_EQ(answer.state, c.state) << c.what;
    EXPECT_EQ(answer.list != nullptr, c.state != State::kNotCovered) << c.what;
    if (c.state != State::kRevoked) continue;
    EXPECT_EQ(answer.reason, c.reason) << c.what;
    EXPECT_EQ(answer.revoked_at, At("2026-07-02T00:00:00Z")) << c.what;
  }
}

TEST(CrlSet, FindsSerials) {
  const std::string wide(20, '\x21');
  ExpectAnswers({
      {"no list", {}, LeafWith("\x05"), State::kNotCovered},
      {"an empty list", {JulyCrl({})}, LeafWith("\x05"), State::kGood},
      {"revoked",
       {JulyCrl({"\x04", "\x05"})},
       LeafWith("\x05"),
       State::kRevoked},
      {"another serial", {JulyCrl({"\x04"})}, LeafWith("\x05"), State::kGood},
      {"20 octets", {JulyCrl({wide})}, LeafWith(wide), State::kRevoked},
      {"20 octets, one differs",
       {JulyCrl({wide})},
       LeafWith(std::string(19, '\x21') + "\x22"),
       State::kGood},
      {"with a sign octet",
       {JulyCrl({FromHex("00ff")})},
       LeafWith(FromHex("00ff")),
       State::kRevoked},
      {"without it",
       {JulyCrl({FromHex("00ff")})},
       LeafWith(FromHex("7f")),
       State::kGood},
  });
}

TEST(CrlSet, TakesTheNewestList) {
  CrlTemplate old_numbered = Numbered("\2", {"\x05"});
  CrlTemplate newer = Numbered("\3", {"\x06"});
  // The number counts, not the time.
  newer.this_update -= absl::Hours(24);
  ExpectAnswers({
      {"old and new", {old_numbered, newer}, LeafWith("\x05"), State::kGood},
      {"new and old", {newer, old_numbered}, LeafWith("\x05"), State::kGood},
      {"new and old, revoked",
       {newer, old_numbered},
       LeafWith("\x06"),
       State::kRevoked},
      {"a number of two octets",
       {Numbered("\1\1", {"\x05"}), newer},
       LeafWith("\x05"),
       State::kRevoked},
      {"the same number, later",
       {Numbered("\3", {"\x05"}), newer},
       LeafWith("\x05"),
       State::kRevoked},
      {"the same list twice",
       {newer, newer},
       LeafWith("\x06"),
       State::kRevoked},
  });
}

TEST(CrlSet, MergesDeltas) {
  const CrlTemplate base =
      WithReason(Numbered("\5", {"\x05", "\x06"}), CrlReason::kCertificateHold);
  const CrlTemplate adds = DeltaOf("\4", "\6", {"\x07"});
  const CrlTemplate removes =
      WithReason(DeltaOf("\5", "\7", {"\x05"}), CrlReason::kRemoveFromCrl);
  const CrlTemplate changes = DeltaOf("\5", "\7", {"\x05"});
  ExpectAnswers({
      {"added", {base, adds}, LeafWith("\x07"), State::kRevoked},
      {"added, the delta first",
       {adds, base},
       LeafWith("\x07"),
       State::kRevoked},
      {"of the base",
       {base, adds},
       LeafWith("\x05"),
       State::kRevoked,
       CrlReason::kCertificateHold},
      {"of neither", {base, adds}, LeafWith("\x08"), State::kGood},
      {"removed", {base, removes}, LeafWith("\x05"), State::kGood},
      {"another is not removed",
       {base, removes},
       LeafWith("\x06"),
       State::kRevoked,
       CrlReason::kCertificateHold},
      {"the delta's reason",
       {base, changes},
       LeafWith("\x05"),
       State::kRevoked},
      {"the newer of two deltas",
       {base, adds, removes},
       LeafWith("\x07"),
       State::kGood},
      {"a delta older than the list",
       {Numbered("\7", {}), adds},
       LeafWith("\x07"),
       State::kGood},
      {"a delta as old as the list",
       {Numbered("\6", {}), adds},
       LeafWith("\x07"),
       State::kGood},
  });
}

TEST(CrlSet, TakesTheTimesOfTheDelta) {
  CrlTemplate delta = DeltaOf("\1", "\2", {});
  delta.this_update = At("2026-07-10T00:00:00Z");
  delta.next_update = At("2026-07-11T00:00:00Z");
  const auto set =
      SetOf({MakeCrl(JulyCrl({}), Ca()), MakeCrl(delta, Ca())}, {Ca().Build()});
  const CrlAnswer answer = set->Find(LeafWith("\x05").Build(), Ca().Build());
  EXPECT_EQ(answer.this_update, delta.this_update);
  EXPECT_EQ(answer.next_update, delta.next_update);
  EXPECT_TRUE(answer.list->is_delta());
  EXPECT_EQ(set->lists().size(), 2u);
}

TEST(CrlSet, HeedsScopes) {
  IssuingDistributionPoint users, cas, attributes, named, compromise, others;
  users.only_user_certificates = true;
  cas.only_ca_certificates = true;
  attributes.only_attribute_certificates = true;
  named.names = {UriName("http://crl/1")};
  compromise.only_some_reasons = 1 << 1;
  others.only_some_reasons = 0x1fe & ~(1 << 1);
  TestCertificate sub_ca = testing::TestCa("sub", Ca());
  sub_ca.serial = "\x05";
  TestCertificate in_one = LeafWith("\x05");
  in_one.Set(PointsTo("http://crl/1"));
  TestCertificate in_two = LeafWith("\x05");
  in_two.Set(PointsTo("http://crl/2"));
  const TestCertificate leaf = LeafWith("\x05");
  ExpectAnswers({
      {"users only, a user", {Scoped(users, {})}, leaf, State::kGood},
      {"users only, a user, revoked",
       {Scoped(users, {"\x05"})},
       leaf,
       State::kRevoked},
      {"users only, a CA", {Scoped(users, {})}, sub_ca, State::kNotCovered},
      {"users only, a CA that is in it all the same",
       {Scoped(users, {"\x05"})},
       sub_ca,
       State::kRevoked},
      {"CAs only, a user", {Scoped(cas, {})}, leaf, State::kNotCovered},
      {"CAs only, a CA", {Scoped(cas, {})}, sub_ca, State::kGood},
      {"users and CAs, a CA",
       {Scoped(users, {}), Scoped(cas, {"\x05"})},
       sub_ca,
       State::kRevoked},
      {"attribute certificates only",
       {Scoped(attributes, {"\x05"})},
       leaf,
       State::kNotCovered},
      {"another point", {Scoped(named, {})}, in_two, State::kNotCovered},
      {"no point", {Scoped(named, {})}, leaf, State::kNotCovered},
      {"its point", {Scoped(named, {})}, in_one, State::kGood},
      {"its point, revoked",
       {Scoped(named, {"\x05"})},
       in_one,
       State::kRevoked},
      {"some reasons", {Scoped(compromise, {})}, leaf, State::kNotCovered},
      {"some reasons, revoked",
       {Scoped(compromise, {"\x05"})},
       leaf,
       State::kRevoked},
      {"all reasons, in two lists",
       {Scoped(compromise, {}), Scoped(others, {})},
       leaf,
       State::kGood},
      {"all reasons, revoked by the second",
       {Scoped(compromise, {}), Scoped(others, {"\x05"})},
       leaf,
       State::kRevoked},
      {"a delta of another scope does not count alone",
       {JulyCrl({})},
       leaf,
       State::kGood},
  });
}

TEST(CrlSet, IsAsCurrentAsTheListsTogether) {
  IssuingDistributionPoint compromise, others;
  compromise.only_some_reasons = 1 << 1;
  others.only_some_reasons = 0x1fe & ~(1 << 1);
  CrlTemplate early = Scoped(compromise, {});
  early.next_update = At("2026-07-15T00:00:00Z");
  CrlTemplate late = Scoped(others, {});
  late.this_update = At("2026-07-03T00:00:00Z");
  const CrlTemplate whole = JulyCrl({});
  const struct {
    const char* what;
    std::vector<CrlTemplate> lists;
    absl::Time this_update, next_update;
  } kCases[] = {
      {"two", {early, late}, late.this_update, early.next_update},
      {"two, the other way",
       {late, early},
       late.this_update,
       early.next_update},
      {"and one that says everything",
       {early, late, whole},
       whole.this_update,
       whole.next_update},
      {"and that one first",
       {whole, early, late},
       whole.this_update,
       whole.next_update},
  };
  for (const auto& c : kCases) {
    std::vector<Crl> lists;
    for (const auto& list : c.lists) lists.push_back(MakeCrl(list, Ca()));
    const auto set = SetOf(lists, {Ca().Build()});
    const CrlAnswer answer = set->Find(LeafWith("\x05").Build(), Ca().Build());
    EXPECT_EQ(answer.state, State::kGood) << c.what;
    EXPECT_EQ(answer.this_update, c.this_update) << c.what;
    EXPECT_EQ(answer.next_update, c.next_update) << c.what;
  }
}

TEST(CrlSet, KnowsKeysOfOneName) {
  const TestCertificate& old_ca = Ca();
  const TestCertificate new_ca = SameName("new key");
  const std::vector<Certificate> both = {old_ca.Build(), new_ca.Build()};
  const Crl of_old = MakeCrl(JulyCrl({"\x05"}), old_ca);
  const Crl of_new = MakeCrl(JulyCrl({"\x06"}), new_ca);
  const struct {
    const char* what;
    std::vector<Crl> lists;
    std::string serial;
    TestCertificate issuer;
    State state;
  } kCases[] = {
      {"its key's list", {of_old, of_new}, "\x05", old_ca, State::kRevoked},
      {"not the other key's", {of_old, of_new}, "\x05", new_ca, State::kGood},
      {"the other way", {of_old, of_new}, "\x06", new_ca, State::kRevoked},
      {"there is only the other key's",
       {of_new},
       "\x06",
       old_ca,
       State::kRevoked},
      {"and it is not in it", {of_new}, "\x05", old_ca, State::kGood},
  };
  for (const auto& c : kCases) {
    const auto set = SetOf(c.lists, both);
    const CrlAnswer answer =
        set->Find(LeafWith(c.serial, c.issuer).Build(), c.issuer.Build());
    EXPECT_EQ(answer.state, c.state) << c.what;
  }
}

TEST(CrlSet, KeepsIssuersApart) {
  const TestCertificate other = testing::TestCa("other");
  const auto set = SetOf(
      {MakeCrl(JulyCrl({"\x05"}), Ca()), MakeCrl(JulyCrl({"\x06"}), other)},
      {Ca().Build(), other.Build()});
  EXPECT_EQ(set->size(), 2u);
  EXPECT_GT(set->MemoryBytes(), 0u);
  const struct {
    const TestCertificate& issuer;
    const char* serial;
    State state;
  } kCases[] = {{Ca(), "\x05", State::kRevoked},
                {Ca(), "\x06", State::kGood},
                {other, "\x05", State::kGood},
                {other, "\x06", State::kRevoked},
                {testing::TestCa("third"), "\x05", State::kNotCovered}};
  for (const auto& c : kCases) {
    EXPECT_EQ(
        set->Find(LeafWith(c.serial, c.issuer).Build(), c.issuer.Build()).state,
        c.state);
  }
}

// An indirect list of Ca(): entries 1 (its own), 2 and 3 (of "other").
Crl IndirectList() {
  const std::string other = testing::NameDer("other");
  RawCrl raw;
  raw.extensions = ListExtensions(
      {RawExtensionDer("551d1c", true, Tlv(0x30, FromHex("8401ff")))});
  raw.entries = RawEntries(
      {RawEntry("01"),
       RawEntry("02",
                {RawExtensionDer("551d1d", true, Tlv(0x30, Tlv(0xa4, other)))}),
       RawEntry("03")});
  const auto crl = Crl::FromDer(raw.Der(Ca()));
  EXPECT_TRUE(crl.ok()) << crl.status();
  return *crl;
}

TEST(CrlSet, ReadsIndirectLists) {
  const TestCertificate other = testing::TestCa("other");
  const TestCertificate third = testing::TestCa("third");
  const auto set = SetOf({IndirectList()}, {Ca().Build()});
  const auto named = [](const char* serial, const TestCertificate& issuer,
                        absl::string_view crl_issuer) {
    TestCertificate leaf = LeafWith(serial, issuer);
    leaf.Set(PointsTo("", crl_issuer));
    return leaf;
  };
  const struct {
    const char* what;
    TestCertificate certificate;
    TestCertificate issuer;
    State state;
  } kCases[] = {
      {"its own", LeafWith("\1"), Ca(), State::kRevoked},
      {"its own, good", LeafWith("\2"), Ca(), State::kGood},
      {"another's", LeafWith("\2", other), other, State::kRevoked},
      {"another's, by the entry before", LeafWith("\3", other), other,
       State::kRevoked},
      {"another's, with its own serial", LeafWith("\1", other), other,
       State::kNotCovered},
      {"another's that names the list's issuer",
       named("\1", other, Ca().subject), other, State::kGood},
      {"another's that names somebody else",
       named("\1", other, testing::NameDer("somebody")), other,
       State::kNotCovered},
      {"of whom it knows nothing", LeafWith("\2", third), third,
       State::kNotCovered},
      {"of whom it knows nothing, who names it",
       named("\2", third, Ca().subject), third, State::kGood},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(set->Find(c.certificate.Build(), c.issuer.Build()).state, c.state)
        << c.what;
  }
  EXPECT_GT(set->MemoryBytes(), 0u);
}

struct RefuseCase {
  const char* what;
  std::vector<Crl> lists;
  std::vector<TestCertificate> issuers;
  Reason reason;
  const char* text;
};

TEST(CrlSet, RefusesListsThatNobodySigned) {
  TestCertificate no_crl_sign = Ca();
  no_crl_sign.Set(testing::KeyUsageExtension(kKeyCertSign));
  TestCertificate no_usage = Ca();
  no_usage.Remove("2.5.29.15");
  RawCrl flipped;
  flipped.flip_signature = true;
  TestCertificate no_key_id = SameName("new key");
  no_key_id.Remove("2.5.29.14");
  const Crl good = MakeCrl(JulyCrl({}), Ca());
  const Crl bad = *Crl::FromDer(flipped.Der(Ca()), "bad.crl");
  const std::vector<RefuseCase> kCases = {
      {"no issuers",
       {good},
       {},
       Reason::kUnknownAuthority,
       "the CRL of CN=ca is signed by none"},
      {"another issuer",
       {good},
       {testing::TestCa("other")},
       Reason::kUnknownAuthority,
       "CN=ca"},
      {"another key, by its id",
       {good},
       {SameName("new key")},
       Reason::kUnknownAuthority,
       "key id"},
      {"another key without an id",
       {good},
       {no_key_id},
       Reason::kBadSignature,
       "not signed by the certificate with that name"},
      {"a bad signature",
       {bad},
       {Ca()},
       Reason::kBadSignature,
       "bad.crl: the CRL of CN=ca"},
      {"a good list and a bad one",
       {good, bad},
       {Ca()},
       Reason::kBadSignature,
       "bad.crl"},
      {"no cRLSign",
       {good},
       {no_crl_sign},
       Reason::kIncompatibleUsage,
       "cRLSign"},
  };
  for (const RefuseCase& c : kCases) {
    std::vector<Certificate> issuers;
    for (const auto& issuer : c.issuers) issuers.push_back(issuer.Build());
    const auto set = CrlSet::Create(c.lists, issuers);
    EXPECT_EQ(ReasonOf(set.status()), c.reason) << c.what << set.status();
    EXPECT_THAT(std::string(set.status().message()), HasSubstr(c.text))
        << c.what;
  }
  // A certificate without key usage may sign, and so may one of several.
  EXPECT_NE(SetOf({good}, {no_usage.Build()}), nullptr);
  EXPECT_NE(SetOf({good}, {testing::TestCa("other").Build(), no_key_id.Build(),
                           no_crl_sign.Build(), Ca().Build()}),
            nullptr);
}

TEST(CrlSet, RefusesDeltasWithoutTheirBase) {
  IssuingDistributionPoint users;
  users.only_user_certificates = true;
  CrlTemplate scoped_delta = DeltaOf("\1", "\2", {});
  scoped_delta.distribution_point = users;
  RawCrl unnumbered;
  const Crl no_number = *Crl::FromDer(unnumbered.Der(Ca()));
  const Crl delta = MakeCrl(DeltaOf("\5", "\6", {}), Ca());
  const std::vector<RefuseCase> kCases = {
      {"alone", {delta}, {Ca()}, Reason::kInvalid, "no complete list"},
      {"with a list that is too old",
       {delta, MakeCrl(Numbered("\4", {}), Ca())},
       {Ca()},
       Reason::kInvalid,
       "needs a newer complete list than number 0x04"},
      {"with a list of another scope",
       {MakeCrl(scoped_delta, Ca()), MakeCrl(JulyCrl({}), Ca())},
       {Ca()},
       Reason::kInvalid,
       "no complete list of the same scope"},
      {"with a list that has no number",
       {delta, no_number},
       {Ca()},
       Reason::kInvalid,
       "without a cRLNumber"},
      {"with a list of another key",
       {delta, MakeCrl(Numbered("\5", {}), SameName("new key"))},
       {Ca(), SameName("new key")},
       Reason::kInvalid,
       "no complete list"},
  };
  for (const RefuseCase& c : kCases) {
    std::vector<Certificate> issuers;
    for (const auto& issuer : c.issuers) issuers.push_back(issuer.Build());
    const auto set = CrlSet::Create(c.lists, issuers);
    EXPECT_EQ(ReasonOf(set.status()), c.reason) << c.what << set.status();
    EXPECT_THAT(std::string(set.status().message()), HasSubstr(c.text))
        << c.what;
  }
}

TEST(CrlSet, RefusesWeakDigests) {
  // sha1WithRSAEncryption and ecdsa-with-SHA1.
  for (const char* algorithm :
       {"300d06092a864886f70d0101050500", "300906072a8648ce3d0401"}) {
    RawCrl raw;
    raw.algorithm = FromHex(algorithm);
    std::string der = raw.Der(Ca());
    // The same algorithm outside.
    const std::string fitting = FromHex("300a06082a8648ce3d040302");
    const size_t place = der.rfind(fitting);
    ASSERT_NE(place, std::string::npos);
    const std::string tail = der.substr(place + fitting.size());
    const size_t head = der.find(FromHex("020101")) - 2;
    der = Tlv(0x30, absl::StrCat(der.substr(head, place - head),
                                 FromHex(algorithm), tail));
    const auto crl = Crl::FromDer(der);
    ASSERT_TRUE(crl.ok()) << crl.status();
    const auto set = CrlSet::Create({*crl}, {Ca().Build()});
    EXPECT_EQ(ReasonOf(set.status()), Reason::kWeakCryptography)
        << set.status();
  }
}

// The law: a set answers as std::map does, base and delta together.
TEST(CrlSet, IsAMap) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, CrlReason> naive;
    const auto serial = [&random] {
      std::string s(1 + random() % 3, '\0');
      for (char& c : s) c = static_cast<char>(1 + random() % 12);
      return s;
    };
    CrlTemplate base = Numbered("\5", {});
    CrlTemplate delta = DeltaOf("\5", "\6", {});
    for (int i = 0; i < 150; ++i) {
      const std::string s = serial();
      const auto reason = static_cast<CrlReason>(random() % 7);
      if (!naive.emplace(s, reason).second) continue;
      base.entries.push_back({s, base.this_update, reason, absl::nullopt});
    }
    std::map<std::string, bool> seen;
    for (int i = 0; i < 80; ++i) {
      const std::string s = serial();
      if (!seen.emplace(s, true).second) continue;
      const auto reason = random() % 2 == 0
                              ? CrlReason::kRemoveFromCrl
                              : static_cast<CrlReason>(random() % 7);
      delta.entries.push_back({s, base.this_update, reason, absl::nullopt});
      if (reason == CrlReason::kRemoveFromCrl) {
        naive.erase(s);
      } else {
        naive[s] = reason;
      }
    }
    const auto set =
        SetOf({MakeCrl(delta, Ca()), MakeCrl(base, Ca())}, {Ca().Build()});
    for (int i = 0; i < 100; ++i) {
      const std::string s = serial();
      const CrlAnswer answer = set->Find(LeafWith(s).Build(), Ca().Build());
      const auto expected = naive.find(s);
      ASSERT_EQ(answer.state,
                expected == naive.end() ? State::kGood : State::kRevoked);
      if (expected == naive.end()) continue;
      ASSERT_EQ(answer.reason, expected->second);
    }
  }
}

}  // namespace
}  // namespace gatehouse::pki
