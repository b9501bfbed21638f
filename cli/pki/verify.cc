#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "cli/internal/trust_flags.h"
#include "cli/pki/answers.pb.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"
#include "cli/pki/judgement.h"
#include "cli/pki/page.h"
#include "pki/extensions.h"
#include "pki/signers/usages.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints yes and the chain, or no, why, and the stable reason that programs can
compare. Exits with 0 or 1. CERT holds the certificate, and after it, in any
order, intermediate CAs; more of them may be in other files.

Examples:
  gatehouse pki verify --client-ca-file ca.crt john.crt

  # With all that the cluster has taken back
  gatehouse pki verify --dir pki/ john.crt

  # A server's certificate, a year from now
  gatehouse pki verify --client-ca-file ca.crt --usage "server auth" \
    --at 2027-11-22T00:00:00Z apiserver.crt)";

class Verify : public Command {
 public:
  TrustFlags trust;
  std::string usage = "client auth";
  absl::optional<absl::Time> at;
  std::string output;
  std::vector<std::string> files;

  absl::StatusOr<int> Run(const Streams& streams) override {
    JudgeOptions options;
    options.now = at.value_or(Clock::System().Now());
    if (absl::Status status = SetUsage(&options); !status.ok()) return status;
    const TrustFlags flags = Resolved(trust);
    options.policy = flags.policy;
    const absl::StatusOr<Trust> loaded = LoadTrust(flags);
    if (!loaded.ok()) return loaded.status();
    std::vector<pki::Certificate> certificates;
    for (const std::string& file : files) {
      const absl::StatusOr<std::vector<pki::Certificate>> read =
          ReadCertificates(file, streams);
      if (!read.ok()) return read.status();
      certificates.insert(certificates.end(), read->begin(), read->end());
    }
    const VerdictAnswer verdict = ToAnswer(
        Judge(certificates.front(),
              absl::MakeConstSpan(certificates).subspan(1), *loaded, options),
        !flags.revocation.empty());
    if (output == "text") {
      Print(verdict, streams.out);
    } else {
      PrintMessage(verdict, output, streams.out);
    }
    return verdict.accepted() == "yes" ? kExitYes : kExitNo;
  }

 private:
  absl::Status SetUsage(JudgeOptions* options) const {
    const pki::Usage* known = pki::FindUsage(usage);
    if (known == nullptr || known->oid.empty()) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kInvalid,
          absl::StrCat("--usage: want an extended key usage such as \"client "
                       "auth\", \"server auth\" or any, got ",
                       GoQuote(usage)));
    }
    options->key_usages = {std::string(known->oid)};
    return absl::OkStatus();
  }

  static void Print(const VerdictAnswer& verdict, std::ostream& out) {
    if (verdict.accepted() == "yes") {
      out << "yes\n";
      PrintChain(verdict, out);
      return;
    }
    out << "no: " << Printable(verdict.error()) << '\n';
    out << "Reason:        " << verdict.reason() << '\n';
    if (!verdict.subject().empty()) {
      out << "Certificate:   " << verdict.index() << ", "
          << Printable(verdict.subject()) << '\n';
    }
  }
};

}  // namespace

Registered AddVerify(CLI::App& pki) {
  auto command = std::make_unique<Verify>();
  CLI::App& app =
      *pki.add_subcommand("verify", "Would a server take this certificate?");
  app.footer(kExamples);
  AddTrustFlags(app, &command->trust);
  AddTrustDirFlag(app, &command->trust);
  app.add_option("--usage", command->usage,
                 "Extended key usage that the chain must allow, in the words "
                 "of a CertificateSigningRequest")
      ->type_name("USAGE")
      ->capture_default_str();
  AddMomentFlag(app, "--at", &command->at,
                "Moment to ask about; now if not given");
  AddOutputFlag(app, {"text", "json", "yaml"}, &command->output);
  AddStrings(app, "CERT", &command->files,
             "File with the certificate, and files with intermediate CAs")
      ->type_name("")
      ->required();
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
