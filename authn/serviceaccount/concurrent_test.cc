// Keys that are replaced, and objects that go, while tokens are verified.
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/serviceaccount/testing/test_accounts.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

constexpr JwsAlgorithm kOld = JwsAlgorithm::kEs256;
constexpr JwsAlgorithm kNew = JwsAlgorithm::kEdDsa;

ServiceAccountKeys Both(JwsAlgorithm signing) {
  return *ServiceAccountKeys::Create(
      {TestPrivateKey(kOld).public_key(), TestPrivateKey(kNew).public_key()},
      TestPrivateKey(signing));
}

// Load is threads that show one token without pause.
class Load {
 public:
  Load(const TokenAuthenticator* authenticator, std::string token)
      : authenticator_(authenticator), token_(std::move(token)) {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~Load() { Stop(); }

  // Waits until enough requests have begun and ended.
  void WaitForMore() {
    const int64_t enough = requests_ + 50;
    while (requests_ < enough) std::this_thread::yield();
  }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  int64_t refused() const { return refused_; }

 private:
  void Run() {
    TokenContext context;
    context.now = TestNow();
    while (!stop_) {
      if (!authenticator_->AuthenticateToken(token_, context).authenticated()) {
        ++refused_;
      }
      ++requests_;
    }
  }

  const TokenAuthenticator* const authenticator_;
  const std::string token_;
  std::atomic<bool> stop_{false};
  std::atomic<int64_t> requests_{0};
  std::atomic<int64_t> refused_{0};
  std::vector<std::thread> threads_;
};

TEST(ServiceAccountConcurrentTest, RotationRefusesNobody) {
  const TestAccounts accounts(kOld);
  const auto authenticator = accounts.Bound();
  Load old(authenticator.get(), accounts.Issue());
  accounts.ring->Update(Both(kOld));
  old.WaitForMore();
  accounts.ring->Update(Both(kNew));
  Load next(authenticator.get(), accounts.Issue());
  for (int i = 0; i < 20; ++i) {
    accounts.ring->Update(Both(i % 2 == 0 ? kOld : kNew));
    old.WaitForMore();
    next.WaitForMore();
  }
  old.Stop();
  accounts.ring->Update(TestKeys(kNew));
  next.WaitForMore();
  next.Stop();
  EXPECT_EQ(old.refused(), 0);
  EXPECT_EQ(next.refused(), 0);
}

TEST(ServiceAccountConcurrentTest, AKeyThatIsGoneVerifiesNoMore) {
  const TestAccounts accounts(kOld);
  const auto authenticator = accounts.Bound();
  const std::string token = accounts.Issue();
  Load load(authenticator.get(), token);
  load.WaitForMore();
  accounts.ring->Update(TestKeys(kNew));
  TokenContext context;
  context.now = TestNow();
  EXPECT_TRUE(authenticator->AuthenticateToken(token, context).rejected());
  load.WaitForMore();
  EXPECT_GT(load.refused(), 0);
}

TEST(ServiceAccountConcurrentTest, APodThatIsGoneTakesItsTokenAlong) {
  const TestAccounts accounts(kOld);
  const auto authenticator = accounts.Bound();
  const std::string token = accounts.Issue("Pod", "pod");
  Load load(authenticator.get(), token);
  load.WaitForMore();
  EXPECT_EQ(load.refused(), 0);
  accounts.Delete("Pod", "pod");
  TokenContext context;
  context.now = TestNow();
  const Result result = authenticator->AuthenticateToken(token, context);
  EXPECT_EQ(ReasonOf(result.error()), Reason::kRevoked);
  load.WaitForMore();
  EXPECT_GT(load.refused(), 0);
}

}  // namespace
}  // namespace gatehouse::authn
