#include "rbac/escalation.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

using Rules = std::vector<k8s::PolicyRule>;

// Allows the one question that it was told to, and notes what it was asked.
class FakeAuthorizer : public authz::Authorizer {
 public:
  explicit FakeAuthorizer(std::string allowed) : allowed_(std::move(allowed)) {}

  authz::Decision Authorize(const authz::Attributes& a) const override {
    const std::string question =
        absl::StrCat(a.verb, " ", a.api_group, " ", a.api_version, " ",
                     a.resource, " ", a.name, " ", a.namespace_);
    asked_.push_back(question);
    const bool allow = a.resource_request && question == allowed_;
    return {allow ? authz::Outcome::kAllow : authz::Outcome::kNoOpinion, "",
            absl::OkStatus()};
  }

  const std::vector<std::string>& asked() const { return asked_; }

 private:
  const std::string allowed_;
  mutable std::vector<std::string> asked_;
};

UserInfo User(std::vector<std::string> groups) {
  UserInfo user;
  user.name = "u";
  user.groups = std::move(groups);
  return user;
}

const k8s::PolicyRule& Pods() {
  static const auto& rule = *new k8s::PolicyRule(MakeRule("get", "", "pods"));
  return rule;
}

const k8s::PolicyRule& Everything() {
  static const auto& rule = *new k8s::PolicyRule(MakeRule("*", "*", "*"));
  return rule;
}

const k8s::PolicyRule& EveryUrl() {
  static const auto& rule = *new k8s::PolicyRule(MakeUrlRule("*", "*"));
  return rule;
}

struct RoleCase {
  const char* what;
  std::vector<std::string> groups;
  Rules held;
  // What the authorizer allows.
  const char* granted;
  Rules rules;
  bool aggregated;
  // The object it replaces; none if `is_update` is false.
  bool is_update;
  Rules old_rules;
  bool old_aggregated;
  // A part of the refusal, null if it is allowed.
  const char* want;
};

constexpr char kNotHeld[] = "not currently held:\n";
constexpr char kAggregation[] =
    "clusterroles.rbac.authorization.k8s.io \"r\" is forbidden: must have "
    "cluster-admin privileges to use the aggregationRule";
constexpr char kEscalate[] =
    "escalate rbac.authorization.k8s.io * clusterroles r ";

