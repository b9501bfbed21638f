#include "pki/revocation/deny_list.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/revocation/internal/test_support.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using internal::At;
using internal::Directory;
using internal::FromHex;
using ::testing::HasSubstr;
using testing::TestCertificate;

constexpr char kHead[] =
    "apiVersion: pki.gatehouse.dev/v1alpha1\nkind: RevocationList\n";

const TestCertificate& Ca() {
  static const auto* ca = new TestCertificate(testing::TestCa("ca"));
  return *ca;
}

Certificate John() {
  TestCertificate leaf = testing::Leaf("john", Ca());
  leaf.serial = FromHex("00f00d");
  return leaf.Build();
}

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string WithColons(const std::string& hex) {
  std::vector<std::string> pairs;
  for (size_t i = 0; i < hex.size(); i += 2) pairs.push_back(hex.substr(i, 2));
  return absl::AsciiStrToUpper(absl::StrJoin(pairs, ":"));
}

std::shared_ptr<const DenyList> Parse(const std::string& text) {
  const auto list = DenyList::Parse(text, "revoked.yaml");
  EXPECT_TRUE(list.ok()) << text << list.status();
  return list.ok() ? *list : nullptr;
}

struct FindCase {
  const char* what;
  std::string entry;
  bool found;
};

TEST(DenyList, FindsCertificates) {
  const std::string digest = Hex(John().sha256());
  const std::string key = Hex(John().public_key().sha256());
  std::string other = digest;
  other[0] = other[0] == '0' ? '1' : '0';
  const std::vector<FindCase> kCases = {
      {"digest", "certificate: \"" + digest + "\"", true},
      {"digest in openssl's form", "certificate: " + WithColons(digest), true},
      {"credential id", "certificate: " + John().CredentialId(), true},
      {"another digest", "certificate: \"" + other + "\"", false},
      {"key", "publicKey: \"" + key + "\"", true},
      {"a digest is no key", "publicKey: \"" + digest + "\"", false},
      {"a key is no digest", "certificate: \"" + key + "\"", false},
      {"serial", "{issuer: CN=ca, serial: f00d}", true},
      {"serial with capitals", "{issuer: CN=ca, serial: F00D}", true},
      {"serial with colons", "{issuer: CN=ca, serial: 'F0:0D'}", true},
      {"serial with zeros", "{issuer: CN=ca, serial: '00f00d'}", true},
      {"serial with an odd zero", "{issuer: CN=ca, serial: '0f00d'}", true},
      {"another serial", "{issuer: CN=ca, serial: f00e}", false},
      {"another issuer", "{issuer: CN=other, serial: f00d}", false},
      {"another case of the issuer", "{issuer: CN=CA, serial: f00d}", false},
      {"a user", "user: john", false},
  };
  for (const FindCase& c : kCases) {
    const auto list = Parse(absl::StrCat(kHead, "entries:\n- ", c.entry, "\n"));
    ASSERT_NE(list, nullptr) << c.what;
    EXPECT_EQ(list->FindCertificate(John()) != nullptr, c.found) << c.what;
  }
}

TEST(DenyList, FindsOneOfSeveralIssuers) {
  const auto list = Parse(absl::StrCat(kHead,
                                       "entries:\n"
                                       "- {issuer: CN=other, serial: f00d}\n"
                                       "- {issuer: CN=ca, serial: f00d}\n"
                                       "- {issuer: CN=ca, serial: f00d}\n"));
  EXPECT_EQ(list->FindCertificate(John()), &list->entries()[1]);
}

// An issuer that is copied from openssl's output must not miss.
TEST(DenyList, FindsIssuersAsOpensslPrintsThem) {
  const std::vector<std::vector<testing::TestAttribute>> kIssuers = {
      {{"0.9.2342.19200300.100.1.25", "example", testing::kIa5},
       {"2.5.4.3", "ca"}},
      {{"2.5.4.10", "M\xc3\xbcller, S\xc3\xb6hne"}, {"2.5.4.3", " ca "}},
      {{"1.2.840.113549.1.9.1", "ca@example.com", testing::kIa5}},
      {{"2.5.4.5", "12"}, {"2.5.4.17", "10115"}, {"2.5.4.9", "street"}},
      {{"2.5.4.3", "ca"}, {"2.5.4.10", "x", testing::kUtf8, true}},
      {{"1.2.3.4", "\xc3\xbc"}},
      {{"2.5.4.3", "a\nb"}},
      {{"2.5.4.3", "ca"}, {"2.5.4.10", "x"}, {"2.5.4.6", "DE"}},
  };
  const Directory directory;
  for (const auto& issuer : kIssuers) {
    TestCertificate leaf = testing::Leaf("john", Ca());
    leaf.issuer = testing::NameDer(issuer);
    leaf.serial = FromHex("00f00d");
    const Certificate john = leaf.Build();
    directory.Write("john.crt", john.ToPem());
    const std::string printed = directory.Run(
        "openssl x509 -in john.crt -noout -issuer -nameopt RFC2253");
    ASSERT_TRUE(absl::StartsWith(printed, "issuer=")) << printed;
    DenyEntry entry;
    entry.serial = leaf.serial;
    for (const std::string& text :
         {john.issuer().ToString(),
          std::string(absl::StripSuffix(printed.substr(7), "\n"))}) {
      entry.issuer = text;
      const auto list = DenyList::Create({entry});
      ASSERT_TRUE(list.ok()) << list.status();
      EXPECT_NE((*list)->FindCertificate(john), nullptr) << text;
    }
  }
}

