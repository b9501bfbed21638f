#include "server/guard.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/testing/fake_authenticator.h"
#include "authz/impersonation/constrained.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::server {
namespace {

using authn::testing::FakeAuthenticator;
using authn::testing::UserNamed;

// Allows by "user verb resource-or-path"; "broken" users get an error.
class Script : public authz::Authorizer {
 public:
  explicit Script(std::vector<std::string> allowed)
      : allowed_(std::move(allowed)) {}
  authz::Decision Authorize(const authz::Attributes& a) const override {
    const std::string question =
        absl::StrCat(a.user->name, " ", a.verb, " ",
                     a.resource_request ? a.resource : a.path);
    for (const std::string& allowed : allowed_) {
      if (allowed == question) {
        return {authz::Outcome::kAllow, "it is in the list", {}};
      }
    }
    if (a.user->name == "broken") {
      return {authz::Outcome::kNoOpinion, "", absl::UnknownError("no <idea>")};
    }
    return {authz::Outcome::kNoOpinion, "not in the list", {}};
  }

 private:
  const std::vector<std::string> allowed_;
};

// A guard over fakes, and what it wrote for the audit log.
class World {
 public:
  World(authn::Result answer, std::vector<std::string> allowed,
        bool impersonation = true) {
    const auto authorizer = std::make_shared<Script>(std::move(allowed));
    GuardOptions options;
    options.authenticator =
        std::make_shared<FakeAuthenticator>(std::move(answer));
    options.authorizer = authorizer;
    if (impersonation) {
      options.impersonator =
          std::make_shared<authz::ConstrainedImpersonator>(authorizer);
    }
    options.audit = [this](const AuditRecord& record) {
      lines_.push_back(absl::StrCat(
          record.code, " ", record.request.method, " ", record.info.verb,
          " user=", record.user == nullptr ? "-" : record.user->name, " as=",
          record.impersonated_user == nullptr ? "-"
                                              : record.impersonated_user->name,
          " by=", record.impersonation_constraint,
          " credential=", record.credential_id,
          " error=", record.authentication_error.message(), " ",
          absl::StrJoin(record.annotations, ",", absl::PairFormatter("="))));
    };
    auto guard = Guard::Create(std::move(options));
    EXPECT_TRUE(guard.ok());
    guard_ = *std::move(guard);
  }

  Access Check(absl::string_view path, std::vector<Headers::Field> headers = {},
               int http_major = 1) {
    headers_ = Headers(std::move(headers));
    Request request;
    request.method = "GET";
    request.target = path;
    request.path = path;
    request.headers = &headers_;
    request.http_major = http_major;
    return guard_->Check(request);
  }

