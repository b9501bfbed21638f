#include "cli/pki/pki_fixture.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace gatehouse::cli {

namespace {

// The directory of the test that runs.
std::string Directory() {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string path = absl::StrCat(::testing::TempDir(), "/", info->name());
  mkdir(path.c_str(), 0755);
  return path;
}

}  // namespace

std::string PathOf(absl::string_view name) {
  return absl::StrCat(Directory(), "/", name);
}

Result Gatehouse(absl::string_view line, absl::string_view in) {
  Result result =
      RunLine(absl::StrReplaceAll(line, {{"$", Directory() + "/"}}), in);
  // So that expectations need not name the directory.
  const std::string prefix = Directory() + "/";
  result.out = absl::StrReplaceAll(result.out, {{prefix, "$"}});
  result.err = absl::StrReplaceAll(result.err, {{prefix, "$"}});
  return result;
}

std::string Must(absl::string_view line, absl::string_view in) {
  const Result result = Gatehouse(line, in);
  EXPECT_EQ(result.status, 0) << line;
  EXPECT_EQ(result.err, "") << line;
  return result.out;
}

std::string Shell(const std::string& script) {
  const std::string path = PathOf("script.sh");
  std::ofstream(path) << "cd '" << Directory() << "' || exit 99\n"
                      << script << "\n";
  const std::string command =
      absl::StrCat("PATH=/usr/bin:/bin bash '", path, "' 2>&1");
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "no shell";
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output += static_cast<char>(c);
  }
  const int status = pclose(pipe);
  if (status != 0) absl::StrAppend(&output, "exit ", WEXITSTATUS(status), "\n");
  return output;
}

void InitCluster() {
  Must("pki init --dir $D --node-name cp-1 --key-algorithm ECDSA-P256");
}

void MakeUser(absl::string_view name, absl::string_view group) {
  Must(absl::StrCat("pki csr --user ", name, " --group ", group,
                    " --key-algorithm ECDSA-P256 --out $", name, ".csr"));
  Must(absl::StrCat("pki sign --dir $D --signer ", kClientSigner, " --out $",
                    name, ".crt $", name, ".csr"));
}

std::string ReadTestFile(absl::string_view name) {
  std::ifstream file(PathOf(name), std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string ModeOf(absl::string_view name) {
  struct stat info {};
  if (stat(PathOf(name).c_str(), &info) != 0) return "";
  return absl::StrFormat("%o", info.st_mode & 0777U);
}

std::string Masked(absl::string_view text, const std::vector<Mask>& masks) {
  std::string result(text);
  for (const Mask& mask : masks) {
    RE2::GlobalReplace(&result, mask.pattern, mask.word);
  }
  return result;
}

}  // namespace gatehouse::cli
