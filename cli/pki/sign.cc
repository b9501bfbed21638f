#include "pki/cluster/sign.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"
#include "cli/internal/moments.h"
#include "cli/pki/commands.h"
#include "cli/pki/csr_manifest.h"
#include "cli/pki/files.h"
#include "objects/object.h"
#include "pki/ca/certificate_request.h"
#include "pki/ca/issuer.h"
#include "pki/certificate.h"
#include "pki/signers/admission.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/csr_validation.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/signers.h"
#include "pki/signers/signing_policy.h"
#include "pki/signers/usages.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Signs a certificate signing request with a cluster's CA, by the rules of a
signer: kubernetes.io/kube-apiserver-client (for users; never a member of
system:masters), kubernetes.io/kube-apiserver-client-kubelet,
kubernetes.io/kubelet-serving or kubernetes.io/legacy-unknown. The certificate
is in the journal before it is handed out. CSR is the request, PEM or DER, or
the manifest of a CertificateSigningRequest, which must be approved (pki
approve) and gets its certificate in the file.

Examples:
  # john.csr of `openssl req`; the certificate lives for a year
  gatehouse pki sign --dir pki/ --signer kubernetes.io/kube-apiserver-client \
    --out john.crt john.csr

  # For a day
  gatehouse pki sign --dir pki/ --signer kubernetes.io/kube-apiserver-client \
    --expiration 24h john.csr

  gatehouse pki sign --dir pki/ john-csr.yaml)";

// Returns the usages that clients of this signer ask for.
std::vector<std::string> DefaultUsages(absl::string_view signer) {
  return {pki::kDigitalSignatureUsage, pki::kKeyEnciphermentUsage,
          signer == pki::kKubeletServingSigner ? pki::kServerAuthUsage
                                               : pki::kClientAuthUsage};
}

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

