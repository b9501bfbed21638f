// The tree in openssl's eyes.
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/testing/command.h"
#include "pki/certificate.h"
#include "pki/cluster/init.h"
#include "pki/cluster/internal/store.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/revoke.h"
#include "pki/cluster/rotate_ca.h"
#include "pki/cluster/testing/test_cluster.h"
#include "pki/extensions.h"
#include "pki/private_key.h"

namespace gatehouse::pki {
namespace {

using testing::CommandResult;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::RunCommand;
using testing::TestCluster;

// openssl's clock is the system's, and so is this tree's.
class OpensslTest : public ::testing::TestWithParam<KeyAlgorithm> {
 protected:
  OpensslTest() : cluster_(TestCluster::Contents::kNothing) {
    InitOptions options = TestCluster::Options();
    options.key_algorithm = GetParam();
    const absl::StatusOr<InitReport> report =
        InitCluster(cluster_.directory(), options, now_);
    EXPECT_TRUE(report.ok()) << report.status();
  }

  CommandResult Run(const std::string& arguments) const {
    return RunCommand(cluster_.Path(""), absl::StrCat("openssl ", arguments));
  }

  // Expects success, returns what openssl says.
  std::string Openssl(const std::string& arguments) const {
    const CommandResult result = Run(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments << "\n" << result.output;
    return result.output;
  }

  // Writes the certificate and key of a leaf where openssl can read them, and
  // returns the files' base.
  std::string Extract(const ClusterCertificate& leaf) const {
    if (!leaf.is_kubeconfig()) return leaf.base;
    const internal::StoredLeaf stored = cluster_.Leaf(leaf.name);
    PutFile(cluster_.Path(absl::StrCat(leaf.name, ".crt")),
            stored.kubeconfig.certificate_pem);
    PutFile(cluster_.Path(absl::StrCat(leaf.name, ".key")),
            stored.kubeconfig.key_pem.Reveal(SecretAccess::Get()));
    return leaf.name;
  }

  const absl::Time now_ = absl::Now();
  const TestCluster cluster_;
};

TEST_P(OpensslTest, EveryLeafVerifiesForItsPurposeOnly) {
  const std::map<std::string, std::string> kPurposes = {
      {kServerAuth, "sslserver"}, {kClientAuth, "sslclient"}};
  for (const ClusterCertificate& leaf : ClusterCertificates("node-1")) {
    SCOPED_TRACE(leaf.name);
    const std::string base = Extract(leaf);
    const std::string& ca = FindClusterCa(leaf.ca_name)->base;
    for (const auto& [usage, purpose] : kPurposes) {
      const bool wanted = ::testing::Value(leaf.extended_key_usages,
                                           ::testing::Contains(usage));
      const CommandResult result = Run(absl::StrCat(
          "verify -x509_strict -crl_check -CRLfile ", ca, ".crl -purpose ",
          purpose, " -CAfile ", ca, ".crt ", base, ".crt"));
      EXPECT_EQ(result.exit_code == 0, wanted) << purpose << result.output;
    }
    for (const ClusterCa& other : ClusterCas()) {
      if (other.name == leaf.ca_name) continue;
      EXPECT_NE(Run(absl::StrCat("verify -CAfile ", other.base, ".crt ", base,
                                 ".crt"))
                    .exit_code,
                0);
    }
    EXPECT_EQ(Openssl(absl::StrCat("x509 -noout -pubkey -in ", base, ".crt")),
              Openssl(absl::StrCat("pkey -pubout -in ", base, ".key")));
  }
}

TEST_P(OpensslTest, NamesOfTheServers) {
  const struct {
    const char* base;
    const char* check;
    bool ok;
  } kCases[] = {
      {"apiserver", "-verify_hostname kubernetes.default.svc", true},
      {"apiserver", "-verify_hostname kubernetes.default.svc.cluster.local",
       true},
      {"apiserver", "-verify_hostname node-1", true},
      {"apiserver", "-verify_hostname api.example.com", true},
      {"apiserver", "-verify_hostname other.example.com", false},
      {"apiserver", "-verify_ip 10.96.0.1", true},
      {"apiserver", "-verify_ip 192.0.2.1", true},
      {"apiserver", "-verify_ip 2001:db8::1", true},
      {"apiserver", "-verify_ip 127.0.0.1", false},
      {"etcd/server", "-verify_hostname localhost", true},
      {"etcd/server", "-verify_ip ::1", true},
      {"etcd/peer", "-verify_ip 127.0.0.1", true},
      {"etcd/peer", "-verify_hostname kubernetes", false},
  };
  for (const auto& c : kCases) {
    const bool etcd = absl::string_view(c.base) != "apiserver";
    const CommandResult result =
        Run(absl::StrCat("verify -CAfile ", etcd ? "etcd/" : "", "ca.crt ",
                         c.check, " ", c.base, ".crt"));
    EXPECT_EQ(result.exit_code == 0, c.ok)
        << c.base << " " << c.check << result.output;
  }
}

TEST_P(OpensslTest, CasCrlsAndServiceAccountKeys) {
  for (const ClusterCa& ca : ClusterCas()) {
    const std::string text =
        Openssl(absl::StrCat("x509 -noout -text -in ", ca.base, ".crt"));
    EXPECT_THAT(text,
                HasSubstr(absl::StrCat("Subject: CN = ", ca.common_name)));
    EXPECT_THAT(text, HasSubstr("CA:TRUE"));
    EXPECT_THAT(text, HasSubstr("Certificate Sign, CRL Sign"));
    const std::string crl = Openssl(absl::StrCat(
        "crl -noout -text -CAfile ", ca.base, ".crt -in ", ca.base, ".crl"));
    EXPECT_THAT(crl, HasSubstr("verify OK"));
    EXPECT_THAT(crl, HasSubstr("No Revoked Certificates."));
  }
  EXPECT_EQ(Openssl("pkey -pubout -in sa.key"),
            Openssl("pkey -pubin -in sa.pub"));
}

TEST_P(OpensslTest, Revoked) {
  const Certificate john = cluster_.IssueFor("john", now_);
  PutFile(cluster_.Path("john.crt"), john.ToPem());
  const std::string verify =
      "verify -crl_check -CRLfile ca.crl -CAfile ca.crt john.crt";
  Openssl(verify);
  ASSERT_TRUE(
      RevokeCertificate(cluster_.directory(), john, "keyCompromise", now_)
          .ok());
  const CommandResult result = Run(verify);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("certificate revoked"));
  EXPECT_THAT(Openssl("crl -noout -text -in ca.crl"),
              HasSubstr("Key Compromise"));
}

TEST_P(OpensslTest, BothCasOfARotation) {
  const Certificate before = cluster_.IssueFor("john", now_);
  ASSERT_TRUE(
      RotateCa(cluster_.directory(), RotationStep::kTrustBoth, {}, now_).ok());
  const Certificate after = cluster_.IssueFor("mary", now_);
  PutFile(cluster_.Path("john.crt"), before.ToPem());
  PutFile(cluster_.Path("mary.crt"), after.ToPem());
  Openssl("verify -x509_strict -CAfile ca.crt john.crt mary.crt");
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, OpensslTest,
    ::testing::Values(KeyAlgorithm::kRsa2048, KeyAlgorithm::kEcdsaP256,
                      KeyAlgorithm::kEd25519),
    [](const ::testing::TestParamInfo<KeyAlgorithm>& info) {
      return absl::StrReplaceAll(KeyAlgorithmName(info.param), {{"-", "_"}});
    });

}  // namespace
}  // namespace gatehouse::pki
