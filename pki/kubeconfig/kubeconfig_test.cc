#include "pki/kubeconfig/kubeconfig.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/secret.h"
#include "gtest/gtest.h"

namespace gatehouse::pki {
namespace {

std::string Text(const Secret& secret) {
  return std::string(secret.Reveal(SecretAccess::Get()));
}

std::string Yaml(const Kubeconfig& config) {
  return Text(KubeconfigToYaml(config));
}

Kubeconfig Parsed(absl::string_view text) {
  absl::StatusOr<Kubeconfig> config = ParseKubeconfig(text, "f");
  EXPECT_TRUE(config.ok()) << config.status() << "\n" << text;
  return config.ok() ? *std::move(config) : Kubeconfig();
}

// What is written parses to the same, and is written again byte for byte.
void ExpectRoundTrip(const Kubeconfig& config) {
  const std::string text = Yaml(config);
  const Kubeconfig again = Parsed(text);
  EXPECT_TRUE(again == config) << text;
  EXPECT_EQ(Yaml(again), text);
}

// Every field that there is, as kubectl writes it.
constexpr char kFull[] = R"(apiVersion: v1
clusters:
- cluster:
    certificate-authority: /ca.crt
    certificate-authority-data: Y2E=
    disable-compression: true
    extensions:
    - extension:
        last-update: "2026"
        provider: minikube
      name: cluster_info
    insecure-skip-tls-verify: true
    proxy-url: socks5://proxy:1080
    server: https://127.0.0.1:6443
    tls-server-name: kubernetes.default
  name: a
- cluster:
    server: https://b
  name: b
contexts:
- context:
    cluster: a
    extensions:
    - extension: 7
      name: seven
    namespace: shares
    user: john
  name: john@a
current-context: john@a
extensions:
- extension:
  - 1
  - two
  - a: []
    b: {}
  name: list
kind: Config
preferences:
  colors: true
  extensions:
  - extension: null
    name: p
users:
- name: john
  user:
    as: mary
    as-groups:
    - devs
    - "system:masters "
    as-uid: "42"
    as-user-extra:
      empty: []
      scopes:
      - one
      - two
    auth-provider:
      config:
        access-token: tok
        id: "1"
      name: oidc
    client-certificate: /john.crt
    client-certificate-data: Y2VydA==
    client-key: /john.key
    client-key-data: a2V5
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - get
      - "--json"
      command: /bin/get-token
      env:
      - name: A
        value: b
      - name: C
      installHint: "apt install it"
      interactiveMode: Never
      provideClusterInfo: true
    extensions:
    - extension: true
      name: x
    password: secret
    token: opaque-token
    tokenFile: /token
    username: john
)";

TEST(KubeconfigTest, ReadsEveryField) {
  const Kubeconfig config = Parsed(kFull);
  const KubeconfigCluster& cluster = config.clusters.at("a");
  EXPECT_EQ(cluster.server, "https://127.0.0.1:6443");
  EXPECT_EQ(cluster.tls_server_name, "kubernetes.default");
  EXPECT_TRUE(cluster.insecure_skip_tls_verify);
  EXPECT_EQ(cluster.certificate_authority, "/ca.crt");
  EXPECT_EQ(cluster.certificate_authority_data, "ca");
  EXPECT_EQ(cluster.proxy_url, "socks5://proxy:1080");
  EXPECT_TRUE(cluster.disable_compression);
  EXPECT_EQ(cluster.extensions.at("cluster_info"),
            R"({"last-update":"2026","provider":"minikube"})");
  EXPECT_EQ(config.clusters.size(), 2u);
  const KubeconfigContext& context = config.contexts.at("john@a");
  EXPECT_EQ(context.cluster, "a");
  EXPECT_EQ(context.user, "john");
  EXPECT_EQ(context.namespace_name, "shares");
  EXPECT_EQ(context.extensions.at("seven"), "7");
  EXPECT_EQ(config.current_context, "john@a");
  EXPECT_TRUE(config.preferences_colors);
  EXPECT_EQ(config.preferences_extensions.at("p"), "null");
  EXPECT_EQ(config.extensions.at("list"), R"([1,"two",{"a":[],"b":{}}])");
}

TEST(KubeconfigTest, ReadsEveryFieldOfAUser) {
  const Kubeconfig config = Parsed(kFull);
  const KubeconfigUser& user = config.users.at("john");
  EXPECT_EQ(user.client_certificate, "/john.crt");
  EXPECT_EQ(user.client_certificate_data, "cert");
  EXPECT_EQ(user.client_key, "/john.key");
  EXPECT_EQ(Text(user.client_key_data), "key");
  EXPECT_EQ(Text(user.token), "opaque-token");
  EXPECT_EQ(user.token_file, "/token");
  EXPECT_EQ(user.as, "mary");
  EXPECT_EQ(user.as_uid, "42");
  EXPECT_EQ(user.as_groups,
            (std::vector<std::string>{"devs", "system:masters "}));
  EXPECT_EQ(user.as_user_extra.at("scopes"),
            (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(user.as_user_extra.at("empty").empty());
  EXPECT_EQ(user.username, "john");
  EXPECT_EQ(Text(user.password), "secret");
  EXPECT_EQ(user.auth_provider->name, "oidc");
  EXPECT_EQ(Text(user.auth_provider->config.at("access-token")), "tok");
  EXPECT_EQ(user.extensions.at("x"), "true");
  const KubeconfigExec& exec = *user.exec;
  EXPECT_EQ(exec.command, "/bin/get-token");
  EXPECT_EQ(exec.args, (std::vector<std::string>{"get", "--json"}));
  EXPECT_EQ(exec.env.size(), 2u);
  EXPECT_EQ(exec.env[0].name, "A");
  EXPECT_EQ(Text(exec.env[0].value), "b");
  EXPECT_TRUE(exec.env[1].value.empty());
  EXPECT_EQ(exec.api_version, "client.authentication.k8s.io/v1");
  EXPECT_EQ(exec.install_hint, "apt install it");
  EXPECT_TRUE(exec.provide_cluster_info);
  EXPECT_EQ(exec.interactive_mode, "Never");
}

TEST(KubeconfigTest, WritesAsItReads) { EXPECT_EQ(Yaml(Parsed(kFull)), kFull); }

TEST(KubeconfigTest, WritesTheSameWhateverTheFormAndOrder) {
  const std::string want = R"(apiVersion: v1
clusters:
- cluster:
    server: https://x
  name: c
contexts: []
current-context: ""
kind: Config
users:
- name: a
  user: {}
- name: b
  user:
    client-key-data: a2V5
)";
  const char* const kForms[] = {
      R"({"kind":"Config","apiVersion":"v1","users":[{"user":
         {"client-key-data":"a2V5"},"name":"b"},{"name":"a"}],
         "clusters":[{"name":"c","cluster":{"server":"https://x"}}]})",
      R"(users: [{name: b, user: {client-key-data: "a2\nV5"}}, {name: a}]
