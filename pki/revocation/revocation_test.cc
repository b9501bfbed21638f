#include "pki/revocation/revocation.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "pki/revocation/internal/test_support.h"
#include "pki/revocation/ocsp_writer.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using internal::At;
using internal::ChainOf;
using internal::FromHex;
using internal::JulyCrl;
using internal::KeyOf;
using internal::MakeCrl;
using ::testing::HasSubstr;
using testing::TestCertificate;
using testing::TestKey;

// root - sub - john.
const TestCertificate& Root() {
  static const auto* ca = new TestCertificate(testing::TestCa("kubernetes"));
  return *ca;
}
const TestCertificate& Sub() {
  static const auto* ca = [] {
    auto* sub = new TestCertificate(testing::TestCa("sub", Root()));
    sub->serial = "\x10";
    return sub;
  }();
  return *ca;
}
TestCertificate JohnOf(const TestCertificate& ca) {
  TestCertificate leaf = testing::Leaf("john", ca);
  leaf.serial = "\x05";
  return leaf;
}

VerifiedChain ShortChain() {
  return ChainOf(JohnOf(Root()).Build(), {}, Root().Build());
}
VerifiedChain LongChain() {
  return ChainOf(JohnOf(Sub()).Build(), {Sub().Build()}, Root().Build());
}

// What is known, put together by hand.
struct Known {
  std::vector<Crl> crls;
  std::vector<std::string> ocsp;
  std::vector<DenyEntry> deny;
  RevocationOptions options;
};

RevocationLists ListsOf(const Known& known) {
  const std::vector<Certificate> issuers = {Root().Build(), Sub().Build()};
  std::vector<OcspResponse> responses;
  for (const std::string& der : known.ocsp) {
    responses.push_back(*OcspResponse::FromDer(der));
  }
  const auto crls = CrlSet::Create(known.crls, issuers);
  const auto ocsp = OcspSet::Create(responses, issuers);
  const auto deny = DenyList::Create(known.deny);
  EXPECT_TRUE(crls.ok() && ocsp.ok() && deny.ok())
      << crls.status() << ocsp.status() << deny.status();
  return RevocationLists(known.crls.empty() ? nullptr : *crls,
                         known.ocsp.empty() ? nullptr : *ocsp,
                         known.deny.empty() ? nullptr : *deny, known.options);
}

RevocationOptions Policy(StalePolicy stale, absl::Duration grace,
                         bool require_coverage) {
  RevocationOptions options;
  options.stale = stale;
  options.grace = grace;
  options.require_coverage = require_coverage;
  return options;
}
RevocationOptions Closed() {
  return Policy(StalePolicy::kFailClosed, absl::ZeroDuration(), false);
}
RevocationOptions Required() {
  return Policy(StalePolicy::kFailClosed, absl::ZeroDuration(), true);
}
RevocationOptions Grace(bool required = false) {
  return Policy(StalePolicy::kGrace, absl::Hours(48), required);
}
RevocationOptions Open(bool required = false) {
  return Policy(StalePolicy::kFailOpen, absl::ZeroDuration(), required);
}

// An OCSP answer about john of `ca`, good through July 2026.
std::string Answer(OcspStatus status, const TestCertificate& ca,
                   const TestCertificate* responder = nullptr,
                   const char* next_update = "2026-08-01T00:00:00Z") {
  OcspTemplate request;
  request.status = status;
  request.revoked_at = At("2026-07-02T00:00:00Z");
  request.reason = CrlReason::kSuperseded;
  request.this_update = At("2026-07-01T00:00:00Z");
  request.next_update = At(next_update);
  absl::optional<Certificate> delegate;
  if (responder != nullptr) delegate = responder->Build();
  return *WriteOcspResponse(
      request, "\x05", ca.Build(),
      KeyOf(responder == nullptr ? ca.key : responder->key), delegate);
}

TestCertificate Responder() {
  TestCertificate responder = testing::Leaf("responder", Root());
  responder.serial = "\x20";
  responder.key = TestKey::P256("responder");
  responder.Set(testing::ExtendedKeyUsageExtension({kOcspSigning}));
  return responder;
}

