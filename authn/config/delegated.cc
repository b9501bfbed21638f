#include "authn/config/delegated.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/config/internal/x509_sources.h"
#include "base/errors.h"
#include "objects/codec.h"
#include "objects/node.h"
#include "pki/verify/trust_bundle.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {
namespace {

constexpr char kClientCa[] = "client-ca-file";
constexpr char kProxyCa[] = "requestheader-client-ca-file";
constexpr char kUsernameHeaders[] = "requestheader-username-headers";
constexpr char kUidHeaders[] = "requestheader-uid-headers";
constexpr char kGroupHeaders[] = "requestheader-group-headers";
constexpr char kExtraPrefixes[] = "requestheader-extra-headers-prefix";
constexpr char kAllowedNames[] = "requestheader-allowed-names";

using Strings = std::vector<std::string>;

std::string Place(absl::string_view key) {
  return absl::StrCat(kDelegatedConfigNamespace, "/", kDelegatedConfigName,
                      ": ", key);
}

absl::Status Fail(Reason reason, absl::string_view key,
                  absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason,
                   absl::StrCat(Place(key), ": ", text));
}

std::string Text(const k8s::ConfigMap& config_map, const std::string& key) {
  const auto found = config_map.data().find(key);
  return found == config_map.data().end() ? "" : found->second;
}

// Returns a list of strings, empty if it is not there.
absl::StatusOr<Strings> List(const k8s::ConfigMap& config_map,
                             const std::string& key) {
  const std::string text = Text(config_map, key);
  Strings values;
  if (text.empty()) return values;
  const auto document = objects::ParseJson(text, Place(key));
  if (!document.ok()) return document.status();
  const objects::Node& root = document->root();
  if (root.is(objects::NodeKind::kNull)) return values;
  if (!root.is(objects::NodeKind::kList)) {
    return Fail(Reason::kMalformed, key, "want a list of strings");
  }
  for (const objects::Node& item : root.items()) {
    if (!item.is(objects::NodeKind::kString)) {
      return Fail(Reason::kMalformed, key, "want a list of strings");
    }
    if (absl::StripAsciiWhitespace(item.text()).empty()) {
      return Fail(Reason::kInvalid, key, "an empty name");
    }
    values.emplace_back(item.text());
  }
  return values;
}

std::string ToJson(const Strings& values) {
  k8s::ExtraValue list;
  for (const std::string& value : values) list.add_items(value);
  k8s::UserInfo user;
  (*user.mutable_extra())["x"] = list;
  // {"extra":{"x":["a","b"]}}
  const std::string json = objects::ToJson(user, objects::JsonStyle::kCompact);
  constexpr absl::string_view kBefore = R"({"extra":{"x":)";
  return json.substr(kBefore.size(), json.size() - kBefore.size() - 2);
}

absl::StatusOr<X509Config> OneCa(absl::string_view name,
                                 const std::string& pem) {
  auto trust = pki::TrustBundle::FromPem(pem, Place(name));
  if (!trust.ok()) return trust.status();
  X509Config config;
  config.client_cas.emplace_back();
  config.client_cas[0].name = std::string(name);
  config.client_cas[0].trust = *std::move(trust);
  return config;
}

absl::StatusOr<DelegatedConfig::Proxy> ReadProxy(
    const k8s::ConfigMap& config_map) {
  DelegatedConfig::Proxy proxy;
  proxy.client_ca_pem = Text(config_map, kProxyCa);
  const std::pair<const char*, Strings*> lists[] = {
      {kUsernameHeaders, &proxy.headers.username_headers},
      {kUidHeaders, &proxy.headers.uid_headers},
      {kGroupHeaders, &proxy.headers.group_headers},
      {kExtraPrefixes, &proxy.headers.extra_header_prefixes},
      {kAllowedNames, &proxy.allowed_names},
  };
  for (const auto& [key, values] : lists) {
    auto list = List(config_map, key);
    if (!list.ok()) return list.status();
    *values = *std::move(list);
  }
  if (proxy.headers.username_headers.empty()) {
    return Fail(Reason::kInvalid, kUsernameHeaders, "there is none");
  }
  return proxy;
}

// Checks the bundles alone, and against each other.
absl::Status CheckCas(const DelegatedConfig& config) {
  const bool named =
      config.proxy.has_value() && !config.proxy->allowed_names.empty();
  internal::ProxyGuard guard(named);
  const auto nothing = [](const X509Config&) { return absl::OkStatus(); };
  if (!config.client_ca_pem.empty()) {
    const auto clients = ClientX509ConfigOf(config);
    if (!clients.ok()) return clients.status();
    const absl::Status status = guard.SetClients(*clients, nothing);
    if (!status.ok()) return status;
  }
  if (!config.proxy.has_value()) return absl::OkStatus();
  const auto proxies = ProxyX509ConfigOf(config);
  return proxies.ok() ? guard.SetProxies(*proxies, nothing) : proxies.status();
}

}  // namespace

absl::StatusOr<DelegatedConfig> DelegatedConfigFromConfigMap(
    const k8s::ConfigMap& config_map) {
  DelegatedConfig config;
  config.client_ca_pem = Text(config_map, kClientCa);
  if (!Text(config_map, kProxyCa).empty()) {
    auto proxy = ReadProxy(config_map);
    if (!proxy.ok()) return proxy.status();
    config.proxy = *std::move(proxy);
  }
  absl::Status status = CheckCas(config);
  if (!status.ok()) return status;
  return config;
}

k8s::ConfigMap DelegatedConfigToConfigMap(const DelegatedConfig& config) {
  k8s::ConfigMap config_map;
  config_map.mutable_metadata()->set_namespace_(kDelegatedConfigNamespace);
  config_map.mutable_metadata()->set_name(kDelegatedConfigName);
  auto& data = *config_map.mutable_data();
  if (!config.client_ca_pem.empty()) data[kClientCa] = config.client_ca_pem;
  if (!config.proxy.has_value()) return config_map;
  const DelegatedConfig::Proxy& proxy = *config.proxy;
  data[kProxyCa] = proxy.client_ca_pem;
  data[kUsernameHeaders] = ToJson(proxy.headers.username_headers);
  data[kUidHeaders] = ToJson(proxy.headers.uid_headers);
  data[kGroupHeaders] = ToJson(proxy.headers.group_headers);
  data[kExtraPrefixes] = ToJson(proxy.headers.extra_header_prefixes);
  data[kAllowedNames] = ToJson(proxy.allowed_names);
  return config_map;
}

absl::StatusOr<X509Config> ClientX509ConfigOf(const DelegatedConfig& config) {
  return OneCa(kClientCa, config.client_ca_pem);
}

absl::StatusOr<X509Config> ProxyX509ConfigOf(const DelegatedConfig& config) {
  if (!config.proxy.has_value()) {
    return Fail(Reason::kInvalid, kProxyCa, "there is none");
  }
  auto x509 = OneCa(kProxyCa, config.proxy->client_ca_pem);
  if (x509.ok()) {
    x509->client_cas[0].allowed.common_names = config.proxy->allowed_names;
  }
  return x509;
}

}  // namespace gatehouse::authn
