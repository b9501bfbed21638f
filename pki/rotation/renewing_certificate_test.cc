#include "pki/rotation/renewing_certificate.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "pki/certificate.h"
#include "pki/private_key.h"
#include "pki/testing/certificate_builder.h"
#include "testing/fake_clock.h"

namespace gatehouse::pki {
namespace {

using gatehouse::testing::FakeClock;
using testing::TestKey;

const absl::Time kStart = FakeClock::Start();
constexpr absl::Duration kLife = absl::Hours(100);

PrivateKey KeyOf(absl::string_view name) {
  return *PrivateKey::FromPem(TestKey::P256(name).PrivatePem());
}

// A certificate of john with the key of that name, valid for kLife from
// `not_before`.
ClientCertificate Client(absl::string_view key, absl::Time not_before) {
  const testing::TestCertificate ca = testing::TestCa("ca");
  testing::TestCertificate leaf = testing::Leaf("john", ca);
  leaf.key = TestKey::P256(key);
  leaf.not_before = not_before;
  leaf.not_after = not_before + kLife;
  return {{leaf.Build(), ca.Build()}, KeyOf(key)};
}

// A source and a check that do as they are told, and a renewal over them.
struct World {
  RenewingCertificate::Options Options() {
    RenewingCertificate::Options options;
    options.obtain = [this]() -> absl::StatusOr<ClientCertificate> {
      ++obtained;
      return source;
    };
    options.check = [this](const ClientCertificate&) {
      ++checked;
      return check;
    };
    options.random = [] { return 0.5; };  // At 80 hours.
    options.clock = &clock;
    return options;
  }

  std::unique_ptr<RenewingCertificate> Create() {
    absl::StatusOr<std::unique_ptr<RenewingCertificate>> created =
        RenewingCertificate::Create(Options());
    EXPECT_TRUE(created.ok()) << created.status();
    return *std::move(created);
  }

