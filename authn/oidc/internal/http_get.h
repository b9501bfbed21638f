// GET over HTTPS, with errors that say where.
#ifndef GATEHOUSE_AUTHN_OIDC_INTERNAL_HTTP_GET_H_
#define GATEHOUSE_AUTHN_OIDC_INTERNAL_HTTP_GET_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/http_client.h"
#include "base/secret.h"

namespace gatehouse::authn::internal {

// Returns the host of an absolute https URL, without the port and without the
// brackets of IPv6; none for any other text, for user information, fragments,
// and characters that no URL has (RFC 3986). A first look: the client parses
// the URL itself.
absl::optional<absl::string_view> HttpsHost(absl::string_view url);

// Returns whether `host` is written as an IP address that is not a public one:
// loopback, link-local, private, unique local, unspecified (RFC 6890), also
// where IPv6 means IPv4; or as what a resolver may take for one: a last label
// that is a number, "%". Names are not looked up: what they mean is for the
// network's policy.
bool IsPrivateAddress(absl::string_view host);

// Returns `url` without its query, which may hold a secret, in Go's quotes.
std::string ShownUrl(absl::string_view url);

// Returns `timeout`, or the time from `now` to `deadline` if that is less, 0
// after it.
absl::Duration TimeLeft(absl::Duration timeout, absl::Time deadline,
                        absl::Time now);

// HttpGetOptions are the ceilings on one request.
struct HttpGetOptions {
  absl::Duration timeout = absl::Seconds(30);
  size_t max_bytes = size_t{1} << 20;
  Secret bearer;  // Sent as "Authorization: Bearer ..."; empty: nothing is.
  // The highest status that is good; the lowest is 200.
  int max_status = 200;
};

// Sends the request and returns the answer if its status is good. Errors begin
// with `Get "URL": ` and keep the client's code and Reason; another status is
// kUnavailable. A redirect is another status: nobody is followed anywhere. With
// a timeout of 0 nothing is sent: kDeadlineExceeded.
absl::StatusOr<HttpResponse> HttpGet(HttpClient& http, const std::string& url,
                                     const HttpGetOptions& options);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_OIDC_INTERNAL_HTTP_GET_H_
