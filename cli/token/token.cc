#include "cli/token/commands.h"

namespace gatehouse::cli {

void AddToken(CLI::App& root, std::vector<Registered>* commands) {
  CLI::App& token =
      *root.add_subcommand("token", "Make, read and verify tokens");
  token.require_subcommand(0, 1);
  token.footer(root.get_footer());
  commands->push_back(AddCreateToken(token));
  commands->push_back(AddInspectToken(token));
  commands->push_back(AddVerifyToken(token));
  commands->push_back(AddBootstrapToken(token));
}

}  // namespace gatehouse::cli
