#include "pki/kubeconfig/validation.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {
namespace {

Kubeconfig Parsed(absl::string_view text) {
  absl::StatusOr<Kubeconfig> config = ParseKubeconfig(text, "f");
  EXPECT_TRUE(config.ok()) << config.status() << "\n" << text;
  return config.ok() ? *std::move(config) : Kubeconfig();
}

std::string User(absl::string_view fields) {
  return absl::StrCat("users: [{name: u, user: {", fields, "}}]");
}

std::string Cluster(absl::string_view fields) {
  return absl::StrCat("clusters: [{name: c, cluster: {", fields, "}}]");
}

std::string Context(absl::string_view fields) {
  return absl::StrCat(
      "clusters: [{name: c, cluster: {server: https://x}}]\n"
      "users: [{name: u}]\n"
      "contexts: [{name: x, context: {",
      fields, "}}]");
}

constexpr char kOneMethod[] = "only one is allowed";

TEST(ValidateKubeconfigTest, SaysWhatKubectlSays) {
  const std::string exec_for =
      " must be specified for u to use exec authentication plugin";
  const struct {
    std::string text;
    std::string error;  // "" if it is valid.
  } kCases[] = {
      {"kind: Config",
       "no configuration has been provided, try setting KUBERNETES_MASTER "
       "environment variable"},
      // Contexts.
      {Context("cluster: c, user: u"), ""},
      {Context("cluster: c, user: u, namespace: a-1"), ""},
      {"current-context: x", "context was not found for specified context: x"},
      {Context("cluster: c"), "user was not specified for context \"x\""},
      {Context("user: u"), "cluster was not specified for context \"x\""},
      {Context("cluster: c, user: v"),
       "user \"v\" was not found for context \"x\""},
      {Context("cluster: d, user: u"),
       "cluster \"d\" was not found for context \"x\""},
      {Context("cluster: c, user: u, namespace: A"),
       "namespace \"A\" for context \"x\" does not conform to the kubernetes "
       "DNS_LABEL rules"},
      {Context("cluster: c, user: u, namespace: a-"),
       "namespace \"a-\" for context \"x\" does not conform to the kubernetes "
       "DNS_LABEL rules"},
      {Context("cluster: d"),
       "[user was not specified for context \"x\", cluster \"d\" was not found "
       "for context \"x\"]"},
      // Clusters.
      {Cluster("server: https://x"), ""},
      {Cluster(""), "cluster has no server defined"},
      {Cluster("tls-server-name: x"), "no server found for cluster \"c\""},
      {Cluster("server: https://x, proxy-url: socks5://y"), ""},
      {Cluster("server: https://x, proxy-url: ftp://y"),
       "invalid 'proxy-url' \"ftp://y\" for cluster \"c\": want http://, "
       "https:// or socks5://"},
      {Cluster("server: https://x, proxy-url: https://"),
       "invalid 'proxy-url' \"https://\" for cluster \"c\": want http://, "
       "https:// or socks5://"},
      {Cluster("server: https://x, certificate-authority: /dev/null, "
               "certificate-authority-data: eA=="),
       "certificate-authority-data and certificate-authority are both "
       "specified for c. certificate-authority-data will override."},
      {Cluster("server: https://x, certificate-authority: /dev/null"), ""},
      {Cluster("server: https://x, certificate-authority: /none/ca"),
       "unable to read certificate-authority /none/ca for c due to open "
       "/none/ca: No such file or directory"},
      // Users.
      {User(""), ""},
      {User("token: t"), ""},
      {User("token: t, tokenFile: /none"), ""},
      {User("username: u, password: p"), ""},
      {User("token: t, username: u"),
       absl::StrCat("more than one authentication method found for u; found "
                    "[token basicAuth], ",
                    kOneMethod)},
      {User("token: t, password: p"),
       absl::StrCat("more than one authentication method found for u; found "
                    "[token basicAuth], ",
                    kOneMethod)},
      {User("client-certificate-data: eA==, client-key-data: eA=="), ""},
      {User("client-key-data: eA=="), ""},
      {User("client-certificate-data: eA==, client-key: /dev/null"), ""},
      {User("client-certificate-data: eA=="),
       "client-key-data or client-key must be specified for u to use the "
       "clientCert authentication method."},
      {User("client-certificate-data: eA==, client-certificate: /dev/null, "
            "client-key-data: eA=="),
       "client-cert-data and client-cert are both specified for u. "
       "client-cert-data will override."},
      {User("client-certificate-data: eA==, client-key: /dev/null, "
            "client-key-data: eA=="),
       "client-key-data and client-key are both specified for u; "
       "client-key-data will override"},
      {User("client-certificate: /none/c, client-key: /none/k"),
       "[unable to read client-cert /none/c for u due to open /none/c: No such "
       "file or directory, unable to read client-key /none/k for u due to open "
       "/none/k: No such file or directory]"},
      {User("as: x, as-uid: '1', as-groups: [g], as-user-extra: {k: [v]}"), ""},
      {User("as-uid: '1'"),
       "requesting uid, groups or user-extra for u without impersonating a "
       "user"},
      {User("as-groups: [g]"),
       "requesting uid, groups or user-extra for u without impersonating a "
       "user"},
      {User("as-user-extra: {k: [v]}"),
       "requesting uid, groups or user-extra for u without impersonating a "
       "user"},
      // exec.
      {User("exec: {command: x, apiVersion: v, interactiveMode: Never}"), ""},
      {User("exec: {command: x, interactiveMode: IfAvailable, "
            "apiVersion: v, env: [{name: A}]}"),
       ""},
      {User("exec: {command: x, "
            "apiVersion: client.authentication.k8s.io/v1beta1}"),
       ""},
      {User("exec: {command: x, apiVersion: client.authentication.k8s.io/v1}"),
       "interactiveMode" + exec_for},
      {User("exec: {apiVersion: v, interactiveMode: Always}"),
       "command" + exec_for},
      {User("exec: {command: x, interactiveMode: Always}"),
       "apiVersion" + exec_for},
      {User("exec: {command: x, apiVersion: v, interactiveMode: always}"),
       "invalid interactiveMode for u: \"always\""},
      {User("exec: {command: x, apiVersion: v, interactiveMode: Never, "
            "env: [{value: z}]}"),
       "env variable name" + exec_for},
      {User("exec: {command: x, apiVersion: v, interactiveMode: Never}, "
            "auth-provider: {name: oidc}"),
       "authProvider cannot be provided in combination with an exec plugin for "
       "u"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ValidateKubeconfig(Parsed(c.text));
    if (c.error.empty()) {
      EXPECT_TRUE(status.ok()) << c.text << "\n" << status;
      continue;
    }
    EXPECT_EQ(status.message(),
              absl::StrCat("invalid configuration: ", c.error))
        << c.text;
    EXPECT_EQ(ReasonOf(status), Reason::kInvalid);
  }
}

TEST(ValidateKubeconfigTest, ANameMayNotBeEmpty) {
  Kubeconfig config;
  config.clusters["c"].server = "https://x";
  config.users["u"];
  config.contexts[""] = {"c", "u", "", {}};
  EXPECT_EQ(ValidateKubeconfig(config).message(),
            "invalid configuration: empty context name is not allowed");
  config.contexts.clear();
  config.clusters[""].tls_server_name = "x";
  EXPECT_EQ(ValidateKubeconfig(config).message(),
            "invalid configuration: default cluster has no server defined");
}

TEST(ConfirmKubeconfigUsableTest, LooksAtOneContextOnly) {
  const Kubeconfig config = Parsed(R"(
clusters:
- {name: good, cluster: {server: https://x}}
- {name: bad, cluster: {tls-server-name: z}}
users:
- {name: good, user: {token: t}}
- {name: bad, user: {token: t, username: u}}
contexts:
- {name: good, context: {cluster: good, user: good}}
- {name: bad, context: {cluster: bad, user: bad}}
- {name: dangling, context: {cluster: none, user: none}}
current-context: good
)");
  const struct {
    const char* context;
    const char* error;
    Reason reason;
  } kCases[] = {
      {"", "", Reason::kNone},
      {"good", "", Reason::kNone},
      {"bad",
       "invalid configuration: [more than one authentication method found for "
       "bad; found [token basicAuth], only one is allowed, no server found for "
       "cluster \"bad\"]",
       Reason::kInvalid},
      {"dangling",
       "invalid configuration: [user \"none\" was not found for context "
       "\"dangling\", cluster \"none\" was not found for context \"dangling\", "
       "cluster has no server defined]",
       Reason::kInvalid},
      {"none",
       "invalid configuration: context was not found for specified context: "
       "none",
       Reason::kNotFound},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ConfirmKubeconfigUsable(config, c.context);
    EXPECT_EQ(status.message(), c.error);
    EXPECT_EQ(ReasonOf(status), c.reason) << status;
  }
}

TEST(ConfirmKubeconfigUsableTest, WantsAContext) {
  Kubeconfig config;
  EXPECT_EQ(ReasonOf(ConfirmKubeconfigUsable(config)), Reason::kInvalid);
  config.users["u"];
  const absl::Status status = ConfirmKubeconfigUsable(config);
  EXPECT_EQ(status.message(), "no context chosen");
  EXPECT_EQ(ReasonOf(status), Reason::kNotFound);
}

}  // namespace
}  // namespace gatehouse::pki
