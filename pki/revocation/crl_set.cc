#include "pki/revocation/crl_set.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "pki/extensions.h"
#include "pki/internal/extension_block.h"
#include "pki/revocation/internal/revocation_der.h"

namespace gatehouse::pki {
namespace {

using ListHandle = std::shared_ptr<const VerifiedCrl>;

// Bits 1 to 8 of ReasonFlags: every reason that there is (RFC 5280 6.3.3).
constexpr uint16_t kAllReasons = 0x1fe;

// Returns whether `a` is newer than `b`, another list of the same issuer.
bool Newer(const CrlInfo& a, const CrlInfo& b) {
  if (a.number.has_value() && b.number.has_value() && *a.number != *b.number) {
    return CompareCrlNumbers(*a.number, *b.number) > 0;
  }
  return a.this_update > b.this_update;
}

// One list and the delta that goes with it.
struct Group {
  ListHandle complete;  // Never null once the set is made.
  ListHandle delta;     // May be null.

  const CrlInfo& current() const {
    return delta != nullptr ? delta->info() : complete->info();
  }
  // Returns the entry for a serial; a delta overrides the complete list.
  absl::optional<internal::SerialEntry> Find(absl::string_view issuer,
                                             absl::string_view serial) const {
    if (delta != nullptr) {
      const auto entry = delta->Find(issuer, serial);
      if (entry.has_value()) {
        if (entry->reason == CrlReason::kRemoveFromCrl) return absl::nullopt;
        return entry;
      }
    }
    return complete->Find(issuer, serial);
  }
};

absl::Status DeltaError(const CrlInfo& delta, absl::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kInvalid,
      absl::StrCat(delta.source, delta.source.empty() ? "" : ": ",
                   "the delta CRL of ", delta.issuer.ToString(),
                   " with base number 0x",
                   absl::BytesToHexString(*delta.delta_base), what));
}

// Checks that the delta may be merged into the list, and drops one that is
// older than the list (RFC 5280 5.2.4).
absl::Status JoinDelta(Group* group) {
  if (group->delta == nullptr) return absl::OkStatus();
  const CrlInfo& delta = group->delta->info();
  if (group->complete == nullptr) {
    return DeltaError(delta, " has no complete list of the same scope");
  }
  const CrlInfo& base = group->complete->info();
  if (!base.number.has_value()) {
    return DeltaError(delta, " cannot go with a list without a cRLNumber");
  }
  if (CompareCrlNumbers(*base.number, *delta.delta_base) < 0) {
    return DeltaError(delta,
                      absl::StrCat(" needs a newer complete list than number "
                                   "0x",
                                   absl::BytesToHexString(*base.number)));
  }
  if (CompareCrlNumbers(*base.number, *delta.number) >= 0) {
    group->delta = nullptr;
  }
  return absl::OkStatus();
}

bool Intersect(const std::vector<std::string>& a,
               const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& name) {
    return std::find(b.begin(), b.end(), name) != b.end();
  });
}

std::vector<internal::DistributionPoint> PointsOf(
    const Certificate& certificate) {
  std::vector<internal::DistributionPoint> points;
  for (const Extension& extension : certificate.extensions().all) {
    if (extension.oid != internal::kCrlDistributionPointsOid) continue;
    if (!internal::ReadDistributionPoints(
            extension.value, certificate.issuer().der(), &points)) {
      points.clear();
    }
  }
  return points;
}

// Returns whether a list with distribution point names, or an indirect one, is
// one of those that the certificate names (RFC 5280 6.3.3 step b).
bool InPoints(const Certificate& certificate, const CrlInfo& info,
              bool needs_issuer) {
  const IssuingDistributionPoint& scope = *info.distribution_point;
  const std::string list_issuer = internal::DirectoryName(info.issuer.der());
  for (const auto& point : PointsOf(certificate)) {
    const bool named =
        std::find(point.crl_issuers.begin(), point.crl_issuers.end(),
                  list_issuer) != point.crl_issuers.end();
    if (needs_issuer ? !named : !point.crl_issuers.empty() && !named) continue;
    if (scope.names.empty() || Intersect(scope.names, point.names) ||
        (point.names.empty() && Intersect(scope.names, point.crl_issuers))) {
      return true;
    }
  }
  return false;
}

