// TLS contexts of the server and the client. Includes BoringSSL: for sources
// only.
#ifndef GATEHOUSE_NET_INTERNAL_TLS_H_
#define GATEHOUSE_NET_INTERNAL_TLS_H_

#include <openssl/base.h>
#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/http_client.h"
#include "base/secret.h"

// Beside BoringSSL's, Debian has OpenSSL's headers where the compiler looks by
// itself.
#ifndef OPENSSL_IS_BORINGSSL
#error "<openssl/...> must be BoringSSL's"
#endif

namespace gatehouse::net::internal {

// Makes a server's context as net/https_server.h describes it. Errors as
// HttpsServer::Start's.
absl::StatusOr<bssl::UniquePtr<SSL_CTX>> NewServerContext(
    absl::string_view certificate_pem, const Secret& key_pem);

// Returns what the peer presented, DER, leaf first.
std::vector<std::string> PeerCertificates(const SSL* ssl);

// Makes a client's context, which trusts the CAs in `ca_pem` (`ca_source` names
// them in errors) and presents the certificate of `options`, if any. Errors as
// MakeHttpsClient's.
absl::StatusOr<bssl::UniquePtr<SSL_CTX>> NewClientContext(
    const HttpClientOptions& options, absl::string_view ca_pem,
    absl::string_view ca_source);

// Makes the handshake fail unless the server's certificate has `name`, a DNS
// name or an IP address, as HttpClientOptions says; sends it as SNI if it is a
// DNS name. False: it is neither.
bool ExpectServer(SSL* ssl, const std::string& name);

// Returns why a handshake failed if it was for the server's certificate, OK
// otherwise. kUnauthenticated with the reason of certificates that fits.
absl::Status CertificateError(const SSL* ssl);

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_TLS_H_