constexpr char kInJuly[] = "2026-07-15T00:00:00Z";

struct CheckCase {
  const char* what;
  Known known;
  const char* now;
  Reason reason;  // kNone: OK.
  const char* text = "";
};

void ExpectChecks(const VerifiedChain& chain,
                  const std::vector<CheckCase>& cases) {
  for (const CheckCase& c : cases) {
    const absl::Status status = ListsOf(c.known).Check(chain, At(c.now));
    EXPECT_EQ(ReasonOf(status), c.reason) << c.what << status;
    EXPECT_EQ(status.ok(), c.reason == Reason::kNone) << c.what;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.text)) << c.what;
  }
}

TEST(Revocation, KnowsWhenAListIsStale) {
  const std::vector<Crl> good = {MakeCrl(JulyCrl({}), Root())};
  const std::vector<Crl> revoked = {MakeCrl(JulyCrl({"\x05"}), Root())};
  const char* kRevokedText =
      "certificate CN=john (SN=5) was revoked at 2026-07-02T00:00:00Z "
      "(keyCompromise) by the CRL of CN=kubernetes";
  const char* kLast = "2026-08-01T00:00:00Z";
  const char* kPast = "2026-08-01T00:00:01Z";
  const char* kGraceEnd = "2026-08-03T00:00:00Z";
  const char* kPastGrace = "2026-08-03T00:00:01Z";
  ExpectChecks(
      ShortChain(),
      {
          {"nothing is known", {{}, {}, {}, Closed()}, kInJuly, Reason::kNone},
          {"nothing, but required",
           {{}, {}, {}, Required()},
           kInJuly,
           Reason::kStale,
           "whether certificate CN=john (SN=5) was revoked is not known: there "
           "is neither a CRL of CN=kubernetes"},
          {"nothing, grace", {{}, {}, {}, Grace()}, kPast, Reason::kNone},
          {"nothing, required, grace",
           {{}, {}, {}, Grace(true)},
           kInJuly,
           Reason::kStale,
           "there is neither"},
          {"nothing, required, open",
           {{}, {}, {}, Open(true)},
           kInJuly,
           Reason::kNone},
          {"fresh", {good, {}, {}, Closed()}, kInJuly, Reason::kNone},
          {"fresh, required",
           {good, {}, {}, Required()},
           kInJuly,
           Reason::kNone},
          {"its last moment", {good, {}, {}, Closed()}, kLast, Reason::kNone},
          {"past",
           {good, {}, {}, Closed()},
           kPast,
           Reason::kStale,
           "the CRL of CN=kubernetes is stale: its nextUpdate was "
           "2026-08-01T00:00:00Z; it is now 2026-08-01T00:00:01Z"},
          {"past, required", {good, {}, {}, Required()}, kPast, Reason::kStale},
          {"past, grace", {good, {}, {}, Grace()}, kPast, Reason::kNone},
          {"past, required, grace",
           {good, {}, {}, Grace(true)},
           kPast,
           Reason::kNone},
          {"the end of grace",
           {good, {}, {}, Grace()},
           kGraceEnd,
           Reason::kNone},
          {"past grace",
           {good, {}, {}, Grace()},
           kPastGrace,
           Reason::kStale,
           "and the grace of 48h after it"},
          {"past, open", {good, {}, {}, Open()}, kPastGrace, Reason::kNone},
          {"past, required, open",
           {good, {}, {}, Open(true)},
           kPastGrace,
           Reason::kNone},
          {"of the future",
           {good, {}, {}, Closed()},
           "2026-06-30T23:54:59Z",
           Reason::kStale,
           "is of the future"},
          {"of the near future: clocks differ",
           {good, {}, {}, Closed()},
           "2026-06-30T23:55:00Z",
           Reason::kNone},
          {"of the future, grace",
           {good, {}, {}, Grace()},
           "2026-06-01T00:00:00Z",
           Reason::kStale,
           "is of the future"},
          {"of the future, open",
           {good, {}, {}, Open()},
           "2026-06-01T00:00:00Z",
           Reason::kNone},
          {"revoked",
           {revoked, {}, {}, Closed()},
           kInJuly,
           Reason::kRevoked,
           kRevokedText},
          {"revoked, past",
           {revoked, {}, {}, Closed()},
           kPast,
           Reason::kRevoked,
           kRevokedText},
          {"revoked, grace",
           {revoked, {}, {}, Grace()},
           kPast,
           Reason::kRevoked,
           kRevokedText},
          {"revoked, open",
           {revoked, {}, {}, Open()},
           kPastGrace,
           Reason::kRevoked,
           kRevokedText},
          {"revoked before the date",
           {revoked, {}, {}, Closed()},
           "2026-07-01T00:00:00Z",
           Reason::kRevoked,
           kRevokedText},
      });
}

