// An OpenID Connect issuer for unit tests.
#ifndef GATEHOUSE_TESTING_TEST_ISSUER_H_
#define GATEHOUSE_TESTING_TEST_ISSUER_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "pki/private_key.h"
#include "testing/fake_http_client.h"

namespace gatehouse::testing {

// TestIssuer signs tokens and says where its keys are, without a network. Any
// thread may use it. A failure inside it is a failure of the machine and ends
// the test program.
//
//   TestIssuer issuer("https://issuer.example.com");
//   auto http = std::make_shared<FakeHttpClient>();
//   issuer.Serve(http.get());
//   ... a JwtAuthenticator is given `http` ...
//   issuer.Token("jane", "my-client", clock.Now() + absl::Hours(1));
class TestIssuer {
 public:
  // Makes an issuer with one key, on P-256.
  explicit TestIssuer(absl::string_view url);

  const std::string& url() const { return url_; }
  // Where the documents are: below url().
  std::string discovery_url() const;
  std::string jwks_url() const;

  // What they are now.
  std::string discovery() const;
  std::string jwks() const;

  // Makes a new key, which signs from now on. It is published, and the old ones
  // stay so until they are withdrawn.
  void RotateKey();
  void WithdrawOldKeys();
  // Returns the name of the key that signs, "key-1" first.
  std::string key_id() const;

  // Returns a token of {"iss","sub","aud","exp"} and further members, such as
  // `"groups":["a"],"jti":"1"`.
  std::string Token(absl::string_view subject, absl::string_view audience,
                    absl::Time expiry, absl::string_view members = "") const;
  // Returns whatever `payload` as a token; its header has a "kid" unless
  // `named` is false.
  std::string Sign(absl::string_view payload, bool named = true) const;

  // Has `http` answer with the documents as they are when they are asked for.
  // The issuer must outlive it.
  void Serve(FakeHttpClient* http) const;

 private:
  struct Key {
    std::string id;
    pki::PrivateKey key;
  };

  const std::string url_;
  mutable Mutex mutex_;
  size_t made_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Key> keys_ ABSL_GUARDED_BY(mutex_);  // The last one signs.
};

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_TEST_ISSUER_H_
