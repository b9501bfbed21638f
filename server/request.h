// A request as the pipeline sees it, whatever HTTP server it came by.
#ifndef GATEHOUSE_SERVER_REQUEST_H_
#define GATEHOUSE_SERVER_REQUEST_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/headers.h"

namespace gatehouse::server {

// Request borrows everything; what it points to must outlive the call. The
// HTTP server has parsed it and holds to its limits on header and body. A
// value.
struct Request {
  absl::string_view method;  // As it was sent: methods are case-sensitive.
  absl::string_view target;  // As it was sent: "/a%2Fb?c=d". For messages.
  // Percent-decoded, without the query: "/a/b". Whoever routes the request must
  // route it by this very path: it is what is authorized. Dot segments and
  // empty ones stay in it, as in Kubernetes: "/a/../b" is authorized as
  // "/a/../b". A router or file server that normalises paths, before or after,
  // would then serve "/b" to whoever may only "/a/*": it must refuse such paths
  // instead.
  absl::string_view path;
  absl::string_view query;  // As it was sent, without "?": "c=d".
  // Not null. Credentials and impersonation are taken out of it.
  Headers* headers = nullptr;
  absl::string_view body;

  bool tls = true;
  int http_major = 1;
  // What the client presented in TLS: DER, leaf first, not verified.
  absl::Span<const absl::string_view> peer_certificates;
  absl::string_view stapled_ocsp;
  absl::string_view remote_address;  // For the audit record.
  absl::Time now;
};

}  // namespace gatehouse::server

#endif  // GATEHOUSE_SERVER_REQUEST_H_
