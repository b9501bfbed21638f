#include "server/status.h"

#include "gtest/gtest.h"

namespace gatehouse::server {
namespace {

TEST(StatusTest, Failures) {
  struct Case {
    int code;
    const char* message;
    const char* want;
  };
  const Case kCases[] = {
      {401, "",
       R"({"apiVersion":"v1","code":401,"kind":"Status","message":"Unauthorized","metadata":{},"reason":"Unauthorized","status":"Failure"})"},
      {400, "no \"x\"",
       R"({"apiVersion":"v1","code":400,"kind":"Status","message":"no \"x\"","metadata":{},"reason":"BadRequest","status":"Failure"})"},
      {404, "",
       R"({"apiVersion":"v1","code":404,"kind":"Status","message":"the server could not find the requested resource","metadata":{},"reason":"NotFound","status":"Failure"})"},
      {418, "teapot",
       R"({"apiVersion":"v1","code":418,"kind":"Status","message":"teapot","metadata":{},"status":"Failure"})"},
  };
  for (const Case& c : kCases) {
    const HttpResponse response = FailureResponse(c.code, c.message);
    EXPECT_EQ(response.status, c.code);
    EXPECT_EQ(response.body, c.want);
    EXPECT_EQ(response.headers.First("content-type"), "application/json");
    EXPECT_EQ(response.headers.First("x-content-type-options"), "nosniff");
  }
}

TEST(StatusTest, EveryCodeHasAReasonAndAText) {
  for (const int code : {400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422,
                         429, 500, 503, 504}) {
    EXPECT_FALSE(FailureStatus(code, "").reason().empty()) << code;
    EXPECT_EQ(FailureResponse(code).body.find("\"message\":\"\""),
              std::string::npos)
        << code;
  }
}

TEST(StatusTest, AForbiddenNamesWhatItIsAbout) {
  EXPECT_EQ(ForbiddenResponse("no", "apps", "deployments", "x").body,
            R"({"apiVersion":"v1","code":403,"details":{"group":"apps",)"
            R"("kind":"deployments","name":"x"},"kind":"Status",)"
            R"("message":"no","metadata":{},"reason":"Forbidden",)"
            R"("status":"Failure"})");
  EXPECT_EQ(ForbiddenResponse("no", "", "", "").status, 403);
}

TEST(StatusTest, Warnings) {
  EXPECT_EQ(WarningHeader("old"), "299 - \"old\"");
  EXPECT_EQ(WarningHeader("a \"b\" \\c"), "299 - \"a \\\"b\\\" \\\\c\"");
  EXPECT_EQ(WarningHeader("a\r\nX: y"), "299 - \"a  X: y\"");
  EXPECT_EQ(WarningHeader(std::string(9999, 'x')).size(),
            kMaxWarningBytes + sizeof("299 - \"\"") - 1);
}

}  // namespace
}  // namespace gatehouse::server