  FakeClock clock;
  absl::StatusOr<ClientCertificate> source = Client("a", kStart);
  absl::Status check;
  int obtained = 0;
  int checked = 0;
};

bool Holds(const RenewingCertificate& renewing,
           const ClientCertificate& certificate) {
  return renewing.Current()->chain == certificate.chain;
}

TEST(RenewingCertificateTest, StartsWithWhatItObtains) {
  World world;
  const auto renewing = world.Create();
  EXPECT_TRUE(Holds(*renewing, *world.source));
  EXPECT_EQ(renewing->Current()->chain.size(), 2u);
  const RenewalStatus status = renewing->status();
  EXPECT_EQ(status.generation, 1u);
  EXPECT_EQ(status.not_after, kStart + kLife);
  EXPECT_EQ(status.renewal_time, kStart + absl::Hours(80));
  EXPECT_EQ(status.next_attempt, status.renewal_time);
  EXPECT_EQ(status.failures, 0);
  EXPECT_TRUE(status.last_error.ok());
  EXPECT_EQ(world.obtained, 1);
  EXPECT_EQ(world.checked, 1);
}

TEST(RenewingCertificateTest, StartsWithWhatIsThereIfItIsGood) {
  const struct {
    absl::optional<ClientCertificate> initial;
    bool used;
  } kCases[] = {
      {Client("b", kStart - absl::Hours(1)), true},
      {Client("b", kStart - kLife), true},  // Its last second.
      {absl::nullopt, false},
      {Client("b", kStart - kLife - absl::Seconds(1)), false},
      {Client("b", kStart + absl::Seconds(1)), false},
      {ClientCertificate{Client("b", kStart).chain, KeyOf("c")}, false},
      {ClientCertificate{{}, KeyOf("c")}, false},
  };
  for (const auto& c : kCases) {
    World world;
    const auto renewing =
        RenewingCertificate::Create(world.Options(), c.initial);
    ASSERT_TRUE(renewing.ok()) << renewing.status();
    EXPECT_TRUE(Holds(**renewing, c.used ? *c.initial : *world.source));
    EXPECT_EQ(world.obtained, c.used ? 0 : 1);
  }
}

TEST(RenewingCertificateTest, WantsASource) {
  World world;
  for (int missing = 0; missing < 3; ++missing) {
    RenewingCertificate::Options options = world.Options();
    if (missing == 0) options.obtain = nullptr;
    if (missing == 1) options.random = nullptr;
    if (missing == 2) options.clock = nullptr;
    EXPECT_EQ(ReasonOf(RenewingCertificate::Create(options).status()),
              Reason::kInvalid);
  }
}

// What may go wrong with a new certificate.
struct Trouble {
  const char* name;
  absl::StatusOr<ClientCertificate> source;
  absl::Status check;
  Reason reason;
  const char* message;
};

// At the moment `now`.
std::vector<Trouble> Troubles(absl::Time now) {
  const absl::Status refused = MakeError(absl::StatusCode::kUnavailable,
                                         Reason::kForbidden, "server says no");
  return {
      {"not to be had", refused, {}, Reason::kForbidden, "server says no"},
      {"another key",
       ClientCertificate{Client("b", now).chain, KeyOf("c")},
       {},
       Reason::kInvalid,
       "the private key is not that of the client certificate CN=john"},
      {"no certificate",
       ClientCertificate{{}, KeyOf("c")},
       {},
       Reason::kInvalid,
       "no client certificate"},
      {"expired",
       Client("b", now - kLife - absl::Seconds(1)),
       {},
       Reason::kExpired,
       "expired at"},
      {"not yet valid",
       Client("b", now + absl::Seconds(1)),
       {},
       Reason::kNotYetValid,
       "not valid before"},
      {"does not work", Client("b", now), refused, Reason::kForbidden,
       "server says no"},
  };
}

TEST(RenewingCertificateTest, CreateFailsWithoutAGoodOne) {
  for (const Trouble& trouble : Troubles(kStart)) {
    World world;
    world.source = trouble.source;
    world.check = trouble.check;
    const absl::Status status =
        RenewingCertificate::Create(world.Options()).status();
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(trouble.reason))
        << trouble.name;
    EXPECT_TRUE(absl::StrContains(status.message(), trouble.message)) << status;
  }
}

TEST(RenewingCertificateTest, KeepsTheOldUntilTheNewIsGood) {
  const absl::Time due = kStart + absl::Hours(80);
  for (const Trouble& trouble : Troubles(due)) {
    SCOPED_TRACE(trouble.name);
    World world;
    const auto renewing = world.Create();
    const ClientCertificate old = *world.source;
    world.clock.Set(due);
    world.source = trouble.source;
    world.check = trouble.check;
    const absl::Status error = renewing->RenewIfDue();
    EXPECT_EQ(ReasonName(ReasonOf(error)), ReasonName(trouble.reason));
    EXPECT_TRUE(Holds(*renewing, old));
    RenewalStatus status = renewing->status();
    EXPECT_EQ(status.generation, 1u);
    EXPECT_EQ(status.failures, 1);
    EXPECT_EQ(status.last_error, error);
    EXPECT_EQ(status.not_after, kStart + kLife);
    EXPECT_EQ(status.renewal_time, due);
    // And takes the new one as soon as it is.
    world.clock.Set(status.next_attempt);
    world.source = Client("b", due);
    world.check = absl::OkStatus();
    EXPECT_TRUE(renewing->RenewIfDue().ok());
    EXPECT_TRUE(Holds(*renewing, *world.source));
    status = renewing->status();
    EXPECT_EQ(status.generation, 2u);
    EXPECT_EQ(status.failures, 0);
    EXPECT_TRUE(status.last_error.ok());
    EXPECT_EQ(status.not_after, due + kLife);
    EXPECT_EQ(status.next_attempt, due + absl::Hours(80));
  }
}

TEST(RenewingCertificateTest, NothingHappensBeforeItIsTime) {
  World world;
  const auto renewing = world.Create();
  world.source = absl::InternalError("must not be asked");
  for (const absl::Duration at : {absl::ZeroDuration(), absl::Hours(40),
                                  absl::Hours(80) - absl::Nanoseconds(1)}) {
    world.clock.Set(kStart + at);
    EXPECT_TRUE(renewing->RenewIfDue().ok());
  }
  EXPECT_EQ(world.obtained, 1);
}

TEST(RenewingCertificateTest, WaitsLongerAfterEachFailure) {
  World world;
  const auto renewing = world.Create();
  world.source = absl::UnavailableError("no server");
  world.clock.Set(kStart + absl::Hours(80));
  // With half of the tenth that the random source adds.
  const absl::Duration kWaits[] = {
      absl::Milliseconds(2100),  absl::Milliseconds(4200),
      absl::Milliseconds(8400),  absl::Milliseconds(16800),
      absl::Milliseconds(32000), absl::Milliseconds(32000)};
  int failures = 0;
  for (const absl::Duration wait : kWaits) {
    EXPECT_FALSE(renewing->RenewIfDue().ok());
    const RenewalStatus status = renewing->status();
    EXPECT_EQ(status.failures, ++failures);
    EXPECT_LT(absl::AbsDuration(status.next_attempt - world.clock.Now() - wait),
              absl::Milliseconds(1));
    // In between it is not time.
    world.clock.Set(status.next_attempt - absl::Milliseconds(1));
    EXPECT_TRUE(renewing->RenewIfDue().ok());
    EXPECT_EQ(renewing->status().failures, failures);
    world.clock.Set(status.next_attempt);
  }
  EXPECT_EQ(world.obtained, 1 + failures);
}

TEST(RenewingCertificateTest, TheSameAgainIsFineUntilItIsDue) {
  World world;
  const auto renewing = world.Create();
  // A watcher that was told of something else.
  EXPECT_TRUE(renewing->Renew().ok());
  EXPECT_EQ(renewing->status().generation, 1u);
  EXPECT_EQ(world.checked, 1);
  // A failure in between, as when a file is half written, is forgotten.
  const ClientCertificate old = *world.source;
  world.source = absl::DataLossError("half a file");
  EXPECT_FALSE(renewing->Renew().ok());
  EXPECT_LT(renewing->status().next_attempt, kStart + absl::Minutes(1));
  world.source = old;
  EXPECT_TRUE(renewing->Renew().ok());
  EXPECT_EQ(renewing->status().failures, 0);
  EXPECT_EQ(renewing->status().next_attempt, kStart + absl::Hours(80));
  world.clock.Set(kStart + absl::Hours(80));
  const absl::Status status = renewing->RenewIfDue();
  EXPECT_EQ(ReasonOf(status), Reason::kStale) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "2026-01-05T04:00:00Z"))
      << status;
}

