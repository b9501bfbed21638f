// The certificates of a cluster and the files they are in, as kubeadm has them.
#ifndef GATEHOUSE_PKI_CLUSTER_LAYOUT_H_
#define GATEHOUSE_PKI_CLUSTER_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "pki/cluster/tree_writer.h"

namespace gatehouse::pki {

// ClusterDirectory is where a cluster's certificates are, and what writes
// there. `writer` must outlive every call that is given the directory.
struct ClusterDirectory {
  std::string path;
  TreeWriter* writer = &TreeWriter::System();
};

// ClusterCa is a certificate authority of the tree. Its files are
// "<base>.crt", "<base>.key" and "<base>.crl".
struct ClusterCa {
  std::string name;  // As kubeadm's table: "ca", "etcd-ca", "front-proxy-ca".
  std::string base;  // "ca", "etcd/ca", "front-proxy-ca".
  std::string common_name;
};

// ClusterNames are the names and addresses that certificates of the tree bear.
struct ClusterNames {
  std::string node_name;          // Lower case, as kubeadm takes it.
  std::string advertise_address;  // IPv4 or IPv6, as text.
  // The first address of the service range; kubeadm's default.
  std::string service_address = "10.96.0.1";
  std::string dns_domain = "cluster.local";
  std::vector<std::string> extra_sans;  // For apiserver: IPs and DNS names.
};

// ClusterCertificate is a leaf of the tree: "<base>.crt" and "<base>.key", or
// a kubeconfig "<name>" that holds both.
struct ClusterCertificate {
  // Names that a certificate bears beside its subject.
  enum class AltNames : uint8_t { kNone, kApiServer, kEtcd };

  std::string name;     // As kubeadm's table: "apiserver", "admin.conf" ...
  std::string base;     // "apiserver", "etcd/server"; "" for a kubeconfig.
  std::string ca_name;  // Of ClusterCa.
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> extended_key_usages;  // OIDs.
  AltNames alt_names = AltNames::kNone;

  bool is_kubeconfig() const { return base.empty(); }
};

// Files of the tree that are neither.
inline constexpr char kServiceAccountKey[] = "sa.key";
inline constexpr char kServiceAccountPublicKey[] = "sa.pub";
// Ours: what has been taken back, and what has been issued.
inline constexpr char kRevokedFile[] = "revoked.yaml";
inline constexpr char kJournalFile[] = "journal.db";

// Returns the CAs, in the order of kubeadm's table.
absl::Span<const ClusterCa> ClusterCas();

// Returns the CA called `name`; null if there is none.
const ClusterCa* FindClusterCa(absl::string_view name);

// Returns the leaves, in the order of kubeadm's table, for a node of this
// name: etcd's certificates and kubelet.conf bear it (Kubernetes behaviour,
// kubeadm 1.29 and newer: groups are kubeadm:cluster-admins, and
// system:masters in super-admin.conf only).
std::vector<ClusterCertificate> ClusterCertificates(
    absl::string_view node_name);

// Returns the name that the journal has for the issues of a leaf or CA of the
// tree, "pki.gatehouse.dev/<name>". A newer one takes the place of an older
// one.
std::string TreeSignerName(absl::string_view name);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_LAYOUT_H_
