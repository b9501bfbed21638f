#include "authn/webhook/webhook_endpoint.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/kubeconfig/kubeconfig.h"
#include "testing/fake_http_client.h"

namespace gatehouse::authn {
namespace {

using gatehouse::testing::FakeHttpClient;
using ::testing::HasSubstr;

// A kubeconfig with a cluster and a user, each of which has these fields.
std::string Config(absl::string_view cluster, absl::string_view user,
                   absl::string_view current = "hook") {
  return absl::StrReplaceAll(
      R"({"apiVersion":"v1","kind":"Config","current-context":"$current",
      "clusters":[{"name":"c","cluster":{$cluster}},
                  {"name":"other","cluster":{"server":"https://other"}}],
      "users":[{"name":"u","user":{$user}}],
      "contexts":[{"name":"hook","context":{"cluster":"c","user":"u"}},
                  {"name":"bare","context":{"cluster":"other"}}]})",
      {{"$current", current}, {"$cluster", cluster}, {"$user", user}});
}

absl::StatusOr<WebhookEndpoint> From(const std::string& json,
                                     const HttpClientFactory& factory) {
  const auto config = pki::ParseKubeconfig(json, "webhook.kubeconfig");
  if (!config.ok()) return config.status();
  return WebhookEndpointFrom(*config, factory);
}

constexpr char kServer[] = R"("server":"https://hook.example.com/a?b=c")";

std::string Data(absl::string_view name, absl::string_view value) {
  return absl::StrCat("\"", name, "\":\"", absl::Base64Escape(value), "\"");
}

absl::string_view Shown(const Secret& secret) {
  return secret.Reveal(SecretAccess::Get());
}

TEST(WebhookEndpointTest, TakesWhatTheKubeconfigSays) {
  const auto http = std::make_shared<FakeHttpClient>();
  const auto endpoint =
      From(Config(absl::StrCat(kServer, ",", R"("tls-server-name":"name",)",
                               Data("certificate-authority-data", "CA")),
                  absl::StrCat(Data("client-certificate-data", "CERT"), ",",
                               Data("client-key-data", "KEY"))),
           http->Factory());
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(endpoint->url, "https://hook.example.com/a?b=c");
  EXPECT_EQ(endpoint->client, http);
  EXPECT_TRUE(endpoint->authorization.empty());
  ASSERT_EQ(http->options_seen().size(), 1u);
  const HttpClientOptions options = http->options_seen()[0];
  EXPECT_EQ(options.ca_pem, "CA");
  EXPECT_EQ(options.server_name, "name");
  EXPECT_EQ(options.certificate_pem, "CERT");
  EXPECT_EQ(Shown(options.key_pem), "KEY");
}

struct AuthorizationCase {
  const char* name;
  const char* user;
  const char* want;
};

class AuthorizationTest : public ::testing::TestWithParam<AuthorizationCase> {};

TEST_P(AuthorizationTest, Is) {
  const auto http = std::make_shared<FakeHttpClient>();
  const auto endpoint = From(Config(kServer, GetParam().user), http->Factory());
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(Shown(endpoint->authorization), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, AuthorizationTest,
    ::testing::Values(
        AuthorizationCase{"none", "", ""},
        AuthorizationCase{"token", R"("token":"s3cret")", "Bearer s3cret"},
        AuthorizationCase{"basic", R"("username":"a","password":"b:c")",
                          "Basic YTpiOmM="}),
    [](const auto& info) { return info.param.name; });

TEST(WebhookEndpointTest, AContextWithoutAUserShowsNothing) {
  const auto http = std::make_shared<FakeHttpClient>();
  const auto endpoint =
      From(Config(kServer, R"("token":"s3cret")", "bare"), http->Factory());
  // As kubectl has it, a context needs a user.
  EXPECT_TRUE(!endpoint.ok() || endpoint->authorization.empty());
}

struct RefusedCase {
  const char* name;
  std::string config;
  const char* error;
};

class RefusedTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedTest, NamesTheFieldAndShowsNoSecret) {
  const auto http = std::make_shared<FakeHttpClient>();
  const auto endpoint = From(GetParam().config, http->Factory());
  ASSERT_FALSE(endpoint.ok());
  EXPECT_THAT(std::string(endpoint.status().message()),
              HasSubstr(GetParam().error));
  EXPECT_NE(ReasonOf(endpoint.status()), Reason::kNone);
  EXPECT_FALSE(absl::StrContains(endpoint.status().ToString(), "s3cret"));
  EXPECT_TRUE(http->options_seen().empty());
}

