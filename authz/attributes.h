// What is asked of an authorizer.
#ifndef GATEHOUSE_AUTHZ_ATTRIBUTES_H_
#define GATEHOUSE_AUTHZ_ATTRIBUTES_H_

#include "absl/strings/string_view.h"
#include "base/user_info.h"

namespace gatehouse::authz {

// Attributes is one request: who, verb, and on what. It borrows every string
// and the user, which must outlive it; making one allocates nothing.
//
// A resource request (`resource_request` true) is about an object or a
// collection: `verb` is a Kubernetes verb (get, list, watch, create, update,
// patch, delete, deletecollection, ...). Any other request is about `path`:
// `verb` is the HTTP method in lower case.
struct Attributes {
  // Null where no user was established; no authorizer allows that by itself.
  const UserInfo* user = nullptr;
  absl::string_view verb;
  bool resource_request = true;

  absl::string_view namespace_;  // "" at the cluster scope.
  absl::string_view api_group;   // "" is the core group.
  absl::string_view api_version;
  absl::string_view resource;     // Plural, such as "pods".
  absl::string_view subresource;  // Such as "log"; "" for the object itself.
  absl::string_view name;         // "" for a collection.

  absl::string_view path;  // Such as "/healthz"; without the query.
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_ATTRIBUTES_H_
