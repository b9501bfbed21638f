// Serial numbers in little memory.
#ifndef GATEHOUSE_PKI_REVOCATION_INTERNAL_SERIAL_TABLE_H_
#define GATEHOUSE_PKI_REVOCATION_INTERNAL_SERIAL_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "pki/revocation/crl.h"

namespace gatehouse::pki::internal {

// SerialEntry is what is known of one revoked serial number.
struct SerialEntry {
  int64_t revoked_at = 0;  // Seconds since 1970.
  CrlReason reason = CrlReason::kUnspecified;
};

// PackedTable holds serials of one width (16 or 20 octets), each with its
// entry in five octets more.
//
// They stand without gaps in the order of their hashes. Beside them are where
// each run of about four of them begins, and of each one octet of its hash: so
// a search reads a run's bounds, compares its octets at once, and touches a
// serial only if it is most likely the right one. Two octets a serial, and no
// chain or probe that could grow long.
template <size_t kWidth>
class PackedTable {
 public:
  // Adds to what Build will index. `key` has kWidth octets.
  void Add(const uint8_t* key, uint64_t packed_entry);
  void Build();

  // Returns the packed entry, or kAbsent.
  static constexpr uint64_t kAbsent = (uint64_t{1} << 40) - 1;
  uint64_t Find(const uint8_t* key) const;

  size_t size() const {
    return prints_.size() - std::min(prints_.size(), kPad);
  }
  size_t MemoryBytes() const {
    return slots_.capacity() + prints_.capacity() +
           starts_.capacity() * sizeof(uint32_t);
  }

 private:
  struct Sorted {
    uint64_t hash;
    size_t index;
  };
  static constexpr size_t kSlot = kWidth + 5;
  static constexpr size_t kPad = 8;  // So that eight octets can be read.

  size_t RunOf(uint64_t hash) const;
  std::vector<Sorted> SortByHash() const;
  // Deals with a serial that is among the last in `*placed` already, all with
  // the same hash; false if it is not.
  static bool Merge(size_t same_hash, const uint8_t* slot,
                    std::vector<uint8_t>* placed);

  std::vector<uint8_t> slots_;
  std::vector<uint8_t> prints_;   // One octet of each hash.
  std::vector<uint32_t> starts_;  // Of each run, and the end.
};

// SerialTable maps serial numbers to entries, exactly: no two serials are ever
// taken for one. Filled once, then immutable; any thread may ask it then.
class SerialTable {
 public:
  // Adds an entry. `serial` is in shortest two's complement, as
  // Certificate::serial(). For one that is there already, the first entry
  // stays, except that one which revokes replaces a removeFromCRL.
  void Add(absl::string_view serial, const SerialEntry& entry);
  // Ends the filling; to be called once.
  void Build();

  absl::optional<SerialEntry> Find(absl::string_view serial) const;

  size_t size() const;
  size_t MemoryBytes() const;

 private:
  uint64_t FindPacked(absl::string_view magnitude) const;

  PackedTable<16> narrow_;  // Up to 16 octets: 128 bits.
  PackedTable<20> wide_;    // Up to 20 octets, the RFC's most.
  // What fits neither: negative, longer, or with a date out of range.
  absl::flat_hash_map<std::string, SerialEntry> odd_;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_REVOCATION_INTERNAL_SERIAL_TABLE_H_
