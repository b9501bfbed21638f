// The server as a process, asked by curl and by the library's own client.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "authn/webhook/token_review_client.h"
#include "authn/webhook/webhook_endpoint.h"
#include "base/file.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_client.h"
#include "testing/test_ca.h"

namespace gatehouse::cli {
namespace {

using ::gatehouse::testing::TestCa;
using ::gatehouse::testing::TestCertificate;
using ::testing::HasSubstr;

constexpr char kTokens[] = "secret-of-jane,jane,7,devs\n";
constexpr char kPolicy[] = R"(apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
rules:
- apiGroups: [""]
  resources: [pods]
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: readers
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reader
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: jane
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: callers
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:auth-delegator
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: delegate
)";

// A line of output that is waited for; "" at the end.
std::string ReadLine(std::FILE* file) {
  std::string line;
  for (int c = std::fgetc(file); c != EOF && c != '\n'; c = std::fgetc(file)) {
    line.push_back(static_cast<char>(c));
  }
  return line;
}

// A directory with certificates, tokens and a policy, and a server over them.
class ServeWebhookTest : public ::testing::Test {
 protected:
  ServeWebhookTest()
      : servers_("servers", absl::Now()), callers_("callers", absl::Now()) {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/webhook.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    Write("ca.crt", servers_.certificate().ToPem());
    Write("callers.crt", callers_.certificate().ToPem());
    WriteIdentity("server", servers_.Server({"localhost"}));
    WriteIdentity("named", callers_.Client("kube-apiserver"));
    WriteIdentity("delegate", callers_.Client("delegate"));
    WriteIdentity("other", callers_.Client("other"));
    WriteIdentity("forged", TestCa("callers", absl::Now()).Client("delegate"));
    Write("tokens.csv", kTokens);
    Write("policy.yaml", kPolicy);
  }

  ~ServeWebhookTest() override {
    if (pid_ != 0) Stop(SIGKILL);
  }

  std::string Path(absl::string_view name) const {
    return absl::StrCat(directory_, "/", name);
  }
  void Write(absl::string_view name, absl::string_view contents) const {
    ASSERT_TRUE(WriteFile(Path(name), contents).ok());
  }
  void WriteIdentity(absl::string_view name,
                     const TestCertificate& identity) const {
    Write(absl::StrCat(name, ".crt"), identity.certificate.ToPem());
    const Secret key = identity.key.ToPem();
    Write(absl::StrCat(name, ".key"), key.Reveal(SecretAccess::Get()));
  }

