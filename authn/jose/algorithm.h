// The algorithms of JSON Web Signatures that are known here.
#ifndef GATEHOUSE_AUTHN_JOSE_ALGORITHM_H_
#define GATEHOUSE_AUTHN_JOSE_ALGORITHM_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse::authn {

// JwsAlgorithm is an "alg" of RFC 7518 section 3.1 or RFC 8037. "none" is not
// one.
enum class JwsAlgorithm : uint8_t {
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kEdDsa,
  kHs256,
  kHs384,
  kHs512,
};
inline constexpr int kJwsAlgorithmCount = 13;

// Returns "RS256", "EdDSA", ...
absl::string_view JwsAlgorithmName(JwsAlgorithm algorithm);

// Returns the algorithm of that name, compared byte by byte; none if it is not
// known.
absl::optional<JwsAlgorithm> ParseJwsAlgorithm(absl::string_view name);

// JwsAlgorithmSet is a set of algorithms; empty means none, never all.
class JwsAlgorithmSet {
 public:
  constexpr JwsAlgorithmSet() = default;
  constexpr JwsAlgorithmSet(std::initializer_list<JwsAlgorithm> algorithms) {
    for (const JwsAlgorithm algorithm : algorithms) Add(algorithm);
  }
  // Every one with a public key: all but HS256, HS384 and HS512.
  static constexpr JwsAlgorithmSet Asymmetric() {
    return FromBits((1 << static_cast<int>(JwsAlgorithm::kHs256)) - 1);
  }
  static constexpr JwsAlgorithmSet All() {
    return FromBits((1 << kJwsAlgorithmCount) - 1);
  }

  constexpr void Add(JwsAlgorithm algorithm) {
    bits_ = static_cast<uint16_t>(bits_ | 1 << static_cast<int>(algorithm));
  }
  constexpr bool Contains(JwsAlgorithm algorithm) const {
    return (bits_ >> static_cast<int>(algorithm) & 1) != 0;
  }
  constexpr JwsAlgorithmSet And(JwsAlgorithmSet other) const {
    return FromBits(bits_ & other.bits_);
  }
  constexpr bool empty() const { return bits_ == 0; }
  // Returns "RS256, PS256".
  std::string ToString() const;

  friend constexpr bool operator==(JwsAlgorithmSet a, JwsAlgorithmSet b) {
    return a.bits_ == b.bits_;
  }

 private:
  static constexpr JwsAlgorithmSet FromBits(int bits) {
    JwsAlgorithmSet set;
    set.bits_ = static_cast<uint16_t>(bits);
    return set;
  }

  uint16_t bits_ = 0;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_ALGORITHM_H_
