// Replacing a CA of a cluster in two steps, with both trusted in between.
#ifndef GATEHOUSE_PKI_CLUSTER_ROTATE_CA_H_
#define GATEHOUSE_PKI_CLUSTER_ROTATE_CA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pki/cluster/layout.h"

namespace gatehouse::pki {

enum class RotationStep : uint8_t {
  // Makes a new CA, of the same name and kind of key. "<base>.crt" and every
  // kubeconfig's CA data become a bundle of the new and the old, "<base>.crl"
  // gets a list of the new beside the old's, and the new one signs from now
  // on. The old key moves to "<base>-old.key", for revocations only.
  kTrustBoth,
  // Drops the old CA from all of these, and removes its key.
  kDropOld,
};

// RotateOptions say which CA.
struct RotateOptions {
  std::string ca_name = "ca";  // Of ClusterCa.
  absl::Duration ca_lifetime = absl::Hours(24 * 365 * 10);
  absl::Duration crl_lifetime = absl::Hours(24 * 30);
  // Drops the old CA although certificates hang on it.
  bool force = false;
};

// Takes one step of replacing a CA. The way is: kTrustBoth; servers and
// clients read the new files; RenewCertificates and new certificates for
// users; kDropOld.
//
// kDropOld is kConflict, with the certificates' users and signers, while the
// journal has live certificates of the old CA: a user's until it expires or is
// revoked, one of the tree until it is renewed.
//
// Each step may stop anywhere and be run again: it goes on where it stopped,
// and at every moment the CA's key belongs to a certificate that is trusted. A
// step that is done already changes nothing. Returns the files changed.
absl::StatusOr<std::vector<std::string>> RotateCa(
    const ClusterDirectory& directory, RotationStep step,
    const RotateOptions& options, absl::Time now);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_ROTATE_CA_H_
