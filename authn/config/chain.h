// The whole of authentication from one configuration, kept up to date.
#ifndef GATEHOUSE_AUTHN_CONFIG_CHAIN_H_
#define GATEHOUSE_AUTHN_CONFIG_CHAIN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/config/source_status.h"
#include "authn/request_header.h"
#include "authn/token/token_authenticator.h"
#include "base/clock.h"
#include "base/file_watcher.h"
#include "base/http_client.h"
#include "objects/object_store.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn {

// ChainDependencies are what the chain needs besides its configuration.
struct ChainDependencies {
  // Secrets, ServiceAccounts, Pods and Nodes. Null: bootstrap tokens, and
  // service accounts whose tokens are looked up, cannot be configured.
  std::shared_ptr<const objects::ObjectStore> objects;
  // Where the day on which a stored service account token was last used is
  // written to its Secret; null: nowhere.
  std::shared_ptr<objects::ObjectStore> secrets_writer;
  // Makes clients for OIDC issuers and webhooks. Null: neither can be
  // configured.
  HttpClientFactory http_clients;
  const Clock* clock = &Clock::System();  // Must outlive the chain.
  FileWatcher::Options watch;
  // How long, of real time, new JWT issuers have to become healthy.
  absl::Duration jwt_health_timeout = absl::Minutes(1);  // Like Kubernetes.
  // Told after each attempt to load a source; may be null. For metrics and
  // logs; called by the thread that loads, must not call back.
  std::function<void(const SourceStatus&)> observe;
};

// AuthenticatorChain authenticates requests as kube-apiserver does, configured
// as it is. In order: request header (authenticating proxy), client
// certificate, bearer token, websocket token; the first that accepts wins.
// Tokens in order: token file, service accounts (stored, then bound),
// bootstrap, JWT issuers, webhook. Users get "system:authenticated"; requests
// without a credential are anonymous where that is on. A credential that was
// rejected never makes an anonymous user.
//
// Stricter than Kubernetes: its cache of tokens stands in front of all token
// authenticators, ours only in front of JWT issuers and the webhook. What is
// answered from memory (token file, bootstrap, service accounts) sees a deleted
// Secret or a new file with the next request.
//
// Every file is watched and read again when it changes: read, validate, swap.
// One that is missing or wrong changes nothing; the last good stays and
// status() says why. New JWT issuers are taken once all are healthy
// (kube-apiserver gives them a minute); the section "anonymous" of
// --authentication-config cannot change.
//
// Owns a thread for each source. Any thread may call anything.
class AuthenticatorChain : public Authenticator {
 public:
  // Reads all files and starts to watch them. Errors: those of ValidateConfig;
  // kInvalid for a dependency that is missing; of a file, with its flag and
  // name. Issuers need not be reachable: until they are, their tokens are
  // rejected.
  static absl::StatusOr<std::unique_ptr<AuthenticatorChain>> Create(
      const Config& config, const ChainDependencies& dependencies);

  // Authenticate is told whom the credential must be good for by its request:
  // `request.audiences` should be api_audiences() where those are not empty.
  // The authentication filter (authn/filter.h) sees to it.

  // Returns the token part alone, "system:authenticated" included, for serving
  // TokenReview; never null. Lives as long as the chain.
  virtual const TokenAuthenticator& token_authenticator() const = 0;

  // Returns whom tokens must be good for: --api-audiences, else the issuers of
  // service accounts. Empty: nobody is asked for.
  virtual const std::vector<std::string>& api_audiences() const = 0;

  // Returns the headers that a proxy may name users in, null without one: they
  // must reach no handler (FilterOptions::request_headers).
  virtual const RequestHeaderConfig* request_headers() const = 0;

  // Returns the names of what is asked, in order, such as "x509",
  // "token-file", "service-account", "anonymous".
  virtual std::vector<std::string> authenticators() const = 0;

  // Returns OK once the keys of all JWT issuers were fetched; else what is
  // amiss, `oidc: authenticator for issuer "..." is not healthy: ...`.
  virtual absl::Status Health() const = 0;

  // Reads all files now, in the calling thread. The first error.
  virtual absl::Status Reload() = 0;

  virtual std::vector<SourceStatus> status() const = 0;

  // Returns the sum of the sources' generations: another number, another
  // configuration in effect.
  virtual uint64_t generation() const = 0;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_CONFIG_CHAIN_H_