TEST(Revocation, AsksEveryIssuerButTheAnchors) {
  const Crl root_good = MakeCrl(JulyCrl({}), Root());
  const Crl sub_good = MakeCrl(JulyCrl({}), Sub());
  const Crl root_revokes = MakeCrl(JulyCrl({"\x10"}), Root());
  const Crl sub_revokes = MakeCrl(JulyCrl({"\x05"}), Sub());
  // Self-signed: what it says of itself decides nothing.
  const Crl revokes_itself = MakeCrl(JulyCrl({Root().serial}), Root());
  ExpectChecks(
      LongChain(),
      {
          {"both good",
           {{root_good, sub_good}, {}, {}, Required()},
           kInJuly,
           Reason::kNone},
          {"only the root's",
           {{root_good}, {}, {}, Closed()},
           kInJuly,
           Reason::kNone},
          {"only the root's, required",
           {{root_good}, {}, {}, Required()},
           kInJuly,
           Reason::kStale,
           "there is neither a CRL of CN=sub"},
          {"only the sub's, required",
           {{sub_good}, {}, {}, Required()},
           kInJuly,
           Reason::kStale,
           "neither a CRL of CN=kubernetes"},
          {"the sub is revoked",
           {{root_revokes, sub_good}, {}, {}, Closed()},
           kInJuly,
           Reason::kRevoked,
           "certificate CN=sub (SN=16) was revoked"},
          {"john is revoked",
           {{root_good, sub_revokes}, {}, {}, Closed()},
           kInJuly,
           Reason::kRevoked,
           "certificate CN=john"},
          {"serial 5 of the root is another",
           {{MakeCrl(JulyCrl({"\x05"}), Root()), sub_good}, {}, {}, Closed()},
           kInJuly,
           Reason::kNone},
          {"the anchor",
           {{revokes_itself, sub_good}, {}, {}, Closed()},
           kInJuly,
           Reason::kNone},
      });
  const VerifiedChain alone = ChainOf(Root().Build(), {}, Root().Build());
  ExpectChecks(alone, {{"an anchor alone",
                        {{revokes_itself}, {}, {}, Required()},
                        kInJuly,
                        Reason::kNone}});
}

