#include "authn/jose/claims.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "authn/jose/internal/json_text.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn {
namespace {

using internal::JsonKind;
using internal::JsonValue;

// ClaimValue::KindOf counts on it.
constexpr bool IsNext(ClaimKind claim, JsonKind json) {
  return static_cast<int>(claim) == static_cast<int>(json) + 1;
}
static_assert(IsNext(ClaimKind::kNull, JsonKind::kNull), "");
static_assert(IsNext(ClaimKind::kBool, JsonKind::kBool), "");
static_assert(IsNext(ClaimKind::kNumber, JsonKind::kNumber), "");
static_assert(IsNext(ClaimKind::kString, JsonKind::kString), "");
static_assert(IsNext(ClaimKind::kList, JsonKind::kList), "");
static_assert(IsNext(ClaimKind::kObject, JsonKind::kObject), "");

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

absl::Status TooLarge(size_t size, const ClaimsLimits& limits) {
  return MakeJoseError(
      JoseError::kTokenTooLarge,
      absl::StrCat("claims of ", size, " bytes; at most ", limits.max_bytes));
}

}  // namespace

absl::optional<absl::string_view> ClaimValue::AsString() const {
  if (!is(ClaimKind::kString)) return absl::nullopt;
  return value_->text();
}

absl::optional<bool> ClaimValue::AsBool() const {
  if (!is(ClaimKind::kBool)) return absl::nullopt;
  return value_->text() == "true";
}

absl::optional<int64_t> ClaimValue::AsInt64() const {
  if (!is(ClaimKind::kNumber)) return absl::nullopt;
  const absl::string_view text = value_->text();
  int64_t number = 0;
  // Most numbers are times: no digits of them are too many.
  constexpr size_t kFew = 18;
  if (text.size() <= kFew && absl::c_all_of(text, absl::ascii_isdigit)) {
    for (const char digit : text) number = number * 10 + (digit - '0');
    return number;
  }
  if (!absl::SimpleAtoi(text, &number)) return absl::nullopt;
  return number;
}

absl::optional<double> ClaimValue::AsDouble() const {
  double number;
  if (!is(ClaimKind::kNumber) || !absl::SimpleAtod(value_->text(), &number) ||
      !std::isfinite(number)) {
    return absl::nullopt;
  }
  return number;
}

absl::optional<absl::Time> ClaimValue::AsNumericDate() const {
  constexpr int64_t kMost = int64_t{1} << 53;
  int64_t seconds = 0;
  if (const absl::optional<int64_t> whole = AsInt64(); whole.has_value()) {
    seconds = *whole;
  } else {
    const absl::optional<double> number = AsDouble();
    if (!number.has_value() || std::abs(*number) > kMost) return absl::nullopt;
    seconds = static_cast<int64_t>(*number);
  }
  if (seconds > kMost || seconds < -kMost) return absl::nullopt;
  return absl::FromUnixSeconds(seconds);
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
  return std::vector<absl::string_view>{value_->text()};
}

ClaimValue ClaimValue::Find(absl::string_view name) const {
  if (!is(ClaimKind::kObject)) return ClaimValue();
  const JsonValue* const end = value_ + value_->span;
  for (const JsonValue* at = value_ + 1; at != end; at += at->span) {
    if (at->IsNamed(name)) return ClaimValue(at);
  }
  return ClaimValue();
}

absl::optional<absl::string_view> ClaimValue::StringOf(
    absl::string_view name) const {
  return Find(name).AsString();
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
  // Before as much is allocated.
  if (json.size() > limits.max_bytes) return TooLarge(json.size(), limits);
  std::unique_ptr<char[]> text(new char[json.size()]);
  std::copy(json.begin(), json.end(), text.get());
  const absl::Span<char> copy(text.get(), json.size());
  return ParseInPlace(std::move(text), copy, limits);
}

absl::StatusOr<Claims> Claims::ParseInPlace(std::unique_ptr<char[]> text,
                                            absl::Span<char> json,
                                            const ClaimsLimits& limits) {
  if (json.size() > limits.max_bytes) return TooLarge(json.size(), limits);
  auto tree = std::make_unique<Tree>();
  tree->text = std::move(text);
  internal::JsonCeilings ceilings;
  ceilings.max_depth = limits.max_depth;
  ceilings.max_members = limits.max_values;
  ceilings.max_values = limits.max_values;
  const JoseError error =
      internal::ReadJsonObject(json, ceilings, &tree->values);
  if (error != JoseError::kNone) {
    return MakeJoseError(error, absl::StrCat("claims: ", JoseErrorName(error)));
  }
  return Claims(std::move(tree));
}

ClaimValue Claims::root() const {
  return tree_ == nullptr ? ClaimValue() : ClaimValue(tree_->values.data());
}

}  // namespace gatehouse::authn
