// The CRLs of a cluster's CAs, "<base>.crl": one list for each certificate of
// the CA's bundle, in PEM.
#ifndef GATEHOUSE_PKI_CLUSTER_INTERNAL_CRL_FILES_H_
#define GATEHOUSE_PKI_CLUSTER_INTERNAL_CRL_FILES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "pki/certificate.h"
#include "pki/cluster/internal/store.h"
#include "pki/revocation/crl.h"

namespace gatehouse::pki::internal {

// CrlChange says what to do beyond making the lists that are missing.
struct CrlChange {
  absl::Duration lifetime;
  bool renew = false;  // Signs all of them anew.
  // Adds this certificate to the list of the one that signed it.
  const Certificate* revoked = nullptr;
  CrlReason reason = CrlReason::kUnspecified;
};

// Brings "<base>.crl" in line with `ca`: one list for each certificate of its
// bundle, those of others dropped. A list that needs no change stays; one that
// does is signed with the key of its issuer; one that is not there is made,
// with what the journal knows to be revoked. A CA that has no key here, or
// whose key usage lacks CRL sign (older kubeadm's), gets no list made.
//
// kNotFound and kIncompatibleUsage if `change.revoked` cannot be added to its
// list for that; what can be done has been done.
absl::Status UpdateCrls(Store* store, const StoredCa& ca,
                        const CrlChange& change, absl::Time now);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CLUSTER_INTERNAL_CRL_FILES_H_
