#include "cli/internal/trust_flags.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"
#include "cli/internal/file_stamp.h"
#include "pki/cluster/layout.h"

namespace gatehouse::cli {

namespace {

constexpr size_t kMaxCaFile = size_t{64} << 20;

// Sets what happens to lists that are past their nextUpdate.
void SetStale(const std::string& text, pki::RevocationOptions* options) {
  if (text == "refuse") {
    options->stale = pki::StalePolicy::kFailClosed;
  } else if (text == "trust") {
    options->stale = pki::StalePolicy::kFailOpen;
  } else if (absl::ParseDuration(text, &options->grace) &&
             options->grace >= absl::ZeroDuration() &&
             options->grace != absl::InfiniteDuration()) {
    options->stale = pki::StalePolicy::kGrace;
  } else {
    throw CLI::ValidationError(
        "--stale-revocation",
        absl::StrCat("want refuse, trust, or a duration such as 1h, got ",
                     GoQuote(text)));
  }
}

// Only what is surely not there may be left out: a deny list that cannot be
// read or a symlink that leads nowhere just now must be an error later on.
bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 || errno != ENOENT;
}

}  // namespace

void AddTrustFlags(CLI::App& app, TrustFlags* flags) {
  app.add_option("--client-ca-file", flags->client_ca_file,
                 "PEM file with the CAs whose client certificates are trusted")
      ->type_name("FILE");
  AddStrings(app, "--client-crl-file", &flags->revocation.crl_files,
             "File with certificate revocation lists of those CAs, PEM or "
             "DER; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  AddStrings(app, "--client-ocsp-file", &flags->revocation.ocsp_files,
             "File with an OCSP response, DER; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--revocation-file", flags->revocation.deny_list_file,
                 "Deny list of certificates, keys and users, YAML or JSON")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--stale-revocation",
         [flags](const std::string& text) { SetStale(text, &flags->options); },
         "What a list past its nextUpdate is worth: refuse the certificate, "
         "trust the list, or trust it for a DURATION more")
      ->type_name("MODE")
      ->default_str("refuse");
  app.add_flag("--require-revocation", flags->options.require_coverage,
               "Refuse a certificate if no CRL or OCSP response covers its "
               "issuer");
  const auto set_policy = [flags](const std::string& name) {
    flags->policy = name == "kubernetes"
                        ? &pki::VerificationPolicy::Kubernetes()
                        : &pki::VerificationPolicy::Default();
  };
  app.add_option_function<std::string>(
         "--verification-policy", set_policy,
         "What is strong enough: default (RSA from 2048 bits) or kubernetes "
         "(from 1024)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"default", "kubernetes"}).description(""))
      ->default_str("default");
}

void AddTrustDirFlag(CLI::App& app, TrustFlags* flags) {
  app.add_option("--dir", flags->dir,
                 "Cluster directory: its ca.crt, ca.crl and revoked.yaml "
                 "stand in for the files that are not given")
      ->type_name("DIR");
}

TrustFlags Resolved(TrustFlags flags) {
  if (flags.dir.empty()) return flags;
  const auto in_dir = [&flags](absl::string_view name) {
    return absl::StrCat(flags.dir, "/", name);
  };
  if (flags.client_ca_file.empty()) flags.client_ca_file = in_dir("ca.crt");
  pki::RevocationFiles& files = flags.revocation;
  if (files.crl_files.empty() && Exists(in_dir("ca.crl"))) {
    files.crl_files.push_back(in_dir("ca.crl"));
  }
  if (files.deny_list_file.empty() && Exists(in_dir(pki::kRevokedFile))) {
    files.deny_list_file = in_dir(pki::kRevokedFile);
  }
  return flags;
}

TrustFiles::TrustFiles(const TrustFlags& flags)
    : ca_file_(flags.client_ca_file),
      loader_(flags.revocation, flags.options) {}

absl::StatusOr<bool> TrustFiles::Refresh() {
  // Taken before the files are read: what changes in between is read again.
  std::string stamp = FileStamp(ca_file_);
  for (const std::string& path : loader_.files().All()) {
    absl::StrAppend(&stamp, FileStamp(path));
  }
  if (stamp == stamp_) return false;
  stamp_ = std::move(stamp);
  absl::StatusOr<Trust> trust = Load();
  if (!trust.ok()) return trust.status();
  trust_ = *std::move(trust);
  return true;
}

absl::StatusOr<Trust> TrustFiles::Load() {
  if (ca_file_.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "no CA: give --client-ca-file FILE");
  }
  const absl::StatusOr<std::string> pem = ReadFile(ca_file_, kMaxCaFile);
  if (!pem.ok()) return pem.status();
  Trust trust;
  auto anchors = pki::TrustBundle::FromPem(*pem, ca_file_);
  if (!anchors.ok()) return anchors.status();
  trust.anchors = *std::move(anchors);
  auto revocation = loader_.Load(trust.anchors->anchors());
  if (!revocation.ok()) return revocation.status();
  trust.revocation = *std::move(revocation);
  return trust;
}

absl::StatusOr<Trust> LoadTrust(const TrustFlags& flags) {
  TrustFiles files(flags);
  const absl::StatusOr<bool> loaded = files.Refresh();
  if (!loaded.ok()) return loaded.status();
  return files.trust();
}

}  // namespace gatehouse::cli
