#include "authz/internal/review_validation.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authz/internal/label_key.h"
#include "base/go_quote.h"
#include "google/protobuf/util/json_util.h"

namespace gatehouse::authz::internal {
namespace {

constexpr char kFieldSelector[] = "spec.resourceAttributes.fieldSelector";
constexpr char kLabelSelector[] = "spec.resourceAttributes.labelSelector";

// The two kinds of requirements have the same fields.
template <typename Requirement>
bool WantsValues(const Requirement& requirement) {
  return requirement.operator_() == "In" || requirement.operator_() == "NotIn";
}

template <typename Requirement>
bool WantsNoValues(const Requirement& requirement) {
  return requirement.operator_() == "Exists" ||
         requirement.operator_() == "DoesNotExist";
}

void CheckKey(const k8s::FieldSelectorRequirement& requirement,
              absl::string_view path, FieldErrors* errors) {
  if (requirement.key().empty()) errors->Required(path, "must be specified");
}

void CheckKey(const k8s::LabelSelectorRequirement& requirement,
              absl::string_view path, FieldErrors* errors) {
  for (const std::string& error : LabelKeyErrors(requirement.key())) {
    errors->Invalid(path, requirement.key(), error);
  }
}

template <typename Requirement>
void CheckRequirement(const Requirement& requirement, absl::string_view path,
                      FieldErrors* errors) {
  const std::string values = absl::StrCat(path, ".values");
  if (WantsValues(requirement) && requirement.values().empty()) {
    errors->Required(values,
                     "must be specified when `operator` is 'In' or 'NotIn'");
  }
  if (WantsNoValues(requirement) && !requirement.values().empty()) {
    errors->Forbidden(values,
                      "may not be specified when `operator` is 'Exists' or "
                      "'DoesNotExist'");
  }
  CheckKey(requirement, absl::StrCat(path, ".key"), errors);
}

template <typename Selector>
void CheckSelector(const Selector& selector, absl::string_view path,
                   FieldErrors* errors) {
  const bool has_raw = !selector.rawselector().empty();
  const bool has_requirements = !selector.requirements().empty();
  if (has_raw && has_requirements) {
    errors->Invalid(absl::StrCat(path, ".rawSelector"), selector.rawselector(),
                    "may not specified at the same time as requirements");
  }
  if (!has_raw && !has_requirements) {
    errors->Required(absl::StrCat(path, ".requirements"),
                     absl::StrCat("when ", path,
                                  " is specified, requirements or rawSelector "
                                  "is required"));
  }
  for (int i = 0; i < selector.requirements_size(); ++i) {
    CheckRequirement(selector.requirements(i),
                     absl::StrCat(path, ".requirements[", i, "]"), errors);
  }
}

// Field selectors can only say that a field is, or is not, one value.
bool IsUsable(const k8s::FieldSelectorRequirement& requirement) {
  return WantsValues(requirement) && requirement.values_size() == 1;
}

bool IsUsable(const k8s::LabelSelectorRequirement& requirement) {
  const bool shape =
      (WantsValues(requirement) && !requirement.values().empty()) ||
      (WantsNoValues(requirement) && requirement.values().empty());
  return shape && LabelKeyErrors(requirement.key()).empty() &&
         absl::c_all_of(requirement.values(), [](const std::string& value) {
           return IsLabelValue(value);
         });
}

template <typename Selector>
void AddDropped(const Selector& selector, absl::string_view path,
                std::vector<std::string>* out) {
  const int usable = absl::c_count_if(
      selector.requirements(),
      [](const auto& requirement) { return IsUsable(requirement); });
  if (usable == selector.requirements_size()) return;
  out->push_back(absl::StrCat(path, usable > 0 ? " partially" : "",
                              " ignored due to parse error"));
}

}  // namespace

void FieldErrors::Add(absl::string_view path, absl::string_view kind,
                      absl::string_view shown, absl::string_view text) {
  messages_.push_back(absl::StrCat(path, ": ", kind, shown, ": ", text));
}

void FieldErrors::Invalid(absl::string_view path, absl::string_view value,
                          absl::string_view text) {
  Add(path, "Invalid value: ", GoQuote(value), text);
}

void FieldErrors::Invalid(absl::string_view path,
                          const google::protobuf::Message& value,
                          absl::string_view text) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(value, &json).ok()) {
    json = "{}";
  }
  Add(path, "Invalid value: ", json, text);
}

void FieldErrors::InvalidNull(absl::string_view path, absl::string_view text) {
  Add(path, "Invalid value: ", "null", text);
}

void FieldErrors::Required(absl::string_view path, absl::string_view text) {
  Add(path, "Required value", "", text);
}

void FieldErrors::Forbidden(absl::string_view path, absl::string_view text) {
  Add(path, "Forbidden", "", text);
}

void CheckOneQuestion(const k8s::ResourceAttributes* resource,
                      const k8s::NonResourceAttributes* non_resource,
                      FieldErrors* errors) {
  if (resource != nullptr && non_resource != nullptr) {
    errors->Invalid("spec.nonResourceAttributes", *non_resource,
                    "cannot be specified in combination with "
                    "resourceAttributes");
  }
  if (resource == nullptr && non_resource == nullptr) {
    errors->InvalidNull(
        "spec.resourceAttributes",
        "exactly one of nonResourceAttributes or resourceAttributes "
        "must be specified");
  }
}

void CheckSelectors(const k8s::ResourceAttributes& resource,
                    FieldErrors* errors) {
  if (resource.has_fieldselector()) {
    CheckSelector(resource.fieldselector(), kFieldSelector, errors);
  }
  if (resource.has_labelselector()) {
    CheckSelector(resource.labelselector(), kLabelSelector, errors);
  }
}

std::vector<std::string> DroppedSelectors(
    const k8s::ResourceAttributes& resource) {
  std::vector<std::string> dropped;
  AddDropped(resource.fieldselector(), kFieldSelector, &dropped);
  AddDropped(resource.labelselector(), kLabelSelector, &dropped);
  return dropped;
}

}  // namespace gatehouse::authz::internal