TEST(DenyList, FindsUsers) {
  const char* kEntries =
      "- user: john\n"
      "- {user: mary, issuedBefore: '2026-07-01T00:00:00Z'}\n"
      "- {user: ann, issuedBefore: '2026-07-01T00:00:00Z'}\n"
      "- {user: ann, issuedBefore: '2026-07-02T00:00:00Z'}\n"
      "- {user: ann, issuedBefore: '2026-06-01T00:00:00Z'}\n"
      "- {user: bob, issuedBefore: '2026-07-01T00:00:00Z'}\n"
      "- {user: bob}\n"
      "- {user: eve, issuedBefore: '2026-07-01T02:00:00+02:00'}\n";
  const auto list = Parse(absl::StrCat(kHead, "entries:\n", kEntries));
  ASSERT_NE(list, nullptr);
  const struct {
    const char* user;
    const char* not_before;
    int entry;  // -1: not refused.
  } kCases[] = {
      {"john", "2020-01-01T00:00:00Z", 0},
      {"john", "2039-01-01T00:00:00Z", 0},
      {"mary", "2026-06-30T23:59:59Z", 1},
      {"mary", "2026-07-01T00:00:00Z", -1},
      {"mary", "2026-07-01T00:00:01Z", -1},
      {"ann", "2026-07-01T12:00:00Z", 3},
      {"ann", "2026-07-02T00:00:00Z", -1},
      {"bob", "2030-01-01T00:00:00Z", 6},
      {"eve", "2026-06-30T23:59:59Z", 7},
      {"eve", "2026-07-01T00:00:00Z", -1},
      {"John", "2020-01-01T00:00:00Z", -1},
      {"", "2020-01-01T00:00:00Z", -1},
      {"nobody", "2020-01-01T00:00:00Z", -1},
  };
  for (const auto& c : kCases) {
    const DenyEntry* entry = list->FindUser(c.user, At(c.not_before));
    EXPECT_EQ(entry, c.entry < 0 ? nullptr : &list->entries()[c.entry])
        << c.user << " " << c.not_before;
  }
}

struct BadCase {
  const char* what;
  std::string text;
  Reason reason;
  const char* message;
};

std::string Entry(absl::string_view entry) {
  return absl::StrCat(kHead, "entries:\n- ", entry, "\n");
}

