// Label selectors.
#ifndef GATEHOUSE_RBAC_LABELS_H_
#define GATEHOUSE_RBAC_LABELS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/map.h"
#include "proto/meta.pb.h"
#include "rbac/field_error.h"

namespace gatehouse::rbac {

// The labels of an object, as its metadata holds them.
using Labels = google::protobuf::Map<std::string, std::string>;

// Selector is a label selector that has been validated. Immutable; any thread
// may use it. It owns its parts.
class Selector {
 public:
  // Returns the selector that a message means. All of matchLabels and
  // matchExpressions must hold; a selector without any selects everything, a
  // null one nothing. kInvalid with Kubernetes' field errors, paths relative to
  // the selector, if the message is not valid.
  static absl::StatusOr<Selector> Parse(const k8s::LabelSelector* selector);

  // Selects nothing.
  Selector() = default;

  // Returns true if it selects an object with these labels. NotIn and
  // DoesNotExist hold for a label that is absent. (Kubernetes behaviour.)
  bool Matches(const Labels& labels) const;

 private:
  enum class Operator { kIn, kNotIn, kExists, kDoesNotExist };
  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
  };
  static bool Holds(const Requirement& requirement, const Labels& labels);

  bool nothing_ = true;
  std::vector<Requirement> requirements_;
};

// Returns what the API server finds wrong with a selector, under the path
// `field`. With `allow_invalid_values` the values of matchExpressions are not
// looked at, as in an update of an object that had an invalid one before.
std::vector<FieldError> ValidateLabelSelector(
    const k8s::LabelSelector& selector, absl::string_view field,
    bool allow_invalid_values = false);

// Returns true if the selectors are equal, matchExpressions in order.
bool SameSelector(const k8s::LabelSelector& a, const k8s::LabelSelector& b);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_LABELS_H_
