// Certificates and keys from PEM. Includes BoringSSL: for sources only.
#ifndef GATEHOUSE_NET_INTERNAL_PEM_H_
#define GATEHOUSE_NET_INTERNAL_PEM_H_

#include <openssl/base.h>
#include <openssl/ssl.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace gatehouse::net::internal {

// Returns the "CERTIFICATE" blocks of `pem`, parsed; other blocks are passed
// over. kMalformed, with `source` and the number of the block, if one is no
// certificate, if the text ends within one, or if there is none.
absl::StatusOr<std::vector<bssl::UniquePtr<X509>>> ParseCertificates(
    absl::string_view pem, absl::string_view source);

// Returns the private key of `pem`, which must not be encrypted. kMalformed.
absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParseKey(const Secret& pem);

// Presents the certificates of `certificate_pem` with that key from now on.
// kMalformed; kInvalid if the key is not the first certificate's.
absl::Status SetCertificate(absl::string_view certificate_pem,
                            const Secret& key_pem, SSL_CTX* context);

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_PEM_H_
