// What `gatehouse serve-webhook` answers, request by request.
#ifndef GATEHOUSE_CLI_INTERNAL_WEBHOOK_H_
#define GATEHOUSE_CLI_INTERNAL_WEBHOOK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "authz/authorizer.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "net/server_request.h"
#include "server/guard.h"

namespace gatehouse::cli {

// WebhookOptions are who is asked, and who may ask. All but `clock` must
// outlive the Webhook or be shared with it.
struct WebhookOptions {
  // Whose tokens are reviewed, and for whom if a review does not say.
  const authn::TokenAuthenticator* tokens = nullptr;
  std::vector<std::string> audiences;
  // What access is reviewed by.
  std::shared_ptr<const authz::Authorizer> authorizer;

  // Knows the callers by their client certificates.
  std::shared_ptr<const authn::Authenticator> callers;
  // Names of callers who may ask; empty: whom `authorizer` allows to create
  // the reviews.
  std::vector<std::string> allowed_callers;

  // What /readyz says: OK, or why not. Must not tell secrets: anybody may ask.
  std::function<absl::Status()> ready;
  // Told of every caller who was refused; may be null.
  std::function<void(const server::AuditRecord&)> refused;
  const Clock* clock = &Clock::System();
};

// Webhook answers POSTs of TokenReview on /authenticate and of
// SubjectAccessReview on /authorize with 200, as a webhook of a kube-apiserver
// does, and on the paths of the API with 201, as an API server does. Callers
// are asked for what they would need on the path of the API. /healthz, /livez
// and /readyz are for everybody. Any thread may call it.
class Webhook {
 public:
  // kInvalid if a part is missing.
  static absl::StatusOr<std::unique_ptr<Webhook>> Create(
      WebhookOptions options);

  HttpResponse Answer(const net::ServerRequest& received) const;

 private:
  Webhook(WebhookOptions options, std::unique_ptr<server::Guard> guard);

  const WebhookOptions options_;
  const std::unique_ptr<server::Guard> guard_;
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_WEBHOOK_H_
