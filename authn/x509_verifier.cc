#include "authn/x509_verifier.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "base/user_info.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::authn {
namespace {

X509Options WithBareErrors(X509Options options) {
  options.bare_errors = true;
  return options;
}

// Somebody, whatever the subject: an empty CommonName is fine here.
absl::StatusOr<absl::optional<UserInfo>> Holder(
    const pki::VerifiedChain& chain) {
  UserInfo user;
  user.name = chain.leaf().subject().common_name();
  return absl::optional<UserInfo>(std::move(user));
}

}  // namespace

X509Verifier::X509Verifier(std::shared_ptr<const Authenticator> inner,
                           X509Options options)
    : inner_(std::move(inner)), verifier_(WithBareErrors(std::move(options))) {}

absl::Status X509Verifier::Update(X509Config config) {
  for (ClientCa& ca : config.client_cas) {
    ca.conversion = Holder;
    ca.refused_groups.clear();
  }
  return verifier_.Update(std::move(config));
}

Result X509Verifier::Authenticate(const Request& request) const {
  Result holder = verifier_.Authenticate(request);
  if (!holder.authenticated()) return holder;
  return inner_->Authenticate(request);
}

}  // namespace gatehouse::authn
