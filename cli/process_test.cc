// The command as a process: what only a process has, and the shells' view.
#include <cstdio>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// Returns what bash prints for `script`, with the command as $G.
std::string Bash(const std::string& script) {
  const std::string command =
      "bash -c 'G=cli/gatehouse; { " + script + " ; } 2>&1'";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "no shell";
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output += static_cast<char>(c);
  }
  pclose(pipe);
  return output;
}

struct Row {
  const char* script;
  const char* want;
};

TEST(ProcessTest, ExitStatusAndStreams) {
  const Row rows[] = {
      {"$G version; echo $?",
       "gatehouse 0.1.0 (answers as Kubernetes 1.37)\n0\n"},
      {"$G auth can-i get po -f cli/testdata/jane.yaml --as jane -q; echo $?",
       "0\n"},
      {"$G auth can-i get po -f cli/testdata/jane.yaml --as john; echo $?",
       "no\n1\n"},
      {"$G auth can-i get po -f cli/testdata/jane.yaml --as john >/dev/null; "
       "echo $?",
       "1\n"},
      {"$G auth can-i get po >/dev/null; echo $?",
       "error: --as USER is required: there is no cluster here that knows who "
       "you are\n2\n"},
      {"$G auth can-i get po 2>/dev/null; echo $?", "2\n"},
      {"cat cli/testdata/jane.yaml | $G auth can-i get po -f - --as jane",
       "yes\n"},
  };
  for (const Row& row : rows) EXPECT_EQ(Bash(row.script), row.want);
}

// A reader that goes away ends the command without a message, a disk that is
// full with one.
TEST(ProcessTest, OutputThatNobodyTakes) {
  const Row rows[] = {
      {"$G default-policy | true; echo ${PIPESTATUS[0]}", "2\n"},
      {"yes \"$(head -1 cli/testdata/reviews.jsonl)\" | "
       "$G authorize -f cli/testdata/jane.yaml | head -1 | wc -l; echo "
       "${PIPESTATUS[1]}",
       "1\n2\n"},
      {"$G default-policy >/dev/full; echo $?",
       "error: cannot write the output\n2\n"},
      {"$G version >/dev/full; echo $?", "error: cannot write the output\n2\n"},
      {"$G --help >/dev/full; echo $?", "error: cannot write the output\n2\n"},
      {"$G version >&-; echo $?", "error: cannot write the output\n2\n"},
      {"$G version <&- | wc -l", "1\n"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Bash(row.script), row.want) << row.script;
  }
}

// An answer comes as soon as the question is asked, not when stdin ends.
TEST(ProcessTest, AnswersBeforeTheInputEnds) {
  EXPECT_EQ(Bash("coproc $G authorize -f cli/testdata/jane.yaml; "
                 "head -1 cli/testdata/reviews.jsonl >&${COPROC[1]}; "
                 "read -t 30 -r line <&${COPROC[0]}; "
                 "[[ $line == *allowed* ]] && echo answered; kill $COPROC_PID"),
            "answered\n");
}

// So does the answer to who sent a request; and what was taken back meanwhile
// is refused from the next request on.
TEST(ProcessTest, RevokedBetweenTwoRequests) {
  const std::string directory = ::testing::TempDir();
  const std::string prelude =
      "D=" + directory + "/D; C=" + directory + "/john; ";
  EXPECT_EQ(
      Bash(prelude +
           "$G pki init --dir $D --key-algorithm ECDSA-P256 >/dev/null; "
           "$G pki csr --user john --key-algorithm ECDSA-P256 --out $C.csr; "
           "$G pki sign --dir $D --signer kubernetes.io/kube-apiserver-client "
           "--out $C.crt $C.csr"),
      "");
  std::ifstream certificate(directory + "/john.crt");
  std::ofstream request(directory + "/request.jsonl");
  request << R"({"peerCertificates":[")";
  for (std::string line; std::getline(certificate, line);) {
    request << line << "\\n";
  }
  request << "\"]}\n";
  request.close();
  const std::string ask = "cat " + directory +
                          "/request.jsonl >&${COPROC[1]}; "
                          "read -t 30 -r line <&${COPROC[0]}; ";
  EXPECT_EQ(Bash(prelude +
                 "coproc $G authenticate --client-ca-file $D/ca.crt "
                 "--client-crl-file $D/ca.crl; " +
                 ask + "[[ $line == *username*john* ]] && echo accepted; " +
                 "$G pki revoke --dir $D $C.crt >/dev/null; " + ask +
                 "[[ $line == *Revoked* ]] && echo revoked; "
                 "kill $COPROC_PID"),
            "accepted\nrevoked\n");
}

// The same with a token that is taken out of the file.
TEST(ProcessTest, TokenTakenOutBetweenTwoRequests) {
  const std::string tokens = ::testing::TempDir() + "/tokens.csv";
  const std::string ask =
      "echo {\\\"headers\\\":{\\\"Authorization\\\":[\\\"Bearer "
      "tok\\\"]}} >&${COPROC[1]}; read -t 30 -r line <&${COPROC[0]}; ";
  EXPECT_EQ(Bash("echo tok,jane,7 >" + tokens +
                 "; coproc $G authenticate --token-auth-file " + tokens + "; " +
                 ask + "[[ $line == *username*jane* ]] && echo accepted; " +
                 "echo new,jane,7 >" + tokens + "; " + ask +
                 "[[ $line == *UnknownToken* ]] && echo refused; "
                 "kill $COPROC_PID"),
            "accepted\nrefused\n");
}

TEST(ProcessTest, BashCompletion) {
  const std::string prelude =
      "source <($G completion bash); "
      "t() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); COMPREPLY=(); "
      "_gatehouse; echo ${COMPREPLY[@]}; }; ";
  const Row rows[] = {
      {"t gatehouse a", "authenticate authorize auth\n"},
      {"t gatehouse pki re", "revoke renew\n"},
      {"t gatehouse pki crl r", "renew\n"},
      {"t gatehouse pki sign --signer kubernetes.io/kubelet",
       "kubernetes.io/kubelet-serving\n"},
      {"t gatehouse pki rotate-ca --step d", "drop-old\n"},
      {"t gatehouse auth w", "who-can whoami\n"},
      {"t gatehouse auth can-i li", "list limitranges\n"},
      {"t gatehouse auth can-i get deploy", "deployments.apps\n"},
      {"t gatehouse auth matrix --as-", "--as-group --as-uid\n"},
      {"t gatehouse auth can-i --validate s", "strict\n"},
      {"t gatehouse completion z", "zsh\n"},
      {"cd cli/testdata; t gatehouse authorize -f ja", "jane.yaml\n"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Bash(prelude + row.script), row.want) << row.script;
  }
}

}  // namespace
}  // namespace gatehouse::cli
