// Which verbs "*" stands for.
#ifndef GATEHOUSE_RBAC_WILDCARD_H_
#define GATEHOUSE_RBAC_WILDCARD_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace gatehouse::rbac {

// Returns true if "*" among a rule's verbs grants `verb`: every verb but those
// of constrained impersonation, `impersonate:<mode>` and
// `impersonate-on:<mode>:<verb>`, which only a rule that names them grants.
//
// Stricter than Kubernetes, where "*" grants them too. Whoever wrote "*" on,
// say, the nodes of all API groups before there were such verbs did not mean
// to let anybody act as a node. The verb `impersonate` is not among them: "*"
// grants it on users, groups and service accounts, as it always has.
inline bool WildcardGrants(absl::string_view verb) {
  // Most verbs are shorter.
  return verb.size() < sizeof("impersonate:") - 1 ||
         !(absl::StartsWith(verb, "impersonate:") ||
           absl::StartsWith(verb, "impersonate-on:"));
}

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_WILDCARD_H_
