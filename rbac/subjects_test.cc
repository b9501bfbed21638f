#include "rbac/subjects.h"

#include "gtest/gtest.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

constexpr char kBot[] = "system:serviceaccount:dev:bot";

struct AppliesCase {
  k8s::Subject subject;
  std::string user;
  std::vector<std::string> groups;
  absl::string_view namespace_;
  bool want;
};

TEST(SubjectsTest, Applies) {
  const AppliesCase kCases[] = {
      {MakeSubject("User", "jane"), "jane", {}, "", true},
      {MakeSubject("User", "jane"), "Jane", {}, "", false},
      {MakeSubject("User", "jane"), "bob", {"jane"}, "", false},
      {MakeSubject("User", "jane", "ns", "any.group"), "jane", {}, "", true},
      {MakeSubject("User", "*"), "jane", {}, "", false},
      {MakeSubject("User", ""), "", {}, "", true},
      {MakeSubject("Group", "dev"), "jane", {"ops", "dev"}, "", true},
      {MakeSubject("Group", "dev"), "dev", {}, "", false},
      {MakeSubject("Group", "*"), "jane", {"dev"}, "", false},
      {MakeSubject("user", "jane"), "jane", {}, "", false},
      {MakeSubject("", "jane"), "jane", {"jane"}, "", false},
      {MakeSubject("Robot", "jane"), "jane", {"jane"}, "", false},
      {MakeSubject("ServiceAccount", "bot", "dev"), kBot, {}, "", true},
      {MakeSubject("ServiceAccount", "bot", "dev"), kBot, {}, "ops", true},
      {MakeSubject("ServiceAccount", "bot", "ops"), kBot, {}, "dev", false},
      {MakeSubject("ServiceAccount", "bot"), kBot, {}, "dev", true},
      {MakeSubject("ServiceAccount", "bot"), kBot, {}, "ops", false},
      {MakeSubject("ServiceAccount", "bot"), kBot, {}, "", false},
      {MakeSubject("ServiceAccount", "bo", "dev"), kBot, {}, "", false},
      {MakeSubject("ServiceAccount", "bott", "dev"), kBot, {}, "", false},
      {MakeSubject("ServiceAccount", "bot", "de"), kBot, {}, "", false},
      {MakeSubject("ServiceAccount", "bot", "dev"), "bot", {}, "", false},
      // No namespace, no account, even if the name would read like it.
      {MakeSubject("ServiceAccount", "bot"),
       "system:serviceaccount::bot",
       {},
       "",
       false},
      // A User or a Group subject may mean a service account.
      {MakeSubject("User", kBot), kBot, {}, "", true},
      {MakeSubject("Group", "system:serviceaccounts:dev"),
       kBot,
       {"system:serviceaccounts", "system:serviceaccounts:dev"},
       "",
       true},
      {MakeSubject("Group", "system:serviceaccounts"), kBot, {}, "", false},
  };
  for (const AppliesCase& c : kCases) {
    UserInfo user;
    user.name = c.user;
    user.groups = c.groups;
    EXPECT_EQ(SubjectApplies(user, c.subject, c.namespace_), c.want)
        << c.subject.ShortDebugString() << c.user << c.namespace_;
  }
}

TEST(SubjectsTest, FirstThatApplies) {
  const auto binding = MakeBinding<k8s::RoleBinding>(
      "dev", "b", MakeRoleRef("Role", "r"),
      {MakeSubject("User", "bob"), MakeSubject("Group", "dev"),
       MakeSubject("User", "jane")});
  UserInfo jane;
  jane.name = "jane";
  EXPECT_EQ(AppliesTo(jane, binding.subjects(), "dev"), 2);
  jane.groups = {"dev"};
  EXPECT_EQ(AppliesTo(jane, binding.subjects(), "dev"), 1);
  EXPECT_EQ(AppliesTo(UserInfo(), binding.subjects(), "dev"), absl::nullopt);
  EXPECT_EQ(AppliesTo(jane, {}, "dev"), absl::nullopt);
}

struct DescriptionCase {
  k8s::Subject subject;
  absl::string_view namespace_;
  const char* want;
};

TEST(SubjectsTest, Description) {
  const DescriptionCase kCases[] = {
      {MakeSubject("User", "jane"), "dev", R"(User "jane")"},
      {MakeSubject("User", "jane", "x"), "dev", R"(User "jane")"},
      {MakeSubject("Group", "a \"b\""), "", R"(Group "a \"b\"")"},
      {MakeSubject("ServiceAccount", "bot", "dev"), "ops",
       R"(ServiceAccount "bot/dev")"},
      {MakeSubject("ServiceAccount", "bot"), "ops",
       R"(ServiceAccount "bot/ops")"},
      {MakeSubject("ServiceAccount", "bot"), "", R"(ServiceAccount "bot/")"},
  };
  for (const DescriptionCase& c : kCases) {
    EXPECT_EQ(SubjectDescription(c.subject, c.namespace_), c.want);
  }
}

TEST(SubjectsTest, SameComparesAllFields) {
  const k8s::Subject a = MakeSubject("User", "jane");
  k8s::Subject empty = a;
  empty.set_namespace_("");
  EXPECT_TRUE(SameSubject(a, empty));
  EXPECT_FALSE(SameSubject(a, MakeSubject("Group", "jane")));
  EXPECT_FALSE(SameSubject(a, MakeSubject("User", "bob")));
  EXPECT_FALSE(SameSubject(a, MakeSubject("User", "jane", "dev")));
  EXPECT_FALSE(SameSubject(a, MakeSubject("User", "jane", "", "g")));
}

struct NameCase {
  const char* username;
  const char* want;  // "namespace name", null if it is none.
};

TEST(SubjectsTest, ServiceAccountNames) {
  const NameCase kCases[] = {
      {kBot, "dev bot"},
      {"system:serviceaccount:kube-system:a.b-c", "kube-system a.b-c"},
      {"", nullptr},
      {"jane", nullptr},
      {"system:serviceaccount:", nullptr},
      {"system:serviceaccount:dev", nullptr},
      {"system:serviceaccount:dev:", nullptr},
      {"system:serviceaccount::bot", nullptr},
      {"system:serviceaccount:dev:bot:x", nullptr},
      {"system:serviceaccount:Dev:bot", nullptr},
      {"system:serviceaccount:a.b:bot", nullptr},
      {"system:serviceaccount:dev:Bot", nullptr},
      {"System:serviceaccount:dev:bot", nullptr},
      {"xsystem:serviceaccount:dev:bot", nullptr},
  };
  for (const NameCase& c : kCases) {
    const auto got = ParseServiceAccountUsername(c.username);
    ASSERT_EQ(got.has_value(), c.want != nullptr) << c.username;
    if (!got.has_value()) continue;
    EXPECT_EQ(got->namespace_ + " " + got->name, c.want);
    EXPECT_EQ(ServiceAccountUsername(got->namespace_, got->name), c.username);
  }
}

}  // namespace
}  // namespace gatehouse::rbac
