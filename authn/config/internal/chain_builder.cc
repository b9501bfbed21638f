#include "authn/config/internal/chain_builder.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/anonymous.h"
#include "authn/audience_agnostic.h"
#include "authn/config/internal/webhook_source.h"
#include "authn/group_adder.h"
#include "authn/serviceaccount/bound.h"
#include "authn/serviceaccount/key_files.h"
#include "authn/serviceaccount/legacy.h"
#include "authn/token/bearer.h"
#include "authn/token/bootstrap.h"
#include "authn/token/token_cache.h"
#include "authn/token/token_file_source.h"
#include "authn/token/websocket.h"
#include "authn/union.h"
#include "authn/x509.h"
#include "authn/x509_verifier.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {
namespace {

template <typename List>
std::vector<std::string> Strings(const List& list) {
  return {list.begin(), list.end()};
}

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

// Puts the flag before an error.
absl::Status OfFlag(absl::string_view flag, const absl::Status& status) {
  return MakeError(status.code(), ReasonOf(status),
                   absl::StrCat("--", flag, ": ", status.message()));
}

uint64_t GenerationOf(const X509FilesStatus& status) { return status.loads; }
uint64_t GenerationOf(const TokenFileStatus& status) { return status.loads; }
uint64_t GenerationOf(const KeyFilesStatus& status) {
  return status.generation;
}

// Described is a source's name and files, with which the status of any reader
// becomes a SourceStatus.
struct Described {
  std::string name;
  std::vector<std::string> files;

