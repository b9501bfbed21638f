#include "cli/run.h"

#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

constexpr const char* kCommands[] = {
    "authorize",
    "auth can-i",
    "auth who-can",
    "auth explain",
    "auth matrix",
    "auth reconcile",
    "auth whoami",
    "default-policy",
    "version",
    "completion",
    "authenticate",
    "kubeconfig create",
    "kubeconfig inspect",
    "pki init",
    "pki csr",
    "pki sign",
    "pki approve",
    "pki deny",
    "pki inspect",
    "pki verify",
    "pki revoke",
    "pki crl show",
    "pki crl renew",
    "pki crl sign",
    "pki check-expiration",
    "pki renew",
    "pki rotate-ca",
    "pki list",
};

TEST(RunTest, EveryCommandHasHelpWithExamples) {
  for (const char* command : kCommands) {
    SCOPED_TRACE(command);
    for (const char* flag : {" --help", " -h"}) {
      const Result result = RunLine(absl::StrCat(command, flag));
      EXPECT_EQ(result.status, 0);
      EXPECT_EQ(result.err, "");
      EXPECT_TRUE(absl::StrContains(result.out,
                                    absl::StrCat("Usage: gatehouse ", command)))
          << result.out;
      EXPECT_TRUE(absl::StrContains(result.out, "Examples:\n"));
    }
  }
}

TEST(RunTest, GroupsOfCommandsPrintHelp) {
  for (const char* line : {"", "--help", "auth", "auth --help", "pki",
                           "pki crl --help", "kubeconfig"}) {
    SCOPED_TRACE(line);
    const Result result = RunLine(line);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_TRUE(absl::StrContains(result.out, "Subcommands:"));
    EXPECT_TRUE(absl::StrContains(
        result.out, "Exit status: 0 for yes or done, 1 for no, 2 for an error"))
        << result.out;
  }
}

TEST(RunTest, Errors) {
  ExpectAll({
      {"bogus", 2, "",
       "error: The following argument was not expected: bogus; see 'gatehouse "
       "--help'\n",
       ""},
      {"auth bogus", 2, "",
       "error: The following argument was not expected: bogus; see 'gatehouse "
       "auth --help'\n",
       ""},
      {"version --bogus", 2, "",
       "error: The following argument was not expected: --bogus; see "
       "'gatehouse version --help'\n",
       ""},
      {"auth can-i -f", 2, "",
       "error: --filename: 1 required PATH missing; see 'gatehouse auth can-i "
       "--help'\n",
       ""},
      {"auth can-i get pods -f @jane.yaml --as a -o json", 2, "",
       "error: The following argument was not expected: -o; see "
       "'gatehouse auth can-i --help'\n",
       ""},
      {"completion tcsh", 2, "",
       "error: SHELL: tcsh not in {bash,zsh,fish}; see 'gatehouse completion "
       "--help'\n",
       ""},
      {"completion", 2, "",
       "error: SHELL is required; see 'gatehouse completion --help'\n", ""},
  });
}

// What is surplus may be a token that stands in the wrong place.
TEST(RunTest, ErrorsShowNoTokens) {
  const std::string token(41, 'e');
  const std::string misspelled = "tokn verify " + token;
  const std::string moment = "authenticate --issuer-timeout " + token;
  const std::string choice = "auth can-i --validate " + token;
  const std::string number = "serve-webhook --secure-port " + token;
  const std::string mode = "authorize --authorization-mode eyJh.eyJp.sig-_1";
  const std::string file = "authenticate --requests dir/eyJh.eyJp.sig-_1/a";
  ExpectAll({
      {misspelled, 2, "",
       "error: The following arguments were not expected: tokn verify (41 "
       "bytes); see 'gatehouse --help'\n",
       ""},
      {"auth can-i get pods --token=hunter2", 2, "",
       "error: The following argument was not expected: --token; see "
       "'gatehouse auth can-i --help'\n",
       ""},
      {moment, 2, "",
       "error: --issuer-timeout: want a duration such as 24h or 90m; see "
       "'gatehouse authenticate --help'\n",
       ""},
      {"authenticate --issuer-timeout soon", 2, "",
       "error: --issuer-timeout: want a duration such as 24h or 90m, got "
       "\"soon\"; see 'gatehouse authenticate --help'\n",
       ""},
      {choice, 2, "",
       "error: --validate: not one of {strict,warn,ignore}; see 'gatehouse "
       "auth can-i --help'\n",
       ""},
      {"auth can-i --validate soon", 2, "",
       "error: --validate: soon not in {strict,warn,ignore}; see 'gatehouse "
       "auth can-i --help'\n",
       ""},
      {number, 2, "",
       "error: --secure-port: not a value that it takes; see 'gatehouse "
       "serve-webhook --help'\n",
       ""},
      {"authenticate abcdef.0123456789abcdef", 2, "",
       "error: The following argument was not expected: (23 bytes); see "
       "'gatehouse authenticate --help'\n",
       ""},
      {mode, 2, "",
       "error: authorization-mode \"(a token)\" is not a valid mode: want "
       "RBAC, "
       "AlwaysAllow or AlwaysDeny\n",
       ""},
      {file, 2, "",
       "error: --requests: cannot read dir/(a token)/a: No such file or "
       "directory\n",
       ""},
  });
}

