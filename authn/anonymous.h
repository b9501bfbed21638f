// Requests without a credential: the anonymous user.
#ifndef GATEHOUSE_AUTHN_ANONYMOUS_H_
#define GATEHOUSE_AUTHN_ANONYMOUS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "authn/authenticator.h"

namespace gatehouse::authn {

// AnonymousAuthenticator takes every request for one of system:anonymous, in
// the group system:unauthenticated: kube-apiserver's --anonymous-auth, and
// `anonymous` of an AuthenticationConfiguration. It never rejects.
//
// Put it last, in a Union that fails on errors: who shows a credential that is
// no good must not become anonymous by it (Kubernetes behaviour). The audiences
// of the answer are those that were asked for, whatever they are. Immutable;
// any thread may call anything. Allocates only where audiences were asked for.
class AnonymousAuthenticator : public Authenticator {
 public:
  // With `paths`, only requests whose Request::path is exactly one of them:
  // case counts, nothing is normalised, a path is no prefix. Without: all.
  explicit AnonymousAuthenticator(std::vector<std::string> paths = {});

  Result Authenticate(const Request& request) const override;

 private:
  const absl::flat_hash_set<std::string> paths_;
  const Result anybody_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_ANONYMOUS_H_
