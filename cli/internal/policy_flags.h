// The flags that say which policy to ask, and how to judge its objects.
#ifndef GATEHOUSE_CLI_INTERNAL_POLICY_FLAGS_H_
#define GATEHOUSE_CLI_INTERNAL_POLICY_FLAGS_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"

namespace gatehouse::cli {

// PolicyFlags is what the command line says of the policy. Names and meaning
// are kube-apiserver's and kubectl's where they have such a flag.
struct PolicyFlags {
  std::vector<std::string> filenames;  // "-" is stdin.
  bool default_policy = false;
  std::string validate = "warn";  // strict, warn or ignore.
  std::vector<std::string> authorization_modes = {"RBAC"};
  std::vector<std::string> always_allow_paths;
};

// Adds -f, --default-policy and --validate. With `many`, several paths may
// follow one -f; without, each path has an -f of its own, and arguments of the
// command may follow.
void AddPolicyFlags(CLI::App& app, bool many, PolicyFlags* flags);

// OK if the paths of -f can be read: none is empty, and stdin is not named
// twice. kInvalid.
absl::Status CheckFilenames(const std::vector<std::string>& filenames);

// Adds --validate, with kubectl's synonyms true and false.
void AddValidateFlag(CLI::App& app, std::string* validate);

// Adds -n, which `help` explains. An empty namespace is "default", as without a
// kubeconfig.
void AddNamespaceFlag(CLI::App& app, const std::string& help,
                      std::string* namespace_);

// Adds --authorization-mode and --always-allow-paths, for commands that decide.
void AddChainFlags(CLI::App& app, PolicyFlags* flags);

// Adds -o with the formats that the command has. The first is the default.
void AddOutputFlag(CLI::App& app, const std::vector<std::string>& formats,
                   std::string* format);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_POLICY_FLAGS_H_
