#include "authn/jose/claims.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "authn/jose/internal/json_text.h"
#include "authn/jose/internal/strict_json.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn {
namespace {

using internal::JsonKind;
using internal::JsonValue;

ClaimKind KindOf(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return ClaimKind::kNull;
    case JsonKind::kBool:
      return ClaimKind::kBool;
    case JsonKind::kNumber:
      return ClaimKind::kNumber;
    case JsonKind::kString:
      return ClaimKind::kString;
    case JsonKind::kList:
      return ClaimKind::kList;
    case JsonKind::kObject:
      return ClaimKind::kObject;
  }
  return ClaimKind::kAbsent;
}

void AppendJson(ClaimValue value, std::string* out) {
  switch (value.kind()) {
    case ClaimKind::kAbsent:
    case ClaimKind::kNull:
      absl::StrAppend(out, "null");
      return;
    case ClaimKind::kBool:
    case ClaimKind::kNumber:
      absl::StrAppend(out, value.text());
      return;
    case ClaimKind::kString:
      internal::AppendJsonString(value.text(), out);
      return;
    case ClaimKind::kList:
    case ClaimKind::kObject:
      break;
  }
  const bool named = value.is(ClaimKind::kObject);
  out->push_back(named ? '{' : '[');
  bool first = true;
  for (const ClaimValue each : value) {
    if (!first) out->push_back(',');
    first = false;
    if (named) {
      internal::AppendJsonString(each.name(), out);
      out->push_back(':');
    }
    AppendJson(each, out);
  }
  out->push_back(named ? '}' : ']');
}

}  // namespace

ClaimKind ClaimValue::kind() const {
  return value_ == nullptr ? ClaimKind::kAbsent : KindOf(value_->kind);
}

absl::string_view ClaimValue::name() const {
  return value_ == nullptr ? absl::string_view() : value_->name;
}

absl::string_view ClaimValue::text() const {
  return value_ == nullptr ? absl::string_view() : value_->text;
}

absl::optional<absl::string_view> ClaimValue::AsString() const {
  if (!is(ClaimKind::kString)) return absl::nullopt;
  return value_->text;
}

absl::optional<bool> ClaimValue::AsBool() const {
  if (!is(ClaimKind::kBool)) return absl::nullopt;
  return value_->text == "true";
}

absl::optional<int64_t> ClaimValue::AsInt64() const {
  int64_t number;
  if (!is(ClaimKind::kNumber) || !absl::SimpleAtoi(value_->text, &number)) {
    return absl::nullopt;
  }
  return number;
}

absl::optional<double> ClaimValue::AsDouble() const {
  double number;
  if (!is(ClaimKind::kNumber) || !absl::SimpleAtod(value_->text, &number) ||
      !std::isfinite(number)) {
    return absl::nullopt;
  }
  return number;
}

absl::optional<absl::Time> ClaimValue::AsNumericDate() const {
  constexpr double kMost = 9007199254740992;  // 2^53.
  const absl::optional<double> seconds = AsDouble();
  if (!seconds.has_value() || std::abs(*seconds) > kMost) return absl::nullopt;
  return absl::FromUnixSeconds(static_cast<int64_t>(*seconds));
}

absl::optional<std::vector<absl::string_view>> ClaimValue::AsStrings() const {
  if (!is(ClaimKind::kList)) return absl::nullopt;
  std::vector<absl::string_view> strings;
  strings.reserve(size());
  for (const ClaimValue each : *this) {
    if (!each.is(ClaimKind::kString)) return absl::nullopt;
    strings.push_back(each.text());
  }
  return strings;
}

absl::optional<std::vector<absl::string_view>> ClaimValue::AsStringOrStrings()
    const {
  if (!is(ClaimKind::kString)) return AsStrings();
  return std::vector<absl::string_view>{value_->text};
}

ClaimValue ClaimValue::Find(absl::string_view name) const {
  if (!is(ClaimKind::kObject)) return ClaimValue();
  for (const ClaimValue member : *this) {
    if (member.name() == name) return member;
  }
  return ClaimValue();
}

absl::optional<absl::string_view> ClaimValue::StringOf(
    absl::string_view name) const {
  return Find(name).AsString();
}

size_t ClaimValue::size() const { return value_ == nullptr ? 0 : value_->size; }

ClaimValue::Iterator ClaimValue::begin() const {
  return Iterator(value_ == nullptr ? nullptr : value_ + 1);
}

ClaimValue::Iterator ClaimValue::end() const {
  return Iterator(value_ == nullptr ? nullptr : value_ + value_->span);
}

ClaimValue::Iterator& ClaimValue::Iterator::operator++() {
  at_ += at_->span;
  return *this;
}

std::string ClaimValue::ToJson() const {
  std::string json;
  AppendJson(*this, &json);
  return json;
}

absl::StatusOr<objects::Document> ClaimValue::ToDocument() const {
  return objects::ParseJson(ToJson(), "claims");
}

// Tree is the text, unescaped, and what points into it.
struct Claims::Tree {
  std::unique_ptr<char[]> text;
  internal::JsonTree values;
};

Claims::Claims(std::unique_ptr<const Tree> tree) : tree_(std::move(tree)) {}
Claims::Claims(Claims&&) noexcept = default;
Claims& Claims::operator=(Claims&&) noexcept = default;
Claims::~Claims() = default;

absl::StatusOr<Claims> Claims::Parse(absl::string_view json,
                                     const ClaimsLimits& limits) {
  if (json.size() > limits.max_bytes) {
    return MakeJoseError(JoseError::kTokenTooLarge,
                         absl::StrCat("claims of ", json.size(),
                                      " bytes; at most ", limits.max_bytes));
  }
  auto tree = std::make_unique<Tree>();
  tree->text.reset(new char[json.size()]);
  std::copy(json.begin(), json.end(), tree->text.get());
  internal::JsonCeilings ceilings;
  ceilings.max_depth = limits.max_depth;
  ceilings.max_members = limits.max_values;
  ceilings.max_values = limits.max_values;
  const JoseError error = internal::ReadJsonObject(
      absl::MakeSpan(tree->text.get(), json.size()), ceilings, &tree->values);
  if (error != JoseError::kNone) {
    return MakeJoseError(error, absl::StrCat("claims: ", JoseErrorName(error)));
  }
  return Claims(std::move(tree));
}

ClaimValue Claims::root() const {
  return tree_ == nullptr ? ClaimValue() : ClaimValue(tree_->values.data());
}

}  // namespace gatehouse::authn
