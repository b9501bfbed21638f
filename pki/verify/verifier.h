// Path building and validation (RFC 5280 section 6), as strict as the stricter
// of the RFC and Go's crypto/x509, which Kubernetes runs.
#ifndef GATEHOUSE_PKI_VERIFY_VERIFIER_H_
#define GATEHOUSE_PKI_VERIFY_VERIFIER_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verification_policy.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::pki {

// VerifyOptions are the questions of one verification.
struct VerifyOptions {
  absl::Time now;
  // One of these extended key usages must be allowed by every certificate of
  // the chain that lists usages; OIDs of pki/extensions.h. Empty means
  // serverAuth, as in Go. kAnyExtendedKeyUsage asks for nothing.
  std::vector<std::string> key_usages;
  // What is cryptographically good enough, and the budget of work.
  const VerificationPolicy* policy = &VerificationPolicy::Default();
};

// Verifier finds paths. Stateless; any thread may use it.
class Verifier {
 public:
  // Calls `accept` with each valid chain from `leaf` to an anchor of `trust`,
  // in the order in which Go finds them, until `accept` returns true.
  // `intermediates` are candidates in any order; unrelated ones are harmless.
  //
  // Returns OK if at least one chain was valid, whatever `accept` answered.
  // Otherwise the error of the most promising path: a stable Reason, and Go's
  // text where Go has one ("x509: certificate has expired or is not yet valid:
  // current time ... is after ..."). ErrorIndex and ErrorSubject say which
  // certificate it is about. Over the budget: kTooLarge; no policy: kInvalid.
  static absl::Status Verify(
      const Certificate& leaf, absl::Span<const Certificate> intermediates,
      const TrustBundle& trust, const VerifyOptions& options,
      absl::FunctionRef<bool(const VerifiedChain&)> accept);

  // Returns the first valid chain. Errors as above.
  static absl::StatusOr<VerifiedChain> VerifyOne(
      const Certificate& leaf, absl::Span<const Certificate> intermediates,
      const TrustBundle& trust, const VerifyOptions& options);

 private:
  class Search;
};

// Returns which certificate of the path an error of Verify is about: 0 is the
// leaf; -1 if it is about none.
int ErrorIndex(const absl::Status& status);

// Returns the subject of that certificate; "" if there is none.
std::string ErrorSubject(const absl::Status& status);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_VERIFY_VERIFIER_H_
