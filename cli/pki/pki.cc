#include "cli/pki/commands.h"

namespace gatehouse::cli {

void AddPki(CLI::App& root, std::vector<Registered>* commands) {
  CLI::App& pki =
      *root.add_subcommand("pki", "Issue, inspect and take back certificates");
  pki.require_subcommand(0, 1);
  pki.footer(root.get_footer());
  commands->push_back(AddInit(pki));
  commands->push_back(AddCsr(pki));
  commands->push_back(AddSign(pki));
  commands->push_back(AddApprove(pki));
  commands->push_back(AddDeny(pki));
  commands->push_back(AddInspect(pki));
  commands->push_back(AddVerify(pki));
  commands->push_back(AddRevoke(pki));
  AddCrl(pki, commands);
  commands->push_back(AddCheckExpiration(pki));
  commands->push_back(AddRenew(pki));
  commands->push_back(AddRotateCa(pki));
  commands->push_back(AddList(pki));
}

}  // namespace gatehouse::cli
