#include "base/file_reloader.h"

#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/mutex.h"
#include "gtest/gtest.h"
#include "testing/fake_clock.h"

namespace gatehouse {
namespace {

struct CountedStatus : ReloadStatus {
  int counted = 0;  // Loads too, by who loads.
};
using Reloader = FileReloader<CountedStatus>;

TEST(FileReloaderTest, KeepsTheAccount) {
  testing::FakeClock clock(absl::UnixEpoch());
  absl::StatusOr<bool> outcome;
  std::string seen;
  const auto shown = [](const CountedStatus& s) {
    return absl::StrCat(s.counted, "=", s.loads, "@",
                        absl::ToUnixSeconds(s.loaded_at), " ", s.failures, "@",
                        absl::ToUnixSeconds(s.attempted_at), " ",
                        s.last_error.message());
  };
  ReloadOptions<CountedStatus> options;
  options.clock = &clock;
  options.observe = [&](const CountedStatus& status) { seen = shown(status); };
  Reloader reloader(options, [&](CountedStatus* status) {
    clock.Advance(absl::Seconds(1));  // The end of it is what counts.
    if (outcome.ok() && *outcome) ++status->counted;
    return outcome;
  });
  EXPECT_EQ(reloader.status().attempted_at, absl::InfinitePast());
  const struct {
    absl::StatusOr<bool> outcome;
    const char* shown;
  } kSteps[] = {
      {true, "1=1@1 0@1 "},
      {false, "1=1@1 0@2 "},
      {absl::DataLossError("bad"), "1=1@1 1@3 bad"},
      {absl::DataLossError("bad"), "1=1@1 2@4 bad"},
      {false, "1=1@1 2@5 "},
      {true, "2=2@6 2@6 "},
  };
  for (const auto& step : kSteps) {
    outcome = step.outcome;
    EXPECT_EQ(reloader.Reload(), outcome.status());
    EXPECT_EQ(shown(reloader.status()), step.shown);
    EXPECT_EQ(seen, step.shown);
  }
  outcome = absl::DataLossError("bad at the start");
  EXPECT_EQ(reloader.Start({"/none"}), outcome.status());
}

// A change in the midst of the first load, and calls from all sides.
TEST(FileReloaderTest, MissesNoChangeAndLoadsOneAtATime) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/r", ::getpid());
  ASSERT_TRUE(WriteFile(path, "old").ok());
  Mutex mutex;
  CondVar changed;
  std::string in_effect;
  std::atomic<bool> loading{false};
  ReloadOptions<CountedStatus> options;
  options.watch.poll_interval = absl::InfiniteDuration();
  Reloader reloader(options, [&](CountedStatus*) {
    EXPECT_FALSE(loading.exchange(true));
    const std::string text = ReadFile(path).value_or("");
    if (text == "old") EXPECT_TRUE(WriteFile(path, "new").ok());
    MutexLock lock(mutex);
    in_effect = text;
    changed.NotifyAll();
    loading = false;
    return true;
  });
  ASSERT_TRUE(reloader.Start({path}).ok());
  {
    MutexLock lock(mutex);
    while (in_effect != "new") changed.Wait(mutex);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) {
        EXPECT_TRUE(reloader.Reload().ok() && reloader.status().loads > 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace gatehouse