TEST(RenewingCertificateTest, TheSourceMayBeAheadOfTime) {
  World world;
  const auto renewing = world.Create();
  world.clock.Advance(absl::Hours(1));
  world.source = Client("b", world.clock.Now());
  EXPECT_TRUE(renewing->Renew().ok());
  EXPECT_TRUE(Holds(*renewing, *world.source));
  EXPECT_EQ(renewing->status().next_attempt, kStart + absl::Hours(81));
}

TEST(RenewingCertificateTest, AReadersCertificateOutlivesItsRenewal) {
  World world;
  const auto renewing = world.Create();
  const std::shared_ptr<const ClientCertificate> held = renewing->Current();
  const ClientCertificate old = *world.source;
  for (int i = 1; i < 4; ++i) {
    world.source = Client("b", kStart - absl::Hours(i));
    EXPECT_TRUE(renewing->Renew().ok());
  }
  EXPECT_TRUE(held->chain == old.chain);
}

TEST(RenewingCertificateTest, WorksWithoutACheck) {
  World world;
  RenewingCertificate::Options options = world.Options();
  options.check = nullptr;
  auto renewing = RenewingCertificate::Create(options);
  ASSERT_TRUE(renewing.ok());
  world.source = Client("b", kStart);
  EXPECT_TRUE((*renewing)->Renew().ok());
  EXPECT_TRUE(Holds(**renewing, *world.source));
}

TEST(RenewingCertificateTest, ReadersSeePairsThatBelongTogether) {
  constexpr int kRenewals = 200;
  const std::vector<ClientCertificate> certificates = {Client("a", kStart),
                                                       Client("b", kStart)};
  FakeClock clock;
  std::atomic<size_t> next{0};
  RenewingCertificate::Options options;
  options.obtain = [&]() -> absl::StatusOr<ClientCertificate> {
    return certificates[next++ % 2];
  };
  options.clock = &clock;
  auto renewing = *RenewingCertificate::Create(options);
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        const auto current = renewing->Current();
        ASSERT_TRUE(current->chain.front().public_key() ==
                    current->key.public_key());
        ASSERT_GE(renewing->status().generation, 1u);
      }
    });
  }
  std::thread other([&] {
    for (int i = 0; i < kRenewals; ++i) EXPECT_TRUE(renewing->Renew().ok());
  });
  for (int i = 0; i < kRenewals; ++i) EXPECT_TRUE(renewing->Renew().ok());
  other.join();
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(renewing->status().generation, 1u + 2 * kRenewals);
}

