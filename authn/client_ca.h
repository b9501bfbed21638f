// Which client certificates are let in: CAs, each with its own rules.
#ifndef GATEHOUSE_AUTHN_CLIENT_CA_H_
#define GATEHOUSE_AUTHN_CLIENT_CA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "authn/user_conversion.h"
#include "pki/certificate.h"
#include "pki/extensions.h"
#include "pki/revocation/revocation.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verification_policy.h"

namespace gatehouse::authn {

// AllowList names the certificates of a CA that are let in. One name of the
// leaf that is listed is enough. All lists empty: every certificate of the CA
// (Kubernetes behaviour). Names are compared byte by byte, DNS names in any
// case of ASCII; there are no wildcards.
struct AllowList {
  std::vector<std::string> common_names;  // The subject's last CommonName.
  std::vector<std::string> dns_names;     // SANs, from here on.
  std::vector<std::string> uris;
  std::vector<std::string> emails;

  bool empty() const {
    return common_names.empty() && dns_names.empty() && uris.empty() &&
           emails.empty();
  }
  bool Admits(const pki::Certificate& leaf) const;
};

// ClientCa is a set of trust anchors and the rules for what they vouch for. The
// defaults are those of kube-apiserver's --client-ca-file, but for the policy.
struct ClientCa {
  std::string name;  // For errors, such as "etcd".
  std::shared_ptr<const pki::TrustBundle> trust;
  // Every certificate of a chain must allow one of these extended key usages.
  // Empty means serverAuth, as in Go, and not "any".
  std::vector<std::string> key_usages = {pki::kClientAuth};
  // Stricter than Kubernetes, which takes RSA from 1024 bits:
  // VerificationPolicy::Kubernetes().
  pki::VerificationPolicy policy = pki::VerificationPolicy::Default();
  AllowList allowed;
  UserConversion conversion = CommonNameConversion();
  // Groups that this CA cannot give, such as "system:masters". A user in one
  // is refused (kNotAllowed), not stripped of it.
  std::vector<std::string> refused_groups;
  // What this CA has taken back, besides X509Config::revocation; may be null.
  std::shared_ptr<const pki::RevocationLists> revocation;
};

// X509Config is all that decides about a client certificate. A certificate that
// leads to several CAs is tried with each, in this order.
struct X509Config {
  std::vector<ClientCa> client_cas;
  // What is taken back whichever CA it comes from; may be null.
  std::shared_ptr<const pki::RevocationLists> revocation;
};

// Checks that a configuration makes sense: at least one CA; each with a name of
// its own (else kDuplicate), trust and a conversion; no empty entry in a list.
// kInvalid, with the name of the CA.
absl::Status ValidateX509Config(const X509Config& config);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_CLIENT_CA_H_
