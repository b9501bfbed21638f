#include "rbac/testing/reference.h"

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

PolicyObjects Policy() {
  PolicyObjects policy;
  policy.cluster_roles = {
      MakeRole<k8s::ClusterRole>("", "read",
                                 {MakeRule("get,list", "", "pods")}),
      MakeRole<k8s::ClusterRole>("", "health",
                                 {MakeUrlRule("get", "/healthz/*"),
                                  MakeRule("*", "", "nodes/proxy,*/status")}),
      MakeRole<k8s::ClusterRole>("", "named",
                                 {MakeRule("*", "*", "secrets", "a,b")})};
  policy.roles = {
      MakeRole<k8s::Role>("dev", "write", {MakeRule("create", "", "pods")}),
      MakeRole<k8s::Role>("ops", "write", {MakeRule("delete", "", "pods")}),
      MakeRole<k8s::Role>("", "nowhere", {MakeRule("*", "*", "*")})};
  policy.cluster_role_bindings = {
      MakeBinding<k8s::ClusterRoleBinding>("", "gone",
                                           MakeRoleRef("ClusterRole", "gone"),
                                           {MakeSubject("User", "lost")}),
      MakeBinding<k8s::ClusterRoleBinding>(
          "", "health", MakeRoleRef("ClusterRole", "health"),
          {MakeSubject("User", "ann"), MakeSubject("Group", "ops")}),
      MakeBinding<k8s::ClusterRoleBinding>(
          "", "role", MakeRoleRef("Role", "nowhere"),
          {MakeSubject("User", "lost"), MakeSubject("ServiceAccount", "bot")}),
  };
  policy.role_bindings = {
      MakeBinding<k8s::RoleBinding>(
          "dev", "read", MakeRoleRef("ClusterRole", "read"),
          {MakeSubject("Group", "devs"), MakeSubject("User", "jane"),
           MakeSubject("ServiceAccount", "bot")}),
      MakeBinding<k8s::RoleBinding>(
          "dev", "write", MakeRoleRef("Role", "write"),
          {MakeSubject("User", "jane"),
           MakeSubject("ServiceAccount", "bot", "ops")}),
      MakeBinding<k8s::RoleBinding>("dev", "health",
                                    MakeRoleRef("ClusterRole", "health"),
                                    {MakeSubject("User", "jane")}),
      MakeBinding<k8s::RoleBinding>("dev", "odd", MakeRoleRef("Rule", "x"),
                                    {MakeSubject("User", "lost")}),
      MakeBinding<k8s::RoleBinding>("dev", "named",
                                    MakeRoleRef("ClusterRole", "named"),
                                    {MakeSubject("User", "sue")}),
      MakeBinding<k8s::RoleBinding>("", "none",
                                    MakeRoleRef("ClusterRole", "read"),
                                    {MakeSubject("User", "sue")})};
  return policy;
}

struct Case {
  const char* user;
  const char* group;  // "" for none.
  const char* verb;
  const char* namespace_;
  const char* resource;  // "res", "res/sub", or a path that begins with "/".
  const char* name;
  const char* want;  // The reason of an allow; "" or a reason that is none.
};

// A request and what it borrows from.
struct Request {
  explicit Request(const Case& c) {
    user.name = c.user;
    if (*c.group != '\0') user.groups = {c.group};
    const std::vector<std::string> parts = absl::StrSplit(c.resource, '/');
    resource = parts[0];
    if (parts.size() == 2) subresource = parts[1];
    attributes.user = &user;
    attributes.verb = c.verb;
    attributes.resource_request = c.resource[0] != '/';
    attributes.namespace_ = c.namespace_;
    attributes.resource = resource;
    attributes.subresource = subresource;
    attributes.name = c.name;
    attributes.path = c.resource;
  }
  UserInfo user;
  std::string resource;
  std::string subresource;
  authz::Attributes attributes;
};

constexpr char kBotInDev[] = "system:serviceaccount:dev:bot";
constexpr char kBotInOps[] = "system:serviceaccount:ops:bot";

