#include "conformance/runner.h"

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "conformance/test_directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Result {
  ExitStatus status;
  std::string out;
  std::string err;
};

Result RunIn(const TestDirectory& directory,
             std::vector<std::string> only = {}) {
  std::ostringstream out;
  std::ostringstream err;
  RunOptions options;
  options.vectors = directory.path();
  options.only = std::move(only);
  const ExitStatus status = Run(options, out, err);
  return {status, out.str(), err.str()};
}

std::string Covered(absl::string_view expected) {
  return FileOfCase(R"({"ownerRules": [], "servantRules": []})",
                    absl::StrCat(R"({"covered": )", expected, "}"));
}

TEST(RunTest, PassesWhatIsRight) {
  const TestDirectory directory;
  directory.Write("README.md", "What this is.");
  directory.Write("authz/covers.json", Covered("true"));
  const Result result = RunIn(directory);
  EXPECT_EQ(result.status, ExitStatus::kPassed);
  EXPECT_EQ(result.out,
            "authz/covers.json: 1 case, 1 passed, 0 failed\n"
            "total: 1 case, 1 passed, 0 failed\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(RunTest, FailsTheOpposite) {
  const TestDirectory directory;
  directory.Write("authz/covers.json", Covered("false"));
  const Result result = RunIn(directory);
  EXPECT_EQ(result.status, ExitStatus::kFailed);
  EXPECT_EQ(result.out,
            "authz/covers.json: 1 case, 0 passed, 1 failed\n"
            "  FAILED: the case\n"
            "    covered\n"
            "    expected: false\n"
            "    got:      true\n"
            "total: 1 case, 0 passed, 1 failed\n");
}

struct FailureCase {
  const char* name;
  const char* file;
  std::string text;
  const char* says;
};

class RunFailureTest : public testing::TestWithParam<FailureCase> {};

// Beside a file that passes, so that nothing but this one can fail.
TEST_P(RunFailureTest, Fails) {
  const TestDirectory directory;
  directory.Write("authz/aggregation.json",
                  FileOfCase(R"({"target": {"name": "t"}, "clusterRoles": []})",
                             R"({"rules": [], "write": false})"));
  directory.Write(GetParam().file, GetParam().text);
  const Result result = RunIn(directory);
  EXPECT_EQ(result.status, ExitStatus::kFailed);
  EXPECT_THAT(result.out, HasSubstr(GetParam().says));
  EXPECT_THAT(result.out,
              HasSubstr("authz/aggregation.json: 1 case, 1 passed, 0 failed"));
  EXPECT_THAT(result.out, HasSubstr("1 passed, 1 failed\n"));
}

INSTANTIATE_TEST_SUITE_P(
    All, RunFailureTest,
    testing::Values(
        FailureCase{"unknown_file", "authz/new.json", Covered("true"),
                    "authz/new.json: 0 cases, 0 passed, 1 failed\n"
                    "  FAILED: nothing here runs this file\n"},
        FailureCase{"known_name_elsewhere", "covers.json", Covered("true"),
                    "nothing here runs this file"},
        FailureCase{"readme_elsewhere", "authz/README.md", "",
                    "nothing here runs this file"},
        FailureCase{"hidden_file", ".covers.json", Covered("true"),
                    "nothing here runs this file"},
        FailureCase{"other_ending", "authz/covers.yaml", "",
                    "nothing here runs this file"},
        FailureCase{"file_beside_the_directories", "rbac_decisions/x.yaml", "",
                    "nothing here runs this file"},
        FailureCase{"no_json", "authz/covers.json", "{", "authz/covers.json:1"},
        FailureCase{"empty_file", "authz/covers.json", "", "covers.json"},
        FailureCase{"no_cases", "authz/covers.json", R"({"_schema": {}})",
                    "there are no cases in it"},
        FailureCase{"empty_cases", "authz/covers.json", R"({"cases": []})",
                    "there are no cases in it"},
        FailureCase{"cases_that_are_no_list", "authz/covers.json",
                    R"({"cases": {"a": 1}})", "there are no cases in it"},
        FailureCase{"case_that_is_no_object", "authz/covers.json",
                    R"({"cases": ["x"]})", "want input and expect"},
        FailureCase{"no_input", "authz/covers.json",
                    R"({"cases": [{"name": "n", "expect": {}}]})",
                    "FAILED: n\n    want input and expect"},
        FailureCase{"no_expect", "authz/covers.json",
                    R"({"cases": [{"name": "n", "input": {}}]})",
                    "FAILED: n\n    want input and expect"},
        FailureCase{"expects_nothing", "authz/covers.json",
                    FileOfCase("{}", "{}"), "nothing that is expected"},
        FailureCase{"unknown_key_of_a_case", "authz/covers.json",
                    R"({"cases": [{"input": {}, "skip": true,
                        "expect": {"covered": true}}]})",
                    "FAILED: case 0\n    skip: this key is not known"},
        FailureCase{"unknown_key_of_the_input", "authz/covers.json",
                    FileOfCase(R"({"rules": []})", R"({"covered": true})"),
                    "input.rules: this key is not known"},
        FailureCase{"unknown_key_of_expect", "authz/covers.json",
                    FileOfCase("{}", R"({"covered": true, "why": "x"})"),
                    "expect.why: this key is not known"},
        FailureCase{"unknown_op", "authz/union.json",
                    FileOfCase(R"({"op": "x"})", R"({"decision": "Deny"})"),
                    "the op \"x\" is not known"},
        FailureCase{"no_op", "authz/union.json",
                    FileOfCase("{}", R"({"decision": "Deny"})"),
                    "the op \"\" is not known"},
        FailureCase{"unknown_kind", "authz/nonresource.json",
                    FileOfCase(R"({"kind": "x"})", R"({"matches": true})"),
                    "the kind \"x\" is not known"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(RunTest, UnknownKeyOfAFileFails) {
  const TestDirectory directory;
  directory.Write("authz/covers.json",
                  R"({"more": [], "cases": [{"input": {},
                      "expect": {"covered": true}}]})");
  const Result result = RunIn(directory);
  EXPECT_EQ(result.status, ExitStatus::kFailed);
  EXPECT_THAT(result.out, HasSubstr("more: this key is not known"));
}

