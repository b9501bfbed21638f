#include "authn/serviceaccount/legacy_last_used.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/serviceaccount/token_secret.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "objects/object_store.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);  // 2027-01-15.

// A store that only counts updates, and shows none of them.
class CountingStore : public objects::ObjectStore {
 public:
  std::atomic<bool> refuses{false};
  std::atomic<int> updates{0};
  std::string last_day;  // For one thread.

  absl::StatusOr<objects::Object> Update(
      const objects::Object& object) override {
    ++updates;
    if (refuses) return absl::UnavailableError("down");
    const auto& labels = object.metadata().labels();
    last_day = labels.at(kLegacyTokenLastUsedLabel);
    return object;
  }
  absl::StatusOr<objects::Object> Get(const objects::KindInfo&,
                                      absl::string_view,
                                      absl::string_view) const override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<objects::ObjectList> List(const objects::KindInfo&,
                                           absl::string_view) const override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<objects::Object> Create(const objects::Object&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<objects::Object> Delete(
      const objects::KindInfo&, absl::string_view, absl::string_view,
      const objects::Preconditions&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::unique_ptr<objects::Watcher>> Watch(
      const objects::KindInfo&, uint64_t) override {
    return absl::UnimplementedError("");
  }
};

k8s::Secret SecretNamed(absl::string_view name, absl::string_view day = "") {
  k8s::Secret secret;
  secret.mutable_metadata()->set_namespace_("ns");
  secret.mutable_metadata()->set_name(std::string(name));
  if (!day.empty()) {
    (*secret.mutable_metadata()->mutable_labels())[kLegacyTokenLastUsedLabel] =
        std::string(day);
  }
  return secret;
}

TEST(LegacyLastUsedTest, WritesWhatIsNotNoted) {
  const struct {
    const char* noted;
    bool written;
  } kCases[] = {
      {"", true},           {"2027-01-15", false}, {"2027-01-16", false},
      {"2027-01-14", true}, {"2027-01-17", true},  {"yesterday", true},
  };
  for (const auto& c : kCases) {
    const auto store = std::make_shared<CountingStore>();
    LastUsedNotes notes(store);
    notes.Note(SecretNamed("s", c.noted), kNow);
    EXPECT_EQ(store->updates, c.written ? 1 : 0) << c.noted;
    EXPECT_EQ(store->last_day, c.written ? "2027-01-15" : "") << c.noted;
  }
  LastUsedNotes(nullptr).Note(SecretNamed("s"), kNow);
}

// Each request sees a Secret without the note: the store refuses it, or does
// not show it yet.
TEST(LegacyLastUsedTest, ManyRequestsAreFewWrites) {
  const struct {
    const char* name;
    bool refuses;
    absl::Duration during;
    int writes;
  } kCases[] = {
      // After 0, 10, 30, 70, 150, 310, 630, 1230, 1830, 2430, 3030 seconds.
      {"refused for an hour", true, absl::Hours(1), 11},
      {"refused for a minute", true, absl::Seconds(60), 3},
      {"not shown for a minute", false, absl::Seconds(60), 6},
  };
  for (const auto& c : kCases) {
    const auto store = std::make_shared<CountingStore>();
    store->refuses = c.refuses;
    LastUsedNotes notes(store);
    for (absl::Time now = kNow; now < kNow + c.during;
         now += absl::Milliseconds(100)) {
      notes.Note(SecretNamed("s"), now);
    }
    EXPECT_EQ(store->updates, c.writes) << c.name;
  }
}

TEST(LegacyLastUsedTest, IsWrittenOnceTheStoreIsBack) {
  const auto store = std::make_shared<CountingStore>();
  store->refuses = true;
  LastUsedNotes notes(store);
  absl::Time now = kNow;
  for (int i = 0; i < 3600; ++i) {
    notes.Note(SecretNamed("s"), now);
    now += absl::Seconds(1);
  }
  store->refuses = false;
  const int before = store->updates;
  now += absl::Minutes(10);
  notes.Note(SecretNamed("s"), now);
  EXPECT_EQ(store->updates, before + 1);
  EXPECT_EQ(store->last_day, "2027-01-15");
  // A new day is no retry, and does not wait as long as one.
  notes.Note(SecretNamed("s", "2027-01-15"), now + absl::Hours(48));
  EXPECT_EQ(store->updates, before + 2);
}

TEST(LegacyLastUsedTest, OneThatIsRefusedHoldsUpNoOther) {
  const auto store = std::make_shared<CountingStore>();
  store->refuses = true;
  LastUsedNotes notes(store);
  notes.Note(SecretNamed("a"), kNow);
  notes.Note(SecretNamed("a"), kNow);
  store->refuses = false;
  notes.Note(SecretNamed("b"), kNow);
  EXPECT_EQ(store->updates, 2);
}

TEST(LegacyLastUsedTest, ManySecretsAreBounded) {
  LastUsedLimits limits;
  limits.per_second = 10;
  limits.burst = 20;
  limits.max_secrets = 50;
  for (const bool refuses : {true, false}) {
    const auto store = std::make_shared<CountingStore>();
    store->refuses = refuses;
    LastUsedNotes notes(store, limits);
    // Thousands of Secrets, each of which is used each second.
    for (int second = 0; second < 30; ++second) {
      for (int i = 0; i < 2000; ++i) {
        notes.Note(SecretNamed(absl::StrCat("s", i)),
                   kNow + absl::Seconds(second));
      }
    }
    // No more than are remembered in the time that each of them waits.
    EXPECT_LE(store->updates, 50 * 3);
    EXPECT_GE(store->updates, 50 * 2);
  }
}

TEST(LegacyLastUsedTest, AClockThatIsSetBackHoldsUpNothing) {
  const auto store = std::make_shared<CountingStore>();
  LastUsedNotes notes(store);
  notes.Note(SecretNamed("s"), kNow);
  notes.Note(SecretNamed("s"), kNow - absl::Hours(24));
  EXPECT_EQ(store->updates, 2);
  EXPECT_EQ(store->last_day, "2027-01-14");
}

TEST(LegacyLastUsedTest, OneOfManyThreadsWrites) {
  const auto store = std::make_shared<CountingStore>();
  store->refuses = true;
  LastUsedNotes notes(store);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&notes] {
      for (int j = 0; j < 100; ++j) notes.Note(SecretNamed("s"), kNow);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->updates, 1);
}

}  // namespace
}  // namespace gatehouse::authn
