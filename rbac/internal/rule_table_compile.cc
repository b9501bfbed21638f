// Compiling rules into a RuleTable.
#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "rbac/internal/bits.h"
#include "rbac/internal/rule_table.h"

namespace gatehouse::rbac::internal {
namespace {

// A rule of more atoms than this stays as it is. Ordinary rules have a few
// dozen.
constexpr uint64_t kMaxAtomsPerRule = 1024;
// A table of more atoms is not worth copying into a merged one.
constexpr uint32_t kMaxMergeableAtoms = 64;

// The smallest power of two that `count` entries fill by three quarters at
// most.
size_t SlotsFor(uint64_t count) {
  if (count == 0) return 0;
  size_t slots = 2;
  while (slots * 3 < count * 4) slots *= 2;
  return slots;
}

uint64_t AtomsOf(const k8s::PolicyRule& rule) {
  uint64_t atoms = rule.apigroups_size();
  atoms *= rule.resources_size();
  return rule.verbs_size() == 0 ? 0 : atoms;
}

// On how many pages the rule's verbs can be at most. All are numbered.
uint64_t MaxPages(const k8s::PolicyRule& rule, const Symbols& symbols) {
  const uint64_t pages = symbols.verbs.size() / kVerbsPerPage + 1;
  return std::min<uint64_t>(rule.verbs_size(), pages);
}

bool IsWide(const k8s::PolicyRule& rule, const Symbols& symbols) {
  const uint64_t atoms = AtomsOf(rule) * MaxPages(rule, symbols);
  return atoms > kMaxAtomsPerRule ||
         atoms * rule.resourcenames_size() > kMaxAtomsPerRule;
}

}  // namespace

struct RuleTable::Names {
  absl::InlinedVector<VerbPage, 1> pages;
  absl::InlinedVector<uint32_t, 8> verbs, groups, resources;
};

RuleTable::RuleTable(absl::Span<const k8s::PolicyRule* const> rules,
                     Symbols& symbols) {
  for (const k8s::PolicyRule* rule : rules) {
    for (const std::string& verb : rule->verbs()) symbols.verbs.Intern(verb);
  }
  Reserve(rules, symbols);
  for (const k8s::PolicyRule* rule : rules) {
    if (AtomsOf(*rule) != 0) AddResourceRule(*rule, symbols);
    AddUrls(*rule, symbols);
  }
  SortUrls();
}

bool RuleTable::mergeable() const {
  return wide_.empty() && atoms_ <= kMaxMergeableAtoms;
}

void RuleTable::Reserve(absl::Span<const k8s::PolicyRule* const> rules,
                        const Symbols& symbols) {
  uint64_t slots = 0;
  uint64_t names = 0;
  for (const k8s::PolicyRule* rule : rules) {
    if (IsWide(*rule, symbols)) continue;
    const uint64_t atoms = AtomsOf(*rule) * MaxPages(*rule, symbols);
    slots += atoms;
    names += atoms * rule->resourcenames_size();
  }
  slots_.resize(SlotsFor(slots));
  names_.resize(SlotsFor(names));
}

void RuleTable::AddResourceRule(const k8s::PolicyRule& rule, Symbols& symbols) {
  Names names;
  for (const std::string& verb : rule.verbs()) {
    names.verbs.push_back(symbols.verbs.Intern(verb));
  }
  for (const std::string& group : rule.apigroups()) {
    names.groups.push_back(symbols.groups.Intern(group));
  }
  for (const std::string& resource : rule.resources()) {
    names.resources.push_back(symbols.InternResource(resource));
    if (absl::StartsWith(resource, "*/")) any_of_subresource_ = true;
  }
  for (const uint32_t verb : names.verbs) {
    const uint32_t page = verb == kAny ? 0 : PageOf(verb);
    const uint64_t bit = verb == kAny ? kAnyVerb : BitOf(verb);
    auto it = absl::c_find_if(
        names.pages, [page](const VerbPage& p) { return p.page == page; });
    if (it == names.pages.end()) {
      it = names.pages.insert(names.pages.end(), {page, 0});
    }
    it->verbs |= bit;
    filter_.verbs |= FilterBits(page, bit);
  }
  if (!IsWide(rule, symbols)) {
    AddAtoms(rule, names);
    return;
  }
  WideRule wide;
  wide.verbs.assign(names.verbs.begin(), names.verbs.end());
  wide.groups.assign(names.groups.begin(), names.groups.end());
  wide.resources.assign(names.resources.begin(), names.resources.end());
  wide.names.assign(rule.resourcenames().begin(), rule.resourcenames().end());
  absl::c_sort(wide.verbs);
  absl::c_sort(wide.groups);
  absl::c_sort(wide.resources);
  absl::c_sort(wide.names);
  filter_.resources = ~uint64_t{0};
  wide_.push_back(std::move(wide));
}

void RuleTable::AddAtoms(const k8s::PolicyRule& rule, const Names& names) {
  const bool named = rule.resourcenames_size() != 0;
  for (const uint32_t resource : names.resources) {
    // Rules "*/log" match by another number than the request's own.
    filter_.resources |= ResourceBit(resource);
    if (resource == kAny || any_of_subresource_) {
      filter_.resources |= kAnyResourceBit;
    }
    if (resource == kAny) any_resource_ = true;
    for (const uint32_t group : names.groups) {
      if (group == kAny) any_group_ = true;
      ++atoms_;
      for (const VerbPage& page : names.pages) {
        AddAtom(group, resource, page, named);
        for (const std::string& name : rule.resourcenames()) {
          AddNamedAtom(group, resource, page, name);
        }
      }
    }
  }
}

void RuleTable::AddAtom(uint32_t group, uint32_t resource, const VerbPage& page,
                        bool named) {
  const size_t mask = slots_.size() - 1;
  size_t i = HashAtom(group, resource, page.page) & mask;
  while (slots_[i].group != kNone &&
         (slots_[i].group != group || slots_[i].resource != resource ||
          slots_[i].page != page.page)) {
    i = (i + 1) & mask;
  }
  Slot& slot = slots_[i];
  slot.group = group;
  slot.resource = resource;
  slot.page = page.page;
  if (named) {
    slot.has_names = 1;
  } else {
    slot.verbs |= page.verbs;
  }
}

void RuleTable::AddNamedAtom(uint32_t group, uint32_t resource,
                             const VerbPage& page, const std::string& name) {
  const size_t mask = names_.size() - 1;
  size_t i = (HashAtom(group, resource, page.page) ^ HashName(name)) & mask;
  while (names_[i].group != kNone &&
         (names_[i].group != group || names_[i].resource != resource ||
          names_[i].page != page.page || name_texts_[names_[i].name] != name)) {
    i = (i + 1) & mask;
  }
  NamedSlot& slot = names_[i];
  if (slot.group == kNone) {
    slot.group = group;
    slot.resource = resource;
    slot.page = page.page;
    slot.name = static_cast<uint32_t>(name_texts_.size());
    ++atoms_;
    name_texts_.push_back(name);
  }
  slot.verbs |= page.verbs;
}

void RuleTable::AddUrls(const k8s::PolicyRule& rule, Symbols& symbols) {
  if (rule.nonresourceurls_size() == 0) return;
  for (const std::string& verb : rule.verbs()) {
    const uint32_t id = symbols.verbs.Intern(verb);
    const uint32_t page = id == kAny ? 0 : PageOf(id);
    const uint64_t bit = id == kAny ? kAnyVerb : BitOf(id);
    filter_.url_verbs |= FilterBits(page, bit);
    for (const std::string& url : rule.nonresourceurls()) {
      const bool prefix = absl::EndsWith(url, "*");
      const size_t end = prefix ? url.find_last_not_of('*') + 1 : url.size();
      urls_.push_back(Url{url.substr(0, end), prefix, page, bit});
    }
  }
}

// Sorts, joins the verbs of equal URLs, and notes how long the prefixes are.
void RuleTable::SortUrls() {
  const auto key = [](const Url& url) {
    return std::tie(url.prefix, url.text, url.page);
  };
  absl::c_sort(urls_,
               [&key](const Url& a, const Url& b) { return key(a) < key(b); });
  std::vector<Url> joined;
  for (Url& url : urls_) {
    if (!joined.empty() && key(joined.back()) == key(url)) {
      joined.back().verbs |= url.verbs;
    } else {
      joined.push_back(std::move(url));
    }
  }
  urls_ = std::move(joined);
  atoms_ += static_cast<uint32_t>(urls_.size());
  for (const Url& url : urls_) {
    if (url.prefix) prefix_lengths_.push_back(url.text.size());
  }
  absl::c_sort(prefix_lengths_);
  prefix_lengths_.erase(
      std::unique(prefix_lengths_.begin(), prefix_lengths_.end()),
      prefix_lengths_.end());
}

}  // namespace gatehouse::rbac::internal
