// Policy rules: what one rule matches, whether rules cover other rules, and
// how rules are written for people.
//
// Plain functions over the wire messages, without state: call them from any
// thread. Decisions about a whole policy are made elsewhere, much faster; these
// functions answer questions about the rules in hand.
#ifndef GATEHOUSE_RBAC_RULES_H_
#define GATEHOUSE_RBAC_RULES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "google/protobuf/repeated_field.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

// The only wildcard of verbs, API groups and resources: a list entry that is
// exactly this. There is no globbing.
inline constexpr char kAll[] = "*";

// Returns true if `rule` grants the request: a resource request by verb, API
// group, resource and name, any other by verb and path. User, namespace and
// API version play no part. Comparison is exact and case-sensitive; an empty
// list of verbs, groups or resources matches nothing. (Kubernetes behaviour.)
bool RuleMatches(const k8s::PolicyRule& rule,
                 const authz::Attributes& attributes);

// The parts of RuleMatches. "*" does not grant the verbs of constrained
// impersonation: see wildcard.h.
bool VerbMatches(const k8s::PolicyRule& rule, absl::string_view verb);
bool ApiGroupMatches(const k8s::PolicyRule& rule, absl::string_view api_group);
// An entry matches as "*" (subresources too), as "resource" or
// "resource/subresource", or as "*/subresource". "pods/*" is no wildcard.
bool ResourceMatches(const k8s::PolicyRule& rule, absl::string_view resource,
                     absl::string_view subresource);
// A rule without names matches any name; "*" among the names is literal.
bool ResourceNameMatches(const k8s::PolicyRule& rule, absl::string_view name);
// An entry matches exactly, or by prefix if it ends in stars (all of them are
// cut off): "/foo/*" matches "/foo/" but not "/foo".
bool NonResourceUrlMatches(const k8s::PolicyRule& rule, absl::string_view path);

// Returns true if the URL pattern `owner` grants all that `wanted` grants:
// equal, or `owner` ends in stars and `wanted` begins with what precedes them.
bool NonResourceUrlCovers(absl::string_view owner, absl::string_view wanted);

// Returns true if the rules are the same, list by list and in order.
bool SameRule(const k8s::PolicyRule& a, const k8s::PolicyRule& b);

// Copies the rules of a role into a vector.
std::vector<k8s::PolicyRule> ToVector(
    const google::protobuf::RepeatedPtrField<k8s::PolicyRule>& rules);

// Ceilings of Covers and BreakdownRule. A rule of a thousand groups, resources
// and verbs would be a thousand million atoms; the default cluster roles are
// below two thousand each.
inline constexpr size_t kMaxAtoms = 100'000;
// One step is one entry of an owner's rule held against 64 bytes of an atom.
inline constexpr size_t kMaxCoverSteps = 50'000'000;

// Breaks a rule into its atoms: rules with one verb and either one group, one
// resource and at most one name, or one URL. Order: by group, resource, verb,
// name; then by URL, verb. A rule that lacks verbs, groups or resources has no
// atoms of that kind. kTooLarge over kMaxAtoms.
absl::StatusOr<std::vector<k8s::PolicyRule>> BreakdownRule(
    const k8s::PolicyRule& rule);

// CoverResult says whether one set of rules grants all that another does.
struct CoverResult {
  bool covered = false;
  // The atoms that are not, in the order of BreakdownRule.
  std::vector<k8s::PolicyRule> uncovered;
};

// Returns whether each atom of `servant` is granted by a single rule of
// `owner`, as Kubernetes' escalation check asks it. Enumerating every verb does
// not cover "*". kTooLarge if `servant` has more than kMaxAtoms atoms or the
// comparison takes more than kMaxCoverSteps: whoever asks must then refuse.
absl::StatusOr<CoverResult> Covers(absl::Span<const k8s::PolicyRule> owner,
                                   absl::Span<const k8s::PolicyRule> servant);

// Returns true if the rule has one group, one resource, at most one name and
// no URL: the rules that CompactRules merges.
bool IsSimpleRule(const k8s::PolicyRule& rule);

// Merges simple rules that differ in verbs only; the verbs are appended in
// order and not made unique. Each rule stands where its first part stood
// (Kubernetes leaves the order open).
std::vector<k8s::PolicyRule> CompactRules(
    absl::Span<const k8s::PolicyRule> rules);

// Returns the rule as Kubernetes prints it in a refusal, empty lists left out:
// {APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}
std::string CompactString(const k8s::PolicyRule& rule);

// Sorts rules as kubectl lists them: by verbs, groups, resources, names, URLs
// in their printed form.
void SortRules(std::vector<k8s::PolicyRule>& rules);

// Splits rules into the two lists of a SelfSubjectRulesReview, in order. A rule
// with both resources and URLs goes to both, one with neither to none.
authz::Rules SplitRules(absl::Span<const k8s::PolicyRule> rules);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_RULES_H_