clusters:
  - name: c
    cluster: {server: 'https://x', insecure-skip-tls-verify: false}
)",
      R"(# Without a kind, as client-go allows.
contexts:
current-context: ""
preferences: {}
clusters:
- name: c
  cluster:
    server: https://x
    certificate-authority-data: ""
    extensions: null
users:
- {name: a, user: null}
- name: b
  user:
    client-key-data: !!str a2V5
    exec: null
    as-groups: []
)",
  };
  for (const char* form : kForms) EXPECT_EQ(Yaml(Parsed(form)), want) << form;
}

TEST(KubeconfigTest, OddTextComesBack) {
  const std::string kTexts[] = {
      "plain",
      "true",
      "No",
      "null",
      "~",
      "1",
      "1e5",
      "0x1F",
      "1:30",
      "2026-01-01",
      " leading",
      "trailing ",
      "a: b",
      "a:",
      "#x",
      "- x",
      "[x]",
      "{x}",
      "*x",
      "&x",
      "!x",
      "%x",
      "@x",
      "`x`",
      "\"quoted\"",
      "it's",
      "back\\slash",
      "line\nbreak",
      "tab\t",
      "bell\x07",
      "\x7f",
      "\xc2\x85",
      "\xe2\x80\xa8",
      "\xef\xbb\xbf",
      "\xef\xbf\xbe",
      "\xef\xbf\xbf",
      "\xc3\xbcml\xc3\xa4ut",
      "\xf0\x9f\x94\x91",
      "=",
      "<<",
      "/",
      "?",
      "? x",
      std::string("nul\0nul", 7),
      std::string(5000, 'x'),
      std::string(3000, '\n'),
  };
  for (const std::string& text : kTexts) {
    Kubeconfig config;
    config.current_context = text;
    config.clusters[text].server = text;
    KubeconfigUser& user = config.users[text];
    user.token = Secret(text);
    user.as_groups = {text, "", text};
    user.client_key_data = Secret(text);
    user.exec.emplace().env.push_back({text, Secret(text)});
    if (text.size() < 1000) {
      user.as_user_extra[text] = {text};
      user.auth_provider.emplace().config[text] = Secret(text);
    }
    ExpectRoundTrip(config);
  }
}

TEST(KubeconfigTest, EmptyPartsComeBack) {
  ExpectRoundTrip(Kubeconfig());
  Kubeconfig config;
  config.clusters["c"];
  config.users["plain"];
  config.users["provider"].auth_provider.emplace();
  config.users["exec"].exec.emplace();
  config.users["variable"].exec.emplace().env.emplace_back();
  config.users["extra"].as_user_extra["k"];
  config.contexts["x"];
  ExpectRoundTrip(config);
}

