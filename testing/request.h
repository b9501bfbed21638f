// What tests ask: one request in the words of a rule.
#ifndef GATEHOUSE_TESTING_REQUEST_H_
#define GATEHOUSE_TESTING_REQUEST_H_

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "base/user_info.h"

namespace gatehouse::testing {

// Request is who, verb, and on what. Unlike authz::Attributes it owns its
// strings. A plain value.
struct Request {
  UserInfo user;
  std::string verb;
  bool resource_request = true;
  std::string api_group;
  std::string resource;
  std::string subresource;
  std::string object_namespace;
  std::string name;
  std::string path;
};

// RequestOption says more about a request.
using RequestOption = std::function<void(Request&)>;

// The object, or the collection, is in this namespace. Without this option the
// request is for the cluster scope: all namespaces at once, or a resource that
// has none.
RequestOption InNamespace(std::string object_namespace);

// The request is about the object of this name. Without this option it carries
// no name, as list and create do not.
RequestOption Named(std::string name);

// The user is a member of these groups.
RequestOption WithGroups(std::vector<std::string> groups);

// Returns the request of `user` to `verb` `what`, which is in one of the forms
//
//   pods  pods/log  deployments.apps  deployments.apps/scale  /healthz
//
// that is resource[.apiGroup][/subresource], or a path that is no resource's,
// for which the verb is the HTTP method in lower case, and which takes no
// InNamespace or Named.
//
// The user gets the groups that Kubernetes adds for `kubectl --as`:
// system:authenticated (system:anonymous: system:unauthenticated), and a
// service account, system:serviceaccount:NAMESPACE:NAME, which has no groups of
// its own here also system:serviceaccounts and
// system:serviceaccounts:NAMESPACE.
Request MakeRequest(absl::string_view user, absl::string_view verb,
                    absl::string_view what,
                    std::initializer_list<RequestOption> options = {});

// Returns the same for an authorizer; borrows from `request`.
authz::Attributes AttributesOf(const Request& request);

// Returns the request for people: `user "mary" (groups examplegroup) to get
// pods/log "web-0" in namespace "default"`. Leaves out the groups that
// MakeRequest adds.
std::string Describe(const Request& request);

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_REQUEST_H_
