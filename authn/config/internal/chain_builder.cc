#include "authn/config/internal/chain_builder.h"

#include "absl/strings/str_cat.h"
#include "authn/anonymous.h"
#include "authn/audience_agnostic.h"
#include "authn/config/internal/readers.h"
#include "authn/config/internal/strings.h"
#include "authn/group_adder.h"
#include "authn/token/bearer.h"
#include "authn/token/websocket.h"
#include "authn/union.h"
#include "authn/x509.h"
#include "authn/x509_verifier.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {
namespace {

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
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
    return guard->SetProxies(std::move(config), [&proxy](X509Config checked) {
      return proxy->Update(std::move(checked));
    });
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
    return guard->SetClients(std::move(config), [&x509](X509Config checked) {
      return x509->Update(std::move(checked));
    });
  };
  absl::Status status = StartX509("client-ca-file", *std::move(options));
  if (!status.ok()) return status;
  AddRequest("x509", std::move(x509));
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
