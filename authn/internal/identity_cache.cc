#include "authn/internal/identity_cache.h"

#include <algorithm>
#include <utility>

namespace gatehouse::authn::internal {
namespace {

bool GoodAt(const Identity& identity, absl::Time now) {
  return identity.from <= now && now <= identity.until;
}

}  // namespace

IdentityCache::IdentityCache(size_t entries)
    : set_count_(
          std::min(entries / kWays + (entries % kWays > 0 ? 1 : 0), kMaxSets)),
      sets_(set_count_ == 0 ? nullptr : new Set[set_count_]) {}

size_t IdentityCache::SetOf(const pki::Sha256Digest& leaf) const {
  // The digest's first bits as a fraction, times the number of sets: cheaper
  // than a remainder.
  const uint64_t bits = uint64_t{leaf[0]} << 24 | uint64_t{leaf[1]} << 16 |
                        uint64_t{leaf[2]} << 8 | uint64_t{leaf[3]};
  return bits * set_count_ >> 32;
}

const Identity* IdentityCache::Find(const pki::Sha256Digest& leaf,
                                    absl::Time now) const {
  if (set_count_ == 0) return nullptr;
  const Ways* ways = sets_[SetOf(leaf)].ways.Load();
  if (ways == nullptr) return nullptr;
  for (const auto& way : *ways) {
    if (way != nullptr && way->leaf == leaf) {
      return GoodAt(*way, now) ? way.get() : nullptr;
    }
  }
  return nullptr;
}

void IdentityCache::Insert(std::shared_ptr<const Identity> identity,
                           absl::Time now) {
  if (set_count_ == 0) return;
  Set& set = sets_[SetOf(identity->leaf)];
  MutexLock lock(set.mutex);
  const Ways* current = set.ways.Load();  // Nobody else replaces it now.
  auto next = current == nullptr ? std::make_unique<Ways>()
                                 : std::make_unique<Ways>(*current);
  auto place =
      std::find_if(next->begin(), next->end(), [&identity](const auto& way) {
        return way != nullptr && way->leaf == identity->leaf;
      });
  if (place == next->end()) {
    place = std::find_if(next->begin(), next->end(), [now](const auto& way) {
      return way == nullptr || !GoodAt(*way, now);
    });
  }
  if (place == next->end()) place = next->begin() + set.oldest++ % kWays;
  *place = std::move(identity);
  set.ways.Publish(std::move(next));
}

}  // namespace gatehouse::authn::internal
