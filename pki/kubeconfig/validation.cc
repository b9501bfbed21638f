#include "pki/kubeconfig/validation.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::pki {
namespace {

using Errors = std::vector<std::string>;

constexpr size_t kMaxLabel = 63;

bool IsDnsLabel(absl::string_view text) {
  if (text.empty() || text.size() > kMaxLabel) return false;
  if (text.front() == '-' || text.back() == '-') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
         absl::string_view::npos;
}

bool IsProxyUrl(absl::string_view url) {
  for (const absl::string_view scheme : {"http://", "https://", "socks5://"}) {
    if (absl::StartsWithIgnoreCase(url, scheme)) {
      return url.size() > scheme.size();
    }
  }
  return false;
}

// Says so if the file `path`, unless it is "", cannot be opened.
void CheckOpens(absl::string_view field, const std::string& path,
                absl::string_view entry, Errors* errors) {
  if (path.empty()) return;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    ::close(fd);
    return;
  }
  errors->push_back(absl::StrCat("unable to read ", field, " ", path, " for ",
                                 entry, " due to open ", path, ": ",
                                 std::strerror(errno)));
}

void CheckCluster(const std::string& name, const KubeconfigCluster& cluster,
                  Errors* errors) {
  if (cluster == KubeconfigCluster()) {
    errors->push_back("cluster has no server defined");
    return;
  }
  if (cluster.server.empty()) {
    errors->push_back(
        name.empty()
            ? "default cluster has no server defined"
            : absl::StrCat("no server found for cluster ", GoQuote(name)));
  }
  if (!cluster.proxy_url.empty() && !IsProxyUrl(cluster.proxy_url)) {
    errors->push_back(absl::StrCat(
        "invalid 'proxy-url' ", GoQuote(cluster.proxy_url), " for cluster ",
        GoQuote(name), ": want http://, https:// or socks5://"));
  }
  if (!cluster.certificate_authority.empty() &&
      !cluster.certificate_authority_data.empty()) {
    errors->push_back(
        absl::StrCat("certificate-authority-data and certificate-authority are "
                     "both specified for ",
                     name, ". certificate-authority-data will override."));
  }
  CheckOpens("certificate-authority", cluster.certificate_authority, name,
             errors);
}

void CheckClientCertificate(const std::string& name, const KubeconfigUser& user,
                            Errors* errors) {
  const bool data = !user.client_certificate_data.empty();
  const bool file = !user.client_certificate.empty();
  if (!data && !file) return;
  if (data && file) {
    errors->push_back(
        absl::StrCat("client-cert-data and client-cert are both specified for ",
                     name, ". client-cert-data will override."));
  }
  const bool key_data = !user.client_key_data.empty();
  const bool key_file = !user.client_key.empty();
  if (key_data && key_file) {
    errors->push_back(
        absl::StrCat("client-key-data and client-key are both specified for ",
                     name, "; client-key-data will override"));
  }
  if (!key_data && !key_file) {
    errors->push_back(
        absl::StrCat("client-key-data or client-key must be specified for ",
                     name, " to use the clientCert authentication method."));
  }
  CheckOpens("client-cert", user.client_certificate, name, errors);
  CheckOpens("client-key", user.client_key, name, errors);
}

// The betas' default for the interactive mode is IfAvailable.
bool HasDefaultInteractiveMode(absl::string_view api_version) {
  return api_version == "client.authentication.k8s.io/v1beta1" ||
         api_version == "client.authentication.k8s.io/v1alpha1";
}

void CheckExec(const std::string& name, const KubeconfigUser& user,
               Errors* errors) {
  if (!user.exec.has_value()) return;
  const KubeconfigExec& exec = *user.exec;
  const std::string to_use =
      absl::StrCat(" for ", name, " to use exec authentication plugin");
  if (user.auth_provider.has_value()) {
    errors->push_back(
        absl::StrCat("authProvider cannot be provided in combination with an "
                     "exec plugin for ",
                     name));
  }
  if (exec.command.empty()) {
    errors->push_back(absl::StrCat("command must be specified", to_use));
  }
  if (exec.api_version.empty()) {
    errors->push_back(absl::StrCat("apiVersion must be specified", to_use));
  }
  for (const KubeconfigExec::Variable& variable : exec.env) {
    if (!variable.name.empty()) continue;
    errors->push_back(
        absl::StrCat("env variable name must be specified", to_use));
  }
  const std::string& mode = exec.interactive_mode;
  if (mode.empty() && !HasDefaultInteractiveMode(exec.api_version)) {
    errors->push_back(
        absl::StrCat("interactiveMode must be specified", to_use));
  }
  if (!mode.empty() && mode != "Never" && mode != "IfAvailable" &&
      mode != "Always") {
    errors->push_back(absl::StrCat("invalid interactiveMode for ", name, ": ",
                                   GoQuote(mode)));
  }
}