// Returns the reasons for which the list's silence says that `certificate` is
// good; 0 if it is out of the list's scope.
uint16_t ReasonsCovered(const Certificate& certificate, const CrlInfo& info) {
  const bool foreign = !(certificate.issuer() == info.issuer);
  if (!info.distribution_point.has_value()) return foreign ? 0 : kAllReasons;
  const IssuingDistributionPoint& scope = *info.distribution_point;
  const auto& constraints = certificate.extensions().basic_constraints;
  const bool is_ca = constraints.has_value() && constraints->is_ca;
  if (scope.only_attribute_certificates ||
      (scope.only_user_certificates && is_ca) ||
      (scope.only_ca_certificates && !is_ca) || (foreign && !scope.indirect) ||
      ((foreign || !scope.names.empty()) &&
       !InPoints(certificate, info, foreign))) {
    return 0;
  }
  return scope.only_some_reasons.value_or(kAllReasons) & kAllReasons;
}

bool OnlyAttributeCertificates(const CrlInfo& info) {
  return info.distribution_point.has_value() &&
         info.distribution_point->only_attribute_certificates;
}

bool Indirect(const CrlInfo& info) {
  return info.distribution_point.has_value() &&
         info.distribution_point->indirect;
}

// Asks several lists about one certificate.
class Inquiry {
 public:
  explicit Inquiry(const Certificate& certificate)
      : certificate_(certificate) {}

  // Asks one; true if there is nothing more to ask.
  bool Ask(const Group& group) {
    const CrlInfo& info = group.current();
    if (OnlyAttributeCertificates(info)) return false;
    const auto entry =
        group.Find(certificate_.issuer().der(), certificate_.serial());
    if (entry.has_value()) {
      answer_.state = CrlAnswer::State::kRevoked;
      answer_.revoked_at = absl::FromUnixSeconds(entry->revoked_at);
      answer_.reason = entry->reason;
      answer_.this_update = info.this_update;
      answer_.next_update = info.next_update;
      answer_.list = &info;
      return true;
    }
    Cover(info, ReasonsCovered(certificate_, group.complete->info()));
    return false;
  }

  CrlAnswer Answer() {
    if (answer_.state == CrlAnswer::State::kRevoked) return answer_;
    if ((reasons_ & kAllReasons) != kAllReasons) return CrlAnswer();
    answer_.state = CrlAnswer::State::kGood;
    return answer_;
  }

 private:
  // Takes the silence of a list for what it is worth.
  void Cover(const CrlInfo& info, uint16_t reasons) {
    if (reasons == 0) return;
    // Another list that says everything alone may be fresher than this one.
    const bool alone = reasons == kAllReasons;
    if (reasons_ == 0 ||
        (alone && (!alone_ || info.next_update > answer_.next_update))) {
      answer_.this_update = info.this_update;
      answer_.next_update = info.next_update;
      answer_.list = &info;
    } else if (!alone_ && info.next_update < answer_.next_update) {
      answer_.next_update = info.next_update;
      answer_.list = &info;
    }
    if (!alone_)
      answer_.this_update = std::max(answer_.this_update, info.this_update);
    alone_ = alone_ || alone;
    reasons_ = static_cast<uint16_t>(reasons_ | reasons);
  }

  const Certificate& certificate_;
  CrlAnswer answer_;
  uint16_t reasons_ = 0;  // For which some list has said nothing.
  bool alone_ = false;    // One list alone gives all of them.
};

// The lists of one issuer's name.
struct Issuer {
  // The digest of the key that signed, and what it signed, by scope.
  std::vector<std::pair<Sha256Digest, std::vector<Group>>> keys;
};

}  // namespace

struct CrlSet::Index {
  absl::flat_hash_map<std::string, Issuer> issuers;  // By name, DER.
  std::vector<Group> indirect;                       // All of these again.
  std::vector<ListHandle> lists;                     // In use.

