// Asking another server whose a token is.
#ifndef GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_CLIENT_H_
#define GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_CLIENT_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/rate_limit.h"
#include "authn/token/token_authenticator.h"
#include "authn/webhook/webhook_endpoint.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {

// WebhookRetry is how often a question is asked when the server does not
// answer it: the connection was reset, 429, 500, 504, or another bad status
// with a Retry-After header (Kubernetes behaviour). Everything else fails at
// once: nobody there, an answer that is cut off or late. A plain value.
struct WebhookRetry {
  int attempts = 5;
  // Before the second attempt; each further one waits `factor` times as long.
  // Every wait grows by up to `jitter` of itself. A longer Retry-After is
  // heeded.
  absl::Duration first_wait = absl::Milliseconds(500);
  double factor = 1.5;
  double jitter = 0.2;
  // No wait is begun that would end later than this after the first attempt
  // began. Kubernetes gives every look-up half a minute.
  absl::Duration total = absl::Seconds(30);
  // So many calls wait at most, each of which holds a thread; further ones that
  // would have to fail at once. Kubernetes has no such limit.
  int max_waiting = 16;
};

// WebhookOptions say how a webhook is asked. A plain value.
struct WebhookOptions {
  // "v1" or "v1beta1", of authentication.k8s.io. kube-apiserver's default.
  std::string api_version = "v1beta1";
  // Whom a token is good for if the server says nothing of audiences.
  std::vector<std::string> implicit_audiences;
  // For one attempt. A token is known to be bad only once the server says so,
  // so this is how long those who send bad ones can hold a thread.
  absl::Duration timeout = absl::Seconds(10);
  WebhookRetry retry;
  // The most attempts, repeated ones included; what is over is rejected at
  // once. Kubernetes has no such limit.
  double calls_per_second = 1000;
  double burst = 2000;
  // Users in one of these groups are rejected. Empty, as in Kubernetes: the
  // server may make anyone a member of system:masters.
  std::vector<std::string> refused_groups;

  const Clock* clock = &Clock::System();
  // Waits between attempts; null: really.
  std::function<void(absl::Duration)> sleep;
};

// WebhookTokenAuthenticator sends tokens to another server as TokenReview
// objects (Kubernetes behaviour) and believes its answers. What it says of the
// user passes through as it stands; an empty name is accepted, as in
// Kubernetes. When audiences are asked for, the token must be good for one of
// them, else it is none of ours: that comes before whatever else the answer
// says.
//
// It fails closed: no answer, a status that is not 2xx, or a body that is not a
// TokenReview of the version that was asked for, is a rejection. Errors name
// the URL's host, the status and what is wrong, never the token or the body.
//
// Put a TokenCache around it. Any thread may call anything.
class WebhookTokenAuthenticator : public TokenAuthenticator {
 public:
  // kInvalid for options that make no sense; kUnsupported, in Kubernetes'
  // words, for another version.
  static absl::StatusOr<std::unique_ptr<WebhookTokenAuthenticator>> Create(
      WebhookEndpoint endpoint, WebhookOptions options = WebhookOptions());

  // Asks `endpoint` from now on. The caller gives its TokenCache another
  // generation.
  absl::Status Update(WebhookEndpoint endpoint);

  // Rejections: the server's own (its text or the first KiB of it, kNone);
  // kResourceExhausted with kTooLarge over the limit on calls; kUnavailable
  // when it could not be asked; kInvalid for an answer that is none;
  // kNotAllowed for a refused group; kMalformed, and nobody is asked, for a
  // token that is not UTF-8.
  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  WebhookTokenAuthenticator(WebhookEndpoint endpoint, WebhookOptions options);

  std::shared_ptr<const WebhookEndpoint> endpoint() const;
  absl::StatusOr<k8s::TokenReviewStatus> Ask(absl::string_view token,
                                             const TokenContext& context) const;
  // Sends until there is an answer, or enough was tried.
  absl::StatusOr<HttpResponse> Post(const WebhookEndpoint& endpoint,
                                    const HttpRequest& request) const;
  // Returns false at once if too many others wait.
  bool Wait(absl::Duration wait) const;
  Result Judge(const k8s::TokenReviewStatus& status,
               const TokenContext& context) const;

  const WebhookOptions options_;
  mutable RateLimit limit_;
  mutable std::atomic<int> waiting_{0};  // Calls between two attempts.
  mutable Mutex mutex_;
  std::shared_ptr<const WebhookEndpoint> endpoint_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_CLIENT_H_