TEST(RunTest, WhatInformsPeopleIsNotCompared) {
  const TestDirectory directory;
  directory.Write("authz/covers.json",
                  R"({"cases": [{"name": "n", "note": "x", "derived": true,
                      "input": {}, "expect": {"covered": true}}]})");
  EXPECT_EQ(RunIn(directory).status, ExitStatus::kPassed);
}

TEST(RunTest, DirectoryWithoutCasesFails) {
  const TestDirectory directory;
  const Result empty = RunIn(directory);
  EXPECT_EQ(empty.status, ExitStatus::kFailed);
  EXPECT_THAT(empty.out, HasSubstr("there are no cases in"));
  directory.Write("README.md", "");
  const Result readme = RunIn(directory);
  EXPECT_EQ(readme.status, ExitStatus::kFailed);
  EXPECT_THAT(readme.out, HasSubstr("total: 0 cases, 0 passed, 1 failed"));
}

TEST(RunTest, AtMostTwentyFailuresAreShown) {
  const TestDirectory directory;
  std::string cases;
  for (int i = 0; i < 25; ++i) {
    absl::StrAppend(&cases, i == 0 ? "" : ",", R"({"name": "c)", i,
                    R"(", "input": {}, "expect": {"covered": false}})");
  }
  directory.Write("authz/covers.json",
                  absl::StrCat(R"({"cases": [)", cases, "]}"));
  const Result result = RunIn(directory);
  EXPECT_THAT(result.out, HasSubstr("FAILED: c19\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("FAILED: c20\n")));
  EXPECT_THAT(result.out, HasSubstr("  and 5 more\n"));
  EXPECT_THAT(result.out, HasSubstr("25 cases, 0 passed, 25 failed"));
}

struct OnlyCase {
  const char* name;
  std::vector<std::string> only;
  // The files that are run; without any, the names are refused.
  std::vector<std::string> files;
};

class OnlyTest : public testing::TestWithParam<OnlyCase> {};

TEST_P(OnlyTest, Selects) {
  const std::vector<std::string> all = {
      "authz/covers.json", "authz/default_policy.yaml", "rbac_decisions/S",
      "rbac_decisions/T",  "unknown/file.json",
  };
  const TestDirectory directory;
  directory.Write(all[0], Covered("true"));
  directory.Write(all[1], "");
  directory.Write(all[2] + "/rbac.yaml", "");
  directory.Write(all[3] + "/rbac.yaml", "");
  directory.Write(all[4], "");
  const Result result = RunIn(directory, GetParam().only);
  if (GetParam().files.empty()) {
    EXPECT_EQ(result.status, ExitStatus::kUsage);
    EXPECT_THAT(result.err, HasSubstr("nothing here is called"));
    EXPECT_THAT(result.out, IsEmpty());
    return;
  }
  std::vector<std::string> run;
  for (const std::string& file : all) {
    if (result.out.find(absl::StrCat(file, ": ")) == 0 ||
        result.out.find(absl::StrCat("\n", file, ": ")) != std::string::npos) {
      run.push_back(file);
    }
  }
  EXPECT_EQ(run, GetParam().files) << result.out;
}

INSTANTIATE_TEST_SUITE_P(
    All, OnlyTest,
    testing::Values(
        OnlyCase{"name", {"covers"}, {"authz/covers.json"}},
        OnlyCase{"name_with_ending", {"covers.json"}, {"authz/covers.json"}},
        OnlyCase{"path", {"authz/covers"}, {"authz/covers.json"}},
        OnlyCase{"whole_path", {"authz/covers.json"}, {"authz/covers.json"}},
        OnlyCase{
            "yaml", {"default_policy.yaml"}, {"authz/default_policy.yaml"}},
        OnlyCase{"directory",
                 {"rbac_decisions"},
                 {"rbac_decisions/S", "rbac_decisions/T"}},
        OnlyCase{"inner_directory", {"rbac_decisions/S"}, {"rbac_decisions/S"}},
        OnlyCase{"directory_of_files",
                 {"authz"},
                 {"authz/covers.json", "authz/default_policy.yaml"}},
        OnlyCase{"two",
                 {"rbac_decisions/T", "covers"},
                 {"authz/covers.json", "rbac_decisions/T"}},
        OnlyCase{"one_twice", {"covers", "covers"}, {"authz/covers.json"}},
        OnlyCase{"unknown_file_is_run", {"file"}, {"unknown/file.json"}},
        OnlyCase{"nothing", {"cover"}, {}},
        OnlyCase{"part_of_a_directory", {"rbac"}, {}},
        OnlyCase{"one_of_two_is_nothing", {"covers", "nothing"}, {}}),
    [](const auto& info) { return std::string(info.param.name); });

struct OptionsCase {
  const char* name;
  std::vector<const char*> arguments;
  // "" if the arguments are right.
  const char* error = "";
  std::vector<std::string> only = {};
};

class ParseOptionsTest : public testing::TestWithParam<OptionsCase> {};

TEST_P(ParseOptionsTest, Parses) {
  const auto options = ParseOptions(GetParam().arguments, "");
  const std::string error = GetParam().error;
  if (!error.empty()) {
    ASSERT_FALSE(options.ok());
    EXPECT_THAT(std::string(options.status().message()), HasSubstr(error));
    return;
  }
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->vectors, "/");
  EXPECT_EQ(options->only, GetParam().only);
}

