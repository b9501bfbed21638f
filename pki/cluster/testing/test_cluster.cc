#include "pki/cluster/testing/test_cluster.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/ca/issuer.h"
#include "pki/ca/testing/command.h"
#include "pki/cluster/sign.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"

namespace gatehouse::pki::testing {

bool CrashingWriter::Spend() {
  if (left_ == 0) {
    crashed_ = true;
    return false;
  }
  --left_;
  return true;
}

absl::Status CrashingWriter::Write(const std::string& path,
                                   absl::string_view contents,
                                   const WriteOptions& options) {
  if (!Spend()) return absl::AbortedError("crash");
  return TreeWriter::System().Write(path, contents, options);
}

absl::Status CrashingWriter::Remove(const std::string& path) {
  if (!Spend()) return absl::AbortedError("crash");
  return TreeWriter::System().Remove(path);
}

const absl::Time TestCluster::kNow = absl::FromUnixSeconds(1'800'000'000);

InitOptions TestCluster::Options() {
  InitOptions options;
  options.names.node_name = "node-1";
  options.names.advertise_address = "192.0.2.1";
  options.names.extra_sans = {"api.example.com", "2001:db8::1"};
  options.key_algorithm = KeyAlgorithm::kEcdsaP256;
  return options;
}

TestCluster::TestCluster(Contents contents) : path_(MakeTestDirectory()) {
  if (contents == Contents::kNothing) return;
  const absl::StatusOr<InitReport> report =
      InitCluster(directory(), Options(), kNow);
  EXPECT_TRUE(report.ok()) << report.status();
}

ClusterDirectory TestCluster::directory() const {
  return directory(&TreeWriter::System());
}

ClusterDirectory TestCluster::directory(TreeWriter* writer) const {
  return {path_, writer};
}

std::string TestCluster::Path(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

std::map<std::string, std::string> TestCluster::Files() const {
  std::map<std::string, std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(path_)) {
    if (!entry.is_regular_file()) continue;
    const std::string name =
        std::filesystem::relative(entry.path(), path_).string();
    if (absl::StartsWith(name, kJournalFile)) continue;
    files[name] = GetFile(entry.path().string());
  }
  if (!std::filesystem::exists(Path(kJournalFile))) return files;
  for (const JournalEntry& entry : Journal()) {
    absl::StrAppend(&files[kJournalFile], entry.certificate.CredentialId(), " ",
                    static_cast<int>(entry.state), "\n");
  }
  return files;
}

std::vector<JournalEntry> TestCluster::Journal() const {
  const absl::StatusOr<std::unique_ptr<pki::Journal>> journal =
      pki::Journal::Open(Path(kJournalFile));
  EXPECT_TRUE(journal.ok()) << journal.status();
  absl::StatusOr<std::vector<JournalEntry>> entries = (*journal)->List({});
  EXPECT_TRUE(entries.ok()) << entries.status();
  return *std::move(entries);
}

internal::StoredCa TestCluster::Ca(absl::string_view name) const {
  absl::StatusOr<internal::StoredCa> ca =
      internal::Store(directory()).ReadCa(*FindClusterCa(name));
  EXPECT_TRUE(ca.ok()) << ca.status();
  return *std::move(ca);
}

internal::StoredLeaf TestCluster::Leaf(absl::string_view name) const {
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    if (leaf.name != name) continue;
    absl::StatusOr<absl::optional<internal::StoredLeaf>> stored =
        internal::Store(directory()).ReadLeaf(leaf);
    EXPECT_TRUE(stored.ok()) << stored.status();
    EXPECT_TRUE(stored->has_value()) << name;
    return **std::move(stored);
  }
  ADD_FAILURE() << "no leaf " << name;
  return {Ca().bundle.front(), absl::nullopt, {}};
}

Certificate TestCluster::IssueFor(const std::string& user, absl::Time now,
                                  absl::Duration lifetime) const {
  const absl::StatusOr<JournaledIssuer> issuer =
      OpenIssuer(directory(), "kubernetes.io/kube-apiserver-client");
  EXPECT_TRUE(issuer.ok()) << issuer.status();
  CertificateTemplate request;
  request.subject = DistinguishedName::ForUser(user, {"dev"});
  request.not_before = now;
  request.not_after = now + lifetime;
  request.key_usage = kDigitalSignature;
  request.extended_key_usages = {kClientAuth};
  const absl::StatusOr<PrivateKey> key =
      PrivateKey::Generate(KeyAlgorithm::kEcdsaP256);
  absl::StatusOr<Certificate> certificate =
      issuer->Issue(key->public_key(), request, now);
  EXPECT_TRUE(certificate.ok()) << certificate.status();
  const absl::Status status = issuer->HandOut(
      *certificate, [](const Certificate&) { return absl::OkStatus(); });
  EXPECT_TRUE(status.ok()) << status;
  return *std::move(certificate);
}

}  // namespace gatehouse::pki::testing
