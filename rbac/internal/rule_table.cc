#include "rbac/internal/rule_table.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "rbac/internal/bits.h"
#include "rbac/wildcard.h"

namespace gatehouse::rbac::internal {
namespace {

// Finds "resource/subresource" without making a string of it.
uint32_t FindCombined(const SymbolTable& table, absl::string_view resource,
                      absl::string_view subresource) {
  char buffer[256];
  const size_t size = resource.size() + 1 + subresource.size();
  if (size > sizeof(buffer)) {
    return table.Find(absl::StrCat(resource, "/", subresource));
  }
  // memcpy wants a non-null source even for no bytes.
  if (!resource.empty()) {
    std::memcpy(buffer, resource.data(), resource.size());
  }
  buffer[resource.size()] = '/';
  std::memcpy(buffer + resource.size() + 1, subresource.data(),
              subresource.size());
  return table.Find(absl::string_view(buffer, size));
}

bool HasAnyOr(const std::vector<uint32_t>& sorted, uint32_t id) {
  return sorted.front() == kAny || absl::c_binary_search(sorted, id);
}

}  // namespace

Query Query::Make(const Symbols& symbols, const authz::Attributes& a) {
  Query q;
  q.resource_request = a.resource_request;
  q.name = a.name;
  q.path = a.path;
  const uint32_t verb = symbols.verbs.Find(a.verb);
  if (verb != kNone && verb != kAny) {
    q.verb_page = PageOf(verb);
    q.verb_bit = BitOf(verb);
  }
  if (WildcardGrants(a.verb)) q.any_verb = kAnyVerb;
  const uint64_t verb_filter = FilterBits(q.verb_page, q.verb_bit) | q.any_verb;
  if (!q.resource_request) {
    q.url_verb_filter = verb_filter;
    return q;
  }
  q.verb_filter = verb_filter;

  q.group = symbols.groups.Find(a.api_group);
  if (a.subresource.empty()) {
    q.resource = symbols.resources.Find(a.resource);
  } else {
    q.resource = FindCombined(symbols.resources, a.resource, a.subresource);
    if (symbols.any_of_subresource) {
      q.any_of_subresource =
          FindCombined(symbols.resources, "*", a.subresource);
    }
  }
  q.resource_filter = kAnyResourceBit;
  if (q.resource != kNone) q.resource_filter |= ResourceBit(q.resource);
  return q;
}

bool RuleTable::ProbeName(absl::string_view name, uint32_t group,
                          uint32_t resource, uint32_t page,
                          uint64_t bits) const {
  const size_t mask = names_.size() - 1;
  for (size_t i = (HashAtom(group, resource, page) ^ HashName(name)) & mask;;
       i = (i + 1) & mask) {
    const NamedSlot& slot = names_[i];
    if (slot.group == kNone) return false;
    if (slot.group == group && slot.resource == resource && slot.page == page &&
        name_texts_[slot.name] == name) {
      return (slot.verbs & bits) != 0;
    }
  }
}

bool RuleTable::Probe(const Query& query, uint32_t group, uint32_t resource,
                      uint32_t page, uint64_t bits) const {
  const size_t mask = slots_.size() - 1;
  for (size_t i = HashAtom(group, resource, page) & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.group == kNone) return false;
    if (slot.group != group || slot.resource != resource || slot.page != page) {
      continue;
    }
    if ((slot.verbs & bits) != 0) return true;
    return slot.has_names != 0 &&
           ProbeName(query.name, group, resource, page, bits);
  }
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool RuleTable::ProbeGroup(
    const Query& query, uint32_t group, uint32_t page, uint64_t bits) const {
  if (query.resource != kNone &&
      Probe(query, group, query.resource, page, bits)) {
    return true;
  }
  if (any_resource_ && Probe(query, group, kAny, page, bits)) return true;
  return any_of_subresource_ && query.any_of_subresource != kNone &&
         Probe(query, group, query.any_of_subresource, page, bits);
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool RuleTable::ProbePage(
    const Query& query, uint32_t page, uint64_t bits) const {
  if (query.group != kNone && ProbeGroup(query, query.group, page, bits)) {
    return true;
  }
  return any_group_ && ProbeGroup(query, kAny, page, bits);
}

bool RuleTable::MatchesResource(const Query& query) const {
  if (!slots_.empty()) {
    const uint64_t bits =
        query.any_verb | (query.verb_page == 0 ? query.verb_bit : 0);
    if (ProbePage(query, 0, bits)) return true;
    if (query.verb_page != 0 &&
        ProbePage(query, query.verb_page, query.verb_bit)) {
      return true;
    }
  }
  for (const WideRule& rule : wide_) {
    if (MatchesWide(rule, query)) return true;
  }
  return false;
}

bool RuleTable::MatchesWide(const WideRule& rule, const Query& query) {
  const uint32_t verb =
      query.verb_bit == 0
          ? kNone
          : query.verb_page * kVerbsPerPage + 1 +
                static_cast<uint32_t>(__builtin_ctzll(query.verb_bit));
  if (query.any_verb == 0 ? !absl::c_binary_search(rule.verbs, verb)
                          : !HasAnyOr(rule.verbs, verb)) {
    return false;
  }
  if (!HasAnyOr(rule.groups, query.group)) return false;
  if (!HasAnyOr(rule.resources, query.resource) &&
      !absl::c_binary_search(rule.resources, query.any_of_subresource)) {
    return false;
  }
  return rule.names.empty() || absl::c_binary_search(rule.names, query.name);
}

bool RuleTable::MatchesUrl(const Query& query) const {
  if (ProbeUrl(query.path, false, query)) return true;
  for (const uint32_t length : prefix_lengths_) {
    if (length > query.path.size()) return false;
    if (ProbeUrl(query.path.substr(0, length), true, query)) return true;
  }
  return false;
}

bool RuleTable::ProbeUrl(absl::string_view text, bool prefix,
                         const Query& query) const {
  auto it = std::lower_bound(
      urls_.begin(), urls_.end(), std::make_pair(prefix, text),
      [](const Url& url, const std::pair<bool, absl::string_view>& key) {
        return std::make_pair(url.prefix, absl::string_view(url.text)) < key;
      });
  for (; it != urls_.end() && it->prefix == prefix && it->text == text; ++it) {
    uint64_t bits = it->page == query.verb_page ? query.verb_bit : 0;
    if (it->page == 0) bits |= query.any_verb;
    if ((it->verbs & bits) != 0) return true;
  }
  return false;
}

}  // namespace gatehouse::rbac::internal