TEST(KubeconfigTest, ExtensionsAreKeptInACanonicalForm) {
  const struct {
    const char* in;
    const char* kept;
  } kCases[] = {
      {"1", "1"},
      {"-0", "0"},
      {"1e2", "100"},
      {"1.50", "1.5"},
      {"1e300", "1e+300"},
      {"18446744073709551615", "18446744073709551615"},
      {"\"1\"", "\"1\""},
      {"\"\\u0007\\n\"", R"("\u0007\u000a")"},
      {"null", "null"},
      {"{\"b\": 1, \"a\": {\"d\": [], \"c\": {}}}",
       R"({"a":{"c":{},"d":[]},"b":1})"},
      {"[[1, [2]], [], [{\"x\": [3]}]]", R"([[1,[2]],[],[{"x":[3]}]])"},
      {"{\"yes\": \"no\", \"1\": true}", R"({"1":true,"yes":"no"})"},
  };
  for (const auto& c : kCases) {
    const Kubeconfig config = Parsed(absl::StrCat(
        "{\"extensions\": [{\"name\": \"x\", \"extension\": ", c.in, "}]}"));
    EXPECT_EQ(config.extensions.at("x"), c.kept) << c.in;
    ExpectRoundTrip(config);
  }
}

TEST(KubeconfigTest, AnExtensionThatIsNoJsonIsWrittenAsText) {
  Kubeconfig config;
  config.extensions["x"] = "not: [json";
  EXPECT_EQ(Parsed(Yaml(config)).extensions.at("x"), "\"not: [json\"");
}

TEST(KubeconfigTest, ErrorsSayWhereAndWhat) {
  const struct {
    const char* text;
    Reason reason;
    const char* message;
  } kCases[] = {
      {"", Reason::kInvalid, "no kubeconfig"},
      {"# nothing\n", Reason::kInvalid, "no kubeconfig"},
      {"just text", Reason::kInvalid, "f:1:1: no kubeconfig"},
      {"- a\n", Reason::kInvalid, "f:1:1: no kubeconfig"},
      {"{} {}", Reason::kInvalid, "f:1:4: a second document"},
      {"kind: Config\n---\nkind: Config\n", Reason::kInvalid,
       "f:3:1: a second document"},
      {"kind: [", Reason::kMalformed, "f:"},
      {"kind: Config\nkind: Config\n", Reason::kDuplicate, "f:2:1"},
      {"kind: Pod", Reason::kUnsupported,
       "f:1:7: kind: want \"Config\", got \"Pod\""},
      {"apiVersion: v2", Reason::kUnsupported, "f:1:13: apiVersion: want"},
      {"kind: 1", Reason::kInvalid, "kind: want a string, got a number"},
      {"cluster: []", Reason::kUnknownField,
       "f:1:1: unknown field \"cluster\""},
      {"clusters: {}", Reason::kInvalid,
       "f:1:11: clusters: want a list, got a map"},
      {"clusters: [x]", Reason::kInvalid,
       "clusters[0]: want a map, got a string"},
      {"clusters:\n- name: a\n  cluster: {sever: x}", Reason::kUnknownField,
       "f:3:13: clusters[0].cluster: unknown field \"sever\""},
      {"clusters: [{cluster: {}}]", Reason::kInvalid,
       "clusters[0]: want a name"},
      {"clusters: [{name: '', cluster: {}}]", Reason::kInvalid,
       "clusters[0]: want a name"},
      {"clusters:\n- name: a\n- name: b\n- name: a\n", Reason::kDuplicate,
       "f:4:3: clusters[2]: the name \"a\" comes twice"},
      {"clusters: [{name: a, cluster: {insecure-skip-tls-verify: 'true'}}]",
       Reason::kInvalid, "want a boolean, got a string"},
      {"users: [{name: a, user: {client-key-data: hunter2}}]", Reason::kInvalid,
       "users[0].user.client-key-data: not base64"},
      {"users: [{name: a, user: {client-key-data: a2V5Cg}}]", Reason::kInvalid,
       "not base64"},
      {"users: [{name: a, user: {client-key-data: a2V5Cg=}}]", Reason::kInvalid,
       "not base64"},
      {"users: [{name: a, user: {client-key-data: 'a2 V5'}}]", Reason::kInvalid,
       "not base64"},
      {"users: [{name: a, user: {client-key-data: a2V_}}]", Reason::kInvalid,
       "not base64"},
      {"users: [{name: a, user: {client-key-data: a2V5Cz==}}]",
       Reason::kInvalid, "not base64"},
      {"users: [{name: a, user: {token: 12345678}}]", Reason::kInvalid,
       "users[0].user.token: want a string, got a number"},
      {"users: [{name: a, user: {as-groups: [x, 1]}}]", Reason::kInvalid,
       "users[0].user.as-groups[1]: want a string"},
      {"users: [{name: a, user: {as-groups: [null]}}]", Reason::kInvalid,
       "as-groups[0]: want a string, got null"},
      {"users: [{name: a, user: {as-user-extra: {k: v}}}]", Reason::kInvalid,
       "as-user-extra[\"k\"]: want a list"},
      {"users: [{name: a, user: {exec: {cmd: x}}}]", Reason::kUnknownField,
       "users[0].user.exec: unknown field \"cmd\""},
      {"users: [{name: a, user: {exec: {env: [{name: 1}]}}}]", Reason::kInvalid,
       "exec.env[0].name: want a string"},
      {"users: [{name: a, user: {auth-provider: {config: {k: 1}}}}]",
       Reason::kInvalid, "auth-provider.config[\"k\"]: want a string"},
      {"extensions: [{name: a}, {name: a}]", Reason::kDuplicate,
       "extensions[1]: the name \"a\""},
      {"{\"extensions\": [{\"name\": \"a\", \"extension\": 1e999}]}",
       Reason::kInvalid, "extensions[0].extension: this number is out of"},
      {"current-context: {}", Reason::kInvalid, "current-context: want a str"},
      {"preferences: {colours: true}", Reason::kUnknownField,
       "preferences: unknown field \"colours\""},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ParseKubeconfig(c.text, "f").status();
    EXPECT_FALSE(status.ok()) << c.text;
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason))
        << c.text << "\n"
        << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message))
        << c.text << "\n"
        << status;
    // Whatever stood in a secret's place.
    for (const char* secret : {"hunter2", "12345678", "a2V"}) {
      EXPECT_FALSE(absl::StrContains(status.ToString(), secret)) << status;
    }
  }
}

