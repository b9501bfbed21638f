#include "pki/cluster/renew.h"

#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/cluster/internal/leaf_template.h"
#include "pki/cluster/internal/store.h"
#include "pki/private_key.h"

namespace gatehouse::pki {
namespace {

using internal::Store;
using internal::StoredCa;
using internal::StoredLeaf;

absl::Status NotFound(absl::string_view name, absl::string_view what) {
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   absl::StrCat("\"", name, "\": ", what));
}

// Returns the leaves to renew, in the tree's order.
absl::StatusOr<std::vector<ClusterCertificate>> Select(
    const std::vector<std::string>& names) {
  std::vector<ClusterCertificate> all = ClusterCertificates("");
  if (names.empty()) return all;
  std::vector<ClusterCertificate> selected;
  for (const std::string& name : names) {
    const auto found = absl::c_find_if(
        all, [&](const ClusterCertificate& leaf) { return leaf.name == name; });
    if (found == all.end()) {
      return NotFound(name, "no certificate of a cluster is called so");
    }
    selected.push_back(*found);
  }
  return selected;
}

absl::Status RenewOne(Store* store, const ClusterCertificate& leaf,
                      const StoredCa& ca, const StoredLeaf& stored,
                      absl::Duration lifetime, absl::Time now) {
  const absl::StatusOr<KeyAlgorithm> algorithm =
      internal::SameAlgorithm(stored.certificate.public_key());
  if (!algorithm.ok()) {
    return InContext(store->Path(leaf.name), algorithm.status());
  }
  const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(*algorithm);
  if (!key.ok()) return key.status();
  return internal::IssueLeaf(
      store, leaf, ca,
      internal::RenewalTemplate(stored.certificate, now, lifetime), *key,
      stored.kubeconfig.server, now);
}

// Returns whether there was something to renew, and it was.
absl::StatusOr<bool> RenewIfThere(Store* store, const ClusterCertificate& leaf,
                                  const RenewOptions& options, absl::Time now) {
  const bool by_name = !options.names.empty();
  const absl::StatusOr<absl::optional<StoredLeaf>> stored =
      store->ReadLeaf(leaf);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) {
    if (!by_name) return false;
    return NotFound(leaf.name, "there is no such certificate to renew");
  }
  const absl::StatusOr<StoredCa> ca =
      store->ReadCa(*FindClusterCa(leaf.ca_name));
  if (!ca.ok()) return ca.status();
  if (!ca->signer.has_value()) {
    if (!by_name) return false;
    return NotFound(leaf.name, absl::StrCat("the key of ", leaf.ca_name,
                                            " is not here: it is managed "
                                            "elsewhere"));
  }
  absl::Status status =
      RenewOne(store, leaf, *ca, **stored, options.certificate_lifetime, now);
  if (!status.ok()) return status;
  return true;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RenewCertificates(
    const ClusterDirectory& directory, const RenewOptions& options,
    absl::Time now) {
  const absl::StatusOr<std::vector<ClusterCertificate>> leaves =
      Select(options.names);
  if (!leaves.ok()) return leaves.status();
  const absl::StatusOr<std::unique_ptr<Store>> store =
      Store::OpenLocked(directory);
  if (!store.ok()) return store.status();
  std::vector<std::string> renewed;
  for (const ClusterCertificate& leaf : *leaves) {
    const absl::StatusOr<bool> done =
        RenewIfThere(store->get(), leaf, options, now);
    if (!done.ok()) return done.status();
    if (*done) renewed.push_back(leaf.name);
  }
  return renewed;
}

}  // namespace gatehouse::pki
