// Measures, prints a table, and writes the same as bench-results.json:
//   bazel run //benchmarks:bench -- [--only=AREA]
//   bazel run //benchmarks:bench -- --policy FILE... --requests FILE
// The areas: jose, oidc, rbac, revocation, serviceaccount, tokens, x509.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "benchmarks/jose_bench.h"
#include "benchmarks/oidc_bench.h"
#include "benchmarks/rbac_bench.h"
#include "benchmarks/revocation_bench.h"
#include "benchmarks/service_account_bench.h"
#include "benchmarks/table.h"
#include "benchmarks/token_cache_bench.h"
#include "benchmarks/x509_bench.h"

namespace gatehouse::bench {
namespace {

// `bazel run` starts in a directory of its own and says where it was called.
std::string Under(const char* variable, const std::string& path) {
  const char* directory = std::getenv(variable);
  if (directory == nullptr || path.empty() || path[0] == '/') return path;
  return absl::StrCat(directory, "/", path);
}

// Every area, in the order of the table.
struct Area {
  const char* name;
  absl::StatusOr<std::vector<Row>> (*measure)();
};
constexpr Area kAreas[] = {
    {"jose", &MeasureJose},
    {"oidc", &MeasureOidc},
    {"rbac", &MeasureRbac},
    {"revocation", &MeasureRevocation},
    {"serviceaccount", &MeasureServiceAccounts},
    {"tokens", &MeasureTokenCache},
    {"x509", &MeasureX509},
};

// Measures the area `only`, all of them if it is "".
absl::StatusOr<std::vector<Row>> MeasureAreas(const std::string& only) {
  std::vector<Row> all;
  for (const Area& area : kAreas) {
    if (!only.empty() && only != area.name) continue;
    const auto rows = area.measure();
    if (!rows.ok()) return rows.status();
    all.insert(all.end(), rows->begin(), rows->end());
  }
  return all;
}

int Report(const absl::StatusOr<std::vector<Row>>& rows) {
  if (!rows.ok()) {
    std::cerr << "error: " << rows.status().message() << "\n";
    return 1;
  }
  std::cout << ToTable(*rows);
  const std::string path =
      Under("BUILD_WORKSPACE_DIRECTORY", "bench-results.json");
  std::ofstream file(path);
  file << ToJson(*rows);
  if (!file.flush()) {
    std::cerr << "error: " << path << ": cannot be written\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace gatehouse::bench

int main(int argc, char** argv) {
  CLI::App app("Measures Gatehouse.");
  std::string only;
  std::string requests;
  std::vector<std::string> policy;
  app.add_option(
         "--only", only,
         "the area: jose, oidc, rbac, revocation, serviceaccount, tokens, x509")
      ->check(CLI::IsMember({"", "jose", "oidc", "rbac", "revocation",
                             "serviceaccount", "tokens", "x509"}));
  CLI::Option* files =
      app.add_option("--policy", policy, "manifests to measure instead");
  app.add_option("--requests", requests,
                 "SubjectAccessReviews as JSON lines, for --policy")
      ->needs(files);
  CLI11_PARSE(app, argc, argv);
  if (policy.empty())
    return gatehouse::bench::Report(gatehouse::bench::MeasureAreas(only));
  if (requests.empty()) {
    std::cerr << "error: --policy wants --requests\n";
    return 2;
  }
  for (std::string& path : policy) {
    path = gatehouse::bench::Under("BUILD_WORKING_DIRECTORY", path);
  }
  return gatehouse::bench::Report(gatehouse::bench::MeasureFiles(
      policy, gatehouse::bench::Under("BUILD_WORKING_DIRECTORY", requests)));
}
