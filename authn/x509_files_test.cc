#include "authn/x509_files.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "authn/testing/test_client.h"
#include "authn/x509.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"
#include "pki/revocation/crl_writer.h"
#include "pki/revocation/deny_list.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using ::testing::HasSubstr;

TestCertificate Old() { return TestCa("old"); }
TestCertificate New() { return TestCa("new"); }

std::string Bundle(const std::vector<TestCertificate>& cas) {
  std::string pem;
  for (const TestCertificate& ca : cas) pem += ca.Build().ToPem();
  return pem;
}

std::string DenyListOf(const std::vector<std::string>& users) {
  std::vector<pki::DenyEntry> entries;
  for (const std::string& user : users) {
    entries.emplace_back();
    entries.back().user = user;
  }
  return (*pki::DenyList::Create(std::move(entries)))->ToYaml();
}

std::string CrlOf(const TestCertificate& ca,
                  const std::vector<std::string>& serials) {
  pki::CrlTemplate request;
  request.this_update = TestNow() - absl::Hours(1);
  request.next_update = TestNow() + absl::Hours(1);
  for (const std::string& serial : serials) {
    request.entries.emplace_back();
    request.entries.back().serial = serial;
    request.entries.back().revoked_at = request.this_update;
  }
  return pki::WriteCrl(request, ca.Build(),
                       *pki::PrivateKey::FromPem(ca.key.PrivatePem()))
      ->ToPem();
}

class X509FilesTest : public ::testing::Test {
 protected:
  X509FilesTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/x509.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    options_.watch.poll_interval = absl::InfiniteDuration();
    options_.watch.debounce = absl::Milliseconds(1);
    options_.apply = [this](X509Config config) {
      return authenticator_.Update(std::move(config));
    };
    options_.observe = [this](const X509FilesStatus& status) {
      MutexLock lock(mutex_);
      seen_ = status;
      changed_.NotifyAll();
    };
    options_.client_cas.emplace_back();
    options_.client_cas[0].ca.name = "ca";
    options_.client_cas[0].bundle_files = {In("ca.crt")};
  }

  std::string In(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }
  void Write(absl::string_view name, absl::string_view contents) const {
    const absl::Status status = WriteFile(In(name), contents);
    ASSERT_TRUE(status.ok()) << status;
  }
  // Makes `name` point to `target`, atomically.
  void Link(const std::string& target, absl::string_view name) const {
    ASSERT_EQ(::symlink(target.c_str(), In("new_link").c_str()), 0);
    ASSERT_EQ(std::rename(In("new_link").c_str(), In(name).c_str()), 0);
  }

  void Start() {
    auto files = X509Files::Start(options_);
    ASSERT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
  }

  // Waits until an attempt was observed of which `condition` is true.
  void WaitFor(const std::function<bool(const X509FilesStatus&)>& condition) {
    MutexLock lock(mutex_);
    while (!condition(seen_)) changed_.Wait(mutex_);
  }

  std::string Who(const TestCertificate& leaf) const {
    const TestClient client({leaf});
    return Describe(authenticator_.Authenticate(client.At(TestNow())));
  }
  Reason WhyNot(const TestCertificate& leaf) const {
    const TestClient client({leaf});
    return ReasonOf(authenticator_.Authenticate(client.At(TestNow())).error());
  }

  std::string directory_;
  X509FilesOptions options_;
  X509Authenticator authenticator_;
  Mutex mutex_;
  CondVar changed_;
  X509FilesStatus seen_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<X509Files> files_;
};

TEST_F(X509FilesTest, ReadsAtTheStart) {
  Write("ca.crt", Bundle({Old()}));
  Start();
  EXPECT_EQ(Who(Leaf("jane", Old())), "jane  []");
  EXPECT_EQ(WhyNot(Leaf("jane", New())), Reason::kUnknownAuthority);
  const X509FilesStatus status = files_->status();
  EXPECT_EQ(status.loads, 1u);
  EXPECT_EQ(status.failures, 0u);
  EXPECT_TRUE(status.last_error.ok());
  EXPECT_EQ(status.loaded_at, status.attempted_at);
}

struct BadStart {
  const char* name;
  std::function<void(X509FilesOptions&, const std::string&)> change;
  Reason reason;
  const char* text;
};

