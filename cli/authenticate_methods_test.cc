// Each way in which a request can say who sent it, through the command.
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "cli/pki/pki_fixture.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"
#include "objects/node.h"
#include "testing/faulty_server.h"
#include "testing/test_issuer.h"

namespace gatehouse::cli {
namespace {

using gatehouse::testing::FaultyServer;
using gatehouse::testing::TestIssuer;

constexpr char kNow[] = "2030-01-01T00:00:00Z";
const absl::Time kNowTime = absl::FromUnixSeconds(1893456000);

constexpr char kAnonymous[] =
    "system:anonymous  [system:unauthenticated] by anonymous";

void Write(absl::string_view name, absl::string_view text) {
  std::ofstream(PathOf(name), std::ios::binary) << text;
}

// Returns a JSON object of headers, each with one value.
std::string Fields(
    const std::vector<std::pair<std::string, std::string>>& headers) {
  return absl::StrCat("\"headers\":{",
                      absl::StrJoin(headers, ",",
                                    [](std::string* out, const auto& header) {
                                      absl::StrAppend(out, "\"", header.first,
                                                      "\":[\"", header.second,
                                                      "\"]");
                                    }),
                      "}");
}

std::string Bearer(absl::string_view token) {
  return Fields({{"Authorization", absl::StrCat("Bearer ", token)}});
}

std::string TextAt(const objects::Node& node, absl::string_view key) {
  const objects::Node* value = node.Find(key);
  return value != nullptr ? std::string(value->text()) : "";
}

std::string ListAt(const objects::Node& node, absl::string_view key) {
  std::vector<std::string> texts;
  const objects::Node* list = node.Find(key);
  if (list == nullptr) return "";
  for (const objects::Node& item : list->items()) {
    texts.emplace_back(item.text());
  }
  return absl::StrJoin(texts, " ");
}

// Returns an answer in one line: "name uid [groups] by authenticator
// credential-id for audiences", "Reason: error", or "no credential".
std::string Summary(absl::string_view answer) {
  const auto document = objects::ParseJson(answer, "answer");
  if (!document.ok()) return std::string(answer);
  const objects::Node& root = document->root();
  if (TextAt(root, "authenticated") != "true") {
    const std::string reason = TextAt(root, "reason");
    return reason.empty() ? "no credential"
                          : absl::StrCat(reason, ": ", TextAt(root, "error"));
  }
  const objects::Node& user = *root.Find("user");
  std::string text = absl::StrCat(
      TextAt(user, "username"), " ", TextAt(user, "uid"), " [",
      ListAt(user, "groups"), "] by ", TextAt(root, "authenticator"));
  const std::string id = TextAt(root, "credentialId");
  if (!id.empty()) absl::StrAppend(&text, " ", id);
  const std::string audiences = ListAt(root, "audiences");
  if (!audiences.empty()) absl::StrAppend(&text, " for ", audiences);
  return text;
}

struct Row {
  const char* what;
  std::string fields;  // Of the request, without the braces.
  std::string want;
};

// Asks all at the moment kNow, unless they say another, in one run.
void ExpectRows(const std::string& flags, const std::vector<Row>& rows) {
  std::string requests;
  for (const Row& row : rows) {
    const bool timed = absl::StrContains(row.fields, "\"now\":");
    absl::StrAppend(&requests, "{",
                    timed ? "" : absl::StrCat("\"now\":\"", kNow, "\""),
                    timed || row.fields.empty() ? "" : ",", row.fields, "}\n");
  }
  const Result result =
      Gatehouse(absl::StrCat("authenticate ", flags), requests);
  EXPECT_EQ(result.status, 0) << result.err;
  const std::vector<std::string> answers =
      absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(answers.size(), rows.size()) << result.out << result.err;
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(Summary(answers[i]), rows[i].want) << rows[i].what;
  }
}

TEST(AuthenticateMethodsTest, Anonymous) {
  const std::string config =
      "apiVersion: apiserver.config.k8s.io/v1\n"
      "kind: AuthenticationConfiguration\n"
      "anonymous:\n"
      "  enabled: true\n"
      "  conditions: [{path: /healthz}]\n";
  Write("config.yaml", config);
  ExpectRows("", {{"by default", "", kAnonymous},
                  {"other headers", Fields({{"Accept", "x"}}), kAnonymous}});
  Write("tokens.csv", "tok,jane,7\n");
  ExpectRows("--anonymous-auth=false --token-auth-file $tokens.csv",
             {{"off", "", "no credential"}});
  ExpectRows("--anonymous-auth", {{"on", "", kAnonymous}});
  ExpectRows("--authentication-config $config.yaml",
             {{"no path", "", "no credential"},
              {"the path", R"("uri":"/healthz")", kAnonymous},
              {"with a query", R"("uri":"/healthz?verbose")", kAnonymous},
              {"encoded", R"("uri":"/%68ealthz")", kAnonymous},
              {"absolute", R"("uri":"https://host:1/healthz?x")", kAnonymous},
              // A request's target has no fragment: "#" is part of the path.
              {"fragment", R"("uri":"/healthz#x")", "no credential"},
              {"below", R"("uri":"/healthz/etcd")", "no credential"},
              {"case", R"("uri":"/Healthz")", "no credential"}});
}

TEST(AuthenticateMethodsTest, StaticTokens) {
  Write("tokens.csv",
        "tok,jane,7,\"dev,ops\"\n"
        "tok2,jane,7\n");
  const std::string jane =
      "jane 7 [dev ops system:authenticated] by token-file STATIC=jane#1";
  const std::string unknown = "UnknownToken: invalid bearer token";
  ExpectRows(
      "--token-auth-file $tokens.csv",
      {{"a token", Bearer("tok"), jane},
       {"another of hers", Bearer("tok2"),
        "jane 7 [system:authenticated] by token-file STATIC=jane#2"},
       {"name of the header", Fields({{"authorization", "bearer tok"}}), jane},
       {"unknown", Bearer("nope"), unknown},
       {"a bad token is not anonymous", Bearer("TOK"), unknown},
       {"none", "", kAnonymous},
       {"another scheme", Fields({{"Authorization", "Basic tok"}}),
        kAnonymous}});
  ExpectRows("--token-auth-file $tokens.csv --api-audiences api,b",
             {{"for the server", Bearer("tok"), jane + " for api b"},
              {"as asked", Bearer("tok") + R"(,"audiences":["x","b"])",
               jane + " for b"},
              {"nobody's", Bearer("tok") + R"(,"audiences":["x"])", unknown},
              {"empty is not said", Bearer("tok") + R"(,"audiences":[])",
               jane + " for api b"}});
}

TEST(AuthenticateMethodsTest, WarningsGoToStderr) {
  Write("tokens.csv", "tok,jane,7\n");
  const Result result = Gatehouse("authenticate --token-auth-file $tokens.csv",
                                  absl::StrCat("{", Bearer(" tok"), "}\n"));
  EXPECT_EQ(Summary(result.out), kAnonymous);
  EXPECT_EQ(result.err,
            "Warning: stdin:1: the provided Authorization header contains "
            "extra space before the bearer token, and is ignored\n");
}

TEST(AuthenticateMethodsTest, WebSocketProtocols) {
  Write("tokens.csv", "tok,jane,7\n");
  const auto upgrade = [](const std::string& protocols) {
    return Fields({{"Connection", "Upgrade"},
                   {"Upgrade", "websocket"},
                   {"Sec-WebSocket-Protocol", protocols}});
  };
  const std::string token = "base64url.bearer.authorization.k8s.io.dG9r";
  ExpectRows(
      "--token-auth-file $tokens.csv",
      {{"a token", upgrade("v4.channel.k8s.io, " + token),
        "jane 7 [system:authenticated] by token-file STATIC=jane#1"},
       {"alone", upgrade(token), "Invalid: missing additional subprotocol"},
       {"no upgrade",
        Fields({{"Sec-WebSocket-Protocol", "v4.channel.k8s.io, " + token}}),
        kAnonymous}});
}

TEST(AuthenticateMethodsTest, RequestHeaders) {
  InitCluster();
  MakeUser("john");
  const auto certificate = [](const std::string& file) {
    return absl::StrCat(
        ",\"peerCertificates\":[\"",
        absl::StrReplaceAll(ReadTestFile(file), {{"\n", "\\n"}}), "\"]");
  };
  const std::string bob =
      R"("now":null,)" + Fields({{"X-Remote-User", "bob"},
                                 {"x-remote-group", "dev"},
                                 {"X-Remote-Extra-A%2Fb", "1"}});
  const std::string flags =
      "--client-ca-file $D/ca.crt "
      "--requestheader-client-ca-file $D/front-proxy-ca.crt "
      "--requestheader-username-headers X-Remote-User "
      "--requestheader-group-headers=X-Remote-Group "
      "--requestheader-extra-headers-prefix X-Remote-Extra- ";
  const auto masked = [&](const std::string& more, const std::string& fields) {
    const Result result = Gatehouse(absl::StrCat("authenticate ", flags, more),
                                    "{" + fields + "}\n");
    EXPECT_EQ(result.err, "");
    return Masked(Summary(result.out), {{"[0-9a-f]{64}", "HEX"}});
  };
  const std::string proxy = certificate("D/front-proxy-client.crt");
  EXPECT_EQ(masked("", bob + proxy),
            "bob  [dev system:authenticated] by request-header X509SHA256=HEX");
  EXPECT_EQ(
      masked("--requestheader-allowed-names front-proxy-client", bob + proxy),
      "bob  [dev system:authenticated] by request-header X509SHA256=HEX");
  EXPECT_EQ(masked("--api-audiences api", bob + proxy),
            "bob  [dev system:authenticated] by request-header X509SHA256=HEX "
            "for api");
  EXPECT_EQ(masked("", bob), kAnonymous);
  EXPECT_EQ(masked("", bob + certificate("john.crt")),
            "john  [examplegroup system:authenticated] by x509 X509SHA256=HEX");
  EXPECT_TRUE(absl::StartsWith(
      masked("--requestheader-allowed-names other", bob + proxy),
      "NotAllowed: "));
}

TEST(AuthenticateMethodsTest, BootstrapTokens) {
  Write("secret.yaml",
        "apiVersion: v1\n"
        "kind: Secret\n"
        "type: bootstrap.kubernetes.io/token\n"
        "metadata: {name: bootstrap-token-abcdef, namespace: kube-system}\n"
        "data: {token-id: YWJjZGVm}\n"
        "stringData:\n"
        "  token-secret: 0123456789abcdef\n"
        "  expiration: 2030-01-01T01:00:00Z\n"
        "  usage-bootstrap-authentication: \"true\"\n"
        "  auth-extra-groups: system:bootstrappers:kubeadm\n");
  const std::string token = Bearer("abcdef.0123456789abcdef");
  const std::string unknown = "UnknownToken: invalid bearer token";
  ExpectRows(
      "--enable-bootstrap-token-auth -f $secret.yaml",
      {{"good", token,
        "system:bootstrap:abcdef  [system:bootstrappers "
        "system:bootstrappers:kubeadm system:authenticated] by bootstrap "
        "BOOTSTRAP=abcdef"},
       {"expired", token + R"(,"now":"2030-01-01T01:00:00Z")", unknown},
       {"another secret", Bearer("abcdef.0123456789abcdeg"), unknown},
       {"another id", Bearer("abcdeg.0123456789abcdef"), unknown}});
  ExpectRows("-f $secret.yaml", {{"off", token, kAnonymous}});
  ExpectRows("--enable-bootstrap-token-auth", {{"no objects", token, unknown}});
}

// An account with a pod, a stored token, and the keys that verify.
class ServiceAccountCommandTest : public ::testing::Test {
 protected:
  ServiceAccountCommandTest() : keys_("https://sa") {
    Write("keys.json", keys_.jwks());
    stored_ = keys_.Sign(
        R"j({"iss":"kubernetes/serviceaccount","sub":)j"
        R"j("system:serviceaccount:default:web",)j"
        R"j("kubernetes.io/serviceaccount/namespace":"default",)j"
        R"j("kubernetes.io/serviceaccount/secret.name":"web-token",)j"
        R"j("kubernetes.io/serviceaccount/service-account.name":"web",)j"
        R"j("kubernetes.io/serviceaccount/service-account.uid":"u1"})j");
    bound_ = keys_.Sign(
        R"j({"iss":"https://sa","aud":["https://sa"],"jti":"j1","sub":)j"
        R"j("system:serviceaccount:default:web","iat":1893455000,)j"
        R"j("nbf":1893455000,"exp":1893459000,"kubernetes.io":{"namespace":)j"
        R"j("default","serviceaccount":{"name":"web","uid":"u1"},)j"
        R"j("pod":{"name":"web-0","uid":"p1"}}})j");
    Write("account.yaml",
          "apiVersion: v1\n"
          "kind: ServiceAccount\n"
          "metadata: {name: web, namespace: default, uid: u1}\n");
    Write("pod.yaml",
          "apiVersion: v1\n"
          "kind: Pod\n"
          "metadata: {name: web-0, namespace: default, uid: p1}\n"
          "spec: {serviceAccountName: web}\n");
    Write("secret.yaml",
          absl::StrCat("apiVersion: v1\n"
                       "kind: Secret\n"
                       "type: kubernetes.io/service-account-token\n"
                       "metadata: {name: web-token, namespace: default}\n"
                       "stringData: {token: \"",
                       stored_, "\"}\n"));
  }

  const TestIssuer keys_;
  std::string stored_;
  std::string bound_;
  const std::string flags_ =
      "--service-account-issuer https://sa --service-account-jwks-file "
      "$keys.json -f $account.yaml ";
  const std::string web_ =
      "system:serviceaccount:default:web u1 [system:serviceaccounts "
      "system:serviceaccounts:default system:authenticated] by ";
};

TEST_F(ServiceAccountCommandTest, BoundTokensDieWithWhatTheyAreBoundTo) {
  ExpectRows(flags_ + "-f $pod.yaml",
             {{"good", Bearer(bound_),
               web_ + "service-account JTI=j1 for https://sa"}});
  const Result expired = Gatehouse(
      "authenticate " + flags_ + "-f $pod.yaml",
      absl::StrCat(R"({"now":"2030-01-02T00:00:00Z",)", Bearer(bound_), "}\n"));
  EXPECT_TRUE(absl::StartsWith(Summary(expired.out), "Expired: "))
      << expired.out;
  const Result no_pod = Gatehouse(
      "authenticate " + flags_,
      absl::StrCat(R"({"now":")", kNow, "\",", Bearer(bound_), "}\n"));
  EXPECT_TRUE(absl::StartsWith(Summary(no_pod.out), "Revoked: ")) << no_pod.out;
}

TEST_F(ServiceAccountCommandTest, StoredTokensDieWithTheirSecret) {
  const std::string request =
      absl::StrCat(R"({"now":")", kNow, "\",", Bearer(stored_), "}\n");
  const Result good =
      Gatehouse("authenticate " + flags_ + "-f $secret.yaml", request);
  EXPECT_TRUE(absl::StartsWith(
      Summary(good.out),
      web_ + "legacy-service-account SECRET=default/web-token"))
      << good.out << good.err;
  const Result leaked = Gatehouse("authenticate " + flags_, request);
  EXPECT_TRUE(absl::StartsWith(Summary(leaked.out), "Revoked: ")) << leaked.out;
}

TEST(AuthenticateMethodsTest, OidcTokens) {
  std::string discovery;
  std::string jwks;
  FaultyServer server([&](const FaultyServer::Request& request) {
    const bool keys = absl::StartsWith(request.text, "GET /keys ");
    return FaultyServer::Response(200, keys ? jwks : discovery,
                                  "Content-Type: application/json\r\n");
  });
  std::string url = server.Url("");
  const TestIssuer issuer(url);
  discovery = issuer.discovery();
  jwks = issuer.jwks();
  Write("oidc-ca.crt", FaultyServer::ca_pem());
  const std::string flags = absl::StrCat(
      "--oidc-issuer-url ", url,
      " --oidc-client-id app --oidc-ca-file $oidc-ca.crt --oidc-signing-algs "
      "ES256 --oidc-username-prefix=oidc: --oidc-groups-claim groups");
  const auto token = [&](absl::string_view audience, absl::Duration left) {
    return Bearer(issuer.Token("jane", audience, kNowTime + left,
                               R"("groups":["dev"],"jti":"1")"));
  };
  const std::string good = token("app", absl::Hours(1));
  ExpectRows(flags, {{"good", good,
                      "oidc:jane  [dev system:authenticated] by oidc JTI=1"}});
  const auto reason = [&](const std::string& fields) {
    const Result result =
        Gatehouse("authenticate " + flags, absl::StrCat("{", fields, "}\n"));
    return std::string(
        *absl::StrSplit(Summary(result.out), absl::MaxSplits(':', 1)).begin());
  };
  const std::string now = absl::StrCat(R"("now":")", kNow, "\",");
  EXPECT_EQ(reason(now + token("app", -absl::Hours(1))), "Expired");
  EXPECT_NE(reason(now + token("other", absl::Hours(1))), "oidc");
  EXPECT_EQ(reason(absl::StrCat(R"("now":"2030-01-01T02:00:00Z",)", good)),
            "Expired");
}

