#include "net/certificate_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"

namespace gatehouse::net {
namespace {

// A key, or a chain of hundreds of certificates.
constexpr size_t kMaxFileBytes = size_t{1} << 20;

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("certificate files: ", text));
}

class CertificateFilesImpl final : public CertificateFiles {
 public:
  explicit CertificateFilesImpl(CertificateFilesOptions options)
      : options_(std::move(options)),
        reloader_(options_,
                  [this](CertificateFilesStatus*) { return ReadAndApply(); }) {}

  absl::Status Start() {
    return reloader_.Start({options_.certificate_file, options_.key_file});
  }

  absl::Status Reload() override { return reloader_.Reload(); }
  CertificateFilesStatus status() const override { return reloader_.status(); }

 private:
  // Returns whether something new was applied.
  absl::StatusOr<bool> ReadAndApply() {
    auto pair = ReadKeyPair(options_.certificate_file, options_.key_file);
    if (!pair.ok()) return pair.status();
    if (pair->certificate_pem == applied_.certificate_pem &&
        pair->key_pem == applied_.key_pem) {
      return false;
    }
    const absl::Status status =
        options_.apply(pair->certificate_pem, pair->key_pem);
    if (!status.ok()) {
      return InContext(
          absl::StrCat(options_.certificate_file, ", ", options_.key_file),
          status);
    }
    applied_ = *std::move(pair);
    return true;
  }

  const CertificateFilesOptions options_;

  KeyPair applied_;  // ReadAndApply's alone, in one thread at a time.

  // Last, so that its thread is gone before what it uses.
  FileReloader<CertificateFilesStatus> reloader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CertificateFiles>> CertificateFiles::Start(
    CertificateFilesOptions options) {
  if (options.certificate_file.empty() || options.key_file.empty()) {
    return Invalid("a certificate and a key file are needed");
  }
  if (options.apply == nullptr) return Invalid("nothing applies them");
  auto files = std::make_unique<CertificateFilesImpl>(std::move(options));
  const absl::Status status = files->Start();
  if (!status.ok()) return status;
  return std::unique_ptr<CertificateFiles>(std::move(files));
}

absl::StatusOr<KeyPair> ReadKeyPair(const std::string& certificate_file,
                                    const std::string& key_file) {
  auto certificate = ReadFile(certificate_file, kMaxFileBytes);
  if (!certificate.ok()) return certificate.status();
  auto key = ReadFile(key_file, kMaxFileBytes);
  if (!key.ok()) return key.status();
  KeyPair pair;
  pair.certificate_pem = *std::move(certificate);
  pair.key_pem = Secret(*key);
  WipeString(&*key);
  return pair;
}

}  // namespace gatehouse::net
