#include "pki/rotation/signing_keys.h"

#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"
#include "pki/public_key.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using testing::TestKey;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);  // 2026-01-01.
constexpr absl::Duration kLifetime = absl::Hours(24);

PrivateKey Private(const TestKey& key) {
  return *PrivateKey::FromPem(key.PrivatePem());
}

PrivateKey Key(absl::string_view name) { return Private(TestKey::P256(name)); }

std::string PublicPem(absl::string_view name) {
  return Key(name).public_key().ToPem();
}

std::string IdOf(absl::string_view name) {
  return ServiceAccountKeyId(Key(name).public_key());
}

// Returns the keys as "a b@3600": their names, and when they retire, in
// seconds after kNow.
std::string Shown(const SigningKeys& keys) {
  std::string shown;
  for (const VerifyingKey& key : keys.keys()) {
    absl::string_view name = "?";
    for (const char* known : {"a", "b", "c", "d"}) {
      if (IdOf(known) == key.id) name = known;
    }
    absl::StrAppend(&shown, shown.empty() ? "" : " ", name);
    if (key.retire_at != absl::InfiniteFuture()) {
      absl::StrAppend(&shown, "@", absl::ToInt64Seconds(key.retire_at - kNow));
    }
  }
  return shown;
}

SigningKeys Keys(absl::string_view name) {
  return *SigningKeys::Create(Key(name));
}

TEST(ServiceAccountKeyIdTest, IsTheDigestOfTheKeyAsKubernetesHasIt) {
  // openssl pkey -pubin -outform DER | openssl sha256 -binary | base64, in the
  // alphabet for URLs.
  constexpr char kPem[] =
      "-----BEGIN PUBLIC KEY-----\n"
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9V75/Q8g9qO1zmtFtZZBv4EX/FBu\n"
      "tRZRF93nTP4x5811Pb4q9iHIaB++3t2a4s/fo7VQEbQmC1rb5avBIrbFEQ==\n"
      "-----END PUBLIC KEY-----\n";
  EXPECT_EQ(ServiceAccountKeyId(*PublicKey::FromPem(kPem)),
            "R-j_jM90rjyPLVNcClkSn_EpnLZwNxiXHUM_wog1NB4");
}

TEST(SigningKeysTest, TakesTheKeysThatKubernetesSignsWith) {
  const struct {
    TestKey key;
    Reason reason;
  } kCases[] = {
      {TestKey::P256(), Reason::kNone},
      {TestKey::P384(), Reason::kNone},
      {TestKey::Rsa(2048), Reason::kNone},
      {TestKey::Rsa(1024), Reason::kWeakCryptography},
      {TestKey::Ed25519(), Reason::kNone},
  };
  for (const auto& c : kCases) {
    const PrivateKey key = Private(c.key);
    const absl::StatusOr<SigningKeys> keys = SigningKeys::Create(key);
    EXPECT_EQ(ReasonName(ReasonOf(keys.status())), ReasonName(c.reason))
        << keys.status();
    const absl::Status announced =
        Keys("a").Announce(key.public_key()).status();
    EXPECT_EQ(ReasonName(ReasonOf(announced)), ReasonName(c.reason));
    const absl::Status rotated =
        Keys("a").Rotate(key, kNow, kLifetime).status();
    EXPECT_EQ(ReasonName(ReasonOf(rotated)), ReasonName(c.reason));
    if (!keys.ok()) continue;
    EXPECT_EQ(keys->keys().size(), 1u);
    EXPECT_EQ(keys->signing_key_id(), ServiceAccountKeyId(key.public_key()));
    EXPECT_TRUE(keys->signing_key().public_key() == key.public_key());
  }
}

TEST(SigningKeysTest, TheOldKeyVerifiesUntilItsLastTokenIsGone) {
  const SigningKeys keys = *Keys("a").Rotate(Key("b"), kNow, kLifetime);
  EXPECT_EQ(Shown(keys), "b a@86460");
  EXPECT_EQ(keys.signing_key_id(), IdOf("b"));
  // A token signed in the last moment, for as long as it may be, and accepted
  // for the leeway after that.
  const absl::Time end = kNow + kLifetime + SigningKeys::kLeeway;
  const struct {
    const char* name;
    absl::Time now;
    bool found;
  } kCases[] = {
      {"a", kNow, true},  {"a", end - absl::Nanoseconds(1), true},
      {"a", end, false},  {"a", absl::InfiniteFuture(), false},
      {"b", kNow, true},  {"b", end, true},
      {"c", kNow, false},
  };
  for (const auto& c : kCases) {
    const VerifyingKey* found = keys.Find(IdOf(c.name), c.now);
    EXPECT_EQ(found != nullptr, c.found) << c.name << " " << c.now;
    if (found == nullptr) continue;
    EXPECT_TRUE(found->key == Key(c.name).public_key());
  }
  EXPECT_EQ(keys.Find("", kNow), nullptr);
  EXPECT_EQ(Shown(keys.Prune(end - absl::Nanoseconds(1))), "b a@86460");
  EXPECT_EQ(Shown(keys.Prune(end)), "b");
}

