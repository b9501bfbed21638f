#include "pki/cluster/init.h"

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/ca/journal.h"
#include "pki/ca/testing/command.h"
#include "pki/certificate.h"
#include "pki/cluster/internal/store.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/testing/test_cluster.h"
#include "pki/extensions.h"
#include "pki/private_key.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/deny_list.h"

namespace gatehouse::pki {
namespace {

using testing::CrashingWriter;
using ::testing::ElementsAre;
using testing::GetFile;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PutFile;
using testing::TestCluster;
using ::testing::UnorderedElementsAre;

constexpr absl::Duration kYear = absl::Hours(24 * 365);

absl::StatusOr<InitReport> Init(
    const TestCluster& cluster,
    const InitOptions& options = TestCluster::Options(),
    absl::Time now = TestCluster::kNow) {
  return InitCluster(cluster.directory(), options, now);
}

const char* const kPublicFiles[] = {
    "ca.crt",
    "ca.crl",
    "apiserver.crt",
    "apiserver-etcd-client.crt",
    "apiserver-kubelet-client.crt",
    "front-proxy-ca.crt",
    "front-proxy-ca.crl",
    "front-proxy-client.crt",
    "etcd/ca.crt",
    "etcd/ca.crl",
    "etcd/healthcheck-client.crt",
    "etcd/peer.crt",
    "etcd/server.crt",
    "sa.pub",
    "revoked.yaml",
};
const char* const kSecretFiles[] = {
    "ca.key",
    "apiserver.key",
    "apiserver-etcd-client.key",
    "apiserver-kubelet-client.key",
    "front-proxy-ca.key",
    "front-proxy-client.key",
    "etcd/ca.key",
    "etcd/healthcheck-client.key",
    "etcd/peer.key",
    "etcd/server.key",
    "sa.key",
    "admin.conf",
    "super-admin.conf",
    "controller-manager.conf",
    "scheduler.conf",
    "kubelet.conf",
    "journal.db",
    ".lock",
};

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST(InitCluster, MakesEveryFileWithItsMode) {
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{077}}) {
    const mode_t before = umask(mask);
    const TestCluster cluster;
    umask(before);
    std::set<std::string> files;
    for (const char* name : kPublicFiles) {
      EXPECT_EQ(ModeOf(cluster.Path(name)), 0644U) << name;
      files.insert(name);
    }
    for (const char* name : kSecretFiles) {
      EXPECT_EQ(ModeOf(cluster.Path(name)), 0600U) << name;
      files.insert(name);
    }
    std::set<std::string> present;
    for (const auto& file : cluster.Files()) present.insert(file.first);
    EXPECT_EQ(present, files);
  }
}