TEST(RunTest, Version) {
  ExpectAll({{"version", 0, "gatehouse 0.1.0 (answers as Kubernetes 1.37)\n",
              "", ""}});
}

TEST(RunTest, WhoAmI) {
  ExpectAll({
      {"auth whoami --as jane", 0,
       "ATTRIBUTE   VALUE\n"
       "Username    jane\n"
       "Groups      [system:authenticated]\n",
       "", ""},
      {"auth whoami --as system:serviceaccount:flask:flask-backend --as-uid 1",
       0,
       "ATTRIBUTE   VALUE\n"
       "Username    system:serviceaccount:flask:flask-backend\n"
       "UID         1\n"
       "Groups      [system:serviceaccounts system:serviceaccounts:flask "
       "system:authenticated]\n",
       "", ""},
      {"auth whoami --as jane --as-group dev -o yaml", 0,
       R"(apiVersion: authentication.k8s.io/v1
kind: SelfSubjectReview
status:
  userInfo:
    groups:
    - dev
    - system:authenticated
    username: jane
)",
       "", ""},
      {"auth whoami --as system:anonymous -o json", 0,
       R"({
    "apiVersion": "authentication.k8s.io/v1",
    "kind": "SelfSubjectReview",
    "status": {
        "userInfo": {
            "groups": [
                "system:unauthenticated"
            ],
            "username": "system:anonymous"
        }
    }
}
)",
       "", ""},
      {"auth whoami", 2, "",
       "error: --as USER is required: there is no cluster here that knows who "
       "you are\n",
       ""},
  });
}

// What is printed can be loaded, and is the same policy.
TEST(RunTest, DefaultPolicyLoads) {
  for (const char* format : {"yaml", "json"}) {
    SCOPED_TRACE(format);
    const Result policy = RunLine(absl::StrCat("default-policy -o ", format));
    EXPECT_EQ(policy.status, 0);
    EXPECT_EQ(policy.err, "");
    const Result list = RunLine(
        "auth can-i --list -f - --validate=strict --as jane", policy.out);
    EXPECT_EQ(list.status, 0);
    EXPECT_EQ(list.err, "");
    EXPECT_EQ(list.out,
              RunLine("auth can-i --list --default-policy --as jane").out);
    EXPECT_TRUE(absl::StrContains(list.out, "selfsubjectreviews"));
  }
}

struct CompletionRow {
  const char* shell;
  std::vector<const char*> parts;
};

TEST(RunTest, Completion) {
  const CompletionRow rows[] = {
      {"bash",
       {"complete -o default -F _gatehouse gatehouse\n",
        "'gatehouse auth can-i') words='get list watch", " --as-group ",
        "'gatehouse auth') words='can-i who-can explain matrix reconcile "
        "whoami --help -h'"}},
      {"zsh",
       {"#compdef gatehouse\n", "compadd -- can-i who-can explain",
        "_files; return"}},
      {"fish",
       {"complete -c gatehouse -n '__fish_use_subcommand' -f -a authorize -d",
        "complete -c gatehouse -n '__fish_seen_subcommand_from auth; and "
        "__fish_seen_subcommand_from can-i' -l "
        "namespace -s n -r -d 'Namespace to ask about'\n"}},
  };
  for (const CompletionRow& row : rows) {
    SCOPED_TRACE(row.shell);
    const Result result = RunLine(absl::StrCat("completion ", row.shell));
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    for (const char* part : row.parts) {
      EXPECT_TRUE(absl::StrContains(result.out, part)) << part << "\n"
                                                       << result.out;
    }
  }
}

