#include "objects/field_error.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::objects {
namespace {

struct TypeText {
  absl::string_view name;
  absl::string_view text;
  bool shows_value;
};

const TypeText& TextOf(FieldErrorType type) {
  static constexpr TypeText kTexts[] = {
      {"Required", "Required value", false},
      {"Invalid", "Invalid value", true},
      {"NotSupported", "Unsupported value", true},
      {"Forbidden", "Forbidden", false},
      {"TooLong", "Too long", false},
      {"Duplicate", "Duplicate value", true},
      {"TooMany", "Too many", true},
  };
  return kTexts[static_cast<int>(type)];
}

}  // namespace

absl::string_view FieldErrorTypeName(FieldErrorType type) {
  return TextOf(type).name;
}

FieldError RequiredError(absl::string_view field, absl::string_view detail) {
  return {FieldErrorType::kRequired, std::string(field), "",
          std::string(detail)};
}

FieldError InvalidError(absl::string_view field, absl::string_view value,
                        absl::string_view detail) {
  return {FieldErrorType::kInvalid, std::string(field), GoQuote(value),
          std::string(detail)};
}

FieldError NotSupportedError(absl::string_view field, absl::string_view value,
                             absl::Span<const absl::string_view> supported) {
  const auto quote = [](std::string* out, absl::string_view entry) {
    out->append(GoQuote(entry));
  };
  return {FieldErrorType::kNotSupported, std::string(field), GoQuote(value),
          absl::StrCat("supported values: ",
                       absl::StrJoin(supported, ", ", quote))};
}

FieldError ForbiddenError(absl::string_view field, absl::string_view detail) {
  return {FieldErrorType::kForbidden, std::string(field), "",
          std::string(detail)};
}

FieldError DuplicateError(absl::string_view field, absl::string_view value) {
  return {FieldErrorType::kDuplicate, std::string(field), GoQuote(value), ""};
}

FieldError TooManyError(absl::string_view field, size_t count, size_t most) {
  return {FieldErrorType::kTooMany, std::string(field), absl::StrCat(count),
          absl::StrCat("must have at most ", most, " items")};
}

std::string ToString(const FieldError& error) {
  const TypeText& type = TextOf(error.type);
  std::string out = absl::StrCat(error.field, ": ", type.text);
  if (type.shows_value) absl::StrAppend(&out, ": ", error.bad_value);
  if (!error.detail.empty()) absl::StrAppend(&out, ": ", error.detail);
  return out;
}

absl::Status InvalidObjectError(absl::Span<const FieldError> errors,
                                absl::string_view kind,
                                absl::string_view name) {
  if (errors.empty()) return absl::OkStatus();
  std::vector<std::string> messages;
  messages.reserve(errors.size());
  for (const FieldError& error : errors) messages.push_back(ToString(error));
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(kind, " ", GoQuote(name),
                                " is invalid: ", AggregateMessages(messages)));
}

}  // namespace gatehouse::objects
