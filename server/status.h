// Answers that are a Kubernetes Status.
#ifndef GATEHOUSE_SERVER_STATUS_H_
#define GATEHOUSE_SERVER_STATUS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "base/http_client.h"
#include "proto/meta.pb.h"

namespace gatehouse::server {

// Returns the Status of a failure: `reason` is Kubernetes' word for the HTTP
// status `code` ("Forbidden" for 403, "NotFound" for 404 and so on; "" for a
// code that has none).
k8s::Status FailureStatus(int code, absl::string_view message);

// Returns `status` as a response: its code, its JSON, Content-Type, and what
// keeps browsers and caches from making more of it.
HttpResponse StatusResponse(const k8s::Status& status);

// The same for the plain cases, in Kubernetes' words where `message` is empty
// and Kubernetes has words: 401 "Unauthorized", 404, 405, 413, 415.
HttpResponse FailureResponse(int code, absl::string_view message = "");

// Returns the 403 of a request for a resource, with `details` that name it.
// Without a resource (a path was asked for) there are none.
HttpResponse ForbiddenResponse(absl::string_view message,
                               absl::string_view api_group,
                               absl::string_view resource,
                               absl::string_view name);

// Returns 200 or 201 with a JSON body.
HttpResponse JsonResponse(int code, std::string json);

// Returns one value of a "Warning" header (RFC 7234 section 5.5), as kubectl
// prints it: `299 - "text"`. Quotes and backslashes are escaped; what no header
// may carry becomes a space; over kMaxWarningBytes the text is cut.
inline constexpr size_t kMaxWarningBytes = 4096;
std::string WarningHeader(absl::string_view text);

}  // namespace gatehouse::server

#endif  // GATEHOUSE_SERVER_STATUS_H_
