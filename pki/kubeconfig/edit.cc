#include "pki/kubeconfig/edit.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "pki/kubeconfig/files.h"
#include "pki/pem.h"

namespace gatehouse::pki {
namespace {

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

absl::Status CheckName(absl::string_view name) {
  return name.empty() ? Invalid("want a name for the entry") : absl::OkStatus();
}

template <typename T>
bool Given(const absl::optional<T>& value) {
  return value.has_value() && !value->empty();
}

absl::Status CheckNotBoth(bool first, bool second, absl::string_view what) {
  if (!first || !second) return absl::OkStatus();
  return Invalid(absl::StrCat("want only one of ", what));
}

template <typename T>
void Assign(const absl::optional<T>& from, T* to) {
  if (from.has_value()) *to = *from;
}

// Sets the two forms of one thing; the one ends the other.
template <typename Data>
void SetForms(const absl::optional<std::string>& path,
              const absl::optional<Data>& data, std::string* to_path,
              Data* to_data) {
  if (path.has_value()) {
    *to_path = *path;
    if (!path->empty()) *to_data = Data();
  }
  if (data.has_value()) {
    *to_data = *data;
    if (!data->empty()) to_path->clear();
  }
}

absl::Status CheckHoldsCertificate(absl::string_view pem,
                                   const std::string& path) {
  const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(pem, path);
  if (!blocks.ok()) return blocks.status();
  const auto is_certificate = [](const PemBlock& block) {
    return block.label == "CERTIFICATE";
  };
  if (absl::c_any_of(*blocks, is_certificate)) return absl::OkStatus();
  return Invalid(absl::StrCat(path, ": no certificate in it"));
}

void SetAuthority(const ClusterChange& change, KubeconfigCluster* cluster) {
  SetForms(change.certificate_authority, change.certificate_authority_data,
           &cluster->certificate_authority,
           &cluster->certificate_authority_data);
  if (Given(change.certificate_authority) ||
      Given(change.certificate_authority_data)) {
    cluster->insecure_skip_tls_verify = false;
  }
  if (!change.insecure_skip_tls_verify.has_value()) return;
  cluster->insecure_skip_tls_verify = *change.insecure_skip_tls_verify;
  if (cluster->insecure_skip_tls_verify) {
    cluster->certificate_authority.clear();
    cluster->certificate_authority_data.clear();
  }
}

absl::Status EmbedAuthority(KubeconfigCluster* cluster) {
  const std::string path = cluster->certificate_authority;
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> pem = CertificateAuthorityOf(*cluster);
  if (!pem.ok()) return pem.status();
  absl::Status status = CheckHoldsCertificate(*pem, path);
  if (!status.ok()) return status;
  cluster->certificate_authority_data = *std::move(pem);
  cluster->certificate_authority.clear();
  return absl::OkStatus();
}

absl::Status CheckCredentials(const CredentialsChange& change) {
  absl::Status status = CheckNotBoth(
      Given(change.client_certificate), Given(change.client_certificate_data),
      "client-certificate and client-certificate-data");
  if (!status.ok()) return status;
  status = CheckNotBoth(Given(change.client_key), Given(change.client_key_data),
                        "client-key and client-key-data");
  if (!status.ok()) return status;
  return CheckNotBoth(Given(change.token),
                      Given(change.username) || Given(change.password),
                      "token and username/password");
}

// What the change names, in its files, is read.
absl::Status EmbedCredentials(const CredentialsChange& change,
                              KubeconfigUser* user) {
  if (Given(change.client_certificate)) {
    absl::StatusOr<std::string> pem = ClientCertificateOf(*user);
    if (!pem.ok()) return pem.status();
    user->client_certificate_data = *std::move(pem);
    user->client_certificate.clear();
  }
  if (Given(change.client_key)) {
    absl::StatusOr<Secret> key = ClientKeyOf(*user);
    if (!key.ok()) return key.status();
    user->client_key_data = *std::move(key);
    user->client_key.clear();
  }
  return absl::OkStatus();
}

// A token ends a name and password, and the other way round.
void SetTokenOrPassword(const CredentialsChange& change, KubeconfigUser* user) {
  if (Given(change.token)) {
    user->username.clear();
    user->password = Secret();
  }
  if (Given(change.username) || Given(change.password)) {
    user->token = Secret();
    user->token_file.clear();
  }
  Assign(change.token, &user->token);
  Assign(change.username, &user->username);
  Assign(change.password, &user->password);
  // Or the file would win over the token that was just set.
  if (Given(change.token)) user->token_file.clear();
}

}  // namespace

absl::Status SetCluster(absl::string_view name, const ClusterChange& change,
                        Kubeconfig* config) {
  absl::Status status = CheckName(name);
  if (!status.ok()) return status;
  status = CheckNotBoth(Given(change.certificate_authority),
                        Given(change.certificate_authority_data),
                        "certificate-authority and certificate-authority-data");
  if (!status.ok()) return status;
  status = CheckNotBoth(change.insecure_skip_tls_verify.value_or(false),
                        Given(change.certificate_authority) ||
                            Given(change.certificate_authority_data),
                        "a certificate authority and insecure-skip-tls-verify");
  if (!status.ok()) return status;
  const auto it = config->clusters.find(std::string(name));
  KubeconfigCluster cluster =
      it == config->clusters.end() ? KubeconfigCluster() : it->second;
  Assign(change.server, &cluster.server);
  Assign(change.tls_server_name, &cluster.tls_server_name);
  Assign(change.proxy_url, &cluster.proxy_url);
  SetAuthority(change, &cluster);
  if (change.embed_certs && Given(change.certificate_authority)) {
    status = EmbedAuthority(&cluster);
    if (!status.ok()) return status;
  }
  config->clusters[std::string(name)] = std::move(cluster);
  return absl::OkStatus();
}

absl::Status SetCredentials(absl::string_view name,
                            const CredentialsChange& change,
                            Kubeconfig* config) {
  absl::Status status = CheckName(name);
  if (!status.ok()) return status;
  status = CheckCredentials(change);
  if (!status.ok()) return status;
  const auto it = config->users.find(std::string(name));
  KubeconfigUser user =
      it == config->users.end() ? KubeconfigUser() : it->second;
  SetForms(change.client_certificate, change.client_certificate_data,
           &user.client_certificate, &user.client_certificate_data);
  SetForms(change.client_key, change.client_key_data, &user.client_key,
           &user.client_key_data);
  SetTokenOrPassword(change, &user);
  if (change.embed_certs) {
    status = EmbedCredentials(change, &user);
    if (!status.ok()) return status;
  }
  config->users[std::string(name)] = std::move(user);
  return absl::OkStatus();
}

absl::Status SetContext(absl::string_view name, const ContextChange& change,
                        Kubeconfig* config) {
  absl::Status status = CheckName(name);
  if (!status.ok()) return status;
  KubeconfigContext& context = config->contexts[std::string(name)];
  Assign(change.cluster, &context.cluster);
  Assign(change.user, &context.user);
  Assign(change.namespace_name, &context.namespace_name);
  return absl::OkStatus();
}

absl::Status UseContext(absl::string_view name, Kubeconfig* config) {
  if (config->contexts.count(std::string(name)) == 0) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::kNotFound,
        absl::StrCat("no context exists with the name: ", GoQuote(name)));
  }
  config->current_context = std::string(name);
  return absl::OkStatus();
}

void MergeKubeconfig(const Kubeconfig& from, Kubeconfig* config) {
  // insert keeps the entry that is there.
  config->clusters.insert(from.clusters.begin(), from.clusters.end());
  config->users.insert(from.users.begin(), from.users.end());
  config->contexts.insert(from.contexts.begin(), from.contexts.end());
  config->extensions.insert(from.extensions.begin(), from.extensions.end());
  config->preferences_extensions.insert(from.preferences_extensions.begin(),
                                        from.preferences_extensions.end());
  if (from.preferences_colors) config->preferences_colors = true;
  if (config->current_context.empty()) {
    config->current_context = from.current_context;
  }
}

}  // namespace gatehouse::pki
