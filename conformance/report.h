// What a run found: per file, and in all.
#ifndef GATEHOUSE_CONFORMANCE_REPORT_H_
#define GATEHOUSE_CONFORMANCE_REPORT_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::conformance {

// Mismatch is one thing that is other than the case says.
struct Mismatch {
  std::string what;  // Such as "decision"; "" where there is only `got`.
  std::string expected;
  std::string got;
};

// FileReport is what one file, or one directory that is read as a whole, came
// to. Every failure is kept, up to a limit; all are counted. For one thread.
class FileReport {
 public:
  explicit FileReport(std::string name) : name_(std::move(name)) {}

  // Counts a case: it passed if there are no mismatches.
  void AddCase(std::string name, std::vector<Mismatch> mismatches);

  // Counts a case whose configuration needs CEL and must be refused for now: it
  // is counted apart from those that passed if there are no mismatches.
  void AddCaseThatNeedsCel(std::string name, std::vector<Mismatch> mismatches);

  // Counts a failure that is no case: an unreadable file, an unknown one, one
  // without cases.
  void AddProblem(std::string what);

  // Has a text printed that is no failure: a case that is answered otherwise on
  // purpose, and why.
  void AddNote(std::string what) { notes_.push_back(std::move(what)); }

  const std::string& name() const { return name_; }
  size_t cases() const { return cases_; }
  size_t failed_cases() const { return failed_cases_; }
  size_t needs_cel() const { return needs_cel_; }
  size_t passed() const { return cases_ - failed_cases_ - needs_cel_; }
  // Failed cases and other failures.
  size_t failed() const { return failed_cases_ + problems_.size(); }

  // Prints `name: 65 cases, 60 passed, 0 failed, needs CEL: 5`, the last only
  // where there are some, then the notes, then each failure with its expected
  // and got; at most `max_failures` of the cases, then how many more.
  void Print(std::ostream& out, size_t max_failures) const;

 private:
  struct Failure {
    std::string name;
    std::vector<Mismatch> mismatches;
  };

  const std::string name_;
  size_t cases_ = 0;
  size_t failed_cases_ = 0;
  size_t needs_cel_ = 0;
  std::vector<Failure> failures_;
  std::vector<std::string> problems_;
  std::vector<std::string> notes_;
};

// Returns what ends the line of counts: ", needs CEL: 5"; "" for none.
std::string NeedsCelText(size_t count);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_REPORT_H_
