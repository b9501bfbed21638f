#include "pki/cluster/internal/rotation.h"

#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "pki/ca/journal.h"
#include "pki/certificate.h"
#include "pki/cluster/layout.h"

namespace gatehouse::pki::internal {
namespace {

bool OnOldCa(const StoredCa& ca, const Certificate& certificate) {
  const Certificate* signer = ca.SignerOf(certificate);
  return signer != nullptr && !(*signer == ca.signer->certificate());
}

bool IsOfBundle(const StoredCa& ca, const Certificate& certificate) {
  return absl::c_linear_search(ca.bundle, certificate);
}

// Whether a later entry was handed out for the same place in the tree.
bool IsReplaced(const std::vector<JournalEntry>& entries, size_t place) {
  const std::string& slot = entries[place].signer_name;
  if (!absl::StartsWith(slot, TreeSignerName(""))) return false;
  for (size_t later = place + 1; later < entries.size(); ++later) {
    if (entries[later].signer_name == slot &&
        entries[later].state == JournalEntry::State::kHandedOut) {
      return true;
    }
  }
  return false;
}

absl::Status AddFromFiles(const Store& store, const StoredCa& ca,
                          std::vector<std::string>* found) {
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    if (leaf.ca_name != ca.ca->name) continue;
    const absl::StatusOr<absl::optional<StoredLeaf>> stored =
        store.ReadLeaf(leaf);
    if (!stored.ok()) return stored.status();
    if (stored->has_value() && OnOldCa(ca, (*stored)->certificate)) {
      found->push_back(absl::StrCat(leaf.name, " (in the directory)"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CertificatesOnOldCa(const Store& store,
                                                             const StoredCa& ca,
                                                             absl::Time now) {
  Journal::Filter live;
  live.live_at = now;
  const absl::StatusOr<std::vector<JournalEntry>> entries =
      store.journal()->List(live);
  if (!entries.ok()) return entries.status();
  std::vector<std::string> found;
  for (size_t place = 0; place < entries->size(); ++place) {
    const JournalEntry& entry = (*entries)[place];
    if (IsOfBundle(ca, entry.certificate) || !OnOldCa(ca, entry.certificate) ||
        IsReplaced(*entries, place)) {
      continue;
    }
    found.push_back(absl::StrCat(
        "\"", entry.certificate.subject().ToString(), "\" of ",
        entry.signer_name, " until ",
        absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", entry.certificate.not_after(),
                         absl::UTCTimeZone())));
  }
  absl::Status status = AddFromFiles(store, ca, &found);
  if (!status.ok()) return status;
  return found;
}

}  // namespace gatehouse::pki::internal
