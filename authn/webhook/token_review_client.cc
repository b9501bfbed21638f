#include "authn/webhook/token_review_client.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "authn/internal/shown_text.h"
#include "authn/webhook/internal/conversion.h"
#include "authn/webhook/token_review_codec.h"
#include "base/errors.h"
#include "base/secret.h"

namespace gatehouse::authn {
namespace {

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("authentication webhook: ", text));
}

absl::Status CheckEndpoint(const WebhookEndpoint& endpoint) {
  if (endpoint.client == nullptr) return Invalid("there is no HTTP client");
  return CheckWebhookUrl(endpoint.url);
}

absl::Status CheckOptions(const WebhookOptions& options) {
  absl::Status status = CheckTokenReviewVersion(options.api_version);
  if (!status.ok()) return status;
  const WebhookRetry& retry = options.retry;
  if (retry.attempts < 1) return Invalid("retry.attempts: want at least 1");
  if (retry.first_wait < absl::ZeroDuration() || retry.factor < 1 ||
      retry.jitter < 0) {
    return Invalid("retry: want a wait of 0 or more that does not shrink");
  }
  if (options.timeout <= absl::ZeroDuration()) {
    return Invalid("timeout: want more than 0");
  }
  // Also refuses what is no number.
  if (!(options.calls_per_second > 0) || !(options.burst >= 1)) {
    return Invalid("calls_per_second, burst: want more than 0, and 1 or more");
  }
  if (absl::c_linear_search(options.refused_groups, "")) {
    return Invalid("refused groups: an entry is empty");
  }
  return absl::OkStatus();
}

// The part of a URL that errors may show.
absl::string_view HostOf(absl::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  return url.substr(0, url.find_first_of("/?#"));
}

absl::Status FromServer(absl::StatusCode code, Reason reason,
                        const WebhookEndpoint& endpoint,
                        absl::string_view text) {
  return MakeError(code, reason,
                   absl::StrCat("authentication webhook ", HostOf(endpoint.url),
                                ": ", text));
}

// What the server suggests; absent: nothing.
absl::optional<absl::Duration> RetryAfter(const HttpResponse& response) {
  const auto value = response.headers.First("Retry-After");
  int seconds = 0;
  if (!value.has_value() || !absl::SimpleAtoi(*value, &seconds)) {
    return absl::nullopt;
  }
  return absl::Seconds(std::max(seconds, 0));
}

// What Kubernetes' client takes for an answer.
bool IsSuccess(int status) { return status >= 200 && status <= 206; }

// Whether to ask again may help.
bool MayHelp(const absl::StatusOr<HttpResponse>& answer) {
  if (!answer.ok()) {
    return ReasonOf(answer.status()) == Reason::kConnectionReset;
  }
  const int status = answer->status;
  if (IsSuccess(status)) return false;
  if (status == 429 || status == 500 || status == 504) return true;
  // A server that is in trouble may say "at once"; for others that is no hint.
  const auto after = RetryAfter(*answer);
  return after.has_value() && (status >= 500 || *after > absl::ZeroDuration());
}

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookTokenAuthenticator>>
WebhookTokenAuthenticator::Create(WebhookEndpoint endpoint,
                                  WebhookOptions options) {
  absl::Status status = CheckOptions(options);
  if (status.ok()) status = CheckEndpoint(endpoint);
  if (!status.ok()) return status;
  return std::unique_ptr<WebhookTokenAuthenticator>(
      new WebhookTokenAuthenticator(std::move(endpoint), std::move(options)));
}

WebhookTokenAuthenticator::WebhookTokenAuthenticator(WebhookEndpoint endpoint,
                                                     WebhookOptions options)
    : options_(std::move(options)),
      limit_(options_.calls_per_second, options_.burst),
      endpoint_(std::make_shared<const WebhookEndpoint>(std::move(endpoint))) {}

absl::Status WebhookTokenAuthenticator::Update(WebhookEndpoint endpoint) {
  absl::Status status = CheckEndpoint(endpoint);
  if (!status.ok()) return status;
  auto next = std::make_shared<const WebhookEndpoint>(std::move(endpoint));
  const MutexLock lock(mutex_);
  endpoint_.swap(next);
  return absl::OkStatus();
}

std::shared_ptr<const WebhookEndpoint> WebhookTokenAuthenticator::endpoint()
    const {
  const MutexLock lock(mutex_);
  return endpoint_;
}

