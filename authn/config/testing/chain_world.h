// A chain with all that it needs, for tests.
#ifndef GATEHOUSE_AUTHN_CONFIG_TESTING_CHAIN_WORLD_H_
#define GATEHOUSE_AUTHN_CONFIG_TESTING_CHAIN_WORLD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/config/chain.h"
#include "authn/config/source_status.h"
#include "base/headers.h"
#include "base/mutex.h"
#include "objects/memory_store.h"
#include "pki/testing/certificate_builder.h"
#include "proto/authn_config.pb.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"

namespace gatehouse::authn::testing {

// What a client shows. A value.
struct Shown {
  std::vector<pki::testing::TestCertificate> certificates = {};
  Headers headers = {};
  std::string path = "/api";
};

// ChainWorld has a directory, a clock that shows TestNow, a store, a network
// and, once started, a chain. For one thread; the chain has its own.
class ChainWorld {
 public:
  ChainWorld();

  std::string In(absl::string_view name) const;
  void Write(absl::string_view name, absl::string_view contents) const;

  // Parses flags, in which "$D" is the directory, and makes the chain.
  absl::Status Start(const std::vector<std::string>& flags);
  absl::Status StartWith(const Config& config);

  // Says who it is: authn::testing::Describe, and who says so.
  std::string Ask(Shown shown) const;
  std::string AskBearer(absl::string_view token) const;
  // Asks, and returns what the handler would see of the headers.
  Headers AskForHeaders(Shown shown, std::string* who) const;

  // Waits until `condition` is true of a source, as it was last observed.
  void WaitFor(const std::string& source,
               const std::function<bool(const SourceStatus&)>& condition);
  // Waits for another generation than `before`.
  void WaitForChange(const std::string& source, uint64_t before);
  // Waits for an attempt that failed, and returns its error.
  std::string WaitForError(const std::string& source);
  SourceStatus StatusOf(const std::string& source) const;

  // The issuer `url`: its discovery and keys by the network; its tokens.
  void ServeIssuer(const std::string& url);
  static std::string IssuerToken(const std::string& url,
                                 const std::string& user,
                                 const std::string& audience);

  // A service account and what goes with it. `Bound` returns a token.
  void WriteServiceAccountKey(absl::string_view name) const;
  void AddServiceAccount(const std::string& name);
  static std::string BoundToken(const std::string& issuer,
                                const std::string& account);
  // Stores a token in a Secret and returns it.
  std::string AddStoredToken(const std::string& account);
  void DeleteSecret(const std::string& object_namespace,
                    const std::string& name);
  // Stores a bootstrap token and returns it.
  std::string AddBootstrapToken();

  // A kubeconfig of a webhook at `url`, which says that a token is of a user of
  // the same name if it begins with "good".
  void WriteWebhook(absl::string_view name, const std::string& url);

  AuthenticatorChain& chain() { return *chain_; }
  gatehouse::testing::FakeHttpClient& http() { return *http_; }
  ChainDependencies& dependencies() { return dependencies_; }

 private:
  std::string directory_;
  gatehouse::testing::FakeClock clock_;
  std::shared_ptr<objects::MemoryStore> store_;
  std::shared_ptr<gatehouse::testing::FakeHttpClient> http_;
  ChainDependencies dependencies_;

  Mutex mutex_;
  CondVar changed_;
  std::map<std::string, SourceStatus> seen_ ABSL_GUARDED_BY(mutex_);

  // Last, so that its threads are gone before what they use.
  std::unique_ptr<AuthenticatorChain> chain_;
};

// Returns the PEM of CAs.
std::string Bundle(const std::vector<pki::testing::TestCertificate>& cas);

}  // namespace gatehouse::authn::testing

#endif  // GATEHOUSE_AUTHN_CONFIG_TESTING_CHAIN_WORLD_H_
