#include "pki/cluster/sign.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/ca/journal.h"
#include "pki/cluster/internal/store.h"

namespace gatehouse::pki {

absl::StatusOr<JournaledIssuer> OpenIssuer(const ClusterDirectory& directory,
                                           absl::string_view signer_name,
                                           absl::string_view ca_name) {
  const ClusterCa* ca = FindClusterCa(ca_name);
  if (ca == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat("no CA is called \"", ca_name, "\""));
  }
  const internal::Store store(directory);
  const absl::StatusOr<internal::StoredCa> stored = store.ReadCa(*ca);
  if (!stored.ok()) return stored.status();
  if (!stored->signer.has_value()) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::kNotFound,
        absl::StrCat(store.Path(absl::StrCat(ca->base, ".key")),
                     ": no such file: the CA is managed elsewhere"));
  }
  absl::StatusOr<std::unique_ptr<Journal>> journal =
      Journal::Open(store.Path(kJournalFile));
  if (!journal.ok()) return journal.status();
  return JournaledIssuer(*stored->signer, *std::move(journal),
                         std::string(signer_name));
}

}  // namespace gatehouse::pki
