// Where a webhook is and how one gets in, from a kubeconfig.
#ifndef GATEHOUSE_AUTHN_WEBHOOK_WEBHOOK_ENDPOINT_H_
#define GATEHOUSE_AUTHN_WEBHOOK_WEBHOOK_ENDPOINT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::authn {

// WebhookEndpoint is a server that is asked. A plain value.
struct WebhookEndpoint {
  // Exactly what is asked: nothing is appended.
  std::string url;
  // Trusts the server's CA and shows our client certificate.
  std::shared_ptr<HttpClient> client;
  // The value of the Authorization header; empty: there is none.
  Secret authorization;
};

// Returns kInvalid unless `url` is an https URL whose authority is a host, with
// or without a port, alone.
absl::Status CheckWebhookUrl(absl::string_view url);

// Makes an endpoint of the current context of `config`, as kube-apiserver's
// --authentication-token-webhook-config-file: the cluster's server is the URL,
// certificate-authority and tls-server-name say whom we trust, the user's
// client certificate, token or user name and password who we are. Files that
// it names are read now.
//
// Errors name the field, never a value that is secret: kInvalid for what
// kubectl would not use, either (see pki/kubeconfig/validation.h) and for a URL
// that is not https; kUnsupported for what we do not do and Kubernetes does:
// insecure-skip-tls-verify, proxy-url, exec, auth-provider, impersonation;
// those of files, and of `make_client`.
absl::StatusOr<WebhookEndpoint> WebhookEndpointFrom(
    const pki::Kubeconfig& config, const HttpClientFactory& make_client);

// Reads the kubeconfig `path` and does the same. Relative paths are taken from
// its directory. Fields that kubeconfig does not have are errors.
absl::StatusOr<WebhookEndpoint> WebhookEndpointFromFile(
    const std::string& path, const HttpClientFactory& make_client);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_WEBHOOK_WEBHOOK_ENDPOINT_H_
