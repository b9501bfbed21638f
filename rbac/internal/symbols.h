// Names as small numbers.
#ifndef GATEHOUSE_RBAC_INTERNAL_SYMBOLS_H_
#define GATEHOUSE_RBAC_INTERNAL_SYMBOLS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "rbac/internal/persistent_vector.h"
#include "rbac/internal/sharded_table.h"

namespace gatehouse::rbac::internal {

// Hashes a name. Most are shorter than 17 bytes, and half the time of a
// decision would be hashing by a general function. Multiplies and folds (as
// wyhash does); seeded by an address, which is another in every process, so
// that nobody outside can aim for collisions.
inline uint32_t HashName(absl::string_view name) {
  static const char anchor = 0;
  const auto fold = [](uint64_t a, uint64_t b) {
    const absl::uint128 product = absl::uint128(a) * b;
    return absl::Uint128Low64(product) ^ absl::Uint128High64(product);
  };
  const auto load8 = [&](size_t at) {
    uint64_t bytes;
    std::memcpy(&bytes, name.data() + at, 8);
    return bytes;
  };
  const auto load4 = [&](size_t at) {
    uint32_t bytes;
    std::memcpy(&bytes, name.data() + at, 4);
    return uint64_t{bytes};
  };
  const size_t size = name.size();
  uint64_t seed = reinterpret_cast<uintptr_t>(&anchor) ^ 0xa0761d6478bd642fu;
  uint64_t a = 0;
  uint64_t b = 0;
  if (size >= 8) {
    for (size_t at = 0; at + 16 < size; at += 16) {
      seed = fold(load8(at) ^ seed, load8(at + 8) ^ 0xe7037ed1a0b428dbu);
    }
    a = load8(size <= 16 ? 0 : size - 16);
    b = load8(size - 8);
  } else if (size >= 4) {
    a = load4(0);
    b = load4(size - 4);
  } else if (size > 0) {
    const auto byte = [&](size_t at) {
      return uint64_t{static_cast<unsigned char>(name[at])};
    };
    a = byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }
  const uint64_t folded = fold(a ^ seed, b ^ 0x8ebc6af09c88c6e3u);
  return static_cast<uint32_t>(fold(folded, size ^ 0x589965cc75374cc3u));
}

// Compares short strings without a call. Both have `size` bytes.
inline bool SameBytes(const char* a, const char* b, size_t size) {
  const auto same8 = [&](size_t at) {
    uint64_t x;
    uint64_t y;
    std::memcpy(&x, a + at, 8);
    std::memcpy(&y, b + at, 8);
    return x == y;
  };
  if (size >= 8) {
    for (size_t at = 0; at + 8 < size; at += 8) {
      if (!same8(at)) return false;
    }
    return same8(size - 8);
  }
  for (size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

// A slot with the beginning of a name of which most are no longer than that.
template <size_t kHead>
struct NameSlot {
  uint32_t id;
  uint32_t hash_of_name;
  uint32_t size;
  char head[kHead];

  static NameSlot Of(uint32_t hash, uint32_t id, absl::string_view name) {
    NameSlot slot{};
    slot.hash_of_name = hash;
    slot.id = id;
    slot.size = static_cast<uint32_t>(name.size());
    std::copy_n(name.begin(), std::min(name.size(), kHead), slot.head);
    return slot;
  }

  uint32_t hash() const { return hash_of_name; }

  // Returns whether `name`, which hashes to `hash`, may be this one's: surely,
  // if it is not `Long`.
  bool Begins(uint32_t hash, absl::string_view name) const {
    return hash_of_name == hash && size == name.size() &&
           SameBytes(head, name.data(), std::min(name.size(), kHead));
  }
  static bool Long(absl::string_view name) { return name.size() > kHead; }
};

// SymbolTable numbers names: equal names, equal numbers. Copies share what has
// not changed since. One writer; copies are only read.
class SymbolTable {
 public:
  // Returns the number of `name`, or kNone if no rule or binding has it.
  uint32_t Find(absl::string_view name) const {
    return Find(HashName(name), name);
  }
  uint32_t Find(uint32_t hash, absl::string_view name) const {
    const Slot* slot = index_.Find(hash, [&](const Slot& s) {
      return s.Begins(hash, name) &&
             (!Slot::Long(name) || names_[s.id] == name);
    });
    return slot == nullptr ? kNone : slot->id;
  }

  // Returns the number of `name`, and gives it one first if it has none.
  uint32_t Intern(absl::string_view name) {
    const uint32_t hash = HashName(name);
    const uint32_t known = Find(hash, name);
    if (known != kNone) return known;
    const uint32_t id = pool_.Take(names_);
    names_.Mutable(id) = std::string(name);
    index_.Insert(Slot::Of(hash, id, name));
    return id;
  }

  // Forgets a name that nothing uses any more.
  void Remove(uint32_t id) {
    index_.Erase(HashName(names_[id]), id);
    pool_.Free(names_, id);
  }

  const std::string& name(uint32_t id) const { return names_[id]; }
  uint32_t size() const { return index_.size(); }

 private:
  using Slot = NameSlot<20>;

  PersistentVector<std::string> names_;
  ShardedTable<Slot> index_;
  IdPool pool_;
};

// Symbols are the names that rules are made of. Number 0 of each table is the
// wildcard "*".
struct Symbols {
  Symbols() {
    verbs.Intern("*");
    groups.Intern("*");
    resources.Intern("*");
  }

  uint32_t InternResource(absl::string_view name) {
    if (absl::StartsWith(name, "*/")) any_of_subresource = true;
    return resources.Intern(name);
  }

  uint32_t size() const {
    return verbs.size() + groups.size() + resources.size();
  }

  SymbolTable verbs;
  SymbolTable groups;
  SymbolTable resources;            // With their subresource: "pods/log".
  bool any_of_subresource = false;  // Some resource is like "*/log".
};

inline constexpr uint32_t kAny = 0;

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_SYMBOLS_H_
