// Who is at the other end of a TLS connection: client certificates of two CAs,
// each with its own rules, and a user who is revoked while he is connected.
// docs/identity.md explains it.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "authn/connection.h"
#include "authn/user_conversion.h"
#include "authn/x509.h"
#include "base/errors.h"
#include "pki/ca/ca.h"
#include "pki/private_key.h"
#include "pki/revocation/deny_list.h"
#include "pki/revocation/revocation.h"
#include "pki/verify/trust_bundle.h"

namespace {

namespace authn = gatehouse::authn;
namespace pki = gatehouse::pki;

// People are known by CommonName, but nobody gets the cluster's master key from
// this CA; machines by SPIFFE id.
absl::StatusOr<authn::X509Config> Rules(const pki::Certificate& people,
                                        const pki::Certificate& machines) {
  auto people_trust = pki::TrustBundle::Create({people});
  if (!people_trust.ok()) return people_trust.status();
  auto machine_trust = pki::TrustBundle::Create({machines});
  if (!machine_trust.ok()) return machine_trust.status();
  auto spiffe = authn::UriSanConversion({/*trust_domain=*/"example.org",
                                         /*user_name=*/"spiffe:{path}",
                                         /*groups=*/{"workloads"}});
  if (!spiffe.ok()) return spiffe.status();

  authn::X509Config config;
  config.client_cas.resize(2);
  config.client_cas[0].name = "people";
  config.client_cas[0].trust = *std::move(people_trust);
  config.client_cas[0].refused_groups = {"system:masters"};
  config.client_cas[1].name = "machines";
  config.client_cas[1].trust = *std::move(machine_trust);
  config.client_cas[1].conversion = *std::move(spiffe);
  return config;
}

void Print(const std::string& what, const authn::Result& result) {
  std::cout << what << ": ";
  if (result.authenticated()) {
    const gatehouse::UserInfo& user = result.authentication().user;
    std::cout << user.name << " [" << absl::StrJoin(user.groups, ", ") << "]\n";
  } else if (result.rejected()) {
    std::cout << "refused, "
              << gatehouse::ReasonName(gatehouse::ReasonOf(result.error()))
              << "\n";
  } else {
    std::cout << "no credential\n";
  }
}

// ---- The rest stands in for what a server has: CAs, clients, a TLS stack ----

absl::StatusOr<pki::CertificateAuthority> NewCa(const std::string& name) {
  auto key = pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  if (!key.ok()) return key.status();
  return pki::CertificateAuthority::SelfSigned(name, *std::move(key),
                                               absl::Now(), absl::Hours(1));
}

absl::StatusOr<pki::Certificate> Sign(
    const absl::StatusOr<pki::CertificateAuthority>& ca,
    pki::CertificateTemplate request) {
  if (!ca.ok()) return ca.status();
  auto key = pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  if (!key.ok()) return key.status();
  request.not_before = absl::Now() - absl::Minutes(5);
  request.not_after = absl::Now() + absl::Hours(1);
  request.key_usage = pki::kDigitalSignature;
  request.extended_key_usages = {pki::kClientAuth};
  return ca->Issue(key->public_key(), request);
}

pki::CertificateTemplate User(const std::string& name,
                              const std::vector<std::string>& groups) {
  pki::CertificateTemplate request;
  request.subject = pki::DistinguishedName::ForUser(name, groups);
  return request;
}

pki::CertificateTemplate Workload(const std::string& id) {
  pki::CertificateTemplate request = User("ignored", {});
  request.subject_alt_names.uris = {id};
  return request;
}

absl::Status Run() {
  const auto people = NewCa("people");
  const auto machines = NewCa("machines");
  const auto john = Sign(people, User("john", {"developers"}));
  const auto root = Sign(people, User("root", {"system:masters"}));
  const auto agent = Sign(machines, Workload("spiffe://example.org/agent"));
  for (const auto& made : {john, root, agent}) {
    if (!made.ok()) return made.status();
  }
  auto config = Rules(people->certificate(), machines->certificate());
  if (!config.ok()) return config.status();
  const auto authenticator = authn::X509Authenticator::Create(*config);
  if (!authenticator.ok()) return authenticator.status();

  // A server makes one for each connection, of what TLS presented.
  authn::X509Connection of_john(authenticator->get(), {john->der()});
  authn::X509Connection of_root(authenticator->get(), {root->der()});
  authn::X509Connection of_agent(authenticator->get(), {agent->der()});
  authn::X509Connection of_nobody(authenticator->get(), {});
  // And asks it at every request.
  Print("john", of_john.Authenticate(absl::Now()));
  Print("root", of_root.Authenticate(absl::Now()));
  Print("agent", of_agent.Authenticate(absl::Now()));
  Print("nobody", of_nobody.Authenticate(absl::Now()));

  // John's certificates are taken back; his connection is still open.
  pki::DenyEntry entry;
  entry.user = "john";
  auto denied = pki::DenyList::Create({entry});
  if (!denied.ok()) return denied.status();
  config->revocation = std::make_shared<const pki::RevocationLists>(
      nullptr, nullptr, *std::move(denied), pki::RevocationOptions());
  const absl::Status status = (*authenticator)->Update(*config);
  if (!status.ok()) return status;
  Print("john, revoked", of_john.Authenticate(absl::Now()));
  Print("agent still", of_agent.Authenticate(absl::Now()));
  return absl::OkStatus();
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (status.ok()) return 0;
  std::cerr << status << '\n';
  return 2;
}
