#include "rbac/policy.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/core.pb.h"
#include "proto/rbac.pb.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

using ::testing::ElementsAre;

std::unique_ptr<Policy> MakePolicy(
    const std::vector<objects::Object>& objects) {
  auto policy = Policy::Create(objects);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? std::move(*policy) : nullptr;
}

// "yes", "no", or the reason if there is one. Checks that both ways to ask
// agree and that nothing is an error.
std::string Answer(const Policy& policy, const Request& request) {
  const authz::Decision decision = policy.Authorize(request.Attributes());
  EXPECT_EQ(policy.Decide(request.Attributes()), decision.outcome)
      << request.DebugString();
  EXPECT_TRUE(decision.error.ok()) << decision.error;
  EXPECT_NE(decision.outcome, authz::Outcome::kDeny);
  const bool allowed = decision.outcome == authz::Outcome::kAllow;
  return absl::StrCat(allowed ? "yes" : "no",
                      decision.reason.empty() ? "" : " ", decision.reason);
}

objects::Object Reader(absl::string_view verbs = "get") {
  return ClusterRoleOf("reader", {MakeRule(verbs, "", "pods")});
}

// ---- Decisions with their reasons ----

std::vector<objects::Object> Sample() {
  return {
      Reader(),
      ClusterRoleOf("health", {MakeUrlRule("get", "/healthz*")}),
      RoleOf("dev", "writer", {MakeRule("create", "", "pods")}),
      RoleOf("", "nowhere", {MakeRule("*", "*", "*", kNone, "*")}),
      ClusterBindingOf("health", "ClusterRole:health",
                       "User:ann,Group:ops,ServiceAccount:bot:ci"),
      ClusterBindingOf("to-role", "Role:nowhere", "User:odd"),
      ClusterBindingOf("no-namespace", "ClusterRole:reader",
                       "ServiceAccount:bot"),
      BindingOf("dev", "read", "ClusterRole:reader",
                "Group:devs,User:jane,ServiceAccount:bot"),
      BindingOf("dev", "health", "ClusterRole:health", "User:jane"),
      BindingOf("dev", "write", "Role:writer", "User:jane"),
      BindingOf("ops", "write", "Role:writer", "User:jane"),
      BindingOf("dev", "kind", "Rule:x", "User:odd"),
      BindingOf("", "none", "ClusterRole:reader", "User:sue"),
      ClusterBindingOf("quoted", "ClusterRole:reader", "User:a\"b\n"),
  };
}

struct Case {
  const char* who;
  const char* verb;
  const char* ns;
  const char* what;
  const char* want;
};

