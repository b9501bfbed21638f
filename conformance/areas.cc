#include "conformance/areas.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "conformance/files.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using objects::Node;
using objects::NodeKind;

constexpr Area kAreas[] = {
    {"authz/aggregation.json", RunAggregation},
    {"authz/compact_rules.json", RunCompactRules},
    {"authz/conditions.json", RunConditions},
    {"authz/covers.json", RunCovers},
    {"authz/default_policy.yaml", nullptr, RunDefaultPolicy},
    {"authz/escalation.json", RunEscalation},
    {"authz/nonresource.json", RunNonResource},
    {"authz/rbac_authorize.json", RunRbacAuthorize},
    {"authz/reconcile.json", RunReconcile},
    {"authz/rule_match.json", RunRuleMatch},
    {"authz/rules_for.json", RunRulesFor},
    {"authz/subject_locator.json", RunSubjectLocator},
    {"authz/union.json", RunUnion},
    {"authz/validation.json", RunValidation},
    {"rbac_decisions", nullptr, RunRbacDecisions, true},
};

// The keys of a file and of a case. What is not compared informs people.
constexpr absl::string_view kFileKeys[] = {"_schema", "cases"};
constexpr absl::string_view kCaseKeys[] = {"name", "input", "expect", "derived",
                                           "note"};

template <size_t n>
void RefuseUnknownKeys(const Node& node, const absl::string_view (&known)[n],
                       std::vector<std::string>* problems) {
  for (const objects::MapEntry& entry : node.entries()) {
    bool found = false;
    for (absl::string_view key : known) found |= entry.key.text() == key;
    if (!found) {
      problems->push_back(
          absl::StrCat(entry.key.text(), ": this key is not known"));
    }
  }
}

void RunCase(const Node& node, size_t index, CaseFunction run,
             FileReport* report) {
  const Node* name = node.Find("name");
  const std::string shown = name != nullptr && name->is(NodeKind::kString)
                                ? std::string(name->text())
                                : absl::StrCat("case ", index);
  const Node* input = node.Find("input");
  const Node* expect = node.Find("expect");
  if (input == nullptr || expect == nullptr) {
    report->AddCase(shown, {{"", "", "want input and expect"}});
    return;
  }
  std::vector<Mismatch> mismatches = RunCheck(run, input, expect);
  std::vector<std::string> problems;
  RefuseUnknownKeys(node, kCaseKeys, &problems);
  for (std::string& problem : problems) {
    mismatches.push_back({"", "", std::move(problem)});
  }
  report->AddCase(shown, std::move(mismatches));
}

}  // namespace

const Area* FindArea(absl::string_view path) {
  for (const Area& area : kAreas) {
    if (area.path == path) return &area;
    if (area.directories && absl::StartsWith(path, area.path) &&
        absl::StartsWith(path.substr(area.path.size()), "/")) {
      return &area;
    }
  }
  return nullptr;
}

void RunCaseFile(const std::string& path, CaseFunction run,
                 FileReport* report) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok())
    return report->AddProblem(std::string(text.status().message()));
  const absl::StatusOr<objects::Document> document =
      objects::ParseJson(*text, path);
  if (!document.ok()) {
    return report->AddProblem(std::string(document.status().message()));
  }
  std::vector<std::string> problems;
  RefuseUnknownKeys(document->root(), kFileKeys, &problems);
  for (const std::string& problem : problems) report->AddProblem(problem);
  const Node* cases = document->root().Find("cases");
  if (cases == nullptr || cases->items().empty()) {
    return report->AddProblem("there are no cases in it");
  }
  size_t index = 0;
  for (const Node& node : cases->items()) RunCase(node, index++, run, report);
}

}  // namespace gatehouse::conformance
