// An HTTP client over TLS.
#ifndef GATEHOUSE_NET_HTTPS_CLIENT_H_
#define GATEHOUSE_NET_HTTPS_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/http_client.h"

namespace gatehouse::net {

// Makes a client (base/http_client.h) that speaks HTTP/1.1 over TLS 1.2 or 1.3
// and to nobody else: URLs are those of ParseHttpsUrl (url.h). A
// HttpClientFactory.
//
// The server must have a certificate whose chain ends at a CA of `ca_pem` and
// that has the host, or `server_name`, among its subject alternative names: a
// DNS name (RFC 6125, wildcards for a whole leftmost label; the common name
// counts for nothing), or an IP address where the URL has one. There is no way
// to skip that. Without `ca_pem` the CAs are those of
// /etc/ssl/certs/ca-certificates.crt. The client's certificate and key are
// presented to whoever asks.
//
// HttpRequest::timeout is for everything together: a server that drips is cut
// off when it is over. A body that ends before its Content-Length or its last
// chunk, or, if it has neither, without TLS's own end, is an error, never a
// shorter body. A response that is no HTTP is kUnavailable with kMalformed.
// Fields that are the client's (Host, Connection, Content-Length,
// Transfer-Encoding) or that would break lines are kInvalidArgument.
//
// Connections are kept for a while, a few for each host, and used again. A GET
// or HEAD on one that turns out to have been closed meanwhile, before a byte of
// the response came, is sent once more on a new one. Any other method is sent
// once only, on a connection of which nothing shows that it was closed; should
// it be closed at that very moment, that is kUnavailable with kConnectionReset
// and the caller's to judge: the server may have acted. Proxies (HTTPS_PROXY)
// are not used. Cookies, redirects, compression and HTTP/2 are not known.
//
// Any thread may use the client, and requests run in the threads that make
// them; up to four more look up names. Destruction waits for look-ups that
// hang. Do returns kResourceExhausted when the process has no thread or file
// descriptor left.
//
// Errors: kInvalidArgument with kMalformed for PEM that does not parse or holds
// no certificate, with kInvalid for a key that is not the certificate's or is
// missing; those of reading the system's CAs.
absl::StatusOr<std::shared_ptr<HttpClient>> MakeHttpsClient(
    const HttpClientOptions& options);

}  // namespace gatehouse::net

#endif  // GATEHOUSE_NET_HTTPS_CLIENT_H_
