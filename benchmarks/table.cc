#include "benchmarks/table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace gatehouse::bench {
namespace {

std::string Pad(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// Three significant digits, without exponents.
std::string Number(double value) {
  const double size = value < 0 ? -value : value;
  const double unit = size >= 100 ? 1 : size >= 10 ? 10 : 100;
  return absl::StrCat(static_cast<double>(static_cast<int64_t>(
                          value * unit + (value < 0 ? -0.5 : 0.5))) /
                      unit);
}

std::string Quoted(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

}  // namespace

Row MakeRow(std::string what, double measured, std::string unit) {
  Row row;
  row.what = std::move(what);
  row.measured = measured;
  row.unit = std::move(unit);
  return row;
}

Row AtMost(Row row, double bound) {
  row.target = absl::StrCat("<= ", bound, " ", row.unit);
  row.met = row.measured <= bound;
  return row;
}

Row AtLeast(Row row, double bound) {
  row.target = absl::StrCat(">= ", bound, " ", row.unit);
  row.met = row.measured >= bound;
  return row;
}

Row AtMostTimesFloor(Row row, double floor, double factor) {
  row.floor = floor;
  row.target = absl::StrCat("<= ", factor, "x floor");
  row.met = row.measured <= factor * floor;
  return row;
}

Row AtLeastTimesFloor(Row row, double floor, double factor) {
  row.floor = floor;
  row.target = absl::StrCat(">= ", factor, "x floor");
  row.met = row.measured >= factor * floor;
  return row;
}

std::string ToTable(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells = {
      {"what", "measured", "floor", "to reach", "met"}};
  for (const Row& row : rows) {
    cells.push_back(
        {absl::StrCat(row.area, ": ", row.what),
         absl::StrCat(Number(row.measured), " ", row.unit),
         row.floor.has_value() ? absl::StrCat(Number(*row.floor), " ", row.unit)
                               : "",
         row.target, row.target.empty() ? "" : (row.met ? "yes" : "NO")});
  }
  std::vector<size_t> widths(cells[0].size());
  for (const auto& line : cells) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], line[i].size());
    }
  }
  std::string out;
  for (const auto& line : cells) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      absl::StrAppend(&text, Pad(line[i], widths[i] + 2));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    absl::StrAppend(&out, text, "\n");
  }
  return out;
}

std::string ToJson(const std::vector<Row>& rows) {
  std::string out = "[";
  for (const Row& row : rows) {
    absl::StrAppend(
        &out, out.size() > 1 ? "," : "", "\n  {\"area\": ", Quoted(row.area),
        ", \"what\": ", Quoted(row.what), ", \"measured\": ", row.measured,
        ", \"unit\": ", Quoted(row.unit), ", \"floor\": ",
        row.floor.has_value() ? absl::StrCat(*row.floor) : "null",
        ", \"target\": ", Quoted(row.target),
        ", \"met\": ", row.met ? "true" : "false", "}");
  }
  return absl::StrCat(out, "\n]\n");
}

}  // namespace gatehouse::bench
