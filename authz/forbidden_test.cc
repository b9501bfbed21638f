#include "authz/forbidden.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

using Annotations = std::map<std::string, std::string>;

struct ResourceCase {
  std::string user;
  std::string verb;
  std::string group;
  std::string resource;
  std::string subresource;
  std::string name;
  std::string namespace_;
  std::string reason;
  std::string want;
};

TEST(ForbiddenMessageTest, Resources) {
  const ResourceCase kCases[] = {
      {"jane", "get", "", "pods", "", "web-1", "dev", "",
       R"(pods "web-1" is forbidden: User "jane" cannot get resource "pods" )"
       R"(in API group "" in the namespace "dev")"},
      {"jane", "list", "", "pods", "", "", "dev", "",
       R"(pods is forbidden: User "jane" cannot list resource "pods" in API )"
       R"(group "" in the namespace "dev")"},
      {"jane", "list", "", "nodes", "", "", "", "",
       R"(nodes is forbidden: User "jane" cannot list resource "nodes" in )"
       R"(API group "" at the cluster scope)"},
      {"jane", "update", "apps", "deployments", "scale", "web", "dev", "",
       R"(deployments.apps "web" is forbidden: User "jane" cannot update )"
       R"(resource "deployments/scale" in API group "apps" in the namespace )"
       R"("dev")"},
      // The reason follows, as it is.
      {"jane", "get", "", "pods", "log", "web-1", "dev", "RBAC: no <rule> & x",
       R"(pods "web-1" is forbidden: User "jane" cannot get resource )"
       R"("pods/log" in API group "" in the namespace "dev": )"
       R"(RBAC: no <rule> & x)"},
      // The sentence is escaped for HTML, the head is not.
      {"<b>&", "get", "g<", "r>", "", "n&", "ns>", "",
       R"(r>.g< "n&" is forbidden: User "&lt;b&gt;&amp;" cannot get resource )"
       R"("r&gt;" in API group "g&lt;" in the namespace "ns&gt;")"},
      // Quotes are Go's.
      {"a\"b\n", "get", "", "pods", "", "x\ty", "", "",
       R"(pods "x\ty" is forbidden: User "a\"b\n" cannot get resource )"
       R"("pods" in API group "" at the cluster scope)"},
      // Nothing to name.
      {"", "", "", "", "", "", "", "",
       R"(forbidden: User "" cannot  resource "" in API group "" at the )"
       R"(cluster scope)"},
      {"u", "get", "apps", "", "", "", "", "",
       R"(.apps is forbidden: User "u" cannot get resource "" in API group )"
       R"("apps" at the cluster scope)"},
  };
  for (const ResourceCase& c : kCases) {
    UserInfo user;
    user.name = c.user;
    Attributes request;
    request.user = &user;
    request.verb = c.verb;
    request.api_group = c.group;
    request.resource = c.resource;
    request.subresource = c.subresource;
    request.name = c.name;
    request.namespace_ = c.namespace_;
    EXPECT_EQ(ForbiddenMessage(request, c.reason), c.want);
  }
}

TEST(ForbiddenMessageTest, Paths) {
  const struct {
    const char* path;
    const char* reason;
    const char* want;
  } kCases[] = {
      {"/metrics", "", R"(forbidden: User "jane" cannot get path "/metrics")"},
      {"/metrics", "why",
       R"(forbidden: User "jane" cannot get path "/metrics": why)"},
      {"/<script>", "",
       R"(forbidden: User "jane" cannot get path "/&lt;script&gt;")"},
      {"", "", R"(forbidden: User "jane" cannot get path "")"},
  };
  UserInfo user;
  user.name = "jane";
  for (const auto& c : kCases) {
    Attributes request;
    request.user = &user;
    request.verb = "get";
    request.resource_request = false;
    request.path = c.path;
    EXPECT_EQ(ForbiddenMessage(request, c.reason), c.want);
  }
}

TEST(ForbiddenMessageTest, NoUser) {
  Attributes request;
  request.verb = "get";
  request.resource = "pods";
  EXPECT_EQ(ForbiddenMessage(request, ""),
            R"(pods is forbidden: User "" cannot get resource "pods" in API )"
            R"(group "" at the cluster scope)");
}

TEST(InternalErrorMessageTest, EscapesThroughout) {
  const struct {
    const char* uri;
    const char* error;
    const char* want;
  } kCases[] = {
      {"/api/v1/pods", "boom",
       R"(Internal Server Error: "/api/v1/pods": boom)"},
      {"/a?b=1&c=<d>", "e<f>",
       R"(Internal Server Error: "/a?b=1&amp;c=&lt;d&gt;": e&lt;f&gt;)"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(InternalErrorMessage(c.uri, absl::UnknownError(c.error)), c.want);
  }
}

TEST(ResponseTest, ErrorsCountOnlyWithoutAllow) {
  const absl::Status kError = absl::UnknownError("e");
  const struct {
    Decision decision;
    Response response;
    Annotations annotations;
  } kCases[] = {
      {{Outcome::kAllow, "r", {}},
       Response::kPass,
       {{kDecisionAnnotation, "allow"}, {kReasonAnnotation, "r"}}},
      {{Outcome::kAllow, "", {}},
       Response::kPass,
       {{kDecisionAnnotation, "allow"}, {kReasonAnnotation, ""}}},
      {{Outcome::kAllow, "r", kError},
       Response::kPass,
       {{kDecisionAnnotation, "allow"}, {kReasonAnnotation, "r"}}},
      {{Outcome::kDeny, "r", {}},
       Response::kForbidden,
       {{kDecisionAnnotation, "forbid"}, {kReasonAnnotation, "r"}}},
      {{Outcome::kNoOpinion, "", {}},
       Response::kForbidden,
       {{kDecisionAnnotation, "forbid"}, {kReasonAnnotation, ""}}},
      {{Outcome::kDeny, "r", kError},
       Response::kInternalError,
       {{kReasonAnnotation, "internal error"}}},
      {{Outcome::kNoOpinion, "r", kError},
       Response::kInternalError,
       {{kReasonAnnotation, "internal error"}}},
      // What nobody set refuses.
      {{},
       Response::kForbidden,
       {{kDecisionAnnotation, "forbid"}, {kReasonAnnotation, ""}}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    EXPECT_EQ(ResponseTo(c.decision), c.response);
    EXPECT_EQ(AuditAnnotations(c.decision), c.annotations);
  }
}

TEST(ResponseTest, AnnotationKeysAreKubernetes) {
  EXPECT_STREQ(kDecisionAnnotation, "authorization.k8s.io/decision");
  EXPECT_STREQ(kReasonAnnotation, "authorization.k8s.io/reason");
}

}  // namespace
}  // namespace gatehouse::authz
