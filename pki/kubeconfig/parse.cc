// The text of a kubeconfig -> Kubeconfig.
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/node.h"
#include "pki/kubeconfig/internal/field_reader.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {
namespace {

using internal::FieldReader;
using objects::Document;
using objects::Node;
using objects::NodeKind;
using Read = FieldReader::Read;

// Far more than thousands of clusters need.
constexpr size_t kMaxBytes = size_t{16} << 20;
constexpr size_t kMaxNodes = 1'000'000;

// Returns the reader of a list of {name, `field`: T} into a map by name.
template <typename T>
Read Named(const FieldReader& reader, absl::string_view field,
           std::function<Read(T*)> read, std::map<std::string, T>* out) {
  return [&reader, field, read = std::move(read), out](
             const Node& node, const std::string& path) {
    return reader.Items(
        node, path, [&](const Node& item, const std::string& at) {
          std::string name;
          T value{};
          absl::Status status = reader.Fields(
              item, at,
              {{"name", reader.String(&name)}, {field, read(&value)}});
          if (!status.ok()) return status;
          if (name.empty()) {
            return reader.Error(item, at, Reason::kInvalid, "want a name");
          }
          if (!out->emplace(name, std::move(value)).second) {
            return reader.Error(
                item, at, Reason::kDuplicate,
                absl::StrCat("the name ", GoQuote(name), " comes twice"));
          }
          return absl::OkStatus();
        });
  };
}

Read Extensions(const FieldReader& reader, KubeconfigExtensions* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    absl::Status status = Named<std::string>(
        reader, "extension",
        [&reader](std::string* value) { return reader.Json(value); },
        out)(node, path);
    for (auto& [name, json] : *out) {
      if (json.empty()) json = "null";
    }
    return status;
  };
}

Read Cluster(const FieldReader& reader, KubeconfigCluster* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    return reader.Fields(
        node, path,
        {{"server", reader.String(&out->server)},
         {"tls-server-name", reader.String(&out->tls_server_name)},
         {"insecure-skip-tls-verify",
          reader.Bool(&out->insecure_skip_tls_verify)},
         {"certificate-authority", reader.String(&out->certificate_authority)},
         {"certificate-authority-data",
          reader.Base64(&out->certificate_authority_data)},
         {"proxy-url", reader.String(&out->proxy_url)},
         {"disable-compression", reader.Bool(&out->disable_compression)},
         {"extensions", Extensions(reader, &out->extensions)}});
  };
}

Read AuthProvider(const FieldReader& reader,
                  absl::optional<KubeconfigAuthProvider>* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    KubeconfigAuthProvider& provider = out->emplace();
    const Read config = [&](const Node& map, const std::string& at) {
      return reader.Entries(
          map, at,
          [&](absl::string_view key, const Node& value,
              const std::string& where) {
            return reader.SecretString(&provider.config[std::string(key)])(
                value, where);
          });
    };
    return reader.Fields(
        node, path,
        {{"name", reader.String(&provider.name)}, {"config", config}});
  };
}

Read Exec(const FieldReader& reader, absl::optional<KubeconfigExec>* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    KubeconfigExec& exec = out->emplace();
    const Read variable = [&](const Node& item, const std::string& at) {
      KubeconfigExec::Variable& entry = exec.env.emplace_back();
      return reader.Fields(item, at,
                           {{"name", reader.String(&entry.name)},
                            {"value", reader.SecretString(&entry.value)}});
    };
    const Read env = [&](const Node& list, const std::string& at) {
      return reader.Items(list, at, variable);
    };
    return reader.Fields(
        node, path,
        {{"command", reader.String(&exec.command)},
         {"args", reader.Strings(&exec.args)},
         {"env", env},
         {"apiVersion", reader.String(&exec.api_version)},
         {"installHint", reader.String(&exec.install_hint)},
         {"provideClusterInfo", reader.Bool(&exec.provide_cluster_info)},
         {"interactiveMode", reader.String(&exec.interactive_mode)}});
  };
}

Read UserExtra(const FieldReader& reader,
               std::map<std::string, std::vector<std::string>>* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    return reader.Entries(
        node, path,
        [&](absl::string_view key, const Node& value, const std::string& at) {
          return reader.Strings(&(*out)[std::string(key)])(value, at);
        });
  };
}

