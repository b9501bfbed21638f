#include "rbac/escalation.h"

#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "rbac/aggregation.h"
#include "rbac/labels.h"
#include "rbac/rules.h"
#include "rbac/subjects.h"

namespace gatehouse::rbac {
namespace {

constexpr char kRoles[] = "roles";
constexpr char kClusterRoles[] = "clusterroles";

// What the API server answers with status 403.
absl::Status Forbidden(absl::string_view resource, absl::string_view name,
                       absl::string_view why) {
  std::string object = absl::StrCat(resource, ".", kRbacGroup);
  if (!name.empty()) absl::StrAppend(&object, " ", GoQuote(name));
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::kForbidden,
                   absl::StrCat(object, " is forbidden: ", why));
}

bool IsMaster(const RbacWrite& write) {
  return write.user != nullptr &&
         absl::c_linear_search(write.user->groups, kMastersGroup);
}

// Returns true if the user was granted the verb on the role. An error of the
// authorizer beside another answer than allow changes nothing: not granted.
bool IsGranted(const RbacWrite& write, absl::string_view verb,
               absl::string_view api_group, absl::string_view resource,
               absl::string_view name) {
  if (write.user == nullptr || write.authorizer == nullptr) return false;
  authz::Attributes question;
  question.user = write.user;
  question.verb = verb;
  question.namespace_ = write.namespace_;
  question.api_group = api_group;
  question.api_version = "*";
  question.resource = resource;
  question.name = name;
  return write.authorizer->Decide(question) == authz::Outcome::kAllow;
}

bool MayBind(const RbacWrite& write, const k8s::RoleRef& ref) {
  if (ref.kind() != "Role" && ref.kind() != "ClusterRole") return false;
  return IsGranted(write, "bind", ref.apigroup(),
                   ref.kind() == "Role" ? kRoles : kClusterRoles, ref.name());
}

// Says which rules the user lacks.
std::string MissingText(const RbacWrite& write,
                        absl::Span<const k8s::PolicyRule> missing) {
  std::set<std::string> lines;
  for (const k8s::PolicyRule& rule : CompactRules(missing)) {
    lines.insert(CompactString(rule));
  }
  const auto quote = [](std::string* out, const std::string& group) {
    out->append(GoQuote(group));
  };
  std::string text = absl::StrCat(
      "user ", GoQuote(write.user->name), " (groups=[",
      absl::StrJoin(write.user->groups, " ", quote),
      "]) is attempting to grant RBAC permissions not currently held:\n",
      absl::StrJoin(lines, "\n"));
  if (!write.user_rules_error.ok()) {
    absl::StrAppend(&text, "; resolution errors: [",
                    write.user_rules_error.message(), "]");
  }
  return text;
}

// Returns why the user does not hold all of `rules`, "" if they do.
std::string WhyNotHeld(const RbacWrite& write,
                       absl::Span<const k8s::PolicyRule> rules) {
  if (write.user == nullptr) return "no user on context";
  const auto covers = Covers(write.user_rules, rules);
  if (!covers.ok()) return std::string(covers.status().message());
  return covers->covered ? "" : MissingText(write, covers->uncovered);
}

std::vector<k8s::PolicyRule> FullAuthority() {
  std::vector<k8s::PolicyRule> rules(2);
  rules[0].add_verbs(kAll);
  rules[0].add_apigroups(kAll);
  rules[0].add_resources(kAll);
  rules[1].add_verbs(kAll);
  rules[1].add_nonresourceurls(kAll);
  return rules;
}

// The check of roles up to the rules; `done` tells that nothing more is asked.
template <typename Role>
absl::Status CheckRules(const RbacWrite& write, absl::string_view resource,
                        const Role& role, const Role* old, bool& done) {
  done = IsMaster(write) ||
         IsGranted(write, "escalate", kRbacGroup, resource, write.name) ||
         (old != nullptr && OnlyGcFieldsChanged(role, *old));
  if (done) return absl::OkStatus();
  const std::string why = WhyNotHeld(write, ToVector(role.rules()));
  if (why.empty()) return absl::OkStatus();
  return Forbidden(resource, role.metadata().name(), why);
}

template <typename Binding>
absl::Status CheckAnyBinding(const RbacWrite& write, absl::string_view resource,
                             const Binding& binding, const Binding* old,
                             const RoleRuleGetter& rules_of) {
  if (IsMaster(write) ||
      (old != nullptr && OnlyGcFieldsChanged(binding, *old)) ||
      MayBind(write, binding.roleref())) {
    return absl::OkStatus();
  }
  const auto rules = rules_of(binding.roleref(), write.namespace_);
  if (!rules.ok()) return rules.status();
  const std::string why = WhyNotHeld(write, *rules);
  if (why.empty()) return absl::OkStatus();
  return Forbidden(resource, binding.metadata().name(), why);
}

template <typename Map>
bool SameMap(const Map& a, const Map& b) {
  return a.size() == b.size() && absl::c_all_of(a, [&](const auto& entry) {
           const auto it = b.find(entry.first);
           return it != b.end() && it->second == entry.second;
         });
}

bool SameTime(const k8s::Time& a, const k8s::Time& b) {
  return a.seconds() == b.seconds() && a.nanos() == b.nanos();
}

// All of the metadata but what the garbage collector needs.
bool SameMeta(const k8s::ObjectMeta& a, const k8s::ObjectMeta& b) {
  return a.name() == b.name() && a.generatename() == b.generatename() &&
         a.namespace_() == b.namespace_() && a.uid() == b.uid() &&
         a.resourceversion() == b.resourceversion() &&
         a.generation() == b.generation() &&
         SameTime(a.creationtimestamp(), b.creationtimestamp()) &&
         a.has_deletiontimestamp() == b.has_deletiontimestamp() &&
         SameTime(a.deletiontimestamp(), b.deletiontimestamp()) &&
         a.has_deletiongraceperiodseconds() ==
             b.has_deletiongraceperiodseconds() &&
         a.deletiongraceperiodseconds() == b.deletiongraceperiodseconds() &&
         SameMap(a.labels(), b.labels()) &&
         SameMap(a.annotations(), b.annotations());
}

template <typename Role>
bool SameMetaAndRules(const Role& a, const Role& b) {
  return SameMeta(a.metadata(), b.metadata()) &&
         absl::c_equal(a.rules(), b.rules(), SameRule);
}

template <typename Binding>
bool SameBinding(const Binding& a, const Binding& b) {
  return SameMeta(a.metadata(), b.metadata()) &&
         a.roleref().apigroup() == b.roleref().apigroup() &&
         a.roleref().kind() == b.roleref().kind() &&
         a.roleref().name() == b.roleref().name() &&
         absl::c_equal(a.subjects(), b.subjects(), SameSubject);
}

}  // namespace

