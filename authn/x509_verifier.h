// A guard in front of another authenticator: only who holds the right
// certificate gets through to it.
#ifndef GATEHOUSE_AUTHN_X509_VERIFIER_H_
#define GATEHOUSE_AUTHN_X509_VERIFIER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "authn/authenticator.h"
#include "authn/client_ca.h"
#include "authn/x509.h"

namespace gatehouse::authn {

// X509Verifier asks `inner` only if the client certificate leads to a CA that
// is configured and its CommonName is allowed: kube-apiserver's
// --requestheader-client-ca-file and --requestheader-allowed-names.
//
// No TLS or no certificate, or no configuration yet: no credential. A
// certificate that does not pass: refused, `inner` is not asked, and the text
// is the bare cause, such as "x509: subject with cn=mallory is not in the
// allowed list". Verified certificates are remembered as X509Authenticator
// does. Any thread may call anything.
class X509Verifier : public Authenticator {
 public:
  // `inner` must not be null.
  explicit X509Verifier(std::shared_ptr<const Authenticator> inner,
                        X509Options options = X509Options());

  // Replaces the CAs, their allow-lists and what is revoked. Conversions and
  // refused groups are not asked: the certificate is nobody's but the proxy's.
  // A deny-list entry for a user refuses a proxy of that CommonName. Errors as
  // X509Authenticator::Update.
  absl::Status Update(X509Config config);

  uint64_t generation() const { return verifier_.generation(); }

  Result Authenticate(const Request& request) const override;

 private:
  const std::shared_ptr<const Authenticator> inner_;
  X509Authenticator verifier_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_X509_VERIFIER_H_
