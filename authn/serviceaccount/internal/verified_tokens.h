// Tokens whose signature was verified, remembered.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_INTERNAL_VERIFIED_TOKENS_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_INTERNAL_VERIFIED_TOKENS_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "authn/jose/claims.h"
#include "authn/jose/key_set.h"
#include "authn/serviceaccount/keys.h"
#include "authn/token/internal/striped_map.h"
#include "authn/token/token_authenticator.h"
#include "authn/token/token_digest.h"
#include "base/snapshot.h"

namespace gatehouse::authn::internal {

// Returns the claims of `token` if a key of `keys` signed it; nothing if it is
// no compact JWS at all. "invalid signature, no keys found" where "kid" names
// none (Kubernetes' words); else Verify's and Claims' errors.
absl::StatusOr<absl::optional<Claims>> VerifySignature(absl::string_view token,
                                                       const KeySet& keys);

// Returns the audiences that a verified token is good for among those that are
// asked for: `requested`, or the server's if nobody asks. A token that names
// none is for the server. kWrongAudience if there is none in common.
absl::StatusOr<std::vector<std::string>> AcceptAudiences(
    absl::Span<const absl::string_view> of_token,
    const std::vector<std::string>* requested,
    const std::vector<std::string>& of_server);

// VerifiedTokens hands out what was made of a token once its signature was
// good: a T, which has an absl::Time `expires` after which it is not needed.
// What is remembered is found by a keyed digest of the token, the audiences and
// the generation of keys, never by the token; the number of them is bounded.
// Nothing that may change should be in a T. Any thread may call it.
template <typename T>
class VerifiedTokens {
 public:
  // Fills a new T from verified claims, which it may keep; its error is the
  // answer to the token.
  using Read = std::function<absl::Status(
      Claims, const std::vector<std::string>* audiences, T*)>;

  VerifiedTokens(std::shared_ptr<const ServiceAccountKeyRing> keys,
                 size_t entries, Read read)
      : keys_(std::move(keys)),
        read_(std::move(read)),
        remembers_(entries > 0),
        tokens_(entries) {}

  // Returns what `token` is; null if it is no compact JWS.
  absl::StatusOr<std::shared_ptr<const T>> Get(
      absl::string_view token, const TokenContext& context) const {
    const EpochGuard guard;
    const ServiceAccountKeys* const keys = keys_->Load();
    if (!remembers_) return Verify(token, context, *keys);
    const TokenDigest digest =
        digester_.Digest(token, context.audiences, keys->generation);
    std::shared_ptr<const T> found = tokens_.Find(digest, context.now);
    if (found != nullptr) return found;
    auto verified = Verify(token, context, *keys);
    if (verified.ok() && *verified != nullptr) {
      const absl::Time until =
          std::min((*verified)->expires, context.now + kMaxAge);
      tokens_.Insert(digest, *verified, until, context.now);
    }
    return verified;
  }

 private:
  // So that what was verified by keys long replaced does not stay.
  static constexpr absl::Duration kMaxAge = absl::Hours(1);

  absl::StatusOr<std::shared_ptr<const T>> Verify(
      absl::string_view token, const TokenContext& context,
      const ServiceAccountKeys& keys) const {
    auto claims = VerifySignature(token, keys.verifying);
    if (!claims.ok()) return claims.status();
    if (!claims->has_value()) return std::shared_ptr<const T>();
    auto made = std::make_shared<T>();
    absl::Status status =
        read_(**std::move(claims), context.audiences, made.get());
    if (!status.ok()) return status;
    return std::shared_ptr<const T>(std::move(made));
  }

  const std::shared_ptr<const ServiceAccountKeyRing> keys_;
  const Read read_;
  const bool remembers_;
  const TokenDigester digester_;
  mutable StripedMap<T> tokens_;  // Synchronizes itself.
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_INTERNAL_VERIFIED_TOKENS_H_
