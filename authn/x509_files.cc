#include "authn/x509_files.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authn/internal/digest.h"
#include "base/errors.h"
#include "base/file.h"
#include "pki/certificate.h"
#include "pki/verify/trust_bundle.h"

namespace gatehouse::authn {
namespace {

// Ten thousand CAs; nobody has so many.
constexpr size_t kMaxBundleBytes = size_t{16} << 20;

using Certificates = std::vector<pki::Certificate>;

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("client CA files: ", text));
}

absl::Status Validate(const X509FilesOptions& options) {
  if (options.client_cas.empty()) return Invalid("there is no client CA");
  if (options.apply == nullptr) return Invalid("nothing applies them");
  for (const ClientCaFiles& files : options.client_cas) {
    if (files.bundle_files.empty()) {
      return Invalid(
          absl::StrCat("client CA \"", files.ca.name, "\" has no file"));
    }
  }
  return absl::OkStatus();
}

// Appends the certificates of a PEM file; hashes what was read into
// `*fingerprint`.
absl::Status ReadBundle(const std::string& path, Certificates* certificates,
                        std::string* fingerprint) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxBundleBytes);
  if (!text.ok()) return text.status();
  auto parsed = pki::Certificate::FromPem(*text, path);
  if (!parsed.ok()) return parsed.status();
  const pki::Sha256Digest digest = internal::Sha256(*text);
  fingerprint->append(digest.begin(), digest.end());
  certificates->insert(certificates->end(), parsed->begin(), parsed->end());
  return absl::OkStatus();
}

class X509FilesImpl : public X509Files {
 public:
  explicit X509FilesImpl(X509FilesOptions options)
      : options_(std::move(options)),
        revocation_(options_.revocation, options_.revocation_options),
        reloader_(options_,
                  [this](X509FilesStatus*) { return ReadAndApply(); }) {}

  absl::Status Start() {
    std::vector<std::string> paths = options_.revocation.All();
    paths.insert(paths.end(), options_.intermediate_files.begin(),
                 options_.intermediate_files.end());
    for (const ClientCaFiles& files : options_.client_cas) {
      paths.insert(paths.end(), files.bundle_files.begin(),
                   files.bundle_files.end());
    }
    return reloader_.Start(paths);
  }

  absl::Status Reload() override { return reloader_.Reload(); }
  X509FilesStatus status() const override { return reloader_.status(); }

 private:
  // Returns whether something new was applied.
  absl::StatusOr<bool> ReadAndApply() {
    X509Config config;
    Certificates issuers;
    std::string fingerprint;
    absl::Status status = ReadBundles(&config, &issuers, &fingerprint);
    if (!status.ok()) return status;
    // Without any list there is still the rule that every issuer needs one.
    if (!options_.revocation.empty() ||
        options_.revocation_options.require_coverage) {
      auto lists = revocation_.Load(issuers);
      if (!lists.ok()) return lists.status();
      config.revocation = *std::move(lists);
      changed_since_apply_ |= revocation_.changed();
    }
    if (fingerprint == applied_ && !changed_since_apply_) return false;
    status = options_.apply(std::move(config));
    if (!status.ok()) return status;
    applied_ = std::move(fingerprint);
    changed_since_apply_ = false;
    return true;
  }

  // Makes the CAs of `*config`; gathers all who may sign revocation lists.
  absl::Status ReadBundles(X509Config* config, Certificates* issuers,
                           std::string* fingerprint) const {
    for (const ClientCaFiles& files : options_.client_cas) {
      Certificates anchors;
      for (const std::string& path : files.bundle_files) {
        const absl::Status status = ReadBundle(path, &anchors, fingerprint);
        if (!status.ok()) return status;
      }
      issuers->insert(issuers->end(), anchors.begin(), anchors.end());
      auto trust = pki::TrustBundle::Create(std::move(anchors));
      if (!trust.ok()) return trust.status();
      config->client_cas.push_back(files.ca);
      config->client_cas.back().trust = *std::move(trust);
    }
    for (const std::string& path : options_.intermediate_files) {
      const absl::Status status = ReadBundle(path, issuers, fingerprint);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const X509FilesOptions options_;

  // ReadAndApply's alone, in one thread at a time.
  pki::RevocationLoader revocation_;
  // The digests of the bundles in effect, and whether a revocation file was
  // another one since.
  std::string applied_;
  bool changed_since_apply_ = false;

  // Last, so that its thread is gone before what it uses.
  FileReloader<X509FilesStatus> reloader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<X509Files>> X509Files::Start(
    X509FilesOptions options) {
  absl::Status status = Validate(options);
  if (!status.ok()) return status;
  auto files = std::make_unique<X509FilesImpl>(std::move(options));
  status = files->Start();
  if (!status.ok()) return status;
  return std::unique_ptr<X509Files>(std::move(files));
}

}  // namespace gatehouse::authn
