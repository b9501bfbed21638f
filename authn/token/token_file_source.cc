#include "authn/token/token_file_source.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/types/optional.h"
#include "authn/token/token_digest.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"

namespace gatehouse::authn {
namespace {

// A million users with long names; nobody has so many.
constexpr size_t kMaxFileBytes = size_t{64} << 20;

class TokenFileSourceImpl : public TokenFileSource {
 public:
  explicit TokenFileSourceImpl(TokenFileOptions options)
      : options_(std::move(options)),
        authenticator_(std::make_shared<TokenFileAuthenticator>()),
        reloader_(options_,
                  [this](TokenFileStatus* status) { return Load(status); }) {}

  absl::Status Start() { return reloader_.Start({options_.path}); }

  std::shared_ptr<const TokenFileAuthenticator> authenticator() const override {
    return authenticator_;
  }
  absl::Status Reload() override { return reloader_.Reload(); }
  TokenFileStatus status() const override { return reloader_.status(); }

 private:
  // Returns false if the file says what it said when it was last good.
  absl::StatusOr<bool> Load(TokenFileStatus* status) {
    absl::StatusOr<std::string> contents =
        ReadFile(options_.path, kMaxFileBytes);
    if (!contents.ok()) return contents.status();
    const absl::Cleanup wipe = [&contents] { WipeString(&*contents); };
    const TokenDigest digest = digester_.Digest(*contents, nullptr);
    if (applied_ == digest) return false;
    absl::StatusOr<TokenFile> file = TokenFile::Parse(*contents, options_.path);
    if (!file.ok()) return file.status();
    applied_ = digest;
    status->tokens = file->size();
    status->warnings = file->warnings();
    authenticator_->Update(*std::move(file));
    return true;
  }

  const TokenFileOptions options_;
  const TokenDigester digester_;
  const std::shared_ptr<TokenFileAuthenticator> authenticator_;

  // Of the contents in effect; Load's alone, in one thread at a time.
  absl::optional<TokenDigest> applied_;

  // Last, so that its thread is gone before what it uses.
  FileReloader<TokenFileStatus> reloader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TokenFileSource>> TokenFileSource::Start(
    TokenFileOptions options) {
  if (options.path.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "token file: there is no path");
  }
  auto source = std::make_unique<TokenFileSourceImpl>(std::move(options));
  const absl::Status status = source->Start();
  if (!status.ok()) return status;
  return std::unique_ptr<TokenFileSource>(std::move(source));
}

}  // namespace gatehouse::authn