TEST(ReferenceTest, Authorize) {
  const Case kCases[] = {
      {"jane", "", "get", "dev", "pods", "x",
       R"(RBAC: allowed by RoleBinding "read/dev" of ClusterRole "read" to )"
       R"(User "jane")"},
      {"jane", "devs", "get", "dev", "pods", "x",
       R"(RBAC: allowed by RoleBinding "read/dev" of ClusterRole "read" to )"
       R"(Group "devs")"},
      {"jane", "", "create", "dev", "pods", "",
       R"(RBAC: allowed by RoleBinding "write/dev" of Role "write" to )"
       R"(User "jane")"},
      {kBotInDev, "", "list", "dev", "pods", "",
       R"(RBAC: allowed by RoleBinding "read/dev" of ClusterRole "read" to )"
       R"(ServiceAccount "bot/dev")"},
      {kBotInOps, "", "create", "dev", "pods", "",
       R"(RBAC: allowed by RoleBinding "write/dev" of Role "write" to )"
       R"(ServiceAccount "bot/ops")"},
      {"ann", "", "get", "", "/healthz/ping", "",
       R"(RBAC: allowed by ClusterRoleBinding "health" of ClusterRole )"
       R"("health" to User "ann")"},
      {"x", "ops", "put", "any", "nodes/proxy", "n",
       R"(RBAC: allowed by ClusterRoleBinding "health" of ClusterRole )"
       R"("health" to Group "ops")"},
      {"ann", "", "patch", "", "pods/status", "n",
       R"(RBAC: allowed by ClusterRoleBinding "health" of ClusterRole )"
       R"("health" to User "ann")"},
      {"sue", "", "get", "dev", "secrets", "b",
       R"(RBAC: allowed by RoleBinding "named/dev" of ClusterRole "named" to )"
       R"(User "sue")"},
      // A path has no namespace in a server; if it is given one, the walk is
      // the same.
      {"jane", "", "get", "dev", "/healthz/ping", "",
       R"(RBAC: allowed by RoleBinding "health/dev" of ClusterRole "health" )"
       R"(to User "jane")"},
      // No opinion.
      {"jane", "", "delete", "dev", "pods", "x", ""},
      {"jane", "", "get", "ops", "pods", "x", ""},
      {"jane", "", "get", "", "pods", "x", ""},
      {"jane", "", "get", "", "/healthz/ping", "", ""},
      {"jane", "", "get", "ops", "/healthz/ping", "", ""},
      {"bob", "", "get", "dev", "pods", "x", ""},
      {"sue", "", "list", "dev", "secrets", "", ""},
      {"sue", "", "get", "", "pods", "", ""},
      {"ann", "", "get", "", "/healthz", "", ""},
      {kBotInOps, "", "list", "dev", "pods", "", ""},
      {kBotInDev, "", "create", "dev", "pods", "", ""},
      // Roles that cannot be resolved are told to those whom they concern.
      {"lost", "", "get", "", "pods", "x",
       R"(RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, )"
       R"(role.rbac.authorization.k8s.io "nowhere" not found])"},
      {"lost", "", "get", "dev", "pods", "x",
       R"(RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, )"
       R"(role.rbac.authorization.k8s.io "nowhere" not found, )"
       R"(unsupported role reference kind: "Rule"])"},
      // An allow drops them.
      {"lost", "devs", "get", "dev", "pods", "x",
       R"(RBAC: allowed by RoleBinding "read/dev" of ClusterRole "read" to )"
       R"(Group "devs")"},
  };
  const ReferenceAuthorizer reference(Policy());
  for (const Case& c : kCases) {
    const Request request(c);
    const authz::Decision got = reference.Authorize(request.attributes);
    const bool allowed =
        absl::string_view(c.want).substr(0, 13) == "RBAC: allowed";
    EXPECT_EQ(got.outcome,
              allowed ? authz::Outcome::kAllow : authz::Outcome::kNoOpinion);
    EXPECT_EQ(got.reason, c.want) << c.user << " " << c.verb;
    EXPECT_TRUE(got.error.ok());
    EXPECT_EQ(reference.Decide(request.attributes), got.outcome);
  }
}

TEST(ReferenceTest, WithoutUserThereIsNoRight) {
  const ReferenceAuthorizer reference(Policy());
  authz::Attributes attributes;
  attributes.verb = "get";
  EXPECT_EQ(reference.Authorize(attributes).outcome,
            authz::Outcome::kNoOpinion);
}

struct RulesCase {
  const char* user;
  const char* namespace_;
  size_t rules;
  size_t resource_rules;
  size_t url_rules;
  const char* error;
};

TEST(ReferenceTest, RulesFor) {
  const RulesCase kCases[] = {
      {"jane", "dev", 4, 3, 1, ""},
      {"jane", "ops", 0, 0, 0, ""},
      {"jane", "", 0, 0, 0, ""},
      {"ann", "dev", 2, 1, 1, ""},
      {"ann", "", 2, 1, 1, ""},
      {"bob", "dev", 0, 0, 0, ""},
      {"lost", "", 0, 0, 0,
       R"([clusterrole.rbac.authorization.k8s.io "gone" not found, )"
       R"(role.rbac.authorization.k8s.io "nowhere" not found])"},
  };
  const ReferenceAuthorizer reference(Policy());
  for (const RulesCase& c : kCases) {
    SCOPED_TRACE(c.user);
    UserInfo user;
    user.name = c.user;
    absl::Status error;
    EXPECT_EQ(reference.PolicyRulesFor(user, c.namespace_, &error).size(),
              c.rules);
    EXPECT_EQ(error.message(), c.error);
    EXPECT_EQ(reference.PolicyRulesFor(user, c.namespace_, nullptr).size(),
              c.rules);
    const authz::Rules got = reference.RulesFor(user, c.namespace_);
    EXPECT_EQ(got.resource_rules.size(), c.resource_rules);
    EXPECT_EQ(got.non_resource_rules.size(), c.url_rules);
    EXPECT_EQ(got.error, error);
    EXPECT_FALSE(got.incomplete);
  }
}

struct SubjectsCase {
  Case request;
  const char* super_user;
  const char* want;
};

TEST(ReferenceTest, AllowedSubjects) {
  const SubjectsCase kCases[] = {
      {{"", "", "get", "dev", "pods", "x", ""},
       "",
       "Group system:masters|Group devs|User jane|ServiceAccount bot"},
      {{"", "", "get", "", "pods", "x", ""}, "", "Group system:masters"},
      {{"", "", "get", "*", "pods", "x", ""},
       "root",
       "Group system:masters|User root"},
      {{"", "", "put", "dev", "nodes/proxy", "", ""},
       "",
       "Group system:masters|User ann|Group ops|User jane"},
      {{"", "", "get", "", "/healthz/", "", ""},
       "",
       "Group system:masters|User ann|Group ops"},
  };
  const ReferenceAuthorizer reference(Policy());
  for (const SubjectsCase& c : kCases) {
    const Request request(c.request);
    const auto got =
        reference.AllowedSubjects(request.attributes, c.super_user);
    EXPECT_EQ(
        absl::StrJoin(got.subjects, "|",
                      [](std::string* out, const auto& subject) {
                        out->append(subject.kind() + " " + subject.name());
                      }),
        c.want);
    // Whose roles are missing does not matter here: all bindings are looked at.
    EXPECT_FALSE(got.error.ok());
  }
}

}  // namespace
}  // namespace gatehouse::rbac
