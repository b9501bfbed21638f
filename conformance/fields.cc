#include "conformance/fields.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "objects/codec.h"

namespace gatehouse::conformance {

using objects::MapEntry;
using objects::Node;
using objects::NodeKind;

Fields::Fields(const Node* node, std::string path, Problems* problems)
    : node_(node), path_(std::move(path)), problems_(problems) {
  if (node_ == nullptr || node_->is(NodeKind::kMap)) return;
  problems_->push_back(absl::StrCat(path_, ": want an object"));
  node_ = nullptr;
}

Fields::~Fields() {
  if (node_ == nullptr) return;
  for (const MapEntry& entry : node_->entries()) {
    const std::string key(entry.key.text());
    if (!taken_.contains(key)) Problem(key, "this key is not known");
  }
}

bool Fields::Has(absl::string_view key) const {
  const Node* value = node_ == nullptr ? nullptr : node_->Find(key);
  return value != nullptr && !value->is(NodeKind::kNull);
}

bool Fields::Names(absl::string_view key) const {
  return node_ != nullptr && node_->Find(key) != nullptr;
}

std::string Fields::Text(absl::string_view key) {
  return OptionalText(key).value_or("");
}

absl::optional<std::string> Fields::OptionalText(absl::string_view key) {
  const Node* value = TakeKind(key, NodeKind::kString, "a string");
  if (value == nullptr) return absl::nullopt;
  return std::string(value->text());
}

bool Fields::Bool(absl::string_view key, bool default_value) {
  const Node* value = TakeKind(key, NodeKind::kBool, "true or false");
  return value == nullptr ? default_value : value->text() == "true";
}

int Fields::Number(absl::string_view key) {
  const Node* value = TakeKind(key, NodeKind::kNumber, "a number");
  int number = 0;
  if (value != nullptr && !absl::SimpleAtoi(value->text(), &number)) {
    Problem(key, "want a small whole number");
  }
  return number;
}

std::vector<std::string> Fields::Texts(absl::string_view key) {
  std::vector<std::string> texts;
  for (const Node& item : List(key)) {
    if (!item.is(NodeKind::kString)) Problem(key, "want a list of strings");
    texts.emplace_back(item.text());
  }
  return texts;
}

absl::Span<const Node> Fields::List(absl::string_view key) {
  const Node* value = TakeKind(key, NodeKind::kList, "a list");
  return value == nullptr ? absl::Span<const Node>() : value->items();
}

void Fields::StringMap(absl::string_view key,
                       google::protobuf::Map<std::string, std::string>* map) {
  const Node* value = TakeKind(key, NodeKind::kMap, "an object");
  if (value == nullptr) return;
  for (const MapEntry& entry : value->entries()) {
    if (!entry.value.is(NodeKind::kString)) {
      Problem(key, "want an object of strings");
    }
    (*map)[std::string(entry.key.text())] = std::string(entry.value.text());
  }
}

Fields Fields::Object(absl::string_view key) {
  return Fields(Take(key), PathOf(key), problems_);
}

const Node* Fields::Take(absl::string_view key) {
  taken_.insert(std::string(key));
  return Has(key) ? node_->Find(key) : nullptr;
}

absl::Span<const MapEntry> Fields::TakeAll() {
  if (node_ == nullptr) return {};
  for (const MapEntry& entry : node_->entries()) {
    taken_.insert(std::string(entry.key.text()));
  }
  return node_->entries();
}

std::string Fields::PathOf(absl::string_view key) const {
  return path_.empty() ? std::string(key) : absl::StrCat(path_, ".", key);
}

void Fields::Problem(absl::string_view key, absl::string_view what) {
  problems_->push_back(absl::StrCat(PathOf(key), ": ", what));
}

const Node* Fields::TakeKind(absl::string_view key, NodeKind kind,
                             absl::string_view want) {
  const Node* value = Take(key);
  if (value == nullptr || value->is(kind)) return value;
  Problem(key, absl::StrCat("want ", want));
  return nullptr;
}

void Fields::Decode(const Node& node, absl::string_view key,
                    google::protobuf::Message* message) {
  objects::DecodeOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  const absl::Status status =
      objects::DecodeMessage(node, "cases", options, nullptr, message);
  if (!status.ok()) Problem(key, status.message());
}

}  // namespace gatehouse::conformance
