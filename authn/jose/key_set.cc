#include "authn/jose/key_set.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "objects/node.h"

namespace gatehouse::authn {
namespace {

using objects::Node;
using objects::NodeKind;

// Depth and values of a set: a JWK is flat but for "key_ops", "x5c", "oth".
constexpr int kMaxDepth = 8;
constexpr size_t kMaxValuesOfAKey = 64;

JwsAlgorithmSet UsableFor(const VerificationKey& key,
                          const KeySetOptions& options) {
  return key.algorithms().And(options.algorithms);
}

template <typename Function>
void ForEach(JwsAlgorithmSet algorithms, Function function) {
  for (int i = 0; i < kJwsAlgorithmCount; ++i) {
    const auto algorithm = static_cast<JwsAlgorithm>(i);
    if (algorithms.Contains(algorithm)) function(algorithm);
  }
}

absl::Status TooManyKeys(absl::string_view source, size_t count, size_t max) {
  return MakeJoseError(
      JoseError::kTooManyKeys,
      absl::StrCat(source, ": ", count, " keys in one set; at most ", max));
}

// Parses the text of a set; returns its root, an object.
absl::StatusOr<objects::Document> ParseSet(absl::string_view json,
                                           absl::string_view source,
                                           const KeySetOptions& options) {
  objects::Limits limits;
  limits.max_bytes = options.max_bytes;
  limits.max_depth = kMaxDepth;
  limits.max_nodes = (options.max_keys + 1) * kMaxValuesOfAKey;
  absl::StatusOr<objects::Document> document =
      objects::ParseJson(json, source, limits);
  if (document.ok()) return document;
  const Reason reason = ReasonOf(document.status());
  const JoseError error =
      reason == Reason::kTooLarge    ? JoseError::kKeySetTooLarge
      : reason == Reason::kDuplicate ? JoseError::kDuplicateMember
                                     : JoseError::kNotJson;
  // The parser shows what it stumbles over, which might be of a secret.
  return MakeJoseError(error,
                       options.kind == KeyKind::kSymmetric
                           ? absl::StrCat(source, ": ", JoseErrorName(error))
                           : std::string(document.status().message()));
}

std::string KeyIdOf(const Node& jwk) {
  const Node* key_id = jwk.Find("kid");
  return key_id != nullptr && key_id->is(NodeKind::kString)
             ? std::string(key_id->text())
             : "";
}

}  // namespace

// Builder takes the keys one by one, and settles at the end who may stay.
class KeySet::Builder {
 public:
  Builder(absl::string_view source, const KeySetOptions& options)
      : source_(source), options_(options) {
    set_.key_ids_ = options.key_ids;
  }

  void Add(size_t index, VerificationKey key) {
    const bool has_id = key.key_id().has_value();
    const std::string key_id = key.key_id().value_or("");
    if (!has_id && options_.key_ids == KeyIdRule::kRequired) {
      return Refuse(index, key_id,
                    MakeJoseError(JoseError::kMissingKeyId,
                                  "key: no \"kid\", by which keys are chosen"));
    }
    if (UsableFor(key, options_).empty()) {
      return Refuse(index, key_id,
                    MakeJoseError(JoseError::kAlgorithmMismatch,
                                  absl::StrCat("key: it is for ",
                                               key.algorithms().ToString(),
                                               ", the set for none of them")));
    }
    candidates_.push_back({index, std::move(key), JoseError::kNone});
  }

  void Refuse(size_t index, absl::string_view key_id,
              const absl::Status& status) {
    set_.problems_.push_back(
        {index, std::string(key_id),
         MakeJoseError(
             JoseErrorOf(status),
             absl::StrCat(source_, ": keys[", index, "] ", ShownKeyId(key_id),
                          ": ", status.message()))});
  }

  KeySet Build() {
    for (size_t i = 0; i < candidates_.size(); ++i) HoldAgainstOthers(i);
    MakeRoomForNames();
    for (Candidate& candidate : candidates_) {
      if (candidate.error == JoseError::kNone) {
        Take(std::move(candidate.key));
      } else {
        Drop(candidate);
      }
    }
    return std::move(set_);
  }

 private:
  struct Candidate {
    size_t index;
    VerificationKey key;
    JoseError error;
  };

  // Marks a candidate that others' names make ambiguous or needless.
  void HoldAgainstOthers(size_t place) {
    Candidate& candidate = candidates_[place];
    if (!candidate.key.key_id().has_value()) return;
    bool says_something_new = false;
    ForEach(UsableFor(candidate.key, options_), [&](JwsAlgorithm algorithm) {
      const auto added =
          owners_.try_emplace(Name(*candidate.key.key_id(), algorithm), place);
      Candidate& owner = candidates_[added.first->second];
      says_something_new |= added.second;
      if (added.second || owner.key.SameKey(candidate.key)) return;
      says_something_new = true;
      owner.error = JoseError::kAmbiguousKeyId;
      candidate.error = JoseError::kAmbiguousKeyId;
    });
    if (!says_something_new) candidate.error = JoseError::kDuplicateKey;
  }

