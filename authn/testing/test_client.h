// Requests with client certificates, for tests.
#ifndef GATEHOUSE_AUTHN_TESTING_TEST_CLIENT_H_
#define GATEHOUSE_AUTHN_TESTING_TEST_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/client_ca.h"
#include "pki/certificate.h"
#include "pki/revocation/revocation.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/trust_bundle.h"

namespace gatehouse::authn::testing {

// A moment within the life of the builder's certificates, 2030-01-01.
absl::Time TestNow();

// TestClient is what a client presents: certificates, leaf first. A value.
class TestClient {
 public:
  TestClient() = default;
  explicit TestClient(
      const std::vector<pki::testing::TestCertificate>& certificates);

  // Returns a request over TLS. It borrows from the client.
  Request At(absl::Time now) const;

  const std::vector<std::string>& ders() const { return ders_; }
  pki::Certificate leaf() const;

 private:
  std::vector<std::string> ders_;
  mutable std::vector<absl::string_view> views_;  // Of ders_, made by At.
};

// Returns a bundle of these certificates.
std::shared_ptr<const pki::TrustBundle> Trust(
    const std::vector<pki::testing::TestCertificate>& anchors);

// Returns a client CA with the default rules.
ClientCa MakeClientCa(
    absl::string_view name,
    const std::vector<pki::testing::TestCertificate>& anchors);

// Returns a configuration with one CA, called "ca".
X509Config ConfigOf(const pki::testing::TestCertificate& anchor);

// Return lists that refuse one certificate, or one user.
std::shared_ptr<const pki::RevocationLists> Deny(
    const pki::Certificate& certificate);
std::shared_ptr<const pki::RevocationLists> DenyUser(absl::string_view user);

// Returns a result in one line: "no credential", "<user> <uid> [groups]" or
// "<Reason>: <text>".
std::string Describe(const Result& result);

}  // namespace gatehouse::authn::testing

#endif  // GATEHOUSE_AUTHN_TESTING_TEST_CLIENT_H_
