// How names become bits and hashes; shared by compiling and matching.
#ifndef GATEHOUSE_RBAC_INTERNAL_BITS_H_
#define GATEHOUSE_RBAC_INTERNAL_BITS_H_

#include <cstddef>
#include <cstdint>

namespace gatehouse::rbac::internal {

// Verbs are sets of bits. Numbers 1..62 are bits 0..61 of page 0, the next 62
// those of page 1, and so on; nearly every policy has page 0 alone.
inline constexpr uint32_t kVerbsPerPage = 62;
inline constexpr uint64_t kOtherPages = uint64_t{1} << 62;  // In a Filter only.
inline constexpr uint64_t kAnyVerb = uint64_t{1} << 63;

inline constexpr uint64_t kAnyResourceBit = uint64_t{1} << 63;

inline uint64_t ResourceBit(uint32_t resource) {
  return uint64_t{1} << (resource % 63);
}

inline uint32_t PageOf(uint32_t verb) { return (verb - 1) / kVerbsPerPage; }
inline uint64_t BitOf(uint32_t verb) {
  return uint64_t{1} << ((verb - 1) % kVerbsPerPage);
}

inline uint64_t FilterBits(uint32_t page, uint64_t verbs) {
  return page == 0 ? verbs : kOtherPages;
}

inline size_t HashAtom(uint32_t group, uint32_t resource, uint32_t page) {
  const uint64_t key = (uint64_t{group} << 32 | resource) + page * 0x9e3779b9u;
  const uint64_t mixed = key * 0x9e3779b97f4a7c15u;
  return mixed ^ (mixed >> 32);
}

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_BITS_H_
