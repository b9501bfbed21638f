#include "pki/kubeconfig/kubeconfig.h"

#include <tuple>

namespace gatehouse::pki {
namespace {

auto Fields(const KubeconfigCluster& c) {
  return std::tie(c.server, c.tls_server_name, c.insecure_skip_tls_verify,
                  c.certificate_authority, c.certificate_authority_data,
                  c.proxy_url, c.disable_compression, c.extensions);
}

auto Fields(const KubeconfigUser& u) {
  return std::tie(u.client_certificate, u.client_certificate_data, u.client_key,
                  u.client_key_data, u.token, u.token_file, u.as, u.as_uid,
                  u.as_groups, u.as_user_extra, u.username, u.password,
                  u.auth_provider, u.exec, u.extensions);
}

auto Fields(const KubeconfigContext& c) {
  return std::tie(c.cluster, c.user, c.namespace_name, c.extensions);
}

auto Fields(const Kubeconfig& k) {
  return std::tie(k.clusters, k.users, k.contexts, k.current_context,
                  k.preferences_colors, k.preferences_extensions, k.extensions);
}

auto Fields(const KubeconfigExec& e) {
  return std::tie(e.command, e.args, e.env, e.api_version, e.install_hint,
                  e.provide_cluster_info, e.interactive_mode);
}

}  // namespace

bool operator==(const KubeconfigExec::Variable& a,
                const KubeconfigExec::Variable& b) {
  return a.name == b.name && a.value == b.value;
}

bool operator==(const KubeconfigExec& a, const KubeconfigExec& b) {
  return Fields(a) == Fields(b);
}

bool operator==(const KubeconfigAuthProvider& a,
                const KubeconfigAuthProvider& b) {
  return a.name == b.name && a.config == b.config;
}

bool operator==(const KubeconfigCluster& a, const KubeconfigCluster& b) {
  return Fields(a) == Fields(b);
}

bool operator==(const KubeconfigUser& a, const KubeconfigUser& b) {
  return Fields(a) == Fields(b);
}

bool operator==(const KubeconfigContext& a, const KubeconfigContext& b) {
  return Fields(a) == Fields(b);
}

bool operator==(const Kubeconfig& a, const Kubeconfig& b) {
  return Fields(a) == Fields(b);
}

}  // namespace gatehouse::pki
