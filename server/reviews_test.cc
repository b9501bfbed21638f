#include "server/reviews.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/testing/fake_authenticator.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::server {
namespace {

using authn::testing::FakeTokens;

// Allows jane, and members of g; broken is an error.
class Script : public authz::Authorizer {
 public:
  authz::Decision Authorize(const authz::Attributes& a) const override {
    bool allowed = a.user->name == "jane";
    for (const std::string& group : a.user->groups) allowed |= group == "g";
    return {allowed ? authz::Outcome::kAllow : authz::Outcome::kNoOpinion,
            allowed ? "yes" : "",
            {}};
  }
};

Request Post(absl::string_view body, Headers* headers) {
  Request request;
  request.method = "POST";
  request.body = body;
  request.headers = headers;
  request.now = absl::FromUnixSeconds(1'000'000);
  return request;
}

std::string Sar(absl::string_view version, absl::string_view spec) {
  return absl::StrCat(
      R"({"apiVersion":"authorization.k8s.io/)", version,
      R"(","kind":"SubjectAccessReview","spec":{"resourceAttributes":)",
      R"({"verb":"get","resource":"pods"},)", spec, "}}");
}

TEST(SubjectAccessReviewTest, Answers) {
  struct Case {
    std::string body;
    int code;
    const char* want;  // A part of the answer.
  };
  const Case kCases[] = {
      {Sar("v1", R"("user":"jane")"), 201,
       R"("status":{"allowed":true,"reason":"yes"})"},
      {Sar("v1", R"("user":"joe")"), 201, R"("status":{"allowed":false})"},
      {Sar("v1", R"("user":"joe","groups":["g"])"), 201, R"("allowed":true)"},
      {Sar("v1", R"("user":"joe","group":["g"])"), 201, R"("allowed":false)"},
      {Sar("v1", R"("user":"jane")"), 201,
       R"({"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview")"},
      // In v1beta1 the groups have another name.
      {Sar("v1beta1", R"("user":"joe","group":["g"])"), 201,
       R"("allowed":true)"},
      {Sar("v1beta1", R"("user":"joe","groups":["g"])"), 201,
       R"("allowed":false)"},
      {Sar("v1beta1", R"("user":"joe","group":["f","g"])"), 201,
       R"("spec":{"group":["f","g"],"resourceAttributes":{)"},
      {Sar("v1beta1", R"("user":"joe","group":null)"), 201,
       R"({"apiVersion":"authorization.k8s.io/v1beta1")"},
      {Sar("v1beta1", R"("user":"joe","group":"g")"), 400, "want a list"},
      {Sar("v1beta1", R"("user":"joe","group":[1])"), 400, "want a list"},
      // Not answered.
      {Sar("v1", R"("user":"")"), 422, "at least one of user or group"},
      {Sar("v2", R"("user":"jane")"), 400, "want a SubjectAccessReview of"},
      {Sar("v1", R"("user":"jane","user":"joe")"), 400, "user"},
      {Sar("v1", R"("user":7)"), 400, "user"},
      {"", 400, "body"},
      {"[]", 400, "want a SubjectAccessReview of"},
      {"{}", 400, "want a SubjectAccessReview of"},
      {R"({"kind":"SubjectAccessReview"})", 400, "want a Sub"},
      {R"({"apiVersion":"authorization.k8s.io/v1","kind":"TokenReview"})", 400,
       "want a SubjectAccessReview of"},
      {Sar("v1", R"("user":"jane")") + "x", 400, "body"},
      {std::string(kMaxSubjectAccessReviewBytes + 1, ' '), 413, ""},
  };
  for (const Case& c : kCases) {
    Headers headers;
    const HttpResponse response =
        ServeSubjectAccessReview(Script(), Post(c.body, &headers), 201);
    EXPECT_EQ(response.status, c.code) << c.body.substr(0, 200);
    EXPECT_NE(response.body.find(c.want), std::string::npos) << response.body;
  }
}

TEST(SubjectAccessReviewTest, WhatTheAnswerSaysIsNotBelieved) {
  Headers headers;
  const std::string body =
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview",)"
      R"("spec":{"user":"joe","nonResourceAttributes":{"path":"/","verb":"get"})"
      R"(},"status":{"allowed":true,"reason":"I say so"}})";
  const HttpResponse response =
      ServeSubjectAccessReview(Script(), Post(body, &headers), 200);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.find("I say so"), std::string::npos);
  EXPECT_NE(response.body.find("\"allowed\":false"), std::string::npos);
}

