#include "base/file_watcher.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/mutex.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

void Write(const std::string& path, absl::string_view contents) {
  const absl::Status status = WriteFile(path, contents);
  ASSERT_TRUE(status.ok()) << status;
}

void WriteInPlace(const std::string& path, absl::string_view contents) {
  FILE* file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr) << path;
  std::fwrite(contents.data(), 1, contents.size(), file);
  std::fclose(file);
}

void Rename(const std::string& from, const std::string& to) {
  ASSERT_EQ(std::rename(from.c_str(), to.c_str()), 0) << from;
}

void Link(const std::string& target, const std::string& path) {
  ASSERT_EQ(::symlink(target.c_str(), path.c_str()), 0) << path;
}

void Make(const std::string& path) {
  ASSERT_TRUE(MakeDirectories(path).ok()) << path;
}

// Puts a symlink over another, as kubelet's atomic writer does.
void SwapLink(const std::string& target, const std::string& path) {
  Link(target, path + "_tmp");
  Rename(path + "_tmp", path);
}

// Returns what the file holds; "" if there is none.
std::string Seen(const std::string& path) {
  return ReadFile(path).value_or("");
}

// Watches, and remembers what the watched files held when it was last told.
class Observer {
 public:
  Observer(std::vector<std::string> paths, const FileWatcher::Options& options)
      : paths_(std::move(paths)) {
    auto watcher = FileWatcher::Start(
        paths_, [this] { Changed(); }, options);
    EXPECT_TRUE(watcher.ok()) << watcher.status();
    watcher_ = *std::move(watcher);
  }

  // Waits until, at a callback, the files held this together.
  void WaitFor(absl::string_view contents) {
    MutexLock lock(mutex_);
    while (contents_ != contents) changed_.Wait(mutex_);
  }

  int calls() {
    MutexLock lock(mutex_);
    return calls_;
  }

  void Stop() { watcher_.reset(); }

 private:
  void Changed() {
    std::string contents;
    for (const std::string& path : paths_) contents += Seen(path);
    MutexLock lock(mutex_);
    ++calls_;
    contents_ = contents;
    changed_.NotifyAll();
  }

  const std::vector<std::string> paths_;
  Mutex mutex_;
  CondVar changed_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string contents_ ABSL_GUARDED_BY(mutex_) = "none yet";
  std::unique_ptr<FileWatcher> watcher_;
};

// No poll: what is seen, inotify has told.
FileWatcher::Options NoPoll() {
  FileWatcher::Options options;
  options.poll_interval = absl::InfiniteDuration();
  options.debounce = absl::Milliseconds(1);
  return options;
}

class FileWatcherTest : public ::testing::Test {
 protected:
  FileWatcherTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/watch.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }

  std::string directory_;
};

// A step changes the world; afterwards the watched file holds `seen`, and the
// watcher has told.
struct Step {
  std::function<void(const std::string& dir)> change;
  const char* seen;
};

struct Story {
  const char* name;
  std::function<void(const std::string& dir)> setup;
  const char* watched;
  std::vector<Step> steps;
};

using Dir = const std::string&;

const std::vector<Story>& Stories() {
  static const auto* stories = new std::vector<Story>{
      {"written in place",
       [](Dir d) { Write(d + "/f", "1"); },
       "/f",
       {{[](Dir d) { WriteInPlace(d + "/f", "2"); }, "2"},
        {[](Dir d) { WriteInPlace(d + "/f", "3"); }, "3"}}},
      {"renamed over",
       [](Dir d) { Write(d + "/f", "1"); },
       "/f",
       {{[](Dir d) { Write(d + "/f", "2"); }, "2"},
        {[](Dir d) { Write(d + "/f", "3"); }, "3"},
        {[](Dir d) { WriteInPlace(d + "/f", "4"); }, "4"}}},
      {"created later, deleted, created again",
       [](Dir) {},
       "/f",
       {{[](Dir d) { WriteInPlace(d + "/f", "1"); }, "1"},
        {[](Dir d) { ::unlink((d + "/f").c_str()); }, ""},
        {[](Dir d) { Write(d + "/f", "2"); }, "2"},
        {[](Dir d) { Rename(d + "/f", d + "/g"); }, ""},
        {[](Dir d) { Rename(d + "/g", d + "/f"); }, "2"}}},
      {"its directories made later",
       [](Dir) {},
       "/a/b/f",
       {{[](Dir d) {
           Make(d + "/a/b");
           Write(d + "/a/b/f", "1");
         },
         "1"},
        {[](Dir d) { Write(d + "/a/b/f", "2"); }, "2"}}},
      {"its directory replaced",
       [](Dir d) {
         Make(d + "/a");
         Write(d + "/a/f", "1");
         Make(d + "/b");
         Write(d + "/b/f", "2");
       },
       "/a/f",
       {{[](Dir d) {
           Rename(d + "/a", d + "/old");
           Rename(d + "/b", d + "/a");
         },
         "2"},
        {[](Dir d) { Write(d + "/a/f", "3"); }, "3"},
        {[](Dir d) { Rename(d + "/a", d + "/gone"); }, ""},
        {[](Dir d) {
           Make(d + "/a");
           WriteInPlace(d + "/a/f", "4");
         },
         "4"}}},
      {"mounted by Kubernetes",
       [](Dir d) {
         Make(d + "/..2026_1");
         Write(d + "/..2026_1/f", "1");
         Link("..2026_1", d + "/..data");
         Link("..data/f", d + "/f");
       },
       "/f",
       {{[](Dir d) {
           Make(d + "/..2026_2");
           Write(d + "/..2026_2/f", "2");
           SwapLink("..2026_2", d + "/..data");
           ::unlink((d + "/..2026_1/f").c_str());
           ::rmdir((d + "/..2026_1").c_str());
         },
         "2"},
        {[](Dir d) {
           Make(d + "/..2026_3");
           Write(d + "/..2026_3/f", "3");
           SwapLink("..2026_3", d + "/..data");
         },
         "3"},
        {[](Dir d) { WriteInPlace(d + "/..2026_3/f", "4"); }, "4"}}},
      {"behind a symlink to another directory",
       [](Dir d) {
         Make(d + "/real");
         Make(d + "/links");
         Write(d + "/real/f", "1");
         Link(d + "/real/f", d + "/links/f");
       },
       "/links/f",
       {{[](Dir d) { WriteInPlace(d + "/real/f", "2"); }, "2"},
        {[](Dir d) { Write(d + "/real/f", "3"); }, "3"},
        {[](Dir d) {
           Write(d + "/real/g", "4");
           SwapLink("../real/g", d + "/links/f");
         },
         "4"},
        {[](Dir d) { Write(d + "/real/g", "5"); }, "5"}}},
      {"a dangling symlink, and a loop",
       [](Dir d) { Link("later", d + "/f"); },
       "/f",
       {{[](Dir d) { Write(d + "/later", "1"); }, "1"},
        {[](Dir d) { SwapLink("f", d + "/f"); }, ""},
        {[](Dir d) { SwapLink("./later", d + "/f"); }, "1"}}},
      {"its permissions changed",
       [](Dir d) { Write(d + "/f", "1"); },
       "/f",
       {{[](Dir d) { ::chmod((d + "/f").c_str(), 0600); }, "1"}}},
  };
  return *stories;
}

