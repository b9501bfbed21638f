#include "net/certificate_files.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"

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
      : options_(std::move(options)) {}

  absl::Status StartWatching() {
    auto watcher = FileWatcher::Start(
        {options_.certificate_file, options_.key_file},
        [this] { Reload().IgnoreError(); }, options_.watch);
    if (!watcher.ok()) return watcher.status();
    watcher_ = *std::move(watcher);
    return absl::OkStatus();
  }

  absl::Status Reload() override {
    MutexLock reloading(reload_mutex_);
    bool changed = false;
    absl::Status error = ReadAndApply(&changed);
    CertificateFilesStatus now;
    {
      MutexLock lock(status_mutex_);
      status_.attempted_at = options_.clock->Now();
      if (!error.ok()) ++status_.failures;
      if (changed) {
        ++status_.loads;
        status_.loaded_at = status_.attempted_at;
      }
      status_.last_error = error;
      now = status_;
    }
    if (options_.observe != nullptr) options_.observe(now);
    return error;
  }

  CertificateFilesStatus status() const override {
    MutexLock lock(status_mutex_);
    return status_;
  }

 private:
  absl::Status ReadAndApply(bool* changed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reload_mutex_) {
    auto pair = ReadKeyPair(options_.certificate_file, options_.key_file);
    if (!pair.ok()) return pair.status();
    if (pair->certificate_pem == applied_.certificate_pem &&
        pair->key_pem == applied_.key_pem) {
      return absl::OkStatus();
    }
    const absl::Status status =
        options_.apply(pair->certificate_pem, pair->key_pem);
    if (!status.ok()) {
      return MakeError(status.code(), ReasonOf(status),
                       absl::StrCat(options_.certificate_file, ", ",
                                    options_.key_file, ": ", status.message()));
    }
    applied_ = *std::move(pair);
    *changed = true;
    return absl::OkStatus();
  }

  const CertificateFilesOptions options_;

  Mutex reload_mutex_;  // Before status_mutex_.
  KeyPair applied_ ABSL_GUARDED_BY(reload_mutex_);

  mutable Mutex status_mutex_;
  CertificateFilesStatus status_ ABSL_GUARDED_BY(status_mutex_);

  // Last, so that it is gone before what its thread uses.
  std::unique_ptr<FileWatcher> watcher_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CertificateFiles>> CertificateFiles::Start(
    CertificateFilesOptions options) {
  if (options.certificate_file.empty() || options.key_file.empty()) {
    return Invalid("a certificate and a key file are needed");
  }
  if (options.apply == nullptr) return Invalid("nothing applies them");
  auto files = std::make_unique<CertificateFilesImpl>(std::move(options));
  // First, so that no change falls between the reading and the watching.
  absl::Status status = files->StartWatching();
  if (status.ok()) status = files->Reload();
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