TEST(SubjectAccessReviewTest, WhatWasWrittenReadsBack) {
  for (const char* version : {"v1", "v1beta1"}) {
    for (
        const char* spec :
        {R"("user":"jane","uid":"1")",
         R"("user":"jane","groups":["a"],"group":["b","c"],"extra":{"k":["v"]})"}) {
      const auto read = SubjectAccessReviewFromJson(Sar(version, spec), "x");
      ASSERT_TRUE(read.ok()) << read.status();
      const std::string json = SubjectAccessReviewToJson(*read);
      const auto again = SubjectAccessReviewFromJson(json, "x");
      ASSERT_TRUE(again.ok()) << again.status() << json;
      EXPECT_EQ(SubjectAccessReviewToJson(*again), json);
      EXPECT_EQ(again->version, version);
    }
  }
}

constexpr char kTokenReview[] =
    R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview",)"
    R"("spec":{"token":"secret-token"}})";

TEST(TokenReviewTest, Answers) {
  struct Case {
    authn::Result who;
    std::string body;
    int code;
    const char* want;
  };
  const authn::Result kJane(authn::testing::UserNamed("jane", {"g"}));
  const Case kCases[] = {
      {kJane, kTokenReview, 200,
       R"("status":{"authenticated":true,"user":{"groups":["g"],"username":"jane"}})"},
      {authn::Result(), kTokenReview, 200, R"("authenticated":false)"},
      {authn::testing::Refusal(Reason::kExpired, "it is over"), kTokenReview,
       200, R"("error":"it is over")"},
      {kJane,
       R"({"apiVersion":"authentication.k8s.io/v1beta1","kind":"TokenReview","spec":{"token":"x"}})",
       200, R"("apiVersion":"authentication.k8s.io/v1beta1")"},
      {kJane,
       R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview"})", 400,
       "token is required"},
      {kJane, "{", 400, "BadRequest"},
      {kJane, Sar("v1", R"("user":"jane")"), 400, "want a TokenReview"},
  };
  for (const Case& c : kCases) {
    Headers headers;
    const HttpResponse response =
        ServeTokenReview(FakeTokens(c.who), {}, Post(c.body, &headers), 200);
    EXPECT_EQ(response.status, c.code) << c.body;
    EXPECT_NE(response.body.find(c.want), std::string::npos) << response.body;
  }
}

TEST(TokenReviewTest, AskedInTheNameOfTheServersAudiences) {
  authn::Authentication jane = authn::testing::UserNamed("jane");
  jane.audiences = std::vector<std::string>{"api"};
  const FakeTokens tokens{authn::Result(jane)};
  Headers headers;
  const HttpResponse response =
      ServeTokenReview(tokens, {"api"}, Post(kTokenReview, &headers), 201);
  EXPECT_NE(response.body.find(R"("audiences":["api"])"), std::string::npos);
  EXPECT_EQ(tokens.context().now, absl::FromUnixSeconds(1'000'000));
  EXPECT_EQ(tokens.tokens(), std::vector<std::string>{"secret-token"});
}

TEST(ReviewsTest, TheFormOfTheRequest) {
  struct Case {
    const char* method;
    const char* content_type;
    int code;
  };
  const Case kCases[] = {
      {"POST", "application/json", 200},
      {"POST", "Application/JSON; charset=utf-8", 200},
      {"POST", " application/json ;x", 200},
      {"POST", "", 200},
      {"GET", "application/json", 405},
      {"PUT", "application/json", 405},
      {"post", "application/json", 405},
      {"POST", "application/vnd.kubernetes.protobuf", 415},
      {"POST", "text/plain", 415},
      {"POST", "application/jsonx", 415},
  };
  for (const Case& c : kCases) {
    Headers headers;
    if (*c.content_type != '\0') headers.Add("content-type", c.content_type);
    Request request = Post(kTokenReview, &headers);
    request.method = c.method;
    const FakeTokens tokens{authn::Result()};
    EXPECT_EQ(ServeTokenReview(tokens, {}, request, 200).status, c.code);
    const std::string sar = Sar("v1", R"("user":"jane")");
    request.body = sar;
    const HttpResponse response =
        ServeSubjectAccessReview(Script(), request, 200);
    EXPECT_EQ(response.status, c.code);
    EXPECT_EQ(response.headers.Has("Allow"), c.code == 405);
  }
}

}  // namespace
}  // namespace gatehouse::server
