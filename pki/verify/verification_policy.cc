#include "pki/verify/verification_policy.h"

namespace gatehouse::pki {

const VerificationPolicy& VerificationPolicy::Default() {
  static constexpr VerificationPolicy kDefault;
  return kDefault;
}

const VerificationPolicy& VerificationPolicy::Kubernetes() {
  static constexpr VerificationPolicy kKubernetes = [] {
    VerificationPolicy policy;
    policy.min_rsa_bits = 1024;
    return policy;
  }();
  return kKubernetes;
}

}  // namespace gatehouse::pki
