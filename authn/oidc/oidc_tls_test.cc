// An issuer over real TLS, with the faults that issuers have.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/oidc/jwt_authenticator.h"
#include "authn/oidc/jwt_authenticators.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/apiserver_config.pb.h"
#include "testing/fake_clock.h"
#include "testing/faulty_server.h"
#include "testing/test_ca.h"
#include "testing/test_issuer.h"

namespace gatehouse::authn {
namespace {

using ::gatehouse::testing::FakeClock;
using ::gatehouse::testing::FaultyServer;
using ::gatehouse::testing::TestCa;
using ::gatehouse::testing::TestIssuer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Returns the bytes that are sent instead of a good response.
using Fault = std::function<std::string(const std::string& good)>;

// TlsIssuer is a TestIssuer behind a server.
class TlsIssuer {
 public:
  TlsIssuer()
      : server_([this](const FaultyServer::Request& request) {
          return Answer(request.text);
        }),
        issuer_(absl::StripSuffix(server_.Url("/"), "/")) {}

  TestIssuer& issuer() { return issuer_; }
  int connections() const { return server_.connections(); }

  // What happens to answers for paths that end so; null: nothing.
  void Break(const std::string& path_end, Fault fault) {
    MutexLock lock(mutex_);
    path_end_ = path_end;
    fault_ = std::move(fault);
  }
  // A token that is served at /groups, to whoever has the header.
  void ServeGroups(const std::string& token) {
    MutexLock lock(mutex_);
    groups_ = token;
  }

 private:
  std::string Answer(const std::string& request) {
    const std::vector<std::string> words = absl::StrSplit(request, ' ');
    const std::string path = words.size() > 1 ? words[1] : "";
    std::string good = FaultyServer::Response(404, "");
    Fault fault;
    {
      MutexLock lock(mutex_);
      if (absl::EndsWith(path, "/openid-configuration")) {
        good = FaultyServer::Response(200, issuer_.discovery());
      } else if (path == "/keys") {
        good = FaultyServer::Response(200, issuer_.jwks());
      } else if (path == "/groups" &&
                 absl::StrContains(request,
                                   "Authorization: Bearer t0ken\r\n")) {
        good = FaultyServer::Response(200, groups_);
      }
      if (fault_ != nullptr && absl::EndsWith(path, path_end_)) fault = fault_;
    }
    return fault == nullptr ? good : fault(good);
  }

  Mutex mutex_;
  std::string path_end_ ABSL_GUARDED_BY(mutex_);
  Fault fault_ ABSL_GUARDED_BY(mutex_);
  std::string groups_ ABSL_GUARDED_BY(mutex_);
  FaultyServer server_;
  TestIssuer issuer_;
};

class OidcTlsTest : public ::testing::Test {
 protected:
  std::unique_ptr<JwtAuthenticator> Make(
      const std::string& ca_pem = FaultyServer::ca_pem()) {
    k8s::JWTAuthenticator config;
    config.mutable_issuer()->set_url(tls_.issuer().url());
    config.mutable_issuer()->set_certificateauthority(ca_pem);
    config.mutable_issuer()->add_audiences("me");
    auto* mappings = config.mutable_claimmappings();
    mappings->mutable_username()->set_claim("sub");
    mappings->mutable_username()->set_prefix("");
    mappings->mutable_groups()->set_claim("groups");
    mappings->mutable_groups()->set_prefix("");
    JwtAuthenticatorOptions options;
    options.http_client_factory = FaultyServer::ClientFactory();
    options.clock = &clock_;
    options.refresh = refresh_;
    auto authenticator = JwtAuthenticator::Create(config, options);
    EXPECT_TRUE(authenticator.ok()) << authenticator.status();
    return *std::move(authenticator);
  }

  Result Ask(const TokenAuthenticator& authenticator,
             const std::string& token) const {
    TokenContext context;
    context.now = clock_.Now();
    return authenticator.AuthenticateToken(token, context);
  }
  std::string Token(absl::string_view members = "") {
    return tls_.issuer().Token("jane", "me", clock_.Now() + absl::Hours(9),
                               members);
  }