TEST(PolicyTest, DecisionsAndReasons) {
  const Case kCases[] = {
      {"jane", "get", "dev", "pods",
       R"(yes RBAC: allowed by RoleBinding "read/dev" of ClusterRole "reader" )"
       R"(to User "jane")"},
      {"jane,devs", "get", "dev", "pods",
       R"(yes RBAC: allowed by RoleBinding "read/dev" of ClusterRole "reader" )"
       R"(to Group "devs")"},
      {"jane", "create", "dev", "pods",
       R"(yes RBAC: allowed by RoleBinding "write/dev" of Role "writer" )"
       R"(to User "jane")"},
      {"system:serviceaccount:dev:bot", "get", "dev", "pods",
       R"(yes RBAC: allowed by RoleBinding "read/dev" of ClusterRole "reader" )"
       R"(to ServiceAccount "bot/dev")"},
      {"system:serviceaccount:ci:bot", "get", "", "/healthz/x",
       R"(yes RBAC: allowed by ClusterRoleBinding "health" of ClusterRole )"
       R"("health" to ServiceAccount "bot/ci")"},
      {"x,ops", "get", "", "/healthz",
       R"(yes RBAC: allowed by ClusterRoleBinding "health" of ClusterRole )"
       R"("health" to Group "ops")"},
      {"a\"b\n", "get", "any", "pods",
       R"(yes RBAC: allowed by ClusterRoleBinding "quoted" of ClusterRole )"
       R"("reader" to User "a\"b\n")"},
      {"jane", "get", "", "pods", "no"},
      {"jane", "get", "kube-system", "pods", "no"},
      {"jane", "get", "dev", "pods.apps", "no"},
      {"jane", "delete", "dev", "pods", "no"},
      {"Jane", "get", "dev", "pods", "no"},
      {"devs", "get", "dev", "pods", "no"},
      // A RoleBinding grants no URLs, for such requests have no namespace.
      {"jane", "get", "", "/healthz", "no"},
      {"jane", "create", "ops", "pods",
       R"(no RBAC: role.rbac.authorization.k8s.io "writer" not found)"},
      {"odd", "get", "", "pods",
       R"(no RBAC: role.rbac.authorization.k8s.io "nowhere" not found)"},
      {"odd", "get", "dev", "pods",
       R"(no RBAC: [role.rbac.authorization.k8s.io "nowhere" not found, )"
       R"(unsupported role reference kind: "Rule"])"},
      // An account without namespace in a ClusterRoleBinding is nobody.
      {"system:serviceaccount::bot", "get", "dev", "pods", "no"},
      {"system:serviceaccount:x:bot", "get", "x", "pods", "no"},
      // A RoleBinding without namespace applies nowhere.
      {"sue", "get", "", "pods", "no"},
      {"sue", "get", "dev", "pods", "no"},
      // No superuser here.
      {"root,system:masters", "get", "dev", "pods", "no"},
      {"", "get", "dev", "pods", "no"},
  };
  const auto policy = MakePolicy(Sample());
  for (const Case& c : kCases) {
    EXPECT_EQ(Answer(*policy, Ask(c.who, c.verb, c.ns, c.what)), c.want)
        << c.who << " " << c.verb << " " << c.ns << " " << c.what;
  }
}

TEST(PolicyTest, ARequestWithoutUserHasNoRights) {
  const auto policy =
      MakePolicy({ClusterRoleOf("all", {MakeRule("*", "*", "*", kNone, "*")}),
                  ClusterBindingOf("b", "ClusterRole:all",
                                   "User:,Group:,User:system:anonymous,"
                                   "Group:system:unauthenticated")});
  Request request = Ask("", "get", "dev", "pods");
  EXPECT_THAT(Answer(*policy, request), testing::StartsWith("yes "));
  request.has_user = false;
  EXPECT_EQ(Answer(*policy, request), "no");
}

TEST(PolicyTest, AnEmptyPolicyHasNoOpinion) {
  const Policy policy;
  EXPECT_EQ(Answer(policy, Ask("u,g", "get", "dev", "pods")), "no");
  EXPECT_EQ(Answer(policy, Ask("u,g", "get", "", "/")), "no");
  EXPECT_TRUE(policy.RulesFor(UserInfo(), "dev").resource_rules.empty());
}

// Where several bindings grant, the reason names the first in order of visits:
// the cluster's before the namespace's.
TEST(PolicyTest, TheReasonNamesTheFirstThatGrants) {
  const auto policy = MakePolicy(
      {Reader(), BindingOf("dev", "b1", "ClusterRole:reader", "User:u"),
       ClusterBindingOf("dangling", "ClusterRole:gone", "User:u"),
       ClusterBindingOf("c2", "ClusterRole:reader", "Group:g"),
       ClusterBindingOf("c1", "ClusterRole:reader", "User:u")});
  EXPECT_THAT(Answer(*policy, Ask("u,g", "get", "dev", "pods")),
              testing::HasSubstr("\"c2\""));
  EXPECT_THAT(Answer(*policy, Ask("u", "get", "dev", "pods")),
              testing::HasSubstr("\"c1\""));
}

// ---- Create and Replace ----

struct DuplicateCase {
  objects::Object object;
  const char* want;
};