TEST(AuthenticateMethodsTest, AnIssuerThatIsDownIsSaid) {
  Write("oidc-ca.crt", FaultyServer::ca_pem());
  const FaultyServer server([](const FaultyServer::Request&) {
    return FaultyServer::Response(500, "");
  });
  const Result result = Gatehouse(
      absl::StrCat("authenticate --oidc-issuer-url ", server.Url(""),
                   " --oidc-client-id app --oidc-ca-file $oidc-ca.crt "
                   "--issuer-timeout 10ms"),
      "{}\n");
  EXPECT_EQ(Summary(result.out), kAnonymous);
  EXPECT_TRUE(absl::StartsWith(result.err, "Warning: oidc: ")) << result.err;
}

// Nobody waits at the end for an issuer that takes the request and no more: it
// would be for the ten seconds that a request may take.
TEST(AuthenticateMethodsTest, AnIssuerThatHangsDoesNotHoldUpTheEnd) {
  Write("oidc-ca.crt", FaultyServer::ca_pem());
  Mutex mutex;
  CondVar changed;
  bool ended = false;
  const FaultyServer server([&](const FaultyServer::Request&) {
    MutexLock lock(mutex);
    while (!ended) changed.Wait(mutex);
    return std::string();
  });
  const absl::Time begin = absl::Now();
  const Result result = Gatehouse(
      absl::StrCat("authenticate --oidc-issuer-url ", server.Url(""),
                   " --oidc-client-id app --oidc-ca-file $oidc-ca.crt "
                   "--issuer-timeout 10ms"),
      "{}\n");
  EXPECT_LT(absl::Now() - begin, absl::Seconds(8));
  EXPECT_EQ(Summary(result.out), kAnonymous);
  const MutexLock lock(mutex);
  ended = true;
  changed.NotifyAll();
}

