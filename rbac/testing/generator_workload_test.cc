#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/rbac.pb.h"
#include "rbac/policy_objects.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/reference.h"

namespace gatehouse::rbac {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

WorkloadOptions Options(int bindings, int groups_per_user = 5) {
  WorkloadOptions options;
  options.bindings = bindings;
  options.groups_per_user = groups_per_user;
  return options;
}

// Writes the bindings and the roles of a policy as bytes.
std::string Bytes(const PolicyObjects& policy) {
  std::string out;
  const auto add = [&out](const auto& list) {
    for (const auto& object : list) {
      absl::StrAppend(&out, object.SerializeAsString());
    }
  };
  add(policy.cluster_roles);
  add(policy.roles);
  add(policy.cluster_role_bindings);
  add(policy.role_bindings);
  return out;
}

TEST(WorkloadGeneratorTest, SameSeedSameResults) {
  const WorkloadGenerator a(1, Options(500)), b(1, Options(500));
  const WorkloadGenerator other(2, Options(500));
  EXPECT_EQ(Bytes(a.policy()), Bytes(b.policy()));
  EXPECT_NE(Bytes(a.policy()), Bytes(other.policy()));
  int different = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(a.MakeRequest(i).DebugString(), b.MakeRequest(i).DebugString());
    different +=
        a.MakeRequest(i).DebugString() != other.MakeRequest(i).DebugString()
            ? 1
            : 0;
  }
  EXPECT_GT(different, 90);
}

TEST(WorkloadGeneratorTest, RequestsDependOnTheirNumberAlone) {
  const WorkloadGenerator generator(1, Options(500));
  const std::string seventh = generator.MakeRequest(7).DebugString();
  generator.MakeRequest(8);
  EXPECT_EQ(generator.MakeRequest(7).DebugString(), seventh);
  std::set<std::string> distinct;
  for (uint64_t i = 0; i < 1000; ++i) {
    distinct.insert(generator.MakeRequest(i).DebugString());
  }
  EXPECT_GT(distinct.size(), 900u);
}

struct SizeRow {
  int bindings;
  size_t cluster_bindings;
  size_t role_bindings;
};

class WorkloadSizeTest : public ::testing::TestWithParam<SizeRow> {};

TEST_P(WorkloadSizeTest, HasTheBindingsAskedFor) {
  const WorkloadGenerator generator(3, Options(GetParam().bindings));
  const PolicyObjects& policy = generator.policy();
  EXPECT_THAT(policy.cluster_role_bindings,
              SizeIs(GetParam().cluster_bindings));
  EXPECT_THAT(policy.role_bindings, SizeIs(GetParam().role_bindings));
}

