#include "authz/builtin.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

UserInfo UserIn(std::vector<std::string> groups) {
  UserInfo user;
  user.name = "jane";
  user.groups = std::move(groups);
  return user;
}

// Requests of each sort, with and without a user.
std::vector<Attributes> Requests(const UserInfo& user) {
  Attributes resource;
  resource.user = &user;
  resource.verb = "delete";
  resource.resource = "nodes";
  Attributes path;
  path.user = &user;
  path.verb = "get";
  path.resource_request = false;
  path.path = "/metrics";
  Attributes nobody = resource;
  nobody.user = nullptr;
  return {resource, path, nobody, Attributes()};
}

TEST(AlwaysAllowTest, AllowsEverything) {
  const AlwaysAllow authorizer;
  const UserInfo user = UserIn({});
  for (const Attributes& request : Requests(user)) {
    const Decision decision = authorizer.Authorize(request);
    EXPECT_EQ(decision.outcome, Outcome::kAllow);
    EXPECT_EQ(decision.reason, "");
    EXPECT_TRUE(decision.error.ok());
    EXPECT_EQ(authorizer.Decide(request), Outcome::kAllow);
  }
}

TEST(AlwaysAllowTest, ListsStars) {
  const Rules rules = AlwaysAllow().RulesFor(UserIn({}), "dev");
  ASSERT_EQ(rules.resource_rules.size(), 1u);
  EXPECT_EQ(rules.resource_rules[0].ShortDebugString(),
            R"(verbs: "*" apiGroups: "*" resources: "*")");
  ASSERT_EQ(rules.non_resource_rules.size(), 1u);
  EXPECT_EQ(rules.non_resource_rules[0].ShortDebugString(),
            R"(verbs: "*" nonResourceURLs: "*")");
  EXPECT_FALSE(rules.incomplete);
  EXPECT_TRUE(rules.error.ok());
}

TEST(AlwaysDenyTest, HasNoOpinionInSpiteOfItsName) {
  const AlwaysDeny authorizer;
  const UserInfo user = UserIn({kMastersGroup});
  for (const Attributes& request : Requests(user)) {
    const Decision decision = authorizer.Authorize(request);
    EXPECT_EQ(decision.outcome, Outcome::kNoOpinion);
    EXPECT_EQ(decision.reason, "Everything is forbidden.");
    EXPECT_TRUE(decision.error.ok());
    EXPECT_EQ(authorizer.Decide(request), Outcome::kNoOpinion);
  }
}

TEST(AlwaysDenyTest, ListsNothing) {
  const Rules rules = AlwaysDeny().RulesFor(UserIn({}), "");
  EXPECT_TRUE(rules.resource_rules.empty());
  EXPECT_TRUE(rules.non_resource_rules.empty());
  EXPECT_FALSE(rules.incomplete);
  EXPECT_TRUE(rules.error.ok());
}

TEST(PrivilegedGroupsTest, AllowsMembersAlone) {
  const struct {
    std::vector<std::string> privileged;
    std::vector<std::string> groups;
    Outcome want;
  } kCases[] = {
      {{kMastersGroup}, {kMastersGroup}, Outcome::kAllow},
      {{kMastersGroup}, {"a", kMastersGroup}, Outcome::kAllow},
      {{"a", "b"}, {"b"}, Outcome::kAllow},
      {{"a", "a"}, {"a", "a"}, Outcome::kAllow},
      {{kMastersGroup}, {}, Outcome::kNoOpinion},
      {{kMastersGroup}, {"system:authenticated"}, Outcome::kNoOpinion},
      // Exactly this group: no prefix, no other case, no star.
      {{kMastersGroup}, {"system:master"}, Outcome::kNoOpinion},
      {{kMastersGroup}, {"system:masters2"}, Outcome::kNoOpinion},
      {{kMastersGroup}, {"System:Masters"}, Outcome::kNoOpinion},
      {{"*"}, {"a"}, Outcome::kNoOpinion},
      // Nothing configured is nobody.
      {{}, {"a"}, Outcome::kNoOpinion},
      {{}, {""}, Outcome::kNoOpinion},
      {{}, {}, Outcome::kNoOpinion},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(testing::PrintToString(c.privileged) + " " +
                 testing::PrintToString(c.groups));
    const PrivilegedGroups authorizer(c.privileged);
    const UserInfo user = UserIn(c.groups);
    Attributes request;
    request.user = &user;
    for (const bool resource_request : {true, false}) {
      request.resource_request = resource_request;
      const Decision decision = authorizer.Authorize(request);
      EXPECT_EQ(decision.outcome, c.want);
      EXPECT_EQ(decision.reason, "");
      EXPECT_TRUE(decision.error.ok());
      EXPECT_EQ(authorizer.Decide(request), c.want);
    }
  }
}

TEST(PrivilegedGroupsTest, TheNameIsNoGroup) {
  UserInfo user;
  user.name = kMastersGroup;
  Attributes request;
  request.user = &user;
  EXPECT_EQ(PrivilegedGroups({kMastersGroup}).Decide(request),
            Outcome::kNoOpinion);
}

TEST(PrivilegedGroupsTest, NoUserIsAnError) {
  const PrivilegedGroups authorizer({kMastersGroup});
  const Decision decision = authorizer.Authorize(Attributes());
  EXPECT_EQ(decision.outcome, Outcome::kNoOpinion);
  EXPECT_EQ(decision.reason, "Error");
  EXPECT_EQ(decision.error.message(), "no user on request.");
  EXPECT_EQ(ReasonOf(decision.error), Reason::kInvalid);
  EXPECT_EQ(authorizer.Decide(Attributes()), Outcome::kNoOpinion);
}

}  // namespace
}  // namespace gatehouse::authz
