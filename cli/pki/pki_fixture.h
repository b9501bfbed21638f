// Clusters' directories, requests and keys for tests of the commands.
#ifndef GATEHOUSE_CLI_PKI_PKI_FIXTURE_H_
#define GATEHOUSE_CLI_PKI_PKI_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/run_fixture.h"

namespace gatehouse::cli {

// Signs for users.
inline constexpr char kClientSigner[] = "kubernetes.io/kube-apiserver-client";

// Runs the command as RunLine does. A word $name stands for the file of that
// name in the test's directory, also in what the command printed.
Result Gatehouse(absl::string_view line, absl::string_view in = "");

// As Gatehouse, where the command must succeed; returns what it printed.
std::string Must(absl::string_view line, absl::string_view in = "");

// Runs a command line of bash in the test's directory, with the system's
// openssl and certtool on the path. Returns its output, both streams, and, if
// it failed, "exit <status>" as the last line.
std::string Shell(const std::string& script);

// Returns the path of a file in the test's directory, which is new for each
// test.
std::string PathOf(absl::string_view name);

// Makes a cluster's directory "D" with keys on P-256.
void InitCluster();

// Makes NAME.key, NAME.csr and NAME.crt: a user signed by D's CA.
void MakeUser(absl::string_view name, absl::string_view group = "examplegroup");

// Returns the content of a file of the test's directory.
std::string ReadTestFile(absl::string_view name);

// Returns its permissions, such as "600"; "" if it is not there.
std::string ModeOf(absl::string_view name);

// Returns `text` with all that matches one of the patterns (RE2) replaced by
// the word beside it.
struct Mask {
  const char* pattern;
  const char* word;
};
std::string Masked(absl::string_view text, const std::vector<Mask>& masks);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_PKI_FIXTURE_H_