// Names in manifests can hold what steers a terminal.
TEST(RunTest, ControlCharactersAreShownAsSuch) {
  const Result result = RunLine(
      "auth who-can get pods -f - -o name",
      R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
  "metadata":{"name":"r"},"rules":[{"verbs":["get"],"apiGroups":[""],
  "resources":["pods"]}]}
{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding",
  "metadata":{"name":"b"},"subjects":[{"kind":"User","name":"a\u001b[2J\nb"}],
  "roleRef":{"kind":"ClusterRole","name":"r"}})");
  EXPECT_EQ(result.out, "group/system:masters\nuser/a\\x1b[2J\\nb\n");
}

// One row for each flag that takes a value: an empty one takes no other
// argument for it.
TEST(RunTest, EmptyValueDoesNotSwallowTheNextArgument) {
  for (const char* flag : {"--as", "--as-group", "--as-uid", "--namespace",
                           "--subresource", "--filename", "--validate",
                           "--authorization-mode", "--always-allow-paths"}) {
    SCOPED_TRACE(flag);
    // With one argument swallowed these would be VERB TYPE NAME.
    const Result result = RunLine(absl::StrCat(
        "auth can-i ", flag, "= get pods one two -f @jane.yaml --as jane"));
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(RunLine("auth can-i get --as-group= system:masters --as a -f "
                    "@jane.yaml")
                .out,
            "no\n");
  EXPECT_EQ(RunLine("auth can-i get pods -n=default --namespace= -f @jane.yaml "
                    "--as jane")
                .out,
            "yes\n");
}

TEST(RunTest, BracketsAreTakenLiterally) {
  const std::vector<std::vector<std::string>> rows = {
      {"auth", "can-i", "[get]", "pods", "--as", "jane", "-f",
       "cli/testdata/jane.yaml"},
      {"auth", "can-i", "get", "[pods]", "--as", "jane", "-f",
       "cli/testdata/jane.yaml"},
      {"auth", "can-i", "get", "pods", "--as", "[jane]", "-f",
       "cli/testdata/jane.yaml"},
  };
  for (const auto& row : rows) EXPECT_EQ(RunArgs(row).out, "no\n");
  ExpectAll({
      {"auth can-i [get,pods] -f @jane.yaml --as jane", 2, "",
       "error: you must specify two arguments: verb resource or verb "
       "resource/resourceName; see 'gatehouse auth can-i --help'\n",
       ""},
      {"completion [bash]", 2, "",
       "error: SHELL: [bash] not in {bash,zsh,fish}; see 'gatehouse completion "
       "--help'\n",
       ""},
  });
  const Result whoami =
      RunLine("auth whoami --as a --as-group [x,y] --as-group={}");
  EXPECT_TRUE(absl::StrContains(whoami.out, "[[x,y] {} ")) << whoami.out;
}

TEST(RunTest, StrayPathsAreNotAskedAbout) {
  for (const char* line :
       {"auth can-i get pods -f @jane.yaml @team.yaml --as jane",
        "auth can-i get pods -f @jane.yaml gone.json --as jane",
        "auth can-i get -f @jane.yaml @team.yaml --as jane",
        "auth who-can get pods -f @jane.yaml @team.yaml",
        "auth matrix -f @jane.yaml @team.yaml --as jane"}) {
    SCOPED_TRACE(line);
    const Result result = RunLine(line);
    EXPECT_EQ(result.status, 2);
    EXPECT_TRUE(absl::StrContains(
        result.err, " is taken for a file: use -f for each file"));
  }
}

TEST(RunTest, EmptyPolicyIsNotSilent) {
  for (const char* text : {"", "---\n", "null\n", "---\n---\n"}) {
    SCOPED_TRACE(text);
    const std::string line = "auth can-i get pods -f - --as a";
    EXPECT_EQ(RunLine(line, text).err, "no roles or bindings in stdin\n");
    const Result strict = RunLine(line + " --validate=strict", text);
    EXPECT_EQ(strict.status, 2);
    EXPECT_EQ(strict.err, "error: no roles or bindings in stdin\n");
    EXPECT_EQ(RunLine(line + " --default-policy", text).err, "");
  }
}

TEST(RunTest, ErrorsAreOneLineWithoutControlCharacters) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{
           {"version", "--a\x1b[2J\nb"},
           {"auth", "can-i", "get", "pods", "--as", "a", "-f", "a\x1b\nb"},
           {"authorize", "-f", "cli/testdata/jane.yaml", "--requests",
            "a\nb"}}) {
    const Result result = RunArgs(args);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
  }
}

