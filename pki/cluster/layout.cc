#include "pki/cluster/layout.h"

#include "absl/strings/str_cat.h"
#include "pki/extensions.h"

namespace gatehouse::pki {
namespace {

constexpr char kAdmins[] = "kubeadm:cluster-admins";

}  // namespace

absl::Span<const ClusterCa> ClusterCas() {
  static const auto* const cas = new std::vector<ClusterCa>{
      {"ca", "ca", "kubernetes"},
      {"etcd-ca", "etcd/ca", "etcd-ca"},
      {"front-proxy-ca", "front-proxy-ca", "front-proxy-ca"},
  };
  return *cas;
}

const ClusterCa* FindClusterCa(absl::string_view name) {
  for (const ClusterCa& ca : ClusterCas()) {
    if (ca.name == name) return &ca;
  }
  return nullptr;
}

// Long because it is a table: a row for each certificate.
std::vector<ClusterCertificate> ClusterCertificates(
    absl::string_view node_name) {
  const std::string node(node_name);
  const std::string kubelet = absl::StrCat("system:node:", node);
  const std::vector<std::string> client = {kClientAuth};
  const std::vector<std::string> server = {kServerAuth};
  const std::vector<std::string> both = {kServerAuth, kClientAuth};
  constexpr auto kNone = ClusterCertificate::AltNames::kNone;
  constexpr auto kApi = ClusterCertificate::AltNames::kApiServer;
  constexpr auto kEtcd = ClusterCertificate::AltNames::kEtcd;
  return {
      {"admin.conf", "", "ca", "kubernetes-admin", {kAdmins}, client, kNone},
      {"apiserver", "apiserver", "ca", "kube-apiserver", {}, server, kApi},
      {"apiserver-etcd-client",
       "apiserver-etcd-client",
       "etcd-ca",
       "kube-apiserver-etcd-client",
       {},
       client,
       kNone},
      {"apiserver-kubelet-client",
       "apiserver-kubelet-client",
       "ca",
       "kube-apiserver-kubelet-client",
       {kAdmins},
       client,
       kNone},
      {"controller-manager.conf",
       "",
       "ca",
       "system:kube-controller-manager",
       {},
       client,
       kNone},
      {"etcd-healthcheck-client",
       "etcd/healthcheck-client",
       "etcd-ca",
       "kube-etcd-healthcheck-client",
       {},
       client,
       kNone},
      {"etcd-peer", "etcd/peer", "etcd-ca", node, {}, both, kEtcd},
      {"etcd-server", "etcd/server", "etcd-ca", node, {}, both, kEtcd},
      {"front-proxy-client",
       "front-proxy-client",
       "front-proxy-ca",
       "front-proxy-client",
       {},
       client,
       kNone},
      {"kubelet.conf", "", "ca", kubelet, {"system:nodes"}, client, kNone},
      {"scheduler.conf", "", "ca", "system:kube-scheduler", {}, client, kNone},
      {"super-admin.conf",
       "",
       "ca",
       "kubernetes-super-admin",
       {"system:masters"},
       client,
       kNone},
  };
}

std::string TreeSignerName(absl::string_view name) {
  return absl::StrCat("pki.gatehouse.dev/", name);
}

}  // namespace gatehouse::pki
