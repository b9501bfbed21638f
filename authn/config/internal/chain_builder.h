// Puts the authenticators of a configuration together.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_CHAIN_BUILDER_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_CHAIN_BUILDER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/config/chain.h"
#include "authn/config/internal/jwt_source.h"
#include "authn/config/internal/readers.h"
#include "authn/config/internal/x509_sources.h"
#include "authn/request_header.h"
#include "authn/serviceaccount/keys.h"
#include "authn/token/token_authenticator.h"
#include "authn/x509_files.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn::internal {

// ChainParts is what a chain consists of.
struct ChainParts {
  std::vector<std::string> api_audiences;
  std::vector<std::string> names;  // In order.
  std::shared_ptr<const TokenAuthenticator> tokens;
  std::shared_ptr<const Authenticator> authenticator;
  std::shared_ptr<JwtSource> jwt;  // May be null.
  absl::optional<RequestHeaderConfig> request_headers;
  std::vector<Source> sources;
};

// ChainBuilder builds one chain. For one thread, once.
class ChainBuilder {
 public:
  // Borrows both.
  ChainBuilder(const Config& config, const ChainDependencies& dependencies);

  // Errors are those of AuthenticatorChain::Create.
  absl::StatusOr<ChainParts> Build();

 private:
  using TokenAuthenticatorPtr = std::shared_ptr<const TokenAuthenticator>;

  // One method of authentication each; nothing if it is not configured.
  absl::Status AddX509();
  absl::Status AddFrontProxy();
  absl::Status AddTokenFile();
  absl::Status AddServiceAccounts();
  absl::Status AddBootstrap();
  absl::Status AddJwt();
  absl::Status AddWebhook();
  absl::Status AddAnonymous();

  absl::Status StartX509(const std::string& flag, X509FilesOptions options);
  absl::Status AddLegacy(std::shared_ptr<const ServiceAccountKeyRing> keys);
  absl::Status AddBound(std::shared_ptr<const ServiceAccountKeyRing> keys);
  void FinishTokens();

  void AddRequest(std::string name,
                  std::shared_ptr<const Authenticator> member);
  void AddToken(std::string name, TokenAuthenticatorPtr member);
  // Returns `inner`, whose credentials are good for the API audiences alone.
  TokenAuthenticatorPtr ForApi(TokenAuthenticatorPtr inner) const;

  absl::Status NeedObjects(absl::string_view flag) const;
  absl::Status NeedHttp(absl::string_view flag) const;

  const Config& config_;
  const ChainDependencies& dependencies_;
  const std::shared_ptr<ProxyGuard> proxy_guard_;
  ChainParts parts_;
  std::vector<std::shared_ptr<const Authenticator>> requests_;
  std::vector<TokenAuthenticatorPtr> tokens_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_CHAIN_BUILDER_H_