TEST(KubeconfigTest, CeilingsHold) {
  const std::string key(2000, 'k');
  const std::string deep(100, '[');
  const std::string kTexts[] = {
      absl::StrCat("extensions: [{name: a, extension: {? ", key, " : 1}}]"),
      absl::StrCat("users: [{name: a, user: {as-user-extra: {? ", key,
                   " : []}}}]"),
      absl::StrCat("{\"extensions\": [{\"name\": \"a\", \"extension\": ", deep),
      std::string((size_t{16} << 20) + 1, ' '),
  };
  for (const std::string& text : kTexts) {
    const absl::Status status = ParseKubeconfig(text, "f").status();
    EXPECT_EQ(ReasonName(ReasonOf(status)), "TooLarge") << status;
  }
}

TEST(KubeconfigTest, UnknownFieldsAreDroppedWhenTold) {
  constexpr char kText[] = R"(
kind: Config
future: {a: [1]}
clusters:
- name: c
  colour: red
  cluster: {server: https://x, quic: true}
users:
- name: u
  user: {token: t, passkey: p}
)";
  EXPECT_EQ(ReasonOf(ParseKubeconfig(kText, "f").status()),
            Reason::kUnknownField);
  const absl::StatusOr<Kubeconfig> config =
      ParseKubeconfig(kText, "f", UnknownFields::kIgnore);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->clusters.at("c").server, "https://x");
  EXPECT_EQ(Text(config->users.at("u").token), "t");
  ExpectRoundTrip(*config);
}

TEST(KubeconfigTest, EveryFieldCountsInAComparison) {
  const Kubeconfig config = Parsed(kFull);
  const std::string full(kFull);
  // Changing any line that holds a value makes another object.
  for (size_t start = 0; start < full.size();) {
    const size_t end = full.find('\n', start);
    std::string line = full.substr(start, end - start);
    const std::string before = full.substr(0, start);
    const std::string after = full.substr(end);
    start = end + 1;
    if (absl::StrContains(line, "apiVersion: v1") ||
        absl::StrContains(line, "kind: ") || line.back() == ':' ||
        line.back() == ']' || line.back() == '}') {
      continue;
    }
    if (absl::EndsWith(line, "true")) {
      line.replace(line.size() - 4, 4, "false");
    } else if (absl::EndsWith(line, "null")) {
      line.replace(line.size() - 4, 4, "0");
    } else if (line.back() == '"') {
      line.insert(line.size() - 1, "x");
    } else if (absl::StrContains(line, "-data: ")) {
      line.replace(line.find(": ") + 2, std::string::npos, "eA==");
    } else if (absl::EndsWith(line, " 7") || absl::EndsWith(line, " 1")) {
      line.push_back('0');
    } else {
      line.push_back('x');
    }
    const Kubeconfig other = Parsed(absl::StrCat(before, line, after));
    EXPECT_FALSE(other == config) << line;
    ExpectRoundTrip(other);
  }
}

}  // namespace
}  // namespace gatehouse::pki
