#include "authn/oidc/jwt_authenticators.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/oidc/jwt_authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/apiserver_config.pb.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"
#include "testing/test_issuer.h"

namespace gatehouse::authn {
namespace {

using ::gatehouse::testing::FakeClock;
using ::gatehouse::testing::FakeHttpClient;
using ::gatehouse::testing::TestIssuer;
using ::testing::HasSubstr;

class JwtAuthenticatorsTest : public ::testing::Test {
 protected:
  JwtAuthenticatorsTest() {
    for (const char* url : {"https://a.example", "https://b.example/",
                            "https://accounts.google.com"}) {
      issuers_.push_back(std::make_unique<TestIssuer>(url));
      Serve(*issuers_.back());
    }
  }

  // Discovery is below the url without the slash at its end.
  void Serve(const TestIssuer& issuer) {
    issuer.Serve(http_.get());
    http_->Answer("https://b.example/.well-known/openid-configuration", 200,
                  R"({"issuer":"https://b.example/",)"
                  R"("jwks_uri":"https://b.example//keys"})");
  }

  std::unique_ptr<JwtAuthenticator> MakeOne(const std::string& url) {
    k8s::JWTAuthenticator config;
    config.mutable_issuer()->set_url(url);
    config.mutable_issuer()->add_audiences("me");
    auto* username = config.mutable_claimmappings()->mutable_username();
    username->set_claim("sub");
    username->set_prefix(absl::StrCat(url, "#"));
    JwtAuthenticatorOptions options;
    options.http_client = http_;
    options.clock = &clock_;
    auto authenticator = JwtAuthenticator::Create(config, options);
    EXPECT_TRUE(authenticator.ok()) << authenticator.status();
    return *std::move(authenticator);
  }

  std::unique_ptr<JwtAuthenticators> Make(int threads) {
    std::vector<std::unique_ptr<JwtAuthenticator>> all;
    for (const auto& issuer : issuers_) all.push_back(MakeOne(issuer->url()));
    JwtAuthenticators::Options options;
    options.refresh_threads = threads;
    auto set = JwtAuthenticators::Create(std::move(all), options);
    EXPECT_TRUE(set.ok()) << set.status();
    return *std::move(set);
  }

  Result Ask(const JwtAuthenticators& set, const std::string& token) {
    TokenContext context;
    context.now = clock_.Now();
    return set.AuthenticateToken(token, context);
  }
  std::string TokenOf(const TestIssuer& issuer) {
    return issuer.Token("jane", "me", clock_.Now() + absl::Hours(1));
  }

  FakeClock clock_;
  std::vector<std::unique_ptr<TestIssuer>> issuers_;
  std::shared_ptr<FakeHttpClient> http_ = std::make_shared<FakeHttpClient>();
};

TEST_F(JwtAuthenticatorsTest, TheOneOfTheIssuerSpeaks) {
  const auto set = Make(0);
  set->RefreshIfDue();
  ASSERT_TRUE(set->Health().ok()) << set->Health();
  for (const auto& issuer : issuers_) {
    const Result result = Ask(*set, TokenOf(*issuer));
    ASSERT_TRUE(result.authenticated()) << result.error();
    EXPECT_EQ(result.authentication().user.name,
              absl::StrCat(issuer->url(), "#jane"));
  }
}

TEST_F(JwtAuthenticatorsTest, OtherIssuersAreNoCredential) {
  const auto set = Make(0);
  set->RefreshIfDue();
  for (const char* url : {"https://a.example/", "https://b.example",
                          "https://c.example", "", "a.example"}) {
    EXPECT_EQ(Ask(*set, TokenOf(TestIssuer(url))).outcome(),
              Result::Outcome::kNoCredential)
        << url;
  }
  EXPECT_EQ(Ask(*set, "no token").outcome(), Result::Outcome::kNoCredential);
}

TEST_F(JwtAuthenticatorsTest, RejectionsAreTheIssuersOwn) {
  const auto set = Make(0);
  set->RefreshIfDue();
  const Result result = Ask(
      *set, issuers_[0]->Token("jane", "me", clock_.Now() - absl::Hours(1)));
  EXPECT_EQ(ReasonOf(result.error()), Reason::kExpired);
}

TEST_F(JwtAuthenticatorsTest, GooglesOtherName) {
  const auto set = Make(0);
  set->RefreshIfDue();
  const std::string token = issuers_[2]->Sign(absl::StrCat(
      R"({"iss":"accounts.google.com","sub":"jane","aud":"me",)", R"("exp":)",
      absl::ToUnixSeconds(clock_.Now() + absl::Hours(1)), "}"));
  EXPECT_TRUE(Ask(*set, token).authenticated());
}

TEST_F(JwtAuthenticatorsTest, HealthNamesWhoIsNotReady) {
  http_->Fail(issuers_[0]->jwks_url(), absl::UnavailableError("down"));
  const auto set = Make(0);
  EXPECT_FALSE(set->Health().ok());
  set->RefreshIfDue();
  EXPECT_EQ(set->Health().message(),
            "oidc: authenticator for issuer \"https://a.example\" is not "
            "healthy: Get \"https://a.example/keys\": down");
  // The others are not held up.
  EXPECT_TRUE(Ask(*set, TokenOf(*issuers_[1])).authenticated());
  EXPECT_TRUE(Ask(*set, TokenOf(*issuers_[0])).rejected());
}

TEST_F(JwtAuthenticatorsTest, NoTwoOfOneIssuer) {
  std::vector<std::unique_ptr<JwtAuthenticator>> all;
  all.push_back(MakeOne("https://a.example"));
  all.push_back(MakeOne("https://a.example"));
  const auto set = JwtAuthenticators::Create(std::move(all), {});
  EXPECT_EQ(ReasonOf(set.status()), Reason::kDuplicate);
}

TEST_F(JwtAuthenticatorsTest, MayBeNone) {
  const auto set = JwtAuthenticators::Create({}, {});
  ASSERT_TRUE(set.ok());
  EXPECT_TRUE((*set)->Health().ok());
  EXPECT_EQ(Ask(**set, TokenOf(*issuers_[0])).outcome(),
            Result::Outcome::kNoCredential);
}

// The threads fetch, one issuer that hangs does not keep the others waiting,
// and destruction ends them.
TEST_F(JwtAuthenticatorsTest, ThreadsFetch) {
  Mutex mutex;
  CondVar changed;
  bool released = false;
  http_->AnswerWith(issuers_[0]->discovery_url(),
                    [&](const HttpRequest&) -> absl::StatusOr<HttpResponse> {
                      MutexLock lock(mutex);
                      while (!released) changed.Wait(mutex);
                      return absl::UnavailableError("late");
                    });
  const auto set = Make(2);
  http_->AwaitCalls(issuers_[1]->jwks_url(), 1);
  http_->AwaitCalls(issuers_[2]->jwks_url(), 1);
  while (!Ask(*set, TokenOf(*issuers_[2])).authenticated()) {
    std::this_thread::yield();
  }
  EXPECT_THAT(std::string(set->Health().message()),
              HasSubstr("https://a.example"));
  MutexLock lock(mutex);
  released = true;
  changed.NotifyAll();
}

// For ThreadSanitizer: threads that refresh while keys rotate and others ask.
TEST_F(JwtAuthenticatorsTest, RotationsWhileOthersAsk) {
  const auto set = Make(2);
  while (!set->Health().ok()) std::this_thread::yield();
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      const TestIssuer& issuer = *issuers_[i];
      for (int j = 0; j < 50; ++j) {
        const Result result = Ask(*set, TokenOf(issuer));
        EXPECT_TRUE(result.authenticated()) << result.error();
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(absl::Minutes(5));
    for (const auto& issuer : issuers_) issuer->RotateKey();
    set->RefreshIfDue();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(set->Health().ok());
}

}  // namespace
}  // namespace gatehouse::authn
