// The methods of authentication by token.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/config/internal/chain_builder.h"
#include "authn/config/internal/jwt_source.h"
#include "authn/config/internal/readers.h"
#include "authn/config/internal/strings.h"
#include "authn/config/internal/webhook_source.h"
#include "authn/group_adder.h"
#include "authn/serviceaccount/bound.h"
#include "authn/serviceaccount/key_files.h"
#include "authn/serviceaccount/legacy.h"
#include "authn/token/bootstrap.h"
#include "authn/token/token_cache.h"
#include "authn/token/token_file_source.h"

namespace gatehouse::authn::internal {
namespace {

// Remembers the answers of `inner`, whose configuration has a generation.
template <typename Inner>
std::shared_ptr<const TokenAuthenticator> Cached(
    const std::shared_ptr<Inner>& source,
    std::shared_ptr<const TokenAuthenticator> inner,
    TokenCacheOptions options) {
  if (options.success_ttl <= absl::ZeroDuration() &&
      options.failure_ttl <= absl::ZeroDuration()) {
    return inner;
  }
  // The cache owns `inner`, and that `source`.
  options.generation = [raw = source.get()] { return raw->generation(); };
  return std::make_shared<TokenCache>(std::move(inner), std::move(options));
}

}  // namespace

absl::Status ChainBuilder::AddTokenFile() {
  if (config_.token_auth_file().empty()) return absl::OkStatus();
  TokenFileOptions options;
  options.path = config_.token_auth_file();
  const Described described{"token-auth-file", {options.path}};
  auto source = StartReader<TokenFileSource, TokenFileStatus>(
      described, dependencies_, std::move(options), &parts_.sources);
  if (!source.ok()) return source.status();
  AddToken("token-file", ForApi((*source)->authenticator()));
  return absl::OkStatus();
}

absl::Status ChainBuilder::AddServiceAccounts() {
  if (!config_.has_service_account()) return absl::OkStatus();
  const Config::ServiceAccount& accounts = config_.service_account();
  absl::Status status = NeedObjects("service-account-issuer");
  if (!status.ok()) return status;
  KeyFilesOptions options;
  options.files.key_files = Strings(accounts.key_files());
  Described described{"service-account-key-file", options.files.key_files};
  for (const std::string& path : accounts.jwks_files()) {
    options.files.jwks_files.push_back({path});
    described.files.push_back(path);
  }
  auto source = StartReader<ServiceAccountKeySource, KeyFilesStatus>(
      described, dependencies_, std::move(options), &parts_.sources);
  if (!source.ok()) return source.status();
  status = AddLegacy((*source)->ring());
  return status.ok() ? AddBound((*source)->ring()) : status;
}

absl::Status ChainBuilder::AddLegacy(
    std::shared_ptr<const ServiceAccountKeyRing> keys) {
  LegacyServiceAccountOptions options;
  options.keys = std::move(keys);
  options.api_audiences = parts_.api_audiences;
  options.lookup = config_.service_account().lookup();
  options.objects = dependencies_.objects;
  options.writer = dependencies_.secrets_writer;
  auto made = LegacyServiceAccountAuthenticator::Create(options);
  if (!made.ok()) return OfFlag("service-account-key-file", made.status());
  AddToken("legacy-service-account", *std::move(made));
  return absl::OkStatus();
}

absl::Status ChainBuilder::AddBound(
    std::shared_ptr<const ServiceAccountKeyRing> keys) {
  BoundServiceAccountOptions options;
  options.issuers = Strings(config_.service_account().issuers());
  options.keys = std::move(keys);
  options.api_audiences = parts_.api_audiences;
  options.objects = dependencies_.objects;
  auto made = BoundServiceAccountAuthenticator::Create(options);
  if (!made.ok()) return OfFlag("service-account-issuer", made.status());
  AddToken("service-account", *std::move(made));
  return absl::OkStatus();
}

absl::Status ChainBuilder::AddBootstrap() {
  if (!config_.enable_bootstrap_token_auth()) return absl::OkStatus();
  absl::Status status = NeedObjects("enable-bootstrap-token-auth");
  if (!status.ok()) return status;
  AddToken(
      "bootstrap",
      ForApi(std::make_shared<BootstrapAuthenticator>(dependencies_.objects)));
  return absl::OkStatus();
}

absl::Status ChainBuilder::AddJwt() {
  JwtSourceOptions options;
  options.file = config_.authentication_config_file();
  if (config_.has_oidc()) options.oidc = config_.oidc();
  if (options.file.empty() && !options.oidc.has_value()) {
    return absl::OkStatus();
  }
  const absl::string_view flag =
      options.oidc.has_value() ? "oidc-issuer-url" : "authentication-config";
  absl::Status status = NeedHttp(flag);
  if (!status.ok()) return status;
  options.disallowed_issuers = Strings(config_.service_account().issuers());
  options.health_timeout = dependencies_.jwt_health_timeout;
  auto source = StartOwnReader<JwtSource>(flag, dependencies_,
                                          std::move(options), &parts_.sources);
  if (!source.ok()) return source.status();
  parts_.jwt = *source;
  TokenCacheOptions cache;
  const Config::TokenCache& times = config_.token_cache();
  cache.success_ttl = absl::Nanoseconds(times.success_ttl_ns());
  cache.failure_ttl = absl::Nanoseconds(times.failure_ttl_ns());
  AddToken(
      "oidc",
      Cached(*source,
             std::make_shared<TokenAuthenticatedGroupAdder>(ForApi(*source)),
             std::move(cache)));
  return absl::OkStatus();
}

absl::Status ChainBuilder::AddWebhook() {
  if (!config_.has_webhook()) return absl::OkStatus();
  constexpr absl::string_view kFlag =
      "authentication-token-webhook-config-file";
  absl::Status status = NeedHttp(kFlag);
  if (!status.ok()) return status;
  const Config::Webhook& webhook = config_.webhook();
  WebhookSourceOptions options;
  options.kubeconfig_file = webhook.kubeconfig_file();
  options.webhook.api_version = webhook.version();
  options.webhook.implicit_audiences = parts_.api_audiences;
  options.webhook.clock = dependencies_.clock;
  auto source = StartOwnReader<WebhookSource>(
      kFlag, dependencies_, std::move(options), &parts_.sources);
  if (!source.ok()) return source.status();
  TokenCacheOptions cache;
  cache.success_ttl = absl::Nanoseconds(webhook.cache_ttl_ns());
  cache.failure_ttl = cache.success_ttl;
  cache.cache_errors = false;
  AddToken(
      "webhook",
      Cached(*source, std::make_shared<TokenAuthenticatedGroupAdder>(*source),
             std::move(cache)));
  return absl::OkStatus();
}

}  // namespace gatehouse::authn::internal
