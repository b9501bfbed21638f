// The law: rows that are read can be written, every field in quotes, and read
// back the same; a file of them knows each token as its last row says; an error
// has a reason and a place.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "authn/token/token_file.h"
#include "base/csv_reader.h"
#include "base/errors.h"

namespace {

namespace authn = gatehouse::authn;

using Rows = std::vector<std::vector<std::string>>;

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

// Returns whether all could be read.
bool Read(absl::string_view text, Rows* rows) {
  gatehouse::CsvReader reader(text, "fuzz");
  std::vector<absl::string_view> row;
  for (;;) {
    const auto more = reader.Next(&row);
    if (!more.ok()) {
      Check(gatehouse::ReasonOf(more.status()) == gatehouse::Reason::kMalformed,
            "refused without a reason");
      Check(absl::StartsWith(more.status().message(), "fuzz:"),
            "refused without a place");
      return false;
    }
    if (!*more) return true;
    Check(!row.empty(), "a row without a field");
    rows->emplace_back(row.begin(), row.end());
  }
}

std::string Write(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) {
    const char* separator = "";
    for (const std::string& field : row) {
      absl::StrAppend(&text, separator, "\"",
                      absl::StrReplaceAll(field, {{"\"", "\"\""}}), "\"");
      separator = ",";
    }
    text += "\n";
  }
  return text;
}

void CheckFile(absl::string_view text, const Rows& rows) {
  bool wide = true;
  std::map<std::string, const std::vector<std::string>*> last;
  for (const auto& row : rows) {
    wide = wide && row.size() >= 3;
    if (!row[0].empty()) last[row[0]] = &row;
  }
  const auto file = authn::TokenFile::Parse(text, "fuzz");
  Check(file.ok() == wide, "not what the rows say");
  if (!file.ok()) return;
  Check(file->size() == last.size(), "another number of tokens");
  Check(file->Find("") == nullptr, "somebody has the empty token");
  for (const auto& [token, row] : last) {
    const auto found = file->Find(token);
    Check(found != nullptr && found->user.name == (*row)[1] &&
              found->user.uid == (*row)[2],
          "another user");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  Rows rows;
  if (!Read(text, &rows)) {
    Check(!authn::TokenFile::Parse(text, "fuzz").ok(), "accepted all the same");
    return 0;
  }
  CheckFile(text, rows);
  const std::string written = Write(rows);
  // CRLF in quotes becomes LF, so that there is no way to write it.
  if (absl::StrContains(written, "\r\n")) return 0;
  Rows again;
  Check(Read(written, &again) && again == rows, "other rows read back");
  return 0;
}
