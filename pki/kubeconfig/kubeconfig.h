// kubeconfig files: clusters, users, contexts. The object and its text; for
// files see pki/kubeconfig/files.h.
#ifndef GATEHOUSE_PKI_KUBECONFIG_KUBECONFIG_H_
#define GATEHOUSE_PKI_KUBECONFIG_KUBECONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/secret.h"

namespace gatehouse::pki {

// The fields are those of Kubernetes' client-go, tools/clientcmd/api/v1, by
// their JSON names; "" and an empty list are as good as absent. All are plain
// values that compare field by field; text must be UTF-8. What proves who one
// is, is a Secret.

// Extensions are other programs' data, by name, kept: JSON on one line, keys
// sorted.
using KubeconfigExtensions = std::map<std::string, std::string>;

// KubeconfigCluster is where an API server is and how it is known.
struct KubeconfigCluster {
  std::string server;                      // "https://host:port".
  std::string tls_server_name;             // tls-server-name
  bool insecure_skip_tls_verify = false;   // insecure-skip-tls-verify
  std::string certificate_authority;       // A path.
  std::string certificate_authority_data;  // PEM; wins over the path.
  std::string proxy_url;                   // proxy-url
  bool disable_compression = false;        // disable-compression
  KubeconfigExtensions extensions;
};

// KubeconfigAuthProvider is a plugin of former times. The values of its
// configuration are secret, since tokens are among them.
struct KubeconfigAuthProvider {
  std::string name;
  std::map<std::string, Secret> config;
};

// KubeconfigExec is a command that prints a credential.
struct KubeconfigExec {
  struct Variable {
    std::string name;
    Secret value;
  };
  std::string command;
  std::vector<std::string> args;
  std::vector<Variable> env;
  std::string api_version;            // Of the ExecCredential: apiVersion.
  std::string install_hint;           // installHint
  bool provide_cluster_info = false;  // provideClusterInfo
  std::string interactive_mode;       // Never, IfAvailable or Always.
};

// KubeconfigUser is what one shows to be let in.
struct KubeconfigUser {
  std::string client_certificate;       // A path.
  std::string client_certificate_data;  // PEM; wins over the path.
  std::string client_key;               // A path.
  Secret client_key_data;               // PEM; wins over the path.
  Secret token;
  std::string token_file;  // tokenFile, a path.
  std::string as;          // Whom to impersonate.
  std::string as_uid;
  std::vector<std::string> as_groups;
  std::map<std::string, std::vector<std::string>> as_user_extra;
  std::string username;
  Secret password;
  absl::optional<KubeconfigAuthProvider> auth_provider;
  absl::optional<KubeconfigExec> exec;
  KubeconfigExtensions extensions;
};

// KubeconfigContext says as whom to talk to which cluster.
struct KubeconfigContext {
  std::string cluster;
  std::string user;
  std::string namespace_name;  // namespace
  KubeconfigExtensions extensions;
};

// Kubeconfig is the whole, by names.
struct Kubeconfig {
  std::map<std::string, KubeconfigCluster> clusters;
  std::map<std::string, KubeconfigUser> users;
  std::map<std::string, KubeconfigContext> contexts;
  std::string current_context;
  bool preferences_colors = false;
  KubeconfigExtensions preferences_extensions;
  KubeconfigExtensions extensions;
};

bool operator==(const KubeconfigAuthProvider& a,
                const KubeconfigAuthProvider& b);
bool operator==(const KubeconfigExec::Variable& a,
                const KubeconfigExec::Variable& b);
bool operator==(const KubeconfigExec& a, const KubeconfigExec& b);
bool operator==(const KubeconfigCluster& a, const KubeconfigCluster& b);
bool operator==(const KubeconfigUser& a, const KubeconfigUser& b);
bool operator==(const KubeconfigContext& a, const KubeconfigContext& b);
bool operator==(const Kubeconfig& a, const Kubeconfig& b);

// What becomes of a field that kubeconfig does not have.
enum class UnknownFields {
  kError,   // kUnknownField: a misspelled field is not passed over.
  kIgnore,  // Dropped, as client-go does; a file written anew is without it.
};

// Parses the text of one kubeconfig, YAML or JSON. `file` is the name to show.
// Nothing else is read, paths are as they stand, and names are not held
// against each other: ValidateKubeconfig (validation.h) does.
//
// Errors are "file:line:column: field: text", and never show a value: of
// syntax as objects::ParseJson's; kUnknownField; kDuplicate for a name twice;
// kUnsupported for another apiVersion or kind; kInvalid for a wrong type, data
// that is not base64, a text without a kubeconfig or with several.
absl::StatusOr<Kubeconfig> ParseKubeconfig(
    absl::string_view text, absl::string_view file,
    UnknownFields unknown_fields = UnknownFields::kError);

// Returns the text of `config`, secrets and all, as kubectl writes it: YAML in
// block style, keys and names sorted, nothing that is empty. Equal objects
// give equal text, and what is written parses to an equal object.
Secret KubeconfigToYaml(const Kubeconfig& config);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_KUBECONFIG_KUBECONFIG_H_
