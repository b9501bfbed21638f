// TokenReview: what a webhook is asked, and what becomes of its answer.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "authn/token/token_cache.h"
#include "authn/webhook/token_review_client.h"
#include "authn/webhook/token_review_codec.h"
#include "base/http_client.h"
#include "conformance/areas.h"
#include "conformance/authn/stubs.h"
#include "conformance/check.h"
#include "objects/node.h"
#include "proto/authentication.pb.h"
#include "testing/fake_http_client.h"

namespace gatehouse::conformance {
namespace {

constexpr char kUrl[] = "https://webhook.example.com/authenticate";

// A webhook of our own, and who asks it.
struct Webhook {
  explicit Webhook(const authn::WebhookOptions& options)
      : http(std::make_shared<testing::FakeHttpClient>()) {
    auto created =
        authn::WebhookTokenAuthenticator::Create({kUrl, http, {}}, options);
    if (!created.ok()) {
      error = std::string(created.status().message());
      return;
    }
    authenticator = *std::move(created);
  }

  void Answer(int status, const k8s::TokenReviewStatus& answer,
              absl::string_view version) const {
    k8s::TokenReview review;
    *review.mutable_status() = answer;
    http->Answer(kUrl, status, authn::TokenReviewToJson(review, version));
  }

  std::shared_ptr<testing::FakeHttpClient> http;
  std::shared_ptr<const authn::TokenAuthenticator> authenticator;
  std::string error;
};

// Time goes on without anybody waiting.
authn::WebhookOptions OptionsFor(absl::string_view version) {
  authn::WebhookOptions options;
  options.api_version = std::string(version);
  options.sleep = [](absl::Duration) {};
  return options;
}

void CompareRequest(const Webhook& webhook, Check& check) {
  if (!check.Expects("request")) return;
  Fields want = check.ExpectedObject("request");
  const std::vector<HttpRequest> requests = webhook.http->requests();
  if (requests.empty()) return check.Fail("the webhook was not asked");
  const auto got =
      authn::TokenReviewFromJson(requests.back().body, "the request");
  if (!got.ok()) return check.Fail(std::string(got.status().message()));
  check.Same("request.apiVersion", want.Text("apiVersion"),
             absl::StrCat("authentication.k8s.io/", got->version));
  check.Same("request.kind", want.Text("kind"), "TokenReview");
  check.Same("request.spec.token", want.Text("spec.token"),
             got->review.spec().token());
}

void RunReview(Check& check) {
  Fields& input = check.input();
  const std::string version = input.Text("token_review_version");
  authn::WebhookOptions options = OptionsFor(version);
  options.implicit_audiences = input.Texts("implicit_audiences");
  const bool limited = input.Has("requested_audiences");
  const std::vector<std::string> audiences = input.Texts("requested_audiences");
  const Webhook webhook(options);
  if (!webhook.error.empty()) return check.Fail(webhook.error);
  webhook.Answer(200, input.Message<k8s::TokenReviewStatus>("response_status"),
                 version);
  authn::TokenContext context;
  context.audiences = limited ? &audiences : nullptr;
  CompareResult(
      webhook.authenticator->AuthenticateToken(input.Text("token"), context),
      check);
  CompareRequest(webhook, check);
}

absl::Duration DurationOf(Fields& fields, absl::string_view key) {
  absl::Duration duration;
  if (!absl::ParseDuration(fields.Text(key), &duration)) {
    fields.Problem(key, "want a duration");
  }
  return duration;
}

void RunStep(const Webhook& webhook, const authn::TokenCache& cache,
             absl::string_view version, const objects::Node& node, int number,
             Check& check) {
  Fields step(&node, absl::StrCat("steps[", number, "]"),
              check.input().problems());
  const std::string what = step.Text("description");
  k8s::TokenReviewStatus answer;
  answer.set_authenticated(step.Bool("webhook_allows"));
  if (answer.authenticated()) answer.mutable_user()->set_username("somebody");
  webhook.Answer(step.Number("http_status"), answer, version);
  const size_t before = webhook.http->calls();
  const authn::Result result =
      cache.AuthenticateToken(step.Text("token"), authn::TokenContext());
  Fields want = step.Object("expect");
  const auto text = [](bool value) { return value ? "true" : "false"; };
  check.Same(what + ": ok", text(want.Bool("ok")),
             text(result.authenticated()));
  check.Same(what + ": error", text(want.Bool("error")),
             text(result.rejected()));
  check.Same(what + ": calls", absl::StrCat(want.Number("calls_to_webhook")),
             absl::StrCat(webhook.http->calls() - before));
}

void RunSequence(Check& check) {
  Fields& input = check.input();
  const std::string version = input.Text("token_review_version");
  authn::WebhookOptions options = OptionsFor(version);
  Fields retry = input.Object("retry");
  retry.Take("note");
  options.retry.attempts = retry.Number("steps");
  Fields cached = input.Object("cache");
  authn::TokenCacheOptions times;
  times.success_ttl = DurationOf(cached, "success_ttl");
  times.failure_ttl = DurationOf(cached, "failure_ttl");
  times.cache_errors = cached.Bool("cache_errors");
  const Webhook webhook(options);
  if (!webhook.error.empty()) return check.Fail(webhook.error);
  const authn::TokenCache cache(webhook.authenticator, times);
  int number = 0;
  for (const objects::Node& node : input.List("steps")) {
    RunStep(webhook, cache, version, node, number++, check);
  }
  if (number > 0) check.ComparedPerStep();
}

// Returns whether an answer with that status is asked for again.
bool IsRetried(int status) {
  const Webhook webhook(OptionsFor("v1"));
  webhook.Answer(status, k8s::TokenReviewStatus(), "v1");
  webhook.authenticator->AuthenticateToken("t", authn::TokenContext());
  return webhook.http->calls() > 1;
}

}  // namespace

void RunWebhookToken(Check& check) {
  const std::string& kind = check.context().kind;
  if (kind == "review") return RunReview(check);
  if (kind == "sequence") return RunSequence(check);
  check.Fail(absl::StrCat("the kind \"", kind, "\" is not known"));
}

void CompareWebhookRetries(const objects::Node& root, FileReport* report) {
  const objects::Node* retryable = root.Find("retryable");
  const objects::Node* statuses =
      retryable == nullptr ? nullptr : retryable->Find("http_status");
  if (statuses == nullptr) return;
  std::string want;
  for (const objects::Node& status : statuses->items()) {
    absl::StrAppend(&want, status.text(), " ");
  }
  std::string got;
  for (int status = 200; status < 600; ++status) {
    if (IsRetried(status)) absl::StrAppend(&got, status, " ");
  }
  if (got != want) {
    report->AddProblem(absl::StrCat("retryable: want ", want, "got ", got));
  }
}

}  // namespace gatehouse::conformance
