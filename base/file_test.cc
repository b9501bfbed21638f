#include "base/file.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

// A directory of its own for each test.
class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/file.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }

  // Returns the names in the directory, sorted, with a comma after each.
  std::string Names() const {
    std::string names;
    dirent** entries = nullptr;
    const int count =
        ::scandir(directory_.c_str(), &entries, nullptr, ::alphasort);
    for (int i = 0; i < count; ++i) {
      const absl::string_view name = entries[i]->d_name;
      if (name != "." && name != "..") absl::StrAppend(&names, name, ",");
      std::free(entries[i]);
    }
    std::free(static_cast<void*>(entries));
    return names;
  }

  std::string directory_;
};

int ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
  return static_cast<int>(info.st_mode & 07777);
}

bool IsSymlink(const std::string& path) {
  struct stat info = {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

std::string Contents(const std::string& path) {
  const absl::StatusOr<std::string> contents = ReadFile(path);
  EXPECT_TRUE(contents.ok()) << contents.status();
  return contents.ok() ? *contents : "";
}

void ExpectError(const absl::Status& status, absl::StatusCode code,
                 Reason reason, absl::string_view names) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(reason)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), names)) << status;
}

TEST_F(FileTest, ReadsWhatWasWritten) {
  const std::string kContents[] = {
      "",
      "x",
      std::string("a\0b\n", 4),
      std::string(4096, 'p'),
      std::string((size_t{64} << 10) - 1, 'q'),
      std::string(size_t{64} << 10, 'r'),
      std::string((size_t{3} << 20) + 17, 's'),
  };
  for (const std::string& contents : kContents) {
    ASSERT_TRUE(WriteFile(In("f"), contents).ok());
    EXPECT_EQ(Contents(In("f")), contents) << contents.size();
    EXPECT_EQ(Names(), "f,");
  }
}