class Sign : public Command {
 public:
  std::string dir;
  std::string signer;
  absl::Duration lifetime = pki::kMaxSigningDuration;
  std::vector<std::string> usages;
  std::string out;
  std::string file;
  Permission permission;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (lifetime < pki::kMinLifetime) {
      return Invalid(
          "--expiration: may not specify a duration less than 600 seconds (10 "
          "minutes)");
    }
    const absl::StatusOr<std::string> text = ReadInput(file, streams);
    if (!text.ok()) return text.status();
    const bool is_bare = IsDer(*text) || absl::StrContains(*text, "-----BEGIN");
    absl::StatusOr<CsrManifest> request =
        is_bare ? FromBare(*text) : FromManifest(*text);
    if (!request.ok()) return request.status();
    absl::Status status = Admit(request->csr);
    if (status.ok()) {
      status = CheckPermission(permission, "sign", request->csr, streams);
    }
    if (!status.ok()) return status;
    return Issue(*request, is_bare, streams);
  }

 private:
  // Makes the object for a bare request. Whoever has the CA's key approves.
  absl::StatusOr<CsrManifest> FromBare(const std::string& text) const {
    if (signer.empty()) {
      return Invalid(
          absl::StrCat("--signer is required: one of ",
                       absl::StrJoin(pki::KubernetesSigners(), ", ")));
    }
    std::string pem = text;
    if (IsDer(text)) {
      const auto parsed =
          pki::CertificateRequest::FromDer(text, InputName(file));
      if (!parsed.ok()) return parsed.status();
      pem = parsed->ToPem();
    }
    CsrManifest request;
    request.path = file;
    request.csr.mutable_metadata()->set_name(InputName(file));
    k8s::CertificateSigningRequestSpec& spec = *request.csr.mutable_spec();
    spec.set_request(pem);
    spec.set_signername(signer);
    for (const std::string& usage :
         usages.empty() ? DefaultUsages(signer) : usages) {
      spec.add_usages(usage);
    }
    pki::AddCondition(pki::kApproved, "GatehouseSign",
                      "Signed with gatehouse pki sign.", Clock::System().Now(),
                      &request.csr);
    return request;
  }

  absl::StatusOr<CsrManifest> FromManifest(const std::string& text) const {
    if (!absl::StrContains(text, "CertificateSigningRequest")) {
      return Invalid(absl::StrCat(
          InputName(file),
          ": neither a certificate request (PEM or DER) nor the manifest of a "
          "CertificateSigningRequest"));
    }
    absl::StatusOr<CsrManifest> request = ParseCsrManifest(text, file);
    if (!request.ok()) return request.status();
    const std::string& named = request->csr.spec().signername();
    if (!signer.empty() && signer != named) {
      return Invalid(absl::StrCat(InputName(file), ": spec.signerName is ",
                                  GoQuote(named), ", not ", GoQuote(signer)));
    }
    if (!usages.empty()) {
      return Invalid("--usage: a CertificateSigningRequest has its own usages");
    }
    if (!pki::IsApproved(request->csr)) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       Reason::kForbidden,
                       absl::StrCat(InputName(file), ": not approved (",
                                    pki::ConditionText(request->csr),
                                    "); see gatehouse pki approve"));
    }
    return request;
  }

  // What the API server would have refused to store.
  static absl::Status Admit(const k8s::CertificateSigningRequest& csr) {
    pki::AdmissionRequest admission;
    admission.operation = pki::AdmissionRequest::Operation::kCreate;
    admission.api_group = "certificates.k8s.io";
    admission.resource = "certificatesigningrequests";
    admission.name = csr.metadata().name();
    admission.object = objects::MakeObject(csr);
    return pki::CertificateSubjectRestriction(admission);
  }

  absl::StatusOr<int> Issue(CsrManifest& request, bool is_bare,
                            const Streams& streams) const {
    pki::ClusterDirectory directory;
    directory.path = dir;
    const absl::StatusOr<pki::JournaledIssuer> issuer =
        pki::OpenIssuer(directory, request.csr.spec().signername());
    if (!issuer.ok()) return issuer.status();
    absl::StatusOr<pki::Certificate> certificate =
        SignWith(*issuer, &request.csr);
    if (!certificate.ok()) return certificate.status();
    const absl::Status handed_out = issuer->HandOut(
        *certificate, [&](const pki::Certificate& signed_certificate) {
          if (!is_bare) {
            const absl::Status status =
                WriteCsrManifest(request, file == "-" ? "" : file, streams);
            if (!status.ok() || (out.empty() && file == "-")) return status;
          }
          return WritePublic(out, signed_certificate.ToPem(), streams);
        });
    if (!handed_out.ok()) return handed_out;
    return kExitYes;
  }

  absl::StatusOr<pki::Certificate> SignWith(
      const pki::JournaledIssuer& issuer,
      k8s::CertificateSigningRequest* csr) const {
    absl::optional<pki::Certificate> issued;
    pki::SigningOptions options;
    options.max_lifetime = lifetime;
    options.issue = [&](const pki::PublicKey& key,
                        const pki::CertificateTemplate& wanted,
                        absl::Time now) {
      absl::StatusOr<pki::Certificate> certificate =
          issuer.Issue(key, wanted, now);
      if (certificate.ok()) issued = *certificate;
      return certificate;
    };
    const auto controller = pki::SigningController::Create(
        csr->spec().signername(), issuer.authority(), options);
    if (!controller.ok()) return controller.status();
    const auto result = controller->Handle(Clock::System().Now(), csr);
    if (!result.ok()) return result.status();
    if (issued) return *std::move(issued);
    return NotSigned(*csr);
  }

  // Says why there is no certificate.
  absl::Status NotSigned(const k8s::CertificateSigningRequest& csr) const {
    for (const auto& condition : csr.status().conditions()) {
      if (condition.type() != pki::kFailed) continue;
      return Invalid(absl::StrCat(InputName(file), ": ", condition.message(),
                                  " (signer ", csr.spec().signername(), ")"));
    }
    return Invalid(absl::StrCat(InputName(file), ": has been signed already"));
  }
};

}  // namespace

Registered AddSign(CLI::App& pki) {
  auto command = std::make_unique<Sign>();
  CLI::App& app = *pki.add_subcommand(
      "sign", "Sign a certificate for a request, by the rules of a signer");
  app.footer(kExamples);
  AddDirFlag(app, &command->dir);
  app.add_option("--signer", command->signer,
                 "Name of the signer; a manifest names its own")
      ->type_name("NAME");
  AddDurationFlag(app, "--expiration", &command->lifetime,
                  "Life of the certificate, ten minutes at least; never "
                  "beyond the CA's");
  AddStrings(app, "--usage", &command->usages,
             "Usage in the words of a CertificateSigningRequest; may be "
             "repeated; without it those of the signer's clients")
      ->type_name("USAGE")
      ->allow_extra_args(false);
  app.add_option("--out", command->out,
                 "Where the certificate goes; stdout if not given")
      ->type_name("FILE");
  AddPermissionFlags(app, &command->permission);
  app.add_option("CSR", command->file,
                 "The request (PEM, DER or a manifest), or - for stdin")
      ->type_name("")
      ->required();
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
