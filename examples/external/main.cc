// may USER < policy.yaml: prints whether the user may read the prices, and why.
// Exits with 0 for yes, 1 for no, 2 if there is no answer.
#include <iostream>
#include <iterator>
#include <string>

#include "door.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: may USER < policy.yaml\n";
    return 2;
  }
  const std::string text((std::istreambuf_iterator<char>(std::cin)), {});
  auto policy = PolicyFrom(text);
  if (!policy.ok()) {
    std::cerr << policy.status().message() << '\n';
    return 2;
  }
  std::string reason;
  const bool yes = MayReadPrices(**policy, argv[1], &reason);
  std::cout << (yes ? "yes" : "no") << (reason.empty() ? "" : ": ") << reason
            << '\n';
  return yes ? 0 : 1;
}