TEST_F(FileTest, ReadsFilesWithoutASize) {
  // Files of /proc say 0; so do pipes.
  EXPECT_FALSE(Contents("/proc/self/status").empty());
  const std::string path = In("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::string contents((size_t{1} << 20) + 1, 'x');
  std::thread writer([&] {
    FILE* file = std::fopen(path.c_str(), "w");
    std::fwrite(contents.data(), 1, contents.size(), file);
    std::fclose(file);
  });
  EXPECT_EQ(Contents(path), contents);
  writer.join();
}

TEST_F(FileTest, ReadingStopsAtTheCeiling) {
  ASSERT_TRUE(WriteFile(In("f"), "12345").ok());
  const struct {
    size_t max_bytes;
    bool ok;
  } kCases[] = {{0, false}, {4, false}, {5, true}, {6, true}};
  for (const auto& c : kCases) {
    const absl::StatusOr<std::string> read = ReadFile(In("f"), c.max_bytes);
    EXPECT_EQ(read.ok(), c.ok) << c.max_bytes;
    if (!c.ok) {
      ExpectError(read.status(), absl::StatusCode::kResourceExhausted,
                  Reason::kTooLarge, In("f"));
    }
  }
  ExpectError(ReadFile("/dev/zero", 1000).status(),
              absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
              "/dev/zero");
}

TEST_F(FileTest, ErrorsNameThePathAndTheReason) {
  ASSERT_TRUE(WriteFile(In("f"), "x").ok());
  const std::string long_name(300, 'n');
  const struct {
    absl::Status status;
    absl::StatusCode code;
    Reason reason;
    std::string text;
  } kCases[] = {
      {ReadFile(In("none")).status(), absl::StatusCode::kNotFound,
       Reason::kNotFound,
       absl::StrCat(In("none"), ": open: No such file or directory")},
      {ReadFile(directory_).status(), absl::StatusCode::kFailedPrecondition,
       Reason::kInvalid, absl::StrCat(directory_, ": read: Is a directory")},
      {ReadFile(In("f/x")).status(), absl::StatusCode::kFailedPrecondition,
       Reason::kInvalid, "Not a directory"},
      {WriteFile(In("none/f"), "x"), absl::StatusCode::kNotFound,
       Reason::kNotFound, In("none/f")},
      {WriteFile(directory_, "x"), absl::StatusCode::kFailedPrecondition,
       Reason::kInvalid, directory_},
      {WriteFile(In(long_name), "x"), absl::StatusCode::kInvalidArgument,
       Reason::kInvalid, long_name},
      {WriteFile("", "x"), absl::StatusCode::kInvalidArgument, Reason::kInvalid,
       "no name of a file"},
      {WriteFile(In("d/"), "x"), absl::StatusCode::kInvalidArgument,
       Reason::kInvalid, In("d/")},
      {WriteFile(In(absl::string_view("a\0b", 3)), "x"),
       absl::StatusCode::kInvalidArgument, Reason::kInvalid, "no name"},
      {MakeDirectories(""), absl::StatusCode::kInvalidArgument,
       Reason::kInvalid, "no name"},
      {MakeDirectories(In("f")), absl::StatusCode::kFailedPrecondition,
       Reason::kInvalid, In("f")},
      {MakeDirectories(In("f/x")), absl::StatusCode::kFailedPrecondition,
       Reason::kInvalid, In("f")},
  };
  for (const auto& c : kCases) ExpectError(c.status, c.code, c.reason, c.text);
  EXPECT_EQ(Names(), "f,");
}

TEST_F(FileTest, PermissionsAreThoseAskedForWhateverTheUmask) {
  for (const int umask : {0, 022, 077, 0777}) {
    for (const int mode : {0600, 0640, 0644, 0400, 0777}) {
      const mode_t before = ::umask(static_cast<mode_t>(umask));
      WriteOptions options;
      options.mode = mode;
      const absl::Status status = WriteFile(In("f"), "x", options);
      ::umask(before);
      ASSERT_TRUE(status.ok()) << status;
      EXPECT_EQ(ModeOf(In("f")), mode) << umask;
    }
  }
}

TEST_F(FileTest, APermissiveFileIsReplacedByAStrictOne) {
  ASSERT_TRUE(WriteFile(In("f"), "public").ok());
  ASSERT_EQ(::chmod(In("f").c_str(), 0666), 0);
  WriteOptions options;
  options.mode = 0600;
  ASSERT_TRUE(WriteFile(In("f"), "secret", options).ok());
  EXPECT_EQ(ModeOf(In("f")), 0600);
  EXPECT_EQ(Contents(In("f")), "secret");
}

TEST_F(FileTest, ASymlinkIsReplacedAndNotFollowed) {
  ASSERT_TRUE(WriteFile(In("target"), "old").ok());
  ASSERT_EQ(::symlink("target", In("link").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", In("dangling").c_str()), 0);
  for (const char* name : {"link", "dangling"}) {
    ASSERT_TRUE(WriteFile(In(name), "new").ok());
    EXPECT_FALSE(IsSymlink(In(name)));
    EXPECT_EQ(Contents(In(name)), "new");
  }
  EXPECT_EQ(Contents(In("target")), "old");
  EXPECT_EQ(Names(), "dangling,link,target,");
}

TEST_F(FileTest, DoesNotOverwriteUnlessTold) {
  ASSERT_TRUE(WriteFile(In("file"), "old").ok());
  ASSERT_EQ(::symlink("nowhere", In("dangling").c_str()), 0);
  ASSERT_TRUE(MakeDirectories(In("directory")).ok());
  WriteOptions options;
  options.overwrite = false;
  for (const char* name : {"file", "dangling", "directory"}) {
    ExpectError(WriteFile(In(name), "new", options),
                absl::StatusCode::kAlreadyExists, Reason::kConflict, In(name));
  }
  EXPECT_EQ(Contents(In("file")), "old");
  EXPECT_TRUE(IsSymlink(In("dangling")));
  options.mode = 0600;
  ASSERT_TRUE(WriteFile(In("new"), "new", options).ok());
  EXPECT_EQ(Contents(In("new")), "new");
  EXPECT_EQ(ModeOf(In("new")), 0600);
  EXPECT_EQ(Names(), "dangling,directory,file,new,");
}

TEST_F(FileTest, OfManyWritersThatMustNotOverwriteOneWins) {
  constexpr int kThreads = 8;
  std::atomic<int> written{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      WriteOptions options;
      options.overwrite = false;
      const absl::Status status =
          WriteFile(In("f"), std::to_string(i), options);
      if (status.ok()) ++written;
      if (ReasonOf(status) == Reason::kConflict) ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(written, 1);
  EXPECT_EQ(refused, kThreads - 1);
  EXPECT_EQ(Names(), "f,");
}

TEST_F(FileTest, ReadersSeeWholeContentsOnly) {
  constexpr int kWrites = 200;
  const std::string path = In("f");
  // Of different lengths, each of one character.
  const auto contents = [](int i) {
    return std::string(static_cast<size_t>(1000 + 997 * (i % 50)),
                       static_cast<char>('a' + i % 26));
  };
  ASSERT_TRUE(WriteFile(path, contents(0)).ok());
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!done) {
      const absl::StatusOr<std::string> read = ReadFile(path);
      ASSERT_TRUE(read.ok()) << read.status();
      ASSERT_EQ(*read, std::string(read->size(), (*read)[0]));
      ASSERT_EQ((read->size() - 1000) % 997, 0u);
      ++reads;
    }
  });
  for (int i = 0; i < kWrites || reads == 0; ++i) {
    ASSERT_TRUE(WriteFile(path, contents(i)).ok());
  }
  done = true;
  reader.join();
  EXPECT_EQ(Names(), "f,");
}

TEST_F(FileTest, WritesBesideTheWorkingDirectoryToo) {
  ASSERT_EQ(::chdir(directory_.c_str()), 0);
  ASSERT_TRUE(WriteFile("plain", "x").ok());
  ASSERT_TRUE(WriteFile("./dotted", "y").ok());
  ASSERT_TRUE(MakeDirectories("a/b").ok());
  ASSERT_TRUE(WriteFile("a/b/c", "z").ok());
  EXPECT_EQ(Contents(In("a/b/c")), "z");
  EXPECT_EQ(Names(), "a,dotted,plain,");
}

TEST_F(FileTest, MakesDirectoriesAndTheirParents) {
  for (const char* name : {"a", "a/b/c", "a//d/", "a/b/../e", "a/b/c", "."}) {
    EXPECT_TRUE(MakeDirectories(In(name)).ok()) << name;
  }
  for (const char* name : {"a/b/c/.", "a/d/.", "a/e/."}) {
    EXPECT_EQ(::access(In(name).c_str(), F_OK), 0) << name;
  }
  EXPECT_TRUE(MakeDirectories("/").ok());
  EXPECT_TRUE(MakeDirectories(In("private/x"), 0700).ok());
  EXPECT_EQ(ModeOf(In("private")), 0700);
  EXPECT_EQ(ModeOf(In("private/x")), 0700);
  ASSERT_EQ(::symlink("a", In("link").c_str()), 0);
  EXPECT_TRUE(MakeDirectories(In("link/f")).ok());
  EXPECT_EQ(::access(In("a/f").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace gatehouse