TEST(Revocation, WeighsOcspAnswers) {
  const std::string good = Answer(OcspStatus::kGood, Root());
  const std::string revoked = Answer(OcspStatus::kRevoked, Root());
  const std::string unknown = Answer(OcspStatus::kUnknown, Root());
  const std::string longer =
      Answer(OcspStatus::kGood, Root(), nullptr, "2026-09-01T00:00:00Z");
  const Crl crl = MakeCrl(JulyCrl({}), Root());
  const Crl revoking_crl = MakeCrl(JulyCrl({"\x05"}), Root());
  const char* kAugust = "2026-08-15T00:00:00Z";
  ExpectChecks(
      ShortChain(),
      {
          {"good", {{}, {good}, {}, Required()}, kInJuly, Reason::kNone},
          {"stale",
           {{}, {good}, {}, Closed()},
           kAugust,
           Reason::kStale,
           "the OCSP answer of CN=kubernetes is stale"},
          {"stale, open", {{}, {good}, {}, Open()}, kAugust, Reason::kNone},
          {"revoked",
           {{}, {revoked}, {}, Closed()},
           kInJuly,
           Reason::kRevoked,
           "was revoked at 2026-07-02T00:00:00Z (superseded) by an OCSP "
           "answer of CN=kubernetes"},
          {"revoked, stale, open",
           {{}, {revoked}, {}, Open()},
           kAugust,
           Reason::kRevoked},
          {"unknown",
           {{}, {unknown}, {}, Closed()},
           kInJuly,
           Reason::kStale,
           "unknown"},
          {"unknown, required",
           {{}, {unknown}, {}, Required()},
           kInJuly,
           Reason::kStale,
           "unknown"},
          {"unknown, grace",
           {{}, {unknown}, {}, Grace()},
           kInJuly,
           Reason::kStale,
           "unknown"},
          {"unknown, open",
           {{}, {unknown}, {}, Open()},
           kInJuly,
           Reason::kNone},
          {"unknown, but in a CRL's scope",
           {{crl}, {unknown}, {}, Closed()},
           kInJuly,
           Reason::kNone},
          {"the CRL is stale, the answer is not",
           {{crl}, {longer}, {}, Required()},
           kAugust,
           Reason::kNone},
          {"both are stale",
           {{crl}, {longer}, {}, Required()},
           "2026-09-15T00:00:00Z",
           Reason::kStale,
           "nextUpdate was 2026-09-01T00:00:00"},
          {"the CRL revokes, the answer does not",
           {{revoking_crl}, {good}, {}, Closed()},
           kInJuly,
           Reason::kRevoked,
           "CRL"},
          {"the answer revokes, the CRL does not",
           {{crl}, {revoked}, {}, Closed()},
           kInJuly,
           Reason::kRevoked,
           "OCSP"},
      });
}

TEST(Revocation, ReadsStapledAnswers) {
  std::string forged = Answer(OcspStatus::kGood, Root());
  forged.back() = static_cast<char>(forged.back() ^ 1);
  const struct {
    const char* what;
    std::string stapled;
    RevocationOptions options;
    std::vector<std::string> files;
    const char* now;
    Reason reason;
  } kCases[] = {
      {"none", "", Required(), {}, kInJuly, Reason::kStale},
      {"good",
       Answer(OcspStatus::kGood, Root()),
       Required(),
       {},
       kInJuly,
       Reason::kNone},
      {"revoked",
       Answer(OcspStatus::kRevoked, Root()),
       Closed(),
       {},
       kInJuly,
       Reason::kRevoked},
      {"unknown",
       Answer(OcspStatus::kUnknown, Root()),
       Closed(),
       {},
       kInJuly,
       Reason::kStale},
      {"stale",
       Answer(OcspStatus::kGood, Root()),
       Closed(),
       {},
       "2026-08-15T00:00:00Z",
       Reason::kStale},
      {"forged", forged, Closed(), {}, kInJuly, Reason::kBadSignature},
      {"no response", "hello", Closed(), {}, kInJuly, Reason::kMalformed},
      {"about another",
       Answer(OcspStatus::kGood, Sub()),
       Required(),
       {},
       kInJuly,
       Reason::kStale},
      {"about another, not required",
       Answer(OcspStatus::kGood, Sub()),
       Closed(),
       {},
       kInJuly,
       Reason::kNone},
      {"good, but a file says revoked",
       Answer(OcspStatus::kGood, Root()),
       Closed(),
       {Answer(OcspStatus::kRevoked, Root())},
       kInJuly,
       Reason::kRevoked},
      {"the file is stale, this is not",
       Answer(OcspStatus::kGood, Root(), nullptr, "2026-09-01T00:00:00Z"),
       Closed(),
       {Answer(OcspStatus::kGood, Root())},
       "2026-08-15T00:00:00Z",
       Reason::kNone},
  };
  for (const auto& c : kCases) {
    const RevocationLists lists = ListsOf({{}, c.files, {}, c.options});
    const absl::Status status = lists.Check(ShortChain(), At(c.now), c.stapled);
    EXPECT_EQ(ReasonOf(status), c.reason) << c.what << status;
    EXPECT_EQ(status.ok(), c.reason == Reason::kNone) << c.what;
  }
}

