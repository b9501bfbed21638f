#include "base/rfc3339.h"

#include <string>

#include "gtest/gtest.h"

namespace gatehouse {
namespace {

constexpr absl::Duration kMillisecond = absl::Milliseconds(1);

struct Case {
  const char* text;
  // Milliseconds after 2030-01-01T00:00:00Z; nothing: it is no time.
  absl::optional<int> want;
};

TEST(Rfc3339Test, ParsesWhatItIs) {
  const absl::Time start = absl::FromUnixSeconds(1893456000);
  const Case cases[] = {
      {"2030-01-01T00:00:00Z", 0},
      {"2030-01-01T00:00:01Z", 1000},
      {"2030-01-01T00:00:00.25Z", 250},
      {"2030-01-01T02:00:00+02:00", 0},
      {"2029-12-31T19:00:00-05:00", 0},
      {"", absl::nullopt},
      {"2030-01-01", absl::nullopt},
      {"2030-01-01T00:00:00", absl::nullopt},
      {"2030-01-01 00:00:00Z", absl::nullopt},
      {"2030-01-01t00:00:00Z", absl::nullopt},
      {"2030-01-01T00:00:00z", absl::nullopt},
      {" 2030-01-01T00:00:00Z", absl::nullopt},
      {"2030-01-01T00:00:00Z ", absl::nullopt},
      {"2030-01-01T00:00:00Z\n", absl::nullopt},
      {"2030-01-01T00:00:00ZZ", absl::nullopt},
      {"2030-13-01T00:00:00Z", absl::nullopt},
      {"2030-02-30T00:00:00Z", absl::nullopt},
      {"2030-01-01T24:00:01Z", absl::nullopt},
      {"+2030-01-01T00:00:00Z", absl::nullopt},
      {"12030-01-01T00:00:00Z", absl::nullopt},
      {"infinite-future", absl::nullopt},
      {"infinite-past", absl::nullopt},
      {"soon", absl::nullopt},
  };
  for (const Case& c : cases) {
    const absl::optional<absl::Time> time = ParseRfc3339(c.text);
    ASSERT_EQ(time.has_value(), c.want.has_value()) << c.text;
    if (time.has_value()) {
      EXPECT_EQ(*time, start + *c.want * kMillisecond) << c.text;
    }
  }
}

TEST(Rfc3339Test, BytesAfterANulCount) {
  EXPECT_EQ(ParseRfc3339(std::string("2030-01-01T00:00:00Z\0", 21)),
            absl::nullopt);
}

}  // namespace
}  // namespace gatehouse
