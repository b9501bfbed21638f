#include "authn/x509.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/string_view.h"
#include "authn/internal/client_check.h"
#include "authn/internal/digest.h"
#include "authn/internal/identity_cache.h"
#include "authn/internal/spread_result.h"
#include "pki/certificate.h"

namespace gatehouse::authn {

// State is one configuration and what was verified under it.
struct X509Authenticator::State {
  State(X509Config c, uint64_t g, size_t entries)
      : config(std::move(c)),
        generation(g),
        has_revocation(config.revocation != nullptr ||
                       absl::c_any_of(config.client_cas,
                                      [](const ClientCa& ca) {
                                        return ca.revocation != nullptr;
                                      })),
        cache(std::make_unique<internal::IdentityCache>(entries)) {}

  const X509Config config;
  const uint64_t generation;
  const bool has_revocation;
  const std::unique_ptr<internal::IdentityCache> cache;
};

X509Authenticator::X509Authenticator(const X509Options& options)
    : options_(options),
      state_(std::make_unique<const std::shared_ptr<const State>>()) {}

X509Authenticator::~X509Authenticator() = default;

absl::StatusOr<std::unique_ptr<X509Authenticator>> X509Authenticator::Create(
    X509Config config, const X509Options& options) {
  auto authenticator = std::make_unique<X509Authenticator>(options);
  const absl::Status status = authenticator->Update(std::move(config));
  if (!status.ok()) return status;
  return authenticator;
}

absl::Status X509Authenticator::Update(X509Config config) {
  absl::Status status = ValidateX509Config(config);
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  const uint64_t generation = generation_.load() + 1;
  auto state = std::make_shared<const State>(std::move(config), generation,
                                             options_.cache_entries);
  state_.Publish(
      std::make_unique<const std::shared_ptr<const State>>(std::move(state)));
  // After the state: an open connection that sees this number and asks again
  // is answered by this state, or a later one.
  generation_.store(generation);
  return absl::OkStatus();
}

Result X509Authenticator::Authenticate(const Request& request) const {
  Validity validity;
  return Authenticate(request, &validity);
}

Result X509Authenticator::Authenticate(const Request& request,
                                       Validity* validity) const {
  *validity = Validity();
  if (!request.tls || request.peer_certificates.empty()) return Result();
  const absl::string_view leaf = request.peer_certificates[0];
  std::shared_ptr<const State> state;
  bool remember = false;
  {
    const EpochGuard guard;
    const State* current = state_.Load()->get();
    if (current == nullptr) return Result();
    // What a stapled response says holds for one connection only.
    remember = current->cache->enabled() &&
               leaf.size() <= pki::Certificate::kMaxBytes &&
               !(current->has_revocation && !request.stapled_ocsp.empty());
    const internal::Identity* known =
        remember ? current->cache->Find(internal::Sha256(leaf), request.now)
                 : nullptr;
    if (known != nullptr) {
      if (options_.observe_remaining_lifetime != nullptr) {
        options_.observe_remaining_lifetime(known->leaf_not_after -
                                            request.now);
      }
      *validity = {current->generation, known->from, known->until};
      return known->result.ForThisThread();
    }
    // To verify takes long; let a writer free what it replaces meanwhile.
    state = *state_.Load();
  }
  return Verify(*state, request, remember, validity);
}

Result X509Authenticator::Verify(const State& state, const Request& request,
                                 bool remember, Validity* validity) const {
  internal::Checked checked = internal::CheckClient(
      state.config, {options_.bare_errors, options_.observe_remaining_lifetime},
      request);
  if (!checked.result.authenticated()) return std::move(checked.result);
  // At an earlier moment another chain, or none, might be valid: the answer
  // holds from now on and not before.
  *validity = {state.generation, request.now, checked.until};
  if (remember && request.now <= checked.until) {
    internal::Identity identity = {
        internal::Sha256(request.peer_certificates[0]),
        internal::SpreadResult(checked.result), request.now, checked.until,
        checked.leaf_not_after};
    state.cache->Insert(
        std::make_shared<const internal::Identity>(std::move(identity)),
        request.now);
  }
  return std::move(checked.result);
}

}  // namespace gatehouse::authn
