#include "authn/config/internal/x509_sources.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/config/internal/strings.h"
#include "authn/group_adder.h"
#include "authn/user_conversion.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "pki/revocation/revocation.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verification_policy.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::authn::internal {
namespace {

const pki::VerificationPolicy& PolicyOf(const Config& config) {
  return config.allow_weak_rsa() ? pki::VerificationPolicy::Kubernetes()
                                 : pki::VerificationPolicy::Default();
}

// Adds "system:authenticated" where GroupAdder would, but once for every
// certificate and not for every request.
UserConversion WithGroup(UserConversion inner) {
  return [inner = std::move(inner)](const pki::VerifiedChain& chain)
             -> absl::StatusOr<absl::optional<UserInfo>> {
    auto user = inner(chain);
    if (!user.ok() || !user->has_value()) return user;
    Authentication authentication;
    authentication.user = **std::move(user);
    const Result result = WithAuthenticatedGroup(std::move(authentication));
    return absl::make_optional(result.authentication().user);
  };
}

absl::StatusOr<ClientCaFiles> FilesOf(const Config::ClientCa& ca,
                                      const pki::VerificationPolicy& policy) {
  ClientCaFiles files;
  files.bundle_files = Strings(ca.files());
  files.ca.name = ca.name();
  files.ca.policy = policy;
  files.ca.allowed.common_names = Strings(ca.allowed_common_names());
  files.ca.allowed.dns_names = Strings(ca.allowed_dns_names());
  files.ca.allowed.uris = Strings(ca.allowed_uris());
  files.ca.allowed.emails = Strings(ca.allowed_emails());
  files.ca.refused_groups = Strings(ca.refused_groups());
  if (!ca.spiffe_trust_domain().empty()) {
    UriSanOptions options;
    options.trust_domain = ca.spiffe_trust_domain();
    auto conversion = UriSanConversion(std::move(options));
    if (!conversion.ok()) return conversion.status();
    files.ca.conversion = *std::move(conversion);
  }
  files.ca.conversion = WithGroup(std::move(files.ca.conversion));
  return files;
}

pki::StalePolicy StaleOf(const Config::Revocation& revocation) {
  switch (revocation.stale()) {
    case Config::Revocation::TRUST:
      return pki::StalePolicy::kFailOpen;
    case Config::Revocation::GRACE:
      return pki::StalePolicy::kGrace;
    case Config::Revocation::REFUSE:
      break;
  }
  return pki::StalePolicy::kFailClosed;
}

void SetRevocation(const Config::Revocation& revocation,
                   X509FilesOptions* options) {
  options->revocation.crl_files = Strings(revocation.crl_files());
  options->revocation.ocsp_files = Strings(revocation.ocsp_files());
  options->revocation.deny_list_file = revocation.deny_list_file();
  options->intermediate_files = Strings(revocation.intermediate_files());
  options->revocation_options.stale = StaleOf(revocation);
  options->revocation_options.grace = absl::Nanoseconds(revocation.grace_ns());
  options->revocation_options.require_coverage = revocation.require_coverage();
}

// The lists are of clients' and proxies' CAs together, so that whoever reads
// them must know the signers of both.
void AddSigner(const std::string& bundle_file, X509FilesOptions* options) {
  const auto& lists = options->revocation;
  if (lists.crl_files.empty() && lists.ocsp_files.empty()) return;
  options->intermediate_files.push_back(bundle_file);
}

bool Overlap(const pki::TrustBundle& a, const pki::TrustBundle& b) {
  for (const pki::Certificate& anchor : a.anchors()) {
    if (b.Contains(anchor)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<X509FilesOptions> ClientX509Files(const Config& config) {
  X509FilesOptions options;
  for (const Config::ClientCa& ca : config.client_cas()) {
    auto files = FilesOf(ca, PolicyOf(config));
    if (!files.ok()) return files.status();
    options.client_cas.push_back(*std::move(files));
  }
  SetRevocation(config.revocation(), &options);
  if (!config.request_header().client_ca_file().empty()) {
    AddSigner(config.request_header().client_ca_file(), &options);
  }
  return options;
}

X509FilesOptions ProxyX509Files(const Config& config) {
  ClientCaFiles files;
  files.ca.name = "requestheader-client-ca";
  files.ca.policy = PolicyOf(config);
  files.ca.allowed.common_names =
      Strings(config.request_header().allowed_names());
  files.bundle_files = {config.request_header().client_ca_file()};
  X509FilesOptions options;
  options.client_cas.push_back(std::move(files));
  SetRevocation(config.revocation(), &options);
  for (const Config::ClientCa& ca : config.client_cas()) {
    for (const std::string& file : ca.files()) AddSigner(file, &options);
  }
  return options;
}

absl::Status ProxyGuard::SetClients(X509Config config, const Apply& apply) {
  MutexLock lock(mutex_);
  return Set(std::move(config), proxies_, &clients_, apply);
}

absl::Status ProxyGuard::SetProxies(X509Config config, const Apply& apply) {
  MutexLock lock(mutex_);
  return Set(std::move(config), clients_, &proxies_, apply);
}

absl::Status ProxyGuard::Set(X509Config config, const Bundles& others,
                             Bundles* mine, const Apply& apply) const {
  Bundles next;
  for (const ClientCa& ca : config.client_cas) {
    for (const auto& other : others) {
      if (named_ || !Overlap(*ca.trust, *other)) continue;
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kInvalid,
          "--requestheader-client-ca-file and --client-ca-file contain "
          "overlapping certificates; --requestheader-allowed-names must be "
          "specified to ensure regular client certificates cannot set "
          "authenticating proxy headers for arbitrary users");
    }
    next.push_back(ca.trust);
  }
  absl::Status status = apply(std::move(config));
  if (status.ok()) *mine = std::move(next);
  return status;
}

}  // namespace gatehouse::authn::internal
