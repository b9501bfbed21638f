#include "rbac/aggregation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "rbac/rules.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

using Roles = std::vector<k8s::ClusterRole>;

// A role from a short text: rules are single letters, which stand for verbs.
struct Spec {
  absl::string_view name;
  absl::string_view rules;      // Such as "xyz".
  absl::string_view labels;     // Label keys, joined by commas.
  absl::string_view selectors;  // A label key each; kNone for no aggregation.
};

k8s::ClusterRole Make(const Spec& spec) {
  k8s::ClusterRole role;
  role.mutable_metadata()->set_name(std::string(spec.name));
  for (const char c : spec.rules) {
    *role.add_rules() = MakeRule(absl::string_view(&c, 1), "", "pods");
  }
  for (absl::string_view key : absl::StrSplit(spec.labels, ',')) {
    (*role.mutable_metadata()->mutable_labels())[std::string(key)] = "1";
  }
  if (spec.selectors == kNone) return role;
  for (absl::string_view key : absl::StrSplit(spec.selectors, ',')) {
    auto* selector = role.mutable_aggregationrule()->add_clusterroleselectors();
    if (key != "all") {
      (*selector->mutable_matchlabels())[std::string(key)] = "1";
    }
  }
  return role;
}

Roles MakeAll(const std::vector<Spec>& specs) {
  Roles roles;
  for (const Spec& spec : specs) roles.push_back(Make(spec));
  return roles;
}

template <typename List>
std::string Letters(const List& rules) {
  return absl::StrJoin(rules, "", [](std::string* out, const auto& rule) {
    out->append(absl::StrJoin(rule.verbs(), ""));
  });
}

struct OneCase {
  const char* what;
  Spec target;
  std::vector<Spec> others;
  const char* want;
  bool changed;
};

TEST(AggregatedRulesTest, Table) {
  const OneCase kCases[] = {
      {"own rules go",
       {"t", "x", "z", "a"},
       {{"s", "y", "a", kNone}},
       "y",
       true},
      {"by name, not by place",
       {"t", "", "z", "a"},
       {{"s", "y", "a", kNone}, {"b", "x", "a", kNone}},
       "xy",
       true},
      {"selectors in order",
       {"t", "", "z", "b,a"},
       {{"1", "x", "a", kNone}, {"2", "y", "b", kNone}},
       "yx",
       true},
      {"a rule is taken once",
       {"t", "", "z", "a,b"},
       {{"1", "xy", "a", kNone}, {"2", "yz", "a,b", kNone}},
       "xyz",
       true},
      {"not itself",
       {"t", "", "a", "a"},
       {{"t", "q", "a", "a"}, {"1", "x", "a", kNone}},
       "x",
       true},
      {"the empty selector selects all",
       {"t", "", "z", "all"},
       {{"1", "x", "a", kNone}, {"2", "y", "b", kNone}},
       "xy",
       true},
      {"nothing left", {"t", "x", "z", "a"}, {}, "", true},
      {"nothing to write",
       {"t", "xy", "z", "a"},
       {{"1", "xy", "a", kNone}},
       "xy",
       false},
      {"order is a change",
       {"t", "yx", "z", "a"},
       {{"1", "xy", "a", kNone}},
       "xy",
       true},
      {"without selectors",
       {"t", "", "z", kNone},
       {{"1", "x", "z", kNone}},
       "",
       false},
  };
  for (const OneCase& c : kCases) {
    SCOPED_TRACE(c.what);
    const auto got = AggregatedRules(Make(c.target), MakeAll(c.others));
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(Letters(got->rules), c.want);
    EXPECT_EQ(got->changed, c.changed);
  }
}

k8s::ClusterRole WithBadSelector() {
  k8s::ClusterRole role = Make({"bad", "x", "a", "b"});
  auto* expression = role.mutable_aggregationrule()
                         ->add_clusterroleselectors()
                         ->add_matchexpressions();
  expression->set_key("k");
  expression->set_operator_("Near");
  return role;
}

TEST(AggregatedRulesTest, BadSelector) {
  const auto got = AggregatedRules(WithBadSelector(), {});
  EXPECT_EQ(ReasonOf(got.status()), Reason::kInvalid);
  EXPECT_EQ(got.status().message(),
            "clusterrole \"bad\": aggregationRule.clusterRoleSelectors[1]: "
            "invalid label selector: "
            "matchExpressions[0].operator: Invalid value: \"Near\": not a "
            "valid selector operator");
}

