// Kubeconfig -> its text.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "objects/node.h"
#include "pki/kubeconfig/internal/yaml_writer.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {
namespace {

using internal::YamlWriter;

// These write one field, if it is not empty. Callers go by the alphabet.
void Write(absl::string_view key, absl::string_view value, YamlWriter* out) {
  if (value.empty()) return;
  out->Key(key);
  out->String(value);
}

void Write(absl::string_view key, const std::string& value, YamlWriter* out) {
  Write(key, absl::string_view(value), out);
}

void Write(absl::string_view key, const Secret& value, YamlWriter* out) {
  Write(key, value.Reveal(SecretAccess::Get()), out);
}

void Write(absl::string_view key, bool value, YamlWriter* out) {
  if (!value) return;
  out->Key(key);
  out->Word("true");
}

void Write(absl::string_view key, const std::vector<std::string>& values,
           YamlWriter* out) {
  if (values.empty()) return;
  out->Key(key);
  out->OpenList();
  for (const std::string& value : values) out->String(value);
  out->Close();
}

void WriteBase64(absl::string_view key, absl::string_view bytes,
                 YamlWriter* out) {
  std::string text = absl::Base64Escape(bytes);
  Write(key, absl::string_view(text), out);
  WipeString(&text);
}

// Writes a map as a list of {name, `field`}.
template <typename T, typename WriteValue>
void WriteNamed(absl::string_view key, const std::map<std::string, T>& entries,
                absl::string_view field, WriteValue write, YamlWriter* out) {
  out->Key(key);
  out->OpenList();
  for (const auto& [name, value] : entries) {
    out->OpenMap();
    const bool name_first = field > "name";
    if (name_first) {
      out->Key("name");
      out->String(name);
    }
    out->Key(field);
    write(value, out);
    if (!name_first) {
      out->Key("name");
      out->String(name);
    }
    out->Close();
  }
  out->Close();
}

void WriteExtension(const std::string& json, YamlWriter* out) {
  const absl::StatusOr<objects::Document> document =
      objects::ParseJson(json, "");
  if (document.ok()) {
    out->Value(document->root());
  } else {
    out->String(json);
  }
}

void Write(absl::string_view key, const KubeconfigExtensions& extensions,
           YamlWriter* out) {
  if (extensions.empty()) return;
  WriteNamed(key, extensions, "extension", WriteExtension, out);
}

void WriteCluster(const KubeconfigCluster& cluster, YamlWriter* out) {
  out->OpenMap();
  Write("certificate-authority", cluster.certificate_authority, out);
  WriteBase64("certificate-authority-data", cluster.certificate_authority_data,
              out);
  Write("disable-compression", cluster.disable_compression, out);
  Write("extensions", cluster.extensions, out);
  Write("insecure-skip-tls-verify", cluster.insecure_skip_tls_verify, out);
  Write("proxy-url", cluster.proxy_url, out);
  Write("server", cluster.server, out);
  Write("tls-server-name", cluster.tls_server_name, out);
  out->Close();
}

void Write(absl::string_view key,
           const absl::optional<KubeconfigAuthProvider>& provider,
           YamlWriter* out) {
  if (!provider.has_value()) return;
  out->Key(key);
  out->OpenMap();
  if (!provider->config.empty()) {
    out->Key("config");
    out->OpenMap();
    for (const auto& [name, value] : provider->config) {
      out->Key(name);
      out->String(value.Reveal(SecretAccess::Get()));
    }
    out->Close();
  }
  Write("name", provider->name, out);
  out->Close();
}

void Write(absl::string_view key, const absl::optional<KubeconfigExec>& exec,
           YamlWriter* out) {
  if (!exec.has_value()) return;
  out->Key(key);
  out->OpenMap();
  Write("apiVersion", exec->api_version, out);
  Write("args", exec->args, out);
  Write("command", exec->command, out);
  if (!exec->env.empty()) {
    out->Key("env");
    out->OpenList();
    for (const KubeconfigExec::Variable& variable : exec->env) {
      out->OpenMap();
      Write("name", variable.name, out);
      Write("value", variable.value, out);
      out->Close();
    }
    out->Close();
  }
  Write("installHint", exec->install_hint, out);
  Write("interactiveMode", exec->interactive_mode, out);
  Write("provideClusterInfo", exec->provide_cluster_info, out);
  out->Close();
}

void WriteUserExtra(const KubeconfigUser& user, YamlWriter* out) {
  if (user.as_user_extra.empty()) return;
  out->Key("as-user-extra");
  out->OpenMap();
  for (const auto& [key, values] : user.as_user_extra) {
    out->Key(key);
    out->OpenList();
    for (const std::string& value : values) out->String(value);
    out->Close();
  }
  out->Close();
}

void WriteUser(const KubeconfigUser& user, YamlWriter* out) {
  out->OpenMap();
  Write("as", user.as, out);
  Write("as-groups", user.as_groups, out);
  Write("as-uid", user.as_uid, out);
  WriteUserExtra(user, out);
  Write("auth-provider", user.auth_provider, out);
  Write("client-certificate", user.client_certificate, out);
  WriteBase64("client-certificate-data", user.client_certificate_data, out);
  Write("client-key", user.client_key, out);
  WriteBase64("client-key-data",
              user.client_key_data.Reveal(SecretAccess::Get()), out);
  Write("exec", user.exec, out);
  Write("extensions", user.extensions, out);
  Write("password", user.password, out);
  Write("token", user.token, out);
  Write("tokenFile", user.token_file, out);
  Write("username", user.username, out);
  out->Close();
}

void WriteContext(const KubeconfigContext& context, YamlWriter* out) {
  out->OpenMap();
  Write("cluster", context.cluster, out);
  Write("extensions", context.extensions, out);
  Write("namespace", context.namespace_name, out);
  Write("user", context.user, out);
  out->Close();
}

void WritePreferences(const Kubeconfig& config, YamlWriter* out) {
  if (!config.preferences_colors && config.preferences_extensions.empty()) {
    return;
  }
  out->Key("preferences");
  out->OpenMap();
  Write("colors", config.preferences_colors, out);
  Write("extensions", config.preferences_extensions, out);
  out->Close();
}

}  // namespace

Secret KubeconfigToYaml(const Kubeconfig& config) {
  YamlWriter out;
  out.OpenMap();
  Write("apiVersion", absl::string_view("v1"), &out);
  WriteNamed("clusters", config.clusters, "cluster", WriteCluster, &out);
  WriteNamed("contexts", config.contexts, "context", WriteContext, &out);
  out.Key("current-context");
  out.String(config.current_context);
  Write("extensions", config.extensions, &out);
  Write("kind", absl::string_view("Config"), &out);
  WritePreferences(config, &out);
  WriteNamed("users", config.users, "user", WriteUser, &out);
  out.Close();
  return out.Finish();
}

}  // namespace gatehouse::pki
