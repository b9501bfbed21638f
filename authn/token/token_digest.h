// A token as the key of a cache, without the token.
#ifndef GATEHOUSE_AUTHN_TOKEN_TOKEN_DIGEST_H_
#define GATEHOUSE_AUTHN_TOKEN_TOKEN_DIGEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gatehouse::authn {

// TokenDigest is the first half of a keyed hash. 128 bits are enough: whoever
// sends tokens does not know the key, so he cannot look for two that collide;
// he can only send some, and that one of them meets one of a million entries
// has a chance of 2^-108. A plain value.
struct TokenDigest {
  uint64_t high = 0;
  uint64_t low = 0;
};

inline bool operator==(const TokenDigest& a, const TokenDigest& b) {
  return a.high == b.high && a.low == b.low;
}
inline bool operator!=(const TokenDigest& a, const TokenDigest& b) {
  return !(a == b);
}

// TokenDigester hashes tokens with HMAC-SHA256 (RFC 2104) under a random key
// of its own: no digest tells anything about its token, not even to who can
// guess the token, and two digesters agree on nothing. Any thread may call it;
// no call allocates.
class TokenDigester {
 public:
  TokenDigester();
  ~TokenDigester();
  TokenDigester(const TokenDigester&) = delete;
  TokenDigester& operator=(const TokenDigester&) = delete;

  // Returns the digest of a token that is shown for `audiences`, in the order
  // in which they stand. Null and empty differ, unlike in Kubernetes: what
  // authenticators answer differs too. `generation` is part of what is hashed,
  // so that an answer of one generation is not found under another. Every part
  // goes in with its length: no two inputs are the same bytes.
  TokenDigest Digest(absl::string_view token,
                     const std::vector<std::string>* audiences,
                     uint64_t generation = 0) const;

 private:
  struct States;  // Of SHA-256, after the inner and the outer key.

  const std::unique_ptr<States> states_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_TOKEN_DIGEST_H_
