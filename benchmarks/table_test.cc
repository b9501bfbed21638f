#include "benchmarks/table.h"

#include <vector>

#include "gtest/gtest.h"

namespace gatehouse::bench {
namespace {

TEST(TableTest, BoundsSayWhetherTheyAreMet) {
  const struct {
    Row row;
    bool met;
    const char* target;
  } kCases[] = {
      {AtMost(MakeRow("a", 1, "s"), 1), true, "<= 1 s"},
      {AtMost(MakeRow("a", 1.1, "s"), 1), false, "<= 1 s"},
      {AtLeast(MakeRow("a", 0.9, "times"), 0.9), true, ">= 0.9 times"},
      {AtLeast(MakeRow("a", 0.8, "times"), 0.9), false, ">= 0.9 times"},
      {AtMostTimesFloor(MakeRow("a", 30, "ns"), 10, 3), true, "<= 3x floor"},
      {AtMostTimesFloor(MakeRow("a", 31, "ns"), 10, 3), false, "<= 3x floor"},
      {AtLeastTimesFloor(MakeRow("a", 30, "ns"), 10, 3), true, ">= 3x floor"},
      {AtLeastTimesFloor(MakeRow("a", 29, "ns"), 10, 3), false, ">= 3x floor"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(c.row.met, c.met) << c.target << " " << c.row.measured;
    EXPECT_EQ(c.row.target, c.target);
  }
}

TEST(TableTest, Prints) {
  const std::vector<Row> rows = {
      AtMostTimesFloor(MakeRow("decide", 123.4, "ns"), 41.26, 2),
      MakeRow("size", 0.5, "MB"),
  };
  EXPECT_EQ(ToTable(rows),
            "what          measured  floor    to reach     met\n"
            "rbac: decide  123 ns    41.3 ns  <= 2x floor  NO\n"
            "rbac: size    0.5 MB\n");
  EXPECT_EQ(ToJson(rows),
            "[\n"
            "  {\"area\": \"rbac\", \"what\": \"decide\", "
            "\"measured\": 123.4, \"unit\": \"ns\", \"floor\": 41.26, "
            "\"target\": \"<= 2x floor\", \"met\": false},\n"
            "  {\"area\": \"rbac\", \"what\": \"size\", "
            "\"measured\": 0.5, \"unit\": \"MB\", \"floor\": null, "
            "\"target\": \"\", \"met\": true}\n"
            "]\n");
}

}  // namespace
}  // namespace gatehouse::bench
