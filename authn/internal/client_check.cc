#include "authn/internal/client_check.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "pki/certificate.h"
#include "pki/revocation/revocation.h"
#include "pki/verify/verified_chain.h"
#include "pki/verify/verifier.h"

namespace gatehouse::authn::internal {
namespace {

constexpr char kAuthenticatorName[] = "x509";

// The certificates that are parsed at all. A verifier has a budget of its own.
constexpr size_t kMaxPeerCertificates = 101;

struct Peer {
  std::vector<pki::Certificate> certificates;
  absl::Time now;
  absl::string_view stapled;

  const pki::Certificate& leaf() const { return certificates.front(); }
  absl::Span<const pki::Certificate> intermediates() const {
    return absl::MakeConstSpan(certificates).subspan(1);
  }
};

// Returns the same error with another text.
absl::Status WithMessage(const absl::Status& status, absl::string_view text) {
  absl::Status out(status.code(), text);
  status.ForEachPayload([&out](absl::string_view url, const absl::Cord& value) {
    out.SetPayload(url, value);
  });
  return out;
}

absl::Status NotAllowed(absl::string_view text) {
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                   text);
}

// Errors are what went wrong: in verifying (of which one CA is enough), and
// with chains that were valid.
class Errors {
 public:
  void AddUnverified(absl::Status status) {
    unverified_.push_back(std::move(status));
  }
  void AddRefused(absl::Status status) {
    refused_.push_back(std::move(status));
  }
  void SawChain() { saw_chain_ = true; }

  // Returns the outcome if no chain passed. That a chain does not lead to one
  // CA says nothing where it leads to another.
  Result Outcome() const {
    if (saw_chain_) return refused_.empty() ? Result() : Aggregate(refused_);
    std::vector<absl::Status> telling;
    absl::c_copy_if(unverified_, std::back_inserter(telling),
                    [](const absl::Status& status) {
                      return ReasonOf(status) != Reason::kUnknownAuthority;
                    });
    return Aggregate(telling.empty() ? unverified_ : telling);
  }

 private:
  // The reason is the first one's.
  static Result Aggregate(const std::vector<absl::Status>& errors) {
    std::vector<std::string> texts;
    for (const absl::Status& error : errors) {
      texts.emplace_back(error.message());
    }
    return WithMessage(errors.front(), AggregateMessages(texts));
  }

  bool saw_chain_ = false;
  std::vector<absl::Status> unverified_;
  std::vector<absl::Status> refused_;
};

// Check holds one request against one configuration.
class Check {
 public:
  Check(const X509Config& config, bool bare_errors, const Peer& peer)
      : config_(config), bare_errors_(bare_errors), peer_(peer) {}

  Checked Run() {
    for (const ClientCa& ca : config_.client_cas) {
      pki::VerifyOptions options;
      options.now = peer_.now;
      options.key_usages = ca.key_usages;
      options.policy = &ca.policy;
      const absl::Status status = pki::Verifier::Verify(
          peer_.leaf(), peer_.intermediates(), *ca.trust, options,
          [this, &ca](const pki::VerifiedChain& chain) {
            return Accept(ca, chain);
          });
      if (checked_.result.authenticated()) return std::move(checked_);
      if (!status.ok()) errors_.AddUnverified(AboutLeaf(status));
    }
    checked_.result = errors_.Outcome();
    return std::move(checked_);
  }

 private:
  // Returns true if the chain passed, and is the answer.
  bool Accept(const ClientCa& ca, const pki::VerifiedChain& chain) {
    errors_.SawChain();
    auto user = UserOf(ca, chain);
    if (!user.ok()) {
      errors_.AddRefused(user.status());
      return false;
    }
    if (!user->has_value()) return false;
    Authentication authentication;
    authentication.user = **std::move(user);
    authentication.authenticator = kAuthenticatorName;
    authentication.credential_id = peer_.leaf().CredentialId();
    authentication.not_after = chain.not_after();
    checked_.result = std::move(authentication);
    checked_.until = GoodUntil(ca, chain);
    return true;
  }

