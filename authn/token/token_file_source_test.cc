#include "authn/token/token_file_source.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "gtest/gtest.h"
#include "testing/fake_clock.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using gatehouse::testing::FakeClock;

class TokenFileSourceTest : public ::testing::Test {
 protected:
  TokenFileSourceTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/tokens.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    options_.path = In("tokens.csv");
    options_.watch.poll_interval = absl::InfiniteDuration();
    options_.watch.debounce = absl::Milliseconds(1);
    options_.clock = &clock_;
    options_.observe = [this](const TokenFileStatus& status) {
      MutexLock lock(mutex_);
      seen_ = status;
      changed_.NotifyAll();
    };
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }
  void Write(absl::string_view name, absl::string_view contents) const {
    ASSERT_TRUE(WriteFile(In(name), contents).ok());
  }
  void Start() {
    auto source = TokenFileSource::Start(options_);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }
  // Waits until an attempt was observed of which `condition` is true.
  void WaitFor(const std::function<bool(const TokenFileStatus&)>& condition) {
    MutexLock lock(mutex_);
    while (!condition(seen_)) changed_.Wait(mutex_);
  }
  std::string Ask(absl::string_view token) const {
    return Describe(
        source_->authenticator()->AuthenticateToken(token, TokenContext()));
  }

  FakeClock clock_;
  std::string directory_;
  TokenFileOptions options_;
  Mutex mutex_;
  CondVar changed_;
  TokenFileStatus seen_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<TokenFileSource> source_;
};

TEST_F(TokenFileSourceTest, ReadsAtTheStart) {
  Write("tokens.csv", "tok,jane,7\n,x,y\n");
  Start();
  EXPECT_EQ(Ask("tok"), "jane 7 []");
  const TokenFileStatus status = source_->status();
  EXPECT_EQ(status.loads, 1u);
  EXPECT_EQ(status.failures, 0u);
  EXPECT_EQ(status.tokens, 1u);
  EXPECT_EQ(status.warnings.size(), 1u);
  EXPECT_EQ(status.loaded_at, clock_.Now());
  EXPECT_TRUE(status.last_error.ok());
  EXPECT_EQ(source_->authenticator()->generation(), 1u);
}

TEST_F(TokenFileSourceTest, BadStartsAreErrors) {
  EXPECT_EQ(ReasonOf(TokenFileSource::Start(options_).status()),
            Reason::kNotFound);
  Write("tokens.csv", "tok,jane\n");
  const absl::Status bad = TokenFileSource::Start(options_).status();
  EXPECT_EQ(ReasonOf(bad), Reason::kInvalid);
  EXPECT_TRUE(absl::StrContains(bad.message(), "tokens.csv:1:1"));
  options_.path = "";
  EXPECT_EQ(ReasonOf(TokenFileSource::Start(options_).status()),
            Reason::kInvalid);
}

TEST_F(TokenFileSourceTest, NoticesChanges) {
  Write("tokens.csv", "tok,jane,7\n");
  Start();
  clock_.Advance(absl::Hours(1));
  Write("tokens.csv", "new,joe,8\n");
  WaitFor([](const TokenFileStatus& status) { return status.loads == 2; });
  EXPECT_EQ(Ask("tok"), "no credential");
  EXPECT_EQ(Ask("new"), "joe 8 []");
  EXPECT_EQ(source_->status().loaded_at, clock_.Now());
}

TEST_F(TokenFileSourceTest, NoticesSwappedLinks) {
  Write("1.csv", "tok,jane,7\n");
  Write("2.csv", "new,joe,8\n");
  ASSERT_EQ(::symlink("1.csv", In("tokens.csv").c_str()), 0);
  Start();
  ASSERT_EQ(::symlink("2.csv", In("link").c_str()), 0);
  ASSERT_EQ(std::rename(In("link").c_str(), In("tokens.csv").c_str()), 0);
  WaitFor([](const TokenFileStatus& status) { return status.loads == 2; });
  EXPECT_EQ(Ask("new"), "joe 8 []");
}

TEST_F(TokenFileSourceTest, TheLastGoodStays) {
  Write("tokens.csv", "tok,jane,7\n");
  Start();
  Write("tokens.csv", "new,joe\n");
  WaitFor([](const TokenFileStatus& status) { return status.failures > 0; });
  EXPECT_EQ(Ask("tok"), "jane 7 []");
  EXPECT_EQ(ReasonOf(source_->status().last_error), Reason::kInvalid);
  EXPECT_EQ(source_->status().tokens, 1u);
  ASSERT_EQ(std::remove(In("tokens.csv").c_str()), 0);
  WaitFor([](const TokenFileStatus& status) {
    return ReasonOf(status.last_error) == Reason::kNotFound;
  });
  EXPECT_EQ(Ask("tok"), "jane 7 []");
  // The same again is good, and no new load.
  Write("tokens.csv", "tok,jane,7\n");
  WaitFor([](const TokenFileStatus& status) { return status.last_error.ok(); });
  EXPECT_EQ(source_->status().loads, 1u);
  EXPECT_EQ(source_->authenticator()->generation(), 1u);
}

TEST_F(TokenFileSourceTest, ReloadsWhenToldTo) {
  options_.observe = nullptr;
  Write("tokens.csv", "tok,jane,7\n");
  Start();
  Write("tokens.csv", "new,joe,8\n");
  EXPECT_TRUE(source_->Reload().ok());
  EXPECT_EQ(Ask("new"), "joe 8 []");
  Write("tokens.csv", "\"");
  EXPECT_EQ(ReasonOf(source_->Reload()), Reason::kMalformed);
  EXPECT_EQ(Ask("new"), "joe 8 []");
}

TEST_F(TokenFileSourceTest, TheAuthenticatorOutlivesTheSource) {
  Write("tokens.csv", "tok,jane,7\n");
  Start();
  const auto authenticator = source_->authenticator();
  source_.reset();
  EXPECT_EQ(Describe(authenticator->AuthenticateToken("tok", TokenContext())),
            "jane 7 []");
}

TEST_F(TokenFileSourceTest, ReadersSeeOneFileOrTheOther) {
  constexpr int kLoads = 50;
  Write("tokens.csv", "tok,user0,0\n");
  Start();
  std::vector<std::thread> readers;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    readers.emplace_back([this, &count] {
      uint64_t generation = 0;
      while (generation <= kLoads) {
        const Result result =
            source_->authenticator()->AuthenticateToken("tok", TokenContext());
        const UserInfo& user = result.authentication().user;
        count += user.name != absl::StrCat("user", user.uid) ? 1 : 0;
        generation = source_->authenticator()->generation();
      }
    });
  }
  for (int i = 1; i <= kLoads; ++i) {
    Write("tokens.csv", absl::StrCat("tok,user", i, ",", i, "\n"));
    EXPECT_TRUE(source_->Reload().ok());
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
  EXPECT_EQ(Ask("tok"), absl::StrCat("user", kLoads, " ", kLoads, " []"));
}

}  // namespace
}  // namespace gatehouse::authn
