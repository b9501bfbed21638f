#include "conformance/report.h"

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::conformance {
namespace {

std::string Printed(const FileReport& report) {
  std::ostringstream out;
  report.Print(out, 2);
  return out.str();
}

TEST(FileReportTest, PassedCases) {
  FileReport report("authz/a.json");
  report.AddCase("one", {});
  report.AddCase("two", {});
  EXPECT_EQ(report.failed(), 0);
  EXPECT_EQ(Printed(report), "authz/a.json: 2 cases, 2 passed, 0 failed\n");
}

TEST(FileReportTest, OneCase) {
  FileReport report("a");
  report.AddCase("one", {});
  EXPECT_EQ(Printed(report), "a: 1 case, 1 passed, 0 failed\n");
}

TEST(FileReportTest, FailedCaseShowsExpectedAndGot) {
  FileReport report("a");
  report.AddCase("one", {});
  report.AddCase("two", {{"decision", "Allow", "Deny"},
                         {"", "", "input.x: this key is not known"}});
  EXPECT_EQ(report.cases(), 2);
  EXPECT_EQ(report.failed_cases(), 1);
  EXPECT_EQ(Printed(report),
            "a: 2 cases, 1 passed, 1 failed\n"
            "  FAILED: two\n"
            "    decision\n"
            "    expected: Allow\n"
            "    got:      Deny\n"
            "    input.x: this key is not known\n");
}

TEST(FileReportTest, ProblemsAreFailures) {
  FileReport report("a");
  report.AddProblem("cannot be read");
  EXPECT_EQ(report.cases(), 0);
  EXPECT_EQ(report.failed(), 1);
  EXPECT_EQ(Printed(report),
            "a: 0 cases, 0 passed, 1 failed\n"
            "  FAILED: cannot be read\n");
}

TEST(FileReportTest, NotesArePrintedAndNoFailures) {
  FileReport report("a");
  report.AddCase("one", {});
  report.AddNote("one: refused, because");
  EXPECT_EQ(report.failed(), 0);
  EXPECT_EQ(Printed(report),
            "a: 1 case, 1 passed, 0 failed\n"
            "  on purpose: one: refused, because\n");
}

TEST(FileReportTest, CasesThatNeedCelAreCountedApart) {
  FileReport report("a");
  report.AddCase("one", {});
  report.AddCaseThatNeedsCel("two", {});
  report.AddCaseThatNeedsCel("three", {{"refused", "Unsupported", ""}});
  EXPECT_EQ(report.passed(), 1);
  EXPECT_EQ(report.needs_cel(), 1);
  EXPECT_EQ(Printed(report),
            "a: 3 cases, 1 passed, 1 failed, needs CEL: 1\n"
            "  FAILED: three\n"
            "    refused\n"
            "    expected: Unsupported\n"
            "    got:      \n");
}

TEST(FileReportTest, ManyFailuresAreCountedAndNotShown) {
  FileReport report("a");
  for (int i = 0; i < 5000; ++i) {
    report.AddCase(absl::StrCat("case ", i), {{"x", "1", "2"}});
  }
  EXPECT_EQ(report.failed_cases(), 5000);
  const std::string text = Printed(report);
  EXPECT_THAT(text, testing::HasSubstr("FAILED: case 1\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("FAILED: case 2\n")));
  EXPECT_THAT(text, testing::EndsWith("  and 4998 more\n"));
}

}  // namespace
}  // namespace gatehouse::conformance
