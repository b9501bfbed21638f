#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "cli/internal/table.h"
#include "cli/pki/commands.h"
#include "cli/pki/csr_manifest.h"
#include "cli/pki/files.h"
#include "objects/field_error.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/csr_validation.h"

namespace gatehouse::cli {

namespace {

constexpr char kKind[] = "CertificateSigningRequest.certificates.k8s.io";

constexpr char kApproveExamples[] =
    R"(Writes the condition Approved into the manifest of a CertificateSigningRequest,
in the file itself (or to stdout if it came from stdin). With a policy (-f) and
a user (--as) it first asks whether that user may approve for the signer, as
the API server's admission does. `pki sign` then signs it.

Examples:
  gatehouse pki approve john-csr.yaml

  # May alice approve it?
  gatehouse pki approve john-csr.yaml -f policy/ --as alice

  kubectl get csr john -o yaml | gatehouse pki approve -)";

constexpr char kDenyExamples[] =
    R"(Writes the condition Denied into the manifest of a CertificateSigningRequest, in
the file itself (or to stdout if it came from stdin). It will never be signed.

Examples:
  gatehouse pki deny mallory-csr.yaml --message "asks for a group of admins")";

// Decide writes one of the two conditions.
class Decide : public Command {
 public:
  explicit Decide(bool approve)
      : type_(approve ? pki::kApproved : pki::kDenied),
        word_(approve ? "approved" : "denied"),
        reason(approve ? "GatehouseApprove" : "GatehouseDeny"),
        message(absl::StrCat("This CSR was ", word_, " by gatehouse pki ",
                             approve ? "approve." : "deny.")) {}

 private:
  const std::string type_;
  const std::string word_;

 public:
  std::string reason;
  std::string message;
  std::string file;
  std::string out;
  Permission permission;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::StatusOr<std::string> text = ReadInput(file, streams);
    if (!text.ok()) return text.status();
    absl::StatusOr<CsrManifest> manifest = ParseCsrManifest(*text, file);
    if (!manifest.ok()) return manifest.status();
    // A denial needs the same permission (Kubernetes behaviour).
    absl::Status status =
        CheckPermission(permission, "approve", manifest->csr, streams);
    if (status.ok()) status = AddDecision(&manifest->csr);
    if (status.ok()) status = WriteCsrManifest(*manifest, out, streams);
    if (!status.ok()) return status;
    const std::string& to = out.empty() ? file : out;
    // Where the object goes to stdout, nothing else does.
    (to == "-" ? streams.err : streams.out)
        << "certificatesigningrequest.certificates.k8s.io/"
        << Printable(manifest->csr.metadata().name()) << ' ' << word_ << '\n';
    return kExitYes;
  }

 private:
  // Adds the condition, unless it is there, if the API server would.
  absl::Status AddDecision(k8s::CertificateSigningRequest* csr) const {
    const std::string& name = csr->metadata().name();
    absl::Status valid = objects::InvalidObjectError(
        pki::ValidateCertificateSigningRequest(*csr), kKind, name);
    if (!valid.ok() || pki::HasCondition(*csr, type_)) return valid;
    const k8s::CertificateSigningRequest old = *csr;
    pki::AddCondition(type_, reason, message, Clock::System().Now(), csr);
    return objects::InvalidObjectError(
        pki::ValidateCertificateSigningRequestUpdate(
            *csr, old, pki::CsrEndpoint::kApproval),
        kKind, name);
  }
};

Registered AddDecide(CLI::App& pki, bool approve) {
  auto command = std::make_unique<Decide>(approve);
  CLI::App& app = *pki.add_subcommand(
      approve ? "approve" : "deny",
      approve ? "Approve a CertificateSigningRequest in a file"
              : "Deny a CertificateSigningRequest in a file");
  app.footer(approve ? kApproveExamples : kDenyExamples);
  app.add_option("FILE", command->file,
                 "Manifest of the request, YAML or JSON, or - for stdin")
      ->type_name("")
      ->required();
  app.add_option("--reason", command->reason, "Reason in one word")
      ->type_name("WORD")
      ->capture_default_str();
  app.add_option("--message", command->message, "Message for people")
      ->type_name("TEXT")
      ->capture_default_str();
  app.add_option("--out", command->out,
                 "Where the manifest goes instead, or - for stdout")
      ->type_name("FILE");
  AddPermissionFlags(app, &command->permission);
  return Registered{&app, std::move(command)};
}

}  // namespace

Registered AddApprove(CLI::App& pki) { return AddDecide(pki, true); }

Registered AddDeny(CLI::App& pki) { return AddDecide(pki, false); }

}  // namespace gatehouse::cli