TEST(DenyList, RefusesTextsThatAreWrong) {
  const std::string digest(64, 'a');
  const std::vector<BadCase> kCases = {
      {"nothing", "", Reason::kInvalid, "revoked.yaml: empty"},
      {"a comment", "# nothing\n", Reason::kInvalid, "revoked.yaml: empty"},
      {"a null", "~\n", Reason::kInvalid, "revoked.yaml: empty"},
      {"a list", "[]\n", Reason::kInvalid, "1:1: not an object"},
      {"no apiVersion", "kind: RevocationList\nentries: []\n", Reason::kInvalid,
       "apiVersion: pki.gatehouse.dev/v1alpha1 is missing"},
      {"another apiVersion",
       "apiVersion: v1\nkind: RevocationList\nentries: []\n",
       Reason::kUnsupported, "revoked.yaml:1:13: apiVersion must be"},
      {"no kind", "apiVersion: pki.gatehouse.dev/v1alpha1\nentries: []\n",
       Reason::kInvalid, "kind: RevocationList is missing"},
      {"another kind",
       "apiVersion: pki.gatehouse.dev/v1alpha1\nkind: List\nentries: []\n",
       Reason::kUnsupported, "revoked.yaml:2:7: kind must be"},
      {"no entries", kHead, Reason::kInvalid, "entries must be a list"},
      {"entries: null", absl::StrCat(kHead, "entries:\n"), Reason::kInvalid,
       "3:9: entries must be a list"},
      {"a field of the list that is not known",
       absl::StrCat(kHead, "entries: []\nmetadata: {}\n"),
       Reason::kUnknownField, "revoked.yaml:4:1: unknown field \"metadata\""},
      {"a second document", absl::StrCat(kHead, "entries: []\n---\na: 1\n"),
       Reason::kInvalid, "a second document"},
      {"a key twice", absl::StrCat(kHead, "entries: []\nentries: []\n"),
       Reason::kDuplicate, "4:1"},
      {"not YAML", "{", Reason::kMalformed, "revoked.yaml:"},
      {"an entry that is none", Entry("john"), Reason::kInvalid,
       "revoked.yaml:4:3: not an entry"},
      {"an unknown field", Entry("{user: john, users: mary}"),
       Reason::kUnknownField, "revoked.yaml:4:16: unknown field \"users\""},
      {"an empty entry", Entry("{}"), Reason::kInvalid, "4:3: an entry names"},
      {"only a comment", Entry("comment: why"), Reason::kInvalid,
       "an entry names one of"},
      {"two things", Entry("{user: john, certificate: " + digest + "}"),
       Reason::kInvalid, "an entry names one of"},
      {"a serial alone", Entry("serial: f00d"), Reason::kInvalid,
       "issuer and serial go together"},
      {"an issuer alone", Entry("issuer: CN=ca"), Reason::kInvalid,
       "issuer and serial go together"},
      {"issuedBefore without a user",
       Entry("{certificate: " + digest +
             ", issuedBefore: '2026-07-01T00:00:00Z'}"),
       Reason::kInvalid, "issuedBefore goes with user"},
      {"a digest that is too short", Entry("certificate: ab"), Reason::kInvalid,
       "4:16: not a SHA-256"},
      {"a digest of no digits", Entry("publicKey: " + std::string(64, 'x')),
       Reason::kInvalid, "not a SHA-256"},
      {"colons at odd places", Entry("certificate: 'a:" + digest + "'"),
       Reason::kInvalid, "not a SHA-256"},
      {"a colon at the end", Entry("certificate: '" + digest + ":'"),
       Reason::kInvalid, "not a SHA-256"},
      {"a serial that YAML takes for a number",
       Entry("{issuer: CN=ca, serial: 1234}"), Reason::kInvalid,
       "serial must be a string; put quotes around it"},
      {"a negative serial", Entry("{issuer: CN=ca, serial: '-1'}"),
       Reason::kInvalid, "not a serial number"},
      {"a serial of 65 octets",
       Entry("{issuer: CN=ca, serial: '" + std::string(130, '1') + "'}"),
       Reason::kInvalid, "not a serial number"},
      {"a time that is none", Entry("{user: john, issuedBefore: yesterday}"),
       Reason::kInvalid, "4:30: not a time of RFC 3339"},
      {"a date without a time", Entry("{user: john, issuedBefore: 2026-07-01}"),
       Reason::kInvalid, "not a time of RFC 3339"},
      {"a time without a zone",
       Entry("{user: john, issuedBefore: '2026-07-01T00:00:00'}"),
       Reason::kInvalid, "not a time of RFC 3339"},
      {"for ever", Entry("{user: john, issuedBefore: infinite-future}"),
       Reason::kInvalid, "not a time of RFC 3339"},
      {"a reason that is none", Entry("{user: john, reason: stolen}"),
       Reason::kInvalid, "4:24: \"stolen\" is no reason"},
      {"an empty user", Entry("user: ''"), Reason::kInvalid, "user is empty"},
      {"a user that is a number", Entry("user: 7"), Reason::kInvalid,
       "user must be a string"},
      {"a user that is a list", Entry("user: [john]"), Reason::kInvalid,
       "user must be a string"},
      {"a null", Entry("user:"), Reason::kInvalid, "user must be a string"},
  };
  for (const BadCase& c : kCases) {
    const auto list = DenyList::Parse(c.text, "revoked.yaml");
    EXPECT_EQ(ReasonOf(list.status()), c.reason) << c.what << list.status();
    EXPECT_THAT(std::string(list.status().message()), HasSubstr(c.message))
        << c.what;
  }
}

TEST(DenyList, ReadsJsonAndEmptyLists) {
  EXPECT_TRUE(Parse(absl::StrCat(kHead, "entries: []\n"))->entries().empty());
  const auto list = Parse(
      R"({"apiVersion":"pki.gatehouse.dev/v1alpha1","kind":"RevocationList",
          "entries":[{"user":"john","reason":"keyCompromise",
                      "comment":"laptop lost"}]})");
  ASSERT_EQ(list->entries().size(), 1u);
  EXPECT_EQ(list->entries()[0].reason, CrlReason::kKeyCompromise);
  EXPECT_EQ(list->entries()[0].comment, "laptop lost");
}

