#include "rbac/aggregation.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "rbac/labels.h"
#include "rbac/rules.h"

namespace gatehouse::rbac {
namespace {

using RoleList = std::vector<const k8s::ClusterRole*>;

absl::string_view NameOf(const k8s::ClusterRole& role) {
  return role.metadata().name();
}

RoleList SortedByName(absl::Span<const k8s::ClusterRole> roles) {
  RoleList sorted;
  sorted.reserve(roles.size());
  for (const k8s::ClusterRole& role : roles) sorted.push_back(&role);
  absl::c_stable_sort(sorted, [](const auto* a, const auto* b) {
    return NameOf(*a) < NameOf(*b);
  });
  return sorted;
}

// The roles that `target` gathers from, in the order in which it does; one that
// several selectors select is there once, since its rules are taken once.
absl::StatusOr<RoleList> SourcesOf(const k8s::ClusterRole& target,
                                   const RoleList& sorted) {
  const auto& selectors = target.aggregationrule().clusterroleselectors();
  RoleList sources;
  absl::flat_hash_set<const k8s::ClusterRole*> taken;
  for (int i = 0; i < selectors.size(); ++i) {
    const auto selector = Selector::Parse(&selectors[i]);
    if (!selector.ok()) {
      return InContext(
          absl::StrCat("aggregationRule.clusterRoleSelectors[", i, "]"),
          selector.status());
    }
    for (const k8s::ClusterRole* role : sorted) {
      if (NameOf(*role) != NameOf(target) &&
          selector->Matches(role->metadata().labels()) &&
          taken.insert(role).second) {
        sources.push_back(role);
      }
    }
  }
  return sources;
}

// A text that two rules share if and only if they are the same.
std::string RuleKey(const k8s::PolicyRule& rule) {
  std::string key;
  for (const auto* list : {&rule.verbs(), &rule.apigroups(), &rule.resources(),
                           &rule.resourcenames(), &rule.nonresourceurls()}) {
    absl::StrAppend(&key, list->size(), "[");
    for (const std::string& value : *list) {
      absl::StrAppend(&key, value.size(), ":", value);
    }
  }
  return key;
}

absl::StatusOr<std::vector<k8s::PolicyRule>> Gather(const RoleList& sources) {
  std::vector<k8s::PolicyRule> rules;
  absl::flat_hash_set<std::string> seen;
  for (const k8s::ClusterRole* source : sources) {
    for (const k8s::PolicyRule& rule : source->rules()) {
      if (!seen.insert(RuleKey(rule)).second) continue;
      if (rules.size() == kMaxAggregatedRules) {
        return MakeError(absl::StatusCode::kResourceExhausted,
                         Reason::kTooLarge,
                         absl::StrCat("aggregates more than ",
                                      kMaxAggregatedRules, " rules"));
      }
      rules.push_back(rule);
    }
  }
  return rules;
}

bool SameRules(absl::Span<const k8s::PolicyRule> gathered,
               const k8s::ClusterRole& role) {
  return absl::c_equal(gathered, role.rules(), SameRule);
}

void SetRules(std::vector<k8s::PolicyRule> rules, k8s::ClusterRole& role) {
  role.clear_rules();
  role.mutable_rules()->Reserve(static_cast<int>(rules.size()));
  for (k8s::PolicyRule& rule : rules) *role.add_rules() = std::move(rule);
}

// An aggregated role at work.
struct Aggregate {
  k8s::ClusterRole* role;
  RoleList sources;
  std::vector<k8s::PolicyRule> before;
};

// Returns an error that names the role it is of, so that callers need not.
absl::Status ErrorOf(const k8s::ClusterRole& role, const absl::Status& status) {
  return InContext(absl::StrCat("clusterrole ", GoQuote(NameOf(role))), status);
}

void ReportError(const k8s::ClusterRole& role, const absl::Status& status,
                 AggregationReport& report) {
  report.errors.emplace_back(ErrorOf(role, status).message());
}

// Finds the aggregated roles by name; one with a bad selector is reported.
std::vector<Aggregate> FindAggregates(std::vector<k8s::ClusterRole>& roles,
                                      AggregationReport& report) {
  const RoleList sorted = SortedByName(roles);
  std::vector<Aggregate> aggregates;
  for (const k8s::ClusterRole* role : sorted) {
    if (!HasAggregationRule(*role)) continue;
    auto sources = SourcesOf(*role, sorted);
    if (!sources.ok()) {
      ReportError(*role, sources.status(), report);
      continue;
    }
    k8s::ClusterRole& target = roles[role - roles.data()];
    aggregates.push_back({&target, *std::move(sources), {}});
  }
  return aggregates;
}

// Gathers once for every aggregate, in order, and returns the names of those
// that changed. An aggregate that grows too large is given back its former
// rules and leaves the list.
std::vector<std::string> RunRound(std::vector<Aggregate>& aggregates,
                                  AggregationReport& report) {
  std::vector<std::string> changed;
  for (size_t i = 0; i < aggregates.size();) {
    k8s::ClusterRole& role = *aggregates[i].role;
    auto rules = Gather(aggregates[i].sources);
    if (!rules.ok()) {
      ReportError(role, rules.status(), report);
      SetRules(std::move(aggregates[i].before), role);
      changed.emplace_back(NameOf(role));
      aggregates.erase(aggregates.begin() + i);
      continue;
    }
    if (!SameRules(*rules, role)) {
      SetRules(*std::move(rules), role);
      changed.emplace_back(NameOf(role));
    }
    ++i;
  }
  return changed;
}

}  // namespace

bool HasAggregationRule(const k8s::ClusterRole& role) {
  return !role.aggregationrule().clusterroleselectors().empty();
}

absl::StatusOr<AggregatedRulesResult> AggregatedRules(
    const k8s::ClusterRole& target, absl::Span<const k8s::ClusterRole> all) {
  auto sources = SourcesOf(target, SortedByName(all));
  if (!sources.ok()) return ErrorOf(target, sources.status());
  auto rules = Gather(*sources);
  if (!rules.ok()) return ErrorOf(target, rules.status());
  AggregatedRulesResult result;
  result.rules = *std::move(rules);
  result.changed = !SameRules(result.rules, target);
  return result;
}

AggregationReport AggregateAll(std::vector<k8s::ClusterRole>& roles) {
  AggregationReport report;
  std::vector<Aggregate> aggregates = FindAggregates(roles, report);
  for (Aggregate& aggregate : aggregates) {
    aggregate.before = ToVector(aggregate.role->rules());
    aggregate.role->clear_rules();
  }
  // Rules travel at least one step along a chain of aggregates in each round.
  const size_t rounds = aggregates.size() + 2;
  for (size_t round = 0; round < rounds; ++round) {
    report.unsettled = RunRound(aggregates, report);
    if (report.unsettled.empty()) break;
  }
  for (const Aggregate& aggregate : aggregates) {
    if (!SameRules(aggregate.before, *aggregate.role)) {
      report.changed.emplace_back(NameOf(*aggregate.role));
    }
  }
  absl::c_sort(report.errors);
  return report;
}

}  // namespace gatehouse::rbac
