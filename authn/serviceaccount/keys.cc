#include "authn/serviceaccount/keys.h"

#include <utility>

#include "absl/algorithm/container.h"

namespace gatehouse::authn {
namespace {

absl::StatusOr<VerificationKey> Named(const pki::PublicKey& key) {
  return VerificationKey::FromPublicKey(key, KubernetesKeyId(key));
}

bool Contains(const std::vector<VerificationKey>& keys,
              const VerificationKey& key) {
  return absl::c_any_of(keys, [&key](const VerificationKey& other) {
    return other.SameKey(key) && other.key_id() == key.key_id();
  });
}

}  // namespace

absl::StatusOr<ServiceAccountKeys> ServiceAccountKeys::Create(
    absl::Span<const pki::PublicKey> keys,
    absl::optional<pki::PrivateKey> signing) {
  std::vector<VerificationKey> named;
  for (const pki::PublicKey& key : keys) {
    absl::StatusOr<VerificationKey> verification = Named(key);
    if (!verification.ok()) return verification.status();
    named.push_back(*std::move(verification));
  }
  return FromVerificationKeys(named, std::move(signing));
}

absl::StatusOr<ServiceAccountKeys> ServiceAccountKeys::FromVerificationKeys(
    const std::vector<VerificationKey>& keys,
    absl::optional<pki::PrivateKey> signing,
    const std::vector<VerificationKey>* published) {
  const std::vector<VerificationKey>& shown =
      published == nullptr ? keys : *published;
  ServiceAccountKeys out;
  std::vector<VerificationKey> all;
  if (signing.has_value()) {
    absl::StatusOr<VerificationKey> own = Named(signing->public_key());
    if (!own.ok()) return own.status();
    out.signing_key_id = *own->key_id();
    out.published.push_back(*own);
    all.push_back(*std::move(own));
  }
  for (const VerificationKey& key : shown) {
    if (!Contains(out.published, key)) out.published.push_back(key);
  }
  for (const VerificationKey& key : keys) {
    if (!Contains(all, key)) all.push_back(key);
  }
  KeySetOptions options;
  options.key_ids = KeyIdRule::kOptional;
  options.algorithms = JwsAlgorithmSet::Asymmetric();
  absl::StatusOr<KeySet> set = KeySet::FromKeys(std::move(all), options);
  if (!set.ok()) return set.status();
  // A key of an operator's that verifies nothing is to be told, not dropped.
  if (!set->problems().empty()) return set->problems().front().status;
  out.verifying = *std::move(set);
  out.signing = std::move(signing);
  return out;
}

ServiceAccountKeyRing::ServiceAccountKeyRing(ServiceAccountKeys keys)
    : keys_([&keys] {
        keys.generation = 1;
        return std::make_unique<const ServiceAccountKeys>(std::move(keys));
      }()) {}

void ServiceAccountKeyRing::Update(ServiceAccountKeys keys) {
  const MutexLock lock(mutex_);
  keys.generation = ++generation_;
  keys_.Publish(std::make_unique<const ServiceAccountKeys>(std::move(keys)));
}

uint64_t ServiceAccountKeyRing::generation() const {
  const MutexLock lock(mutex_);
  return generation_;
}

}  // namespace gatehouse::authn
