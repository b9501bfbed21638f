#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "cli/commands.h"

namespace gatehouse::cli {

namespace {

constexpr char kVersion[] = "0.1.0";
constexpr char kKubernetesVersion[] = "1.37";

class Version : public Command {
 public:
  absl::StatusOr<int> Run(const Streams& streams) override {
    streams.out << "gatehouse " << kVersion << " (answers as Kubernetes "
                << kKubernetesVersion << ")\n";
    return kExitYes;
  }
};

}  // namespace

Registered AddVersion(CLI::App& parent) {
  CLI::App& app = *parent.add_subcommand(
      "version", "Print the version, and that of the Kubernetes it answers as");
  app.footer("Examples:\n  gatehouse version");
  return Registered{&app, std::make_unique<Version>()};
}

}  // namespace gatehouse::cli
