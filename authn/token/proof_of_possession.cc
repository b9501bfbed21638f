#include "authn/token/proof_of_possession.h"

#include <openssl/mem.h>

#include "authn/internal/digest.h"
#include "base/errors.h"
#include "pki/certificate.h"

namespace gatehouse::authn {
namespace {

absl::Status WrongHolder(absl::string_view text) {
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::kWrongHolder,
                   text);
}

}  // namespace

absl::Status CheckProofOfPossession(const Authentication& authentication,
                                    const Request& request) {
  const auto& bound = authentication.certificate_thumbprint;
  if (!bound.has_value()) return absl::OkStatus();
  if (!request.tls || request.peer_certificates.empty()) {
    return WrongHolder(
        "the token is bound to a client certificate, and the client has shown "
        "none");
  }
  const pki::Sha256Digest shown =
      internal::Sha256(request.peer_certificates[0]);
  static_assert(sizeof(shown) == sizeof(*bound), "both are SHA-256");
  if (CRYPTO_memcmp(shown.data(), bound->data(), shown.size()) != 0) {
    return WrongHolder(
        "the token is bound to another client certificate than the client's");
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::authn
