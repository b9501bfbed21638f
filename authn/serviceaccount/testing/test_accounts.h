// A small cluster for tests of service account tokens.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_TESTING_TEST_ACCOUNTS_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_TESTING_TEST_ACCOUNTS_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/serviceaccount/bound.h"
#include "authn/serviceaccount/keys.h"
#include "authn/serviceaccount/legacy.h"
#include "authn/serviceaccount/token_request.h"
#include "objects/memory_store.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {

inline constexpr char kTestIssuer[] = "https://issuer.example";
inline constexpr char kTestAudience[] = "api";

// The moment of the tests.
absl::Time TestNow();

// TestAccounts is the account "ns/sa" of uid "sa-uid", and beside it, each with
// the uid "<name>-uid": the pod "pod", which runs as it on the node "node", and
// the Secret "secret", which holds its legacy token. Keys are made, the same in
// one process. For one thread, save where its parts say otherwise.
class TestAccounts {
 public:
  explicit TestAccounts(JwsAlgorithm algorithm = JwsAlgorithm::kEs256);

  // What is in it; tests change it.
  std::shared_ptr<objects::MemoryStore> store;
  std::shared_ptr<ServiceAccountKeyRing> ring;

  // Options over those, with the issuer and the audience above.
  BoundServiceAccountOptions BoundOptions() const;
  LegacyServiceAccountOptions LegacyOptions() const;
  TokenIssuerOptions IssuerOptions() const;

  // Return what has these options; the process dies if they are wrong.
  std::unique_ptr<BoundServiceAccountAuthenticator> Bound() const;
  std::unique_ptr<LegacyServiceAccountAuthenticator> Legacy() const;
  std::unique_ptr<TokenIssuer> Issuer() const;

  // Issues a token of an hour, bound to an object if `kind` is not "".
  std::string Issue(absl::string_view kind = "",
                    absl::string_view name = "") const;
  // Signs any payload with the key of the ring.
  std::string Sign(absl::string_view payload) const;
  // The token in the Secret.
  const std::string& legacy_token() const { return legacy_token_; }

  // Removes an object, or says that its deletion began at `time`.
  void Delete(absl::string_view kind, absl::string_view name) const;
  void MarkDeleted(absl::string_view kind, absl::string_view name,
                   absl::Time time) const;

 private:
  std::string legacy_token_;
};

// Returns keys of one private key, TestPrivateKey(algorithm).
ServiceAccountKeys TestKeys(JwsAlgorithm algorithm);

// Returns a request for a token bound to an object.
k8s::TokenRequest RequestBoundTo(absl::string_view kind,
                                 absl::string_view name);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_TESTING_TEST_ACCOUNTS_H_
