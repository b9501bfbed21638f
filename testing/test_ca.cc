#include "testing/test_ca.h"

#include <utility>

#include "pki/distinguished_name.h"
#include "pki/extensions.h"

namespace gatehouse::testing {
namespace {

constexpr absl::Duration kBackdate = absl::Minutes(5);
constexpr absl::Duration kCaLifetime = absl::Hours(24 * 3650);

pki::PrivateKey NewKey() {
  return *pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
}

}  // namespace

TestCa::TestCa(absl::string_view common_name, absl::Time now)
    : now_(now),
      ca_(*pki::CertificateAuthority::SelfSigned(common_name, NewKey(), now,
                                                 kCaLifetime)) {}

TestCertificate TestCa::Client(absl::string_view user,
                               const std::vector<std::string>& groups,
                               absl::Duration lifetime) const {
  pki::CertificateTemplate request;
  request.subject = pki::DistinguishedName::ForUser(user, groups);
  request.extended_key_usages = {pki::kClientAuth};
  return Sign(std::move(request), lifetime);
}

TestCertificate TestCa::Server(const std::vector<std::string>& dns_names,
                               absl::Duration lifetime) const {
  pki::CertificateTemplate request;
  request.subject_alt_names.dns = dns_names;
  request.extended_key_usages = {pki::kServerAuth};
  return Sign(std::move(request), lifetime);
}

TestCertificate TestCa::Sign(pki::CertificateTemplate request,
                             absl::Duration lifetime) const {
  request.not_before = now_ - kBackdate;
  request.not_after = now_ + lifetime;
  request.key_usage = pki::kDigitalSignature | pki::kKeyEncipherment;
  pki::PrivateKey key = NewKey();
  pki::Certificate certificate = *ca_.Issue(key.public_key(), request);
  return {std::move(certificate), std::move(key)};
}

}  // namespace gatehouse::testing
