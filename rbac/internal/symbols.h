// Names as small numbers.
#ifndef GATEHOUSE_RBAC_INTERNAL_SYMBOLS_H_
#define GATEHOUSE_RBAC_INTERNAL_SYMBOLS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/base/attributes.h"
#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "rbac/internal/persistent_vector.h"
#include "rbac/internal/sharded_table.h"

namespace gatehouse::rbac::internal {

// Hashing multiplies and folds, as wyhash does. Both factors are seeded by an
// address, which is another in every process: nobody outside can choose names
// that collide, nor a factor that is zero.
struct HashSeed {
  static uint64_t Get() {
    static const char anchor = 0;
    return reinterpret_cast<uintptr_t>(&anchor) * 0x9e3779b97f4a7c15u;
  }
};

inline uint64_t Fold(uint64_t x, uint64_t y, uint64_t seed) {
  const absl::uint128 product =
      absl::uint128(x ^ seed) * (y ^ seed ^ 0xe7037ed1a0b428dbu);
  return absl::Uint128Low64(product) ^ absl::Uint128High64(product);
}

// NameKey is a name made ready for look-ups: its length, its last sixteen bytes
// in two words (all of it, if it is no longer than that), and a hash. Most
// names are that short, and half the time of a decision would be hashing and
// comparing by general functions.
struct NameKey {
  uint64_t a = 0;
  uint64_t b = 0;
  uint32_t size;
  uint32_t hash;

  static constexpr size_t kWhole = 16;

  ABSL_ATTRIBUTE_ALWAYS_INLINE explicit NameKey(absl::string_view name)
      : size(static_cast<uint32_t>(name.size())) {
    uint64_t seed = HashSeed::Get();
    const char* const p = name.data();
    if (size >= 8) {
      for (size_t at = 0; at + kWhole < size; at += 16) {
        seed ^= Fold(Load8(p + at), Load8(p + at + 8), seed);
      }
      a = Load8(size <= kWhole ? p : p + size - 16);
      b = Load8(p + size - 8);
    } else if (size >= 4) {
      a = Load4(p);
      b = Load4(p + size - 4);
    } else if (size > 0) {
      // First, middle and last: with the length, all there is.
      a = uint64_t{static_cast<unsigned char>(p[0])} << 16 |
          uint64_t{static_cast<unsigned char>(p[size / 2])} << 8 |
          uint64_t{static_cast<unsigned char>(p[size - 1])};
    }
    const uint64_t folded = Fold(a, b + size * 0x9e3779b97f4a7c15u, seed);
    hash = static_cast<uint32_t>(folded ^ (folded >> 32));
  }

  // Whether the two may be the same name: surely, up to kWhole bytes.
  bool Like(const NameKey& o) const {
    return ((a ^ o.a) | (b ^ o.b) | (size ^ o.size)) == 0;
  }

 private:
  static uint64_t Load8(const char* p) {
    uint64_t bytes;
    std::memcpy(&bytes, p, 8);
    return bytes;
  }
  static uint64_t Load4(const char* p) {
    uint32_t bytes;
    std::memcpy(&bytes, p, 4);
    return bytes;
  }
};

inline uint32_t HashName(absl::string_view name) { return NameKey(name).hash; }

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
  ABSL_ATTRIBUTE_ALWAYS_INLINE uint32_t Find(absl::string_view name) const {
    return Find(NameKey(name), name);
  }

  // Returns the number of `name`, and gives it one first if it has none.
  uint32_t Intern(absl::string_view name) {
    const NameKey key(name);
    const uint32_t known = Find(key, name);
    if (known != kNone) return known;
    const uint32_t id = pool_.Take(names_);
    names_.Mutable(id) = std::string(name);
    index_.Insert(Slot{id, key});
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
  struct Slot {
    uint32_t id = kNone;
    NameKey key = NameKey("");

    uint32_t hash() const { return key.hash; }
  };

  ABSL_ATTRIBUTE_ALWAYS_INLINE uint32_t Find(const NameKey& key,
                                             absl::string_view name) const {
    const Slot* slot = index_.Find(key.hash, [&](const Slot& s) {
      return s.key.Like(key) &&
             (key.size <= NameKey::kWhole || names_[s.id] == name);
    });
    return slot == nullptr ? kNone : slot->id;
  }

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