TEST(CheckRoleWriteTest, ClusterRoles) {
  const RoleCase kCases[] = {
      {"held", {}, {Pods()}, "", {Pods()}, false, false, {}, false, nullptr},
      {"none wanted", {}, {}, "", {}, false, false, {}, false, nullptr},
      {"not held", {}, {}, "", {Pods()}, false, false, {}, false, kNotHeld},
      {"masters",
       {"a", "system:masters"},
       {},
       "",
       {Everything()},
       true,
       false,
       {},
       false,
       nullptr},
      {"escalate",
       {},
       {},
       kEscalate,
       {Everything()},
       true,
       false,
       {},
       false,
       nullptr},
      {"bind does not help",
       {},
       {},
       "bind rbac.authorization.k8s.io * clusterroles r ",
       {Pods()},
       false,
       false,
       {},
       false,
       kNotHeld},
      {"unchanged",
       {},
       {},
       "",
       {Pods()},
       false,
       true,
       {Pods()},
       false,
       nullptr},
      {"shrunk, but not held",
       {},
       {},
       "",
       {Pods()},
       false,
       true,
       {Pods(), Everything()},
       false,
       kNotHeld},
      {"emptied", {}, {}, "", {}, false, true, {Everything()}, false, nullptr},
      {"aggregation takes URLs too",
       {},
       {Everything()},
       "",
       {},
       true,
       false,
       {},
       false,
       kAggregation},
      {"aggregation with all",
       {},
       {Everything(), EveryUrl()},
       "",
       {},
       true,
       false,
       {},
       false,
       nullptr},
      {"aggregation removed",
       {},
       {Pods()},
       "",
       {Pods()},
       false,
       true,
       {Pods()},
       true,
       kAggregation},
      {"aggregation unchanged",
       {},
       {},
       "",
       {Pods()},
       true,
       true,
       {Pods()},
       true,
       nullptr},
      {"the rules are checked first",
       {},
       {},
       "",
       {Pods()},
       true,
       false,
       {},
       false,
       kNotHeld},
  };
  for (const RoleCase& c : kCases) {
    SCOPED_TRACE(c.what);
    const UserInfo user = User(c.groups);
    const FakeAuthorizer authorizer(c.granted);
    RbacWrite write;
    write.user = &user;
    write.user_rules = c.held;
    write.authorizer = &authorizer;
    write.name = "r";
    auto role = MakeRole<k8s::ClusterRole>("", "r", c.rules);
    auto old = MakeRole<k8s::ClusterRole>("", "r", c.old_rules);
    if (c.aggregated) {
      role.mutable_aggregationrule()->add_clusterroleselectors();
    }
    if (c.old_aggregated) {
      old.mutable_aggregationrule()->add_clusterroleselectors();
    }
    role.mutable_metadata()->add_finalizers("x");
    const absl::Status got =
        CheckRoleWrite(write, role, c.is_update ? &old : nullptr);
    EXPECT_EQ(got.ok(), c.want == nullptr) << got;
    if (c.want == nullptr) continue;
    EXPECT_EQ(got.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(ReasonOf(got), Reason::kForbidden);
    EXPECT_TRUE(absl::StrContains(got.message(), c.want)) << got;
  }
}

TEST(CheckRoleWriteTest, RefusalListsWhatIsMissing) {
  const UserInfo user = User({"a", "b c"});
  RbacWrite write;
  write.user = &user;
  write.namespace_ = "dev";
  const auto role = MakeRole<k8s::Role>(
      "dev", "r",
      {MakeRule("list,get", "", "secrets,pods"), MakeRule("get", "", "pods"),
       MakeRule("get", "", "pods", "n")});
  constexpr char kWant[] =
      "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"u\" "
      "(groups=[\"a\" \"b c\"]) is attempting to grant RBAC permissions not "
      "currently held:\n"
      "{APIGroups:[\"\"], Resources:[\"pods\"], ResourceNames:[\"n\"], "
      "Verbs:[\"get\"]}\n"
      "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\" \"get\" "
      "\"get\"]}\n"
      "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"list\" \"get\"]}";
  EXPECT_EQ(CheckRoleWrite(write, role, nullptr).message(), kWant);
  write.user_rules_error = absl::NotFoundError("no such role");
  EXPECT_EQ(CheckRoleWrite(write, role, nullptr).message(),
            absl::StrCat(kWant, "; resolution errors: [no such role]"));
}

TEST(CheckRoleWriteTest, AsksForTheRequestNotTheObject) {
  const UserInfo user = User({});
  const FakeAuthorizer authorizer("");
  RbacWrite write;
  write.user = &user;
  write.authorizer = &authorizer;
  write.namespace_ = "dev";
  const auto role = MakeRole<k8s::Role>("other", "r", {Pods()});
  EXPECT_FALSE(CheckRoleWrite(write, role, nullptr).ok());
  ASSERT_EQ(authorizer.asked().size(), 1u);
  // On creation the request bears no name.
  EXPECT_EQ(authorizer.asked()[0],
            "escalate rbac.authorization.k8s.io * roles  dev");
}

TEST(CheckRoleWriteTest, WithoutUserOrNameOrWithTooManyRules) {
  const Rules all = {Everything(), EveryUrl()};
  RbacWrite write;
  write.user_rules = all;
  const auto role = MakeRole<k8s::Role>("dev", "", {Pods()});
  EXPECT_EQ(CheckRoleWrite(write, role, nullptr).message(),
            "roles.rbac.authorization.k8s.io is forbidden: no user on context");
  const UserInfo user = User({});
  write.user = &user;
  EXPECT_TRUE(CheckRoleWrite(write, role, nullptr).ok());
  std::string many = "v";
  for (int i = 0; i < 400; ++i) absl::StrAppend(&many, ",", i);
  const auto bomb =
      MakeRole<k8s::Role>("dev", "r", {MakeRule(many, many, many)});
  EXPECT_EQ(ReasonOf(CheckRoleWrite(write, bomb, nullptr)), Reason::kForbidden);
}

struct BindingCase {
  const char* what;
  std::vector<std::string> groups;
  Rules held;
  const char* granted;
  k8s::RoleRef ref;
  bool role_exists;
  bool is_update;  // Only the finalizers differ then.
  const char* want;
};

TEST(CheckBindingWriteTest, RoleBindings) {
  const BindingCase kCases[] = {
      {"held",
       {},
       {Pods()},
       "",
       MakeRoleRef("Role", "r"),
       true,
       false,
       nullptr},
      {"not held", {}, {}, "", MakeRoleRef("Role", "r"), true, false, kNotHeld},
      {"masters",
       {"system:masters"},
       {},
       "",
       MakeRoleRef("Role", "r"),
       false,
       false,
       nullptr},
      {"bind",
       {},
       {},
       "bind rbac.authorization.k8s.io * roles r dev",
       MakeRoleRef("Role", "r"),
       true,
       false,
       nullptr},
      {"bind a role that is missing",
       {},
       {},
       "bind rbac.authorization.k8s.io * clusterroles r dev",
       MakeRoleRef("ClusterRole", "r"),
       false,
       false,
       nullptr},
      {"bind another role",
       {},
       {},
       "bind rbac.authorization.k8s.io * roles q dev",
       MakeRoleRef("Role", "r"),
       true,
       false,
       kNotHeld},
      {"escalate does not help",
       {},
       {},
       "escalate rbac.authorization.k8s.io * roles r dev",
       MakeRoleRef("Role", "r"),
       true,
       false,
       kNotHeld},
      {"missing",
       {},
       {Everything()},
       "",
       MakeRoleRef("Role", "r"),
       false,
       false,
       "no role r in dev"},
      {"unknown kind",
       {},
       {Everything()},
       "bind rbac.authorization.k8s.io *  r dev",
       MakeRoleRef("Rule", "r"),
       false,
       false,
       "no role r in dev"},
      {"unchanged", {}, {}, "", MakeRoleRef("Role", "r"), false, true, nullptr},
  };
  for (const BindingCase& c : kCases) {
    SCOPED_TRACE(c.what);
    const UserInfo user = User(c.groups);
    const FakeAuthorizer authorizer(c.granted);
    RbacWrite write;
    write.user = &user;
    write.user_rules = c.held;
    write.authorizer = &authorizer;
    write.namespace_ = "dev";
    const RoleRuleGetter getter =
        [&](const k8s::RoleRef& ref,
            absl::string_view in) -> absl::StatusOr<Rules> {
      if (c.role_exists) return Rules{Pods()};
      return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                       absl::StrCat("no role ", ref.name(), " in ", in));
    };
    auto binding = MakeBinding<k8s::RoleBinding>("other", "b", c.ref, {});
    const auto old = binding;
    binding.mutable_metadata()->add_finalizers("x");
    const absl::Status got =
        CheckBindingWrite(write, binding, c.is_update ? &old : nullptr, getter);
    EXPECT_EQ(got.ok(), c.want == nullptr) << got;
    if (c.want != nullptr) {
      EXPECT_TRUE(absl::StrContains(got.message(), c.want)) << got;
    }
  }
}