  template <typename Status>
  SourceStatus operator()(const Status& from) const {
    SourceStatus status;
    status.name = name;
    status.files = files;
    status.generation = GenerationOf(from);
    status.loaded_at = from.loaded_at;
    status.attempted_at = from.attempted_at;
    status.last_error = from.last_error;
    return status;
  }
};

// Starts a reader and makes a source of it.
template <typename Reader, typename Status, typename Options>
absl::StatusOr<std::shared_ptr<Reader>> StartReader(
    const Described& described, const ChainDependencies& dependencies,
    Options options, std::vector<Source>* sources) {
  options.watch = dependencies.watch;
  options.clock = dependencies.clock;
  if (dependencies.observe != nullptr) {
    options.observe = [described, observe = dependencies.observe](
                          const Status& status) { observe(described(status)); };
  }
  auto started = Reader::Start(std::move(options));
  if (!started.ok()) return OfFlag(described.name, started.status());
  std::shared_ptr<Reader> reader = *std::move(started);
  sources->push_back(
      {[described, reader] { return described(reader->status()); },
       [reader] { return reader->Reload(); }});
  return reader;
}

// The same for those that speak of SourceStatus themselves.
template <typename Reader, typename Options>
absl::StatusOr<std::shared_ptr<Reader>> StartOwnReader(
    absl::string_view flag, const ChainDependencies& dependencies,
    Options options, std::vector<Source>* sources) {
  options.watch = dependencies.watch;
  options.clock = dependencies.clock;
  options.observe = dependencies.observe;
  options.http_clients = dependencies.http_clients;
  absl::StatusOr<std::shared_ptr<Reader>> started =
      Reader::Start(std::move(options));
  if (!started.ok()) return OfFlag(flag, started.status());
  std::shared_ptr<Reader> reader = *std::move(started);
  sources->push_back({[reader] { return reader->status(); },
                      [reader] { return reader->Reload(); }});
  return reader;
}

std::vector<std::string> FilesOf(const X509FilesOptions& options) {
  std::vector<std::string> files;
  for (const ClientCaFiles& ca : options.client_cas) {
    files.insert(files.end(), ca.bundle_files.begin(), ca.bundle_files.end());
  }
  for (const auto& more :
       {options.revocation.All(), options.intermediate_files}) {
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

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

ChainBuilder::ChainBuilder(const Config& config,
                           const ChainDependencies& dependencies)
    : config_(config),
      dependencies_(dependencies),
      proxy_guard_(std::make_shared<ProxyGuard>(
          !config.request_header().allowed_names().empty())) {
  parts_.api_audiences = config.api_audiences().empty()
                             ? Strings(config.service_account().issuers())
                             : Strings(config.api_audiences());
}

absl::StatusOr<ChainParts> ChainBuilder::Build() {
  // As kube-apiserver orders them. Of tokens, those that are known here come
  // first because they are cheap, and service accounts before JWT issuers, so
  // that their tokens never make an issuer's keys be fetched.
  using Step = absl::Status (ChainBuilder::*)();
  for (const Step step :
       {&ChainBuilder::AddFrontProxy, &ChainBuilder::AddX509,
        &ChainBuilder::AddTokenFile, &ChainBuilder::AddServiceAccounts,
        &ChainBuilder::AddBootstrap, &ChainBuilder::AddJwt,
        &ChainBuilder::AddWebhook}) {
    absl::Status status = (this->*step)();
    if (!status.ok()) return status;
  }
  FinishTokens();
  absl::Status status = AddAnonymous();
  if (!status.ok()) return status;
  return std::move(parts_);
}

void ChainBuilder::AddRequest(std::string name,
                              std::shared_ptr<const Authenticator> member) {
  parts_.names.push_back(std::move(name));
  requests_.push_back(std::move(member));
}

void ChainBuilder::AddToken(std::string name, TokenAuthenticatorPtr member) {
  parts_.names.push_back(std::move(name));
  tokens_.push_back(std::move(member));
}

ChainBuilder::TokenAuthenticatorPtr ChainBuilder::ForApi(
    TokenAuthenticatorPtr inner) const {
  return std::make_shared<TokenAudienceAgnostic>(parts_.api_audiences,
                                                 std::move(inner));
}

absl::Status ChainBuilder::NeedObjects(absl::string_view flag) const {
  if (dependencies_.objects != nullptr) return absl::OkStatus();
  return Invalid(absl::StrCat("--", flag, ": there is no object store"));
}

absl::Status ChainBuilder::NeedHttp(absl::string_view flag) const {
  if (dependencies_.http_clients != nullptr) return absl::OkStatus();
  return Invalid(absl::StrCat("--", flag, ": there is no HTTP client"));
}

absl::Status ChainBuilder::StartX509(const std::string& flag,
                                     X509FilesOptions options) {
  const Described described{flag, FilesOf(options)};
  return StartReader<X509Files, X509FilesStatus>(
             described, dependencies_, std::move(options), &parts_.sources)
      .status();
}

absl::Status ChainBuilder::AddFrontProxy() {
  if (!config_.has_request_header()) return absl::OkStatus();
  const Config::RequestHeader& header = config_.request_header();
  RequestHeaderConfig names;
  names.username_headers = Strings(header.username_headers());
  names.uid_headers = Strings(header.uid_headers());
  names.group_headers = Strings(header.group_headers());
  names.extra_header_prefixes = Strings(header.extra_header_prefixes());
  auto checked = ValidateRequestHeaders(std::move(names));
  if (!checked.ok()) {
    return OfFlag("requestheader-*-headers", checked.status());
  }
  parts_.request_headers = *checked;
  auto made = NewFrontProxy(*std::move(checked));
  if (!made.ok()) return made.status();
  std::shared_ptr<X509Verifier> proxy = *std::move(made);
  X509FilesOptions options = ProxyX509Files(config_);
  options.apply = [proxy, guard = proxy_guard_](X509Config config) {
    absl::Status status = guard->SetProxies(config);
    return status.ok() ? proxy->Update(std::move(config)) : status;
  };
  absl::Status status =
      StartX509("requestheader-client-ca-file", std::move(options));
  if (!status.ok()) return status;
  AddRequest("request-header", std::make_shared<AudienceAgnostic>(
                                   parts_.api_audiences, std::move(proxy)));
  return absl::OkStatus();
}

absl::Status ChainBuilder::AddX509() {
  if (config_.client_cas().empty()) return absl::OkStatus();
  auto options = ClientX509Files(config_);
  if (!options.ok()) return OfFlag("client-ca-file", options.status());
  auto x509 = std::make_shared<X509Authenticator>();
  options->apply = [x509, guard = proxy_guard_](X509Config config) {
    absl::Status status = guard->SetClients(config);
    return status.ok() ? x509->Update(std::move(config)) : status;
  };
  absl::Status status = StartX509("client-ca-file", *std::move(options));
  if (!status.ok()) return status;
  AddRequest("x509", std::move(x509));
  return absl::OkStatus();
}

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

void ChainBuilder::FinishTokens() {
  const bool any = !tokens_.empty();
  parts_.tokens = std::make_shared<TokenAuthenticatedGroupAdder>(
      std::make_shared<TokenUnion>(std::move(tokens_)));
  if (!any) return;
  requests_.push_back(std::make_shared<BearerAuthenticator>(parts_.tokens));
  requests_.push_back(std::make_shared<WebSocketAuthenticator>(parts_.tokens));
}

absl::Status ChainBuilder::AddAnonymous() {
  k8s::AnonymousAuthConfig anonymous;
  anonymous.set_enabled(!config_.has_anonymous() || config_.anonymous());
  if (parts_.jwt != nullptr && parts_.jwt->initial().has_anonymous()) {
    if (config_.has_anonymous()) {
      return Invalid(
          "anonymous: Forbidden: --anonymous-auth flag cannot be set when "
          "anonymous field is configured in authentication configuration "
          "file");
    }
    anonymous = parts_.jwt->initial().anonymous();
  }
  if (requests_.empty() && !anonymous.enabled()) {
    return Invalid("no authentication method configured");
  }
  auto stack = std::make_shared<AuthenticatedGroupAdder>(
      std::make_shared<Union>(std::move(requests_)));
  parts_.authenticator = stack;
  if (!anonymous.enabled()) return absl::OkStatus();
  std::vector<std::string> paths;
  for (const auto& condition : anonymous.conditions()) {
    paths.push_back(condition.path());
  }
  parts_.names.push_back("anonymous");
  // Stops at a rejection: a bad credential makes nobody anonymous.
  parts_.authenticator = std::make_shared<Union>(
      std::vector<std::shared_ptr<const Authenticator>>{
          std::move(stack),
          std::make_shared<AnonymousAuthenticator>(std::move(paths))},
      OnRejection::kStop);
  return absl::OkStatus();
}

}  // namespace gatehouse::authn::internal
