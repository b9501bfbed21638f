// From a method and a URL to what is asked for.
#ifndef GATEHOUSE_SERVER_REQUEST_INFO_H_
#define GATEHOUSE_SERVER_REQUEST_INFO_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "base/user_info.h"

namespace gatehouse::server {

// RequestInfo is Kubernetes' reading of a request, from which the question to
// the authorizer is made. A plain value.
struct RequestInfo {
  // False for paths such as /healthz and /api: then only verb and path count.
  bool resource_request = false;
  // get, list, watch, create, ...; "" for a method that has no verb, which only
  // "*" grants. Of a path: the method in lower case.
  std::string verb;
  std::string path;

  std::string api_prefix;  // "api" or "apis".
  std::string api_group;
  std::string api_version;
  std::string namespace_;
  std::string resource;
  std::string subresource;
  // Of list, watch and deletecollection: the one object that the selector
  // metadata.name=X asks for, or "". It is what was authorized, perhaps by a
  // rule for that name alone: who answers MUST show or delete no other object.
  std::string name;
  std::vector<std::string> parts;  // From the resource on.

  // As in the query, decoded, of list, watch and deletecollection only.
  std::string field_selector;
  std::string label_selector;

  // Returns the question whether `user` may; null if nobody is known. Borrows
  // from this and from the user.
  authz::Attributes attributes(const UserInfo* user) const;
};

// Reads a request as a Kubernetes API server does. `path` is percent-decoded;
// `query` is as it was sent.
//
//   /api/v1/[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]
//   /apis/GROUP/VERSION/...the same...
//
// Everything else is no resource. A GET without a name lists, or watches if the
// query says so; a DELETE without one is deletecollection; the field selector
// metadata.name=X names the object X. Slashes at the ends of a path are
// dropped, empty segments within it are not. Nothing is taken as equal to
// anything else: "/api/v1/Pods" is about a resource called Pods.
//
// kInvalidArgument with kMalformed for `watch` and `proxy` in the path with
// nothing behind them; `*info` is filled as far as it went. Kubernetes answers
// 500 to that.
absl::Status ParseRequestInfo(absl::string_view method, absl::string_view path,
                              absl::string_view query, RequestInfo* info);

}  // namespace gatehouse::server

#endif  // GATEHOUSE_SERVER_REQUEST_INFO_H_
