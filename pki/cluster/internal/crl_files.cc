#include "pki/cluster/internal/crl_files.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/ca/journal.h"
#include "pki/revocation/crl_writer.h"

namespace gatehouse::pki::internal {
namespace {

std::string CrlName(const StoredCa& ca) {
  return absl::StrCat(ca.ca->base, ".crl");
}

absl::StatusOr<std::vector<Crl>> ReadCrls(const Store& store,
                                          const std::string& name) {
  absl::StatusOr<absl::optional<std::string>> pem = store.Read(name);
  if (!pem.ok()) return pem.status();
  if (!pem->has_value() || (*pem)->empty()) return std::vector<Crl>();
  return Crl::FromPem(**pem, store.Path(name));
}

// Returns the newest list of `issuer`; null if it has none. Names do not tell:
// a CA's successor has the same.
const Crl* ListOf(const std::vector<Crl>& lists, const Certificate& issuer) {
  const Crl* found = nullptr;
  for (const Crl& list : lists) {
    if (!list.CheckSignature(issuer.public_key()).ok()) continue;
    if (found == nullptr ||
        CompareCrlNumbers(found->info().number.value_or(""),
                          list.info().number.value_or("")) < 0) {
      found = &list;
    }
  }
  return found;
}

bool Lists(const Crl& list, const Certificate& certificate) {
  bool listed = false;
  list.ForEachEntry([&](const CrlEntry& entry) {
    listed = listed || entry.serial == certificate.serial();
  });
  return listed;
}

bool MaySignCrls(const Certificate& certificate) {
  const auto& usage = certificate.extensions().key_usage;
  return !usage.has_value() || (*usage & kCrlSign) != 0;
}

const CertificateAuthority* AuthorityOf(const StoredCa& ca,
                                        const Certificate& issuer) {
  for (const auto* authority : {&ca.signer, &ca.old}) {
    if (authority->has_value() && (*authority)->certificate() == issuer) {
      return &**authority;
    }
  }
  return nullptr;
}

// Returns what the journal knows to be revoked of `issuer`'s certificates, but
// for `beside`: a list that got lost must not come back empty.
absl::StatusOr<std::vector<RevokedCertificate>> RevokedInJournal(
    const Store& store, const StoredCa& ca, const Certificate& issuer,
    const Certificate* beside) {
  Journal::Filter filter;
  filter.state = JournalEntry::State::kRevoked;
  const absl::StatusOr<std::vector<JournalEntry>> entries =
      store.journal()->List(filter);
  if (!entries.ok()) return entries.status();
  std::vector<RevokedCertificate> revoked;
  for (const JournalEntry& entry : *entries) {
    if ((beside != nullptr && entry.certificate == *beside) ||
        ca.SignerOf(entry.certificate) != &issuer) {
      continue;
    }
    revoked.push_back({std::string(entry.certificate.serial()),
                       entry.revoked_at.value_or(entry.recorded_at),
                       ParseCrlReason(entry.revocation_reason)
                           .value_or(CrlReason::kUnspecified),
                       absl::nullopt});
  }
  return revoked;
}

absl::StatusOr<Crl> SignList(const Crl* previous, const Certificate* revoked,
                             std::vector<RevokedCertificate> before,
                             const CrlChange& change,
                             const CertificateAuthority& authority,
                             absl::Time now) {
  CrlTemplate request;
  request.entries = std::move(before);
  if (previous != nullptr) {
    absl::StatusOr<CrlTemplate> next = NextCrl(*previous);
    if (!next.ok()) return next.status();
    request = *std::move(next);
  }
  request.this_update = now;
  request.next_update = now + change.lifetime;
  if (revoked != nullptr) {
    request.entries.push_back(
        {std::string(revoked->serial()), now, change.reason, absl::nullopt});
  }
  return WriteCrl(request, authority.certificate(), authority.key());
}

absl::Status CannotAdd(const Store& store, const StoredCa& ca, bool has_key) {
  const std::string path = store.Path(CrlName(ca));
  return has_key ? MakeError(absl::StatusCode::kFailedPrecondition,
                             Reason::kIncompatibleUsage,
                             absl::StrCat(path,
                                          ": the CA's key usage does not "
                                          "let it sign CRLs"))
                 : MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                             absl::StrCat(path,
                                          ": the key of the CA that "
                                          "signed it is not here"));
}

}  // namespace

absl::Status UpdateCrls(Store* store, const StoredCa& ca,
                        const CrlChange& change, absl::Time now) {
  const std::string name = CrlName(ca);
  absl::StatusOr<std::vector<Crl>> lists = ReadCrls(*store, name);
  if (!lists.ok()) return lists.status();
  const Certificate* signed_by =
      change.revoked == nullptr ? nullptr : ca.SignerOf(*change.revoked);

  std::string pem;
  absl::Status problem;
  for (const Certificate& issuer : ca.bundle) {
    const Crl* list = ListOf(*lists, issuer);
    const bool add = &issuer == signed_by &&
                     (list == nullptr || !Lists(*list, *change.revoked));
    const CertificateAuthority* authority = AuthorityOf(ca, issuer);
    const bool can_sign = authority != nullptr && MaySignCrls(issuer);
    if (can_sign && (add || list == nullptr || change.renew)) {
      const Certificate* added = add ? change.revoked : nullptr;
      std::vector<RevokedCertificate> before;
      if (list == nullptr) {
        auto known = RevokedInJournal(*store, ca, issuer, added);
        if (!known.ok()) return known.status();
        before = *std::move(known);
      }
      absl::StatusOr<Crl> signed_list =
          SignList(list, added, std::move(before), change, *authority, now);
      if (!signed_list.ok()) {
        return InContext(store->Path(name), signed_list.status());
      }
      absl::StrAppend(&pem, signed_list->ToPem());
      continue;
    }
    if (add) problem = CannotAdd(*store, ca, authority != nullptr);
    if (list != nullptr) absl::StrAppend(&pem, list->ToPem());
  }
  if (!pem.empty()) {
    absl::Status status = store->Write(name, pem);
    if (!status.ok()) return status;
  }
  return problem;
}

}  // namespace gatehouse::pki::internal