  // What is left of the request's headers.
  const Headers& headers() const { return headers_; }
  const std::vector<std::string>& audit() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  Headers headers_;
  std::unique_ptr<Guard> guard_;
};

authn::Authentication Ann() {
  authn::Authentication ann = UserNamed("ann", {"devs"});
  ann.authenticator = "test";
  ann.credential_id = "JTI=7";
  return ann;
}

TEST(GuardTest, WhatBecomesOfARequest) {
  struct Case {
    authn::Result who;
    const char* path;
    std::vector<Headers::Field> headers;
    int code;          // 0: admitted.
    const char* text;  // The user, or a part of the answer.
  };
  const Case kCases[] = {
      {Ann(), "/api/v1/pods", {}, 0, "ann"},
      {Ann(), "/healthz", {}, 0, "ann"},
      {Ann(),
       "/api/v1/nodes",
       {},
       403,
       "nodes is forbidden: User \\\"ann\\\" cannot list resource "
       "\\\"nodes\\\" in API group \\\"\\\" at the cluster scope: not in the "
       "list"},
      {Ann(),
       "/metrics",
       {},
       403,
       "forbidden: User \\\"ann\\\" cannot get path \\\"/metrics\\\""},
      {authn::Result(), "/api/v1/pods", {}, 401, "Unauthorized"},
      {authn::testing::Refusal(Reason::kExpired, "it is over"),
       "/api/v1/pods",
       {},
       401,
       "\"message\":\"Unauthorized\""},
      {UserNamed("broken"),
       "/api/v1/pods",
       {},
       500,
       "Internal Server Error: \\\"/api/v1/pods\\\": no &lt;idea&gt;"},
      {Ann(), "/api/v1/watch", {}, 500, "unable to determine kind"},
      // Impersonation: the request is joe's then.
      {Ann(), "/api/v1/pods", {{"Impersonate-User", "joe"}}, 0, "joe"},
      {Ann(),
       "/api/v1/nodes",
       {{"Impersonate-User", "joe"}},
       403,
       "User \\\"joe\\\" cannot list"},
      {Ann(),
       "/api/v1/pods",
       {{"Impersonate-User", "sue"}},
       403,
       "User \\\"ann\\\" cannot impersonate"},
      {Ann(),
       "/api/v1/pods",
       {{"Impersonate-Group", "g"}},
       400,
       "without impersonating a user name"},
      {authn::Result(),
       "/api/v1/pods",
       {{"Impersonate-User", "joe"}},
       401,
       "Unauthorized"},
  };
  for (const Case& c : kCases) {
    World world(c.who, {"ann list pods", "ann get /healthz", "joe list pods",
                        "ann impersonate-on:user-info:list pods",
                        "ann impersonate-on:user-info:list nodes",
                        "ann impersonate:user-info users"});
    // sue is nobody whom ann may be.
    World strict(c.who, {"ann list pods"});
    const bool sue = !c.headers.empty() && c.headers.front().second == "sue";
    World& asked = sue ? strict : world;
    const Access access = asked.Check(c.path, c.headers);
    EXPECT_EQ(access.admitted, c.code == 0) << c.path;
    if (access.admitted) {
      EXPECT_EQ(access.user.name, c.text);
      ASSERT_NE(access.requestor, nullptr);
      EXPECT_EQ(access.requestor->user.name, "ann");
    } else {
      EXPECT_EQ(access.response.status, c.code);
      EXPECT_NE(access.response.body.find(c.text), std::string::npos)
          << access.response.body;
    }
    EXPECT_EQ(asked.audit().size(), 1u);
  }
}

// A header that says why would tell a stranger what is worth trying.
TEST(GuardTest, A401SaysNothingElse) {
  World world(authn::testing::Refusal(Reason::kExpired, "it is over"), {});
  const Access access = world.Check("/api/v1/pods");
  EXPECT_EQ(access.response.body.find("over"), std::string::npos);
  EXPECT_EQ(world.audit().front(),
            "401 GET list user=- as=- by= credential= error=it is over ");
}

TEST(GuardTest, NoHeaderOfACredentialIsLeft) {
  const std::vector<Headers::Field> kHeaders = {{"AUTHORIZATION", "Bearer x"},
                                                {"x-remote-user", "root"},
                                                {"X-Remote-Group", "g"},
                                                {"x-remote-extra-a", "b"},
                                                {"impersonate-user", "joe"},
                                                {"IMPERSONATE-EXTRA-K", "v"},
                                                {"Accept", "*/*"}};
  const authn::Result kAnswers[] = {
      Ann(), authn::Result(),
      authn::testing::Refusal(Reason::kExpired, "it is over")};
  for (const authn::Result& answer : kAnswers) {
    for (const bool impersonation : {true, false}) {
      World world(answer, {"ann list pods"}, impersonation);
      world.Check("/api/v1/pods", kHeaders);
      const std::vector<Headers::Field> kWant = {{"Accept", "*/*"}};
      EXPECT_EQ(world.headers().fields(), kWant);
    }
  }
}

TEST(GuardTest, WithoutImpersonationWhoAsksForItIsRefused) {
  World world(Ann(), {"ann list pods"}, /*impersonation=*/false);
  EXPECT_TRUE(world.Check("/api/v1/pods").admitted);
  EXPECT_TRUE(world.Check("/api/v1/pods", {{"Impersonate-User", ""}}).admitted);
  for (const char* name : {"Impersonate-User", "Impersonate-Group"}) {
    const Access access = world.Check("/api/v1/pods", {{name, "x"}});
    EXPECT_FALSE(access.admitted);
    EXPECT_EQ(access.response.status, 403);
  }
}

TEST(GuardTest, TheAuditRecord) {
  World world(Ann(), {"ann list pods", "joe list pods",
                      "ann impersonate-on:user-info:list pods",
                      "ann impersonate:user-info users"});
  world.Check("/api/v1/pods");
  world.Check("/api/v1/pods", {{"Impersonate-User", "joe"}});
  world.Check("/api/v1/secrets");
  const std::vector<std::string> kWant = {
      "0 GET list user=ann as=- by= credential=JTI=7 error= "
      "authorization.k8s.io/decision=allow,authorization.k8s.io/reason=it is "
      "in the list",
      "0 GET list user=ann as=joe by=impersonate:user-info credential=JTI=7 "
      "error= authorization.k8s.io/decision=allow,authorization.k8s.io/reason="
      "it is in the list",
      "403 GET list user=ann as=- by= credential=JTI=7 error= "
      "authorization.k8s.io/decision=forbid,authorization.k8s.io/reason=not "
      "in the list"};
  EXPECT_EQ(world.audit(), kWant);
}

// Leaves a warning, as a token that should be replaced does.
class Warner : public authn::Authenticator {
 public:
  authn::Result Authenticate(const authn::Request& request) const override {
    request.notes->warnings.emplace_back("use another token");
    request.notes->audit_annotations.emplace_back("k", "v");
    return Ann();
  }
};

TEST(GuardTest, WarningsGoWithTheResponse) {
  GuardOptions options;
  options.authenticator = std::make_shared<Warner>();
  options.authorizer =
      std::make_shared<Script>(std::vector<std::string>{"ann list pods"});
  const auto guard = Guard::Create(std::move(options));
  ASSERT_TRUE(guard.ok());
  Headers headers;
  Request request;
  request.method = "GET";
  request.headers = &headers;
  request.path = "/api/v1/pods";
  HttpResponse handled;
  (*guard)->Check(request).Finish(&handled);
  EXPECT_EQ(handled.headers.First("Warning"), "299 - \"use another token\"");
  request.path = "/api/v1/nodes";
  EXPECT_EQ((*guard)->Check(request).response.headers.First("Warning"),
            "299 - \"use another token\"");
}

TEST(GuardTest, StrangersOnHttp2AreSentAway) {
  World strangers(authn::Result(), {});
  EXPECT_EQ(strangers.Check("/x", {}, 2).response.headers.First("Connection"),
            "close");
  EXPECT_FALSE(strangers.Check("/x", {}, 1).response.headers.Has("Connection"));
  World anonymous(UserNamed("system:anonymous", {"system:unauthenticated"}),
                  {"system:anonymous get /x"});
  const Access access = anonymous.Check("/x", {}, 2);
  EXPECT_TRUE(access.admitted);
  EXPECT_EQ(access.response_headers.First("Connection"), "close");
}

TEST(GuardTest, WithoutItsPartsThereIsNone) {
  GuardOptions no_authorizer;
  no_authorizer.authenticator = std::make_shared<Warner>();
  EXPECT_EQ(ReasonOf(Guard::Create(std::move(no_authorizer)).status()),
            Reason::kInvalid);
  GuardOptions no_authenticator;
  no_authenticator.authorizer =
      std::make_shared<Script>(std::vector<std::string>());
  EXPECT_EQ(ReasonOf(Guard::Create(std::move(no_authenticator)).status()),
            Reason::kInvalid);
  EXPECT_FALSE(Access().admitted);
}

}  // namespace
}  // namespace gatehouse::server
