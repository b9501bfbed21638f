// Many threads at once: while the configuration changes, and while a CA is
// replaced in two steps.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authn/connection.h"
#include "authn/testing/test_client.h"
#include "authn/x509.h"
#include "authn/x509_files.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::ConfigOf;
using authn::testing::Deny;
using authn::testing::Describe;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;
using pki::testing::TestCertificate;

TestCertificate Old() { return TestCa("old"); }
TestCertificate New() { return TestCa("new"); }

// Load is threads that authenticate with one certificate without pause, each
// by a connection of its own and without one.
class Load {
 public:
  Load(const X509Authenticator* authenticator, const TestCertificate& leaf)
      : authenticator_(authenticator), client_({leaf}) {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~Load() { Stop(); }

  // Waits until every thread has begun and ended another request.
  void WaitForMore() {
    const int64_t enough = requests_ + 1000;
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
    const TestClient client = client_;
    const Request request = client.At(TestNow());
    X509Connection connection(authenticator_, request.peer_certificates);
    while (!stop_) {
      if (!authenticator_->Authenticate(request).authenticated()) ++refused_;
      if (!connection.Authenticate(TestNow()).authenticated()) ++refused_;
      ++requests_;
    }
  }

  const X509Authenticator* const authenticator_;
  const TestClient client_;
  std::atomic<bool> stop_{false};
  std::atomic<int64_t> requests_{0};
  std::atomic<int64_t> refused_{0};
  std::vector<std::thread> threads_;
};

// Directory is a mounted ConfigMap: "ca.crt" is a link to "..data/ca.crt", and
// "..data" a link that is swapped.
class Mount {
 public:
  Mount() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/mount.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    EXPECT_EQ(::symlink("..data/ca.crt", bundle().c_str()), 0);
  }
  std::string bundle() const { return directory_ + "/ca.crt"; }

  void Put(const std::vector<TestCertificate>& cas) {
    std::string pem;
    for (const TestCertificate& ca : cas) pem += ca.Build().ToPem();
    const std::string version = absl::StrCat("..v", ++version_);
    const std::string path = absl::StrCat(directory_, "/", version);
    ASSERT_TRUE(MakeDirectories(path).ok());
    ASSERT_TRUE(WriteFile(path + "/ca.crt", pem).ok());
    const std::string link = directory_ + "/..data_tmp";
    ASSERT_EQ(::symlink(version.c_str(), link.c_str()), 0);
    ASSERT_EQ(std::rename(link.c_str(), (directory_ + "/..data").c_str()), 0);
  }

 private:
  std::string directory_;
  int version_ = 0;
};

// Waits for a number of configurations.
class Applied {
 public:
  void Set(uint64_t loads) {
    MutexLock lock(mutex_);
    loads_ = loads;
    changed_.NotifyAll();
  }
  void WaitFor(uint64_t loads) {
    MutexLock lock(mutex_);
    while (loads_ < loads) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  uint64_t loads_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(ReplaceCaTest, InTwoStepsUnderLoadRefusesNobody) {
  Mount mount;
  mount.Put({Old()});
  X509Authenticator authenticator;
  Applied applied;
  X509FilesOptions options;
  options.client_cas.emplace_back();
  options.client_cas[0].ca.name = "ca";
  options.client_cas[0].bundle_files = {mount.bundle()};
  options.apply = [&authenticator](X509Config config) {
    return authenticator.Update(std::move(config));
  };
  options.observe = [&applied](const X509FilesStatus& status) {
    applied.Set(status.loads);
  };
  auto files = X509Files::Start(options);
  ASSERT_TRUE(files.ok()) << files.status();

  Load old_leaf(&authenticator, Leaf("jane", Old()));
  old_leaf.WaitForMore();
  mount.Put({Old(), New()});  // Step 1: both are trusted.
  applied.WaitFor(2);
  Load new_leaf(&authenticator, Leaf("jane", New()));
  new_leaf.WaitForMore();
  old_leaf.WaitForMore();
  old_leaf.Stop();     // Everybody has a new certificate.
  mount.Put({New()});  // Step 2: the old one is trusted no more.
  applied.WaitFor(3);
  new_leaf.WaitForMore();
  new_leaf.Stop();
  EXPECT_EQ(old_leaf.refused(), 0);
  EXPECT_EQ(new_leaf.refused(), 0);
  const TestClient old_client({Leaf("jane", Old())});
  EXPECT_EQ(
      ReasonOf(authenticator.Authenticate(old_client.At(TestNow())).error()),
      Reason::kUnknownAuthority);
}

// Once Update has returned, nobody is let in who was revoked by it.
TEST(RevokeTest, IsInEffectForCallsThatBeginAfterwards) {
  X509Authenticator authenticator;
  ASSERT_TRUE(authenticator.Update(ConfigOf(Old())).ok());
  const TestClient jane({Leaf("jane", Old())});
  X509Config revoked = ConfigOf(Old());
  revoked.revocation = Deny(jane.leaf());
  // The number of the round in which she is revoked; 0 while she is not.
  std::atomic<int> revoked_round{0};
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, client = jane] {
      const Request request = client.At(TestNow());
      X509Connection connection(&authenticator, request.peer_certificates);
      while (!stop) {
        const int before = revoked_round;
        const bool got = authenticator.Authenticate(request).authenticated();
        const bool open = connection.Authenticate(TestNow()).authenticated();
        if (before != 0 && before == revoked_round && (got || open)) ++wrong;
      }
    });
  }
  for (int round = 1; round <= 200; ++round) {
    ASSERT_TRUE(authenticator.Update(revoked).ok());
    revoked_round = round;
    std::this_thread::yield();
    revoked_round = 0;
    ASSERT_TRUE(authenticator.Update(ConfigOf(Old())).ok());
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::authn
