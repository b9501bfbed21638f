#include "pki/cluster/internal/leaf_check.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "pki/certificate.h"
#include "pki/cluster/internal/leaf_template.h"

namespace gatehouse::pki::internal {
namespace {

absl::Status Invalid(absl::string_view path, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::kInvalid,
                   absl::StrCat(path, ": ", what));
}

absl::Status CheckTime(const Certificate& certificate, absl::Time now,
                       absl::string_view path) {
  if (now <= certificate.not_after()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::kExpired,
                   absl::StrCat(path, ": expired at ",
                                absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ",
                                                 certificate.not_after(),
                                                 absl::UTCTimeZone()),
                                "; renew it"));
}

absl::Status CheckKey(const StoredLeaf& stored, const StoredCa& ca,
                      absl::string_view path) {
  if (!stored.key.has_value()) {
    // Where the CA is managed elsewhere, its leaves' keys may be too.
    return ca.signer.has_value() ? Invalid(path, "its key is missing; renew it")
                                 : absl::OkStatus();
  }
  return stored.key->public_key() == stored.certificate.public_key()
             ? absl::OkStatus()
             : Invalid(path, "the key beside it is another's; renew it");
}

absl::Status CheckUsages(const ClusterCertificate& leaf,
                         const Certificate& certificate,
                         absl::string_view path) {
  const auto& usages = certificate.extensions().extended_key_usages;
  for (const std::string& usage : leaf.extended_key_usages) {
    if (usages.has_value() && absl::c_linear_search(*usages, usage)) continue;
    return Invalid(path,
                   absl::StrCat("it lacks the extended key usage ", usage));
  }
  return absl::OkStatus();
}

absl::Status CheckKubeconfig(const KubeconfigFile& file, const StoredCa& ca,
                             const std::string& server,
                             absl::string_view path) {
  if (file.ca_pem != ca.BundlePem()) {
    return Invalid(path, "it does not trust what ca.crt says");
  }
  if (file.server != server) {
    return Invalid(path, absl::StrCat("its server is not ", server));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckLeaf(const ClusterCertificate& leaf, const StoredLeaf& stored,
                       const StoredCa& ca, const LeafDemands& demands) {
  const std::string path = absl::StrCat(
      demands.directory,
      leaf.is_kubeconfig() ? leaf.name : absl::StrCat(leaf.base, ".crt"));
  if (ca.SignerOf(stored.certificate) == nullptr) {
    return Invalid(path, absl::StrCat("not signed by ", leaf.ca_name));
  }
  absl::Status status = CheckTime(stored.certificate, demands.now, path);
  if (status.ok()) status = CheckKey(stored, ca, path);
  if (status.ok()) status = CheckUsages(leaf, stored.certificate, path);
  if (status.ok() && !BearsNames(stored.certificate, demands.names)) {
    status = Invalid(path, "it lacks names or addresses that are asked for");
  }
  if (status.ok() && leaf.is_kubeconfig()) {
    status = CheckKubeconfig(stored.kubeconfig, ca, demands.server, path);
  }
  return status;
}

}  // namespace gatehouse::pki::internal