absl::StatusOr<HttpResponse> WebhookTokenAuthenticator::Post(
    const WebhookEndpoint& endpoint, const HttpRequest& request) const {
  const WebhookRetry& retry = options_.retry;
  const absl::Time begin = options_.clock->Now();
  absl::Duration backoff = retry.first_wait;
  for (int attempt = 1;; ++attempt) {
    if (!limit_.Take(options_.clock->Now())) {
      return FromServer(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                        endpoint, "too many calls; this one was not made");
    }
    absl::StatusOr<HttpResponse> answer = endpoint.client->Do(request);
    if (attempt >= retry.attempts || !MayHelp(answer)) return answer;
    absl::BitGen random;
    absl::Duration wait =
        backoff * (1 + retry.jitter * absl::Uniform(random, 0.0, 1.0));
    if (answer.ok()) {
      wait = std::max(wait, RetryAfter(*answer).value_or(absl::ZeroDuration()));
    }
    if (options_.clock->Now() - begin + wait > retry.total) return answer;
    if (!Wait(wait)) return answer;
    backoff *= retry.factor;
  }
}

bool WebhookTokenAuthenticator::Wait(absl::Duration wait) const {
  const bool may = waiting_.fetch_add(1) < options_.retry.max_waiting;
  if (may && options_.sleep != nullptr) {
    options_.sleep(wait);
  } else if (may) {
    absl::SleepFor(wait);
  }
  waiting_.fetch_sub(1);
  return may;
}

absl::StatusOr<k8s::TokenReviewStatus> WebhookTokenAuthenticator::Ask(
    absl::string_view token, const TokenContext& context) const {
  const auto endpoint = this->endpoint();
  k8s::TokenReview review;
  review.mutable_spec()->set_token(std::string(token));
  if (context.audiences != nullptr) {
    review.mutable_spec()->mutable_audiences()->Assign(
        context.audiences->begin(), context.audiences->end());
  }
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint->url;
  request.timeout = options_.timeout;
  request.max_response_bytes = kMaxTokenReviewBytes;
  request.headers.Add("Content-Type", "application/json");
  request.headers.Add("Accept", "application/json");
  if (!endpoint->authorization.empty()) {
    request.headers.Add("Authorization",
                        endpoint->authorization.Reveal(SecretAccess::Get()));
  }
  request.body = TokenReviewToJson(review, options_.api_version);
  const auto response = Post(*endpoint, request);
  WipeString(&request.body);
  if (!response.ok()) return response.status();
  if (!IsSuccess(response->status)) {
    return FromServer(absl::StatusCode::kUnavailable, Reason::kNone, *endpoint,
                      absl::StrCat("status ", response->status));
  }
  auto answer = TokenReviewFromJson(response->body, "response");
  if (!answer.ok()) {
    return FromServer(absl::StatusCode::kUnavailable, Reason::kInvalid,
                      *endpoint,
                      internal::ShownText(answer.status().message()));
  }
  if (answer->version != options_.api_version) {
    return FromServer(absl::StatusCode::kUnavailable, Reason::kInvalid,
                      *endpoint,
                      absl::StrCat("asked in ", options_.api_version,
                                   " and answered in ", answer->version));
  }
  return std::move(*answer->review.mutable_status());
}

// The order of the checks is Kubernetes'.
Result WebhookTokenAuthenticator::Judge(const k8s::TokenReviewStatus& status,
                                        const TokenContext& context) const {
  Authentication who;
  if (context.audiences != nullptr) {
    std::vector<std::string> got(status.audiences().begin(),
                                 status.audiences().end());
    if (got.empty()) got = options_.implicit_audiences;
    who.audiences = internal::Intersection(*context.audiences, got);
    if (who.audiences->empty()) return Result();
  }
  if (!status.authenticated()) {
    if (status.error().empty()) return Result();
    return MakeError(absl::StatusCode::kUnauthenticated, Reason::kUnknownToken,
                     internal::ShownText(status.error()));
  }
  who.user = internal::UserFromMessage(status.user());
  for (const std::string& group : who.user.groups) {
    if (!absl::c_linear_search(options_.refused_groups, group)) continue;
    return MakeError(absl::StatusCode::kUnauthenticated, Reason::kNotAllowed,
                     absl::StrCat("authentication webhook: the group \"", group,
                                  "\" is not accepted from it"));
  }
  who.authenticator = "webhook";
  const auto id = who.user.extra.find(kCredentialIdKey);
  if (id != who.user.extra.end() && id->second.size() == 1) {
    who.credential_id = id->second.front();
  }
  return who;
}

Result WebhookTokenAuthenticator::AuthenticateToken(
    absl::string_view token, const TokenContext& context) const {
  // JSON has no other texts, and what servers make of broken ones differs.
  if (!simdjson::validate_utf8(token.data(), token.size())) {
    return MakeError(absl::StatusCode::kUnauthenticated, Reason::kMalformed,
                     "authentication webhook: the token is not UTF-8");
  }
  const auto status = Ask(token, context);
  if (status.ok()) return Judge(*status, context);
  if (ReasonOf(status.status()) != Reason::kNone) return status.status();
  return MakeError(status.status().code(), Reason::kServiceUnavailable,
                   status.status().message());
}

}  // namespace gatehouse::authn