  void Add(Group group) {
    lists.push_back(group.complete);
    if (group.delta != nullptr) lists.push_back(group.delta);
    if (Indirect(group.complete->info())) indirect.push_back(group);
    const Sha256Digest& digest = group.complete->signer().public_key().sha256();
    auto& keys = issuers[group.complete->info().issuer.der()].keys;
    auto place = std::find_if(
        keys.begin(), keys.end(),
        [&digest](const auto& other) { return other.first == digest; });
    if (place == keys.end()) {
      place = keys.insert(place, {digest, std::vector<Group>()});
    }
    place->second.push_back(std::move(group));
  }
};

CrlSet::CrlSet(std::unique_ptr<const Index> index) : index_(std::move(index)) {}

CrlSet::~CrlSet() = default;

absl::StatusOr<std::shared_ptr<const CrlSet>> CrlSet::Create(
    std::vector<Crl> crls, absl::Span<const Certificate> issuers) {
  std::vector<ListHandle> lists;
  for (Crl& crl : crls) {
    // The encoding goes as soon as it is indexed.
    const Crl taken = std::move(crl);
    auto list = VerifiedCrl::Create(taken, issuers);
    if (!list.ok()) return list.status();
    lists.push_back(*std::move(list));
  }
  return Create(std::move(lists));
}

absl::StatusOr<std::shared_ptr<const CrlSet>> CrlSet::Create(
    std::vector<ListHandle> lists) {
  // By issuer, key and scope.
  absl::flat_hash_map<std::string, Group> groups;
  std::vector<std::string> order;
  for (ListHandle& list : lists) {
    const CrlInfo& info = list->info();
    const Sha256Digest& key = list->signer().public_key().sha256();
    const std::string id =
        absl::StrCat(absl::string_view(
                         reinterpret_cast<const char*>(key.data()), key.size()),
                     info.issuer.der(), info.scope);
    const auto [found, added] = groups.try_emplace(id);
    if (added) order.push_back(id);
    ListHandle& place =
        info.is_delta() ? found->second.delta : found->second.complete;
    if (place == nullptr || Newer(info, place->info())) place = std::move(list);
  }
  auto index = std::make_unique<Index>();
  for (const std::string& id : order) {
    Group& group = groups[id];
    const absl::Status status = JoinDelta(&group);
    if (!status.ok()) return status;
    index->Add(std::move(group));
  }
  return absl::WrapUnique(new CrlSet(std::move(index)));
}

CrlAnswer CrlSet::Find(const Certificate& certificate,
                       const Certificate& issuer) const {
  Inquiry inquiry(certificate);
  const auto found = index_->issuers.find(certificate.issuer().der());
  if (found != index_->issuers.end()) {
    const auto& keys = found->second.keys;
    const auto own = std::find_if(
        keys.begin(), keys.end(), [&issuer](const auto& candidate) {
          return candidate.first == issuer.public_key().sha256();
        });
    const auto begin = own == keys.end() ? keys.begin() : own;
    const auto end = own == keys.end() ? keys.end() : own + 1;
    for (auto key = begin; key != end; ++key) {
      for (const Group& group : key->second) {
        if (inquiry.Ask(group)) return inquiry.Answer();
      }
    }
  }
  for (const Group& group : index_->indirect) {
    // Its own issuer's certificates were asked about above.
    if (certificate.issuer() == group.complete->info().issuer) continue;
    if (inquiry.Ask(group)) return inquiry.Answer();
  }
  return inquiry.Answer();
}

std::vector<const CrlInfo*> CrlSet::lists() const {
  std::vector<const CrlInfo*> infos;
  for (const ListHandle& list : index_->lists) infos.push_back(&list->info());
  return infos;
}

size_t CrlSet::size() const {
  size_t count = 0;
  for (const ListHandle& list : index_->lists) {
    count += list->info().entry_count;
  }
  return count;
}

size_t CrlSet::MemoryBytes() const {
  size_t bytes = 0;
  for (const ListHandle& list : index_->lists) bytes += list->MemoryBytes();
  return bytes;
}

}  // namespace gatehouse::pki
