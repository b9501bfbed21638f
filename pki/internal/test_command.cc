#include "pki/internal/test_command.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse::pki::internal {

CommandFolder::CommandFolder()
    : path_(absl::StrCat(::testing::TempDir(), "/command.XXXXXX")) {
  EXPECT_NE(mkdtemp(&path_[0]), nullptr) << path_;
}

bool CommandFolder::Try(absl::string_view command, std::string* output) const {
  const std::string line =
      absl::StrCat("cd '", path_, "' && export PATH=/usr/bin:/bin && ( ",
                   command, " ) 2>&1");
  std::FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return false;
  std::array<char, 4096> buffer;
  size_t size;
  while ((size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    output->append(buffer.data(), size);
  }
  return pclose(pipe) == 0;
}

std::string CommandFolder::Run(absl::string_view command) const {
  std::string output;
  EXPECT_TRUE(Try(command, &output)) << command << "\n" << output;
  return output;
}

void CommandFolder::Write(absl::string_view file,
                          absl::string_view contents) const {
  std::ofstream out(absl::StrCat(path_, "/", file), std::ios::binary);
  out << contents;
  out.close();
  EXPECT_TRUE(out.good()) << file;
}

std::string CommandFolder::Read(absl::string_view file) const {
  std::ifstream in(absl::StrCat(path_, "/", file), std::ios::binary);
  EXPECT_TRUE(in.good()) << file;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace gatehouse::pki::internal
