#include "pki/kubeconfig/files.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace gatehouse::pki {
namespace {

constexpr size_t kMaxConfigBytes = size_t{16} << 20;
// Of a certificate, key or token file.
constexpr size_t kMaxFileBytes = size_t{1} << 20;
constexpr int kSecretMode = 0600;

absl::StatusOr<Secret> ReadSecretFile(const std::string& path,
                                      size_t max_bytes) {
  absl::StatusOr<std::string> text = ReadFile(path, max_bytes);
  if (!text.ok()) return text.status();
  Secret secret(*text);
  WipeString(&*text);
  return secret;
}

void Resolve(absl::string_view directory, std::string* path) {
  if (path->empty() || path->front() == '/') return;
  *path =
      absl::StrCat(directory, absl::EndsWith(directory, "/") ? "" : "/", *path);
}

// Reads the file of a field that has no data yet.
absl::Status Embed(std::string* path, std::string* data) {
  if (!path->empty() && data->empty()) {
    absl::StatusOr<std::string> read = ReadFile(*path, kMaxFileBytes);
    if (!read.ok()) return read.status();
    *data = *std::move(read);
  }
  path->clear();
  return absl::OkStatus();
}

absl::Status EmbedUser(KubeconfigUser* user) {
  absl::Status status =
      Embed(&user->client_certificate, &user->client_certificate_data);
  if (!status.ok()) return status;
  absl::StatusOr<Secret> key = ClientKeyOf(*user);
  if (!key.ok()) return key.status();
  user->client_key_data = *std::move(key);
  user->client_key.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::string> DataOrFile(const std::string& data,
                                       const std::string& path) {
  if (!data.empty() || path.empty()) return data;
  return ReadFile(path, kMaxFileBytes);
}

}  // namespace

absl::StatusOr<Kubeconfig> LoadKubeconfig(const std::string& path,
                                          UnknownFields unknown_fields) {
  absl::StatusOr<Secret> text = ReadSecretFile(path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<Kubeconfig> config =
      ParseKubeconfig(text->Reveal(SecretAccess::Get()), path, unknown_fields);
  if (!config.ok()) return config;
  const size_t slash = path.rfind('/');
  if (slash != std::string::npos) {
    ResolveKubeconfigPaths(path.substr(0, slash + 1), &*config);
  }
  return config;
}

absl::Status SaveKubeconfig(const std::string& path, const Kubeconfig& config,
                            bool overwrite) {
  WriteOptions options;
  options.mode = kSecretMode;
  options.overwrite = overwrite;
  const Secret text = KubeconfigToYaml(config);
  return WriteFile(path, text.Reveal(SecretAccess::Get()), options);
}

void ResolveKubeconfigPaths(absl::string_view directory, Kubeconfig* config) {
  if (directory.empty()) return;
  for (auto& [name, cluster] : config->clusters) {
    Resolve(directory, &cluster.certificate_authority);
  }
  for (auto& [name, user] : config->users) {
    Resolve(directory, &user.client_certificate);
    Resolve(directory, &user.client_key);
    Resolve(directory, &user.token_file);
    // A bare name is looked for in $PATH.
    if (user.exec.has_value() && absl::StrContains(user.exec->command, '/')) {
      Resolve(directory, &user.exec->command);
    }
  }
}

absl::Status EmbedKubeconfigFiles(Kubeconfig* config) {
  Kubeconfig embedded = *config;
  for (auto& [name, cluster] : embedded.clusters) {
    absl::Status status = Embed(&cluster.certificate_authority,
                                &cluster.certificate_authority_data);
    if (!status.ok()) return status;
  }
  for (auto& [name, user] : embedded.users) {
    absl::Status status = EmbedUser(&user);
    if (!status.ok()) return status;
  }
  *config = std::move(embedded);
  return absl::OkStatus();
}

absl::StatusOr<std::string> CertificateAuthorityOf(
    const KubeconfigCluster& cluster) {
  return DataOrFile(cluster.certificate_authority_data,
                    cluster.certificate_authority);
}

absl::StatusOr<std::string> ClientCertificateOf(const KubeconfigUser& user) {
  return DataOrFile(user.client_certificate_data, user.client_certificate);
}

absl::StatusOr<Secret> ClientKeyOf(const KubeconfigUser& user) {
  if (!user.client_key_data.empty() || user.client_key.empty()) {
    return user.client_key_data;
  }
  return ReadSecretFile(user.client_key, kMaxFileBytes);
}

absl::StatusOr<Secret> BearerTokenOf(const KubeconfigUser& user) {
  if (user.token_file.empty()) return user.token;
  const absl::StatusOr<Secret> text =
      ReadSecretFile(user.token_file, kMaxFileBytes);
  if (text.ok()) {
    Secret token(absl::StripAsciiWhitespace(text->Reveal(SecretAccess::Get())));
    if (!token.empty()) return token;
  }
  if (!text.ok() && user.token.empty()) return text.status();
  return user.token;
}

}  // namespace gatehouse::pki
