#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cli/run.h"

int main(int argc, char** argv) {
  // A reader of stdout that goes away shall not kill the process: the stream
  // then fails, and Run ends.
  std::signal(SIGPIPE, SIG_IGN);
  // C's stdio is not used, and without it stdin is read in large pieces.
  std::ios::sync_with_stdio(false);
  const int status = gatehouse::cli::Run(
      std::vector<std::string>(argv + 1, argv + argc), std::cin, std::cout,
      std::cerr, isatty(STDERR_FILENO) == 1);
  std::cout.flush();
  std::cerr.flush();
  // Requests that were given up may still be under way:
  // what is static must not go away under their threads.
  std::_Exit(status);
}
