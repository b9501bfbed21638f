#include "authz/path_authorizer.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

Attributes Get(absl::string_view path) {
  Attributes request;
  request.verb = "get";
  request.resource_request = false;
  request.path = path;
  return request;
}

TEST(PathAuthorizerTest, AllowsListedPaths) {
  const struct {
    std::vector<std::string> listed;
    std::string path;
    bool allowed;
  } kCases[] = {
      {{}, "/", false},
      {{}, "", false},
      // An exact path; the leading slash is optional on both sides.
      {{"/version"}, "/version", true},
      {{"version"}, "/version", true},
      {{"/version"}, "version", true},
      {{"version"}, "version", true},
      {{"/version"}, "//version", false},
      {{"//version"}, "//version", true},
      {{"//version"}, "/version", false},
      {{"/version"}, "/version/", false},
      {{"/version/"}, "/version/", true},
      {{"/version/"}, "/version", false},
      {{"/version"}, "/versions", false},
      {{"/version"}, "/Version", false},
      {{"/version"}, "/", false},
      {{"/version"}, "", false},
      // The root.
      {{"/"}, "/", true},
      {{"/"}, "", true},
      {{""}, "/", true},
      {{"/"}, "/version", false},
      // Prefixes are of the text, not of segments.
      {{"/healthz*"}, "/healthz", true},
      {{"/healthz*"}, "/healthz/etcd", true},
      {{"/healthz*"}, "/healthzzz", true},
      {{"/healthz*"}, "/health", false},
      {{"healthz*"}, "/healthz/etcd", true},
      {{"/healthz/*"}, "/healthz/", true},
      {{"/healthz/*"}, "/healthz/etcd/x", true},
      {{"/healthz/*"}, "/healthz", false},
      {{"/healthz/*"}, "/livez/healthz/", false},
      // Everything.
      {{"/*"}, "/", true},
      {{"/*"}, "", true},
      {{"*"}, "/a/b/c", true},
      // Any entry suffices.
      {{"/a", "/b/*"}, "/a", true},
      {{"/a", "/b/*"}, "/b/c", true},
      {{"/a", "/b/*"}, "/a/c", false},
      // Stars in the request are text.
      {{"/a"}, "/*", false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(testing::PrintToString(c.listed) + " " + c.path);
    const auto authorizer = PathAuthorizer::Create(c.listed);
    ASSERT_TRUE(authorizer.ok()) << authorizer.status();
    const Outcome want = c.allowed ? Outcome::kAllow : Outcome::kNoOpinion;
    const Decision decision = (*authorizer)->Authorize(Get(c.path));
    EXPECT_EQ(decision.outcome, want);
    EXPECT_EQ(decision.reason, "");
    EXPECT_TRUE(decision.error.ok());
    EXPECT_EQ((*authorizer)->Decide(Get(c.path)), want);
  }
}

TEST(PathAuthorizerTest, RefusesStarsElsewhere) {
  const struct {
    std::vector<std::string> listed;
    std::string want;
  } kCases[] = {
      {{"/a*b"}, R"(only trailing * allowed in "a*b")"},
      {{"a*b"}, R"(only trailing * allowed in "a*b")"},
      {{"/a**"}, R"(only trailing * allowed in "a**")"},
      {{"**"}, R"(only trailing * allowed in "**")"},
      {{"*/"}, R"(only trailing * allowed in "*/")"},
      {{"/ok", "/*/x", "/*y"}, R"(only trailing * allowed in "*/x")"},
  };
  for (const auto& c : kCases) {
    const auto authorizer = PathAuthorizer::Create(c.listed);
    EXPECT_EQ(authorizer.status().message(), c.want);
    EXPECT_EQ(authorizer.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(authorizer.status()), Reason::kInvalid);
  }
}

TEST(PathAuthorizerTest, AnyVerbAndAnybody) {
  const auto authorizer = PathAuthorizer::Create({"/livez"});
  ASSERT_TRUE(authorizer.ok());
  Attributes request = Get("/livez");
  for (const char* verb : {"get", "post", "delete", "", "*"}) {
    request.verb = verb;
    EXPECT_EQ((*authorizer)->Decide(request), Outcome::kAllow) << verb;
  }
}

TEST(PathAuthorizerTest, ResourceRequestsAreNotItsBusiness) {
  const auto authorizer = PathAuthorizer::Create({"/*"});
  ASSERT_TRUE(authorizer.ok());
  Attributes request = Get("/api/v1/pods");
  request.resource_request = true;
  EXPECT_EQ((*authorizer)->Decide(request), Outcome::kNoOpinion);
  EXPECT_EQ((*authorizer)->Authorize(request).outcome, Outcome::kNoOpinion);
}

TEST(PathAuthorizerTest, DefaultsAreTheHealthChecks) {
  const std::vector<std::string> listed(std::begin(kDefaultAlwaysAllowPaths),
                                        std::end(kDefaultAlwaysAllowPaths));
  const auto authorizer = PathAuthorizer::Create(listed);
  ASSERT_TRUE(authorizer.ok());
  for (const char* path : {"/healthz", "/readyz", "/livez"}) {
    EXPECT_EQ((*authorizer)->Decide(Get(path)), Outcome::kAllow) << path;
  }
  for (const char* path : {"/healthz/etcd", "/metrics", "/"}) {
    EXPECT_EQ((*authorizer)->Decide(Get(path)), Outcome::kNoOpinion) << path;
  }
}

}  // namespace
}  // namespace gatehouse::authz