TEST(PolicyTest, DuplicatesAreRefused) {
  const auto with_source = [](objects::Object object) {
    object.source = "roles.yaml:7:1";
    return object;
  };
  const DuplicateCase kCases[] = {
      {Reader(), R"(ClusterRole "reader" is there twice)"},
      {with_source(Reader("list")),
       R"(roles.yaml:7:1: ClusterRole "reader" is there twice)"},
      {RoleOf("dev", "r", {}), R"(Role "dev/r" is there twice)"},
      {ClusterBindingOf("b", "Role:x", kNone),
       R"(ClusterRoleBinding "b" is there twice)"},
      {with_source(BindingOf("dev", "b", "Role:x", kNone)),
       R"(roles.yaml:7:1: RoleBinding "dev/b" is there twice)"},
  };
  for (const DuplicateCase& c : kCases) {
    const std::vector<objects::Object> twice = {
        Reader("watch"), c.object,
        ClusterBindingOf("all", "ClusterRole:reader", "User:u"), c.object};
    const absl::Status created = Policy::Create(twice).status();
    EXPECT_EQ(created.code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(ReasonOf(created), Reason::kDuplicate);
    EXPECT_THAT(std::string(created.message()), testing::EndsWith(c.want));
  }
}

TEST(PolicyTest, AFailedReplaceChangesNothing) {
  const auto policy = MakePolicy(
      {Reader(), ClusterBindingOf("b", "ClusterRole:reader", "User:u")});
  const uint64_t generation = policy->generation();
  const absl::Status status =
      policy->Replace({{ClusterBindingOf("c", "ClusterRole:reader", "User:v"),
                        Reader(), Reader()}});
  EXPECT_EQ(ReasonOf(status), Reason::kDuplicate);
  EXPECT_EQ(status.message(), R"(ClusterRole "reader" is there twice)");
  EXPECT_EQ(policy->generation(), generation);
  EXPECT_THAT(Answer(*policy, Ask("u", "get", "", "pods")),
              testing::StartsWith("yes "));
  EXPECT_EQ(Answer(*policy, Ask("v", "get", "", "pods")), "no");
}

TEST(PolicyTest, ReplaceLeavesNothingOfTheOldPolicy) {
  const auto policy = MakePolicy(Sample());
  ASSERT_TRUE(
      policy
          ->Replace({{Reader("list"),
                      ClusterBindingOf("b", "ClusterRole:reader", "User:u")}})
          .ok());
  EXPECT_THAT(Answer(*policy, Ask("u", "list", "", "pods")),
              testing::StartsWith("yes "));
  for (const char* who : {"jane,devs", "ann,ops", "odd", "u"}) {
    EXPECT_EQ(Answer(*policy, Ask(who, "get", "dev", "pods")), "no");
    EXPECT_EQ(Answer(*policy, Ask(who, "get", "", "/healthz")), "no");
  }
  ASSERT_TRUE(policy->Replace({}).ok());
  EXPECT_EQ(Answer(*policy, Ask("u", "list", "", "pods")), "no");
}

TEST(PolicyTest, OtherKindsArePassedOver) {
  k8s::Namespace ns;
  ns.mutable_metadata()->set_name("dev");
  const objects::Object object = objects::MakeObject(ns);
  EXPECT_TRUE(Policy::Create({{object, object, Reader()}}).ok());
}

// ---- Apply ----

TEST(PolicyTest, EveryChangeRaisesTheGeneration) {
  Policy policy;
  uint64_t last = policy.generation();
  const auto risen = [&] {
    const uint64_t now = policy.generation();
    return now > std::exchange(last, now);
  };
  policy.Apply({{Reader()}, {}});
  EXPECT_TRUE(risen());
  policy.Apply({{}, {Reader()}});
  EXPECT_TRUE(risen());
  ASSERT_TRUE(policy.Replace({{Reader()}}).ok());
  EXPECT_TRUE(risen());
  ASSERT_TRUE(policy.Replace({}).ok());
  EXPECT_TRUE(risen());
  policy.Apply({{Reader()}, {}});
  EXPECT_TRUE(risen()) << "a change after a Replace";
}

// A step changes the policy; then `who` is asked for "get" and "list".
struct Step {
  const char* what;
  PolicyUpdate update;
  const char* may_get;  // Of u, v and w.
  const char* may_list;
};

std::string WhoMay(const Policy& policy, absl::string_view verb) {
  std::string out;
  for (const char* who : {"u", "v", "w"}) {
    const std::string answer = Answer(policy, Ask(who, verb, "dev", "pods"));
    if (answer.substr(0, 3) == "yes") out += who;
  }
  return out;
}

TEST(PolicyTest, UpdatesStepByStep) {
  const auto bind = [](const char* role, const char* subjects) {
    return BindingOf("dev", "b", role, subjects);
  };
  const Step kSteps[] = {
      {"a binding whose role is missing",
       {{bind("ClusterRole:reader", "User:u")}, {}},
       "",
       ""},
      {"the role comes", {{Reader()}, {}}, "u", ""},
      {"the role changes", {{Reader("get,list")}, {}}, "u", "u"},
      {"another subject",
       {{bind("ClusterRole:reader", "User:v")}, {}},
       "v",
       "v"},
      {"the role goes", {{}, {Reader()}}, "", ""},
      {"the role comes again, with less", {{Reader("list")}, {}}, "", "v"},
      {"a role of the namespace",
       {{RoleOf("dev", "reader", {MakeRule("get", "", "pods")})}, {}},
       "",
       "v"},
      {"the binding refers to that one",
       {{bind("Role:reader", "User:v,User:w")}, {}},
       "vw",
       ""},
      {"two changes together",
       {{bind("ClusterRole:reader", "User:u"), Reader("get")}, {}},
       "u",
       ""},
      {"taken out and put in together",
       {{bind("ClusterRole:reader", "User:w")},
        {bind("Role:x", kNone), bind("Role:x", kNone)}},
       "w",
       ""},
      {"put twice: the last counts",
       {{bind("ClusterRole:reader", "User:u"),
         bind("ClusterRole:reader", "User:v")},
        {}},
       "v",
       ""},
      {"taking out what is not there",
       {{}, {RoleOf("dev", "x", {}), ClusterBindingOf("b", "Role:x", kNone)}},
       "v",
       ""},
      {"nothing at all", {}, "v", ""},
      {"the binding goes", {{}, {bind("Role:x", kNone)}}, "", ""},
  };
  Policy policy;
  for (const Step& step : kSteps) {
    policy.Apply(step.update);
    EXPECT_EQ(WhoMay(policy, "get"), step.may_get) << step.what;
    EXPECT_EQ(WhoMay(policy, "list"), step.may_list) << step.what;
  }
}

// ---- Rules of a user ----

std::string Text(const std::vector<k8s::PolicyRule>& rules) {
  std::string out;
  for (const auto& rule : rules) {
    absl::StrAppend(
        &out, rule.verbs(0),
        rule.resources_size() > 0 ? " " + rule.resources(0) : "",
        rule.nonresourceurls_size() > 0 ? " " + rule.nonresourceurls(0) : "",
        ";");
  }
  return out;
}

std::vector<objects::Object> RulesSample() {
  return {
      ClusterRoleOf(
          "two", {MakeRule("get", "", "pods"), MakeUrlRule("get", "/healthz")}),
      ClusterRoleOf("both", {MakeRule("put", "", "x", kNone, "/x")}),
      ClusterRoleOf("neither", {MakeRule("nothing", "", kNone)}),
      RoleOf("dev", "one", {MakeRule("list", "", "pods")}),
      BindingOf("dev", "b2", "Role:one", "User:u"),
      BindingOf("dev", "b1", "ClusterRole:two", "User:u,Group:g"),
      BindingOf("ops", "b", "Role:one", "User:u"),
      BindingOf("dev", "other", "ClusterRole:both", "User:v"),
      ClusterBindingOf("c3", "ClusterRole:neither", "User:u"),
      ClusterBindingOf("c2", "ClusterRole:two", "Group:g"),
      ClusterBindingOf("c1", "ClusterRole:both", "Group:g"),
      ClusterBindingOf("c0", "ClusterRole:gone", "Group:g"),
      ClusterBindingOf("c00", "ClusterRole:gone", "User:u"),
  };
}

TEST(PolicyTest, PolicyRulesForInOrderWithDuplicates) {
  constexpr char kGone[] =
      R"(clusterrole.rbac.authorization.k8s.io "gone" not found)";
  constexpr char kNoOne[] = R"(role.rbac.authorization.k8s.io "one" not found)";
  const struct {
    const char* who;
    const char* ns;
    const char* want;
    std::vector<std::string> errors;
  } kCases[] = {
      {"u,g",
       "dev",
       "nothing;get pods;get /healthz;put x /x;list pods;get pods;"
       "get /healthz;",
       {kGone, kGone}},
      {"u", "dev", "nothing;list pods;get pods;get /healthz;", {kGone}},
      {"u", "", "nothing;", {kGone}},
      {"u", "ops", "nothing;", {kGone, kNoOne}},
      {"o,g,g", "ops", "get pods;get /healthz;put x /x;", {kGone}},
      {"v", "dev", "put x /x;", {}},
      {"nobody", "dev", "", {}},
  };
  const auto policy = MakePolicy(RulesSample());
  for (const auto& c : kCases) {
    const UserInfo user = Ask(c.who, "", "", "").user;
    std::vector<std::string> errors;
    EXPECT_EQ(Text(policy->PolicyRulesFor(user, c.ns, &errors)), c.want)
        << c.who << " " << c.ns;
    EXPECT_EQ(errors, c.errors) << c.who << " " << c.ns;
    EXPECT_EQ(Text(policy->PolicyRulesFor(user, c.ns, nullptr)), c.want);
  }
}

TEST(PolicyTest, RulesForSplitsThemAndNamesMissingRoles) {
  const auto policy = MakePolicy(RulesSample());
  const authz::Rules rules =
      policy->RulesFor(Ask("u,g", "", "", "").user, "ops");
  std::vector<std::string> verbs;
  for (const auto& rule : rules.resource_rules) verbs.push_back(rule.verbs(0));
  EXPECT_THAT(verbs, ElementsAre("get", "put"));
  std::vector<std::string> urls;
  for (const auto& rule : rules.non_resource_rules) {
    urls.push_back(rule.nonresourceurls(0));
  }
  EXPECT_THAT(urls, ElementsAre("/healthz", "/x"));
  EXPECT_FALSE(rules.incomplete);
  EXPECT_EQ(ReasonOf(rules.error), Reason::kNotFound);
  EXPECT_EQ(rules.error.message(),
            R"([clusterrole.rbac.authorization.k8s.io "gone" not found, )"
            R"(role.rbac.authorization.k8s.io "one" not found])");
  EXPECT_TRUE(policy->RulesFor(Ask("v", "", "", "").user, "dev").error.ok());
}

// ---- Lifetimes ----

// Objects are shared with the caller, kept while in use and then let go.
TEST(PolicyTest, ObjectsAreKeptAsLongAsThePolicyHasThem) {
  objects::Object role = Reader();
  objects::Object binding =
      ClusterBindingOf("b", "ClusterRole:reader", "User:u");
  const std::weak_ptr<const google::protobuf::Message> role_watch =
      role.message;
  const std::weak_ptr<const google::protobuf::Message> binding_watch =
      binding.message;
  auto policy = MakePolicy({role, binding});
  role.message.reset();
  binding.message.reset();
  EXPECT_FALSE(role_watch.expired());
  EXPECT_FALSE(binding_watch.expired());
  EXPECT_THAT(Answer(*policy, Ask("u", "get", "", "pods")),
              testing::HasSubstr("\"b\""));
  ASSERT_TRUE(policy->Replace({}).ok());
  policy->Apply({});  // Frees the version before the last.
  policy->Apply({});
  EXPECT_TRUE(role_watch.expired());
  EXPECT_TRUE(binding_watch.expired());
}

}  // namespace
}  // namespace gatehouse::rbac