bool OnlyGcFieldsChanged(const k8s::Role& a, const k8s::Role& b) {
  return SameMetaAndRules(a, b);
}

bool OnlyGcFieldsChanged(const k8s::ClusterRole& a, const k8s::ClusterRole& b) {
  return SameMetaAndRules(a, b) &&
         a.has_aggregationrule() == b.has_aggregationrule() &&
         absl::c_equal(a.aggregationrule().clusterroleselectors(),
                       b.aggregationrule().clusterroleselectors(),
                       SameSelector);
}

bool OnlyGcFieldsChanged(const k8s::RoleBinding& a, const k8s::RoleBinding& b) {
  return SameBinding(a, b);
}

bool OnlyGcFieldsChanged(const k8s::ClusterRoleBinding& a,
                         const k8s::ClusterRoleBinding& b) {
  return SameBinding(a, b);
}

absl::Status CheckRoleWrite(const RbacWrite& write, const k8s::Role& role,
                            const k8s::Role* old) {
  bool done = false;
  return CheckRules(write, kRoles, role, old, done);
}

absl::Status CheckRoleWrite(const RbacWrite& write,
                            const k8s::ClusterRole& role,
                            const k8s::ClusterRole* old) {
  bool done = false;
  absl::Status status = CheckRules(write, kClusterRoles, role, old, done);
  if (done || !status.ok()) return status;
  const bool aggregates =
      HasAggregationRule(role) || (old != nullptr && HasAggregationRule(*old));
  if (!aggregates || WhyNotHeld(write, FullAuthority()).empty()) return status;
  return Forbidden(
      kClusterRoles, role.metadata().name(),
      "must have cluster-admin privileges to use the aggregationRule");
}

absl::Status CheckBindingWrite(const RbacWrite& write,
                               const k8s::RoleBinding& binding,
                               const k8s::RoleBinding* old,
                               const RoleRuleGetter& rules_of) {
  return CheckAnyBinding(write, "rolebindings", binding, old, rules_of);
}

absl::Status CheckBindingWrite(const RbacWrite& write,
                               const k8s::ClusterRoleBinding& binding,
                               const k8s::ClusterRoleBinding* old,
                               const RoleRuleGetter& rules_of) {
  // Whatever the request's URL says, this grants in all namespaces.
  RbacWrite cluster_wide = write;
  cluster_wide.namespace_ = "";
  return CheckAnyBinding(cluster_wide, "clusterrolebindings", binding, old,
                         rules_of);
}

}  // namespace gatehouse::rbac
