#include "pki/cluster/rotate_ca.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/ca/ca.h"
#include "pki/certificate.h"
#include "pki/cluster/internal/crl_files.h"
#include "pki/cluster/internal/leaf_template.h"
#include "pki/cluster/internal/rotation.h"
#include "pki/cluster/internal/store.h"
#include "pki/private_key.h"
#include "pki/revocation/crl.h"

namespace gatehouse::pki {
namespace {

using internal::Store;
using internal::StoredCa;
using internal::StoredLeaf;

constexpr size_t kShownCertificates = 5;

// One rotation. What the next step is, is read from the files:
//   next.key              the new CA is being brought in
//   old.key, no next.key  both are trusted, the new one signs
//   neither               no rotation
class Rotation {
 public:
  Rotation(Store* store, const ClusterCa& ca, const RotateOptions& options,
           absl::Time now)
      : store_(*store), ca_(ca), options_(options), now_(now) {}

  absl::Status TrustBoth();
  absl::Status DropOld();

 private:
  std::string Name(absl::string_view end) const {
    return absl::StrCat(ca_.base, end);
  }
  absl::StatusOr<StoredCa> ReadSigning() const;
  absl::StatusOr<PrivateKey> NextKey(const StoredCa& stored);
  absl::StatusOr<Certificate> NextCertificate(const StoredCa& stored,
                                              const PrivateKey& key);
  absl::Status SwitchTo(const PrivateKey& key, const Certificate& certificate,
                        StoredCa stored);
  absl::Status CheckNothingHangsOn(const StoredCa& stored) const;
  // Writes the bundle, the CRLs and the kubeconfigs' CA data.
  absl::Status PublishWider(const StoredCa& stored);
  absl::Status PublishNarrower(const StoredCa& stored);
  absl::Status UpdateCrls(const StoredCa& stored);
  absl::Status UpdateKubeconfigs(const StoredCa& stored);

