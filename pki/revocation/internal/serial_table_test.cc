#include "pki/revocation/internal/serial_table.h"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace gatehouse::pki::internal {
namespace {

std::string Hex(absl::string_view digits) {
  return absl::HexStringToBytes(digits);
}

struct SerialCase {
  const char* serial;  // In the table, in hexadecimal.
  const char* other;   // Not in the table, though near.
};

constexpr SerialCase kSerials[] = {
    {"00", "01"},
    {"01", "0100"},
    {"7f", "ff"},
    {"0080", "80"},  // 128 and -128.
    {"80", "0080"},
    {"ff", "00ff"},  // -1 and 255.
    {"00ff", "ff"},
    {"0100", "01"},
    // 16 octets, with and without a sign octet; and one that only has 15.
    {"7fffffffffffffffffffffffffffffff", "00ffffffffffffffffffffffffffffffff"},
    {"00ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff"},
    {"010000000000000000000000000000", "01000000000000000000000000000000"},
    // 17 octets: the least that does not fit in 128 bits.
    {"0100000000000000000000000000000000", "01000000000000000000000000000000"},
    {"0100000000000000000000000000000000", "00"},
    // 20 octets, the RFC's most; 21 with the sign.
    {"7fffffffffffffffffffffffffffffffffffffff",
     "7ffffffffffffffffffffffffffffffffffffffe"},
    {"00ffffffffffffffffffffffffffffffffffffffff",
     "ffffffffffffffffffffffffffffffffffffffff"},
    // Longer than allowed: kept all the same.
    {"7fffffffffffffffffffffffffffffffffffffffff",
     "7fffffffffffffffffffffffffffffffffffffff"},
    {"010203040506070809101112131415161718192021222324252627282930",
     "010203040506070809101112131415161718192021222324252627282931"},
    // The same low octets, another length.
    {"1112131415161718191a1b1c1d1e1f2021", "12131415161718191a1b1c1d1e1f2021"},
};

TEST(SerialTable, FindsASerialAndNoOther) {
  for (const SerialCase& c : kSerials) {
    SerialTable table;
    table.Add(Hex(c.serial), {1234567890, CrlReason::kKeyCompromise});
    table.Build();
    const auto found = table.Find(Hex(c.serial));
    ASSERT_TRUE(found.has_value()) << c.serial;
    EXPECT_EQ(found->revoked_at, 1234567890) << c.serial;
    EXPECT_EQ(found->reason, CrlReason::kKeyCompromise) << c.serial;
    EXPECT_FALSE(table.Find(Hex(c.other)).has_value()) << c.other;
    EXPECT_FALSE(table.Find("").has_value());
    EXPECT_EQ(table.size(), 1u) << c.serial;
  }
}

TEST(SerialTable, EmptyFindsNothing) {
  SerialTable table;
  table.Build();
  for (const SerialCase& c : kSerials) {
    EXPECT_FALSE(table.Find(Hex(c.serial)).has_value()) << c.serial;
  }
  EXPECT_EQ(table.size(), 0u);
}

struct DateCase {
  const char* what;
  int64_t seconds;
};

constexpr DateCase kDates[] = {
    {"1950, the first of a UTCTime", -631152000},
    {"a second before that", -631152001},
    {"year 0", -62167219200},
    {"1970", 0},
    {"2026", 1784800000},
    {"2050", 2524608000},
    {"4127, the last that is packed", -631152000 + (int64_t{1} << 36) - 2},
    {"the second after", -631152000 + (int64_t{1} << 36) - 1},
    {"9999, the last of a GeneralizedTime", 253402300799},
};

TEST(SerialTable, KeepsDatesAndReasonsExactly) {
  for (const DateCase& c : kDates) {
    for (int reason = 0; reason <= 10; ++reason) {
      if (reason == 7) continue;
      SerialTable table;
      table.Add(Hex("1234"), {c.seconds, static_cast<CrlReason>(reason)});
      table.Build();
      const auto found = table.Find(Hex("1234"));
      ASSERT_TRUE(found.has_value()) << c.what;
      EXPECT_EQ(found->revoked_at, c.seconds) << c.what;
      EXPECT_EQ(static_cast<int>(found->reason), reason) << c.what;
    }
  }
}

struct TwiceCase {
  CrlReason first, second, kept;
};

TEST(SerialTable, TwiceKeepsTheFirstThatRevokes) {
  const TwiceCase kCases[] = {
      {CrlReason::kSuperseded, CrlReason::kKeyCompromise,
       CrlReason::kSuperseded},
      {CrlReason::kRemoveFromCrl, CrlReason::kKeyCompromise,
       CrlReason::kKeyCompromise},
      {CrlReason::kKeyCompromise, CrlReason::kRemoveFromCrl,
       CrlReason::kKeyCompromise},
      {CrlReason::kRemoveFromCrl, CrlReason::kRemoveFromCrl,
       CrlReason::kRemoveFromCrl},
  };
  for (const TwiceCase& c : kCases) {
    for (const char* serial :
         {"05", "00ffffffffffffffffffffffffffffffffff", "ff"}) {
      SerialTable table;
      table.Add(Hex(serial), {1, c.first});
      table.Add(Hex("06"), {2, CrlReason::kUnspecified});
      table.Add(Hex(serial), {3, c.second});
      table.Build();
      ASSERT_TRUE(table.Find(Hex(serial)).has_value());
      EXPECT_EQ(table.Find(Hex(serial))->reason, c.kept) << serial;
      EXPECT_EQ(table.size(), 2u);
    }
  }
}

// The law: the table answers as a std::map does.
TEST(SerialTable, IsAMap) {
  std::mt19937_64 random(20260723);
  for (int round = 0; round < 300; ++round) {
    // Few octets make many collisions and repetitions; many make none.
    const size_t max_octets = 1 + random() % 24;
    const size_t count = random() % (round % 50 == 0 ? 20000 : 200);
    const auto make = [&] {
      std::string serial(1 + random() % max_octets, '\0');
      for (char& c : serial) c = static_cast<char>(random());
      while (serial.size() > 1 &&
             ((serial[0] == 0 && (serial[1] & 0x80) == 0) ||
              (serial[0] == -1 && (serial[1] & 0x80) != 0))) {
        serial.erase(0, 1);
      }
      return serial;
    };
    SerialTable table;
    std::map<std::string, int64_t> naive;
    for (size_t i = 0; i < count; ++i) {
      const std::string serial = make();
      const auto seconds = static_cast<int64_t>(i);
      table.Add(serial, {seconds, CrlReason::kUnspecified});
      naive.emplace(serial, seconds);
    }
    table.Build();
    ASSERT_EQ(table.size(), naive.size());
    for (const auto& [serial, seconds] : naive) {
      const auto found = table.Find(serial);
      ASSERT_TRUE(found.has_value()) << absl::BytesToHexString(serial);
      ASSERT_EQ(found->revoked_at, seconds);
    }
    for (int i = 0; i < 1000; ++i) {
      const std::string serial = make();
      ASSERT_EQ(table.Find(serial).has_value(), naive.count(serial) != 0)
          << absl::BytesToHexString(serial);
    }
  }
}

struct MemoryCase {
  size_t count;
  size_t octets;
  double most;  // Bytes for a serial.
};

TEST(SerialTable, IsSmall) {
  const MemoryCase kCases[] = {
      {100000, 16, 24}, {100000, 8, 24}, {100000, 20, 28.5}};
  for (const MemoryCase& c : kCases) {
    std::mt19937_64 random(1);
    SerialTable table;
    for (size_t i = 0; i < c.count; ++i) {
      std::string serial(c.octets, '\0');
      for (char& octet : serial) octet = static_cast<char>(random());
      serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);
      table.Add(serial, {1784800000, CrlReason::kKeyCompromise});
    }
    table.Build();
    EXPECT_LE(static_cast<double>(table.MemoryBytes()),
              c.most * static_cast<double>(table.size()));
  }
}

}  // namespace
}  // namespace gatehouse::pki::internal