TEST(InitCluster, LeavesSayWhatTheyShould) {
  const TestCluster cluster;
  const std::vector<std::string> api_dns = {
      "node-1",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
      "api.example.com"};
  const std::string loopback6 = std::string(15, '\0') + '\1';
  for (const ClusterCertificate& leaf : ClusterCertificates("node-1")) {
    SCOPED_TRACE(leaf.name);
    const internal::StoredLeaf stored = cluster.Leaf(leaf.name);
    const Certificate& certificate = stored.certificate;
    EXPECT_EQ(certificate.subject().common_name(), leaf.common_name);
    EXPECT_EQ(certificate.subject().organizations(), leaf.organizations);
    EXPECT_EQ(certificate.extensions().extended_key_usages,
              leaf.extended_key_usages);
    EXPECT_EQ(certificate.extensions().key_usage, kDigitalSignature);
    EXPECT_FALSE(certificate.extensions().basic_constraints->is_ca);
    EXPECT_EQ(certificate.not_before(), TestCluster::kNow - absl::Minutes(5));
    EXPECT_EQ(certificate.not_after(), TestCluster::kNow + kYear);
    EXPECT_NE(cluster.Ca(leaf.ca_name).SignerOf(certificate), nullptr);
    EXPECT_EQ(stored.key->public_key(), certificate.public_key());
    const auto& names = certificate.extensions().subject_alt_names;
    switch (leaf.alt_names) {
      case ClusterCertificate::AltNames::kNone:
        EXPECT_FALSE(names.has_value());
        break;
      case ClusterCertificate::AltNames::kApiServer:
        EXPECT_THAT(names->dns, ::testing::UnorderedElementsAreArray(api_dns));
        EXPECT_THAT(
            names->ips,
            UnorderedElementsAre(
                std::string("\x0a\x60\0\1", 4), std::string("\xc0\0\2\1", 4),
                std::string("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16)));
        break;
      case ClusterCertificate::AltNames::kEtcd:
        EXPECT_THAT(names->dns, UnorderedElementsAre("node-1", "localhost"));
        EXPECT_THAT(names->ips, UnorderedElementsAre(
                                    std::string("\xc0\0\2\1", 4),
                                    std::string("\x7f\0\0\1", 4), loopback6));
        break;
    }
    if (leaf.is_kubeconfig()) {
      EXPECT_EQ(stored.kubeconfig.server, "https://192.0.2.1:6443");
      EXPECT_EQ(stored.kubeconfig.ca_pem, GetFile(cluster.Path("ca.crt")));
      EXPECT_EQ(stored.kubeconfig.user, leaf.common_name);
    }
  }
}

TEST(InitCluster, CasCrlsAndOurFiles) {
  const TestCluster cluster;
  for (const ClusterCa& ca : ClusterCas()) {
    SCOPED_TRACE(ca.name);
    const internal::StoredCa stored = cluster.Ca(ca.name);
    ASSERT_EQ(stored.bundle.size(), 1U);
    const Certificate& certificate = stored.bundle.front();
    EXPECT_EQ(certificate.subject().common_name(), ca.common_name);
    EXPECT_EQ(certificate.not_after(), TestCluster::kNow + 10 * kYear);
    EXPECT_TRUE(stored.signer.has_value());
    const std::string path = cluster.Path(absl::StrCat(ca.base, ".crl"));
    const absl::StatusOr<std::vector<Crl>> crls =
        Crl::FromPem(GetFile(path), path);
    ASSERT_TRUE(crls.ok()) << crls.status();
    ASSERT_EQ(crls->size(), 1U);
    EXPECT_EQ(crls->front().info().entry_count, 0U);
    EXPECT_EQ(crls->front().info().this_update, TestCluster::kNow);
    EXPECT_EQ(crls->front().info().next_update,
              TestCluster::kNow + absl::Hours(24 * 30));
    EXPECT_TRUE(crls->front().CheckSignature(certificate.public_key()).ok());
  }
  const auto deny_list =
      DenyList::Parse(GetFile(cluster.Path(kRevokedFile)), "revoked.yaml");
  ASSERT_TRUE(deny_list.ok()) << deny_list.status();
  EXPECT_THAT((*deny_list)->entries(), IsEmpty());
  const PrivateKey sa =
      *PrivateKey::FromPem(GetFile(cluster.Path(kServiceAccountKey)));
  EXPECT_EQ(GetFile(cluster.Path(kServiceAccountPublicKey)),
            sa.public_key().ToPem());
}

TEST(InitCluster, EveryCertificateIsInTheJournal) {
  const TestCluster cluster;
  std::map<std::string, Certificate> journal;
  for (const JournalEntry& entry : cluster.Journal()) {
    EXPECT_EQ(entry.state, JournalEntry::State::kHandedOut);
    EXPECT_TRUE(journal.emplace(entry.signer_name, entry.certificate).second);
  }
  for (const ClusterCa& ca : ClusterCas()) {
    EXPECT_EQ(journal.at(TreeSignerName(ca.name)),
              cluster.Ca(ca.name).bundle.front());
  }
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    EXPECT_EQ(journal.at(TreeSignerName(leaf.name)),
              cluster.Leaf(leaf.name).certificate);
  }
  EXPECT_EQ(journal.size(),
            ClusterCas().size() + ClusterCertificates("").size());
}

TEST(InitCluster, ASecondRunChangesNoByte) {
  const TestCluster cluster(TestCluster::Contents::kNothing);
  const absl::StatusOr<InitReport> first = Init(cluster);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->kept, IsEmpty());
  const auto files = cluster.Files();
  const std::string journal = GetFile(cluster.Path(kJournalFile));
  const absl::StatusOr<InitReport> second =
      Init(cluster, TestCluster::Options(), TestCluster::kNow + kYear / 2);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(second->created, IsEmpty());
  EXPECT_THAT(second->kept,
              ::testing::UnorderedElementsAreArray(first->created));
  EXPECT_EQ(cluster.Files(), files);
  EXPECT_EQ(GetFile(cluster.Path(kJournalFile)), journal);
}

TEST(InitCluster, CreatesWhatIsMissing) {
  const struct {
    std::vector<const char*> removed;
    std::vector<const char*> changed;  // Beyond what was removed.
  } kCases[] = {
      {{"apiserver.crt", "apiserver.key"}, {}},
      {{"apiserver.crt"}, {}},
      {{"admin.conf"}, {}},
      {{"sa.pub"}, {}},
      {{"sa.key"}, {"sa.pub"}},
      {{"ca.crl"}, {}},
      {{"revoked.yaml"}, {}},
      {{"etcd/server.crt", "etcd/server.key", "etcd/ca.crl"}, {}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.removed.front());
    const TestCluster cluster;
    auto before = cluster.Files();
    for (const char* name : c.removed) {
      std::filesystem::remove(cluster.Path(name));
    }
    const absl::StatusOr<InitReport> report = Init(cluster);
    ASSERT_TRUE(report.ok()) << report.status();
    auto after = cluster.Files();
    for (const char* name : c.removed) {
      EXPECT_EQ(after.count(name), 1U) << name;
      before.erase(name);
      after.erase(name);
    }
    for (const char* name : c.changed) {
      EXPECT_NE(before[name], after[name]);
      before.erase(name);
      after.erase(name);
    }
    before.erase(kJournalFile);
    after.erase(kJournalFile);
    EXPECT_EQ(after, before);
  }
}

TEST(InitCluster, UsesAKeyThatIsThere) {
  const TestCluster cluster;
  const std::string key = GetFile(cluster.Path("apiserver.key"));
  const std::string ca_key = GetFile(cluster.Path("front-proxy-ca.key"));
  std::filesystem::remove(cluster.Path("apiserver.crt"));
  for (const char* name :
       {"front-proxy-ca.crt", "front-proxy-ca.crl", "front-proxy-client.crt"}) {
    std::filesystem::remove(cluster.Path(name));
  }
  ASSERT_TRUE(Init(cluster).ok());
  EXPECT_EQ(GetFile(cluster.Path("apiserver.key")), key);
  EXPECT_EQ(GetFile(cluster.Path("front-proxy-ca.key")), ca_key);
  EXPECT_EQ(cluster.Leaf("apiserver").key->public_key(),
            cluster.Leaf("apiserver").certificate.public_key());
}

TEST(InitCluster, ForceMakesEverythingAnew) {
  const TestCluster cluster;
  const auto before = cluster.Files();
  InitOptions options = TestCluster::Options();
  options.force = true;
  const absl::StatusOr<InitReport> report = Init(cluster, options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->kept, ElementsAre(kRevokedFile));
  const auto after = cluster.Files();
  for (const auto& file : before) {
    if (file.first == kRevokedFile || file.first == ".lock") {
      EXPECT_EQ(after.at(file.first), file.second) << file.first;
    } else {
      EXPECT_NE(after.at(file.first), file.second) << file.first;
    }
  }
  EXPECT_EQ(after.size(), before.size());
  EXPECT_EQ(cluster.Journal().size(),
            2 * (ClusterCas().size() + ClusterCertificates("").size()));
  EXPECT_TRUE(Init(cluster).ok());
}

TEST(InitCluster, RefusesWhatIsThereAndWrong) {
  const struct {
    const char* name;
    std::function<void(const TestCluster&)> damage;
    Reason reason;
    const char* text;
  } kCases[] = {
      {"a leaf of another CA",
       [](const TestCluster& c) {
         PutFile(c.Path("apiserver.crt"), GetFile(c.Path("etcd/server.crt")));
       },
       Reason::kInvalid, "apiserver.crt: not signed by ca"},
      {"a leaf of another purpose",
       [](const TestCluster& c) {
         for (const char* end : {".crt", ".key"}) {
           PutFile(
               c.Path(absl::StrCat("apiserver", end)),
               GetFile(c.Path(absl::StrCat("apiserver-kubelet-client", end))));
         }
       },
       Reason::kInvalid, "apiserver.crt: it lacks the extended key usage"},
      {"another's key",
       [](const TestCluster& c) {
         PutFile(c.Path("apiserver.key"), GetFile(c.Path("sa.key")));
       },
       Reason::kInvalid, "apiserver.crt: the key beside it is another's"},
      {"no key",
       [](const TestCluster& c) {
         std::filesystem::remove(c.Path("apiserver.key"));
       },
       Reason::kInvalid, "apiserver.crt: its key is missing"},
      {"a CA's key that is another's",
       [](const TestCluster& c) {
         PutFile(c.Path("ca.key"), GetFile(c.Path("sa.key")));
       },
       Reason::kInvalid, "ca.key: the key belongs to no certificate"},
      {"a CA that is none",
       [](const TestCluster& c) {
         PutFile(c.Path("ca.crt"), GetFile(c.Path("apiserver.crt")));
       },
       Reason::kInvalid, "ca.crt: \"CN=kube-apiserver\" is not a CA"},
      {"a CA's certificate that is garbage",
       [](const TestCluster& c) { PutFile(c.Path("ca.crt"), "garbage"); },
       Reason::kMalformed, "ca.crt"},
      {"a kubeconfig that trusts another CA",
       [](const TestCluster& c) {
         PutFile(c.Path("ca.crt"),
                 absl::StrCat(GetFile(c.Path("ca.crt")),
                              GetFile(c.Path("etcd/ca.crt"))));
       },
       Reason::kInvalid, "admin.conf: it does not trust what ca.crt says"},
      {"a kubeconfig that is garbage",
       [](const TestCluster& c) { PutFile(c.Path("admin.conf"), "a: ["); },
       Reason::kMalformed, "admin.conf"},
      {"a deny list that is garbage",
       [](const TestCluster& c) { PutFile(c.Path("revoked.yaml"), "a: ["); },
       Reason::kMalformed, "revoked.yaml"},
      {"a journal that is garbage",
       [](const TestCluster& c) {
         PutFile(c.Path("journal.db"), std::string(4096, 'x'));
       },
       Reason::kMalformed, "journal.db"},
      {"a leaf missing without the CA's key",
       [](const TestCluster& c) {
         std::filesystem::remove(c.Path("etcd/ca.key"));
         std::filesystem::remove(c.Path("etcd/peer.crt"));
       },
       Reason::kNotFound, "without the key of etcd-ca"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const TestCluster cluster;
    c.damage(cluster);
    const std::string ca = GetFile(cluster.Path("ca.crt"));
    const absl::Status status = Init(cluster).status();
    EXPECT_EQ(GetFile(cluster.Path("ca.crt")), ca);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(ReasonOf(status), c.reason) << status;
    EXPECT_THAT(status.message(), HasSubstr(cluster.Path("")));
    EXPECT_THAT(status.message(), HasSubstr(c.text));
    EXPECT_THAT(status.message(), Not(HasSubstr("PRIVATE KEY")));
  }
}

TEST(InitCluster, RefusesOtherNamesThanThoseThere) {
  const TestCluster cluster;
  InitOptions options = TestCluster::Options();
  options.names.extra_sans.push_back("more.example.com");
  EXPECT_THAT(Init(cluster, options).status().message(),
              HasSubstr("lacks names or addresses"));
  options = TestCluster::Options();
  options.server = "https://api.example.com:6443";
  EXPECT_THAT(Init(cluster, options).status().message(),
              HasSubstr("its server is not https://api.example.com:6443"));
}

TEST(InitCluster, RefusesExpiredLeaves) {
  const TestCluster cluster;
  const absl::Status status = Init(cluster, TestCluster::Options(),
                                   TestCluster::kNow + kYear + absl::Seconds(1))
                                  .status();
  EXPECT_EQ(ReasonOf(status), Reason::kExpired) << status;
  EXPECT_TRUE(
      Init(cluster, TestCluster::Options(), TestCluster::kNow + kYear).ok());
}

TEST(InitCluster, ACaMayBeManagedElsewhere) {
  const TestCluster cluster;
  for (const ClusterCa& ca : ClusterCas()) {
    std::filesystem::remove(cluster.Path(absl::StrCat(ca.base, ".key")));
  }
  std::filesystem::remove(cluster.Path("apiserver.key"));
  const auto files = cluster.Files();
  const absl::StatusOr<InitReport> report = Init(cluster);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->created, IsEmpty());
  EXPECT_EQ(cluster.Files(), files);
}

TEST(InitCluster, ChecksItsOptionsFirst) {
  const struct {
    const char* name;
    std::function<void(InitOptions*)> change;
    const char* text;
  } kCases[] = {
      {"no node", [](InitOptions* o) { o->names.node_name = ""; },
       "node name: \"\" is not a DNS name"},
      {"upper case", [](InitOptions* o) { o->names.node_name = "Node"; },
       "node name"},
      {"hyphen at the end", [](InitOptions* o) { o->names.node_name = "n-"; },
       "node name"},
      {"a long label",
       [](InitOptions* o) { o->names.node_name = std::string(64, 'a'); },
       "node name"},
      {"empty label", [](InitOptions* o) { o->names.node_name = "a..b"; },
       "node name"},
      {"no address", [](InitOptions* o) { o->names.advertise_address = ""; },
       "advertise address: \"\" is not an IP address"},
      {"a name for an address",
       [](InitOptions* o) { o->names.service_address = "svc"; },
       "service address"},
      {"IPv4 of 5",
       [](InitOptions* o) { o->names.service_address = "1.2.3.4.5"; },
       "service address"},
      {"domain", [](InitOptions* o) { o->names.dns_domain = "cluster local"; },
       "dns domain"},
      {"extra", [](InitOptions* o) { o->names.extra_sans = {"a b"}; },
       "extra SAN: \"a b\""},
      {"lifetime",
       [](InitOptions* o) { o->certificate_lifetime = absl::ZeroDuration(); },
       "lifetime"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const TestCluster cluster(TestCluster::Contents::kNothing);
    InitOptions options = TestCluster::Options();
    c.change(&options);
    const absl::Status status = Init(cluster, options).status();
    EXPECT_EQ(ReasonOf(status), Reason::kInvalid) << status;
    EXPECT_THAT(status.message(), HasSubstr(c.text));
    EXPECT_THAT(cluster.Files(), IsEmpty());
  }
}

TEST(InitCluster, WildcardsAndIpv6) {
  const TestCluster cluster(TestCluster::Contents::kNothing);
  InitOptions options = TestCluster::Options();
  options.names.extra_sans = {"*.example.com", "node-1"};
  options.names.advertise_address = "2001:db8::7";
  ASSERT_TRUE(Init(cluster, options).ok());
  const internal::StoredLeaf leaf = cluster.Leaf("apiserver");
  const auto& names = leaf.certificate.extensions().subject_alt_names->dns;
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(),
            names.size());
  EXPECT_THAT(names, ::testing::Contains("*.example.com"));
  EXPECT_EQ(cluster.Leaf("admin.conf").kubeconfig.server,
            "https://[2001:db8::7]:6443");
}

TEST(InitCluster, EveryKindOfKey) {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kRsa2048, KeyAlgorithm::kEd25519}) {
    const TestCluster cluster(TestCluster::Contents::kNothing);
    InitOptions options = TestCluster::Options();
    options.key_algorithm = algorithm;
    const absl::StatusOr<InitReport> report = Init(cluster, options);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(cluster.Leaf("apiserver").certificate.public_key().ToString(),
              KeyAlgorithmName(algorithm));
    const bool rsa = algorithm == KeyAlgorithm::kRsa2048;
    EXPECT_EQ(*cluster.Leaf("apiserver").certificate.extensions().key_usage,
              kDigitalSignature | (rsa ? kKeyEncipherment : 0));
  }
}

// Wherever it stops, the next run finishes, and touches nothing that was done.
TEST(InitCluster, GoesOnAfterACrashAnywhere) {
  for (int writes = 0;; ++writes) {
    SCOPED_TRACE(writes);
    const TestCluster cluster(TestCluster::Contents::kNothing);
    CrashingWriter writer(writes);
    const absl::Status status =
        InitCluster(cluster.directory(&writer), TestCluster::Options(),
                    TestCluster::kNow)
            .status();
    EXPECT_EQ(status.ok(), !writer.crashed());
    auto before = cluster.Files();
    before.erase(kJournalFile);
    ASSERT_TRUE(Init(cluster).ok());
    const auto after = cluster.Files();
    for (const auto& file : before) {
      EXPECT_EQ(after.at(file.first), file.second) << file.first;
    }
    EXPECT_EQ(after.size(), std::size(kPublicFiles) + std::size(kSecretFiles));
    if (!writer.crashed()) {
      EXPECT_GT(writes, 30);
      return;
    }
  }
}

}  // namespace
}  // namespace gatehouse::pki
