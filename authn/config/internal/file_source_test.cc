#include "authn/config/internal/file_source.h"

#include <sys/resource.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/fake_clock.h"

namespace gatehouse::authn::internal {
namespace {

using ::testing::ElementsAre;

// Reads one file whose content is what is in effect; content "bad" is refused,
// and what stands behind "also:" is another file to watch.
class FileSourceTest : public ::testing::Test {
 protected:
  FileSourceTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/source.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    options_.name = "flag";
    options_.files = {In("a")};
    options_.load = [this] { return Load(); };
    options_.observe = [this](const SourceStatus& status) {
      MutexLock lock(mutex_);
      seen_ = status;
      changed_.NotifyAll();
    };
    options_.watch.poll_interval = absl::InfiniteDuration();
    options_.watch.debounce = absl::Milliseconds(1);
    options_.clock = &clock_;
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }
  void Write(absl::string_view name, absl::string_view contents) const {
    ASSERT_TRUE(WriteFile(In(name), contents).ok());
  }

  absl::StatusOr<Loaded> Load() {
    const auto text = ReadFile(In("a"));
    if (!text.ok()) return text.status();
    MutexLock lock(mutex_);
    ++loads_;
    changed_.NotifyAll();
    if (*text == "bad" || failures_left_ > 0) {
      if (failures_left_ > 0) --failures_left_;
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "refused");
    }
    Loaded loaded;
    loaded.files = {In("a")};
    loaded.again = again_;
    std::string now = *text;
    if (*text == "also") {
      loaded.files.push_back(In("b"));
      now += ReadFile(In("b")).value_or("");
    }
    loaded.changed = now != in_effect_;
    in_effect_ = now;
    return loaded;
  }

  absl::Status Start() {
    auto source = FileSource::Start(options_);
    if (!source.ok()) return source.status();
    source_ = *std::move(source);
    return absl::OkStatus();
  }

  void Await(const std::function<bool()>& condition) {
    MutexLock lock(mutex_);
    while (!condition()) changed_.Wait(mutex_);
  }
  void AwaitGeneration(uint64_t generation) {
    Await([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return seen_.generation >= generation;
    });
  }

  std::string directory_;
  gatehouse::testing::FakeClock clock_;
  FileSourceOptions options_;
  Mutex mutex_;
  CondVar changed_;
  std::string in_effect_ ABSL_GUARDED_BY(mutex_);
  int loads_ ABSL_GUARDED_BY(mutex_) = 0;
  int failures_left_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration again_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  SourceStatus seen_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<FileSource> source_;
};

TEST_F(FileSourceTest, TheFirstLoadMustSucceed) {
  EXPECT_EQ(ReasonOf(Start()), Reason::kNotFound);
  Write("a", "bad");
  EXPECT_EQ(Start().message(), "refused");
  Write("a", "1");
  ASSERT_TRUE(Start().ok());
  const SourceStatus status = source_->status();
  EXPECT_EQ(status.name, "flag");
  EXPECT_THAT(status.files, ElementsAre(In("a")));
  EXPECT_EQ(status.generation, 1u);
  EXPECT_EQ(status.loaded_at, clock_.Now());
  EXPECT_EQ(status.attempted_at, clock_.Now());
}

TEST_F(FileSourceTest, LoadsWhenAFileChanges) {
  Write("a", "1");
  ASSERT_TRUE(Start().ok());
  Write("a", "2");
  AwaitGeneration(2);
  Write("a", "bad");
  Await([&]()
            ABSL_NO_THREAD_SAFETY_ANALYSIS { return !seen_.last_error.ok(); });
  EXPECT_EQ(source_->status().generation, 2u);
  EXPECT_EQ(source_->status().last_error.message(), "refused");
  Write("a", "3");
  AwaitGeneration(3);
  EXPECT_TRUE(source_->status().last_error.ok());
}

TEST_F(FileSourceTest, TimesAreOfAttemptsAndChanges) {
  Write("a", "1");
  ASSERT_TRUE(Start().ok());
  const absl::Time start = clock_.Now();
  clock_.Advance(absl::Hours(1));
  EXPECT_TRUE(source_->Reload().ok());
  EXPECT_EQ(source_->status().loaded_at, start);
  EXPECT_EQ(source_->status().attempted_at, clock_.Now());
  EXPECT_EQ(source_->status().generation, 1u);
}

TEST_F(FileSourceTest, WatchesWhatALoadNames) {
  Write("a", "1");
  Write("b", "x");
  ASSERT_TRUE(Start().ok());
  Write("a", "also");
  Await([&]()
            ABSL_NO_THREAD_SAFETY_ANALYSIS { return seen_.files.size() == 2; });
  Write("b", "y");
  Await([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return in_effect_ == "alsoy"; });
  Write("a", "2");
  Await([&]()
            ABSL_NO_THREAD_SAFETY_ANALYSIS { return seen_.files.size() == 1; });
}

// LoadWithoutDescriptors has the file descriptors be used up when a load ends,
// so that nothing more can be watched, until it is destroyed.
class LoadWithoutDescriptors {
 public:
  LoadWithoutDescriptors() { ::getrlimit(RLIMIT_NOFILE, &before_); }
  ~LoadWithoutDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  LoadWithoutDescriptors(const LoadWithoutDescriptors&) = delete;
  LoadWithoutDescriptors& operator=(const LoadWithoutDescriptors&) = delete;
  void UseUp() const {
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }

 private:
  rlimit before_ = {};
};

// What could not be watched was taken for watched.
TEST_F(FileSourceTest, KeepsTheOldWatcherUntilThereIsANewOne) {
  Write("a", "1");
  int loads = 0;
  {
    const LoadWithoutDescriptors descriptors;
    options_.load = [&] {
      auto loaded = Load();
      if (++loads > 1 && loaded.ok()) loaded->files.push_back(In("b"));
      if (loads == 2) descriptors.UseUp();
      return loaded;
    };
    ASSERT_TRUE(Start().ok());
    EXPECT_FALSE(source_->Reload().ok());
  }
  EXPECT_THAT(source_->status().files, ElementsAre(In("a")));
  Write("a", "2");  // Is still watched.
  AwaitGeneration(2);
  Await([&]()
            ABSL_NO_THREAD_SAFETY_ANALYSIS { return seen_.files.size() == 2; });
  source_.reset();
}

TEST_F(FileSourceTest, TriesAgainAfterAFailure) {
  Write("a", "1");
  options_.retry = absl::Milliseconds(1);
  ASSERT_TRUE(Start().ok());
  {
    MutexLock lock(mutex_);
    failures_left_ = 3;
  }
  Write("a", "2");
  AwaitGeneration(2);
  EXPECT_TRUE(source_->status().last_error.ok());
}

TEST_F(FileSourceTest, LoadsAgainWhenItWasAskedTo) {
  Write("a", "1");
  {
    MutexLock lock(mutex_);
    again_ = absl::Milliseconds(1);
  }
  ASSERT_TRUE(Start().ok());
  Await([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return loads_ >= 3; });
  EXPECT_EQ(source_->status().generation, 1u);
}

TEST_F(FileSourceTest, WithoutFiles) {
  Write("a", "1");
  options_.files = {};
  options_.load = [] { return Loaded{true, {}, absl::InfiniteDuration()}; };
  ASSERT_TRUE(Start().ok());
  EXPECT_TRUE(source_->Reload().ok());
  EXPECT_EQ(source_->status().generation, 2u);
}

}  // namespace
}  // namespace gatehouse::authn::internal