TEST(SigningKeysTest, Rotations) {
  const struct {
    const char* name;
    absl::StatusOr<SigningKeys> keys;
    const char* want;  // Null: an error.
    Reason reason = Reason::kNone;
  } kCases[] = {
      {"twice",
       Keys("a")
           .Rotate(Key("b"), kNow, absl::Hours(1))
           ->Rotate(Key("c"), kNow + absl::Hours(2), absl::Hours(1)),
       "c b@10860 a@3660"},
      {"announced, then signing", Keys("a").Announce(Key("b").public_key()),
       "a b"},
      {"announced, then signing",
       Keys("a")
           .Announce(Key("b").public_key())
           ->Rotate(Key("b"), kNow, absl::Hours(1)),
       "b a@3660"},
      {"announced twice",
       Keys("a")
           .Announce(Key("b").public_key())
           ->Announce(Key("b").public_key()),
       "a b"},
      {"back to the old one",
       Keys("a")
           .Rotate(Key("b"), kNow, absl::Hours(1))
           ->Rotate(Key("a"), kNow, absl::Hours(1)),
       "a b@3660"},
      {"a retiring key is announced again",
       Keys("a")
           .Rotate(Key("b"), kNow, absl::Hours(1))
           ->Announce(Key("a").public_key()),
       "b a"},
      {"tokens that never end",
       Keys("a").Rotate(Key("b"), kNow, absl::InfiniteDuration()), "b a"},
      {"no tokens at all", Keys("a").Rotate(Key("b"), kNow, absl::Seconds(0)),
       "b a@60"},
      {"itself", Keys("a").Rotate(Key("a"), kNow, kLifetime), nullptr,
       Reason::kConflict},
      {"negative", Keys("a").Rotate(Key("b"), kNow, -absl::Seconds(1)), nullptr,
       Reason::kInvalid},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(c.keys.ok(), c.want != nullptr) << c.name << c.keys.status();
    EXPECT_EQ(ReasonName(ReasonOf(c.keys.status())), ReasonName(c.reason));
    if (!c.keys.ok()) continue;
    EXPECT_EQ(Shown(*c.keys), c.want) << c.name;
  }
}

TEST(SigningKeysTest, TheKeysBeforeARotationStayAsTheyAre) {
  const SigningKeys before = Keys("a");
  ASSERT_TRUE(before.Rotate(Key("b"), kNow, kLifetime).ok());
  EXPECT_EQ(Shown(before), "a");
  EXPECT_EQ(Shown(before.Prune(absl::InfiniteFuture())), "a");
}

TEST(SigningKeysTest, ThereIsACeiling) {
  SigningKeys keys = Keys("0");
  for (int i = 1; i < SigningKeys::kMaxKeys; ++i) {
    keys = *keys.Announce(Key(absl::StrCat(i)).public_key());
  }
  EXPECT_EQ(ReasonOf(keys.Announce(Key("one more").public_key()).status()),
            Reason::kTooLarge);
  EXPECT_EQ(ReasonOf(keys.Rotate(Key("one more"), kNow, kLifetime).status()),
            Reason::kTooLarge);
  // One that is known already is none more.
  EXPECT_TRUE(keys.Rotate(Key("7"), kNow, kLifetime).ok());
}

class SigningKeyFilesTest : public ::testing::Test {
 protected:
  SigningKeyFilesTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/sa.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    Write("sa.key", TestKey::P256("a").PrivatePem());
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }

  void Write(absl::string_view name, absl::string_view contents) const {
    ASSERT_TRUE(WriteFile(In(name), contents).ok());
  }

  // Loads with one key file of these contents.
  absl::StatusOr<SigningKeys> Load(absl::string_view contents) const {
    Write("sa.pub", contents);
    return SigningKeys::Load(In("sa.key"), {In("sa.pub")});
  }

  std::string directory_;
};

