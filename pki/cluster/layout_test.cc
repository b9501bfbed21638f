#include "pki/cluster/layout.h"

#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"

namespace gatehouse::pki {
namespace {

using AltNames = ClusterCertificate::AltNames;

// As kubeadm has them, from 1.29 on.
TEST(ClusterCertificates, AreKubeadms) {
  const std::string client = kClientAuth;
  const std::string server = kServerAuth;
  const std::vector<std::string> admins = {"kubeadm:cluster-admins"};
  const struct {
    const char* name;
    const char* base;
    const char* ca;
    const char* common_name;
    std::vector<std::string> organizations;
    std::vector<std::string> usages;
    AltNames alt_names;
  } kRows[] = {
      {"admin.conf",
       "",
       "ca",
       "kubernetes-admin",
       admins,
       {client},
       AltNames::kNone},
      {"apiserver",
       "apiserver",
       "ca",
       "kube-apiserver",
       {},
       {server},
       AltNames::kApiServer},
      {"apiserver-etcd-client",
       "apiserver-etcd-client",
       "etcd-ca",
       "kube-apiserver-etcd-client",
       {},
       {client},
       AltNames::kNone},
      {"apiserver-kubelet-client",
       "apiserver-kubelet-client",
       "ca",
       "kube-apiserver-kubelet-client",
       admins,
       {client},
       AltNames::kNone},
      {"controller-manager.conf",
       "",
       "ca",
       "system:kube-controller-manager",
       {},
       {client},
       AltNames::kNone},
      {"etcd-healthcheck-client",
       "etcd/healthcheck-client",
       "etcd-ca",
       "kube-etcd-healthcheck-client",
       {},
       {client},
       AltNames::kNone},
      {"etcd-peer",
       "etcd/peer",
       "etcd-ca",
       "n",
       {},
       {server, client},
       AltNames::kEtcd},
      {"etcd-server",
       "etcd/server",
       "etcd-ca",
       "n",
       {},
       {server, client},
       AltNames::kEtcd},
      {"front-proxy-client",
       "front-proxy-client",
       "front-proxy-ca",
       "front-proxy-client",
       {},
       {client},
       AltNames::kNone},
      {"kubelet.conf",
       "",
       "ca",
       "system:node:n",
       {"system:nodes"},
       {client},
       AltNames::kNone},
      {"scheduler.conf",
       "",
       "ca",
       "system:kube-scheduler",
       {},
       {client},
       AltNames::kNone},
      {"super-admin.conf",
       "",
       "ca",
       "kubernetes-super-admin",
       {"system:masters"},
       {client},
       AltNames::kNone},
  };
  const std::vector<ClusterCertificate> leaves = ClusterCertificates("n");
  ASSERT_EQ(leaves.size(), std::size(kRows));
  for (size_t i = 0; i < leaves.size(); ++i) {
    SCOPED_TRACE(kRows[i].name);
    EXPECT_EQ(leaves[i].name, kRows[i].name);
    EXPECT_EQ(leaves[i].base, kRows[i].base);
    EXPECT_EQ(leaves[i].ca_name, kRows[i].ca);
    EXPECT_EQ(leaves[i].common_name, kRows[i].common_name);
    EXPECT_EQ(leaves[i].organizations, kRows[i].organizations);
    EXPECT_EQ(leaves[i].extended_key_usages, kRows[i].usages);
    EXPECT_EQ(leaves[i].alt_names, kRows[i].alt_names);
    EXPECT_EQ(leaves[i].is_kubeconfig(), leaves[i].base.empty());
  }
}

TEST(ClusterCas, AreFoundByName) {
  std::set<std::string> bases;
  for (const ClusterCa& ca : ClusterCas()) {
    EXPECT_EQ(FindClusterCa(ca.name), &ca);
    bases.insert(ca.base);
  }
  EXPECT_EQ(bases, (std::set<std::string>{"ca", "etcd/ca", "front-proxy-ca"}));
  EXPECT_EQ(FindClusterCa("etcd/ca"), nullptr);
  EXPECT_EQ(FindClusterCa(""), nullptr);
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    EXPECT_NE(FindClusterCa(leaf.ca_name), nullptr) << leaf.name;
  }
}

TEST(TreeSignerName, IsASignersName) {
  EXPECT_EQ(TreeSignerName("apiserver"), "pki.gatehouse.dev/apiserver");
}

}  // namespace
}  // namespace gatehouse::pki
