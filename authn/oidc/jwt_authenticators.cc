#include "authn/oidc/jwt_authenticators.h"

#include <chrono>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "authn/oidc/claim_checks.h"
#include "authn/token/unverified_issuer.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

// How often a thread looks whether keys are due.
constexpr std::chrono::milliseconds kLookInterval(500);

}  // namespace

absl::StatusOr<std::unique_ptr<JwtAuthenticators>> JwtAuthenticators::Create(
    std::vector<std::unique_ptr<JwtAuthenticator>> authenticators,
    const Options& options) {
  auto set = absl::WrapUnique(new JwtAuthenticators(std::move(authenticators)));
  for (const auto& authenticator : set->authenticators_) {
    const std::string& issuer = authenticator->issuer();
    if (!set->by_issuer_.emplace(issuer, authenticator.get()).second) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kDuplicate,
          absl::StrCat("oidc: two authenticators of issuer ", GoQuote(issuer)));
    }
  }
  if (set->authenticators_.empty()) return set;
  for (int i = 0; i < options.refresh_threads; ++i) {
    set->threads_.emplace_back(
        [set = set.get()] { set->RefreshUntilStopped(); });
  }
  return set;
}

JwtAuthenticators::JwtAuthenticators(
    std::vector<std::unique_ptr<JwtAuthenticator>> authenticators)
    : authenticators_(std::move(authenticators)) {}

JwtAuthenticators::~JwtAuthenticators() {
  {
    MutexLock lock(mutex_);
    stop_.store(true);
    stopped_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

Result JwtAuthenticators::AuthenticateToken(absl::string_view token,
                                            const TokenContext& context) const {
  const UnverifiedIssuer issuer(token);
  if (!issuer.found()) return Result();
  const auto known = by_issuer_.find(NormalizedIssuer(issuer.value()));
  if (known == by_issuer_.end()) return Result();
  return known->second->AuthenticateOwnToken(token, context);
}

void JwtAuthenticators::RefreshIfDue() const {
  for (const auto& authenticator : authenticators_) {
    if (stop_.load(std::memory_order_relaxed)) return;
    authenticator->RefreshIfDue();
  }
}

// Each thread goes through all: what another is fetching it passes over.
void JwtAuthenticators::RefreshUntilStopped() {
  while (true) {
    RefreshIfDue();
    MutexLock lock(mutex_);
    const auto next = std::chrono::steady_clock::now() + kLookInterval;
    while (!stop_.load() && stopped_.WaitUntil(mutex_, next)) {
    }
    if (stop_.load()) return;
  }
}

absl::Status JwtAuthenticators::Health() const {
  std::vector<std::string> messages;
  for (const auto& authenticator : authenticators_) {
    const absl::Status health = authenticator->Health();
    if (!health.ok()) messages.emplace_back(health.message());
  }
  if (messages.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, Reason::kStale,
                   AggregateMessages(messages));
}

}  // namespace gatehouse::authn
