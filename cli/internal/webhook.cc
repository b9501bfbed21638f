#include "cli/internal/webhook.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/memory/memory.h"
#include "authn/group_adder.h"
#include "base/errors.h"
#include "base/headers.h"
#include "server/request.h"
#include "server/reviews.h"
#include "server/status.h"

namespace gatehouse::cli {
namespace {

enum class Kind { kTokenReview, kSubjectAccessReview };

// A path that is served, what it is a name for, and what success is there.
struct Route {
  absl::string_view path;
  absl::string_view api_path;
  Kind kind;
  int success;
};

constexpr absl::string_view kTokenReviews =
    "/apis/authentication.k8s.io/v1/tokenreviews";
constexpr absl::string_view kAccessReviews =
    "/apis/authorization.k8s.io/v1/subjectaccessreviews";
constexpr absl::string_view kBetaTokenReviews =
    "/apis/authentication.k8s.io/v1beta1/tokenreviews";
constexpr absl::string_view kBetaAccessReviews =
    "/apis/authorization.k8s.io/v1beta1/subjectaccessreviews";

constexpr Route kRoutes[] = {
    {"/authenticate", kTokenReviews, Kind::kTokenReview, 200},
    {"/authorize", kAccessReviews, Kind::kSubjectAccessReview, 200},
    {kTokenReviews, kTokenReviews, Kind::kTokenReview, 201},
    {kAccessReviews, kAccessReviews, Kind::kSubjectAccessReview, 201},
    {kBetaTokenReviews, kBetaTokenReviews, Kind::kTokenReview, 201},
    {kBetaAccessReviews, kBetaAccessReviews, Kind::kSubjectAccessReview, 201},
};

const Route* FindRoute(absl::string_view path) {
  for (const Route& route : kRoutes) {
    if (route.path == path) return &route;
  }
  return nullptr;
}

// Allows all to users of these names. What they may ask for is what there are
// routes to.
class NamedCallers : public authz::Authorizer {
 public:
  explicit NamedCallers(std::vector<std::string> names)
      : names_(std::move(names)) {}

  authz::Decision Authorize(const authz::Attributes& a) const override {
    if (a.user != nullptr && absl::c_linear_search(names_, a.user->name)) {
      return {authz::Outcome::kAllow, "named by --allow-callers", {}};
    }
    return {authz::Outcome::kNoOpinion, "not named by --allow-callers", {}};
  }

 private:
  const std::vector<std::string> names_;
};

HttpResponse PlainText(int status, absl::string_view text) {
  HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body = std::string(text);
  return response;
}

bool IsProbe(absl::string_view path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz";
}

}  // namespace

Webhook::Webhook(WebhookOptions options, std::unique_ptr<server::Guard> guard)
    : options_(std::move(options)), guard_(std::move(guard)) {}

absl::StatusOr<std::unique_ptr<Webhook>> Webhook::Create(
    WebhookOptions options) {
  if (options.tokens == nullptr || options.authorizer == nullptr ||
      options.callers == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "a webhook needs tokens, an authorizer and callers");
  }
  server::GuardOptions guard_options;
  guard_options.authenticator =
      std::make_shared<authn::AuthenticatedGroupAdder>(options.callers);
  guard_options.authorizer = options.authorizer;
  if (!options.allowed_callers.empty()) {
    guard_options.authorizer =
        std::make_shared<NamedCallers>(options.allowed_callers);
  }
  if (options.refused != nullptr) {
    guard_options.audit =
        [told = options.refused](const server::AuditRecord& record) {
          if (record.code != 0) told(record);
        };
  }
  auto guard = server::Guard::Create(std::move(guard_options));
  if (!guard.ok()) return guard.status();
  return absl::WrapUnique(new Webhook(std::move(options), *std::move(guard)));
}

HttpResponse Webhook::Answer(const net::ServerRequest& received) const {
  if (IsProbe(received.path)) {
    const bool ready = received.path != "/readyz" ||
                       options_.ready == nullptr || options_.ready().ok();
    return ready ? PlainText(200, "ok") : PlainText(503, "not ready");
  }
  const Route* route = FindRoute(received.path);
  if (route == nullptr) return server::FailureResponse(404);
  Headers headers = received.headers;
  server::Request request;
  request.method = received.method;
  request.target = received.target;
  request.path = route->api_path;
  request.headers = &headers;
  request.body = received.body;
  request.tls = received.tls;
  request.peer_certificates = received.peer_certificates;
  request.remote_address = received.remote_address;
  request.now = options_.clock->Now();
  const server::Access access = guard_->Check(request);
  if (!access.admitted) return access.response;
  HttpResponse response =
      route->kind == Kind::kTokenReview
          ? server::ServeTokenReview(*options_.tokens, options_.audiences,
                                     request, route->success)
          : server::ServeSubjectAccessReview(*options_.authorizer, request,
                                             route->success);
  access.Finish(&response);
  return response;
}

}  // namespace gatehouse::cli
