#include "authn/serviceaccount/key_files.h"

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/jwk.h"
#include "authn/jose/testing/test_signer.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"
#include "testing/fake_clock.h"

namespace gatehouse::authn {
namespace {

constexpr JwsAlgorithm kRsa = JwsAlgorithm::kRs256;
constexpr JwsAlgorithm kP256 = JwsAlgorithm::kEs256;
constexpr JwsAlgorithm kP384 = JwsAlgorithm::kEs384;
constexpr JwsAlgorithm kEd = JwsAlgorithm::kEdDsa;

std::string PublicPem(JwsAlgorithm algorithm) {
  return TestPrivateKey(algorithm).public_key().ToPem();
}
std::string PrivatePem(JwsAlgorithm algorithm) {
  return std::string(
      TestPrivateKey(algorithm).ToPem().Reveal(SecretAccess::Get()));
}
std::string Jwks(JwsAlgorithm algorithm, absl::string_view name) {
  return absl::StrCat("{\"keys\":[",
                      PublicJwk(TestPrivateKey(algorithm).public_key(), name),
                      "]}");
}

std::string Shown(const std::vector<VerificationKey>& keys) {
  std::vector<std::string> shown;
  for (const VerificationKey& key : keys) {
    shown.push_back(key.public_key()->ToString());
  }
  return absl::StrJoin(shown, " ");
}

class KeyFilesTest : public ::testing::Test {
 protected:
  KeyFilesTest() : clock_(absl::FromUnixSeconds(1'800'000'000)) {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/keys.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    options_.watch.poll_interval = absl::InfiniteDuration();
    options_.watch.debounce = absl::Milliseconds(1);
    options_.clock = &clock_;
    options_.observe = [this](const KeyFilesStatus& status) {
      const MutexLock lock(mutex_);
      seen_ = status;
      changed_.NotifyAll();
    };
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }
  std::string Write(absl::string_view name, absl::string_view contents) const {
    const absl::Status status = WriteFile(In(name), contents);
    EXPECT_TRUE(status.ok()) << status;
    return In(name);
  }

  void WaitFor(const std::function<bool(const KeyFilesStatus&)>& condition) {
    const MutexLock lock(mutex_);
    while (!condition(seen_)) changed_.Wait(mutex_);
  }

  gatehouse::testing::FakeClock clock_;
  std::string directory_;
  KeyFilesOptions options_;

  Mutex mutex_;
  CondVar changed_;
  KeyFilesStatus seen_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(KeyFilesTest, ReadsAllKindsOfFiles) {
  ServiceAccountKeyFiles files;
  files.key_files = {Write("a", PublicPem(kRsa) + PrivatePem(kP256)),
                     Write("b", PublicPem(kRsa))};
  const auto verify_only = LoadServiceAccountKeys(files, clock_.Now());
  ASSERT_TRUE(verify_only.ok()) << verify_only.status();
  EXPECT_EQ(Shown(verify_only->verifying.keys()), "RSA-2048 ECDSA-P256");
  EXPECT_FALSE(verify_only->signing.has_value());

  files.signing_key_file = Write("signing", PrivatePem(kEd));
  files.jwks_files = {{Write("jwks", Jwks(kP384, "x")), false}};
  const auto keys = LoadServiceAccountKeys(files, clock_.Now());
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(Shown(keys->verifying.keys()),
            "Ed25519 RSA-2048 ECDSA-P256 ECDSA-P384");
  EXPECT_EQ(Shown(keys->published), "Ed25519 RSA-2048 ECDSA-P256");
  EXPECT_EQ(keys->signing_key_id,
            KubernetesKeyId(TestPrivateKey(kEd).public_key()));
  EXPECT_NE(keys->verifying.Find("x", kP384), nullptr);
}

TEST_F(KeyFilesTest, ErrorsSayWhere) {
  const std::string good = Write("good", PublicPem(kRsa));
  const struct {
    const char* name;
    std::string key;  // Contents; "" for none.
    std::string signing;
    std::string jwks;
    Reason reason;
    const char* message;
  } kCases[] = {
      {"no file", "", "", "", Reason::kNotFound, "no file of keys is given"},
      {"no key", "hunter2", "", "", Reason::kNotFound, "key: no key in it"},
      {"a public signing key", PublicPem(kRsa), PublicPem(kRsa), "",
       Reason::kNotFound, "signing"},
      {"no JSON", "", "", "hunter2", Reason::kMalformed, "jwks"},
      {"an empty set", "", "", "{\"keys\":[]}", Reason::kNotFound,
       "jwks: no key in it"},
      {"a bad key in the set", "", "",
       "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"hunter2\",\"e\":\"AQAB\"}]}",
       Reason::kNone, "jwks: keys[0]: "},
      {"a secret in the set", "", "",
       "{\"keys\":[{\"kty\":\"oct\",\"k\":\"hunter2\"}]}", Reason::kNone,
       "jwks: keys[0]: "},
  };
  for (const auto& c : kCases) {
    ServiceAccountKeyFiles files;
    if (!c.key.empty()) files.key_files = {Write("key", c.key)};
    if (!c.signing.empty()) {
      files.signing_key_file = Write("signing", c.signing);
    }
    if (!c.jwks.empty()) files.jwks_files = {{Write("jwks", c.jwks), true}};
    const absl::Status status =
        LoadServiceAccountKeys(files, clock_.Now()).status();
    EXPECT_FALSE(status.ok()) << c.name;
    if (c.reason != Reason::kNone) {
      EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason)) << status;
    }
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "hunter2")) << status;
  }
  ServiceAccountKeyFiles files;
  files.key_files = {good, In("none")};
  EXPECT_EQ(ReasonOf(LoadServiceAccountKeys(files, clock_.Now()).status()),
            Reason::kNotFound);
}

