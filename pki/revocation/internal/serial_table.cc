#include "pki/revocation/internal/serial_table.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "absl/base/config.h"
#include "absl/hash/hash.h"

namespace gatehouse::pki::internal {
namespace {

constexpr size_t kNarrow = 16;
constexpr size_t kWide = 20;
constexpr size_t kEntryBytes = 5;
constexpr size_t kRun = 4;  // How many stand in a run, about.
constexpr uint64_t kAbsent = PackedTable<kNarrow>::kAbsent;

// An entry in 40 bits: 36 of seconds since 1950, 4 of reason.
constexpr int64_t kEpoch = -631152000;  // 1950, in seconds since 1970.
constexpr int64_t kMaxSeconds = int64_t{1} << 36;  // Until the year 4127.

uint64_t Pack(const SerialEntry& entry) {
  return static_cast<uint64_t>(entry.revoked_at - kEpoch) << 4 |
         static_cast<uint64_t>(entry.reason);
}

SerialEntry Unpack(uint64_t packed) {
  return {static_cast<int64_t>(packed >> 4) + kEpoch,
          static_cast<CrlReason>(packed & 15)};
}

uint64_t LoadWord(const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

uint64_t LoadEntry(const uint8_t* bytes) {
  uint32_t low;
  std::memcpy(&low, bytes, sizeof(low));
  return uint64_t{bytes[4]} << 32 | low;
}

void StoreEntry(uint64_t packed, uint8_t* bytes) {
  const auto low = static_cast<uint32_t>(packed);
  std::memcpy(bytes, &low, sizeof(low));
  bytes[4] = static_cast<uint8_t>(packed >> 32);
}

// Asks for huge pages under what was allocated and not yet written: a search
// goes to one random place in it, and would miss the TLB each time.
void AdviseHugePages(void* data, size_t size) {
#ifdef MADV_HUGEPAGE
  constexpr uintptr_t kPage = 4096;
  constexpr size_t kWorthIt = size_t{4} << 20;
  const auto begin =
      (reinterpret_cast<uintptr_t>(data) + kPage - 1) & ~(kPage - 1);
  const auto end = (reinterpret_cast<uintptr_t>(data) + size) & ~(kPage - 1);
  // It is only advice; that it is not taken is no error.
  if (size >= kWorthIt)
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

template <size_t kWidth>
uint64_t HashKey(const uint8_t* key) {
  if (kWidth == 16) return absl::HashOf(LoadWord(key), LoadWord(key + 8));
  // The last eight octets overlap with others: no harm.
  return absl::HashOf(LoadWord(key), LoadWord(key + 8),
                      LoadWord(key + kWidth - 8));
}

// Returns a word with the high bit of each octet set that equals `octet` in the
// first `count` of those at `bytes`; beyond the first such octet perhaps of
// others too.
uint64_t MatchOctets(const uint8_t* bytes, uint8_t octet, size_t count) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  uint64_t word = LoadWord(bytes);
#ifdef ABSL_IS_BIG_ENDIAN
  word = __builtin_bswap64(word);
#endif
  word ^= kOnes * octet;
  const uint64_t matches = (word - kOnes) & ~word & (kOnes << 7);
  return count >= 8 ? matches : matches & ((uint64_t{1} << (8 * count)) - 1);
}

// Returns the serial as an unsigned number of at most 20 octets: 0 to 20, or
// nothing if it is negative or longer.
absl::optional<absl::string_view> Magnitude(absl::string_view serial) {
  if (serial.empty() || (static_cast<uint8_t>(serial[0]) & 0x80) != 0) {
    return absl::nullopt;
  }
  if (serial[0] == 0) serial.remove_prefix(1);
  if (serial.size() > kWide) return absl::nullopt;
  return serial;
}

using Key = std::array<uint8_t, kWide>;

// Puts `magnitude` at the end of `width` octets of zeros.
Key PadTo(size_t width, absl::string_view magnitude) {
  Key key = {};
  std::memcpy(key.data() + width - magnitude.size(), magnitude.data(),
              magnitude.size());
  return key;
}

}  // namespace

template <size_t kWidth>
void PackedTable<kWidth>::Add(const uint8_t* key, uint64_t packed_entry) {
  slots_.insert(slots_.end(), key, key + kWidth);
  slots_.resize(slots_.size() + kEntryBytes);
  StoreEntry(packed_entry, slots_.data() + slots_.size() - kEntryBytes);
}

template <size_t kWidth>
size_t PackedTable<kWidth>::RunOf(uint64_t hash) const {
  // Keeps the order of the hashes, unlike a remainder.
  return static_cast<size_t>(
      static_cast<unsigned __int128>(hash) * (starts_.size() - 1) >> 64);
}

template <size_t kWidth>
std::vector<typename PackedTable<kWidth>::Sorted>
PackedTable<kWidth>::SortByHash() const {
  const size_t count = slots_.size() / kSlot;
  std::vector<Sorted> order;
  order.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    order.push_back({HashKey<kWidth>(&slots_[i * kSlot]), i});
  }
  std::sort(order.begin(), order.end(), [](const Sorted& a, const Sorted& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.index < b.index;
  });
  return order;
}

template <size_t kWidth>
void PackedTable<kWidth>::Build() {
  if (slots_.empty()) return;
  const std::vector<Sorted> order = SortByHash();
  std::vector<uint8_t> placed;
  placed.reserve(slots_.size());
  AdviseHugePages(placed.data(), placed.capacity());
  prints_.reserve(order.size() + kPad);
  starts_.assign(order.size() / kRun + 2, 0);
  size_t same_hash = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto& [hash, index] = order[i];
    if (i == 0 || order[i - 1].hash != hash) same_hash = 0;
    const uint8_t* slot = &slots_[index * kSlot];
    if (Merge(same_hash, slot, &placed)) continue;
    placed.insert(placed.end(), slot, slot + kSlot);
    prints_.push_back(static_cast<uint8_t>(hash));
    ++starts_[RunOf(hash) + 1];
    ++same_hash;
  }
  // From how many there are in each run to where it begins.
  for (size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  prints_.resize(prints_.size() + kPad, 0);
  slots_ = std::move(placed);
}

template <size_t kWidth>
bool PackedTable<kWidth>::Merge(size_t same_hash, const uint8_t* slot,
                                std::vector<uint8_t>* placed) {
  for (size_t i = 1; i <= same_hash; ++i) {
    uint8_t* other = placed->data() + placed->size() - i * kSlot;
    if (std::memcmp(other, slot, kWidth) != 0) continue;
    const CrlReason reason = Unpack(LoadEntry(other + kWidth)).reason;
    if (reason == CrlReason::kRemoveFromCrl) std::memcpy(other, slot, kSlot);
    return true;
  }
  return false;
}

template <size_t kWidth>
uint64_t PackedTable<kWidth>::Find(const uint8_t* key) const {
  if (slots_.empty()) return kAbsent;
  const uint64_t hash = HashKey<kWidth>(key);
  const size_t run = RunOf(hash);
  const size_t end = starts_[run + 1];
  for (size_t begin = starts_[run]; begin < end; begin += 8) {
    uint64_t matches =
        MatchOctets(&prints_[begin], static_cast<uint8_t>(hash), end - begin);
    for (; matches != 0; matches &= matches - 1) {
      const size_t place = begin + __builtin_ctzll(matches) / 8;
      const uint8_t* slot = &slots_[place * kSlot];
      if (std::memcmp(slot, key, kWidth) == 0) return LoadEntry(slot + kWidth);
    }
  }
  return kAbsent;
}

template class PackedTable<kNarrow>;
template class PackedTable<kWide>;

void SerialTable::Add(absl::string_view serial, const SerialEntry& entry) {
  const auto magnitude = Magnitude(serial);
  const int64_t seconds = entry.revoked_at - kEpoch;
  // The last second is left for kAbsent.
  if (!magnitude.has_value() || seconds < 0 || seconds >= kMaxSeconds - 1) {
    const auto [place, added] = odd_.try_emplace(serial, entry);
    if (!added && place->second.reason == CrlReason::kRemoveFromCrl) {
      place->second = entry;
    }
    return;
  }
  if (magnitude->size() <= kNarrow) {
    narrow_.Add(PadTo(kNarrow, *magnitude).data(), Pack(entry));
  } else {
    wide_.Add(PadTo(kWide, *magnitude).data(), Pack(entry));
  }
}

void SerialTable::Build() {
  narrow_.Build();
  wide_.Build();
}

uint64_t SerialTable::FindPacked(absl::string_view magnitude) const {
  if (magnitude.size() == kNarrow) {
    return narrow_.Find(reinterpret_cast<const uint8_t*>(magnitude.data()));
  }
  return magnitude.size() < kNarrow
             ? narrow_.Find(PadTo(kNarrow, magnitude).data())
             : wide_.Find(PadTo(kWide, magnitude).data());
}

absl::optional<SerialEntry> SerialTable::Find(absl::string_view serial) const {
  const auto magnitude = Magnitude(serial);
  if (magnitude.has_value()) {
    const uint64_t packed = FindPacked(*magnitude);
    if (packed != kAbsent) return Unpack(packed);
  }
  if (odd_.empty()) return absl::nullopt;
  const auto found = odd_.find(serial);
  if (found == odd_.end()) return absl::nullopt;
  return found->second;
}

size_t SerialTable::size() const {
  return narrow_.size() + wide_.size() + odd_.size();
}

size_t SerialTable::MemoryBytes() const {
  size_t bytes = narrow_.MemoryBytes() + wide_.MemoryBytes();
  bytes += odd_.capacity() * (sizeof(std::pair<std::string, SerialEntry>) + 1);
  for (const auto& [serial, entry] : odd_) {
    if (serial.size() >= sizeof(std::string) / 2) bytes += serial.capacity();
  }
  return bytes;
}

}  // namespace gatehouse::pki::internal
