// Sets of keys: JWKS, PEM files.
#ifndef GATEHOUSE_AUTHN_JOSE_KEY_SET_H_
#define GATEHOUSE_AUTHN_JOSE_KEY_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jwk.h"
#include "authn/jose/verification_key.h"
#include "pki/public_key.h"

namespace gatehouse::authn {

// KeyIdRule says what a token or a key without "kid" is good for.
enum class KeyIdRule : uint8_t {
  // Nothing: both are refused.
  kRequired,
  // Kubernetes' and go-oidc's rule: a token without one is tried with each key
  // of its algorithm, at most kMaxKeysTried; a key without one is tried with
  // such tokens only. A token that has one matches that one only.
  kOptional,
};

struct KeySetOptions {
  KeyKind kind = KeyKind::kPublic;
  KeyIdRule key_ids = KeyIdRule::kRequired;
  // Keys are for no others, whatever they say.
  JwsAlgorithmSet algorithms = JwsAlgorithmSet::All();
  size_t max_bytes = size_t{1} << 20;
  size_t max_keys = 2048;
};

// KeyProblem is a key of a set that was left out, and why.
struct KeyProblem {
  size_t index = 0;    // In the set as it was given, from 0.
  std::string key_id;  // "" if it has none.
  absl::Status status;
};

// KeySet is the keys that signatures are checked with. Immutable; any thread
// may use it. Movable: keys that were found stay where they are.
class KeySet {
 public:
  // The most keys that a token without "kid" is tried with.
  static constexpr size_t kMaxKeysTried = 16;

  // Makes an empty set, which verifies nothing.
  KeySet() = default;

  // Parses a JWK Set (RFC 7517 section 5): {"keys": [...]}; other members are
  // passed over. `source` names it in errors. A key that is refused is left
  // out and listed in problems(): it does not spoil the set. Where a person
  // wrote the set, a problem had better be an error. An empty list is no error.
  //
  // kKeySetTooLarge, kTooManyKeys, kNotJson, kDuplicateMember, kMissingMember,
  // kWrongType: of the set as a whole.
  static absl::StatusOr<KeySet> FromJwks(absl::string_view json,
                                         absl::string_view source,
                                         const KeySetOptions& options = {});

  // Makes a set of keys that come from PEM: each under the "kid" that
  // Kubernetes gives it.
  static absl::StatusOr<KeySet> FromPublicKeys(
      absl::Span<const pki::PublicKey> keys, const KeySetOptions& options = {});

  // Makes a set of keys under their own names.
  static absl::StatusOr<KeySet> FromKeys(std::vector<VerificationKey> keys,
                                         const KeySetOptions& options = {});

  const std::vector<VerificationKey>& keys() const { return keys_; }
  const std::vector<KeyProblem>& problems() const { return problems_; }
  KeyIdRule key_ids() const { return key_ids_; }

  // Returns the key of that name for that algorithm; null if there is none.
  // One probe of a hash table, whatever the size of the set.
  const VerificationKey* Find(absl::string_view key_id,
                              JwsAlgorithm algorithm) const;

  // Returns why Find found nothing: kUnknownKeyId, kAlgorithmMismatch or
  // kAmbiguousKeyId. Not on the fast path.
  JoseError WhyNotFound(absl::string_view key_id) const;

  // Returns the places in keys() of those for `algorithm`, in their order.
  absl::Span<const uint32_t> WithAlgorithm(JwsAlgorithm algorithm) const {
    return by_algorithm_[static_cast<size_t>(algorithm)];
  }

 private:
  class Builder;

  // Views of names_, which does not move.
  using Name = std::pair<absl::string_view, JwsAlgorithm>;

  // What Find reads stands first, side by side.
  absl::flat_hash_map<Name, uint32_t> by_name_;
  std::vector<VerificationKey> keys_;
  // All key ids one behind the other: to compare them in the keys, which lie
  // far apart, is most of what a look-up in a large set costs.
  std::shared_ptr<const char[]> names_;  // Copies of the set share them.
  KeyIdRule key_ids_ = KeyIdRule::kRequired;
  std::vector<KeyProblem> problems_;
  absl::flat_hash_set<std::string> ambiguous_key_ids_;
  std::array<std::vector<uint32_t>, kJwsAlgorithmCount> by_algorithm_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_KEY_SET_H_
