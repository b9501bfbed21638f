// A certificate authority for unit tests.
#ifndef GATEHOUSE_TESTING_TEST_CA_H_
#define GATEHOUSE_TESTING_TEST_CA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pki/ca/ca.h"
#include "pki/certificate.h"
#include "pki/private_key.h"

namespace gatehouse::testing {

// TestCertificate is a certificate and its key.
struct TestCertificate {
  pki::Certificate certificate;
  pki::PrivateKey key;
};

// TestCa is a CA of its own that lives in memory and signs what a test needs,
// with P-256 keys. Any thread may use it. A failure inside it is a failure of
// the machine (no randomness, no memory) and ends the test program.
//
//   TestCa ca("kubernetes", clock.Now());
//   TestCertificate john = ca.Client("john", {"examplegroup"});
class TestCa {
 public:
  // Makes a CA that is valid from five minutes before `now` for ten years.
  TestCa(absl::string_view common_name, absl::Time now);

  // Signs a client certificate: CN=`user`, an O for each group, valid from
  // five minutes before the CA's `now` until `lifetime` after it.
  TestCertificate Client(absl::string_view user,
                         const std::vector<std::string>& groups = {},
                         absl::Duration lifetime = absl::Hours(24)) const;

  // Signs a server certificate for DNS names.
  TestCertificate Server(const std::vector<std::string>& dns_names,
                         absl::Duration lifetime = absl::Hours(24)) const;

  const pki::Certificate& certificate() const { return ca_.certificate(); }

  // Signs anything else.
  const pki::CertificateAuthority& authority() const { return ca_; }

 private:
  TestCertificate Sign(pki::CertificateTemplate request,
                       absl::Duration lifetime) const;

  absl::Time now_;
  pki::CertificateAuthority ca_;
};

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_TEST_CA_H_
