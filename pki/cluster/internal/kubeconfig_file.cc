#include "pki/cluster/internal/kubeconfig_file.h"

#include <map>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki::internal {
namespace {

constexpr char kCluster[] = "kubernetes";

absl::Status Invalid(absl::string_view path, absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(path, ": ", what));
}

// The entries of the current context; null where there is none.
struct Current {
  explicit Current(Kubeconfig* config) {
    const auto context = config->contexts.find(config->current_context);
    if (context == config->contexts.end()) return;
    const auto found_cluster = config->clusters.find(context->second.cluster);
    const auto found_user = config->users.find(context->second.user);
    if (found_cluster == config->clusters.end() ||
        found_user == config->users.end()) {
      return;
    }
    cluster = &found_cluster->second;
    user = &found_user->second;
    user_name = found_user->first;
  }

  KubeconfigCluster* cluster = nullptr;
  KubeconfigUser* user = nullptr;
  std::string user_name;
};

void Put(const KubeconfigFile& file, KubeconfigCluster* cluster,
         KubeconfigUser* user) {
  cluster->server = file.server;
  cluster->certificate_authority_data = file.ca_pem;
  user->client_certificate_data = file.certificate_pem;
  user->client_key_data = file.key_pem;
}

}  // namespace

Secret MakeKubeconfigFile(const KubeconfigFile& file) {
  Kubeconfig config;
  Put(file, &config.clusters[kCluster], &config.users[file.user]);
  config.current_context = absl::StrCat(file.user, "@", kCluster);
  KubeconfigContext& context = config.contexts[config.current_context];
  context.cluster = kCluster;
  context.user = file.user;
  return KubeconfigToYaml(config);
}

absl::StatusOr<KubeconfigFile> ParseKubeconfigFile(absl::string_view text,
                                                   absl::string_view path) {
  absl::StatusOr<Kubeconfig> config = ParseKubeconfig(text, path);
  if (!config.ok()) return config.status();
  const Current current(&*config);
  if (current.cluster == nullptr) {
    return Invalid(path, "no current context with a cluster and a user");
  }
  if (current.cluster->certificate_authority_data.empty() ||
      current.user->client_certificate_data.empty() ||
      current.user->client_key_data.empty()) {
    return Invalid(path,
                   "the current context lacks an embedded CA, client "
                   "certificate or key");
  }
  return KubeconfigFile{
      current.cluster->server, current.cluster->certificate_authority_data,
      current.user_name, current.user->client_certificate_data,
      current.user->client_key_data};
}

absl::StatusOr<Secret> UpdateKubeconfigFile(absl::string_view text,
                                            absl::string_view path,
                                            const KubeconfigFile& file) {
  const absl::StatusOr<KubeconfigFile> present =
      ParseKubeconfigFile(text, path);
  if (!present.ok()) return present.status();
  absl::StatusOr<Kubeconfig> config = ParseKubeconfig(text, path);
  if (!config.ok()) return config.status();
  const Current current(&*config);
  Put(file, current.cluster, current.user);
  return KubeconfigToYaml(*config);
}

}  // namespace gatehouse::pki::internal
