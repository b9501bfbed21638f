#include "base/headers.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace gatehouse {

void Headers::Add(absl::string_view name, absl::string_view value) {
  fields_.emplace_back(std::string(name), std::string(value));
}

absl::optional<absl::string_view> Headers::First(absl::string_view name) const {
  for (const Field& field : fields_) {
    if (absl::EqualsIgnoreCase(field.first, name)) return field.second;
  }
  return absl::nullopt;
}

std::vector<absl::string_view> Headers::All(absl::string_view name) const {
  std::vector<absl::string_view> values;
  for (const Field& field : fields_) {
    if (absl::EqualsIgnoreCase(field.first, name)) {
      values.push_back(field.second);
    }
  }
  return values;
}

void Headers::Remove(absl::string_view name) {
  RemoveIf([&](const Field& field) {
    return absl::EqualsIgnoreCase(field.first, name);
  });
}

void Headers::RemovePrefix(absl::string_view prefix) {
  RemoveIf([&](const Field& field) {
    return absl::StartsWithIgnoreCase(field.first, prefix);
  });
}

void Headers::RemoveIf(const std::function<bool(const Field&)>& drop) {
  fields_.erase(std::remove_if(fields_.begin(), fields_.end(), drop),
                fields_.end());
}

void Headers::Set(absl::string_view name, absl::string_view value) {
  bool placed = false;
  std::vector<Field> fields;
  for (Field& field : fields_) {
    if (!absl::EqualsIgnoreCase(field.first, name)) {
      fields.push_back(std::move(field));
    } else if (!placed) {
      fields.emplace_back(std::move(field.first), std::string(value));
      placed = true;
    }
  }
  fields_ = std::move(fields);
  if (!placed) Add(name, value);
}

}  // namespace gatehouse
