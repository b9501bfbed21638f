// What a server does with a request first: who sent it, and may they come in.
#ifndef GATEHOUSE_AUTHN_FILTER_H_
#define GATEHOUSE_AUTHN_FILTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/request_header.h"

namespace gatehouse::authn {

// FilterOptions say what a server expects of credentials. A plain value.
struct FilterOptions {
  // Who this server is, kube-apiserver's --api-audiences. Empty: credentials
  // are not limited to any audience.
  std::vector<std::string> api_audiences;
  // The headers of the front proxy, to be taken out; the standard ones are
  // anyway.
  absl::optional<RequestHeaderConfig> request_headers;
};

// Admission is whether a request comes in, and as whom. A value.
struct Admission {
  // Comes in if authenticated(). Otherwise the answer is 401 with a Status
  // whose message and reason are kUnauthorized; error(), if any, is for the log
  // and not for the client.
  Result result;
  // Whether the response shall carry "Connection: close", which on HTTP/2 takes
  // back the streams of clients that nobody knows (CVE-2023-44487).
  bool close_connection = false;
};

// The message and the reason of every 401.
inline constexpr char kUnauthorized[] = "Unauthorized";

// Authenticates a request as kube-apiserver's authentication filter does.
// `request` is asked with the API audiences, or without any if there are none;
// what its `audiences` says is not looked at. Who is authenticated for other
// audiences than these does not come in (Reason::kWrongAudience); who is
// authenticated without audiences does. After success, StripCredentialHeaders;
// after failure the headers are not touched.
//
// `http_major` is the version of HTTP, 1 or 2. Any thread may call it.
Admission AdmitRequest(const Authenticator& authenticator,
                       const FilterOptions& options, Request request,
                       int http_major = 1);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_FILTER_H_