  FakeClock clock_;
  KeyRefreshOptions refresh_;
  TlsIssuer tls_;
};

TEST_F(OidcTlsTest, Authenticates) {
  const auto authenticator = Make();
  authenticator->RefreshIfDue();
  ASSERT_TRUE(authenticator->Health().ok()) << authenticator->Health();
  const Result result = Ask(*authenticator, Token(R"("groups":["dev"])"));
  ASSERT_TRUE(result.authenticated()) << result.error();
  EXPECT_EQ(result.authentication().user.name, "jane");
}

TEST_F(OidcTlsTest, AnotherCaIsNotTheIssuer) {
  const TestCa other("other", clock_.Now());
  const auto authenticator = Make(other.certificate().ToPem());
  authenticator->RefreshIfDue();
  const absl::Status health = authenticator->Health();
  EXPECT_EQ(ReasonOf(health), Reason::kUnknownAuthority) << health;
  EXPECT_TRUE(Ask(*authenticator, Token()).rejected());
}

TEST_F(OidcTlsTest, DistributedGroups) {
  const auto authenticator = Make();
  authenticator->RefreshIfDue();
  tls_.ServeGroups(Token(R"("groups":["a","b"])"));
  const auto token = [&](const char* access_token) {
    return Token(absl::StrCat(
        R"("_claim_names":{"groups":"s"},"_claim_sources":{"s":{"endpoint":")",
        tls_.issuer().url(), R"(/groups","access_token":")", access_token,
        R"("}})"));
  };
  const Result result = Ask(*authenticator, token("t0ken"));
  ASSERT_TRUE(result.authenticated()) << result.error();
  EXPECT_THAT(result.authentication().user.groups, ElementsAre("a", "b"));
  EXPECT_THAT(std::string(Ask(*authenticator, token("x")).error().message()),
              HasSubstr("unexpected status 404"));
}

struct FaultCase {
  const char* name;
  Fault fault;
  const char* error;  // In the health's text.
};

class FaultTest : public OidcTlsTest,
                  public ::testing::WithParamInterface<FaultCase> {};

// Nobody gets in while the first answers are bad, and all do when they are not.
TEST_P(FaultTest, AtTheStart) {
  for (const char* path : {"/openid-configuration", "/keys"}) {
    tls_.Break(path, GetParam().fault);
    const auto authenticator = Make();
    authenticator->RefreshIfDue();
    EXPECT_THAT(std::string(authenticator->Health().message()),
                HasSubstr(GetParam().error))
        << path;
    EXPECT_EQ(Ask(*authenticator, Token()).error().message(),
              "oidc: authenticator not initialized");
    tls_.Break("", nullptr);
    clock_.Advance(absl::Seconds(10));
    authenticator->RefreshIfDue();
    EXPECT_TRUE(authenticator->Health().ok()) << authenticator->Health();
    EXPECT_TRUE(Ask(*authenticator, Token()).authenticated());
  }
}

// Later they change nothing for keys that are known.
TEST_P(FaultTest, LaterOn) {
  const auto authenticator = Make();
  authenticator->RefreshIfDue();
  const std::string token = Token();
  for (const char* path : {"/keys", "/openid-configuration"}) {
    tls_.Break(path, GetParam().fault);
    clock_.Advance(absl::Hours(2));
    authenticator->RefreshIfDue();
    EXPECT_TRUE(Ask(*authenticator, token).authenticated());
    EXPECT_EQ(authenticator->key_set_health().generation, 1u);
  }
  tls_.Break("", nullptr);
  tls_.issuer().RotateKey();
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Ask(*authenticator, Token()).authenticated());
  EXPECT_TRUE(authenticator->key_set_health().last_error.ok());
}

