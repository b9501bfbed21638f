#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "cli/internal/arguments.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/trust_flags.h"
#include "cli/pki/answers.pb.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"
#include "cli/pki/inspection.h"
#include "cli/pki/page.h"
#include "pki/cluster/layout.h"
#include "pki/extensions.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints what is in certificates, certificate requests, revocation lists and keys
(of private keys only which they are): what `openssl x509 -text` tells, and who
that is to an API server: user, groups, by which CA, revoked or not.

Examples:
  gatehouse pki inspect john.crt

  # Held against a cluster's CA and what it has taken back
  gatehouse pki inspect --dir pki/ john.crt

  gatehouse pki inspect --client-ca-file ca.crt --client-crl-file ca.crl \
    -o json john.crt ca.crl)";

// Reads the CAs of a cluster's directory; one that is not there is passed over.
absl::StatusOr<std::vector<NamedCa>> ReadClusterCas(const std::string& dir,
                                                    const Streams& streams) {
  std::vector<NamedCa> cas;
  if (dir.empty()) return cas;
  for (const pki::ClusterCa& ca : pki::ClusterCas()) {
    const std::string path = absl::StrCat(dir, "/", ca.base, ".crt");
    if (!std::ifstream(path).good()) continue;
    const auto certificates = ReadCertificates(path, streams);
    if (!certificates.ok()) return certificates.status();
    for (const pki::Certificate& certificate : *certificates) {
      cas.push_back(NamedCa{path, certificate});
    }
  }
  return cas;
}

class Inspect : public Command {
 public:
  TrustFlags trust;
  absl::optional<absl::Time> at;
  std::string output;
  std::vector<std::string> files;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const TrustFlags flags = Resolved(trust);
    absl::optional<Trust> loaded;
    if (!flags.empty()) {
      absl::StatusOr<Trust> result = LoadTrust(flags);
      if (!result.ok()) return result.status();
      loaded = *std::move(result);
    }
    absl::StatusOr<std::vector<NamedCa>> cas =
        ReadClusterCas(flags.dir, streams);
    if (!cas.ok()) return cas.status();
    JudgeOptions options;
    options.now = at.value_or(Clock::System().Now());
    options.key_usages = {pki::kClientAuth};
    options.policy = flags.policy;
    const Inspector inspector(std::move(loaded), !flags.revocation.empty(),
                              *std::move(cas), options);
    InspectAnswer answer;
    for (const std::string& file : files) {
      const absl::StatusOr<std::string> bytes = ReadInput(file, streams);
      if (!bytes.ok()) return bytes.status();
      const absl::Status status =
          inspector.Add(*bytes, InputName(file), &answer);
      if (!status.ok()) return status;
    }
    if (output == "text") {
      PrintPages(answer, streams.out);
    } else {
      PrintMessage(answer, output, streams.out);
    }
    return kExitYes;
  }
};

}  // namespace

Registered AddInspect(CLI::App& pki) {
  auto command = std::make_unique<Inspect>();
  CLI::App& app = *pki.add_subcommand(
      "inspect", "What is in a certificate, and who is that to a server?");
  app.footer(kExamples);
  AddTrustFlags(app, &command->trust);
  AddTrustDirFlag(app, &command->trust);
  AddMomentFlag(app, "--at", &command->at,
                "Moment to ask about; now if not given");
  AddOutputFlag(app, {"text", "json", "yaml"}, &command->output);
  AddStrings(app, "FILE", &command->files, "Files, PEM or DER, or - for stdin")
      ->type_name("")
      ->required();
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