TEST(AuthenticateMethodsTest, TheWebhookIsAsked) {
  const FaultyServer server([](const FaultyServer::Request& request) {
    const bool jane = absl::StrContains(request.body(), "\"tok\"");
    return FaultyServer::Response(
        200,
        absl::StrCat(
            R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview",)",
            R"("status":{"authenticated":)", jane ? "true" : "false",
            R"(,"user":{"username":"jane","uid":"7","groups":["dev"]}}})"),
        "Content-Type: application/json\r\n");
  });
  Write("webhook.conf",
        absl::StrCat("apiVersion: v1\n"
                     "kind: Config\n"
                     "current-context: c\n"
                     "contexts: [{name: c, context: {cluster: s, user: u}}]\n"
                     "users: [{name: u, user: {}}]\n"
                     "clusters:\n"
                     "- name: s\n"
                     "  cluster:\n"
                     "    server: ",
                     server.Url("/review"),
                     "\n"
                     "    certificate-authority-data: ",
                     absl::Base64Escape(FaultyServer::ca_pem()), "\n"));
  ExpectRows(
      "--authentication-token-webhook-config-file $webhook.conf "
      "--authentication-token-webhook-version v1",
      {{"known", Bearer("tok"), "jane 7 [dev system:authenticated] by webhook"},
       {"unknown", Bearer("nope"), "UnknownToken: invalid bearer token"},
       {"none", "", kAnonymous}});
}

}  // namespace
}  // namespace gatehouse::cli
