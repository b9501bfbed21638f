// All OpenID Connect issuers of a server.
#ifndef GATEHOUSE_AUTHN_OIDC_JWT_AUTHENTICATORS_H_
#define GATEHOUSE_AUTHN_OIDC_JWT_AUTHENTICATORS_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authn/oidc/jwt_authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/mutex.h"

namespace gatehouse::authn {

// JwtAuthenticators asks the one authenticator that a token's issuer has. That
// is what a union that stops at the first error does in whatever order
// (Kubernetes behaviour), since no two have the same issuer: one probe of a
// hash table, however many there are.
//
// It owns threads that keep the keys up to date; several, so that issuers which
// hang do not keep others waiting. Destruction waits for requests that they
// have under way (KeyRefreshOptions::request_timeout).
//
// Any thread may call anything.
class JwtAuthenticators : public TokenAuthenticator {
 public:
  struct Options {
    // 0: RefreshIfDue is called by whoever has a thread for it.
    int refresh_threads = 4;
  };

  // Starts the threads; does not wait for keys. kDuplicate for two of one
  // issuer. There may be none.
  static absl::StatusOr<std::unique_ptr<JwtAuthenticators>> Create(
      std::vector<std::unique_ptr<JwtAuthenticator>> authenticators,
      const Options& options);
  ~JwtAuthenticators() override;

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

  // Fetches what is due, one after another. Returns when that is done.
  void RefreshIfDue() const;

  // Returns OK if every authenticator has been initialized; else the text of
  // each that has not, joined as AggregateMessages does it.
  absl::Status Health() const;

  // Returns them in the order in which they were given.
  const std::vector<std::unique_ptr<JwtAuthenticator>>& authenticators() const {
    return authenticators_;
  }

 private:
  explicit JwtAuthenticators(
      std::vector<std::unique_ptr<JwtAuthenticator>> authenticators);

  void RefreshUntilStopped();

  // Constant after construction. The keys are views of the issuers.
  const std::vector<std::unique_ptr<JwtAuthenticator>> authenticators_;
  absl::flat_hash_map<absl::string_view, const JwtAuthenticator*> by_issuer_;

  std::atomic<bool> stop_{false};  // Stored under mutex_, for who waits.
  Mutex mutex_;
  CondVar stopped_;
  std::vector<std::thread> threads_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_OIDC_JWT_AUTHENTICATORS_H_
