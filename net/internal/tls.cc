#include "net/internal/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pool.h>
#include <openssl/stack.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/base/macros.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "net/internal/pem.h"

namespace gatehouse::net::internal {
namespace {

// Forward secrecy and AEAD, which is what RFC 9325 section 4.2 leaves of TLS
// 1.2. Those of TLS 1.3 are all in order.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// With which a client may prove that it has its key: all but SHA-1.
constexpr uint16_t kPeerSignatures[] = {
    SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_ED25519,
    SSL_SIGN_RSA_PSS_RSAE_SHA256,    SSL_SIGN_ECDSA_SECP384R1_SHA384,
    SSL_SIGN_RSA_PSS_RSAE_SHA384,    SSL_SIGN_ECDSA_SECP521R1_SHA512,
    SSL_SIGN_RSA_PSS_RSAE_SHA512,    SSL_SIGN_RSA_PKCS1_SHA256,
    SSL_SIGN_RSA_PKCS1_SHA384,       SSL_SIGN_RSA_PKCS1_SHA512,
};

constexpr uint8_t kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

absl::Status OutOfMemory() {
  ERR_clear_error();
  return absl::ResourceExhaustedError("cannot make a TLS context");
}

// Whatever the client presents is the authenticator's to judge.
ssl_verify_result_t AcceptAny(SSL*, uint8_t*) { return ssl_verify_ok; }

int SelectProtocol(SSL*, const uint8_t** selected, uint8_t* selected_size,
                   const uint8_t* offered, unsigned offered_size, void*) {
  uint8_t* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, selected_size, kProtocols,
                            sizeof(kProtocols), offered, offered_size);
  *selected = found;
  // RFC 7301 section 3.2: a client that wants none of ours is told so.
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                          : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool SetProtocolAndCiphers(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_strict_cipher_list(context, kCiphers) == 1 &&
         SSL_CTX_set_verify_algorithm_prefs(
             context, kPeerSignatures, ABSL_ARRAYSIZE(kPeerSignatures)) == 1;
}

struct ErrorReason {
  int error;
  Reason reason;
};

constexpr ErrorReason kErrorReasons[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, Reason::kExpired},
    {X509_V_ERR_CERT_NOT_YET_VALID, Reason::kNotYetValid},
    {X509_V_ERR_HOSTNAME_MISMATCH, Reason::kNotAllowed},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, Reason::kNotAllowed},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, Reason::kBadSignature},
    {X509_V_ERR_INVALID_PURPOSE, Reason::kIncompatibleUsage},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, Reason::kNotAuthorizedToSign},
    {X509_V_ERR_INVALID_CA, Reason::kNotAuthorizedToSign},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, Reason::kNotAuthorizedToSign},
    {X509_V_ERR_PERMITTED_VIOLATION, Reason::kNameNotPermitted},
    {X509_V_ERR_EXCLUDED_VIOLATION, Reason::kNameNotPermitted},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, Reason::kUnhandledCritical},
};

// Everything else is some way of not leading to a CA that is trusted.
Reason ReasonOfError(int error) {
  const auto* const found =
      absl::c_find_if(kErrorReasons, [error](const ErrorReason& candidate) {
        return candidate.error == error;
      });
  return found == std::end(kErrorReasons) ? Reason::kUnknownAuthority
                                          : found->reason;
}

absl::Status Trust(absl::string_view pem, absl::string_view source,
                   SSL_CTX* context) {
  auto cas = ParseCertificates(pem, source);
  if (!cas.ok()) return cas.status();
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const bssl::UniquePtr<X509>& ca : *cas) {
    if (X509_STORE_add_cert(store, ca.get()) != 1) return OutOfMemory();
  }
  // Whatever is in the bundle is trusted, as in Go, a root or not.
  X509_STORE_set_flags(store,
                       X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  ERR_clear_error();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bssl::UniquePtr<SSL_CTX>> NewServerContext(
    absl::string_view certificate_pem, const Secret& key_pem) {
  // With buffers, since a certificate that X509 would not parse is not TLS's to
  // refuse either.
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_with_buffers_method()));
  if (context == nullptr || !SetProtocolAndCiphers(context.get())) {
    return OutOfMemory();
  }
  SSL_CTX_set_custom_verify(context.get(), SSL_VERIFY_PEER, AcceptAny);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, nullptr);
  const absl::Status status =
      SetCertificate(certificate_pem, key_pem, context.get());
  if (!status.ok()) return status;
  return context;
}

std::vector<std::string> PeerCertificates(const SSL* ssl) {
  std::vector<std::string> certificates;
  const STACK_OF(CRYPTO_BUFFER)* const chain = SSL_get0_peer_certificates(ssl);
  const size_t count = chain == nullptr ? 0 : sk_CRYPTO_BUFFER_num(chain);
  certificates.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const CRYPTO_BUFFER* const der = sk_CRYPTO_BUFFER_value(chain, i);
    certificates.emplace_back(
        reinterpret_cast<const char*>(CRYPTO_BUFFER_data(der)),
        CRYPTO_BUFFER_len(der));
  }
  return certificates;
}

absl::StatusOr<bssl::UniquePtr<SSL_CTX>> NewClientContext(
    const HttpClientOptions& options, absl::string_view ca_pem,
    absl::string_view ca_source) {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  if (context == nullptr || !SetProtocolAndCiphers(context.get()) ||
      SSL_CTX_set_alpn_protos(context.get(), kProtocols, sizeof(kProtocols)) !=
          0) {
    return OutOfMemory();
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  absl::Status status = Trust(ca_pem, ca_source, context.get());
  if (!status.ok()) return status;
  if (options.certificate_pem.empty() && options.key_pem.empty()) {
    return context;
  }
  if (options.certificate_pem.empty() || options.key_pem.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "a client certificate and its key go together: one of "
                     "them is missing");
  }
  status =
      SetCertificate(options.certificate_pem, options.key_pem, context.get());
  if (!status.ok()) return status;
  return context;
}

bool ExpectServer(SSL* ssl, const std::string& name) {
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl);
  uint8_t address[sizeof(in6_addr)];
  const bool is_ip = inet_pton(AF_INET, name.c_str(), address) == 1 ||
                     inet_pton(AF_INET6, name.c_str(), address) == 1;
  if (is_ip) {
    return X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
  }
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return !name.empty() &&
         X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) ==
             1 &&
         SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

absl::Status CertificateError(const SSL* ssl) {
  const long error = SSL_get_verify_result(ssl);  // NOLINT(google-runtime-int)
  if (error == X509_V_OK) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnauthenticated,
                   ReasonOfError(static_cast<int>(error)),
                   absl::StrCat("the server's certificate is not accepted: ",
                                X509_verify_cert_error_string(error)));
}

}  // namespace gatehouse::net::internal
