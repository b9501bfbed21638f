#include "pki/ca/testing/command.h"

#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"

namespace gatehouse::pki::testing {

CommandResult RunCommand(const std::string& directory,
                         const std::string& command) {
  CommandResult result;
  const std::string line =
      absl::StrCat("cd '", directory, "' && { ", command, "; } 2>&1");
  FILE* const pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer = {};
  size_t size = 0;
  while ((size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    result.output.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

std::string MakeTestDirectory() {
  std::string path = absl::StrCat(::testing::TempDir(), "/gatehouse-XXXXXX");
  EXPECT_NE(mkdtemp(path.data()), nullptr) << path;
  return path;
}

void PutFile(const std::string& path, absl::string_view contents) {
  const absl::Status status = WriteFile(path, contents);
  EXPECT_TRUE(status.ok()) << status;
}

std::string GetFile(const std::string& path) {
  const absl::StatusOr<std::string> contents = ReadFile(path);
  EXPECT_TRUE(contents.ok()) << contents.status();
  return contents.value_or("");
}

}  // namespace gatehouse::pki::testing
