#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/run.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

constexpr char kHead[] =
    R"({"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview",)";

std::string Review(absl::string_view spec) {
  return absl::StrCat(kHead, R"("spec":)", spec, "}\n");
}

std::string Answer(absl::string_view spec, absl::string_view status) {
  return absl::StrCat(kHead, R"("spec":)", spec, R"(,"status":)", status,
                      "}\n");
}

std::string BadRequest(absl::string_view message) {
  return absl::StrCat(R"({"apiVersion":"v1","code":400,"kind":"Status",)",
                      R"("message":")", message,
                      R"(","reason":"BadRequest","status":"Failure"})", "\n");
}

constexpr char kJaneGets[] =
    R"({"resourceAttributes":{"namespace":"default","resource":"pods","verb":"get"},"user":"jane"})";
constexpr char kJaneDeletes[] =
    R"({"resourceAttributes":{"namespace":"default","resource":"pods","verb":"delete"},"user":"jane"})";
constexpr char kMaster[] =
    R"({"groups":["system:masters"],"nonResourceAttributes":{"path":"/a","verb":"get"}})";
constexpr char kJaneAllowed[] =
    R"({"allowed":true,"reason":"RBAC: allowed by RoleBinding \"read-pods/default\" of Role \"pod-reader\" to User \"jane\""})";

TEST(AuthorizeTest, AnswersInOrder) {
  const Result result = RunLine(
      "authorize -f @jane.yaml",
      absl::StrCat(Review(kJaneGets), Review(kJaneDeletes), Review(kMaster)));
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out,
            absl::StrCat(Answer(kJaneGets, kJaneAllowed),
                         Answer(kJaneDeletes, R"({"allowed":false})"),
                         Answer(kMaster, R"({"allowed":true})")));
  EXPECT_EQ(result.err, "");
}

// An API server refuses a review that names nobody; its authorizers would have
// an answer.
TEST(AuthorizeTest, AReviewThatNamesNobodyIsAnsweredUnlessStrict) {
  constexpr char kNobody[] =
      R"({"resourceAttributes":{"resource":"pods","verb":"get"}})";
  constexpr char kWhy[] =
      R"(stdin:1: spec.user: Invalid value: "": at least one of user or group must be specified)";
  const std::string answered = Answer(kNobody, R"({"allowed":false})");

  const Result warn = RunLine("authorize -f @jane.yaml", Review(kNobody));
  EXPECT_EQ(warn.status, 0);
  EXPECT_EQ(warn.out, answered);
  EXPECT_EQ(warn.err, absl::StrCat(kWhy, "\n"));

  const Result ignore =
      RunLine("authorize -f @jane.yaml --validate=ignore", Review(kNobody));
  EXPECT_EQ(ignore.status, 0);
  EXPECT_EQ(ignore.out, answered);
  EXPECT_EQ(ignore.err, "");

  const Result strict =
      RunLine("authorize -f @jane.yaml --validate=strict", Review(kNobody));
  EXPECT_EQ(strict.status, 2);
  EXPECT_EQ(strict.out,
            BadRequest(absl::StrReplaceAll(kWhy, {{"\"", "\\\""}})));
}

struct ModeRow {
  const char* flags;
  const char* spec;
  const char* status;
};

TEST(AuthorizeTest, Modes) {
  const ModeRow rows[] = {
      {"--authorization-mode=RBAC", kJaneDeletes, R"({"allowed":false})"},
      {"--authorization-mode=RBAC,AlwaysAllow", kJaneDeletes,
       R"({"allowed":true})"},
      {"--authorization-mode=AlwaysAllow,RBAC", kJaneGets,
       R"({"allowed":true})"},
      {"--authorization-mode=AlwaysDeny,RBAC", kJaneGets, kJaneAllowed},
      {"--authorization-mode=RBAC,AlwaysDeny", kJaneDeletes,
       R"({"allowed":false,"reason":"alwaysdeny: Everything is forbidden."})"},
      {"--authorization-mode=AlwaysDeny", kMaster, R"({"allowed":true})"},
      {"--authorization-mode RBAC --authorization-mode AlwaysAllow",
       kJaneDeletes, R"({"allowed":true})"},
  };
  for (const ModeRow& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result = RunLine(
        absl::StrCat("authorize -f @jane.yaml ", row.flags), Review(row.spec));
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, Answer(row.spec, row.status));
  }
}

struct BadRow {
  std::string line;
  std::string message;
};

// A bad line is answered with an error; its neighbours are not disturbed.
TEST(AuthorizeTest, BadLines) {
  const BadRow rows[] = {
      {"not json", "stdin:2:1: want a value, got not"},
      {R"({"kind":"SubjectAccessReview"})",
       "stdin:2:1: an object without apiVersion"},
      {R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}})",
       "stdin:2: want a SubjectAccessReview, got a Pod"},
      {std::string(kHead) + R"("spec":{"user":"jane"}})",
       "stdin:2: spec.resourceAttributes: Invalid value: null: exactly one of "
       "nonResourceAttributes or resourceAttributes must be specified"},
  };
  for (const BadRow& row : rows) {
    SCOPED_TRACE(row.line);
    const Result result = RunLine(
        "authorize -f @jane.yaml",
        absl::StrCat(Review(kJaneGets), row.line, "\n", Review(kJaneDeletes)));
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(
        result.out,
        absl::StrCat(Answer(kJaneGets, kJaneAllowed), BadRequest(row.message),
                     Answer(kJaneDeletes, R"({"allowed":false})")));
    EXPECT_EQ(result.err, "");
  }
}

