#include "cli/pki/csr_manifest.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/user_info.h"
#include "cli/internal/engine.h"
#include "cli/pki/files.h"
#include "objects/codec.h"
#include "objects/manifest.h"
#include "pki/signers/admission.h"

namespace gatehouse::cli {

namespace {

absl::Status WantOne(const std::string& path) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(InputName(path),
                                ": want one CertificateSigningRequest "
                                "(certificates.k8s.io/v1)"));
}

}  // namespace

absl::StatusOr<CsrManifest> ParseCsrManifest(absl::string_view text,
                                             const std::string& path) {
  if (absl::StrContains(text, "-----BEGIN CERTIFICATE REQUEST")) {
    return WantOne(path);
  }
  objects::LoadOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  const auto loaded = objects::LoadManifestText(text, InputName(path), options);
  if (!loaded.ok()) return loaded.status();
  const auto* csr =
      loaded->objects.size() == 1
          ? loaded->objects[0].As<k8s::CertificateSigningRequest>()
          : nullptr;
  if (csr == nullptr) {
    return WantOne(path);
  }
  CsrManifest manifest;
  manifest.csr = *csr;
  manifest.path = path;
  manifest.json =
      absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{");
  return manifest;
}

absl::Status WriteCsrManifest(const CsrManifest& manifest,
                              const std::string& out, const Streams& streams) {
  const std::string text =
      manifest.json
          ? objects::ToJson(manifest.csr, objects::JsonStyle::kIndented) + "\n"
          : objects::ToYaml(manifest.csr);
  return WritePublic(out.empty() ? manifest.path : out, text, streams);
}

void AddPermissionFlags(CLI::App& app, Permission* permission) {
  AddPolicyFlags(app, /*many=*/false, &permission->policy);
  AddUserFlags(app, &permission->user);
}

absl::Status CheckPermission(const Permission& permission,
                             absl::string_view verb,
                             const k8s::CertificateSigningRequest& csr,
                             const Streams& streams) {
  const bool has_policy =
      !permission.policy.filenames.empty() || permission.policy.default_policy;
  if (!has_policy && permission.user.as.empty()) return absl::OkStatus();
  const absl::StatusOr<UserInfo> user = UserFrom(permission.user);
  if (!user.ok()) return user.status();
  const absl::StatusOr<Engine> engine =
      Engine::Load(permission.policy, streams);
  if (!engine.ok()) return engine.status();
  const std::string& signer = csr.spec().signername();
  if (pki::IsAuthorizedForSigner(engine->authorizer(), *user, verb, signer)) {
    return absl::OkStatus();
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::kForbidden,
      absl::StrCat("certificatesigningrequests.certificates.k8s.io ",
                   GoQuote(csr.metadata().name()),
                   " is forbidden: user not permitted to ", verb,
                   " requests with signerName ", GoQuote(signer)));
}

}  // namespace gatehouse::cli
