// What the tests of the signers share.
#ifndef GATEHOUSE_PKI_SIGNERS_TEST_SUPPORT_H_
#define GATEHOUSE_PKI_SIGNERS_TEST_SUPPORT_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "authz/authorizer.h"
#include "pki/ca/ca.h"
#include "pki/ca/certificate_request.h"
#include "pki/extensions.h"
#include "pki/private_key.h"
#include "proto/certificates.pb.h"

namespace gatehouse::pki {

// The moment at which the tests take place.
absl::Time TestNow();

// A key that all tests share.
const PrivateKey& TestKey();

// Make a request of that key.
CertificateRequest MakeRequest(const std::string& common_name,
                               const std::vector<std::string>& organizations,
                               const GeneralNames& names = GeneralNames());
std::string MakeRequestPem(const std::string& common_name,
                           const std::vector<std::string>& organizations = {});

// Makes a CA that ends `remaining` after TestNow().
CertificateAuthority MakeAuthority(
    absl::Duration remaining = absl::Hours(24 * 3650));

// Makes an object named "csr" that validates.
k8s::CertificateSigningRequest MakeCsr(const std::string& signer,
                                       const std::vector<std::string>& usages,
                                       const std::string& request_pem);

// Reads a message from protobuf's text format; fails the test if it is none.
k8s::CertificateSigningRequest ParseCsr(const std::string& text);

// Allows the questions that are listed, "verb resource/subresource name" with
// the user before: "jane approve signers example.com/x". Keeps all that is
// asked.
class ListAuthorizer : public authz::Authorizer {
 public:
  explicit ListAuthorizer(std::set<std::string> allowed = {})
      : allowed_(std::move(allowed)) {}

  authz::Decision Authorize(const authz::Attributes& asked) const override;

  // Adds this error to every answer.
  void FailWith(absl::Status error) { error_ = std::move(error); }
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  const std::set<std::string> allowed_;
  absl::Status error_;
  mutable std::vector<std::string> asked_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_TEST_SUPPORT_H_
