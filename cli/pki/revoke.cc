#include "pki/cluster/revoke.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "cli/internal/arguments.h"
#include "cli/internal/moments.h"
#include "cli/internal/table.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"
#include "pki/certificate.h"
#include "pki/cluster/layout.h"
#include "pki/revocation/crl.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Takes certificates back: each is added to the directory's revoked.yaml and to
the revocation list of the CA that signed it, and marked in the journal. An API
server that reads one of the two refuses it from its next decision on. Others
of the same user stay good; `pki list --user` shows them.

Examples:
  # john's key has leaked
  gatehouse pki revoke --dir pki/ --reason keyCompromise john.crt)";

// Returns how people tell one certificate from another.
std::string Described(const pki::Certificate& certificate) {
  return absl::StrCat(certificate.subject().ToString(), ", serial ",
                      certificate.SerialHex());
}

class Revoke : public Command {
 public:
  std::string dir;
  std::string reason = "unspecified";
  absl::Duration crl_lifetime = absl::Hours(24 * 30);
  std::vector<std::string> files;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::StatusOr<pki::CrlReason> parsed = pki::ParseCrlReason(reason);
    if (!parsed.ok()) return parsed.status();
    std::vector<pki::Certificate> certificates;
    for (const std::string& file : files) {
      // Only the first: those after it are the CAs that vouch for it.
      const absl::StatusOr<std::vector<pki::Certificate>> read =
          ReadCertificates(file, streams);
      if (!read.ok()) return read.status();
      certificates.push_back(read->front());
    }
    pki::ClusterDirectory directory;
    directory.path = dir;
    for (const pki::Certificate& certificate : certificates) {
      const absl::Status status = pki::RevokeCertificate(
          directory, certificate, pki::CrlReasonName(*parsed),
          Clock::System().Now(), crl_lifetime);
      if (!status.ok()) return status;
      streams.out << "revoked " << Printable(Described(certificate)) << '\n';
    }
    return kExitYes;
  }
};

}  // namespace

Registered AddRevoke(CLI::App& pki) {
  auto command = std::make_unique<Revoke>();
  CLI::App& app = *pki.add_subcommand("revoke", "Take certificates back");
  app.footer(kExamples);
  AddDirFlag(app, &command->dir);
  app.add_option("--reason", command->reason,
                 "Why, in the words of RFC 5280: keyCompromise, "
                 "affiliationChanged, superseded, cessationOfOperation, "
                 "privilegeWithdrawn ...")
      ->type_name("REASON")
      ->capture_default_str();
  AddDurationFlag(app, "--crl-expiration", &command->crl_lifetime,
                  "Time until the revocation list must be renewed");
  AddStrings(app, "CERT", &command->files,
             "File with the certificate, or - for stdin")
      ->type_name("")
      ->required();
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