class ClientCertificateFilesTest : public ::testing::Test {
 protected:
  ClientCertificateFilesTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/pair.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }

  std::string directory_;
};

TEST_F(ClientCertificateFilesTest, WhatIsSavedLoads) {
  const ClientCertificate saved = Client("a", kStart);
  ASSERT_TRUE(SaveClientCertificate(In("both"), saved).ok());
  struct stat info = {};
  ASSERT_EQ(::stat(In("both").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  const auto loaded = LoadClientCertificate(In("both"), In("both"));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->chain == saved.chain);
  EXPECT_TRUE(loaded->key.public_key() == saved.key.public_key());
  EXPECT_EQ(ReasonOf(SaveClientCertificate(In("x"), {{}, saved.key})),
            Reason::kInvalid);
  EXPECT_EQ(ReasonOf(SaveClientCertificate(In("x"), {saved.chain, KeyOf("b")})),
            Reason::kInvalid);
}

TEST_F(ClientCertificateFilesTest, ErrorsNameTheFiles) {
  const ClientCertificate pair = Client("a", kStart);
  ASSERT_TRUE(WriteFile(In("crt"), pair.chain[0].ToPem()).ok());
  ASSERT_TRUE(WriteFile(In("key"), TestKey::P256("a").PrivatePem()).ok());
  ASSERT_TRUE(WriteFile(In("other"), TestKey::P256("b").PrivatePem()).ok());
  ASSERT_TRUE(WriteFile(In("text"), "hunter2").ok());
  const struct {
    const char* certificate;
    const char* key;
    Reason reason;
    const char* names;  // Of the files in the message.
  } kCases[] = {
      {"crt", "key", Reason::kNone, ""},
      {"none", "key", Reason::kNotFound, "none"},
      {"crt", "none", Reason::kNotFound, "none"},
      {"text", "key", Reason::kNotFound, "text"},
      {"crt", "text", Reason::kNotFound, "text"},
      {"crt", "other", Reason::kInvalid, "other"},
      {"key", "crt", Reason::kNotFound, "crt"},
  };
  for (const auto& c : kCases) {
    const absl::Status status =
        LoadClientCertificate(In(c.certificate), In(c.key)).status();
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason)) << status;
    if (status.ok()) continue;
    EXPECT_TRUE(absl::StrContains(status.message(), In(c.names))) << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "hunter2")) << status;
  }
}

TEST_F(ClientCertificateFilesTest, FilesThatSomebodyElseRenewsAreASource) {
  FakeClock clock;
  ASSERT_TRUE(SaveClientCertificate(In("f"), Client("a", kStart)).ok());
  RenewingCertificate::Options options;
  options.obtain = [this] { return LoadClientCertificate(In("f"), In("f")); };
  options.random = [] { return 0.0; };
  options.clock = &clock;
  const auto renewing = *RenewingCertificate::Create(options);
  clock.Advance(absl::Hours(71));
  EXPECT_EQ(ReasonOf(renewing->RenewIfDue()), Reason::kStale);
  // The certificate is renewed before its key is there: the old pair stays.
  const ClientCertificate next = Client("b", clock.Now());
  ASSERT_TRUE(WriteFile(In("f"), absl::StrCat(next.chain[0].ToPem(),
                                              TestKey::P256("a").PrivatePem()))
                  .ok());
  EXPECT_EQ(ReasonOf(renewing->Renew()), Reason::kInvalid);
  EXPECT_TRUE(Holds(*renewing, Client("a", kStart)));
  ASSERT_TRUE(SaveClientCertificate(In("f"), next).ok());
  EXPECT_TRUE(renewing->Renew().ok());
  EXPECT_TRUE(Holds(*renewing, next));
}

}  // namespace
}  // namespace gatehouse::pki