  Store& store_;
  const ClusterCa& ca_;
  const RotateOptions& options_;
  const absl::Time now_;
};

absl::StatusOr<StoredCa> Rotation::ReadSigning() const {
  absl::StatusOr<StoredCa> stored = store_.ReadCa(ca_);
  if (stored.ok() && !stored->signer.has_value()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat(store_.Path(Name(".key")),
                                  ": no such file: the CA is managed "
                                  "elsewhere"));
  }
  return stored;
}

absl::StatusOr<PrivateKey> Rotation::NextKey(const StoredCa& stored) {
  const std::string name = Name("-next.key");
  absl::StatusOr<absl::optional<PrivateKey>> present = store_.ReadKey(name);
  if (!present.ok()) return present.status();
  if (present->has_value()) return **std::move(present);
  const absl::StatusOr<KeyAlgorithm> algorithm =
      internal::SameAlgorithm(stored.signer->key().public_key());
  if (!algorithm.ok()) return algorithm.status();
  absl::StatusOr<PrivateKey> key = PrivateKey::Generate(*algorithm);
  if (!key.ok()) return key;
  absl::Status status = store_.WriteKey(name, *key);
  if (!status.ok()) return status;
  return key;
}

// Returns the certificate of the bundle for `key`, or the one that waits for
// its place there, or a new one.
absl::StatusOr<Certificate> Rotation::NextCertificate(const StoredCa& stored,
                                                      const PrivateKey& key) {
  for (const Certificate& certificate : stored.bundle) {
    if (certificate.public_key() == key.public_key()) return certificate;
  }
  const std::string name = Name("-next.crt");
  const absl::StatusOr<absl::optional<std::string>> pem = store_.Read(name);
  if (!pem.ok()) return pem.status();
  if (pem->has_value()) {
    absl::StatusOr<std::vector<Certificate>> present =
        Certificate::FromPem(**pem, store_.Path(name));
    if (!present.ok()) return present.status();
    if (present->front().public_key() == key.public_key()) {
      return present->front();
    }
  }
  const absl::StatusOr<CertificateAuthority> authority =
      CertificateAuthority::SelfSigned(
          stored.signer->certificate().subject().common_name(), key, now_,
          options_.ca_lifetime);
  if (!authority.ok()) return authority.status();
  const Certificate& certificate = authority->certificate();
  absl::Status status =
      store_.journal()->Signed(certificate, TreeSignerName(ca_.name), now_);
  if (status.ok()) status = store_.Write(name, certificate.ToPem());
  if (!status.ok()) return status;
  return certificate;
}

absl::Status Rotation::UpdateCrls(const StoredCa& stored) {
  return internal::UpdateCrls(
      &store_, stored,
      {options_.crl_lifetime, false, nullptr, CrlReason::kUnspecified}, now_);
}

absl::Status Rotation::UpdateKubeconfigs(const StoredCa& stored) {
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    if (!leaf.is_kubeconfig() || leaf.ca_name != ca_.name) continue;
    absl::StatusOr<absl::optional<StoredLeaf>> present = store_.ReadLeaf(leaf);
    if (!present.ok()) return present.status();
    if (!present->has_value()) continue;
    internal::KubeconfigFile& file = (*present)->kubeconfig;
    file.ca_pem = stored.BundlePem();
    absl::Status status = store_.WriteKubeconfig(leaf.name, file);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// A list is of use only where its CA is trusted: on the way in the CA comes
// first, on the way out the list goes first.
absl::Status Rotation::PublishWider(const StoredCa& stored) {
  absl::Status status = store_.Write(Name(".crt"), stored.BundlePem());
  if (status.ok()) status = UpdateCrls(stored);
  return status.ok() ? UpdateKubeconfigs(stored) : status;
}

absl::Status Rotation::PublishNarrower(const StoredCa& stored) {
  absl::Status status = UpdateCrls(stored);
  if (status.ok()) status = store_.Write(Name(".crt"), stored.BundlePem());
  return status.ok() ? UpdateKubeconfigs(stored) : status;
}

absl::Status Rotation::SwitchTo(const PrivateKey& key,
                                const Certificate& certificate,
                                StoredCa stored) {
  if (!(stored.signer->key().public_key() == key.public_key())) {
    if (!absl::c_linear_search(stored.bundle, certificate)) {
      stored.bundle.insert(stored.bundle.begin(), certificate);
    }
    absl::StatusOr<CertificateAuthority> next =
        CertificateAuthority::Create(certificate, key);
    if (!next.ok()) return next.status();
    // The one that signs until ".key" is written; old from then on.
    stored.old = std::exchange(stored.signer, *std::move(next));
    absl::Status status = store_.WriteKey(Name("-old.key"), stored.old->key());
    if (status.ok()) status = PublishWider(stored);
    if (status.ok()) status = store_.WriteKey(Name(".key"), key);
    if (!status.ok()) return status;
  }
  absl::Status status = store_.journal()->HandedOut(certificate);
  if (status.ok()) status = store_.Remove(Name("-next.crt"));
  return status.ok() ? store_.Remove(Name("-next.key")) : status;
}

absl::Status Rotation::TrustBoth() {
  absl::StatusOr<StoredCa> stored = ReadSigning();
  if (!stored.ok()) return stored.status();
  const absl::StatusOr<absl::optional<PrivateKey>> next =
      store_.ReadKey(Name("-next.key"));
  if (!next.ok()) return next.status();
  if (!next->has_value() && stored->old.has_value()) return absl::OkStatus();
  const absl::StatusOr<PrivateKey> key = NextKey(*stored);
  if (!key.ok()) return key.status();
  const absl::StatusOr<Certificate> certificate =
      NextCertificate(*stored, *key);
  if (!certificate.ok()) return certificate.status();
  return SwitchTo(*key, *certificate, *std::move(stored));
}

absl::Status Rotation::CheckNothingHangsOn(const StoredCa& stored) const {
  const absl::StatusOr<std::vector<std::string>> found =
      internal::CertificatesOnOldCa(store_, stored, now_);
  if (!found.ok()) return found.status();
  if (found->empty()) return absl::OkStatus();
  const size_t shown = std::min(found->size(), kShownCertificates);
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::kConflict,
      absl::StrCat(store_.Path(Name(".crt")), ": ", found->size(),
                   " live certificates hang on the old CA; renew, revoke or "
                   "await them: ",
                   absl::StrJoin(found->begin(), found->begin() + shown, ", "),
                   shown < found->size() ? ", ..." : ""));
}

absl::Status Rotation::DropOld() {
  absl::StatusOr<StoredCa> stored = ReadSigning();
  if (!stored.ok()) return stored.status();
  const absl::StatusOr<absl::optional<PrivateKey>> next =
      store_.ReadKey(Name("-next.key"));
  if (!next.ok()) return next.status();
  if (next->has_value()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::kConflict,
                     absl::StrCat(store_.Path(Name("-next.key")),
                                  ": the first step has not been finished; "
                                  "run it again"));
  }
  if (!options_.force) {
    absl::Status status = CheckNothingHangsOn(*stored);
    if (!status.ok()) return status;
  }
  stored->bundle = {stored->signer->certificate()};
  absl::Status status = PublishNarrower(*stored);
  return status.ok() ? store_.Remove(Name("-old.key")) : status;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RotateCa(
    const ClusterDirectory& directory, RotationStep step,
    const RotateOptions& options, absl::Time now) {
  const ClusterCa* ca = FindClusterCa(options.ca_name);
  if (ca == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat("no CA is called \"", options.ca_name, "\""));
  }
  const absl::StatusOr<std::unique_ptr<Store>> store =
      Store::OpenLocked(directory);
  if (!store.ok()) return store.status();
  Rotation rotation(store->get(), *ca, options, now);
  absl::Status status = step == RotationStep::kTrustBoth ? rotation.TrustBoth()
                                                         : rotation.DropOld();
  if (!status.ok()) return status;
  return (*store)->changed();
}

}  // namespace gatehouse::pki