TEST(AuthorizeTest, EmptyLinesCountButHaveNoAnswer) {
  const Result result =
      RunLine("authorize -f @jane.yaml",
              absl::StrCat("\n \r\n", Review(kMaster), "\n{\n"));
  EXPECT_EQ(result.status, 2);
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n');
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0] + "\n", Answer(kMaster, R"({"allowed":true})"));
  EXPECT_TRUE(absl::StrContains(lines[1], R"("message":"stdin:5:)"));
}

TEST(AuthorizeTest, LastLineWithoutEnd) {
  std::string line = Review(kMaster);
  line.pop_back();
  EXPECT_EQ(RunLine("authorize -f @jane.yaml", line).out,
            Answer(kMaster, R"({"allowed":true})"));
}

TEST(AuthorizeTest, NoLines) {
  ExpectAll({{"authorize -f @jane.yaml", 0, "", "", ""}});
}

TEST(AuthorizeTest, UnknownFields) {
  const std::string line = absl::StrCat(
      kHead,
      R"("spec":{"nonResourceAttributes":{"path":"/a","verb":"get"},"user":"a","usr":"b"}})");
  const Result warn = RunLine("authorize -f @jane.yaml", "\n" + line);
  EXPECT_EQ(warn.status, 0);
  EXPECT_EQ(warn.err, "stdin:2:140: unknown field \"spec.usr\"\n");
  const Result ignore =
      RunLine("authorize -f @jane.yaml --validate=ignore", line);
  EXPECT_EQ(ignore.status, 0);
  EXPECT_EQ(ignore.err, "");
  const Result strict =
      RunLine("authorize -f @jane.yaml --validate=strict", line);
  EXPECT_EQ(strict.status, 2);
  EXPECT_EQ(strict.out,
            BadRequest(R"(stdin:1:140: unknown field \"spec.usr\")"));
}

TEST(AuthorizeTest, TooLongALine) {
  const std::string line =
      absl::StrCat(R"({"x":")", std::string(4 << 20, 'x'), "\"}\n");
  const Result result =
      RunLine("authorize -f @jane.yaml", absl::StrCat(line, Review(kMaster)));
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out,
            absl::StrCat(BadRequest("stdin:1: longer than 3145728 bytes"),
                         Answer(kMaster, R"({"allowed":true})")));
}

TEST(AuthorizeTest, RequestsFromAFileAndPolicyFromStdin) {
  const std::string requests =
      WriteFile("reviews.jsonl", absl::StrCat(Review(kMaster), "{\n"));
  const Result result =
      RunArgs({"authorize", "-f", "-", "--requests", requests},
              R"({"apiVersion":"v1","kind":"List","items":[]})");
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(
      absl::StartsWith(result.out, Answer(kMaster, R"({"allowed":true})")));
  EXPECT_TRUE(absl::StrContains(result.out, absl::StrCat(requests, ":2:")));
}

TEST(AuthorizeTest, Errors) {
  ExpectAll({
      {"authorize -f -", 2, "",
       "error: -f - reads the policy from stdin: name the reviews with "
       "--requests FILE\n",
       ""},
      {"authorize -f - --requests -", 2, "",
       "error: -f - reads the policy from stdin: name the reviews with "
       "--requests FILE\n",
       ""},
      {"authorize -f @jane.yaml --requests @none.jsonl", 2, "",
       "error: --requests: cannot read @none.jsonl: No such file or "
       "directory\n",
       ""},
      {"authorize", 2, "",
       "error: no policy: give -f PATH, or --default-policy, or both\n", ""},
      {"authorize -f @jane.yaml @jane.yaml", 2, "",
       "error: @jane.yaml:2:1: duplicate Role \"default/pod-reader\", first at "
       "@jane.yaml:2:1\n",
       ""},
  });
}

// A stream whose reader goes away after some bytes.
class ClosingBuffer : public std::streambuf {
 public:
  explicit ClosingBuffer(int room) : room_(room) {}

 private:
  int overflow(int c) override { return --room_ < 0 ? traits_type::eof() : c; }

  int room_;
};

TEST(AuthorizeTest, EndsWhenNobodyReads) {
  std::string reviews;
  for (int i = 0; i < 1000; ++i) reviews += Review(kMaster);
  std::istringstream in(reviews);
  ClosingBuffer buffer(300);
  std::ostream out(&buffer);
  std::ostringstream err;
  EXPECT_EQ(::gatehouse::cli::Run({"authorize", "-f", "cli/testdata/jane.yaml"},
                                  in, out, err, false),
            2);
  // Most of the reviews have not been read any more.
  EXPECT_LT(in.tellg(), static_cast<std::streamoff>(reviews.size() / 100));
}

}  // namespace
}  // namespace gatehouse::cli
