#include "cli/run_fixture.h"

#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/run.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {

namespace {
constexpr char kTestdata[] = "cli/testdata/";
}  // namespace

Result RunArgs(const std::vector<std::string>& args, absl::string_view in,
               bool err_is_terminal) {
  std::istringstream in_stream{std::string(in)};
  std::ostringstream out;
  std::ostringstream err;
  Result result;
  result.status = Run(args, in_stream, out, err, err_is_terminal);
  result.out = out.str();
  result.err = err.str();
  return result;
}

Result RunLine(absl::string_view line, absl::string_view in,
               bool err_is_terminal) {
  std::vector<std::string> args;
  for (absl::string_view word :
       absl::StrSplit(line, ' ', absl::SkipWhitespace())) {
    if (word == "''") word = "";
    args.push_back(absl::StrReplaceAll(word, {{"@", kTestdata}}));
  }
  return RunArgs(args, in, err_is_terminal);
}

void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.line);
    const Result result = RunLine(c.line, c.in);
    EXPECT_EQ(result.status, c.status);
    EXPECT_EQ(result.out, std::string(c.out));
    EXPECT_EQ(absl::StrReplaceAll(result.err, {{kTestdata, "@"}}),
              std::string(c.err));
  }
}

std::string WriteFile(const std::string& name, absl::string_view text) {
  std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace gatehouse::cli
