#include "authn/webhook/webhook_endpoint.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "pki/kubeconfig/files.h"
#include "pki/kubeconfig/validation.h"

namespace gatehouse::authn {
namespace {

absl::Status Unsupported(absl::string_view field, absl::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                   absl::StrCat("webhook kubeconfig: ", field, ": ", why));
}

absl::Status CheckCluster(const pki::KubeconfigCluster& cluster) {
  if (cluster.insecure_skip_tls_verify) {
    return Unsupported("insecure-skip-tls-verify",
                       "not supported: whoever answers would be believed; put "
                       "the server's CA into certificate-authority");
  }
  if (!cluster.proxy_url.empty()) {
    return Unsupported("proxy-url", "not supported");
  }
  return CheckWebhookUrl(cluster.server);
}

absl::Status CheckUser(const pki::KubeconfigUser& user) {
  if (user.exec.has_value()) {
    return Unsupported("exec",
                       "not supported: no commands are run; use a client "
                       "certificate or tokenFile");
  }
  if (user.auth_provider.has_value()) {
    return Unsupported("auth-provider",
                       "not supported; use a client certificate or tokenFile");
  }
  if (!user.as.empty() || !user.as_uid.empty() || !user.as_groups.empty() ||
      !user.as_user_extra.empty()) {
    return Unsupported("as", "impersonation is not supported");
  }
  return absl::OkStatus();
}

// Of the user of the current context, before anything else is looked at: a
// fault in what is not supported is not worth mending.
absl::Status CheckCurrentUser(const pki::Kubeconfig& config) {
  const auto context = config.contexts.find(config.current_context);
  if (context == config.contexts.end()) return absl::OkStatus();
  const auto user = config.users.find(context->second.user);
  return user == config.users.end() ? absl::OkStatus()
                                    : CheckUser(user->second);
}

// RFC 7617 section 2.
Secret BasicAuthorization(const pki::KubeconfigUser& user) {
  std::string pair = absl::StrCat(user.username, ":",
                                  user.password.Reveal(SecretAccess::Get()));
  std::string encoded = absl::Base64Escape(pair);
  std::string value = absl::StrCat("Basic ", encoded);
  Secret secret(value);
  for (std::string* text : {&pair, &encoded, &value}) WipeString(text);
  return secret;
}

absl::StatusOr<Secret> AuthorizationOf(const pki::KubeconfigUser& user) {
  const auto token = pki::BearerTokenOf(user);
  if (!token.ok()) return token.status();
  if (!token->empty()) {
    std::string value =
        absl::StrCat("Bearer ", token->Reveal(SecretAccess::Get()));
    Secret secret(value);
    WipeString(&value);
    return secret;
  }
  if (user.username.empty()) return Secret();
  return BasicAuthorization(user);
}

absl::StatusOr<HttpClientOptions> ClientOptions(
    const pki::KubeconfigCluster& cluster, const pki::KubeconfigUser& user) {
  HttpClientOptions options;
  options.server_name = cluster.tls_server_name;
  auto ca = pki::CertificateAuthorityOf(cluster);
  if (!ca.ok()) return ca.status();
  options.ca_pem = *std::move(ca);
  auto certificate = pki::ClientCertificateOf(user);
  if (!certificate.ok()) return certificate.status();
  options.certificate_pem = *std::move(certificate);
  auto key = pki::ClientKeyOf(user);
  if (!key.ok()) return key.status();
  options.key_pem = *std::move(key);
  return options;
}

}  // namespace

absl::Status CheckWebhookUrl(absl::string_view url) {
  const size_t begin = url.find("://");
  const absl::string_view rest =
      begin == absl::string_view::npos ? "" : url.substr(begin + 3);
  const absl::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (absl::StartsWithIgnoreCase(url, "https://") && !host.empty() &&
      !absl::StrContains(host, '@')) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   "webhook: server: want an https:// URL without a user");
}

absl::StatusOr<WebhookEndpoint> WebhookEndpointFrom(
    const pki::Kubeconfig& config, const HttpClientFactory& make_client) {
  absl::Status status = CheckCurrentUser(config);
  if (status.ok()) status = pki::ConfirmKubeconfigUsable(config);
  if (!status.ok()) return status;
  const pki::KubeconfigContext& context =
      config.contexts.at(config.current_context);
  const pki::KubeconfigCluster& cluster = config.clusters.at(context.cluster);
  const auto named = config.users.find(context.user);
  const pki::KubeconfigUser nobody;
  const pki::KubeconfigUser& user =
      named == config.users.end() ? nobody : named->second;
  status = CheckCluster(cluster);
  if (!status.ok()) return status;
  WebhookEndpoint endpoint;
  endpoint.url = cluster.server;
  auto authorization = AuthorizationOf(user);
  if (!authorization.ok()) return authorization.status();
  endpoint.authorization = *std::move(authorization);
  const auto options = ClientOptions(cluster, user);
  if (!options.ok()) return options.status();
  auto client = make_client(*options);
  if (!client.ok()) return client.status();
  endpoint.client = *std::move(client);
  return endpoint;
}

absl::StatusOr<WebhookEndpoint> WebhookEndpointFromFile(
    const std::string& path, const HttpClientFactory& make_client) {
  const auto config = pki::LoadKubeconfig(path);
  if (!config.ok()) return config.status();
  auto endpoint = WebhookEndpointFrom(*config, make_client);
  if (endpoint.ok()) return endpoint;
  return InContext(path, endpoint.status());
}

}  // namespace gatehouse::authn
