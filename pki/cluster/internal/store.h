// Reading and writing the files of a cluster's directory.
#ifndef GATEHOUSE_PKI_CLUSTER_INTERNAL_STORE_H_
#define GATEHOUSE_PKI_CLUSTER_INTERNAL_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/secret.h"
#include "pki/ca/ca.h"
#include "pki/ca/issuer.h"
#include "pki/ca/journal.h"
#include "pki/certificate.h"
#include "pki/cluster/internal/directory_lock.h"
#include "pki/cluster/internal/kubeconfig_file.h"
#include "pki/cluster/layout.h"
#include "pki/private_key.h"

namespace gatehouse::pki::internal {

// StoredCa is a CA as it is on the disk.
struct StoredCa {
  const ClusterCa* ca = nullptr;
  std::vector<Certificate> bundle;  // "<base>.crt"; at least one.
  // The certificate of the bundle that "<base>.key" fits; absent: no key.
  absl::optional<CertificateAuthority> signer;
  // The same for "<base>-old.key".
  absl::optional<CertificateAuthority> old;

  std::string BundlePem() const;
  // Returns the certificate of the bundle that signed `certificate`.
  const Certificate* SignerOf(const Certificate& certificate) const;
};

// StoredLeaf is a leaf as it is on the disk.
struct StoredLeaf {
  Certificate certificate;
  absl::optional<PrivateKey> key;  // Absent: no file.
  // Of a kubeconfig; otherwise empty.
  KubeconfigFile kubeconfig;
};

// Store is a cluster's directory, opened. Names are paths inside it. For one
// thread; it must not outlive the directory's writer.
class Store {
 public:
  // Without a lock, for reading.
  explicit Store(const ClusterDirectory& directory) : directory_(directory) {}
  // Waits for the directory's lock, and opens the journal.
  static absl::StatusOr<std::unique_ptr<Store>> OpenLocked(
      const ClusterDirectory& directory);

  std::string Path(absl::string_view name) const;

  // Returns a file's contents; absent if there is no such file.
  absl::StatusOr<absl::optional<std::string>> Read(
      absl::string_view name) const;
  // The same for a private key in PEM.
  absl::StatusOr<absl::optional<PrivateKey>> ReadKey(
      absl::string_view name) const;
  // Errors: kNotFound for a missing certificate; kInvalid, with the name of
  // the file, for a CA that is none or whose key does not belong to it.
  absl::StatusOr<StoredCa> ReadCa(const ClusterCa& ca) const;
  // Absent: no certificate, or no kubeconfig. A kubeconfig must hold both.
  absl::StatusOr<absl::optional<StoredLeaf>> ReadLeaf(
      const ClusterCertificate& leaf) const;

  // Write, 0644 and 0600, unless the file says that already; replace what
  // differs. Names of files that were changed are kept.
  absl::Status Write(absl::string_view name, absl::string_view contents);
  absl::Status WriteSecret(absl::string_view name, const Secret& contents);
  // The same for a key. A file that holds it already, in whatever form, stays.
  absl::Status WriteKey(absl::string_view name, const PrivateKey& key);
  absl::Status Remove(absl::string_view name);
  // Writes a leaf: key, then certificate, or a kubeconfig that trusts `ca`.
  absl::Status WriteLeaf(const ClusterCertificate& leaf, const StoredCa& ca,
                         const Certificate& certificate, const PrivateKey& key,
                         const std::string& server);

  // Writes a kubeconfig: what else stands in one that is there stays.
  absl::Status WriteKubeconfig(const std::string& name,
                               const KubeconfigFile& file);

  const std::vector<std::string>& changed() const { return changed_; }
  // Only of OpenLocked.
  const std::shared_ptr<Journal>& journal() const { return journal_; }

 private:
  absl::Status WriteWithMode(absl::string_view name, absl::string_view contents,
                             int mode);
  absl::StatusOr<absl::optional<StoredLeaf>> ReadKubeconfigLeaf(
      const std::string& name) const;

  ClusterDirectory directory_;
  std::vector<std::string> changed_;
  std::shared_ptr<Journal> journal_;
  std::unique_ptr<DirectoryLock> lock_;
};

// Issues a leaf of the tree and writes it: journal, key, certificate, journal.
absl::Status IssueLeaf(Store* store, const ClusterCertificate& leaf,
                       const StoredCa& ca, const CertificateTemplate& request,
                       const PrivateKey& key, const std::string& server,
                       absl::Time now);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CLUSTER_INTERNAL_STORE_H_