void CheckUser(const std::string& name, const KubeconfigUser& user,
               Errors* errors) {
  CheckClientCertificate(name, user, errors);
  CheckExec(name, user, errors);
  const bool basic = !user.username.empty() || !user.password.empty();
  if (!user.token.empty() && basic) {
    errors->push_back(
        absl::StrCat("more than one authentication method found for ", name,
                     "; found [token basicAuth], only one is allowed"));
  }
  if (user.as.empty() && (!user.as_uid.empty() || !user.as_groups.empty() ||
                          !user.as_user_extra.empty())) {
    errors->push_back(absl::StrCat("requesting uid, groups or user-extra for ",
                                   name, " without impersonating a user"));
  }
}

void CheckContext(const std::string& name, const KubeconfigContext& context,
                  const Kubeconfig& config, Errors* errors) {
  const std::string of = absl::StrCat(" for context ", GoQuote(name));
  if (name.empty()) errors->push_back("empty context name is not allowed");
  if (context.user.empty()) {
    errors->push_back(absl::StrCat("user was not specified", of));
  } else if (config.users.count(context.user) == 0) {
    errors->push_back(
        absl::StrCat("user ", GoQuote(context.user), " was not found", of));
  }
  if (context.cluster.empty()) {
    errors->push_back(absl::StrCat("cluster was not specified", of));
  } else if (config.clusters.count(context.cluster) == 0) {
    errors->push_back(absl::StrCat("cluster ", GoQuote(context.cluster),
                                   " was not found", of));
  }
  if (!context.namespace_name.empty() && !IsDnsLabel(context.namespace_name)) {
    errors->push_back(
        absl::StrCat("namespace ", GoQuote(context.namespace_name), of,
                     " does not conform to the kubernetes DNS_LABEL rules"));
  }
}

absl::Status ToStatus(const Errors& errors) {
  if (errors.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kInvalid,
      absl::StrCat("invalid configuration: ", AggregateMessages(errors)));
}

absl::Status EmptyConfig() {
  return ToStatus(
      {"no configuration has been provided, try setting KUBERNETES_MASTER "
       "environment variable"});
}

std::string ContextNotFound(absl::string_view name) {
  return absl::StrCat("context was not found for specified context: ", name);
}

}  // namespace

absl::Status ValidateKubeconfig(const Kubeconfig& config) {
  if (config == Kubeconfig()) return EmptyConfig();
  Errors errors;
  if (!config.current_context.empty() &&
      config.contexts.count(config.current_context) == 0) {
    errors.push_back(ContextNotFound(config.current_context));
  }
  for (const auto& [name, context] : config.contexts) {
    CheckContext(name, context, config, &errors);
  }
  for (const auto& [name, user] : config.users) CheckUser(name, user, &errors);
  for (const auto& [name, cluster] : config.clusters) {
    CheckCluster(name, cluster, &errors);
  }
  return ToStatus(errors);
}

absl::Status ConfirmKubeconfigUsable(const Kubeconfig& config,
                                     absl::string_view context) {
  if (config == Kubeconfig()) return EmptyConfig();
  const std::string name =
      context.empty() ? config.current_context : std::string(context);
  if (name.empty()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     "no context chosen");
  }
  const auto it = config.contexts.find(name);
  if (it == config.contexts.end()) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::kNotFound,
        absl::StrCat("invalid configuration: ", ContextNotFound(name)));
  }
  const KubeconfigContext& chosen = it->second;
  Errors errors;
  CheckContext(name, chosen, config, &errors);
  const auto user = config.users.find(chosen.user);
  CheckUser(chosen.user,
            user == config.users.end() ? KubeconfigUser() : user->second,
            &errors);
  const auto cluster = config.clusters.find(chosen.cluster);
  CheckCluster(
      chosen.cluster,
      cluster == config.clusters.end() ? KubeconfigCluster() : cluster->second,
      &errors);
  return ToStatus(errors);
}

}  // namespace gatehouse::pki