TEST_F(X509FilesTest, BadStartsAreErrors) {
  Write("ca.crt", Bundle({Old()}));
  Write("empty", "");
  Write("bad", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
  const X509FilesOptions good = options_;
  const BadStart kCases[] = {
      {"no CA",
       [](X509FilesOptions& o, const std::string&) { o.client_cas.clear(); },
       Reason::kInvalid, "there is no client CA"},
      {"no file",
       [](X509FilesOptions& o, const std::string&) {
         o.client_cas[0].bundle_files.clear();
       },
       Reason::kInvalid, "client CA \"ca\" has no file"},
      {"nothing to apply",
       [](X509FilesOptions& o, const std::string&) { o.apply = nullptr; },
       Reason::kInvalid, "nothing applies them"},
      {"missing",
       [](X509FilesOptions& o, const std::string& directory) {
         o.client_cas[0].bundle_files = {directory + "/none"};
       },
       Reason::kNotFound, "/none"},
      {"empty",
       [](X509FilesOptions& o, const std::string& directory) {
         o.client_cas[0].bundle_files = {directory + "/empty"};
       },
       Reason::kNotFound, "/empty"},
      {"one of two is bad",
       [](X509FilesOptions& o, const std::string& directory) {
         o.client_cas[0].bundle_files.push_back(directory + "/bad");
       },
       Reason::kMalformed, "/bad"},
      {"deny list is missing",
       [](X509FilesOptions& o, const std::string& directory) {
         o.revocation.deny_list_file = directory + "/none.yaml";
       },
       Reason::kNotFound, "/none.yaml"},
      {"rules make no sense",
       [](X509FilesOptions& o, const std::string&) {
         o.client_cas[0].ca.name = "";
       },
       Reason::kInvalid, "it needs a name"},
  };
  for (const BadStart& test : kCases) {
    options_ = good;
    test.change(options_, directory_);
    const auto files = X509Files::Start(options_);
    ASSERT_FALSE(files.ok()) << test.name;
    EXPECT_EQ(ReasonOf(files.status()), test.reason) << files.status();
    EXPECT_THAT(std::string(files.status().message()), HasSubstr(test.text));
  }
  EXPECT_EQ(authenticator_.generation(), 0u);
}

TEST_F(X509FilesTest, ChangedBundleIsNoticed) {
  Write("ca.crt", Bundle({Old()}));
  Start();
  Write("ca.crt", Bundle({Old(), New()}));
  WaitFor([](const X509FilesStatus& s) { return s.loads == 2; });
  EXPECT_EQ(Who(Leaf("jane", New())), "jane  []");
  EXPECT_EQ(Who(Leaf("jane", Old())), "jane  []");
}

TEST_F(X509FilesTest, SwappedSymlinkIsNoticed) {
  ASSERT_TRUE(MakeDirectories(In("v1")).ok());
  ASSERT_TRUE(MakeDirectories(In("v2")).ok());
  Write("v1/ca.crt", Bundle({Old()}));
  Write("v2/ca.crt", Bundle({New()}));
  Link("v1", "..data");
  Link("..data/ca.crt", "ca.crt");
  Start();
  Link("v2", "..data");
  WaitFor([](const X509FilesStatus& s) { return s.loads == 2; });
  EXPECT_EQ(Who(Leaf("jane", New())), "jane  []");
  EXPECT_EQ(WhyNot(Leaf("jane", Old())), Reason::kUnknownAuthority);
}

TEST_F(X509FilesTest, BadFileKeepsTheLastGoodAndSaysSo) {
  Write("ca.crt", Bundle({Old()}));
  Start();
  Write("ca.crt", "no certificates\n");
  WaitFor([](const X509FilesStatus& s) { return s.failures == 1; });
  EXPECT_EQ(Who(Leaf("jane", Old())), "jane  []");
  const X509FilesStatus status = files_->status();
  EXPECT_THAT(std::string(status.last_error.message()),
              HasSubstr(In("ca.crt")));
  EXPECT_EQ(status.loads, 1u);
  EXPECT_LE(status.loaded_at, status.attempted_at);
  Write("ca.crt", Bundle({New()}));
  WaitFor([](const X509FilesStatus& s) { return s.loads == 2; });
  EXPECT_TRUE(files_->status().last_error.ok());
  EXPECT_EQ(Who(Leaf("jane", New())), "jane  []");
}

TEST_F(X509FilesTest, FilesThatSayTheSameAreNotAppliedAgain) {
  Write("ca.crt", Bundle({Old()}));
  Write("deny.yaml", DenyListOf({"john"}));
  options_.revocation.deny_list_file = In("deny.yaml");
  Start();
  ASSERT_TRUE(files_->Reload().ok());
  ASSERT_TRUE(files_->Reload().ok());
  EXPECT_EQ(authenticator_.generation(), 1u);
  EXPECT_EQ(files_->status().loads, 1u);
}

TEST_F(X509FilesTest, DenyListIsInEffectWhenItHasChanged) {
  Write("ca.crt", Bundle({Old()}));
  Write("deny.yaml", DenyListOf({}));
  options_.revocation.deny_list_file = In("deny.yaml");
  Start();
  EXPECT_EQ(Who(Leaf("john", Old())), "john  []");
  Write("deny.yaml", DenyListOf({"john"}));
  WaitFor([](const X509FilesStatus& s) { return s.loads == 2; });
  EXPECT_EQ(WhyNot(Leaf("john", Old())), Reason::kRevoked);
  EXPECT_EQ(Who(Leaf("mary", Old())), "mary  []");
  // A list that is gone does not let anybody in again.
  ASSERT_EQ(std::remove(In("deny.yaml").c_str()), 0);
  WaitFor([](const X509FilesStatus& s) { return s.failures >= 1; });
  EXPECT_EQ(WhyNot(Leaf("john", Old())), Reason::kRevoked);
}

TEST_F(X509FilesTest, CrlIsInEffectWhenItHasChanged) {
  TestCertificate john = Leaf("john", Old());
  john.serial = "\x05";
  Write("ca.crt", Bundle({Old()}));
  Write("ca.crl", CrlOf(Old(), {}));
  options_.revocation.crl_files = {In("ca.crl")};
  Start();
  EXPECT_EQ(Who(john), "john  []");
  Write("ca.crl", CrlOf(Old(), {john.serial}));
  WaitFor([](const X509FilesStatus& s) { return s.loads == 2; });
  EXPECT_EQ(WhyNot(john), Reason::kRevoked);
}

TEST_F(X509FilesTest, CoverageIsRequiredEvenWhereThereIsNoList) {
  options_.revocation_options.require_coverage = true;
  Write("ca.crt", Bundle({Old()}));
  Start();
  EXPECT_EQ(WhyNot(Leaf("jane", Old())), Reason::kStale);
}

TEST_F(X509FilesTest, CrlsOfIntermediatesNeedTheirCertificates) {
  const TestCertificate intermediate = TestCa("intermediate", Old());
  Write("ca.crt", Bundle({Old()}));
  Write("ca.crl", CrlOf(intermediate, {}));
  options_.revocation.crl_files = {In("ca.crl")};
  EXPECT_EQ(ReasonOf(X509Files::Start(options_).status()),
            Reason::kUnknownAuthority);
  Write("intermediate.crt", Bundle({intermediate}));
  options_.intermediate_files = {In("intermediate.crt")};
  Start();
  const TestClient client({Leaf("jane", intermediate), intermediate});
  EXPECT_EQ(Describe(authenticator_.Authenticate(client.At(TestNow()))),
            "jane  []");
}

TEST_F(X509FilesTest, WhatCannotBeAppliedIsTriedAgain) {
  Write("ca.crt", Bundle({Old()}));
  Write("deny.yaml", DenyListOf({}));
  options_.revocation.deny_list_file = In("deny.yaml");
  bool refuse = false;
  options_.apply = [this, &refuse](X509Config config) {
    if (refuse) return absl::UnavailableError("not now");
    return authenticator_.Update(std::move(config));
  };
  options_.watch.debounce = absl::Hours(1);  // By hand only.
  Start();
  refuse = true;
  Write("deny.yaml", DenyListOf({"john"}));
  EXPECT_EQ(files_->Reload().message(), "not now");
  EXPECT_EQ(Who(Leaf("john", Old())), "john  []");
  refuse = false;
  ASSERT_TRUE(files_->Reload().ok());
  EXPECT_EQ(WhyNot(Leaf("john", Old())), Reason::kRevoked);
}

}  // namespace
}  // namespace gatehouse::authn
