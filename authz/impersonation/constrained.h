// Constrained impersonation: as whom, and for which requests.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_CONSTRAINED_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_CONSTRAINED_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "authz/authorizer.h"
#include "authz/impersonation/impersonation.h"
#include "base/clock.h"

namespace gatehouse::authz {

namespace internal {
class ModeCaches;
struct ModeAttempt;
}  // namespace internal

// ConstrainedImpersonator tries the modes of KEP-5284 one after the other:
//
//   associated-node  a service account, bound to a node, acts as that node
//   arbitrary-node   as any node
//   serviceaccount   as a service account
//   user-info        as any other user, with uid, groups and extra
//   legacy           as anybody, by the verb "impersonate" alone
//
// A mode other than legacy needs two rights: `impersonate-on:<mode>:<verb>` on
// what the request is about, and `impersonate:<mode>` on whom it is made as, in
// the API group authentication.k8s.io. The first mode that allows it wins; if
// none does, the answer is the refusal of the first that applied. The mode that
// last worked for a requestor's name is tried first. (Kubernetes 1.36
// behaviour, with its order of questions and its texts.)
//
// Except in legacy, nobody becomes a member of system:masters or of the empty
// group, and extra keys are lower-case and have a domain. Four groups or four
// extra values first ask for the name "*".
//
// RBAC grants the verbs of the constrained modes only where a rule names them:
// "*" among its verbs is not enough (rbac/rules.h, VerbMatches). Who holds "*"
// impersonates by the legacy mode, as ever.
//
// An allow of a constrained mode is remembered for a short time: what was taken
// away from the requestor works for as long. Any thread.
class ConstrainedImpersonator final : public Impersonator {
 public:
  struct Options {
    // How long an allow is good for; zero: ask every time.
    absl::Duration ttl = absl::Seconds(10);
    // The most allows that are kept: of requests, and of users.
    size_t max_entries = 10'000;
    // The most requestors whose last mode is kept.
    size_t max_requestors = 10'000;
    // Not owned; must outlive this. Never null.
    const Clock* clock = &Clock::System();
  };

  // `authorizer` must not be null.
  explicit ConstrainedImpersonator(
      std::shared_ptr<const Authorizer> authorizer);
  ConstrainedImpersonator(std::shared_ptr<const Authorizer> authorizer,
                          const Options& options);
  ~ConstrainedImpersonator() override;

  ImpersonationResult Decide(const UserInfo& wanted,
                             const Attributes& request) const override;

 private:
  // kNotRequested where the mode does not apply.
  ImpersonationResult TryMode(size_t mode,
                              const internal::ModeAttempt& attempt) const;
  ImpersonationResult TryConstrained(
      size_t mode, const internal::ModeAttempt& attempt) const;
  ImpersonationResult CheckTarget(size_t mode,
                                  const internal::ModeAttempt& attempt) const;

  const std::shared_ptr<const Authorizer> authorizer_;
  // Synchronises itself.
  const std::unique_ptr<internal::ModeCaches> caches_;
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_CONSTRAINED_H_
