#include "rbac/testing/ask.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace gatehouse::rbac {
namespace {

using Pair = std::pair<absl::string_view, absl::string_view>;

k8s::RoleRef ParseRef(absl::string_view text) {
  const Pair kind_name = absl::StrSplit(text, absl::MaxSplits(':', 1));
  return MakeRoleRef(kind_name.first, kind_name.second);
}

// Only a service account has a namespace: names of others may have colons.
std::vector<k8s::Subject> ParseSubjects(absl::string_view text) {
  std::vector<k8s::Subject> out;
  if (text == kNone) return out;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    Pair kind_name = absl::StrSplit(part, absl::MaxSplits(':', 1));
    absl::string_view ns;
    if (kind_name.first == "ServiceAccount") {
      const Pair name_ns =
          absl::StrSplit(kind_name.second, absl::MaxSplits(':', 1));
      kind_name.second = name_ns.first;
      ns = name_ns.second;
    }
    out.push_back(MakeSubject(kind_name.first, kind_name.second, ns));
  }
  return out;
}

}  // namespace

objects::Object ClusterRoleOf(absl::string_view name,
                              const std::vector<k8s::PolicyRule>& rules) {
  return objects::MakeObject(MakeRole<k8s::ClusterRole>("", name, rules));
}

objects::Object RoleOf(absl::string_view namespace_, absl::string_view name,
                       const std::vector<k8s::PolicyRule>& rules) {
  return objects::MakeObject(MakeRole<k8s::Role>(namespace_, name, rules));
}

objects::Object ClusterBindingOf(absl::string_view name, absl::string_view role,
                                 absl::string_view subjects) {
  return objects::MakeObject(MakeBinding<k8s::ClusterRoleBinding>(
      "", name, ParseRef(role), ParseSubjects(subjects)));
}

objects::Object BindingOf(absl::string_view namespace_, absl::string_view name,
                          absl::string_view role, absl::string_view subjects) {
  return objects::MakeObject(MakeBinding<k8s::RoleBinding>(
      namespace_, name, ParseRef(role), ParseSubjects(subjects)));
}

Request Ask(absl::string_view who, absl::string_view verb,
            absl::string_view namespace_, absl::string_view what,
            absl::string_view name) {
  Request out;
  out.user.groups = absl::StrSplit(who, ',');
  out.user.name = out.user.groups.front();
  out.user.groups.erase(out.user.groups.begin());
  out.verb = std::string(verb);
  out.namespace_ = std::string(namespace_);
  out.name = std::string(name);
  if (absl::StartsWith(what, "/")) {
    out.resource_request = false;
    out.path = std::string(what);
    return out;
  }
  const Pair both_group = absl::StrSplit(what, absl::MaxSplits('.', 1));
  const Pair resource =
      absl::StrSplit(both_group.first, absl::MaxSplits('/', 1));
  out.api_group = std::string(both_group.second);
  out.resource = std::string(resource.first);
  out.subresource = std::string(resource.second);
  return out;
}

}  // namespace gatehouse::rbac