TEST_F(FileWatcherTest, TellsOfEveryChange) {
  for (const Story& story : Stories()) {
    SCOPED_TRACE(story.name);
    const std::string dir = In(story.name);
    Make(dir);
    story.setup(dir);
    Observer observer({dir + story.watched}, NoPoll());
    for (const Step& step : story.steps) {
      step.change(dir);
      observer.WaitFor(step.seen);
    }
  }
}

TEST_F(FileWatcherTest, WatchesSeveralFiles) {
  Make(In("a"));
  Make(In("b"));
  Write(In("a/1"), "1");
  Write(In("b/2"), "2");
  Observer observer({In("a/1"), In("b/2"), In("c")}, NoPoll());
  Write(In("b/2"), "two");
  observer.WaitFor("1two");
  Write(In("a/1"), "one");
  observer.WaitFor("onetwo");
  Write(In("c"), "three");
  observer.WaitFor("onetwothree");
}

TEST_F(FileWatcherTest, OtherFilesOfTheDirectoryDoNotMatter) {
  Write(In("f"), "1");
  Observer observer({In("f")}, NoPoll());
  for (int i = 0; i < 100; ++i) Write(In("other"), "x");
  // Its own change is told after those of the others would have been.
  Write(In("f"), "2");
  observer.WaitFor("2");
  observer.Stop();
  // A change's several events may fall into two callbacks.
  EXPECT_LE(observer.calls(), 3);
}

TEST_F(FileWatcherTest, ChangesCloseTogetherAreToldOnce) {
  Write(In("f"), "1");
  FileWatcher::Options options = NoPoll();
  options.debounce = absl::Seconds(1);
  Observer observer({In("f")}, options);
  for (int i = 0; i < 50; ++i) WriteInPlace(In("f"), std::to_string(i));
  observer.WaitFor("49");
  // One, unless the machine stood still for a second between two writes.
  EXPECT_LT(observer.calls(), 25);
}

TEST_F(FileWatcherTest, ThePollSeesWhatInotifyDoesNotTell) {
  Make(In("a"));
  Make(In("b"));
  Write(In("a/f"), "1");
  // Written by another name, in a directory that nobody watches.
  ASSERT_EQ(::link(In("a/f").c_str(), In("b/f").c_str()), 0);
  FileWatcher::Options options;
  options.poll_interval = absl::Milliseconds(5);
  Observer observer({In("a/f")}, options);
  WriteInPlace(In("b/f"), "longer");
  observer.WaitFor("longer");
}

TEST_F(FileWatcherTest, RelativePathsAreTheWorkingDirectorysAtTheStart) {
  ASSERT_EQ(::chdir(directory_.c_str()), 0);
  Observer observer({"f"}, NoPoll());
  Write(In("f"), "1");
  observer.WaitFor("1");
}

TEST_F(FileWatcherTest, EndsWithoutWaitingForAnything) {
  for (int i = 0; i < 20; ++i) {
    Observer observer({In("f"), "/", ""}, NoPoll());
    Write(In("f"), std::to_string(i));
  }
}

TEST_F(FileWatcherTest, IsNotToldWhileItEnds) {
  // Under ThreadSanitizer: the callback's data may go after the destructor.
  for (int i = 0; i < 20; ++i) {
    auto calls = std::make_unique<int>(0);
    auto watcher = FileWatcher::Start(
        {In("f")}, [count = calls.get()] { ++*count; }, NoPoll());
    ASSERT_TRUE(watcher.ok());
    Write(In("f"), std::to_string(i));
    watcher->reset();
    EXPECT_GE(*calls, 0);
    calls.reset();
  }
}

}  // namespace
}  // namespace gatehouse