INSTANTIATE_TEST_SUITE_P(
    All, ParseOptionsTest,
    testing::Values(
        OptionsCase{"vectors", {"--vectors=/"}},
        OptionsCase{"two_arguments", {"--vectors", "/"}},
        OptionsCase{"only", {"--vectors=/", "--only=a"}, "", {"a"}},
        OptionsCase{
            "only_two", {"--only", "a,b/c", "--vectors=/"}, "", {"a", "b/c"}},
        OptionsCase{"nothing", {}, "--vectors=DIRECTORY is missing"},
        OptionsCase{"no_value", {"--vectors"}, "--vectors wants a value"},
        OptionsCase{"empty", {"--vectors="}, "--vectors=DIRECTORY is missing"},
        OptionsCase{
            "no_directory", {"--vectors=/dev/null"}, "no such directory"},
        OptionsCase{"not_there", {"--vectors=/dev/none"}, "no such directory"},
        OptionsCase{"empty_only", {"--vectors=/", "--only="}, "empty name"},
        OptionsCase{"empty_name", {"--vectors=/", "--only=a,,b"}, "empty name"},
        OptionsCase{"unknown_flag",
                    {"--vectors=/", "--skip=a"},
                    "unknown argument --skip=a"},
        OptionsCase{
            "flag_that_starts_alike", {"--vector=/"}, "unknown argument"},
        OptionsCase{"bare_argument", {"/"}, "unknown argument /"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ParseOptionsTest, RelativePathsStartFromTheWorkingDirectory) {
  const TestDirectory directory;
  directory.Write("cases/README.md", "");
  const auto options = ParseOptions({"--vectors=./cases"}, directory.path());
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->vectors, testing::EndsWith("/cases"));
  EXPECT_FALSE(ParseOptions({"--vectors=other"}, directory.path()).ok());
}

}  // namespace
}  // namespace gatehouse::conformance
