#include "conformance/runner.h"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "conformance/areas.h"
#include "conformance/report.h"

namespace gatehouse::conformance {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFailuresShown = 20;
constexpr absl::string_view kReadme = "README.md";

// Unit is what is run and reported as one: a file, or a directory that an area
// reads as a whole.
struct Unit {
  std::string path;  // Below the directory of cases.
  const Area* area = nullptr;
  // Of a directory, what in it no area reads.
  std::vector<std::string> unknown_files;
};

constexpr absl::string_view kFilesOfADirectory[] = {
    "rbac.yaml", "requests.jsonl.gz", "decisions.txt.gz"};

absl::Status UsageError(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, what);
}

// Lists everything in the directory that is no directory, sorted.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& root) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(
      root, fs::directory_options::follow_directory_symlink, error);
  for (; !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    if (entry->is_directory(error)) continue;
    error.clear();
    files.push_back(entry->path().lexically_relative(root).generic_string());
  }
  if (error) {
    return UsageError(
        absl::StrCat(root, ": cannot be listed: ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Adds a file that belongs to a directory which is run as a whole.
void AddToDirectory(const std::string& file, const Area* area,
                    std::vector<Unit>* units) {
  const size_t name_end = file.find('/', area->path.size() + 1);
  if (name_end == std::string::npos) {
    units->push_back({file, nullptr, {}});
    return;
  }
  const std::string path = file.substr(0, name_end);
  if (units->empty() || units->back().path != path) {
    units->push_back({path, area, {}});
  }
  const std::string name = file.substr(name_end + 1);
  for (absl::string_view known : kFilesOfADirectory) {
    if (name == known) return;
  }
  units->back().unknown_files.push_back(name);
}

std::vector<Unit> UnitsOf(const std::vector<std::string>& files) {
  std::vector<Unit> units;
  for (const std::string& file : files) {
    if (file == kReadme) continue;
    const Area* area = FindArea(file);
    if (area != nullptr && area->directories) {
      AddToDirectory(file, area, &units);
    } else {
      units.push_back({file, area, {}});
    }
  }
  return units;
}

// Returns true if the unit is what `name` names; see RunOptions::only.
bool Named(const Unit& unit, absl::string_view name) {
  const absl::string_view path = unit.path;
  const fs::path as_path(unit.path);
  const std::string file = as_path.filename().generic_string();
  const std::string stem = as_path.stem().generic_string();
  const absl::string_view without_ending =
      path.substr(0, path.size() - (file.size() - stem.size()));
  return name == path || name == without_ending || name == file ||
         name == stem || absl::StartsWith(path, absl::StrCat(name, "/"));
}

absl::StatusOr<std::vector<Unit>> Select(std::vector<Unit> units,
                                         const std::vector<std::string>& only) {
  if (only.empty()) return units;
  std::set<size_t> chosen;
  for (const std::string& name : only) {
    bool found = false;
    for (size_t i = 0; i < units.size(); ++i) {
      if (!Named(units[i], name)) continue;
      found = true;
      chosen.insert(i);
    }
    if (!found) {
      return UsageError(
          absl::StrCat("--only: nothing here is called \"", name, "\""));
    }
  }
  std::vector<Unit> selected;
  for (size_t i : chosen) selected.push_back(std::move(units[i]));
  return selected;
}

void RunUnit(const std::string& root, const Unit& unit, FileReport* report) {
  const std::string path = absl::StrCat(root, "/", unit.path);
  for (const std::string& file : unit.unknown_files) {
    report->AddProblem(absl::StrCat(file, ": nothing here reads this file"));
  }
  if (unit.area == nullptr) {
    report->AddProblem("nothing here runs this file");
  } else if (unit.area->run_case != nullptr) {
    RunCaseFile(path, *unit.area, report);
  } else {
    unit.area->run_path(path, report);
  }
}

}  // namespace

absl::StatusOr<RunOptions> ParseOptions(absl::Span<const char* const> arguments,
                                        absl::string_view working_directory) {
  RunOptions options;
  std::string only;
  bool has_only = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view argument = arguments[i];
    const absl::string_view flag = argument.substr(0, argument.find('='));
    if (flag != "--vectors" && flag != "--only") {
      return UsageError(absl::StrCat("unknown argument ", argument));
    }
    if (flag != argument) {
      argument.remove_prefix(flag.size() + 1);
    } else if (++i < arguments.size()) {
      argument = arguments[i];
    } else {
      return UsageError(absl::StrCat(flag, " wants a value"));
    }
    has_only |= flag == "--only";
    (flag == "--only" ? only : options.vectors) = std::string(argument);
  }
  if (options.vectors.empty())
    return UsageError("--vectors=DIRECTORY is missing");
  if (has_only) options.only = absl::StrSplit(only, ',');
  for (const std::string& name : options.only) {
    if (name.empty()) return UsageError("--only has an empty name in it");
  }
  const fs::path directory =
      fs::path(std::string(working_directory)) / fs::path(options.vectors);
  options.vectors = directory.lexically_normal().generic_string();
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    return UsageError(absl::StrCat(options.vectors, ": no such directory"));
  }
  return options;
}

ExitStatus Run(const RunOptions& options, std::ostream& out,
               std::ostream& err) {
  const auto files = ListFiles(options.vectors);
  if (!files.ok()) {
    err << files.status().message() << "\n";
    return ExitStatus::kUsage;
  }
  const auto units = Select(UnitsOf(*files), options.only);
  if (!units.ok()) {
    err << units.status().message() << "\n";
    return ExitStatus::kUsage;
  }
  size_t cases = 0;
  size_t passed = 0;
  size_t failed = 0;
  size_t needs_cel = 0;
  for (const Unit& unit : *units) {
    FileReport report(unit.path);
    RunUnit(options.vectors, unit, &report);
    report.Print(out, kMaxFailuresShown);
    out.flush();
    cases += report.cases();
    passed += report.passed();
    failed += report.failed();
    needs_cel += report.needs_cel();
  }
  if (cases == 0) {
    out << "FAILED: there are no cases in " << options.vectors << "\n";
    failed = std::max<size_t>(failed, 1);
  }
  out << "total: " << cases << (cases == 1 ? " case, " : " cases, ") << passed
      << " passed, " << failed << " failed" << NeedsCelText(needs_cel) << "\n";
  return failed == 0 ? ExitStatus::kPassed : ExitStatus::kFailed;
}

}  // namespace gatehouse::conformance
