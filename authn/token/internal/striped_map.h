// A bounded map of what is shared until it expires, for many threads.
#ifndef GATEHOUSE_AUTHN_TOKEN_INTERNAL_STRIPED_MAP_H_
#define GATEHOUSE_AUTHN_TOKEN_INTERNAL_STRIPED_MAP_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "authn/token/internal/striped_table.h"
#include "authn/token/token_digest.h"

namespace gatehouse::authn::internal {

// StripedMap is a StripedTable of shared values: which see for what is put out
// when it is full, and for time that goes back. It costs at most 50 bytes per
// entry beside the values. Any thread may call anything.
template <typename V>
class StripedMap {
 public:
  // Holds at most `entries`; 0: nothing is kept. `stripes` is a power of two.
  explicit StripedMap(size_t entries, size_t stripes = 64)
      : table_(entries, stripes) {}

  // Returns the value of `digest` if `now` is before its end, else null.
  std::shared_ptr<const V> Find(const TokenDigest& digest, absl::Time now) {
    std::shared_ptr<const V> found;
    table_.Find(digest, now,
                [&found](const std::shared_ptr<const V>& value, absl::Time) {
                  found = value;
                });
    return found;
  }

  // Remembers `value` before `expires`, in the place of the digest's last one.
  void Insert(const TokenDigest& digest, std::shared_ptr<const V> value,
              absl::Time expires, absl::Time now) {
    table_.Insert(digest, std::move(value), expires, now);
  }

  // Forgets everything and gives the memory back.
  void Clear() { table_.Clear(); }

  // Returns how many there are, expired ones that nobody met included.
  size_t size() const { return table_.size(); }

 private:
  StripedTable<std::shared_ptr<const V>> table_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_TOKEN_INTERNAL_STRIPED_MAP_H_
