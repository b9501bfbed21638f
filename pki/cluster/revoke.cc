#include "pki/cluster/revoke.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/cluster/internal/crl_files.h"
#include "pki/cluster/internal/store.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/deny_list.h"

namespace gatehouse::pki {
namespace {

using internal::Store;
using internal::StoredCa;

// Returns the CA that signed `certificate`, now or before its key changed.
absl::StatusOr<StoredCa> FindIssuer(const Store& store,
                                    const Certificate& certificate) {
  for (const ClusterCa& ca : ClusterCas()) {
    absl::StatusOr<StoredCa> stored = store.ReadCa(ca);
    if (ReasonOf(stored.status()) == Reason::kNotFound) continue;
    if (!stored.ok() || stored->SignerOf(certificate) != nullptr) {
      return stored;
    }
  }
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::kUnknownAuthority,
      absl::StrCat("certificate of \"", certificate.subject().ToString(),
                   "\": signed by none of the CAs in ", store.Path("")));
}

// Names the certificate by issuer and serial, not by its digest: whoever holds
// an ECDSA certificate can change the bytes of its signature, and so the
// digest, and it still verifies.
DenyEntry EntryFor(const Certificate& certificate, CrlReason reason,
                   absl::Time now) {
  DenyEntry entry;
  entry.issuer = certificate.issuer().ToString();
  entry.serial = std::string(certificate.serial());
  entry.reason = reason;
  entry.revoked_at = now;
  entry.comment = absl::StrCat(certificate.subject().ToString(), " ",
                               certificate.CredentialId());
  return entry;
}

absl::Status AddToDenyList(Store* store, const Certificate& certificate,
                           CrlReason reason, absl::Time now) {
  const absl::StatusOr<absl::optional<std::string>> text =
      store->Read(kRevokedFile);
  if (!text.ok()) return text.status();
  std::vector<DenyEntry> entries;
  if (text->has_value()) {
    const absl::StatusOr<std::shared_ptr<const DenyList>> list =
        DenyList::Parse(**text, store->Path(kRevokedFile));
    if (!list.ok()) return list.status();
    if ((*list)->FindCertificate(certificate) != nullptr) {
      return absl::OkStatus();
    }
    entries = (*list)->entries();
  }
  entries.push_back(EntryFor(certificate, reason, now));
  const absl::StatusOr<std::shared_ptr<const DenyList>> list =
      DenyList::Create(std::move(entries));
  if (!list.ok()) return list.status();
  return store->Write(kRevokedFile, (*list)->ToYaml());
}

}  // namespace

absl::Status RevokeCertificate(const ClusterDirectory& directory,
                               const Certificate& certificate,
                               absl::string_view reason, absl::Time now,
                               absl::Duration crl_lifetime) {
  const absl::StatusOr<CrlReason> code = ParseCrlReason(reason);
  if (!code.ok()) return code.status();
  if (*code == CrlReason::kRemoveFromCrl) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "reason removeFromCRL takes nothing back; it is for delta "
                     "lists (RFC 5280 5.3.1)");
  }
  const absl::StatusOr<std::unique_ptr<Store>> store =
      Store::OpenLocked(directory);
  if (!store.ok()) return store.status();
  const absl::StatusOr<StoredCa> ca = FindIssuer(**store, certificate);
  if (!ca.ok()) return ca.status();

  absl::Status status = AddToDenyList(store->get(), certificate, *code, now);
  if (!status.ok()) return status;
  const absl::Status crl_status = internal::UpdateCrls(
      store->get(), *ca, {crl_lifetime, false, &certificate, *code}, now);
  status = (*store)->journal()->Revoked(certificate, CrlReasonName(*code), now);
  if (!crl_status.ok()) return crl_status;
  return ReasonOf(status) == Reason::kNotFound ? absl::OkStatus() : status;
}

absl::Status RefreshCrls(const ClusterDirectory& directory, absl::Time now,
                         absl::Duration crl_lifetime) {
  const absl::StatusOr<std::unique_ptr<Store>> store =
      Store::OpenLocked(directory);
  if (!store.ok()) return store.status();
  for (const ClusterCa& ca : ClusterCas()) {
    const absl::StatusOr<StoredCa> stored = (*store)->ReadCa(ca);
    if (ReasonOf(stored.status()) == Reason::kNotFound) continue;
    if (!stored.ok()) return stored.status();
    absl::Status status = internal::UpdateCrls(
        store->get(), *stored,
        {crl_lifetime, true, nullptr, CrlReason::kUnspecified}, now);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::pki
