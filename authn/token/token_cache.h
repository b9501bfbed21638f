// Remembering for a while what an authenticator said of a token.
#ifndef GATEHOUSE_AUTHN_TOKEN_TOKEN_CACHE_H_
#define GATEHOUSE_AUTHN_TOKEN_TOKEN_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"

namespace gatehouse::authn {

// TokenCacheOptions are how much is remembered, and for how long. The times are
// those that kube-apiserver puts around all its token authenticators; around a
// webhook it uses two minutes for both, and remembers no errors. A plain value.
struct TokenCacheOptions {
  // The most answers of "authenticated". They are kept packed, a service
  // account's with its pod and node in less than 300 bytes: a full cache of the
  // default size takes 300 MB. Memory grows with what is in it.
  size_t entries = size_t{1} << 20;
  // How many answers are also kept unpacked, to be found faster and without
  // allocating: of those that were looked up last or are asked for often. Each
  // core has its part of them, so that threads do not meet. About 2 KB each.
  size_t hot_entries = size_t{1} << 13;
  // The most answers of "no credential" and "rejected". They have room of their
  // own, so that rubbish never puts out what is good.
  size_t failure_entries = size_t{1} << 16;

  // From when an answer came, not from when it was last used; 0 or less: not
  // remembered. One of "authenticated" ends with Authentication::not_after in
  // any case.
  absl::Duration success_ttl = absl::Seconds(10);
  absl::Duration failure_ttl = absl::ZeroDuration();
  // Whether "rejected" is remembered, like "no credential", for failure_ttl.
  // Never remembered (Kubernetes does) is what is no fault of the token:
  // kUnavailable, kDeadlineExceeded, kResourceExhausted, kCancelled, kInternal.
  bool cache_errors = true;

  // How long, of real time, one waits for the same look-up of another thread;
  // then the answer is an error. Longer than the authenticator's own timeouts.
  absl::Duration max_wait = absl::Minutes(1);

  // The version of all that the authenticator goes by; null: it is always the
  // same. After a change no earlier answer is used, nor one that an earlier
  // look-up brings later. Any thread calls it, for every token.
  std::function<uint64_t()> generation;
};

// TokenCache is an authenticator with a memory. Behaviour is that of
// Kubernetes' token cache, where the two lists of audiences "none" and "empty"
// do not share an answer.
//
// The key is a keyed hash of token and audiences in their order, so no token
// is in memory. Of threads that ask for the same token at the same time, one
// asks the authenticator, and the others wait for its answer, whatever it is.
// Notes of an answer of "authenticated" come with it every time.
//
// Times are the context's `now`. One that goes back revives and prolongs
// nothing: answers are judged by the latest moment that anybody came from, to a
// tenth of a second. One over two minutes back is a clock that was set: the
// cache is emptied and goes by the new time. Any thread may call anything.
class TokenCache : public TokenAuthenticator {
 public:
  explicit TokenCache(std::shared_ptr<const TokenAuthenticator> delegate,
                      TokenCacheOptions options = TokenCacheOptions());
  ~TokenCache() override;

  // Answers from memory, or asks. An answer that is kept unpacked allocates
  // nothing. Errors: the authenticator's; kDeadlineExceeded after
  // max_wait.
  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

  // Forgets everything. A look-up that has begun still brings its answer in:
  // use `generation` where that matters.
  void Clear();

  // Returns how many answers of either kind there are.
  size_t successes() const;
  size_t failures() const;

 private:
  struct State;

  const std::unique_ptr<State> state_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_TOKEN_CACHE_H_