std::vector<DenyEntry> OneOfEach() {
  std::vector<DenyEntry> entries(5);
  entries[0].certificate = John().sha256();
  entries[0].reason = CrlReason::kCaCompromise;
  entries[1].issuer = "CN=a \"quoted\\, name\",O=x";
  entries[1].serial = FromHex("00f00d");
  entries[1].comment = "line\nbreak\ttab \x7f and \xc3\xa9";
  entries[2].public_key = John().public_key().sha256();
  entries[2].revoked_at = At("2026-07-01T12:00:00.25Z");
  entries[3].user = "yes";
  entries[4].user = "system:node:a";
  entries[4].issued_before = At("2026-07-01T12:00:00Z");
  return entries;
}

void ExpectEqual(const DenyEntry& a, const DenyEntry& b) {
  EXPECT_EQ(a.certificate, b.certificate);
  EXPECT_EQ(a.issuer, b.issuer);
  EXPECT_EQ(a.serial, b.serial);
  EXPECT_EQ(a.public_key, b.public_key);
  EXPECT_EQ(a.user, b.user);
  EXPECT_EQ(a.issued_before, b.issued_before);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.revoked_at, b.revoked_at);
  EXPECT_EQ(a.comment, b.comment);
}

TEST(DenyList, ReadsWhatItWrites) {
  const auto list = *DenyList::Create(OneOfEach());
  const auto again = Parse(list->ToYaml());
  ASSERT_NE(again, nullptr);
  ASSERT_EQ(again->entries().size(), list->entries().size());
  for (size_t i = 0; i < list->entries().size(); ++i) {
    ExpectEqual(list->entries()[i], again->entries()[i]);
  }
  EXPECT_EQ(again->ToYaml(), list->ToYaml());
  EXPECT_EQ((*DenyList::Create({}))->ToYaml(),
            absl::StrCat(kHead, "entries: []\n"));
}

TEST(DenyList, RefusesEntriesThatNameNothing) {
  std::vector<DenyEntry> cases(4);
  cases[1].user = "john";
  cases[1].certificate = Sha256Digest();
  cases[2].issuer = "CN=ca";
  cases[2].serial = FromHex("ff");  // -1.
  cases[3].issuer = "CN=ca";
  cases[3].serial = FromHex("0001");
  for (const DenyEntry& entry : cases) {
    const auto list = DenyList::Create({entry});
    EXPECT_EQ(ReasonOf(list.status()), Reason::kInvalid);
    EXPECT_THAT(std::string(list.status().message()), HasSubstr("entry 1"));
  }
}

TEST(DenyList, DescribesItsEntries) {
  const auto entries = OneOfEach();
  const char* kExpected[] = {
      "certificate SHA-256 ", "serial 00f00d of CN=a", "public key SHA-256 ",
      "user \"yes\"",
      "user \"system:node:a\" issued before 2026-07-01T12:00:00"};
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_THAT(DescribeDenyEntry(entries[i]), HasSubstr(kExpected[i]));
  }
}

DenyEntry User(const std::string& name) {
  DenyEntry entry;
  entry.user = name;
  return entry;
}

TEST(DenyListFile, KeepsWhatIsThere) {
  const Directory directory;
  const std::string path = directory.Path("revoked.yaml");
  for (const char* user : {"john", "mary", "john"}) {
    const absl::Status status = AddToDenyListFile(path, {User(user)});
    ASSERT_TRUE(status.ok()) << status;
  }
  const auto list = Parse(directory.Read("revoked.yaml"));
  ASSERT_EQ(list->entries().size(), 3u);
  EXPECT_EQ(list->entries()[0].user, "john");
  EXPECT_EQ(list->entries()[1].user, "mary");
  ASSERT_TRUE(AddToDenyListFile(path, OneOfEach()).ok());
  EXPECT_EQ(Parse(directory.Read("revoked.yaml"))->entries().size(), 8u);
}

TEST(DenyListFile, LeavesABadFileAlone) {
  const Directory directory;
  const std::string path = directory.Path("revoked.yaml");
  const struct {
    const char* what;
    std::string text;
    DenyEntry entry;
  } kCases[] = {
      {"an empty file", "", User("john")},
      {"another object", "kind: Role\n", User("john")},
      {"an entry that names nothing", absl::StrCat(kHead, "entries: []\n"),
       DenyEntry()},
      {"a user that is not UTF-8", absl::StrCat(kHead, "entries: []\n"),
       User("\xff")},
  };
  for (const auto& c : kCases) {
    directory.Write("revoked.yaml", c.text);
    EXPECT_FALSE(AddToDenyListFile(path, {c.entry}).ok()) << c.what;
    EXPECT_EQ(directory.Read("revoked.yaml"), c.text) << c.what;
  }
}

}  // namespace
}  // namespace gatehouse::pki
