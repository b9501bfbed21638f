// What the certificates of a cluster's tree say.
#ifndef GATEHOUSE_PKI_CLUSTER_INTERNAL_LEAF_TEMPLATE_H_
#define GATEHOUSE_PKI_CLUSTER_INTERNAL_LEAF_TEMPLATE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pki/ca/ca.h"
#include "pki/certificate.h"
#include "pki/cluster/layout.h"
#include "pki/extensions.h"
#include "pki/private_key.h"
#include "pki/public_key.h"

namespace gatehouse::pki::internal {

// kubeadm backdates what it signs, for clocks that are behind.
constexpr absl::Duration kBackdate = absl::Minutes(5);

// Returns the alternative names that a leaf must bear, each once. kInvalid,
// with the option's name, for a name that is no DNS name or IP address.
absl::StatusOr<GeneralNames> AltNamesOf(const ClusterCertificate& leaf,
                                        const ClusterNames& names);

// Returns whether `certificate` bears every name of `wanted`.
bool BearsNames(const Certificate& certificate, const GeneralNames& wanted);

// Returns the template of a new leaf, valid from `now`, backdated.
CertificateTemplate NewLeafTemplate(const ClusterCertificate& leaf,
                                    const GeneralNames& alt_names, KeyType key,
                                    absl::Time now, absl::Duration lifetime);

// Returns the template of the certificate that takes `certificate`'s place.
CertificateTemplate RenewalTemplate(const Certificate& certificate,
                                    absl::Time now, absl::Duration lifetime);

// Returns what to make for a key of the same kind. kUnsupported for a kind
// that is not made here.
absl::StatusOr<KeyAlgorithm> SameAlgorithm(const PublicKey& key);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CLUSTER_INTERNAL_LEAF_TEMPLATE_H_