TEST_P(WorkloadSizeTest, EveryRoleExistsAndNamesAreUnique) {
  const WorkloadGenerator generator(3, Options(GetParam().bindings));
  const PolicyObjects& policy = generator.policy();
  std::set<std::pair<std::string, std::string>> roles, bindings;
  for (const auto& role : policy.cluster_roles) {
    EXPECT_TRUE(roles.emplace("", role.metadata().name()).second);
  }
  for (const auto& role : policy.roles) {
    EXPECT_TRUE(
        roles.emplace(role.metadata().namespace_(), role.metadata().name())
            .second);
  }
  for (const auto& binding : policy.cluster_role_bindings) {
    EXPECT_EQ(roles.count({"", binding.roleref().name()}), 1u);
    EXPECT_TRUE(bindings.emplace("", binding.metadata().name()).second);
  }
  for (const auto& binding : policy.role_bindings) {
    const std::string& home = binding.metadata().namespace_();
    const bool local = binding.roleref().kind() == "Role";
    EXPECT_EQ(roles.count({local ? home : "", binding.roleref().name()}), 1u);
    EXPECT_TRUE(bindings.emplace(home, binding.metadata().name()).second);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, WorkloadSizeTest,
                         ::testing::Values(SizeRow{1, 1, 0}, SizeRow{50, 2, 48},
                                           SizeRow{2000, 100, 1900},
                                           SizeRow{20000, 1000, 19000}));

struct ShareRow {
  uint64_t seed;
  int bindings;
  int groups_per_user;
  int requests;
};

class WorkloadShareTest : public ::testing::TestWithParam<ShareRow> {};

TEST_P(WorkloadShareTest, AboutHalfOfTheRequestsAreAllowed) {
  const ShareRow& row = GetParam();
  const WorkloadGenerator generator(row.seed,
                                    Options(row.bindings, row.groups_per_user));
  const ReferenceAuthorizer reference(generator.policy());
  int allowed = 0;
  for (int i = 0; i < row.requests; ++i) {
    const Request request = generator.MakeRequest(i);
    const bool allow = reference.Authorize(request.Attributes()).outcome ==
                       authz::Outcome::kAllow;
    allowed += allow ? 1 : 0;
    // Built from a grant, hence granted.
    EXPECT_TRUE(allow || i % 2 != 0) << request.DebugString();
  }
  EXPECT_GE(allowed, row.requests * 40 / 100);
  EXPECT_LE(allowed, row.requests * 60 / 100);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, WorkloadShareTest,
    ::testing::Values(ShareRow{1, 1, 5, 1000}, ShareRow{1, 1, 0, 1000},
                      ShareRow{1, 50, 0, 4000}, ShareRow{1, 50, 5, 4000},
                      ShareRow{2, 50, 5, 4000}, ShareRow{1, 50, 50, 4000},
                      ShareRow{1, 2000, 5, 1000}, ShareRow{2, 2000, 50, 1000},
                      ShareRow{1, 20000, 5, 200}));

class WorkloadGroupsTest : public ::testing::TestWithParam<int> {};

TEST_P(WorkloadGroupsTest, UsersHaveTheGroupsAskedFor) {
  const WorkloadGenerator generator(4, Options(2000, GetParam()));
  for (uint64_t i = 0; i < 300; ++i) {
    const UserInfo user = generator.MakeUser(i);
    const std::set<std::string> groups(user.groups.begin(), user.groups.end());
    EXPECT_THAT(groups, SizeIs(GetParam() + 1));
    EXPECT_THAT(user.groups, SizeIs(GetParam() + 1));
    EXPECT_THAT(groups, Contains(kAuthenticatedGroup));
  }
  EXPECT_EQ(generator.MakeUser(0).name, generator.MakeUser(200).name);
  EXPECT_NE(generator.MakeUser(0).name, generator.MakeUser(1).name);
}

INSTANTIATE_TEST_SUITE_P(Groups, WorkloadGroupsTest,
                         ::testing::Values(0, 1, 5, 50));

// Counts the rules that have a property.
struct RuleCounts {
  int names = 0, urls = 0, subresources = 0, wildcards = 0, any_scale = 0;
};

void Count(const k8s::PolicyRule& rule, RuleCounts* counts) {
  const auto has = [](const auto& list, const char* part) {
    return absl::c_any_of(list, [part](const std::string& value) {
      return absl::StrContains(value, part);
    });
  };
  counts->names += !rule.resourcenames().empty();
  counts->urls += !rule.nonresourceurls().empty();
  counts->subresources += has(rule.resources(), "/");
  counts->wildcards += has(rule.verbs(), "*");
  counts->any_scale += has(rule.resources(), "*/scale");
}

TEST(WorkloadGeneratorTest, RolesAreOfEverySort) {
  const WorkloadGenerator generator(5, Options(2000));
  RuleCounts counts;
  for (const auto& role : generator.policy().cluster_roles) {
    EXPECT_FALSE(role.rules().empty());
    for (const auto& rule : role.rules()) Count(rule, &counts);
  }
  for (const auto& role : generator.policy().roles) {
    for (const auto& rule : role.rules()) Count(rule, &counts);
  }
  EXPECT_GT(counts.names, 100);
  EXPECT_GT(counts.urls, 2);
  EXPECT_GT(counts.subresources, 100);
  EXPECT_GT(counts.wildcards, 3);
  EXPECT_GT(counts.any_scale, 1);
}

TEST(WorkloadGeneratorTest, SubjectsAndRolesAreMixedAsStated) {
  const WorkloadGenerator generator(6, Options(20000));
  std::map<std::string, int> subjects, roles;
  int total = 0;
  for (const auto& binding : generator.policy().role_bindings) {
    for (const auto& subject : binding.subjects()) {
      ++subjects[subject.kind()];
      ++total;
    }
    ++roles[binding.roleref().kind() == "Role" ? "Role"
                                               : binding.roleref().name()];
  }
  EXPECT_NEAR(subjects["User"], total * 0.40, total * 0.02);
  EXPECT_NEAR(subjects["Group"], total * 0.35, total * 0.02);
  EXPECT_NEAR(subjects["ServiceAccount"], total * 0.25, total * 0.02);
  EXPECT_NEAR(roles["Role"], 19000 * 0.40, 19000 * 0.02);
  EXPECT_NEAR(roles["view"], 19000 * 0.20, 19000 * 0.02);
  EXPECT_NEAR(roles["edit"], 19000 * 0.20, 19000 * 0.02);
  EXPECT_NEAR(roles["admin"], 19000 * 0.05, 19000 * 0.02);
}

TEST(WorkloadGeneratorTest, RequestsAreOfEverySort) {
  const WorkloadGenerator generator(7, Options(2000));
  int urls = 0, accounts = 0, cluster_scope = 0, subresources = 0, named = 0;
  constexpr int kRequests = 4000;
  for (int i = 0; i < kRequests; ++i) {
    const Request request = generator.MakeRequest(i);
    EXPECT_TRUE(request.has_user);
    EXPECT_FALSE(request.verb.empty());
    urls += !request.resource_request;
    accounts += absl::StartsWith(request.user.name, kServiceAccountUserPrefix);
    cluster_scope += request.resource_request && request.namespace_.empty();
    subresources += !request.subresource.empty();
    named += !request.name.empty();
  }
  EXPECT_GT(urls, kRequests / 500);
  EXPECT_GT(accounts, kRequests / 10);
  EXPECT_GT(cluster_scope, kRequests / 10);
  EXPECT_GT(subresources, kRequests / 20);
  EXPECT_GT(named, kRequests / 4);
}

TEST(WorkloadGeneratorTest, ServiceAccountsHaveTheirGroups) {
  const WorkloadGenerator generator(8, Options(2000));
  int seen = 0;
  for (uint64_t i = 0; i < 1000; i += 2) {
    const UserInfo user = generator.MakeRequest(i).user;
    if (!absl::StartsWith(user.name, kServiceAccountUserPrefix)) continue;
    ++seen;
    const std::string rest =
        user.name.substr(std::string(kServiceAccountUserPrefix).size());
    EXPECT_THAT(user.groups,
                IsSupersetOf({std::string(kServiceAccountsGroup),
                              absl::StrCat(kServiceAccountsGroup, ":",
                                           rest.substr(0, rest.find(':'))),
                              std::string(kAuthenticatedGroup)}));
  }
  EXPECT_GT(seen, 50);
}

TEST(WorkloadGeneratorTest, FewBindingsConcernOneUser) {
  const WorkloadGenerator generator(9, Options(20000));
  const UserInfo user = generator.MakeUser(17);
  int concerned = 0;
  for (const auto& binding : generator.policy().role_bindings) {
    for (const auto& subject : binding.subjects()) {
      concerned += subject.name() == user.name ||
                   absl::c_linear_search(user.groups, subject.name());
    }
  }
  EXPECT_GT(concerned, 0);
  EXPECT_LT(concerned, 200);
}

}  // namespace
}  // namespace gatehouse::rbac
