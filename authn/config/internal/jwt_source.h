// JWT authenticators from --authentication-config or --oidc-* flags.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_JWT_SOURCE_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_JWT_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/config/internal/file_source.h"
#include "authn/config/source_status.h"
#include "authn/oidc/jwt_authenticators.h"
#include "authn/token/token_authenticator.h"
#include "base/clock.h"
#include "base/file_watcher.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "proto/apiserver_config.pb.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn::internal {

struct JwtSourceOptions {
  // One of the two: the file of --authentication-config, or flags.
  std::string file;
  absl::optional<Config::Oidc> oidc;

  std::vector<std::string> disallowed_issuers;  // Of service accounts.
  HttpClientFactory http_clients;
  absl::Duration health_timeout = absl::Minutes(1);
  std::function<void(const SourceStatus&)> observe;
  FileWatcher::Options watch;
  const Clock* clock = &Clock::System();
};

// JwtSource knows the tokens of the issuers that the file names, or the flags.
// A changed file is put in effect if it is valid, repeats the section
// "anonymous", and all its issuers become healthy in time (Kubernetes
// behaviour; at the start nobody waits for them). What is invalid is not
// looked at again until it changes; what is not healthy is tried again after a
// minute. Any thread may call anything.
class JwtSource : public TokenAuthenticator {
 public:
  static absl::StatusOr<std::shared_ptr<JwtSource>> Start(
      JwtSourceOptions options);
  ~JwtSource() override;

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

  // Returns the configuration at the start.
  const k8s::AuthenticationConfiguration& initial() const { return *initial_; }

  // Another number, other issuers, or other keys of one.
  uint64_t generation() const {
    return generation_->load(std::memory_order_acquire);
  }
  absl::Status Health() const { return Current()->Health(); }

  absl::Status Reload() { return files_->Reload(); }
  SourceStatus status() const { return files_->status(); }

 private:
  using Issuers = std::shared_ptr<const JwtAuthenticators>;

  explicit JwtSource(JwtSourceOptions options);

  Issuers Current() const;
  std::vector<std::string> Files() const;
  // What the configuration is from, for errors.
  std::string From() const;

  // The steps of a load. Of one thread at a time, FileSource sees to it.
  absl::StatusOr<Loaded> Load();
  absl::Status LoadText(const std::string& text);
  absl::StatusOr<k8s::AuthenticationConfiguration> Read(
      const std::string& text) const;
  absl::StatusOr<Issuers> Make(
      const k8s::AuthenticationConfiguration& configuration) const;
  absl::Status AwaitHealth(const JwtAuthenticators& issuers);
  void Publish(Issuers next);
  void DropRetired();

  const JwtSourceOptions options_;

  // Of the loads.
  absl::optional<k8s::AuthenticationConfiguration> initial_;
  absl::optional<std::string> loaded_text_;    // What is in effect.
  absl::optional<std::string> rejected_text_;  // What can never be.
  absl::Status rejected_error_;
  // Replaced, and perhaps still in use: the last user must not be a request,
  // since the end of their threads has to be waited for.
  std::vector<Issuers> retired_;

  // Shared with the issuers, which count the changes of their keys.
  const std::shared_ptr<std::atomic<uint64_t>> generation_ =
      std::make_shared<std::atomic<uint64_t>>(0);
  mutable Mutex mutex_;
  CondVar stopping_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  Issuers current_ ABSL_GUARDED_BY(mutex_);

  // Last, so that its threads are gone before what they use.
  std::unique_ptr<FileSource> files_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_JWT_SOURCE_H_
