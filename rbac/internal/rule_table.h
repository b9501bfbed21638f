// Rules, compiled for one question: does any of them match?
#ifndef GATEHOUSE_RBAC_INTERNAL_RULE_TABLE_H_
#define GATEHOUSE_RBAC_INTERNAL_RULE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/attributes.h"
#include "proto/rbac.pb.h"
#include "rbac/internal/bits.h"
#include "rbac/internal/symbols.h"

namespace gatehouse::rbac::internal {

// Filter says what a set of rules can match at all: whatever a request needs
// and the filter lacks, no rule has. Bits are shared, so it may say yes in
// vain.
struct Filter {
  uint64_t verbs = 0;
  uint64_t resources = 0;  // Bit 63: some rule has a wildcard there.
  uint64_t url_verbs = 0;

  void Add(const Filter& other) {
    verbs |= other.verbs;
    resources |= other.resources;
    url_verbs |= other.url_verbs;
  }
};

// Query is a request in numbers; kNone stands for a name that no rule has. It
// borrows the name and the path.
struct Query {
  bool resource_request = true;
  uint32_t verb_page = 0;
  uint64_t verb_bit = 0;  // 0: no rule has this verb.
  uint64_t any_verb = 0;  // kAnyVerb, or 0 where "*" does not grant the verb.
  uint32_t group = kNone;
  uint32_t resource = kNone;
  uint32_t any_of_subresource = kNone;  // "*/log" for "pods/log".
  absl::string_view name;
  absl::string_view path;
  // What a Filter must have a bit of. All zero where the request is not of
  // that sort.
  uint64_t verb_filter = 0;
  uint64_t resource_filter = 0;
  uint64_t url_verb_filter = 0;

  // Allocates nothing unless resource and subresource are absurdly long.
  static Query Make(const Symbols& symbols, const authz::Attributes& a);

  // Whether rules with this filter may match. Without branches: the answer
  // cannot be predicted.
  bool MayPass(const Filter& filter) const {
    return (((filter.verbs & verb_filter) != 0) &
            ((filter.resources & resource_filter) != 0)) |
           ((filter.url_verbs & url_verb_filter) != 0);
  }
};

// RuleTable answers whether any rule of a list matches, in time that does not
// depend on how long the list is. Immutable.
//
// Each rule is cut into atoms of one API group and one resource, which carry
// the verbs as bits; equal (group, resource) pairs share one slot of a hash
// table. Rules whose product of lists is over a ceiling are kept as they are,
// so that no rule can take more memory than a constant times its own size.
class RuleTable {
 public:
  // Compiles `rules`, numbering the names that are new.
  RuleTable(absl::Span<const k8s::PolicyRule* const> rules, Symbols& symbols);

  bool Matches(const Query& query) const {
    return query.resource_request ? MatchesResource(query) : MatchesUrl(query);
  }

  const Filter& filter() const { return filter_; }
  // How many atoms were cut, names and URLs counted: what merging this table
  // into another costs.
  uint32_t atoms() const { return atoms_; }
  bool mergeable() const;

 private:
  struct Slot {
    uint32_t group = kNone;  // kNone: the slot is empty.
    uint32_t resource = kNone;
    uint32_t page = 0;
    uint32_t has_names = 0;  // 1: look into names_ too.
    uint64_t verbs = 0;      // For objects of any name.
  };
  struct NamedSlot {
    uint32_t group = kNone;
    uint32_t resource = kNone;
    uint32_t page = 0;
    uint32_t name = 0;  // Into name_texts_.
    uint64_t verbs = 0;
  };
  struct Url {
    std::string text;  // Of a prefix, without its stars.
    bool prefix = false;
    uint32_t page = 0;
    uint64_t verbs = 0;
  };
  struct WideRule {
    std::vector<uint32_t> verbs, groups, resources;  // Sorted.
    std::vector<std::string> names;                  // Sorted.
  };
  struct VerbPage {
    uint32_t page;
    uint64_t verbs;
  };
  struct Names;  // Of one rule, in numbers.

  void Reserve(absl::Span<const k8s::PolicyRule* const> rules,
               const Symbols& symbols);
  void AddResourceRule(const k8s::PolicyRule& rule, Symbols& symbols);
  void AddAtoms(const k8s::PolicyRule& rule, const Names& names);
  void AddAtom(uint32_t group, uint32_t resource, const VerbPage& page,
               bool named);
  void AddNamedAtom(uint32_t group, uint32_t resource, const VerbPage& page,
                    const std::string& name);
  void AddUrls(const k8s::PolicyRule& rule, Symbols& symbols);
  void SortUrls();

  bool MatchesResource(const Query& query) const;
  bool ProbePage(const Query& query, uint32_t page, uint64_t bits) const;
  bool ProbeGroup(const Query& query, uint32_t group, uint32_t page,
                  uint64_t bits) const;
  bool Probe(const Query& query, uint32_t group, uint32_t resource,
             uint32_t page, uint64_t bits) const;
  bool ProbeName(absl::string_view name, uint32_t group, uint32_t resource,
                 uint32_t page, uint64_t bits) const;
  bool MatchesUrl(const Query& query) const;
  bool ProbeUrl(absl::string_view text, bool prefix, const Query& query) const;
  static bool MatchesWide(const WideRule& rule, const Query& query);

  std::vector<Slot> slots_;
  Filter filter_;
  bool any_group_ = false, any_resource_ = false, any_of_subresource_ = false;
  uint32_t atoms_ = 0;
  std::vector<NamedSlot> names_;
  std::vector<std::string> name_texts_;
  std::vector<Url> urls_;                 // Sorted.
  std::vector<uint32_t> prefix_lengths_;  // Sorted; those that urls_ has.
  std::vector<WideRule> wide_;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_RULE_TABLE_H_
