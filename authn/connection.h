// The identity of an open connection.
#ifndef GATEHOUSE_AUTHN_CONNECTION_H_
#define GATEHOUSE_AUTHN_CONNECTION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "authn/authenticator.h"
#include "authn/x509.h"

namespace gatehouse::authn {

// X509Connection answers for the requests of one TLS connection, whose client
// certificates cannot change. It keeps the last answer for as long as that
// holds, and asks again when it does not: a certificate that expires or is
// revoked while the connection is open is refused at the next request.
//
// Borrows the authenticator, which must outlive it. For one thread at a time.
class X509Connection {
 public:
  // Copies the certificates as TLS presented them, leaf first, and the stapled
  // OCSP response, if any. No certificates: no credential, ever.
  X509Connection(const X509Authenticator* authenticator,
                 absl::Span<const absl::string_view> peer_certificates,
                 absl::string_view stapled_ocsp = "");
  X509Connection(const X509Connection&) = delete;
  X509Connection& operator=(const X509Connection&) = delete;

  // Says who is at the other end, at `now`. Valid until the next call. Costs a
  // few comparisons while the last answer was "authenticated" and holds;
  // a refusal is never kept. The observer of X509Options is called only when
  // the authenticator is asked.
  const Result& Authenticate(absl::Time now) {
    if (validity_.generation != authenticator_->generation() ||
        now < validity_.from || validity_.until < now) {
      AskAgain(now);
    }
    return result_;
  }

 private:
  void AskAgain(absl::Time now);

  const X509Authenticator* const authenticator_;
  const std::vector<std::string> certificates_;
  const std::string stapled_ocsp_;
  std::vector<absl::string_view> views_;  // Of certificates_.
  Result result_;
  Validity validity_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_CONNECTION_H_