  void MakeRoomForNames() {
    size_t size = 0;
    for (const Candidate& candidate : candidates_) {
      size += candidate.key.key_id().value_or("").size();
    }
    names_end_ = new char[size];
    set_.names_.reset(names_end_);
  }

  void Take(VerificationKey key) {
    const auto place = static_cast<uint32_t>(set_.keys_.size());
    const std::string key_id = key.key_id().value_or("");
    const absl::string_view name(names_end_, key_id.size());
    names_end_ = std::copy(key_id.begin(), key_id.end(), names_end_);
    ForEach(UsableFor(key, options_), [&](JwsAlgorithm algorithm) {
      set_.by_algorithm_[static_cast<size_t>(algorithm)].push_back(place);
      if (!name.empty()) {
        set_.by_name_.try_emplace(Name(name, algorithm), place);
      }
    });
    set_.keys_.push_back(std::move(key));
  }

  void Drop(const Candidate& candidate) {
    const std::string& key_id = *candidate.key.key_id();
    if (candidate.error == JoseError::kAmbiguousKeyId) {
      set_.ambiguous_key_ids_.insert(key_id);
    }
    Refuse(candidate.index, key_id,
           MakeJoseError(candidate.error,
                         candidate.error == JoseError::kDuplicateKey
                             ? "key: listed before"
                             : "key: another key has the same \"kid\""));
  }

  const std::string source_;
  const KeySetOptions options_;
  KeySet set_;
  std::vector<Candidate> candidates_;
  absl::flat_hash_map<Name, size_t> owners_;  // The first of each name.
  char* names_end_ = nullptr;                 // Where the next one goes.
};

absl::StatusOr<KeySet> KeySet::FromJwks(absl::string_view json,
                                        absl::string_view source,
                                        const KeySetOptions& options) {
  const absl::StatusOr<objects::Document> document =
      ParseSet(json, source, options);
  if (!document.ok()) return document.status();
  if (!document->root().is(NodeKind::kMap)) {
    return MakeJoseError(JoseError::kNotObject,
                         absl::StrCat(source, ": a key set is an object"));
  }
  const Node* keys = document->root().Find("keys");
  if (keys == nullptr) {
    return MakeJoseError(JoseError::kMissingMember,
                         absl::StrCat(source, ": no \"keys\""));
  }
  if (!keys->is(NodeKind::kList)) {
    return MakeJoseError(JoseError::kWrongType,
                         absl::StrCat(source, ": \"keys\" is no list"));
  }
  if (keys->items().size() > options.max_keys) {
    return TooManyKeys(source, keys->items().size(), options.max_keys);
  }
  Builder builder(source, options);
  size_t index = 0;
  for (const Node& jwk : keys->items()) {
    absl::StatusOr<VerificationKey> key = ParseJwk(jwk, options.kind);
    if (key.ok()) {
      builder.Add(index, *std::move(key));
    } else {
      builder.Refuse(index, KeyIdOf(jwk), key.status());
    }
    ++index;
  }
  return builder.Build();
}

absl::StatusOr<KeySet> KeySet::FromPublicKeys(
    absl::Span<const pki::PublicKey> keys, const KeySetOptions& options) {
  constexpr absl::string_view kSource = "public keys";
  if (keys.size() > options.max_keys) {
    return TooManyKeys(kSource, keys.size(), options.max_keys);
  }
  Builder builder(kSource, options);
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string key_id = KubernetesKeyId(keys[i]);
    absl::StatusOr<VerificationKey> key =
        VerificationKey::FromPublicKey(keys[i], key_id);
    if (key.ok()) {
      builder.Add(i, *std::move(key));
    } else {
      builder.Refuse(i, key_id, key.status());
    }
  }
  return builder.Build();
}

absl::StatusOr<KeySet> KeySet::FromKeys(std::vector<VerificationKey> keys,
                                        const KeySetOptions& options) {
  constexpr absl::string_view kSource = "keys";
  if (keys.size() > options.max_keys) {
    return TooManyKeys(kSource, keys.size(), options.max_keys);
  }
  Builder builder(kSource, options);
  for (size_t i = 0; i < keys.size(); ++i) {
    builder.Add(i, std::move(keys[i]));
  }
  return builder.Build();
}

const VerificationKey* KeySet::Find(absl::string_view key_id,
                                    JwsAlgorithm algorithm) const {
  const auto found = by_name_.find(Name(key_id, algorithm));
  return found == by_name_.end() ? nullptr : &keys_[found->second];
}

JoseError KeySet::WhyNotFound(absl::string_view key_id) const {
  if (ambiguous_key_ids_.contains(key_id)) return JoseError::kAmbiguousKeyId;
  for (int i = 0; i < kJwsAlgorithmCount; ++i) {
    if (Find(key_id, static_cast<JwsAlgorithm>(i)) != nullptr) {
      return JoseError::kAlgorithmMismatch;
    }
  }
  return JoseError::kUnknownKeyId;
}

}  // namespace gatehouse::authn
