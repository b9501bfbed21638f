#include "net/certificate_files.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_server.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"

namespace gatehouse::net {
namespace {

using ::testing::HasSubstr;
using testing::Identity;
using testing::TlsPeer;

// New at each call.
gatehouse::testing::TestCertificate NewCertificate() {
  return testing::LocalServer(testing::ServerCa());
}

class CertificateFilesTest : public ::testing::Test {
 protected:
  CertificateFilesTest() : server_(testing::StartServer(testing::Echo)) {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/certs.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    options_.certificate_file = In("tls.crt");
    options_.key_file = In("tls.key");
    options_.watch.poll_interval = absl::InfiniteDuration();
    options_.watch.debounce = absl::Milliseconds(1);
    options_.apply = [this](absl::string_view certificate, const Secret& key) {
      return server_->ReplaceCertificate(certificate, key);
    };
    options_.observe = [this](const CertificateFilesStatus& status) {
      MutexLock lock(mutex_);
      seen_ = status;
      changed_.NotifyAll();
    };
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }
  void WriteCertificate(const gatehouse::testing::TestCertificate& pair,
                        absl::string_view directory = ".") const {
    const std::string path = In(absl::StrCat(directory, "/tls.crt"));
    ASSERT_TRUE(WriteFile(path, pair.certificate.ToPem()).ok());
  }
  void WriteKey(const gatehouse::testing::TestCertificate& pair,
                absl::string_view directory = ".") const {
    const std::string path = In(absl::StrCat(directory, "/tls.key"));
    const Secret pem = pair.key.ToPem();
    ASSERT_TRUE(WriteFile(path, pem.Reveal(SecretAccess::Get())).ok());
  }
  void Link(const std::string& target, absl::string_view name) const {
    ASSERT_EQ(::symlink(target.c_str(), In("new_link").c_str()), 0);
    ASSERT_EQ(std::rename(In("new_link").c_str(), In(name).c_str()), 0);
  }
  void Start() {
    auto files = CertificateFiles::Start(options_);
    ASSERT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
  }
  void WaitFor(
      const std::function<bool(const CertificateFilesStatus&)>& condition) {
    MutexLock lock(mutex_);
    while (!condition(seen_)) changed_.Wait(mutex_);
  }
  // Returns true if the server presents it.
  bool Presented(const gatehouse::testing::TestCertificate& pair) const {
    return TlsPeer::Connect(server_->port())->peer_certificate() ==
           pair.certificate.der();
  }

  std::unique_ptr<HttpsServer> server_;
  std::string directory_;
  CertificateFilesOptions options_;
  Mutex mutex_;
  CondVar changed_;
  CertificateFilesStatus seen_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<CertificateFiles> files_;
};

TEST_F(CertificateFilesTest, ReadsAtTheStart) {
  const auto first = NewCertificate();
  WriteCertificate(first);
  WriteKey(first);
  Start();
  EXPECT_TRUE(Presented(first));
  const CertificateFilesStatus status = files_->status();
  EXPECT_EQ(status.loads, 1u);
  EXPECT_EQ(status.failures, 0u);
  EXPECT_TRUE(status.last_error.ok());
  EXPECT_EQ(status.loaded_at, status.attempted_at);
}

TEST_F(CertificateFilesTest, BadStartsAreErrors) {
  const auto first = NewCertificate();
  const CertificateFilesOptions good = options_;
  const struct {
    const char* name;
    std::function<void()> change;
    Reason reason;
    const char* text;
  } kCases[] = {
      {"no certificate file", [&] { options_.certificate_file = ""; },
       Reason::kInvalid, "are needed"},
      {"no key file", [&] { options_.key_file = ""; }, Reason::kInvalid,
       "are needed"},
      {"nothing to apply", [&] { options_.apply = nullptr; }, Reason::kInvalid,
       "nothing applies"},
      {"missing certificate", [&] { options_.certificate_file = In("none"); },
       Reason::kNotFound, "/none"},
      {"missing key", [&] { options_.key_file = In("none"); },
       Reason::kNotFound, "/none"},
      {"another's key", [&] { WriteKey(NewCertificate()); }, Reason::kInvalid,
       "tls.key: the private key is not the certificate's"},
      {"no certificate", [&] { options_.certificate_file = In("tls.key"); },
       Reason::kMalformed, "there is no certificate"},
  };
  for (const auto& test : kCases) {
    options_ = good;
    WriteCertificate(first);
    WriteKey(first);
    test.change();
    const auto files = CertificateFiles::Start(options_);
    ASSERT_FALSE(files.ok()) << test.name;
    EXPECT_EQ(ReasonOf(files.status()), test.reason) << files.status();
    EXPECT_THAT(std::string(files.status().message()), HasSubstr(test.text));
    EXPECT_FALSE(Presented(first));
  }
}

// A pair is two files: in between, the old one stays.
TEST_F(CertificateFilesTest, RenewedOneAfterTheOther) {
  const auto first = NewCertificate();
  const auto second = NewCertificate();
  WriteCertificate(first);
  WriteKey(first);
  Start();
  WriteKey(second);
  WaitFor([](const CertificateFilesStatus& s) { return s.failures >= 1; });
  EXPECT_TRUE(Presented(first));
  const CertificateFilesStatus failed = files_->status();
  EXPECT_THAT(std::string(failed.last_error.message()),
              HasSubstr(In("tls.key")));
  WriteCertificate(second);
  WaitFor([](const CertificateFilesStatus& s) { return s.loads == 2; });
  EXPECT_TRUE(Presented(second));
  EXPECT_TRUE(files_->status().last_error.ok());
}

TEST_F(CertificateFilesTest, SwappedSymlinkIsNoticed) {
  const auto first = NewCertificate();
  const auto second = NewCertificate();
  for (const char* const directory : {"v1", "v2"}) {
    ASSERT_TRUE(MakeDirectories(In(directory)).ok());
  }
  WriteCertificate(first, "v1");
  WriteKey(first, "v1");
  WriteCertificate(second, "v2");
  WriteKey(second, "v2");
  Link("v1", "..data");
  Link("..data/tls.crt", "tls.crt");
  Link("..data/tls.key", "tls.key");
  Start();
  EXPECT_TRUE(Presented(first));
  Link("v2", "..data");
  WaitFor([](const CertificateFilesStatus& s) { return s.loads == 2; });
  EXPECT_TRUE(Presented(second));
}

TEST_F(CertificateFilesTest, TheSamePairIsNotAppliedAgain) {
  const auto first = NewCertificate();
  WriteCertificate(first);
  WriteKey(first);
  Start();
  EXPECT_TRUE(files_->Reload().ok());
  EXPECT_EQ(files_->status().loads, 1u);
}

}  // namespace
}  // namespace gatehouse::net
