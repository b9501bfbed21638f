// Signing for users with a cluster's CA.
#ifndef GATEHOUSE_PKI_CLUSTER_SIGN_H_
#define GATEHOUSE_PKI_CLUSTER_SIGN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pki/ca/issuer.h"
#include "pki/cluster/layout.h"

namespace gatehouse::pki {

// Opens a cluster's CA for signing: "ca" with the key that signs now, and the
// cluster's journal. Give it to the rules of a signer (//pki/signers) or sign
// with it directly. What it opened it keeps: after a rotation, open it anew.
// kNotFound if the key of the CA is not there.
absl::StatusOr<JournaledIssuer> OpenIssuer(const ClusterDirectory& directory,
                                           absl::string_view signer_name,
                                           absl::string_view ca_name = "ca");

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_SIGN_H_
