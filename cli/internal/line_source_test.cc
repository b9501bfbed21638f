#include "cli/internal/line_source.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

struct Row {
  std::string input;
  std::vector<std::string> lines;  // "!": too long.
};

std::vector<std::string> ReadAll(LineSource& source) {
  std::vector<std::string> lines;
  std::string line;
  while (true) {
    const absl::StatusOr<LineSource::Kind> kind = source.Next(line);
    if (!kind.ok() || *kind == LineSource::Kind::kEnd) return lines;
    lines.push_back(*kind == LineSource::Kind::kTooLong ? "!" : line);
  }
}

TEST(LineSourceTest, Lines) {
  const std::string most(LineSource::kMaxLine, 'x');
  const Row rows[] = {
      {"", {}},
      {"a", {"a"}},
      {"a\n", {"a"}},
      {"a\nb", {"a", "b"}},
      {"\n\na\n", {"", "", "a"}},
      {"a\r\n", {"a\r"}},
      {most + "\na\n", {most, "a"}},
      {most + "x\na\n", {"!", "a"}},
      {most + "x", {"!"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.input.substr(0, 20));
    std::istringstream in(row.input);
    const auto source = LineSource::Open("-", in);
    ASSERT_TRUE(source.ok());
    EXPECT_EQ(ReadAll(**source), row.lines);
  }
}

TEST(LineSourceTest, Places) {
  std::istringstream in("a\nb\n");
  const auto source = LineSource::Open("", in);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->name(), "stdin");
  EXPECT_TRUE((*source)->MoreIsWaiting());
  std::string line;
  ASSERT_TRUE((*source)->Next(line).ok());
  ASSERT_TRUE((*source)->Next(line).ok());
  EXPECT_EQ((*source)->number(), 2U);
  EXPECT_EQ((*source)->Place(), "stdin:2");
  EXPECT_EQ((*source)->Placed("no"), "stdin:2: no");
  EXPECT_EQ((*source)->Placed("stdin:1:7: no"), "stdin:2:7: no");
  EXPECT_EQ((*source)->Placed("stdin:1:7: twice, first at 1:3"),
            "stdin:2:7: twice, first at 2:3");
  EXPECT_FALSE((*source)->MoreIsWaiting());
}

TEST(LineSourceTest, FilesThatCannotBeRead) {
  std::istringstream in("a\n");
  const std::string none = absl::StrCat(::testing::TempDir(), "/none");
  const auto missing = LineSource::Open(none, in);
  EXPECT_EQ(ReasonOf(missing.status()), Reason::kNotFound);
  EXPECT_EQ(missing.status().message(),
            absl::StrCat("--requests: cannot read ", none,
                         ": No such file or directory"));
  const auto directory = LineSource::Open(::testing::TempDir(), in);
  if (directory.ok()) {
    std::string line;
    const auto kind = (*directory)->Next(line);
    EXPECT_EQ(ReasonOf(kind.status()), Reason::kInvalid);
  }
}

}  // namespace
}  // namespace gatehouse::cli
