#include "conformance/report.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace gatehouse::conformance {
namespace {

// Failures beyond this many are only counted, so that a directory of millions
// of wrong decisions fits into memory.
constexpr size_t kMaxKept = 1000;

// Keeps a text of several lines inside its column.
std::string Indented(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\n", "\n              "}});
}

}  // namespace

void FileReport::AddCase(std::string name, std::vector<Mismatch> mismatches) {
  ++cases_;
  if (mismatches.empty()) return;
  ++failed_cases_;
  if (failures_.size() < kMaxKept) {
    failures_.push_back({std::move(name), std::move(mismatches)});
  }
}

void FileReport::AddCaseThatNeedsCel(std::string name,
                                     std::vector<Mismatch> mismatches) {
  if (mismatches.empty()) ++needs_cel_;
  AddCase(std::move(name), std::move(mismatches));
}

void FileReport::AddProblem(std::string what) {
  problems_.push_back(std::move(what));
}

void FileReport::Print(std::ostream& out, size_t max_failures) const {
  out << name_ << ": " << cases_ << (cases_ == 1 ? " case, " : " cases, ")
      << passed() << " passed, " << failed() << " failed"
      << NeedsCelText(needs_cel_) << "\n";
  for (const std::string& note : notes_) {
    out << "  on purpose: " << Indented(note) << "\n";
  }
  for (const std::string& problem : problems_) {
    out << "  FAILED: " << Indented(problem) << "\n";
  }
  const size_t shown = std::min(failures_.size(), max_failures);
  for (size_t i = 0; i < shown; ++i) {
    out << "  FAILED: " << failures_[i].name << "\n";
    for (const Mismatch& mismatch : failures_[i].mismatches) {
      if (mismatch.what.empty()) {
        out << "    " << Indented(mismatch.got) << "\n";
        continue;
      }
      out << "    " << mismatch.what << "\n"
          << "    expected: " << Indented(mismatch.expected) << "\n"
          << "    got:      " << Indented(mismatch.got) << "\n";
    }
  }
  if (failed_cases_ > shown) {
    out << "  and " << failed_cases_ - shown << " more\n";
  }
}

std::string NeedsCelText(size_t count) {
  return count == 0 ? "" : absl::StrCat(", needs CEL: ", count);
}

}  // namespace gatehouse::conformance