TEST_F(KeyFilesTest, KeysRetire) {
  ServiceAccountKeyFiles files;
  files.key_files = {Write(
      "a", absl::StrCat(PublicPem(kRsa), "# Retire-At: 2027-01-15T08:00:01Z\n",
                        PublicPem(kP256)))};
  EXPECT_EQ(
      Shown(LoadServiceAccountKeys(files, clock_.Now())->verifying.keys()),
      "RSA-2048 ECDSA-P256");
  EXPECT_EQ(Shown(LoadServiceAccountKeys(files, clock_.Now() + absl::Seconds(1))
                      ->verifying.keys()),
            "RSA-2048");
}

// Nothing changes in the files, and nobody asks for it; what is wrong in them
// by then does not matter either.
TEST_F(KeyFilesTest, KeysRetireByTheClock) {
  options_.retirement_check = absl::Milliseconds(1);
  for (const bool broken : {false, true}) {
    options_.files.key_files = {Write(
        broken ? "b" : "a",
        absl::StrCat(PublicPem(kRsa), "# Retire-At: 2027-01-15T08:00:01Z\n",
                     PublicPem(kP256), "# Retire-At: 2027-01-15T08:00:02Z\n",
                     PublicPem(kP384)))};
    clock_.Set(absl::FromUnixSeconds(1'800'000'000));
    const auto source = ServiceAccountKeySource::Start(options_);
    ASSERT_TRUE(source.ok()) << source.status();
    const auto ring = (*source)->ring();
    const auto shown = [&ring] {
      const EpochGuard guard;
      EXPECT_EQ(Shown(ring->Load()->verifying.keys()),
                Shown(ring->Load()->published));
      return Shown(ring->Load()->verifying.keys());
    };
    EXPECT_EQ(shown(), "RSA-2048 ECDSA-P256 ECDSA-P384");
    if (broken) {
      Write("b", "hunter2");
      WaitFor([](const KeyFilesStatus& s) { return s.failures > 0; });
    }
    EXPECT_EQ(shown(), "RSA-2048 ECDSA-P256 ECDSA-P384");
    clock_.Advance(absl::Seconds(1));
    WaitFor([](const KeyFilesStatus& s) { return s.generation == 2; });
    EXPECT_EQ(shown(), "RSA-2048 ECDSA-P384");
    clock_.Advance(absl::Seconds(1));
    WaitFor([](const KeyFilesStatus& s) { return s.generation == 3; });
    EXPECT_EQ(shown(), "RSA-2048");
    EXPECT_EQ(ring->generation(), 3u);
  }
}

TEST_F(KeyFilesTest, FollowsTheFilesAndKeepsTheLastGoodKeys) {
  options_.files.key_files = {Write("a", PublicPem(kRsa))};
  const auto source = ServiceAccountKeySource::Start(options_);
  ASSERT_TRUE(source.ok()) << source.status();
  const auto ring = (*source)->ring();
  const auto shown = [&ring] {
    const EpochGuard guard;
    return Shown(ring->Load()->verifying.keys());
  };
  EXPECT_EQ(shown(), "RSA-2048");

  Write("a", PublicPem(kP256));
  WaitFor([](const KeyFilesStatus& s) { return s.generation == 2; });
  EXPECT_EQ(shown(), "ECDSA-P256");

  Write("a", "hunter2");
  WaitFor([](const KeyFilesStatus& s) { return s.failures == 1; });
  EXPECT_EQ(shown(), "ECDSA-P256");
  const KeyFilesStatus bad = (*source)->status();
  EXPECT_EQ(ReasonOf(bad.last_error), Reason::kNotFound);
  EXPECT_EQ(bad.generation, 2u);

  Write("a", PublicPem(kP256) + PublicPem(kP384));
  WaitFor([](const KeyFilesStatus& s) { return s.generation == 3; });
  EXPECT_EQ(shown(), "ECDSA-P256 ECDSA-P384");
  EXPECT_TRUE((*source)->status().last_error.ok());
  // The same keys in other words are the same generation.
  Write("a", absl::StrCat("a remark\n", PublicPem(kP256), PublicPem(kP384)));
  EXPECT_TRUE((*source)->Reload().ok());
  EXPECT_EQ((*source)->status().generation, 3u);
  EXPECT_EQ(ring->generation(), 3u);
}

TEST_F(KeyFilesTest, StartsWithGoodFilesOnly) {
  options_.files.key_files = {In("none")};
  EXPECT_EQ(ReasonOf(ServiceAccountKeySource::Start(options_).status()),
            Reason::kNotFound);
}

}  // namespace
}  // namespace gatehouse::authn
