#include "authn/testing/test_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "pki/revocation/deny_list.h"

namespace gatehouse::authn::testing {

using pki::testing::TestCertificate;

absl::Time TestNow() { return absl::FromUnixSeconds(1893456000); }

TestClient::TestClient(const std::vector<TestCertificate>& certificates) {
  for (const TestCertificate& certificate : certificates) {
    ders_.push_back(certificate.Der());
  }
}

Request TestClient::At(absl::Time now) const {
  views_.assign(ders_.begin(), ders_.end());
  Request request;
  request.tls = true;
  request.peer_certificates = views_;
  request.now = now;
  return request;
}

pki::Certificate TestClient::leaf() const {
  return *pki::Certificate::FromDer(ders_.front());
}

std::shared_ptr<const pki::TrustBundle> Trust(
    const std::vector<TestCertificate>& anchors) {
  std::vector<pki::Certificate> certificates;
  for (const TestCertificate& anchor : anchors) {
    certificates.push_back(anchor.Build());
  }
  return *pki::TrustBundle::Create(std::move(certificates));
}

ClientCa MakeClientCa(absl::string_view name,
                      const std::vector<TestCertificate>& anchors) {
  ClientCa ca;
  ca.name = std::string(name);
  ca.trust = Trust(anchors);
  return ca;
}

X509Config ConfigOf(const TestCertificate& anchor) {
  X509Config config;
  config.client_cas.push_back(MakeClientCa("ca", {anchor}));
  return config;
}

namespace {

std::shared_ptr<const pki::RevocationLists> ListsWith(pki::DenyEntry entry) {
  return std::make_shared<const pki::RevocationLists>(
      nullptr, nullptr, *pki::DenyList::Create({std::move(entry)}),
      pki::RevocationOptions());
}

}  // namespace

std::shared_ptr<const pki::RevocationLists> Deny(
    const pki::Certificate& certificate) {
  pki::DenyEntry entry;
  entry.certificate = certificate.sha256();
  return ListsWith(std::move(entry));
}

std::shared_ptr<const pki::RevocationLists> DenyUser(absl::string_view user) {
  pki::DenyEntry entry;
  entry.user = std::string(user);
  return ListsWith(std::move(entry));
}

std::string Describe(const Result& result) {
  if (result.rejected()) {
    return absl::StrCat(ReasonName(ReasonOf(result.error())), ": ",
                        result.error().message());
  }
  if (!result.authenticated()) return "no credential";
  const UserInfo& user = result.authentication().user;
  return absl::StrCat(user.name, " ", user.uid, " [",
                      absl::StrJoin(user.groups, ", "), "]");
}

}  // namespace gatehouse::authn::testing