TEST(CheckBindingWriteTest, ClusterRoleBindingsAreAskedClusterWide) {
  const UserInfo user = User({});
  const FakeAuthorizer authorizer(
      "bind rbac.authorization.k8s.io * clusterroles r ");
  RbacWrite write;
  write.user = &user;
  write.authorizer = &authorizer;
  write.namespace_ = "dev";
  const auto binding = MakeBinding<k8s::ClusterRoleBinding>(
      "", "b", MakeRoleRef("ClusterRole", "r"), {});
  EXPECT_TRUE(CheckBindingWrite(write, binding, nullptr, nullptr).ok());
}

TEST(OnlyGcFieldsChangedTest, Metadata) {
  const std::pair<void (*)(k8s::ObjectMeta&), bool> kCases[] = {
      {[](k8s::ObjectMeta& m) {}, true},
      {[](k8s::ObjectMeta& m) { m.add_ownerreferences(); }, true},
      {[](k8s::ObjectMeta& m) { m.add_finalizers("x"); }, true},
      {[](k8s::ObjectMeta& m) { m.set_selflink("x"); }, true},
      {[](k8s::ObjectMeta& m) { m.add_managedfields(); }, true},
      {[](k8s::ObjectMeta& m) { m.set_uid(""); }, true},
      {[](k8s::ObjectMeta& m) { (*m.mutable_labels())["a"] = ""; }, false},
      {[](k8s::ObjectMeta& m) { (*m.mutable_annotations())["a"] = ""; }, false},
      {[](k8s::ObjectMeta& m) { m.set_uid("x"); }, false},
      {[](k8s::ObjectMeta& m) { m.set_name("x"); }, false},
      {[](k8s::ObjectMeta& m) { m.set_generatename("x"); }, false},
      {[](k8s::ObjectMeta& m) { m.set_namespace_("x"); }, false},
      {[](k8s::ObjectMeta& m) { m.set_resourceversion("x"); }, false},
      {[](k8s::ObjectMeta& m) { m.set_generation(1); }, false},
      {[](k8s::ObjectMeta& m) { m.mutable_deletiontimestamp(); }, false},
      {[](k8s::ObjectMeta& m) { m.set_deletiongraceperiodseconds(0); }, false},
      {[](k8s::ObjectMeta& m) {
         m.mutable_creationtimestamp()->set_seconds(1);
       },
       false},
  };
  int i = 0;
  for (const auto& [change, want] : kCases) {
    k8s::Role a;
    k8s::Role b;
    change(*b.mutable_metadata());
    EXPECT_EQ(OnlyGcFieldsChanged(a, b), want) << i;
    EXPECT_EQ(OnlyGcFieldsChanged(b, a), want) << i++;
  }
}

TEST(OnlyGcFieldsChangedTest, Content) {
  const auto a = MakeRole<k8s::ClusterRole>("", "r", {Pods()});
  auto b = a;
  EXPECT_TRUE(OnlyGcFieldsChanged(a, b));
  b.mutable_aggregationrule();
  EXPECT_FALSE(OnlyGcFieldsChanged(a, b));
  EXPECT_FALSE(OnlyGcFieldsChanged(a, MakeRole<k8s::ClusterRole>("", "r", {})));
  const auto ref = MakeRoleRef("Role", "r");
  const auto c =
      MakeBinding<k8s::RoleBinding>("", "b", ref, {MakeSubject("User", "u")});
  EXPECT_TRUE(OnlyGcFieldsChanged(c, c));
  EXPECT_FALSE(
      OnlyGcFieldsChanged(c, MakeBinding<k8s::RoleBinding>("", "b", ref, {})));
  EXPECT_FALSE(OnlyGcFieldsChanged(
      c, MakeBinding<k8s::RoleBinding>("", "b", MakeRoleRef("Role", "q"),
                                       {MakeSubject("User", "u")})));
}

}  // namespace
}  // namespace gatehouse::rbac
