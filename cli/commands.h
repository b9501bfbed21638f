// The subcommands of `gatehouse`, one source file each.
//
// Each function adds a subcommand with its flags and help to `parent` and
// returns what carries it out. `parent` must outlive the result.
#ifndef GATEHOUSE_CLI_COMMANDS_H_
#define GATEHOUSE_CLI_COMMANDS_H_

#include <vector>

#include "cli/internal/command.h"

namespace gatehouse::cli {

// gatehouse authorize: answers SubjectAccessReviews, one per line.
Registered AddAuthorize(CLI::App& parent);

// gatehouse authenticate: says who sent requests, one per line.
Registered AddAuthenticate(CLI::App& parent);

// gatehouse serve-webhook: answers TokenReviews and SubjectAccessReviews over
// HTTPS.
Registered AddServeWebhook(CLI::App& parent);

// gatehouse kubeconfig create and inspect. Appends what carries them out. The
// commands below `gatehouse pki` are in cli/pki/commands.h.
void AddKubeconfig(CLI::App& parent, std::vector<Registered>* commands);

// gatehouse default-policy: prints the policy that an API server bootstraps.
Registered AddDefaultPolicy(CLI::App& parent);

// gatehouse version.
Registered AddVersion(CLI::App& parent);

// gatehouse completion bash|zsh|fish: prints a script that completes the
// commands and flags of `parent`, the root.
Registered AddCompletion(CLI::App& parent);

// Below `gatehouse auth`, with kubectl's names where kubectl has them:

// can-i: may this user do that? The list of what a user may do with --list.
Registered AddCanI(CLI::App& auth);

// who-can: who may do that, and by which binding?
Registered AddWhoCan(CLI::App& auth);

// explain: why, or why not?
Registered AddExplain(CLI::App& auth);

// matrix: verbs by resources of one user in one namespace.
Registered AddMatrix(CLI::App& auth);

// reconcile: what bringing one policy up to another would change.
Registered AddReconcile(CLI::App& auth);

// whoami: the user that --as stands for.
Registered AddWhoAmI(CLI::App& auth);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_COMMANDS_H_
