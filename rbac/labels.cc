#include "rbac/labels.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "objects/names.h"
#include "objects/object_meta.h"

namespace gatehouse::rbac {
namespace {

constexpr char kIn[] = "In";
constexpr char kNotIn[] = "NotIn";
constexpr char kExists[] = "Exists";
constexpr char kDoesNotExist[] = "DoesNotExist";

void AppendInvalid(const std::vector<std::string>& faults,
                   absl::string_view field, absl::string_view value,
                   std::vector<FieldError>& errors) {
  for (const std::string& fault : faults) {
    errors.push_back(InvalidError(field, value, fault));
  }
}

void ValidateOperator(const k8s::LabelSelectorRequirement& requirement,
                      const std::string& field,
                      std::vector<FieldError>& errors) {
  const std::string& op = requirement.operator_();
  if (op == kIn || op == kNotIn) {
    if (requirement.values().empty()) {
      errors.push_back(RequiredError(
          field + ".values",
          "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (op == kExists || op == kDoesNotExist) {
    if (!requirement.values().empty()) {
      errors.push_back(
          ForbiddenError(field + ".values",
                         "may not be specified when `operator` is 'Exists' or "
                         "'DoesNotExist'"));
    }
  } else {
    errors.push_back(
        InvalidError(field + ".operator", op, "not a valid selector operator"));
  }
}

}  // namespace

std::vector<FieldError> ValidateLabelSelector(
    const k8s::LabelSelector& selector, absl::string_view field,
    bool allow_invalid_values) {
  const std::string prefix = field.empty() ? "" : absl::StrCat(field, ".");
  std::vector<FieldError> errors =
      objects::ValidateLabels(selector.matchlabels(), prefix + "matchLabels");
  for (int i = 0; i < selector.matchexpressions_size(); ++i) {
    const auto& requirement = selector.matchexpressions(i);
    const std::string at = absl::StrCat(prefix, "matchExpressions[", i, "]");
    ValidateOperator(requirement, at, errors);
    AppendInvalid(objects::CheckQualifiedName(requirement.key()), at + ".key",
                  requirement.key(), errors);
    if (allow_invalid_values) continue;
    for (int j = 0; j < requirement.values_size(); ++j) {
      AppendInvalid(objects::CheckLabelValue(requirement.values(j)),
                    absl::StrCat(at, ".values[", j, "]"), requirement.values(j),
                    errors);
    }
  }
  return errors;
}

absl::StatusOr<Selector> Selector::Parse(const k8s::LabelSelector* selector) {
  Selector out;
  if (selector == nullptr) return out;
  const std::vector<FieldError> errors = ValidateLabelSelector(*selector, "");
  if (!errors.empty()) {
    std::vector<std::string> messages;
    for (const FieldError& error : errors) messages.push_back(ToString(error));
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kInvalid,
        absl::StrCat("invalid label selector: ", AggregateMessages(messages)));
  }
  out.nothing_ = false;
  for (const auto& [key, value] : selector->matchlabels()) {
    out.requirements_.push_back({key, Operator::kIn, {value}});
  }
  for (const auto& requirement : selector->matchexpressions()) {
    const std::string& op = requirement.operator_();
    out.requirements_.push_back(
        {requirement.key(),
         op == kIn       ? Operator::kIn
         : op == kNotIn  ? Operator::kNotIn
         : op == kExists ? Operator::kExists
                         : Operator::kDoesNotExist,
         {requirement.values().begin(), requirement.values().end()}});
  }
  return out;
}

bool Selector::Holds(const Requirement& requirement, const Labels& labels) {
  const auto it = labels.find(requirement.key);
  const bool exists = it != labels.end();
  switch (requirement.op) {
    case Operator::kExists:
      return exists;
    case Operator::kDoesNotExist:
      return !exists;
    case Operator::kIn:
      return exists && absl::c_linear_search(requirement.values, it->second);
    case Operator::kNotIn:
      return !exists || !absl::c_linear_search(requirement.values, it->second);
  }
  return false;
}

bool Selector::Matches(const Labels& labels) const {
  return !nothing_ &&
         absl::c_all_of(requirements_, [&](const Requirement& requirement) {
           return Holds(requirement, labels);
         });
}

bool SameSelector(const k8s::LabelSelector& a, const k8s::LabelSelector& b) {
  const auto same_requirement = [](const auto& x, const auto& y) {
    return x.key() == y.key() && x.operator_() == y.operator_() &&
           absl::c_equal(x.values(), y.values());
  };
  return a.matchlabels_size() == b.matchlabels_size() &&
         absl::c_all_of(a.matchlabels(),
                        [&](const auto& label) {
                          const auto it = b.matchlabels().find(label.first);
                          return it != b.matchlabels().end() &&
                                 it->second == label.second;
                        }) &&
         absl::c_equal(a.matchexpressions(), b.matchexpressions(),
                       same_requirement);
}

}  // namespace gatehouse::rbac
