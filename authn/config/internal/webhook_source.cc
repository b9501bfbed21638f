#include "authn/config/internal/webhook_source.h"

#include <utility>

#include "authn/internal/digest.h"
#include "authn/webhook/webhook_endpoint.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "pki/kubeconfig/files.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::authn::internal {
namespace {

constexpr size_t kMaxFileBytes = size_t{16} << 20;

// Returns the paths that a kubeconfig names.
std::vector<std::string> FilesOf(const pki::Kubeconfig& config) {
  std::vector<std::string> files;
  const auto add = [&files](const std::string& path) {
    if (!path.empty()) files.push_back(path);
  };
  for (const auto& [name, cluster] : config.clusters) {
    add(cluster.certificate_authority);
  }
  for (const auto& [name, user] : config.users) {
    add(user.client_certificate);
    add(user.client_key);
    add(user.token_file);
  }
  return files;
}

// Returns a digest of the kubeconfig and of what the files say. One that
// cannot be read is for whoever needs it to complain of.
pki::Sha256Digest DigestOf(const pki::Kubeconfig& config,
                           const std::vector<std::string>& files) {
  const Secret yaml = pki::KubeconfigToYaml(config);
  const pki::Sha256Digest first =
      authn::internal::Sha256(yaml.Reveal(SecretAccess::Get()));
  std::string digests(first.begin(), first.end());
  for (const std::string& file : files) {
    absl::StatusOr<std::string> contents = ReadFile(file, kMaxFileBytes);
    if (!contents.ok()) {
      digests.push_back('-');
      continue;
    }
    const pki::Sha256Digest digest = authn::internal::Sha256(*contents);
    WipeString(&*contents);
    digests.append(digest.begin(), digest.end());
  }
  return authn::internal::Sha256(digests);
}

}  // namespace

absl::StatusOr<std::shared_ptr<WebhookSource>> WebhookSource::Start(
    WebhookSourceOptions options) {
  std::shared_ptr<WebhookSource> source(new WebhookSource(std::move(options)));
  FileSourceOptions files;
  files.name = "authentication-token-webhook-config-file";
  files.files = {source->options_.kubeconfig_file};
  files.load = [raw = source.get()] { return raw->Load(); };
  files.observe = source->options_.observe;
  files.watch = source->options_.watch;
  files.clock = source->options_.clock;
  auto started = FileSource::Start(std::move(files));
  if (!started.ok()) return started.status();
  source->files_ = *std::move(started);
  return source;
}

WebhookSource::WebhookSource(WebhookSourceOptions options)
    : options_(std::move(options)) {}

WebhookSource::~WebhookSource() = default;

Result WebhookSource::AuthenticateToken(absl::string_view token,
                                        const TokenContext& context) const {
  return authenticator_->AuthenticateToken(token, context);
}

absl::StatusOr<Loaded> WebhookSource::Load() {
  const std::string& path = options_.kubeconfig_file;
  const auto config = pki::LoadKubeconfig(path);
  if (!config.ok()) return config.status();
  Loaded loaded;
  loaded.files = FilesOf(*config);
  const pki::Sha256Digest digest = DigestOf(*config, loaded.files);
  loaded.files.insert(loaded.files.begin(), path);
  if (authenticator_ != nullptr && digest == digest_) return loaded;
  auto endpoint = WebhookEndpointFrom(*config, options_.http_clients);
  if (!endpoint.ok()) return InContext(path, endpoint.status());
  if (authenticator_ == nullptr) {
    auto made = WebhookTokenAuthenticator::Create(*std::move(endpoint),
                                                  options_.webhook);
    if (!made.ok()) return made.status();
    authenticator_ = *std::move(made);
  } else {
    const absl::Status status = authenticator_->Update(*std::move(endpoint));
    if (!status.ok()) return status;
  }
  digest_ = digest;
  generation_.fetch_add(1, std::memory_order_acq_rel);
  loaded.changed = true;
  return loaded;
}

}  // namespace gatehouse::authn::internal
