#include "rbac/rules.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "rbac/wildcard.h"

namespace gatehouse::rbac {
namespace {

using StringList = google::protobuf::RepeatedPtrField<std::string>;

bool Has(const StringList& list, absl::string_view wanted) {
  return absl::c_any_of(
      list, [&](const std::string& entry) { return entry == wanted; });
}

bool SameList(const StringList& a, const StringList& b) {
  return absl::c_equal(a, b);
}

// Cuts all trailing stars off; false if there were none.
bool CutStars(absl::string_view& pattern) {
  if (!absl::EndsWith(pattern, kAll)) return false;
  while (absl::ConsumeSuffix(&pattern, kAll)) {
  }
  return true;
}

// Returns true if `entry` is "resource/subresource", without joining them.
bool IsJoined(absl::string_view entry, absl::string_view resource,
              absl::string_view subresource) {
  return entry.size() == resource.size() + 1 + subresource.size() &&
         absl::ConsumePrefix(&entry, resource) &&
         absl::ConsumePrefix(&entry, "/") && entry == subresource;
}

// An atom of a rule, borrowed from it: a resource atom, or, with `url` set, a
// URL atom.
struct Atom {
  const std::string* group = nullptr;
  const std::string* resource = nullptr;
  const std::string* name = nullptr;  // Null where any name is meant.
  const std::string* url = nullptr;
  const std::string* verb = nullptr;
};

k8s::PolicyRule ToRule(const Atom& atom) {
  k8s::PolicyRule rule;
  rule.add_verbs(*atom.verb);
  if (atom.group != nullptr) rule.add_apigroups(*atom.group);
  if (atom.resource != nullptr) rule.add_resources(*atom.resource);
  if (atom.name != nullptr) rule.add_resourcenames(*atom.name);
  if (atom.url != nullptr) rule.add_nonresourceurls(*atom.url);
  return rule;
}

// The number of atoms of `rule`, at most kMaxAtoms + 1.
size_t CountAtoms(const k8s::PolicyRule& rule) {
  size_t count = 1;
  const size_t names = std::max(rule.resourcenames_size(), 1);
  for (const size_t factor : {static_cast<size_t>(rule.apigroups_size()),
                              static_cast<size_t>(rule.resources_size()), names,
                              static_cast<size_t>(rule.verbs_size())}) {
    // Both factors are small enough: a list has fewer than 2^31 entries.
    count = std::min(count * factor, kMaxAtoms + 1);
  }
  const size_t urls = static_cast<size_t>(rule.nonresourceurls_size()) *
                      static_cast<size_t>(rule.verbs_size());
  return std::min(count + urls, kMaxAtoms + 1);
}

// Appends the atoms of `rule`.
void AppendAtoms(const k8s::PolicyRule& rule, std::vector<Atom>& atoms) {
  // Else a rule of many groups and resources could cost much and yield nothing.
  if (rule.verbs().empty()) return;
  for (const std::string& group : rule.apigroups()) {
    for (const std::string& resource : rule.resources()) {
      for (const std::string& verb : rule.verbs()) {
        if (rule.resourcenames().empty()) {
          atoms.push_back({&group, &resource, nullptr, nullptr, &verb});
        }
        for (const std::string& name : rule.resourcenames()) {
          atoms.push_back({&group, &resource, &name, nullptr, &verb});
        }
      }
    }
  }
  for (const std::string& url : rule.nonresourceurls()) {
    for (const std::string& verb : rule.verbs()) {
      atoms.push_back({nullptr, nullptr, nullptr, &url, &verb});
    }
  }
}

// Breaks down all `rules`, or fails over the ceiling.
absl::StatusOr<std::vector<Atom>> AtomsOf(
    absl::Span<const k8s::PolicyRule> rules) {
  size_t count = 0;
  for (size_t i = 0; i < rules.size(); ++i) {
    count += CountAtoms(rules[i]);
    if (count > kMaxAtoms) {
      return MakeError(
          absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
          absl::StrCat("rules[", i, "]: the rules up to here grant more than ",
                       kMaxAtoms,
                       " combinations of verb, API group, resource and name; "
                       "use fewer entries or a wildcard"));
    }
  }
  std::vector<Atom> atoms;
  atoms.reserve(count);
  for (const k8s::PolicyRule& rule : rules) AppendAtoms(rule, atoms);
  return atoms;
}

// Returns true if the list of an owner's rule covers the resource of an atom.
bool ResourceCovers(const StringList& owner, absl::string_view wanted) {
  if (Has(owner, kAll) || Has(owner, wanted)) return true;
  const size_t slash = wanted.find('/');
  if (slash == absl::string_view::npos) return false;
  const absl::string_view subresource = wanted.substr(slash + 1);
  return absl::c_any_of(owner, [&](const std::string& entry) {
    return IsJoined(entry, kAll, subresource);
  });
}

// Returns true if one rule of an owner covers the atom. An owner's names
// restrict URL atoms too: Kubernetes does not tell the two kinds apart here.
bool RuleCovers(const k8s::PolicyRule& owner, const Atom& atom) {
  if (!VerbMatches(owner, *atom.verb)) return false;
  if (!owner.resourcenames().empty() &&
      (atom.name == nullptr || !Has(owner.resourcenames(), *atom.name))) {
    return false;
  }
  if (atom.url != nullptr) {
    return absl::c_any_of(owner.nonresourceurls(), [&](const std::string& url) {
      return NonResourceUrlCovers(url, *atom.url);
    });
  }
  return ApiGroupMatches(owner, *atom.group) &&
         ResourceCovers(owner.resources(), *atom.resource);
}

// What one look of RuleCovers may cost, see kMaxCoverSteps.
size_t StepsOf(const k8s::PolicyRule& owner, const Atom& atom) {
  size_t bytes = atom.verb->size();
  for (const std::string* part :
       {atom.group, atom.resource, atom.name, atom.url}) {
    if (part != nullptr) bytes += part->size();
  }
  const size_t entries = 1 + owner.verbs_size() + owner.apigroups_size() +
                         owner.resources_size() + owner.resourcenames_size() +
                         owner.nonresourceurls_size();
  return entries * (1 + bytes / 64);
}

std::string QuotedList(absl::string_view field, const StringList& values) {
  return absl::StrCat(field, ":[",
                      absl::StrJoin(values, " ",
                                    [](std::string* out, const auto& value) {
                                      out->append(GoQuote(value));
                                    }),
                      "]");
}

// The text that kubectl's order of rules compares.
std::string SortKey(const k8s::PolicyRule& rule) {
  const auto list = [](absl::string_view field, const StringList& values) {
    return absl::StrCat(field, ":[", absl::StrJoin(values, " "), "],");
  };
  return absl::StrCat(list("Verbs", rule.verbs()),
                      list("APIGroups", rule.apigroups()),
                      list("Resources", rule.resources()),
                      list("ResourceNames", rule.resourcenames()),
                      list("NonResourceURLs", rule.nonresourceurls()));
}

}  // namespace

bool VerbMatches(const k8s::PolicyRule& rule, absl::string_view verb) {
  return (WildcardGrants(verb) && Has(rule.verbs(), kAll)) ||
         Has(rule.verbs(), verb);
}

bool ApiGroupMatches(const k8s::PolicyRule& rule, absl::string_view api_group) {
  return Has(rule.apigroups(), kAll) || Has(rule.apigroups(), api_group);
}

bool ResourceMatches(const k8s::PolicyRule& rule, absl::string_view resource,
                     absl::string_view subresource) {
  return absl::c_any_of(rule.resources(), [&](const std::string& entry) {
    if (entry == kAll) return true;
    if (subresource.empty()) return entry == resource;
    return IsJoined(entry, resource, subresource) ||
           IsJoined(entry, kAll, subresource);
  });
}

bool ResourceNameMatches(const k8s::PolicyRule& rule, absl::string_view name) {
  return rule.resourcenames().empty() || Has(rule.resourcenames(), name);
}

bool NonResourceUrlMatches(const k8s::PolicyRule& rule,
                           absl::string_view path) {
  return absl::c_any_of(rule.nonresourceurls(), [&](const std::string& entry) {
    return NonResourceUrlCovers(entry, path);
  });
}

bool NonResourceUrlCovers(absl::string_view owner, absl::string_view wanted) {
  if (owner == wanted) return true;
  return CutStars(owner) && absl::StartsWith(wanted, owner);
}

bool RuleMatches(const k8s::PolicyRule& rule,
                 const authz::Attributes& attributes) {
  if (!VerbMatches(rule, attributes.verb)) return false;
  if (!attributes.resource_request) {
    return NonResourceUrlMatches(rule, attributes.path);
  }
  return ApiGroupMatches(rule, attributes.api_group) &&
         ResourceMatches(rule, attributes.resource, attributes.subresource) &&
         ResourceNameMatches(rule, attributes.name);
}

bool SameRule(const k8s::PolicyRule& a, const k8s::PolicyRule& b) {
  return SameList(a.verbs(), b.verbs()) &&
         SameList(a.apigroups(), b.apigroups()) &&
         SameList(a.resources(), b.resources()) &&
         SameList(a.resourcenames(), b.resourcenames()) &&
         SameList(a.nonresourceurls(), b.nonresourceurls());
}

std::vector<k8s::PolicyRule> ToVector(
    const google::protobuf::RepeatedPtrField<k8s::PolicyRule>& rules) {
  return std::vector<k8s::PolicyRule>(rules.begin(), rules.end());
}

absl::StatusOr<std::vector<k8s::PolicyRule>> BreakdownRule(
    const k8s::PolicyRule& rule) {
  auto atoms = AtomsOf(absl::MakeConstSpan(&rule, 1));
  if (!atoms.ok()) return atoms.status();
  std::vector<k8s::PolicyRule> rules;
  rules.reserve(atoms->size());
  for (const Atom& atom : *atoms) rules.push_back(ToRule(atom));
  return rules;
}

absl::StatusOr<CoverResult> Covers(absl::Span<const k8s::PolicyRule> owner,
                                   absl::Span<const k8s::PolicyRule> servant) {
  auto atoms = AtomsOf(servant);
  if (!atoms.ok()) return atoms.status();
  CoverResult result;
  size_t steps = 0;
  for (const Atom& atom : *atoms) {
    const bool covered =
        absl::c_any_of(owner, [&](const k8s::PolicyRule& rule) {
          if (steps > kMaxCoverSteps) return false;
          steps += StepsOf(rule, atom);
          return RuleCovers(rule, atom);
        });
    if (steps > kMaxCoverSteps) {
      return MakeError(
          absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
          absl::StrCat("comparing ", servant.size(), " wanted rules with ",
                       owner.size(), " held rules takes more than ",
                       kMaxCoverSteps, " steps"));
    }
    if (!covered) result.uncovered.push_back(ToRule(atom));
  }
  result.covered = result.uncovered.empty();
  return result;
}

bool IsSimpleRule(const k8s::PolicyRule& rule) {
  return rule.apigroups_size() == 1 && rule.resources_size() == 1 &&
         rule.resourcenames_size() <= 1 && rule.nonresourceurls().empty();
}

std::vector<k8s::PolicyRule> CompactRules(
    absl::Span<const k8s::PolicyRule> rules) {
  std::vector<k8s::PolicyRule> compact;
  // Group, resource, number of names, name -> index in `compact`.
  std::map<std::tuple<std::string, std::string, int, std::string>, size_t> seen;
  for (const k8s::PolicyRule& rule : rules) {
    if (!IsSimpleRule(rule)) {
      compact.push_back(rule);
      continue;
    }
    const int names = rule.resourcenames_size();
    const auto [it, added] =
        seen.try_emplace({rule.apigroups(0), rule.resources(0), names,
                          names == 0 ? std::string() : rule.resourcenames(0)},
                         compact.size());
    if (added) {
      compact.push_back(rule);
    } else {
      compact[it->second].mutable_verbs()->MergeFrom(rule.verbs());
    }
  }
  return compact;
}

std::string CompactString(const k8s::PolicyRule& rule) {
  const std::pair<absl::string_view, const StringList*> fields[] = {
      {"APIGroups", &rule.apigroups()},
      {"Resources", &rule.resources()},
      {"NonResourceURLs", &rule.nonresourceurls()},
      {"ResourceNames", &rule.resourcenames()},
      {"Verbs", &rule.verbs()}};
  std::vector<std::string> parts;
  for (const auto& [field, values] : fields) {
    if (!values->empty()) parts.push_back(QuotedList(field, *values));
  }
  return absl::StrCat("{", absl::StrJoin(parts, ", "), "}");
}

void SortRules(std::vector<k8s::PolicyRule>& rules) {
  std::vector<std::pair<std::string, size_t>> keys;
  keys.reserve(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) {
    keys.emplace_back(SortKey(rules[i]), i);
  }
  absl::c_sort(keys);
  std::vector<k8s::PolicyRule> sorted;
  sorted.reserve(rules.size());
  for (const auto& [key, i] : keys) sorted.push_back(std::move(rules[i]));
  rules = std::move(sorted);
}

authz::Rules SplitRules(absl::Span<const k8s::PolicyRule> rules) {
  authz::Rules out;
  for (const k8s::PolicyRule& rule : rules) {
    if (!rule.resources().empty()) {
      k8s::ResourceRule& split = out.resource_rules.emplace_back();
      *split.mutable_verbs() = rule.verbs();
      *split.mutable_apigroups() = rule.apigroups();
      *split.mutable_resources() = rule.resources();
      *split.mutable_resourcenames() = rule.resourcenames();
    }
    if (!rule.nonresourceurls().empty()) {
      k8s::NonResourceRule& split = out.non_resource_rules.emplace_back();
      *split.mutable_verbs() = rule.verbs();
      *split.mutable_nonresourceurls() = rule.nonresourceurls();
    }
  }
  return out;
}

}  // namespace gatehouse::rbac
