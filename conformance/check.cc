#include "conformance/check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "objects/codec.h"

namespace gatehouse::conformance {
namespace {

absl::string_view BoolText(bool value) { return value ? "true" : "false"; }

std::string ListText(const std::vector<std::string>& texts) {
  return absl::StrCat("[", absl::StrJoin(texts, ", "), "]");
}

bool IsText(const objects::Node* node) {
  return node != nullptr && node->is(objects::NodeKind::kString);
}

}  // namespace

std::string TextOf(const google::protobuf::Message& message) {
  return objects::ToJson(message, objects::JsonStyle::kCompact);
}

Check::Check(const objects::Node* input, const objects::Node* expect,
             Problems* problems, std::vector<Mismatch>* mismatches,
             CaseContext context)
    : problems_(problems),
      mismatches_(mismatches),
      expect_node_(expect),
      context_(std::move(context)),
      input_(input, "input", problems),
      // A text says that the steps of the input have it.
      expect_(IsText(expect) ? nullptr : expect, "expect", problems) {}

Check::~Check() {
  if (!compared_) problems_->push_back("nothing that is expected was compared");
}

bool Check::Expects(absl::string_view key) const {
  return expect_node_ != nullptr && expect_node_->Find(key) != nullptr;
}

bool Check::Named(absl::string_view key) {
  expect_.Take(key);
  if (!Expects(key)) return false;
  compared_ = true;
  return true;
}

void Check::Text(absl::string_view key, absl::string_view got) {
  if (!Named(key)) return;
  if (!expect_.Has(key)) {
    Same(key, "null", absl::StrCat("\"", got, "\""));
    return;
  }
  Same(key, expect_.Text(key), got);
}

void Check::Bool(absl::string_view key, bool got) {
  if (!Named(key)) return;
  if (!expect_.Has(key)) Fail(absl::StrCat(key, ": want true or false"));
  Same(key, BoolText(expect_.Bool(key)), BoolText(got));
}

void Check::Number(absl::string_view key, int got) {
  if (!Named(key)) return;
  if (!expect_.Has(key)) Fail(absl::StrCat(key, ": want a number"));
  Same(key, absl::StrCat(expect_.Number(key)), absl::StrCat(got));
}

void Check::TextOrNull(absl::string_view key, absl::string_view got) {
  if (Named(key)) Same(key, expect_.Text(key), got);
}

void Check::Texts(absl::string_view key, const std::vector<std::string>& got) {
  if (Named(key)) Same(key, expect_.Texts(key), got);
}

void Check::TextsInAnyOrder(absl::string_view key,
                            std::vector<std::string> got) {
  if (Named(key)) SameInAnyOrder(key, expect_.Texts(key), std::move(got));
}

void Check::Numbers(absl::string_view key, const std::vector<int>& got) {
  if (!Named(key)) return;
  std::vector<std::string> expected;
  for (const objects::Node& item : expect_.List(key)) {
    if (!item.is(objects::NodeKind::kNumber)) {
      Fail(absl::StrCat(key, ": want a list of numbers"));
    }
    expected.emplace_back(item.text());
  }
  std::vector<std::string> texts;
  for (int number : got) texts.push_back(absl::StrCat(number));
  Same(key, expected, texts);
}

void Check::Contains(absl::string_view key, absl::string_view got) {
  if (!Named(key)) return;
  const std::string part = expect_.Text(key);
  if (part.empty()) Fail(absl::StrCat(key, ": want a text"));
  if (absl::StrContains(got, part)) return;
  mismatches_->push_back(
      {std::string(key), absl::StrCat("... ", part, " ..."), std::string(got)});
}

Fields Check::ExpectedObject(absl::string_view key) {
  Named(key);
  return expect_.Object(key);
}

const objects::Node* Check::Expected(absl::string_view key) {
  Named(key);
  return expect_.Take(key);
}

void Check::ComparedPerStep() {
  compared_ = IsText(expect_node_) && expect_node_->text() == "per step";
}

Fields Check::ExpectedAll() {
  // Left to the Fields that are returned to find what nobody asks for.
  compared_ = !expect_.TakeAll().empty();
  return Fields(expect_node_, "expect", problems_);
}

void Check::Same(absl::string_view what, absl::string_view expected,
                 absl::string_view got) {
  if (expected == got) return;
  mismatches_->push_back(
      {std::string(what), std::string(expected), std::string(got)});
}

void Check::Same(absl::string_view what,
                 const std::vector<std::string>& expected,
                 const std::vector<std::string>& got) {
  if (expected == got) return;
  mismatches_->push_back(
      {std::string(what), ListText(expected), ListText(got)});
}

void Check::SameInAnyOrder(absl::string_view what,
                           std::vector<std::string> expected,
                           std::vector<std::string> got) {
  std::sort(expected.begin(), expected.end());
  std::sort(got.begin(), got.end());
  Same(what, expected, got);
}

void Check::NeedsCel(const absl::Status& refused) {
  input_.TakeAll();
  expect_.TakeAll();
  compared_ = true;
  if (context_.needs_cel != nullptr) *context_.needs_cel = true;
  Same("refused", ReasonName(Reason::kUnsupported),
       ReasonName(ReasonOf(refused)));
}

void Check::Fail(std::string what) { problems_->push_back(std::move(what)); }

std::vector<Mismatch> RunCheck(void (*area)(Check&), const objects::Node* input,
                               const objects::Node* expect,
                               CaseContext context) {
  Problems problems;
  std::vector<Mismatch> mismatches;
  {
    Check check(input, expect, &problems, &mismatches, std::move(context));
    area(check);
  }
  for (std::string& problem : problems) {
    mismatches.push_back({"", "", std::move(problem)});
  }
  return mismatches;
}

}  // namespace gatehouse::conformance
