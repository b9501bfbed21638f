// Text tables as kubectl prints them.
#ifndef GATEHOUSE_CLI_INTERNAL_TABLE_H_
#define GATEHOUSE_CLI_INTERNAL_TABLE_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gatehouse::cli {

// Table lays out rows in columns as kubectl's tables are: a column is as wide
// as its widest cell and three spaces, six at least; the last cell of a row is
// not padded. Widths count characters, not bytes. For one thread.
class Table {
 public:
  // All rows should have the same number of cells.
  void AddRow(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }

  // Writes the rows, a line each, with `indent` before them.
  void Print(std::ostream& out, absl::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Returns a list as Go prints one: "[a b]". kubectl's tables have them so.
std::string GoList(const std::vector<std::string>& items);

// Returns `text` with control characters made visible (\n, \x1b), so that a
// name in a manifest can neither break a table nor steer a terminal.
std::string Printable(absl::string_view text);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_TABLE_H_