  // Starts the server with `more` flags; it says where it listens.
  void Serve(const std::vector<std::string>& more) {
    std::vector<std::string> args = {
        "cli/gatehouse",          "serve-webhook",
        "--secure-port",          "0",
        "--tls-cert-file",        Path("server.crt"),
        "--tls-private-key-file", Path("server.key"),
        "--caller-ca-file",       Path("callers.crt"),
        "--token-auth-file",      Path("tokens.csv"),
        "--default-policy",       "-f",
        Path("policy.yaml")};
    args.insert(args.end(), more.begin(), more.end());
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(&arg[0]);
    argv.push_back(nullptr);
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    ASSERT_EQ(::pipe(out.data()), 0);
    ASSERT_EQ(::pipe(err.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      for (const int fd : {out[0], out[1], err[0], err[1]}) ::close(fd);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = ::fdopen(out[0], "r");
    err_ = ::fdopen(err[0], "r");
    const std::string line = ReadLine(out_);
    constexpr absl::string_view kSays = "serving on https://127.0.0.1:";
    ASSERT_TRUE(absl::StartsWith(line, kSays)) << line << ReadLine(err_);
    ASSERT_TRUE(absl::SimpleAtoi(line.substr(kSays.size()), &port_)) << line;
  }

  // Sends a signal that ends the server. Returns its exit status.
  int Stop(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    std::fclose(out_);
    std::fclose(err_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // Waits for a line of the server's log that has this in it.
  std::string Logged(absl::string_view part) {
    while (true) {
      const std::string line = ReadLine(err_);
      if (line.empty() || absl::StrContains(line, part)) return line;
    }
  }

  // What curl prints: the body, and the status behind it; `caller` is the name
  // of a certificate, "" for none.
  std::string Curl(absl::string_view caller, absl::string_view path,
                   absl::string_view body = "",
                   absl::string_view more = "") const {
    Write("body", body);
    const std::string command = absl::StrCat(
        "cd ", directory_, " && curl --disable --silent --noproxy '*' ",
        "--cacert ca.crt --write-out ' %{http_code}' ",
        caller.empty()
            ? ""
            : absl::StrCat("--cert ", caller, ".crt --key ", caller, ".key "),
        body.empty() ? ""
                     : "--data-binary @body -H 'Content-Type: "
                       "application/json' ",
        more, " https://localhost:", port_, path, " 2>&1");
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
      out.push_back(static_cast<char>(c));
    }
    ::pclose(pipe);
    return out;
  }

  TestCa servers_;
  TestCa callers_;
  std::string directory_;
  pid_t pid_ = 0;
  int port_ = 0;
  std::FILE* out_ = nullptr;
  std::FILE* err_ = nullptr;
};

std::string TokenReview(absl::string_view token,
                        absl::string_view version = "v1") {
  return absl::StrCat(R"({"apiVersion":"authentication.k8s.io/)", version,
                      R"(","kind":"TokenReview","spec":{"token":")", token,
                      "\"}}");
}

std::string AccessReview(absl::string_view user, absl::string_view verb,
                         absl::string_view version = "v1") {
  return absl::StrCat(
      R"({"apiVersion":"authorization.k8s.io/)", version,
      R"(","kind":"SubjectAccessReview","spec":{"user":")", user,
      R"(","resourceAttributes":{"resource":"pods","verb":")", verb, "\"}}}");
}

TEST_F(ServeWebhookTest, AnswersCurl) {
  Serve({"--allow-callers", "kube-apiserver"});
  const std::string kApi = "/apis/authorization.k8s.io/v1/";
  struct Case {
    const char* caller;
    std::string path;
    std::string body;
    const char* more;  // Of curl's command line.
    std::vector<std::string> want;
  };
  const Case kCases[] = {
      {"named",
       "/authenticate",
       TokenReview("secret-of-jane"),
       "",
       {R"("authenticated":true)", R"("username":"jane")", R"("uid":"7")",
        R"("groups":["devs","system:authenticated"])", " 200"}},
      {"named",
       "/authenticate?timeout=30s",
       TokenReview("wrong"),
       "",
       {R"("authenticated":false)", " 200"}},
      {"named",
       "/authenticate",
       TokenReview("secret-of-jane", "v1beta1"),
       "",
       {R"("apiVersion":"authentication.k8s.io/v1beta1")", " 200"}},
      {"named",
       "/apis/authentication.k8s.io/v1/tokenreviews",
       TokenReview("secret-of-jane"),
       "",
       {R"("authenticated":true)", " 201"}},
      {"named",
       "/authorize",
       AccessReview("jane", "get"),
       "",
       {R"("allowed":true)", "readers", " 200"}},
      {"named",
       "/authorize",
       AccessReview("jane", "delete"),
       "",
       {R"("allowed":false)", " 200"}},
      {"named",
       "/authorize",
       AccessReview("jane", "get", "v1beta1"),
       "",
       {R"("allowed":true)", R"(authorization.k8s.io/v1beta1)", " 200"}},
      {"named",
       kApi + "subjectaccessreviews",
       AccessReview("jane", "get"),
       "",
       {R"("allowed":true)", " 201"}},
      // Who may not ask.
      {"",
       "/authenticate",
       TokenReview("secret-of-jane"),
       "",
       {R"("reason":"Unauthorized")", " 401"}},
      {"forged",
       "/authenticate",
       TokenReview("secret-of-jane"),
       "",
       {R"("reason":"Unauthorized")", " 401"}},
      {"",
       "/authenticate",
       TokenReview("secret-of-jane"),
       "-H 'Authorization: Bearer secret-of-jane' -H 'X-Remote-User: "
       "kube-apiserver'",
       {R"("reason":"Unauthorized")", " 401"}},
      {"other",
       "/authenticate",
       TokenReview("secret-of-jane"),
       "",
       {R"(User \"other\" cannot create resource \"tokenreviews\")", " 403"}},
      {"delegate",
       "/authorize",
       AccessReview("jane", "get"),
       "",
       {"not named by --allow-callers", " 403"}},
      {"named",
       "/authorize",
       AccessReview("jane", "get"),
       "-H 'Impersonate-User: root'",
       {"impersonation is not enabled", " 403"}},
      // What is no question.
      {"named",
       "/authenticate",
       AccessReview("jane", "get"),
       "",
       {"want a TokenReview", " 400"}},
      {"named", "/authenticate", "{\"a\":1,\"a\":2}", "", {" 400"}},
      {"named",
       "/authenticate",
       TokenReview(""),
       "",
       {"token is required", " 400"}},
      {"named", "/authenticate", "", "", {R"("MethodNotAllowed")", " 405"}},
      {"named",
       "/authenticate",
       TokenReview("x"),
       "-H 'Content-Type: application/vnd.kubernetes.protobuf'",
       {R"("UnsupportedMediaType")", " 415"}},
      {"named", "/other", TokenReview("x"), "", {R"("NotFound")", " 404"}},
      {"named", "/authenticate/", TokenReview("x"), "", {" 404"}},
      // For everybody.
      {"", "/healthz", "", "", {"ok 200"}},
      {"", "/livez", "", "", {"ok 200"}},
      {"", "/readyz", "", "", {"ok 200"}},
  };
  for (const Case& c : kCases) {
    const std::string got = Curl(c.caller, c.path, c.body, c.more);
    for (const std::string& part : c.want) {
      EXPECT_THAT(got, HasSubstr(part)) << c.caller << " " << c.path;
    }
  }
  // Who runs it reads why, of each kind of refusal.
  EXPECT_THAT(Logged("it has no credentials"), HasSubstr("refused with 401: "));
  EXPECT_THAT(Logged("not named by --allow-callers"),
              HasSubstr("refused with 403: "));
  EXPECT_EQ(Stop(SIGTERM), 0);
}

TEST_F(ServeWebhookTest, ThePolicySaysWhoMayAsk) {
  Serve({});
  EXPECT_THAT(Curl("delegate", "/authenticate", TokenReview("secret-of-jane")),
              HasSubstr(R"("authenticated":true)"));
  EXPECT_THAT(Curl("delegate", "/authorize", AccessReview("jane", "get")),
              HasSubstr(R"("allowed":true)"));
  EXPECT_THAT(Curl("other", "/authorize", AccessReview("jane", "get")),
              HasSubstr(" 403"));
  EXPECT_THAT(Logged("other"),
              HasSubstr("refused with 403: POST /authorize of other ("));
  EXPECT_EQ(Stop(SIGINT), 0);
}

TEST_F(ServeWebhookTest, ReadsItsFilesAgain) {
  Serve({});
  const std::string question = AccessReview("jane", "delete");
  EXPECT_THAT(Curl("delegate", "/authorize", question),
              HasSubstr(R"("allowed":false)"));
  Write("policy.yaml", absl::StrReplaceAll(kPolicy, {{"[get]", "[delete]"}}));
  EXPECT_EQ(Logged("read the policy again"), "read the policy again");
  EXPECT_THAT(Curl("delegate", "/authorize", question),
              HasSubstr(R"("allowed":true)"));
  // What is wrong changes nothing.
  Write("policy.yaml", "rules: [");
  EXPECT_THAT(Logged("Warning"),
              HasSubstr("what was read before stays in effect"));
  EXPECT_THAT(Curl("delegate", "/authorize", question),
              HasSubstr(R"("allowed":true)"));
  // All files, when it is told to.
  Write("policy.yaml", kPolicy);
  Write("tokens.csv", "secret-of-joe,joe,8\n");
  WriteIdentity("server", servers_.Server({"localhost"}));
  ::kill(pid_, SIGHUP);
  EXPECT_EQ(Logged("read all files again"), "read all files again");
  EXPECT_THAT(Curl("delegate", "/authorize", question),
              HasSubstr(R"("allowed":false)"));
  EXPECT_THAT(Curl("delegate", "/authenticate", TokenReview("secret-of-jane")),
              HasSubstr(R"("authenticated":false)"));
  EXPECT_THAT(Curl("delegate", "/authenticate", TokenReview("secret-of-joe")),
              HasSubstr(R"("username":"joe")"));
  EXPECT_EQ(Stop(SIGTERM), 0);
}

// Nobody has to ask: who takes a leaked token out and mistypes is told that it
// still works.
TEST_F(ServeWebhookTest, ComplainsOfWhatItCannotReadAgain) {
  const struct {
    const char* file;
    const char* contents;
  } kCases[] = {
      {"tokens.csv", "x,y\n"},
      {"server.crt", "no PEM\n"},
      {"server.crt", ""},
      {"server.key", "no PEM\n"},
      {"callers.crt", "no PEM\n"},
      {"callers.crt", ""},
      {"policy.yaml", "rules: [\n"},
      {"policy.yaml", "kind: Role"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.file, ": ", c.contents));
    Serve({});
    const auto before = ReadFile(Path(c.file));
    ASSERT_TRUE(before.ok()) << before.status();
    Write(c.file, c.contents);
    const std::string complaint = Logged("Warning");
    EXPECT_THAT(complaint, HasSubstr(c.file));
    EXPECT_THAT(complaint, HasSubstr("what was read before stays in effect"));
    EXPECT_THAT(
        Curl("delegate", "/authenticate", TokenReview("secret-of-jane")),
        HasSubstr(R"("authenticated":true)"));
    ::kill(pid_, SIGHUP);
    EXPECT_EQ(Logged("not all files"), "not all files could be read again");
    EXPECT_EQ(Stop(SIGTERM), 0);
    Write(c.file, *before);
  }
}

// The kubeconfig of docs/webhook.md, with this test's files.
TEST_F(ServeWebhookTest, AnswersALibraryThatAsksAsDocumented) {
  Serve({"--allow-callers", "kube-apiserver"});
  const auto page = ReadFile("docs/webhook.md");
  ASSERT_TRUE(page.ok()) << page.status();
  constexpr absl::string_view kFence = "```yaml\n";
  const size_t begin = page->find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const size_t end = page->find("```", begin + kFence.size());
  const std::string kubeconfig = absl::StrReplaceAll(
      page->substr(begin + kFence.size(), end - begin - kFence.size()),
      {{"gatehouse.example:8443", absl::StrCat("localhost:", port_)},
       {"gatehouse-ca.crt", "ca.crt"},
       {"client-certificate: kube-apiserver.crt",
        "client-certificate: named.crt"},
       {"client-key: kube-apiserver.key", "client-key: named.key"}});
  Write("authentication.kubeconfig", kubeconfig);
  for (const char* version : {"v1", "v1beta1"}) {
    auto endpoint = authn::WebhookEndpointFromFile(
        Path("authentication.kubeconfig"), net::MakeHttpsClient);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    authn::WebhookOptions options;
    options.api_version = version;
    const auto webhook =
        authn::WebhookTokenAuthenticator::Create(*std::move(endpoint), options);
    ASSERT_TRUE(webhook.ok()) << webhook.status();
    authn::TokenContext context;
    context.now = absl::Now();
    const authn::Result jane =
        (*webhook)->AuthenticateToken("secret-of-jane", context);
    ASSERT_TRUE(jane.authenticated()) << jane.error();
    EXPECT_EQ(jane.authentication().user.name, "jane");
    EXPECT_TRUE((*webhook)->AuthenticateToken("wrong", context).rejected());
  }
}

TEST_F(ServeWebhookTest, WhatItDoesNotStartWith) {
  struct Case {
    const char* flags;
    const char* want;
  };
  const Case kCases[] = {
      {"", "--tls-cert-file is required"},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key",
       "--caller-ca-file is required"},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key "
       "--caller-ca-file $D/callers.crt -f -",
       "stdin cannot be read again"},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key "
       "--caller-ca-file $D/callers.crt -f $D/policy.yaml --client-ca-file "
       "$D/callers.crt",
       "--client-ca-file: it is about credentials that no TokenReview "
       "carries"},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key "
       "--caller-ca-file $D/callers.crt --anonymous-auth=false",
       "--anonymous-auth: it is about credentials that no TokenReview "
       "carries"},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key "
       "--caller-ca-file $D/none.crt -f $D/policy.yaml",
       "none.crt"},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/other.key "
       "--caller-ca-file $D/callers.crt -f $D/policy.yaml",
       "error: "},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key "
       "--caller-ca-file $D/callers.crt -f $D/policy.yaml --bind-address x",
       "error: "},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key "
       "--caller-ca-file $D/callers.crt -f $D/policy.yaml --allow-callers=",
       "error: --allow-callers: a name is empty; "},
      {"--tls-cert-file $D/server.crt --tls-private-key-file $D/server.key "
       "--caller-ca-file $D/callers.crt -f $D/policy.yaml --allow-callers ,",
       "error: --allow-callers: "},
  };
  for (const Case& c : kCases) {
    const std::string command =
        absl::StrCat("D=", directory_, "; cli/gatehouse serve-webhook ",
                     c.flags, " 2>&1; echo \" $?\"");
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    for (int ch = std::fgetc(pipe); ch != EOF; ch = std::fgetc(pipe)) {
      out.push_back(static_cast<char>(ch));
    }
    ::pclose(pipe);
    EXPECT_THAT(out, HasSubstr(c.want)) << c.flags;
    EXPECT_THAT(out, HasSubstr(" 2")) << c.flags;
  }
}

}  // namespace
}  // namespace gatehouse::cli
