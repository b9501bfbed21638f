#include "cli/internal/moments.h"

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

struct MomentRow {
  const char* text;
  const char* utc;  // Null: an error.
};

TEST(MomentsTest, Rfc3339AndNothingElse) {
  const MomentRow rows[] = {
      {"2026-11-22T18:00:00Z", "2026-11-22T18:00:00Z"},
      {"2026-11-22T18:00:00.75Z", "2026-11-22T18:00:00Z"},
      {"2026-11-22T18:00:00+02:00", "2026-11-22T16:00:00Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
      {"", nullptr},
      {"now", nullptr},
      {"infinite-future-for-ever", nullptr},
      {"infinite-future", nullptr},
      {"2026-11-22", nullptr},
      {"2026-11-22 18:00:00Z", nullptr},
      {"2026-11-22T18:00:00", nullptr},
      {" 2026-11-22T18:00:00Z", nullptr},
      {"2026-11-22T18:00:00Z ", nullptr},
      {"2026-13-22T18:00:00Z", nullptr},
      {"2026-02-30T18:00:00Z", nullptr},
      {"-026-11-22T18:00:00Z", nullptr},
      {"12026-11-22T18:00:00Z", nullptr},
      {"1795370400", nullptr},
  };
  for (const MomentRow& row : rows) {
    SCOPED_TRACE(row.text);
    const auto time = ParseMoment(row.text, "now");
    EXPECT_EQ(time.ok(), row.utc != nullptr);
    if (time.ok()) {
      EXPECT_EQ(FormatMoment(*time), row.utc);
    } else {
      EXPECT_EQ(ReasonOf(time.status()), Reason::kInvalid);
    }
  }
  EXPECT_EQ(ParseMoment("x\n", "--at").status().message(),
            "--at: want a time such as 2006-01-02T15:04:05Z (RFC 3339), got "
            "\"x\\n\"");
}

TEST(MomentsTest, Never) {
  EXPECT_EQ(FormatMoment(absl::InfiniteFuture()), "never");
  EXPECT_EQ(FormatMoment(absl::InfinitePast()), "never");
}

// What is long may be a token.
TEST(MomentsTest, LongTextsAreNotShown) {
  EXPECT_EQ(ParseMoment(std::string(41, 'e'), "--at").status().message(),
            "--at: want a time such as 2006-01-02T15:04:05Z (RFC 3339)");
}

TEST(MomentsTest, ZeroWhereItIsTaken) {
  for (const char* text : {"0", "0s", "-0s"}) {
    CLI::App app;
    absl::Duration value = absl::Hours(1);
    AddDurationOrZeroFlag(app, "--duration", &value, "Life");
    app.parse(std::vector<std::string>{text, "--duration"});
    EXPECT_EQ(value, absl::ZeroDuration()) << text;
  }
  for (const char* text : {"-1s", "inf", "", "1"}) {
    CLI::App app;
    absl::Duration value = absl::Hours(1);
    AddDurationOrZeroFlag(app, "--duration", &value, "Life");
    EXPECT_THROW(app.parse(std::vector<std::string>{text, "--duration"}),
                 CLI::ParseError)
        << text;
  }
}

struct DurationRow {
  const char* text;
  absl::Duration value;  // Zero: an error.
};

TEST(MomentsTest, Durations) {
  const DurationRow rows[] = {
      {"24h", absl::Hours(24)},      {"1h30m", absl::Minutes(90)},
      {"600s", absl::Minutes(10)},   {"0", absl::ZeroDuration()},
      {"-1h", absl::ZeroDuration()}, {"inf", absl::ZeroDuration()},
      {"1d", absl::ZeroDuration()},  {"24", absl::ZeroDuration()},
      {"", absl::ZeroDuration()},    {"1h ", absl::ZeroDuration()},
  };
  for (const DurationRow& row : rows) {
    SCOPED_TRACE(row.text);
    CLI::App app;
    absl::Duration value = absl::Hours(8760);
    AddDurationFlag(app, "--expiration", &value, "Life");
    // The parser takes the arguments from the back.
    std::vector<std::string> args = {row.text, "--expiration"};
    if (row.value == absl::ZeroDuration()) {
      EXPECT_THROW(app.parse(args), CLI::ParseError);
      EXPECT_EQ(value, absl::Hours(8760));
    } else {
      app.parse(args);
      EXPECT_EQ(value, row.value);
    }
  }
}

TEST(MomentsTest, FlagsThatAreNotGivenChangeNothing) {
  CLI::App app;
  absl::Duration duration = absl::Hours(2) + absl::Seconds(1);
  absl::optional<absl::Time> at;
  AddDurationFlag(app, "--expiration", &duration, "Life");
  AddMomentFlag(app, "--at", &at, "Moment");
  EXPECT_NE(app.help().find("2h0m1s"), std::string::npos) << app.help();
  app.parse(std::vector<std::string>());
  EXPECT_EQ(duration, absl::Hours(2) + absl::Seconds(1));
  EXPECT_FALSE(at.has_value());
  app.parse(std::vector<std::string>{"2026-11-22T18:00:00Z", "--at"});
  ASSERT_TRUE(at.has_value());
  EXPECT_EQ(FormatMoment(*at), "2026-11-22T18:00:00Z");
}

}  // namespace
}  // namespace gatehouse::cli
