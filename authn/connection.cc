#include "authn/connection.h"

namespace gatehouse::authn {

X509Connection::X509Connection(
    const X509Authenticator* authenticator,
    absl::Span<const absl::string_view> peer_certificates,
    absl::string_view stapled_ocsp)
    : authenticator_(authenticator),
      certificates_(peer_certificates.begin(), peer_certificates.end()),
      stapled_ocsp_(stapled_ocsp),
      views_(certificates_.begin(), certificates_.end()) {}

void X509Connection::AskAgain(absl::Time now) {
  Request request;
  request.tls = true;
  request.peer_certificates = views_;
  request.stapled_ocsp = stapled_ocsp_;
  request.now = now;
  result_ = authenticator_->Authenticate(request, &validity_);
}

}  // namespace gatehouse::authn