TEST(Revocation, DoesNotBelieveRevokedResponders) {
  const TestCertificate responder = Responder();
  TestCertificate no_check = responder;
  no_check.Set({"1.3.6.1.5.5.7.48.1.5", false, FromHex("0500")});
  const std::string good = Answer(OcspStatus::kGood, Root(), &responder);
  const std::string unchecked = Answer(OcspStatus::kGood, Root(), &no_check);
  // A list for CAs, so that the CRL says nothing of john.
  CrlTemplate scoped = JulyCrl({"\x20"});
  scoped.distribution_point.emplace().only_ca_certificates = true;
  const Crl crl = MakeCrl(scoped, Root());
  DenyEntry denied;
  denied.certificate = responder.Build().sha256();
  ExpectChecks(
      ShortChain(),
      {
          {"good", {{}, {good}, {}, Required()}, kInJuly, Reason::kNone},
          {"on the CRL",
           {{crl}, {good}, {}, Closed()},
           kInJuly,
           Reason::kStale,
           "its responder was revoked"},
          {"on the CRL, not to be checked",
           {{crl}, {unchecked}, {}, Required()},
           kInJuly,
           Reason::kNone},
          {"on the deny list",
           {{}, {good}, {denied}, Closed()},
           kInJuly,
           Reason::kStale,
           "its responder was revoked"},
      });
}

DenyEntry DenyCertificate(const TestCertificate& certificate) {
  DenyEntry entry;
  entry.certificate = certificate.Build().sha256();
  return entry;
}

TEST(Revocation, HeedsTheDenyList) {
  DenyEntry full = DenyCertificate(JohnOf(Sub()));
  full.reason = CrlReason::kKeyCompromise;
  full.revoked_at = At("2026-07-23T10:00:00Z");
  full.comment = "laptop lost";
  DenyEntry key;
  key.public_key = Sub().Build().public_key().sha256();
  DenyEntry serial;
  serial.issuer = "CN=sub";
  serial.serial = "\x05";
  DenyEntry user;
  user.user = "john";
  ExpectChecks(LongChain(),
               {
                   {"the leaf",
                    {{}, {}, {full}, Open()},
                    kInJuly,
                    Reason::kRevoked,
                    "certificate CN=john (SN=5) was revoked at "
                    "2026-07-23T10:00:00Z (keyCompromise) by the deny list: "
                    "certificate SHA-256 "},
                   {"its comment",
                    {{}, {}, {full}, Open()},
                    kInJuly,
                    Reason::kRevoked,
                    ": laptop lost"},
                   {"an intermediate",
                    {{}, {}, {DenyCertificate(Sub())}, Closed()},
                    kInJuly,
                    Reason::kRevoked,
                    "certificate CN=sub (SN=16) was revoked (unspecified) by"},
                   {"the anchor",
                    {{}, {}, {DenyCertificate(Root())}, Closed()},
                    kInJuly,
                    Reason::kRevoked,
                    "certificate CN=kubernetes"},
                   {"the key of an intermediate",
                    {{}, {}, {key}, Closed()},
                    kInJuly,
                    Reason::kRevoked,
                    "public key SHA-256"},
                   {"issuer and serial",
                    {{}, {}, {serial}, Closed()},
                    kInJuly,
                    Reason::kRevoked,
                    "serial 05 of CN=sub"},
                   {"another certificate",
                    {{}, {}, {DenyCertificate(JohnOf(Root()))}, Closed()},
                    kInJuly,
                    Reason::kNone},
                   {"a user is CheckUser's",
                    {{}, {}, {user}, Closed()},
                    kInJuly,
                    Reason::kNone},
               });
}