TEST(AggregatedRulesTest, Ceiling) {
  Roles roles(1, Make({"s", "", "a", kNone}));
  for (size_t i = 0; i <= kMaxAggregatedRules; ++i) {
    roles[0].add_rules()->add_verbs(absl::StrCat(i));
  }
  const k8s::ClusterRole target = Make({"t", "x", "z", "a"});
  EXPECT_EQ(ReasonOf(AggregatedRules(target, roles).status()),
            Reason::kTooLarge);
  roles.push_back(target);
  const AggregationReport report = AggregateAll(roles);
  EXPECT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(Letters(roles[1].rules()), "x");
}

struct AllCase {
  const char* what;
  std::vector<Spec> roles;
  // "name=rules" of each role, by name.
  const char* want;
  const char* changed;
};

std::string DumpAll(Roles roles) {
  std::sort(roles.begin(), roles.end(), [](const auto& a, const auto& b) {
    return a.metadata().name() < b.metadata().name();
  });
  return absl::StrJoin(roles, " ", [](std::string* out, const auto& role) {
    absl::StrAppend(out, role.metadata().name(), "=", Letters(role.rules()));
  });
}

TEST(AggregateAllTest, EveryOrderGivesTheSame) {
  const AllCase kCases[] = {
      {"no aggregates", {{"p", "x", "a", kNone}}, "p=x", ""},
      {"aggregate of aggregate of aggregate",
       {{"a", "", "z", "b"},
        {"m", "q", "b", "c"},
        {"n", "", "c", "d"},
        {"p", "xy", "d", kNone}},
       "a=xy m=xy n=xy p=xy",
       "a,m,n"},
      {"nothing to do",
       {{"a", "x", "z", "d"}, {"p", "x", "d", kNone}},
       "a=x p=x",
       ""},
      {"a circle holds what plain roles give it",
       {{"a", "s", "l", "m,p"},
        {"b", "t", "m", "l,q"},
        {"x", "x", "p", kNone},
        {"y", "y", "q", kNone}},
       "a=xy b=xy x=x y=y",
       "a,b"},
      {"a circle by itself holds nothing",
       {{"a", "x", "l", "m"}, {"b", "y", "m", "n"}, {"c", "z", "n", "l"}},
       "a= b= c=",
       "a,b,c"},
      {"admin, edit, view",
       {{"admin", "", "z", "to-admin"},
        {"edit", "", "to-admin", "to-edit"},
        {"view", "", "to-edit", "to-view"},
        {"e", "e", "to-edit", kNone},
        {"v", "v", "to-view", kNone},
        {"w", "v", "to-view,to-admin", kNone}},
       "admin=ev e=e edit=ev v=v view=v w=v",
       "admin,edit,view"},
  };
  for (const AllCase& c : kCases) {
    std::vector<size_t> order(c.roles.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
      Roles roles;
      for (const size_t i : order) roles.push_back(Make(c.roles[i]));
      const AggregationReport report = AggregateAll(roles);
      ASSERT_EQ(DumpAll(roles), c.want) << c.what;
      ASSERT_EQ(absl::StrJoin(report.changed, ","), c.changed) << c.what;
      ASSERT_TRUE(report.errors.empty()) << c.what;
      ASSERT_TRUE(report.unsettled.empty()) << c.what;
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(AggregateAllTest, ABadSelectorLeavesThatRoleAlone) {
  Roles roles = {WithBadSelector(), Make({"t", "", "z", "a"})};
  const AggregationReport report = AggregateAll(roles);
  EXPECT_EQ(DumpAll(roles), "bad=x t=x");
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].find("clusterrole \"bad\": aggregationRule"), 0u);
}

TEST(AggregateAllTest, LongChainsConverge) {
  Roles roles;
  for (int i = 0; i < 60; ++i) {
    const std::string label = absl::StrCat("l", i);
    const std::string next = absl::StrCat("l", i + 1);
    roles.push_back(Make({absl::StrCat("r", 100 + i), "", label, next}));
  }
  roles.push_back(Make({"z", "x", "l60", kNone}));
  const AggregationReport report = AggregateAll(roles);
  EXPECT_TRUE(report.unsettled.empty());
  EXPECT_EQ(Letters(roles[0].rules()), "x");
}

TEST(HasAggregationRuleTest, NeedsSelectors) {
  k8s::ClusterRole role;
  EXPECT_FALSE(HasAggregationRule(role));
  role.mutable_aggregationrule();
  EXPECT_FALSE(HasAggregationRule(role));
  role.mutable_aggregationrule()->add_clusterroleselectors();
  EXPECT_TRUE(HasAggregationRule(role));
}

}  // namespace
}  // namespace gatehouse::rbac
