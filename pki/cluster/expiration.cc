#include "pki/cluster/expiration.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/certificate.h"
#include "pki/cluster/internal/store.h"

namespace gatehouse::pki {
namespace {

ExpirationRow Row(absl::string_view name, const Certificate& certificate,
                  absl::Time now) {
  ExpirationRow row;
  row.name = std::string(name);
  row.expires = certificate.not_after();
  row.residual = certificate.not_after() - now;
  return row;
}

ExpirationRow MissingRow(absl::string_view name) {
  ExpirationRow row;
  row.name = std::string(name);
  row.missing = true;
  return row;
}

}  // namespace

absl::StatusOr<Expirations> CheckExpiration(const ClusterDirectory& directory,
                                            absl::Time now) {
  const internal::Store store(directory);
  Expirations table;
  std::map<std::string, bool> has_key;
  for (const ClusterCa& ca : ClusterCas()) {
    const absl::StatusOr<internal::StoredCa> stored = store.ReadCa(ca);
    if (ReasonOf(stored.status()) == Reason::kNotFound) {
      table.authorities.push_back(MissingRow(ca.name));
      continue;
    }
    if (!stored.ok()) return stored.status();
    has_key[ca.name] = stored->signer.has_value();
    // The one that signs is called by the CA's name; without a key, the first.
    const Certificate& current = stored->signer.has_value()
                                     ? stored->signer->certificate()
                                     : stored->bundle.front();
    table.authorities.push_back(Row(ca.name, current, now));
    table.authorities.back().externally_managed = !has_key[ca.name];
    for (const Certificate& other : stored->bundle) {
      if (other == current) continue;
      table.authorities.push_back(
          Row(absl::StrCat(ca.name, " (old)"), other, now));
    }
  }
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    const absl::StatusOr<absl::optional<internal::StoredLeaf>> stored =
        store.ReadLeaf(leaf);
    if (!stored.ok()) return stored.status();
    table.certificates.push_back(
        stored->has_value() ? Row(leaf.name, (*stored)->certificate, now)
                            : MissingRow(leaf.name));
    table.certificates.back().ca_name = leaf.ca_name;
    table.certificates.back().externally_managed = !has_key[leaf.ca_name];
  }
  return table;
}

std::string HumanDuration(absl::Duration residual) {
  const int64_t seconds = absl::ToInt64Seconds(residual);
  const int64_t hours = absl::ToInt64Hours(residual);
  constexpr int64_t kHoursInDay = 24;
  constexpr int64_t kHoursInYear = kHoursInDay * 365;
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (hours < 1) return absl::StrCat(absl::ToInt64Minutes(residual), "m");
  if (hours < kHoursInDay) return absl::StrCat(hours, "h");
  if (hours < kHoursInYear) return absl::StrCat(hours / kHoursInDay, "d");
  return absl::StrCat(hours / kHoursInYear, "y");
}

}  // namespace gatehouse::pki