TEST(Revocation, RefusesUsers) {
  DenyEntry always, before;
  always.user = "mary";
  before.user = "john";
  before.issued_before = At("2026-07-23T10:00:00Z");
  before.reason = CrlReason::kKeyCompromise;
  const RevocationLists lists = ListsOf({{}, {}, {always, before}, Closed()});
  const struct {
    const char* user;
    const char* not_before;
    Reason reason;
    const char* text;
  } kCases[] = {
      {"mary", "2026-08-01T00:00:00Z", Reason::kRevoked, "user \"mary\""},
      {"john", "2026-07-23T09:59:59Z", Reason::kRevoked,
       "certificate CN=john (SN=5), valid from 2026-07-23T09:59:59Z, was "
       "revoked (keyCompromise) by the deny list: user \"john\" issued before "
       "2026-07-23T10:00:00Z"},
      {"john", "2026-07-23T10:00:00Z", Reason::kNone, ""},
      {"john", "2026-07-24T10:00:00Z", Reason::kNone, ""},
      {"ann", "2020-01-01T00:00:00Z", Reason::kNone, ""},
  };
  for (const auto& c : kCases) {
    TestCertificate leaf = JohnOf(Root());
    leaf.not_before = At(c.not_before);
    const absl::Status status = lists.CheckUser(c.user, leaf.Build());
    EXPECT_EQ(ReasonOf(status), c.reason) << c.user << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.text));
  }
  EXPECT_TRUE(ListsOf({{}, {}, {}, Closed()})
                  .CheckUser("mary", JohnOf(Root()).Build())
                  .ok());
}

TEST(Revocation, SaysHowLongItHolds) {
  CrlTemplate early = JulyCrl({});
  early.next_update = At("2026-07-20T00:00:00Z");
  const Crl root = MakeCrl(JulyCrl({}), Root());
  const Crl sub = MakeCrl(early, Sub());
  const std::string longer =
      Answer(OcspStatus::kGood, Sub(), nullptr, "2026-09-01T00:00:00Z");
  const absl::Time forever = absl::InfiniteFuture();
  const struct {
    const char* what;
    Known known;
    std::string stapled;
    absl::Time expected;
  } kCases[] = {
      {"nothing", {{}, {}, {}, Closed()}, "", forever},
      {"the root's list",
       {{root}, {}, {}, Closed()},
       "",
       At("2026-08-01T00:00:00Z")},
      {"the earlier of two",
       {{root, sub}, {}, {}, Closed()},
       "",
       At("2026-07-20T00:00:00Z")},
      {"with grace",
       {{root, sub}, {}, {}, Grace()},
       "",
       At("2026-07-22T00:00:00Z")},
      {"open", {{root, sub}, {}, {}, Open()}, "", forever},
      {"the later of two about one",
       {{root, sub}, {longer}, {}, Closed()},
       "",
       At("2026-08-01T00:00:00Z")},
      {"stapled",
       {{root, sub}, {}, {}, Closed()},
       longer,
       At("2026-08-01T00:00:00Z")},
      {"stapled alone",
       {{}, {}, {}, Closed()},
       longer,
       At("2026-09-01T00:00:00Z")},
      {"stapled nonsense", {{root}, {}, {}, Closed()}, "nonsense", At(kInJuly)},
      {"revoked",
       {{MakeCrl(JulyCrl({"\x10"}), Root())}, {}, {}, Closed()},
       "",
       At(kInJuly)},
  };
  for (const auto& c : kCases) {
    const RevocationLists lists = ListsOf(c.known);
    EXPECT_EQ(lists.GoodUntil(LongChain(), At(kInJuly), c.stapled), c.expected)
        << c.what;
    if (c.expected == forever || c.expected == At(kInJuly)) continue;
    // The law: OK at that moment, refused a second later.
    EXPECT_TRUE(lists.Check(LongChain(), c.expected, c.stapled).ok()) << c.what;
    EXPECT_EQ(ReasonOf(lists.Check(LongChain(), c.expected + absl::Seconds(1),
                                   c.stapled)),
              Reason::kStale)
        << c.what;
  }
}

}  // namespace
}  // namespace gatehouse::pki