INSTANTIATE_TEST_SUITE_P(
    All, FaultTest,
    ::testing::Values(
        FaultCase{"cut",
                  [](const std::string& good) {
                    return good.substr(0, good.size() - 10);
                  },
                  "Get \"https://127.0.0.1:"},
        FaultCase{"cut_in_the_header",
                  [](const std::string& good) { return good.substr(0, 20); },
                  "Get \"https://127.0.0.1:"},
        FaultCase{"nothing", [](const std::string&) { return ""; },
                  "Get \"https://127.0.0.1:"},
        FaultCase{"no_http", [](const std::string&) { return "hello\r\n\r\n"; },
                  "Get \"https://127.0.0.1:"},
        FaultCase{"huge",
                  [](const std::string&) {
                    return FaultyServer::Response(200,
                                                  std::string(2 << 20, ' '));
                  },
                  "Get \"https://127.0.0.1:"},
        FaultCase{"huge_header",
                  [](const std::string&) {
                    return FaultyServer::Response(
                        200, "{}",
                        absl::StrCat("X: ", std::string(1 << 20, 'x'), "\r\n"));
                  },
                  "Get \"https://127.0.0.1:"},
        FaultCase{"wrong_type",
                  [](const std::string&) {
                    return FaultyServer::Response(
                        200, "<html><body>Sign in</body></html>",
                        "Content-Type: text/html\r\n");
                  },
                  "127.0.0.1"},
        FaultCase{"redirect",
                  [](const std::string&) {
                    return FaultyServer::Response(302, "", "Location: /x\r\n");
                  },
                  "unexpected status 302"},
        FaultCase{"server_error",
                  [](const std::string&) {
                    return FaultyServer::Response(500, "{}");
                  },
                  "unexpected status 500"},
        FaultCase{"garbage",
                  [](const std::string&) {
                    return FaultyServer::Response(200, "\x01\xff{]");
                  },
                  "127.0.0.1"},
        FaultCase{"another_document",
                  [](const std::string&) {
                    return FaultyServer::Response(
                        200, R"({"issuer":"https://evil.example",)"
                             R"("jwks_uri":"https://evil.example/"})");
                  },
                  "127.0.0.1"}),
    [](const auto& info) { return info.param.name; });

// A server that says nothing is given up; nobody waits for it whose key is
// known.
TEST_F(OidcTlsTest, SlowIssuer) {
  refresh_.request_timeout = absl::Milliseconds(100);
  const auto authenticator = Make();
  refresh_.request_timeout = absl::Seconds(10);
  Mutex mutex;
  CondVar changed;
  bool released = false;
  tls_.Break("/openid-configuration", [&](const std::string& good) {
    MutexLock lock(mutex);
    while (!released) changed.Wait(mutex);
    return good;
  });
  authenticator->RefreshIfDue();
  EXPECT_EQ(authenticator->Health().code(), absl::StatusCode::kDeadlineExceeded)
      << authenticator->Health();
  {
    MutexLock lock(mutex);
    released = true;
    changed.NotifyAll();
  }
  tls_.Break("", nullptr);
  const auto patient = Make();
  patient->RefreshIfDue();
  EXPECT_TRUE(patient->Health().ok()) << patient->Health();
}

// Tokens of whatever key signs at the moment, while it is another every now and
// then: nobody sees an error.
TEST_F(OidcTlsTest, RotationMidFlight) {
  refresh_.unknown_key_burst = 100;
  std::vector<std::unique_ptr<JwtAuthenticator>> all;
  all.push_back(Make());
  auto set = JwtAuthenticators::Create(std::move(all), {});
  ASSERT_TRUE(set.ok());
  while (!(*set)->Health().ok()) std::this_thread::yield();
  std::atomic<bool> done{false};
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        const Result result = Ask(**set, Token());
        EXPECT_TRUE(result.authenticated()) << result.error();
        ++accepted;
      }
    });
  }
  for (int i = 0; i < 8; ++i) {
    tls_.issuer().RotateKey();
    const int before = accepted;
    EXPECT_TRUE(Ask(**set, Token()).authenticated());
    while (accepted < before + 3) std::this_thread::yield();
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE((*set)->authenticators()[0]->key_set_health().generation, 8u);
}

TEST_F(OidcTlsTest, DownForAnHour) {
  refresh_.jitter = 0;
  const auto authenticator = Make();
  authenticator->RefreshIfDue();
  const std::string old_token = Token();
  tls_.Break("", [](const std::string&) { return ""; });
  tls_.issuer().RotateKey();
  const std::string new_token = Token();
  const int before = tls_.connections();
  for (int i = 0; i < 360; ++i) {
    authenticator->RefreshIfDue();
    EXPECT_TRUE(Ask(*authenticator, old_token).authenticated());
    for (int j = 0; j < 5; ++j) {
      EXPECT_TRUE(Ask(*authenticator, new_token).rejected());
    }
    clock_.Advance(absl::Seconds(10));
  }
  const KeySetHealth health = authenticator->key_set_health();
  // At most one each ten seconds by tokens and one each minute by the clock,
  // each with two requests.
  EXPECT_LE(health.fetches, 2u + 360u + 60u);
  EXPECT_LE(tls_.connections() - before, 2 * (2 + 360 + 60));
  EXPECT_EQ(health.generation, 1u);
  EXPECT_FALSE(health.last_error.ok());
  tls_.Break("", nullptr);
  EXPECT_TRUE(Ask(*authenticator, new_token).authenticated());
  EXPECT_TRUE(Ask(*authenticator, old_token).authenticated());
}

}  // namespace
}  // namespace gatehouse::authn
