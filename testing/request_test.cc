#include "testing/request.h"

#include <string>
#include <vector>

#include "authz/attributes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::testing {
namespace {

using ::testing::ElementsAreArray;

TEST(RequestTest, ReadsWhat) {
  const struct {
    const char* what;
    const char* resource;
    const char* group;
    const char* subresource;
    const char* path;
  } kCases[] = {
      {"pods", "pods", "", "", ""},
      {"pods/log", "pods", "", "log", ""},
      {"pods/a/b", "pods", "", "a/b", ""},
      {"deployments.apps", "deployments", "apps", "", ""},
      {"deployments.apps/scale", "deployments", "apps", "scale", ""},
      {"roles.rbac.authorization.k8s.io", "roles", "rbac.authorization.k8s.io",
       "", ""},
      {"services/proxy.x", "services", "", "proxy.x", ""},
      {"/healthz", "", "", "", "/healthz"},
      {"/apis/apps.v1/", "", "", "", "/apis/apps.v1/"},
      {"/", "", "", "", "/"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    const Request request = MakeRequest("jane", "get", c.what);
    const authz::Attributes attributes = AttributesOf(request);
    EXPECT_EQ(attributes.resource_request, *c.path == '\0');
    EXPECT_EQ(attributes.resource, c.resource);
    EXPECT_EQ(attributes.api_group, c.group);
    EXPECT_EQ(attributes.subresource, c.subresource);
    EXPECT_EQ(attributes.path, c.path);
    EXPECT_EQ(attributes.verb, "get");
    EXPECT_EQ(attributes.user, &request.user);
  }
}

TEST(RequestTest, AddsTheGroupsThatKubernetesAdds) {
  const struct {
    const char* user;
    std::vector<std::string> own;
    std::vector<std::string> groups;
  } kCases[] = {
      {"jane", {}, {"system:authenticated"}},
      {"jane", {"a", "b"}, {"a", "b", "system:authenticated"}},
      {"jane", {"system:authenticated"}, {"system:authenticated"}},
      {"jane", {"system:unauthenticated"}, {"system:unauthenticated"}},
      {"system:anonymous", {}, {"system:unauthenticated"}},
      {"system:serviceaccount:flask:backend",
       {},
       {"system:serviceaccounts", "system:serviceaccounts:flask",
        "system:authenticated"}},
      {"system:serviceaccount:flask:backend",
       {"a"},
       {"a", "system:authenticated"}},
      {"system:serviceaccount:flask", {}, {"system:authenticated"}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.user);
    EXPECT_THAT(
        MakeRequest(c.user, "get", "pods", {WithGroups(c.own)}).user.groups,
        ElementsAreArray(c.groups));
  }
}

TEST(RequestTest, Describes) {
  const struct {
    Request request;
    const char* text;
  } kCases[] = {
      {MakeRequest("jane", "list", "pods"),
       R"(user "jane" to list pods at the cluster scope)"},
      {MakeRequest("jane", "get", "pods/log",
                   {InNamespace("default"), Named("web-0")}),
       R"(user "jane" to get pods/log "web-0" in namespace "default")"},
      {MakeRequest("mary", "patch", "deployments.apps/scale",
                   {WithGroups({"a", "b"}), InNamespace("dev")}),
       R"(user "mary" (groups a, b) to patch deployments.apps/scale )"
       R"(in namespace "dev")"},
      {MakeRequest("mary", "get", "/healthz", {WithGroups({"a"})}),
       R"(user "mary" (groups a) to get /healthz)"},
      {MakeRequest("system:serviceaccount:flask:backend", "get", "nodes"),
       R"(user "system:serviceaccount:flask:backend" to get nodes )"
       "at the cluster scope"},
      {MakeRequest("jane", "get", "nodes",
                   {WithGroups({"system:serviceaccounts"})}),
       R"(user "jane" (groups system:serviceaccounts) to get nodes )"
       "at the cluster scope"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Describe(c.request), c.text);
}

}  // namespace
}  // namespace gatehouse::testing