TEST(RunTest, RequestsThatCannotBeRead) {
  ExpectAll({
      {"authorize -f @jane.yaml --requests @", 2, "",
       "error: --requests: cannot read @: Is a directory\n", ""},
      {"authorize -f @jane.yaml --requests @gone", 2, "",
       "error: --requests: cannot read @gone: No such file or directory\n", ""},
  });
}

TEST(RunTest, NamespaceOfAClusterRoleIsDropped) {
  const Result result = RunLine(
      "auth can-i get pods -f - --default-policy --as a --validate=ignore",
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
      "metadata: {name: view, namespace: x}\nrules: []\n");
  EXPECT_EQ(result.out, "no\n") << result.err;
}

TEST(RunTest, HelpVersionAndSynonyms) {
  EXPECT_EQ(RunLine("help auth can-i").out, RunLine("auth can-i --help").out);
  EXPECT_EQ(RunLine("help").out, RunLine("--help").out);
  EXPECT_EQ(RunLine("--version").out, RunLine("version").out);
  ExpectAll({
      {"auth can-i get pods -f @jane.yaml --as john --as jane", 0, "yes\n", "",
       ""},
      {"auth can-i get pods -n '' -f @jane.yaml --as jane", 0, "yes\n", "", ""},
      {"auth can-i get pods --validate=true -f @jane.yaml --as jane", 0,
       "yes\n", "", ""},
      {"auth can-i get pods --validate=false -f @jane.yaml --as jane", 0,
       "yes\n", "", ""},
      {"auth can-i get pods -f '' --as jane", 2, "",
       "error: -f \"\": the path is empty\n", ""},
  });
}

std::string LargePolicy(size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, R"({"apiVersion":"rbac.authorization.k8s.io/v1",)",
                    R"("kind":"ClusterRole","metadata":{"name":")", i,
                    R"("},"rules":[]})", "\n");
  }
  return text;
}

TEST(RunTest, ProgressOfLargeInputOnATerminal) {
  const std::string large = WriteFile("large.jsonl", LargePolicy(5 << 20));
  const std::vector<std::string> args = {"auth", "can-i", "get",  "pods",
                                         "-f",   large,   "--as", "a"};
  const Result terminal = RunArgs(args, "", /*err_is_terminal=*/true);
  EXPECT_EQ(terminal.out, "no\n");
  EXPECT_TRUE(absl::StrContains(terminal.err, "\rloading: 1 of 5 MB"))
      << terminal.err;
  EXPECT_TRUE(absl::EndsWith(terminal.err, "\r\x1b[K"));
  EXPECT_EQ(RunArgs(args, "", /*err_is_terminal=*/false).err, "");
  EXPECT_EQ(RunLine("auth can-i get pods -f @jane.yaml --as a", "", true).err,
            "");
}

TEST(RunTest, OutputThatCannotBeWrittenIsAnError) {
  std::istringstream in;
  std::ostream out(nullptr);  // Takes nothing.
  std::ostringstream err;
  EXPECT_EQ(::gatehouse::cli::Run({"version"}, in, out, err, false), 2);
}

TEST(RunTest, OddArgumentsDoNoHarm) {
  const std::vector<std::vector<std::string>> rows = {
      {""},
      {"--"},
      {"auth", "--", "can-i"},
      {"auth", "can-i", "", ""},
      {"auth", "can-i", "get", "/", "-f", "", "--as", "a"},
      {"auth", "can-i", "get", "[a,b]", "--default-policy", "--as", "[x]"},
      {"auth", "can-i", "get", ".", "--default-policy", "--as", "a"},
      {"auth", "can-i", "get", "a..b/", "--default-policy", "--as", "a"},
      {"authorize", "-f", std::string("\0x", 2)},
      {std::string(100000, 'a')},
      {"auth", "can-i", "--as=\xff\xfe", "get", "\xff", "--default-policy"},
  };
  for (const auto& args : rows) {
    const Result result = RunArgs(args);
    EXPECT_GE(result.status, 0);
    EXPECT_LE(result.status, 2);
  }
}

}  // namespace
}  // namespace gatehouse::cli
