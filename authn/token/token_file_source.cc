#include "authn/token/token_file_source.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/types/optional.h"
#include "authn/token/token_digest.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/secret.h"

namespace gatehouse::authn {
namespace {

// A million users with long names; nobody has so many.
constexpr size_t kMaxFileBytes = size_t{64} << 20;

class TokenFileSourceImpl : public TokenFileSource {
 public:
  explicit TokenFileSourceImpl(TokenFileOptions options)
      : options_(std::move(options)),
        authenticator_(std::make_shared<TokenFileAuthenticator>()) {}

  absl::Status StartWatching() {
    auto watcher = FileWatcher::Start(
        {options_.path}, [this] { Reload().IgnoreError(); }, options_.watch);
    if (!watcher.ok()) return watcher.status();
    watcher_ = *std::move(watcher);
    return absl::OkStatus();
  }

  std::shared_ptr<const TokenFileAuthenticator> authenticator() const override {
    return authenticator_;
  }

  absl::Status Reload() override {
    MutexLock reloading(reload_mutex_);
    absl::StatusOr<absl::optional<TokenFile>> changed = ReadChanged();
    TokenFileStatus now;
    {
      MutexLock lock(status_mutex_);
      status_.attempted_at = options_.clock->Now();
      status_.last_error = changed.status();
      if (!changed.ok()) ++status_.failures;
      if (changed.ok() && changed->has_value()) {
        ++status_.loads;
        status_.loaded_at = status_.attempted_at;
        status_.tokens = (*changed)->size();
        status_.warnings = (*changed)->warnings();
        authenticator_->Update(**std::move(changed));
      }
      now = Copy();
    }
    if (options_.observe != nullptr) options_.observe(now);
    return now.last_error;
  }

  TokenFileStatus status() const override {
    MutexLock lock(status_mutex_);
    return Copy();
  }

 private:
  // Shares no error with status_, which another thread may replace: what frees
  // one is code that ThreadSanitizer does not see.
  TokenFileStatus Copy() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(status_mutex_) {
    TokenFileStatus copy = status_;
    if (!status_.last_error.ok()) {
      copy.last_error =
          MakeError(status_.last_error.code(), ReasonOf(status_.last_error),
                    status_.last_error.message());
    }
    return copy;
  }

  // Reads the file; nothing if it says what it said when it was last good.
  absl::StatusOr<absl::optional<TokenFile>> ReadChanged()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reload_mutex_) {
    absl::StatusOr<std::string> contents =
        ReadFile(options_.path, kMaxFileBytes);
    if (!contents.ok()) return contents.status();
    absl::optional<TokenFile> changed;
    absl::Status status;
    const TokenDigest digest = digester_.Digest(*contents, nullptr);
    if (applied_ != digest) {
      absl::StatusOr<TokenFile> file =
          TokenFile::Parse(*contents, options_.path);
      status = file.status();
      if (file.ok()) {
        changed = *std::move(file);
        applied_ = digest;
      }
    }
    WipeString(&*contents);
    if (!status.ok()) return status;
    return changed;
  }

  const TokenFileOptions options_;
  const TokenDigester digester_;
  const std::shared_ptr<TokenFileAuthenticator> authenticator_;

  Mutex reload_mutex_;  // Before status_mutex_.
  // Of the contents in effect.
  absl::optional<TokenDigest> applied_ ABSL_GUARDED_BY(reload_mutex_);

  mutable Mutex status_mutex_;
  TokenFileStatus status_ ABSL_GUARDED_BY(status_mutex_);

  // Last, so that it is gone before what its thread uses.
  std::unique_ptr<FileWatcher> watcher_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TokenFileSource>> TokenFileSource::Start(
    TokenFileOptions options) {
  if (options.path.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "token file: there is no path");
  }
  auto source = std::make_unique<TokenFileSourceImpl>(std::move(options));
  // First, so that no change falls between the reading and the watching.
  absl::Status status = source->StartWatching();
  if (status.ok()) status = source->Reload();
  if (!status.ok()) return status;
  return std::unique_ptr<TokenFileSource>(std::move(source));
}

}  // namespace gatehouse::authn
