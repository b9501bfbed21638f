// The `gatehouse` command, callable without a process.
#ifndef GATEHOUSE_CLI_RUN_H_
#define GATEHOUSE_CLI_RUN_H_

#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace gatehouse::cli {

// Run parses `args` (without the program's name), carries out the command and
// returns the exit status: 0 for yes or done, 1 for no, 2 for an error.
//
// Results go to `out`; errors go to `err`, one line each, beginning with
// "error: ". Progress is shown on `err` only if `err_is_terminal`. If `out`
// takes no more (its reader is gone) the command ends early with status 2.
// Throws nothing. Files named in `args` are read; nothing else of the process
// is touched, so that tests can call it many times.
int Run(const std::vector<std::string>& args, std::istream& in,
        std::ostream& out, std::ostream& err, bool err_is_terminal);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_RUN_H_
