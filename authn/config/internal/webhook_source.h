// The webhook of --authentication-token-webhook-config-file.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_WEBHOOK_SOURCE_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_WEBHOOK_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/config/internal/file_source.h"
#include "authn/config/source_status.h"
#include "authn/token/token_authenticator.h"
#include "authn/webhook/token_review_client.h"
#include "base/clock.h"
#include "base/file_watcher.h"
#include "base/http_client.h"
#include "pki/certificate.h"

namespace gatehouse::authn::internal {

struct WebhookSourceOptions {
  std::string kubeconfig_file;
  WebhookOptions webhook;
  HttpClientFactory http_clients;
  std::function<void(const SourceStatus&)> observe;
  FileWatcher::Options watch;
  const Clock* clock = &Clock::System();
};

// WebhookSource asks the server of a kubeconfig, which is read again when it
// changes, or a file that it names does. Any thread may call anything.
class WebhookSource : public TokenAuthenticator {
 public:
  static absl::StatusOr<std::shared_ptr<WebhookSource>> Start(
      WebhookSourceOptions options);
  ~WebhookSource() override;

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

  // Another number, another server or another credential.
  uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }

  absl::Status Reload() { return files_->Reload(); }
  SourceStatus status() const { return files_->status(); }

 private:
  explicit WebhookSource(WebhookSourceOptions options);

  absl::StatusOr<Loaded> Load();

  const WebhookSourceOptions options_;

  // Of the loads. The authenticator is made by the first and stays.
  std::unique_ptr<WebhookTokenAuthenticator> authenticator_;
  pki::Sha256Digest digest_ = {};  // Of all that was read.

  std::atomic<uint64_t> generation_{0};

  // Last, so that its threads are gone before what they use.
  std::unique_ptr<FileSource> files_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_WEBHOOK_SOURCE_H_
