// Field errors of access reviews, as the Kubernetes API reports them.
#ifndef GATEHOUSE_AUTHZ_INTERNAL_REVIEW_VALIDATION_H_
#define GATEHOUSE_AUTHZ_INTERNAL_REVIEW_VALIDATION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "proto/authorization.pb.h"

namespace gatehouse::authz::internal {

// FieldErrors gathers errors such as `spec.user: Invalid value: "": text`.
class FieldErrors {
 public:
  void Invalid(absl::string_view path, absl::string_view value,
               absl::string_view text);
  // `value` is shown as JSON.
  void Invalid(absl::string_view path, const google::protobuf::Message& value,
               absl::string_view text);
  // Of a value that is absent.
  void InvalidNull(absl::string_view path, absl::string_view text);
  void Required(absl::string_view path, absl::string_view text);
  void Forbidden(absl::string_view path, absl::string_view text);

  const std::vector<std::string>& messages() const { return messages_; }

 private:
  // `shown` is the value as it is to be read.
  void Add(absl::string_view path, absl::string_view kind,
           absl::string_view shown, absl::string_view text);

  std::vector<std::string> messages_;
};

// Exactly one of the two is given (null stands for absent).
void CheckOneQuestion(const k8s::ResourceAttributes* resource,
                      const k8s::NonResourceAttributes* non_resource,
                      FieldErrors* errors);

// The shape of the selectors of spec.resourceAttributes. Operators that are
// not known here are no error: they come from newer clients.
void CheckSelectors(const k8s::ResourceAttributes& resource,
                    FieldErrors* errors);

// What evaluationError says about selector requirements that are dropped, one
// text for each selector that has some.
std::vector<std::string> DroppedSelectors(
    const k8s::ResourceAttributes& resource);

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_INTERNAL_REVIEW_VALIDATION_H_