Read User(const FieldReader& reader, KubeconfigUser* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    return reader.Fields(
        node, path,
        {{"client-certificate", reader.String(&out->client_certificate)},
         {"client-certificate-data",
          reader.Base64(&out->client_certificate_data)},
         {"client-key", reader.String(&out->client_key)},
         {"client-key-data", reader.SecretBase64(&out->client_key_data)},
         {"token", reader.SecretString(&out->token)},
         {"tokenFile", reader.String(&out->token_file)},
         {"as", reader.String(&out->as)},
         {"as-uid", reader.String(&out->as_uid)},
         {"as-groups", reader.Strings(&out->as_groups)},
         {"as-user-extra", UserExtra(reader, &out->as_user_extra)},
         {"username", reader.String(&out->username)},
         {"password", reader.SecretString(&out->password)},
         {"auth-provider", AuthProvider(reader, &out->auth_provider)},
         {"exec", Exec(reader, &out->exec)},
         {"extensions", Extensions(reader, &out->extensions)}});
  };
}

Read Context(const FieldReader& reader, KubeconfigContext* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    return reader.Fields(
        node, path,
        {{"cluster", reader.String(&out->cluster)},
         {"user", reader.String(&out->user)},
         {"namespace", reader.String(&out->namespace_name)},
         {"extensions", Extensions(reader, &out->extensions)}});
  };
}

Read Preferences(const FieldReader& reader, Kubeconfig* out) {
  return [&reader, out](const Node& node, const std::string& path) {
    return reader.Fields(
        node, path,
        {{"colors", reader.Bool(&out->preferences_colors)},
         {"extensions", Extensions(reader, &out->preferences_extensions)}});
  };
}

// Returns the reader of a field that may have one value only.
Read Exactly(const FieldReader& reader, absl::string_view want) {
  return [&reader, want](const Node& node, const std::string& path) {
    std::string got;
    absl::Status status = reader.String(&got)(node, path);
    if (!status.ok() || got.empty() || got == want) return status;
    return reader.Error(
        node, path, Reason::kUnsupported,
        absl::StrCat("want ", GoQuote(want), ", got ", GoQuote(got)));
  };
}

absl::Status ReadConfig(const FieldReader& reader, const Node& node,
                        Kubeconfig* out) {
  const auto cluster = [&](KubeconfigCluster* c) { return Cluster(reader, c); };
  const auto user = [&](KubeconfigUser* u) { return User(reader, u); };
  const auto context = [&](KubeconfigContext* c) { return Context(reader, c); };
  return reader.Fields(
      node, "",
      {{"apiVersion", Exactly(reader, "v1")},
       {"kind", Exactly(reader, "Config")},
       {"clusters",
        Named<KubeconfigCluster>(reader, "cluster", cluster, &out->clusters)},
       {"users", Named<KubeconfigUser>(reader, "user", user, &out->users)},
       {"contexts",
        Named<KubeconfigContext>(reader, "context", context, &out->contexts)},
       {"current-context", reader.String(&out->current_context)},
       {"preferences", Preferences(reader, out)},
       {"extensions", Extensions(reader, &out->extensions)}});
}

bool LooksLikeJson(absl::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != absl::string_view::npos && text[first] == '{';
}

}  // namespace

absl::StatusOr<Kubeconfig> ParseKubeconfig(absl::string_view text,
                                           absl::string_view file,
                                           UnknownFields unknown_fields) {
  objects::Limits limits;
  limits.max_bytes = kMaxBytes;
  limits.max_nodes = kMaxNodes;
  const auto documents = LooksLikeJson(text)
                             ? objects::NewJsonReader(text, file, limits)
                             : objects::NewYamlReader(text, file, limits);
  const FieldReader reader(file, unknown_fields);
  Document document;
  absl::StatusOr<bool> more = documents->Next(&document);
  if (!more.ok()) return more.status();
  if (!*more || !document.root().is(NodeKind::kMap)) {
    return reader.Error(document.root(), "", Reason::kInvalid,
                        "no kubeconfig: want a map with kind Config");
  }
  Document next;
  more = documents->Next(&next);
  if (!more.ok()) return more.status();
  if (*more) {
    return reader.Error(next.root(), "", Reason::kInvalid,
                        "a second document: want one kubeconfig");
  }
  Kubeconfig config;
  absl::Status status = ReadConfig(reader, document.root(), &config);
  if (!status.ok()) return status;
  return config;
}

}  // namespace gatehouse::pki
