// The commands below `gatehouse token`, one source file each.
#ifndef GATEHOUSE_CLI_TOKEN_COMMANDS_H_
#define GATEHOUSE_CLI_TOKEN_COMMANDS_H_

#include <vector>

#include "CLI/CLI.hpp"
#include "cli/internal/command.h"

namespace gatehouse::cli {

// Adds `token` to `root`, and appends what carries out its commands. `root`
// must outlive them.
void AddToken(CLI::App& root, std::vector<Registered>* commands);

// Each adds one command to `token` and returns what carries it out.

// create: a token of a service account, as `kubectl create token`.
Registered AddCreateToken(CLI::App& token);

// inspect: what a token says, which nobody has verified.
Registered AddInspectToken(CLI::App& token);

// verify: would an API server take this token, and for whom?
Registered AddVerifyToken(CLI::App& token);

// bootstrap: a bootstrap token and its Secret, as `kubeadm token create`.
Registered AddBootstrapToken(CLI::App& token);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_TOKEN_COMMANDS_H_