std::string Cluster(absl::string_view more) {
  return Config(absl::StrCat(kServer, ",", more), "");
}
std::string User(absl::string_view fields) { return Config(kServer, fields); }

INSTANTIATE_TEST_SUITE_P(
    All, RefusedTest,
    ::testing::Values(
        RefusedCase{"insecure", Cluster(R"("insecure-skip-tls-verify":true)"),
                    "insecure-skip-tls-verify"},
        RefusedCase{"proxy", Cluster(R"("proxy-url":"http://p")"), "proxy-url"},
        RefusedCase{"exec",
                    User(R"("exec":{"command":"x","interactiveMode":"Never",
                    "apiVersion":"client.authentication.k8s.io/v1"})"),
                    "exec"},
        RefusedCase{"exec_with_faults", User(R"("exec":{"command":"x"})"),
                    "exec: not supported: no commands are run"},
        RefusedCase{"auth_provider", User(R"("auth-provider":{"name":"gcp"})"),
                    "auth-provider"},
        RefusedCase{"impersonation", User(R"("token":"s3cret","as":"jane")"),
                    "as: "},
        RefusedCase{"http", Config(R"("server":"http://h")", ""), "https"},
        RefusedCase{"user_in_url",
                    Config(R"("server":"https://u:s3cret@h")", ""), "https"},
        RefusedCase{"no_server", Config("", ""), "server"},
        RefusedCase{"no_context", Config(kServer, "", ""), "context"},
        RefusedCase{"unknown_context", Config(kServer, "", "x"), "x"},
        RefusedCase{"certificate_without_key",
                    User(Data("client-certificate-data", "CERT")),
                    "client-key"},
        RefusedCase{"unknown_field", Cluster(R"("sever":"x")"), "sever"}),
    [](const auto& info) { return info.param.name; });

TEST(WebhookEndpointFileTest, ReadsTheFileAndWhatItNames) {
  const std::string directory = std::getenv("TEST_TMPDIR");
  const std::string path = directory + "/webhook.kubeconfig";
  std::ofstream(path) << Config(
      absl::StrCat(kServer, R"(,"certificate-authority":"ca.pem")"),
      R"("tokenFile":"token")");
  const auto http = std::make_shared<FakeHttpClient>();
  const auto missing = WebhookEndpointFromFile(path, http->Factory());
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("ca.pem"));
  std::ofstream(directory + "/ca.pem") << "CA";
  std::ofstream(directory + "/token") << " from-file\n";
  const auto endpoint = WebhookEndpointFromFile(path, http->Factory());
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(http->options_seen()[0].ca_pem, "CA");
  EXPECT_EQ(Shown(endpoint->authorization), "Bearer from-file");
  const auto nowhere =
      WebhookEndpointFromFile(directory + "/none", http->Factory());
  EXPECT_THAT(std::string(nowhere.status().message()), HasSubstr("none"));
}

TEST(WebhookEndpointTest, ErrorsOfTheFactoryAreItsOwn) {
  const auto endpoint =
      From(Config(kServer, ""),
           [](const HttpClientOptions&)
               -> absl::StatusOr<std::shared_ptr<HttpClient>> {
             return MakeError(absl::StatusCode::kInvalidArgument,
                              Reason::kMalformed, "no PEM");
           });
  EXPECT_EQ(ReasonOf(endpoint.status()), Reason::kMalformed);
}

}  // namespace
}  // namespace gatehouse::authn
