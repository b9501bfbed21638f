// A webhook over real TLS that misbehaves.
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "authn/webhook/token_review_client.h"
#include "authn/webhook/token_review_codec.h"
#include "authn/webhook/webhook_endpoint.h"
#include "base/errors.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/kubeconfig/kubeconfig.h"
#include "testing/faulty_server.h"
#include "testing/test_ca.h"

namespace gatehouse::authn {
namespace {

using gatehouse::testing::FaultyServer;
using ::testing::HasSubstr;

constexpr char kToken[] = "s3cret-token";

std::string Json(absl::string_view status) {
  return absl::StrCat(R"({"apiVersion":"authentication.k8s.io/v1",)",
                      R"("kind":"TokenReview","status":)", status, "}");
}
std::string Good() {
  return FaultyServer::Response(
      200, Json(R"({"authenticated":true,"user":{"username":"jane"}})"));
}

WebhookOptions Options() {
  WebhookOptions options;
  options.api_version = "v1";
  options.sleep = [](absl::Duration) {};
  return options;
}

Result Ask(const WebhookEndpoint& endpoint,
           const WebhookOptions& options = Options()) {
  const auto authenticator =
      WebhookTokenAuthenticator::Create(endpoint, options);
  if (!authenticator.ok()) return authenticator.status();
  return (*authenticator)->AuthenticateToken(kToken, TokenContext());
}

WebhookEndpoint EndpointOf(const FaultyServer& server) {
  return {server.Url("/hook?a=b"),
          *FaultyServer::ClientFactory()(FaultyServer::client_options()),
          Secret("Bearer s3cret-of-ours")};
}

TEST(WebhookFaultsTest, AnHonestServerIsBelieved) {
  std::string seen;
  const FaultyServer server([&](const FaultyServer::Request& request) {
    seen = request.text;
    const auto review = TokenReviewFromJson(request.body(), "request");
    return review.ok() && review->review.spec().token() == kToken
               ? Good()
               : FaultyServer::Response(400, "");
  });
  const Result result = Ask(EndpointOf(server));
  EXPECT_EQ(result.authentication().user.name, "jane") << result.error();
  EXPECT_TRUE(absl::StartsWith(seen, "POST /hook?a=b HTTP/1.1\r\n")) << seen;
  EXPECT_THAT(seen, HasSubstr("Authorization: Bearer s3cret-of-ours\r\n"));
}

struct FaultCase {
  const char* name;
  std::string response;
  int attempts;
  const char* error;  // Some of its text.
};

class WebhookFaultTest : public ::testing::TestWithParam<FaultCase> {};

TEST_P(WebhookFaultTest, FailsClosed) {
  const FaultCase& c = GetParam();
  const FaultyServer server(
      [&](const FaultyServer::Request&) { return c.response; });
  const Result result = Ask(EndpointOf(server));
  ASSERT_TRUE(result.rejected());
  EXPECT_THAT(std::string(result.error().message()), HasSubstr(c.error));
  EXPECT_FALSE(absl::StrContains(result.error().ToString(), "s3cret"));
  EXPECT_EQ(server.connections(), c.attempts);
}

INSTANTIATE_TEST_SUITE_P(
    All, WebhookFaultTest,
    ::testing::Values(
        FaultCase{"closed", "", 1, "127.0.0.1"},
        FaultCase{"cut_in_the_header", Good().substr(0, 30), 1, ""},
        FaultCase{"cut_in_the_body", Good().substr(0, Good().size() - 1), 1,
                  ""},
        FaultCase{
            "cut_and_complete_json",
            absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
                         Json(R"({"authenticated":true})")),
            1, ""},
        FaultCase{"no_http", "s3cret\r\n\r\n", 1, ""},
        FaultCase{"html", FaultyServer::Response(200, "<html>s3cret</html>"), 1,
                  "not one JSON value"},
        FaultCase{"empty", FaultyServer::Response(200, ""), 1, "JSON"},
        FaultCase{
            "two_values",
            FaultyServer::Response(200, absl::StrCat(Json("{}"), Json("{}"))),
            1, "JSON"},
        FaultCase{
            "too_large",
            FaultyServer::Response(
                200, Json(absl::StrCat(R"({"error":")",
                                       std::string(kMaxTokenReviewBytes, 'x'),
                                       R"("})"))),
            1, ""},
        FaultCase{
            "endless_header",
            absl::StrCat("HTTP/1.1 200 OK\r\nX: ", std::string(200'000, 'x')),
            1, ""},
        FaultCase{"wrong_type", FaultyServer::Response(200, Json("[]")), 1,
                  "status"},
        FaultCase{"redirect",
                  FaultyServer::Response(302, "",
                                         "Location: https://127.0.0.1:1/\r\n"),
                  1, "status 302"},
        FaultCase{"internal", FaultyServer::Response(500, "s3cret"), 5,
                  "status 500"},
        FaultCase{"too_many",
                  FaultyServer::Response(429, "", "Retry-After: 1\r\n"), 5,
                  "status 429"},
        FaultCase{"refused", FaultyServer::Response(403, Good()), 1,
                  "status 403"}),
    [](const auto& info) { return info.param.name; });

TEST(WebhookFaultsTest, ItMayGetBetter) {
  const FaultyServer server([](const FaultyServer::Request& request) {
    if (request.number == 1) return FaultyServer::Response(500, "");
    if (request.number == 2)
      return FaultyServer::Response(503, "", "Retry-After: 1\r\n");
    return Good();
  });
  EXPECT_TRUE(Ask(EndpointOf(server)).authenticated());
  EXPECT_EQ(server.connections(), 3);
}

TEST(WebhookFaultsTest, ASlowServerIsNotWaitedFor) {
  std::promise<void> done;
  std::future<void> release = done.get_future();
  const FaultyServer server([&](const FaultyServer::Request&) {
    release.wait();
    return Good();
  });
  WebhookOptions options = Options();
  options.timeout = absl::Milliseconds(100);
  const Result result = Ask(EndpointOf(server), options);
  done.set_value();
  EXPECT_EQ(result.error().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(WebhookFaultsTest, NobodyThere) {
  std::string url;
  {
    const FaultyServer server([](const auto&) { return Good(); });
    url = server.Url();
  }
  int waits = 0;
  WebhookOptions options = Options();
  options.sleep = [&waits](absl::Duration) { ++waits; };
  const Result result =
      Ask({url, *FaultyServer::ClientFactory()(FaultyServer::client_options()),
           Secret()},
          options);
  EXPECT_EQ(result.error().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(waits, 0);
}

TEST(WebhookFaultsTest, AnotherCasServerIsNotBelieved) {
  const FaultyServer server([](const auto&) { return Good(); });
  HttpClientOptions options;
  options.ca_pem = FaultyServer::CertificatePem(
      gatehouse::testing::TestCa("other", absl::Now()).Server({"x"}));
  WebhookEndpoint endpoint = EndpointOf(server);
  endpoint.client = *FaultyServer::ClientFactory()(options);
  const Result result = Ask(endpoint);
  EXPECT_TRUE(result.rejected());
  EXPECT_NE(ReasonOf(result.error()), Reason::kNone);
  EXPECT_EQ(server.connections(), 1);
}

std::string Field(absl::string_view name, absl::string_view value) {
  return absl::StrCat("\"", name, "\":\"", absl::Base64Escape(value), "\"");
}

TEST(WebhookFaultsTest, AKubeconfigWithAClientCertificate) {
  std::string shown;
  const FaultyServer server([&](const FaultyServer::Request& request) {
    shown = request.client_certificate;
    return Good();
  });
  const gatehouse::testing::TestCa clients("clients", absl::Now());
  const auto client = clients.Client("gatehouse");
  const auto config = pki::ParseKubeconfig(
      absl::StrCat(
          R"({"apiVersion":"v1","kind":"Config","current-context":"x",)",
          R"("clusters":[{"name":"c","cluster":{"server":")",
          server.Url("/hook"), "\",",
          Field("certificate-authority-data", FaultyServer::ca_pem()),
          R"(}}],"users":[{"name":"u","user":{)",
          Field("client-certificate-data",
                FaultyServer::CertificatePem(client)),
          ",",
          Field("client-key-data",
                FaultyServer::KeyPem(client).Reveal(SecretAccess::Get())),
          R"(}}],"contexts":[{"name":"x",)",
          R"("context":{"cluster":"c","user":"u"}}]})"),
      "webhook");
  ASSERT_TRUE(config.ok()) << config.status();
  const auto endpoint =
      WebhookEndpointFrom(*config, FaultyServer::ClientFactory());
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_TRUE(Ask(*endpoint).authenticated());
  EXPECT_EQ(shown, client.certificate.der());
}

}  // namespace
}  // namespace gatehouse::authn