  absl::StatusOr<absl::optional<UserInfo>> UserOf(
      const ClientCa& ca, const pki::VerifiedChain& chain) const {
    const pki::Certificate& leaf = chain.leaf();
    if (!ca.allowed.Admits(leaf)) {
      return AboutLeaf(NotAllowed(
          absl::StrCat("x509: subject with cn=", leaf.subject().common_name(),
                       " is not in the allowed list")));
    }
    for (const pki::RevocationLists* lists : ListsOf(ca)) {
      const absl::Status status = lists->Check(chain, peer_.now, peer_.stapled);
      if (!status.ok()) return AboutLeaf(status);
    }
    auto user = ca.conversion(chain);
    if (!user.ok() || !user->has_value()) return user;
    const absl::Status status = CheckUser(ca, **user, leaf);
    if (!status.ok()) return AboutLeaf(status);
    return user;
  }

  absl::Status CheckUser(const ClientCa& ca, const UserInfo& user,
                         const pki::Certificate& leaf) const {
    for (const std::string& group : user.groups) {
      if (absl::c_linear_search(ca.refused_groups, group)) {
        return NotAllowed(absl::StrCat("client CA \"", ca.name,
                                       "\" may not give the group \"", group,
                                       "\""));
      }
    }
    for (const pki::RevocationLists* lists : ListsOf(ca)) {
      absl::Status status = lists->CheckUser(user.name, leaf);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // A list that turns stale at a moment is not to be trusted at it.
  absl::Time GoodUntil(const ClientCa& ca,
                       const pki::VerifiedChain& chain) const {
    absl::Time until = chain.not_after();
    for (const pki::RevocationLists* lists : ListsOf(ca)) {
      until =
          std::min(until, lists->GoodUntil(chain, peer_.now, peer_.stapled) -
                              absl::Nanoseconds(1));
    }
    return until;
  }

  // The lists that decide about certificates of `ca`: none, one or two.
  std::vector<const pki::RevocationLists*> ListsOf(const ClientCa& ca) const {
    std::vector<const pki::RevocationLists*> lists;
    if (config_.revocation != nullptr) lists.push_back(&*config_.revocation);
    if (ca.revocation != nullptr) lists.push_back(&*ca.revocation);
    return lists;
  }

  // Says which certificate an error is about, as Kubernetes does.
  absl::Status AboutLeaf(const absl::Status& cause) const {
    if (bare_errors_) return cause;
    return WithMessage(
        cause, absl::StrCat("verifying certificate ", peer_.leaf().Identifier(),
                            " failed: ", cause.message()));
  }

  const X509Config& config_;
  const bool bare_errors_;
  const Peer& peer_;
  Errors errors_;
  Checked checked_;
};

absl::StatusOr<std::vector<pki::Certificate>> ParsePeer(
    absl::Span<const absl::string_view> encoded) {
  if (encoded.size() > kMaxPeerCertificates) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
                     absl::StrCat("the client presented ", encoded.size(),
                                  " certificates; at most ",
                                  kMaxPeerCertificates, " are looked at"));
  }
  std::vector<pki::Certificate> certificates;
  certificates.reserve(encoded.size());
  for (size_t i = 0; i < encoded.size(); ++i) {
    auto certificate = pki::Certificate::FromDer(
        encoded[i], absl::StrCat("client certificate ", i));
    if (!certificate.ok()) return certificate.status();
    certificates.push_back(*std::move(certificate));
  }
  return certificates;
}

}  // namespace

Checked CheckClient(const X509Config& config, const CheckOptions& options,
                    const Request& request) {
  Checked checked;
  auto certificates = ParsePeer(request.peer_certificates);
  if (!certificates.ok()) {
    checked.result = certificates.status();
    return checked;
  }
  const Peer peer = {*std::move(certificates), request.now,
                     request.stapled_ocsp};
  if (options.observe_remaining_lifetime != nullptr) {
    options.observe_remaining_lifetime(peer.leaf().not_after() - request.now);
  }
  checked = Check(config, options.bare_errors, peer).Run();
  checked.leaf_not_after = peer.leaf().not_after();
  return checked;
}

}  // namespace gatehouse::authn::internal