TEST_F(SigningKeyFilesTest, LoadsWhatKubernetesLoads) {
  const std::string a = PublicPem("a");
  const std::string b = PublicPem("b");
  testing::TestCertificate certificate = testing::TestCa("x");
  certificate.key = TestKey::P256("d");
  const std::string retire = "# Retire-At: 2026-01-01T01:00:00Z\n";
  const struct {
    std::string contents;
    const char* want;
  } kCases[] = {
      {a, "a"},
      {b, "a b"},
      {absl::StrCat(b, a, PublicPem("c")), "a b c"},
      {absl::StrCat(b, b, b), "a b"},
      {TestKey::P256("b").PrivatePem(), "a b"},
      {certificate.Build().ToPem(), "a d"},
      {absl::StrCat("text\n", b, "-----BEGIN EC PARAMETERS-----\nMAA=\n",
                    "-----END EC PARAMETERS-----\n", PublicPem("c")),
       "a b c"},
      {absl::StrCat(retire, b), "a b@3600"},
      {absl::StrReplaceAll(absl::StrCat(retire, b), {{"\n", "\r\n"}}),
       "a b@3600"},
      {absl::StrCat(retire, b, PublicPem("c")), "a b@3600 c"},
      // Of the one that signs, and of one that another line keeps.
      {absl::StrCat(retire, a, retire, b, b), "a b"},
      {absl::StrCat("# of old\n", b), "a b"},
      {absl::StrCat(retire, "\n", b), "a b"},
  };
  for (const auto& c : kCases) {
    const absl::StatusOr<SigningKeys> keys = Load(c.contents);
    ASSERT_TRUE(keys.ok()) << keys.status() << c.contents;
    EXPECT_EQ(Shown(*keys), c.want) << c.contents;
  }
}

TEST_F(SigningKeyFilesTest, SeveralFilesAddUp) {
  Write("1", absl::StrCat(PublicPem("b"), PublicPem("c")));
  Write("2", absl::StrCat(PublicPem("c"), PublicPem("d")));
  const auto keys = SigningKeys::Load(In("sa.key"), {In("1"), In("2")});
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(Shown(*keys), "a b c d");
  EXPECT_EQ(Shown(*SigningKeys::Load(In("sa.key"), {})), "a");
}

// A key for agreement, not for signatures (RFC 8410 section 10.1's algorithm).
constexpr char kX25519Pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VuAyEAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n"
    "-----END PUBLIC KEY-----\n";

TEST_F(SigningKeyFilesTest, ReadsVerifyingKeysAlone) {
  Write("1", absl::StrCat(PublicPem("a"), "# Retire-At: 2026-01-02T03:04:05Z\n",
                          PublicPem("b")));
  Write("2", absl::StrCat(PublicPem("a"), PublicPem("c")));
  const auto keys = LoadVerifyingKeys({In("1"), In("2")});
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ((*keys)[0].id, IdOf("a"));
  EXPECT_LT((*keys)[1].retire_at, absl::InfiniteFuture());
  EXPECT_EQ((*keys)[2].id, IdOf("c"));
  EXPECT_TRUE(LoadVerifyingKeys({})->empty());
  EXPECT_EQ(ReasonOf(LoadVerifyingKeys({In("none")}).status()),
            Reason::kNotFound);
}

TEST_F(SigningKeyFilesTest, ErrorsSayWhere) {
  const std::string b = PublicPem("b");
  Write("rsa.key", TestKey::Rsa(1024).PrivatePem());
  Write("text", "hunter2");
  const struct {
    std::string contents;
    Reason reason;
    std::string message;
  } kCases[] = {
      {"", Reason::kNotFound, ": no key in it"},
      {"hunter2\n", Reason::kNotFound, ": no key in it"},
      {absl::StrCat(b, "-----BEGIN PUBLIC KEY-----\nMAA=\n",
                    "-----END PUBLIC KEY-----\n"),
       Reason::kMalformed, "sa.pub:5"},
      {absl::StrCat("\n", kX25519Pem), Reason::kUnsupported,
       "sa.pub:2: service account tokens are not signed"},
      {Private(TestKey::Rsa(1024)).public_key().ToPem(),
       Reason::kWeakCryptography, "sa.pub:1: "},
      {absl::StrCat("# Retire-At: tomorrow\n", b), Reason::kMalformed,
       "sa.pub:1: want a time"},
      {absl::StrCat("# Retire-At: \n", b), Reason::kMalformed, "sa.pub:1: "},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Load(c.contents).status();
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), In("sa.pub"))) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "hunter2")) << status;
  }
  const struct {
    const char* signing;
    const char* verifying;
    Reason reason;
    const char* names;
  } kFiles[] = {
      {"none", "sa.pub", Reason::kNotFound, "none"},
      {"text", "sa.pub", Reason::kNotFound, "text"},
      {"rsa.key", "sa.pub", Reason::kWeakCryptography, "rsa.key"},
      {"sa.key", "none", Reason::kNotFound, "none"},
  };
  for (const auto& c : kFiles) {
    const absl::Status status =
        SigningKeys::Load(In(c.signing), {In(c.verifying)}).status();
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), In(c.names))) << status;
  }
}

