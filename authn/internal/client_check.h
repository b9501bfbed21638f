// One client certificate against a configuration, without memory.
#ifndef GATEHOUSE_AUTHN_INTERNAL_CLIENT_CHECK_H_
#define GATEHOUSE_AUTHN_INTERNAL_CLIENT_CHECK_H_

#include <functional>

#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/client_ca.h"

namespace gatehouse::authn::internal {

// Checked is what a configuration says of a request.
struct Checked {
  Result result;
  // If authenticated: the last moment at which the answer holds, and the end
  // of the leaf's own time.
  absl::Time until = absl::InfinitePast();
  absl::Time leaf_not_after;
};

// How it is said, and to whom; see X509Options.
struct CheckOptions {
  bool bare_errors = false;
  std::function<void(absl::Duration)> observe_remaining_lifetime;
};

// Parses and verifies the certificates of `request`, of which there is at least
// one. The rules are those of X509Authenticator.
Checked CheckClient(const X509Config& config, const CheckOptions& options,
                    const Request& request);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_INTERNAL_CLIENT_CHECK_H_