TEST_F(SigningKeyFilesTest, TooManyKeysAreRefused) {
  std::string many;
  for (int i = 0; i < SigningKeys::kMaxKeys; ++i) {
    many += PublicPem(absl::StrCat(i));
  }
  const absl::Status status = Load(many).status();
  EXPECT_EQ(ReasonOf(status), Reason::kTooLarge) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "sa.pub:")) << status;
}

TEST_F(SigningKeyFilesTest, WhatIsSavedLoads) {
  SigningKeys keys = Keys("a");
  keys = *keys.Announce(Key("d").public_key());
  keys = *keys.Rotate(Key("b"), kNow, absl::Hours(1));
  // With a fraction, which must not be lost to the early side.
  keys = *keys.Rotate(Key("c"), kNow + absl::Milliseconds(1), absl::Hours(1));
  ASSERT_TRUE(keys.Save(In("new.key"), In("new.pub")).ok());
  const auto loaded = SigningKeys::Load(In("new.key"), {In("new.pub")});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(Shown(*loaded), "c b@3661 a@3660 d");
  const struct {
    const char* name;
    unsigned mode;
  } kFiles[] = {{"new.key", 0600}, {"new.pub", 0644}};
  for (const auto& file : kFiles) {
    struct stat info = {};
    ASSERT_EQ(::stat(In(file.name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, file.mode);
  }
  const std::string text = *ReadFile(In("new.pub"));
  EXPECT_FALSE(absl::StrContains(text, "PRIVATE"));
  ASSERT_TRUE(loaded->Save(In("again.key"), In("again.pub")).ok());
  EXPECT_EQ(*ReadFile(In("again.pub")), text);
}

TEST_F(SigningKeyFilesTest, ACrashBetweenTheFilesLosesNothing) {
  const SigningKeys old = *SigningKeys::Load(In("sa.key"), {});
  const SigningKeys rotated = *old.Rotate(Key("b"), kNow, kLifetime);
  // As if it ended after the first file: the second cannot be written.
  EXPECT_FALSE(rotated.Save(In("none/sa.key"), In("sa.pub")).ok());
  const auto loaded = SigningKeys::Load(In("sa.key"), {In("sa.pub")});
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(Shown(*loaded), "a b");
  // Done again, it is done.
  const auto again = loaded->Rotate(Key("b"), kNow, kLifetime);
  ASSERT_TRUE(again->Save(In("sa.key"), In("sa.pub")).ok());
  EXPECT_EQ(Shown(*SigningKeys::Load(In("sa.key"), {In("sa.pub")})),
            "b a@86460");
}

// Two servers, and a rotation in the order that the header tells.
TEST_F(SigningKeyFilesTest, NoTokenIsRefusedOnTheWay) {
  SigningKeys one = Keys("a");
  SigningKeys two = Keys("a");
  const auto verify_each_other = [&](absl::Time now) {
    EXPECT_NE(one.Find(two.signing_key_id(), now), nullptr);
    EXPECT_NE(two.Find(one.signing_key_id(), now), nullptr);
  };
  one = *one.Announce(Key("b").public_key());
  verify_each_other(kNow);
  two = *two.Announce(Key("b").public_key());
  verify_each_other(kNow);
  one = *one.Rotate(Key("b"), kNow, kLifetime);
  verify_each_other(kNow);
  two = *two.Rotate(Key("b"), kNow + absl::Minutes(5), kLifetime);
  verify_each_other(kNow + absl::Minutes(5));
  // The last token of the second server, at its end.
  EXPECT_NE(two.Find(IdOf("a"), kNow + absl::Minutes(5) + kLifetime), nullptr);
}

}  // namespace
}  // namespace gatehouse::pki
