#include "authz/review.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authz/internal/review_validation.h"
#include "base/errors.h"
#include "base/extra_values.h"

namespace gatehouse::authz {
namespace {

using internal::FieldErrors;

absl::Status ToStatus(const FieldErrors& errors) {
  if (errors.messages().empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   AggregateMessages(errors.messages()));
}

template <typename Spec>
void CheckQuestion(const Spec& spec, FieldErrors* errors) {
  internal::CheckOneQuestion(
      spec.has_resourceattributes() ? &spec.resourceattributes() : nullptr,
      spec.has_nonresourceattributes() ? &spec.nonresourceattributes()
                                       : nullptr,
      errors);
}

void CheckSubject(const k8s::SubjectAccessReviewSpec& spec,
                  FieldErrors* errors) {
  if (spec.user().empty() && spec.groups().empty()) {
    errors->Invalid("spec.user", spec.user(),
                    "at least one of user or group must be specified");
  }
}

// Checks a metadata that must be empty, but for what the server sets itself.
void CheckMetadata(const k8s::ObjectMeta& meta, absl::string_view text,
                   FieldErrors* errors) {
  const bool empty = meta.name().empty() && meta.generatename().empty() &&
                     meta.namespace_().empty() &&
                     meta.resourceversion().empty() && meta.generation() == 0 &&
                     meta.labels().empty() && meta.annotations().empty() &&
                     meta.ownerreferences().empty() &&
                     meta.finalizers().empty();
  if (empty) return;
  k8s::ObjectMeta shown = meta;
  shown.clear_managedfields();
  shown.clear_creationtimestamp();
  shown.clear_deletiontimestamp();
  errors->Invalid("metadata", shown, text);
}

// Sets the parts of the question that all forms have in common.
template <typename Spec>
Attributes QuestionOf(const Spec& spec) {
  Attributes attributes;
  if (!spec.has_resourceattributes()) {
    attributes.resource_request = false;
    attributes.verb = spec.nonresourceattributes().verb();
    attributes.path = spec.nonresourceattributes().path();
    return attributes;
  }
  const k8s::ResourceAttributes& resource = spec.resourceattributes();
  attributes.resource_request = true;
  attributes.verb = resource.verb();
  attributes.namespace_ = resource.namespace_();
  attributes.api_group = resource.group();
  attributes.api_version =
      resource.version().empty() ? absl::string_view("*") : resource.version();
  attributes.resource = resource.resource();
  attributes.subresource = resource.subresource();
  attributes.name = resource.name();
  return attributes;
}

// Asks, and writes the answer into the review.
template <typename Review>
void Answer(const Authorizer& authorizer, const Attributes& attributes,
            Review* review) {
  const auto& spec = review->spec();
  *review->mutable_status() = FillStatus(
      authorizer.Authorize(attributes),
      spec.has_resourceattributes() ? &spec.resourceattributes() : nullptr);
}

absl::Status BadRequest(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   message);
}

}  // namespace

absl::Status ValidateReview(const k8s::SubjectAccessReview& review) {
  FieldErrors errors;
  CheckQuestion(review.spec(), &errors);
  CheckSubject(review.spec(), &errors);
  internal::CheckSelectors(review.spec().resourceattributes(), &errors);
  CheckMetadata(review.metadata(), "must be empty", &errors);
  return ToStatus(errors);
}

absl::Status ValidateReview(const k8s::LocalSubjectAccessReview& review) {
  FieldErrors errors;
  const k8s::SubjectAccessReviewSpec& spec = review.spec();
  CheckQuestion(spec, &errors);
  CheckSubject(spec, &errors);
  internal::CheckSelectors(spec.resourceattributes(), &errors);
  k8s::ObjectMeta rest = review.metadata();
  rest.clear_namespace_();
  CheckMetadata(rest, "must be empty except for namespace", &errors);
  const std::string& asked = spec.resourceattributes().namespace_();
  if (spec.has_resourceattributes() &&
      asked != review.metadata().namespace_()) {
    errors.Invalid("spec.resourceAttributes.namespace", asked,
                   "must match metadata.namespace");
  }
  if (spec.has_nonresourceattributes()) {
    errors.Invalid("spec.nonResourceAttributes", spec.nonresourceattributes(),
                   "disallowed on this kind of request");
  }
  return ToStatus(errors);
}

absl::Status ValidateReview(const k8s::SelfSubjectAccessReview& review) {
  FieldErrors errors;
  CheckQuestion(review.spec(), &errors);
  internal::CheckSelectors(review.spec().resourceattributes(), &errors);
  CheckMetadata(review.metadata(), "must be empty", &errors);
  return ToStatus(errors);
}

Attributes AttributesFrom(const k8s::SubjectAccessReviewSpec& spec,
                          UserInfo* user) {
  user->name = spec.user();
  user->uid = spec.uid();
  user->groups.assign(spec.groups().begin(), spec.groups().end());
  std::vector<ExtraValues::value_type> extra;
  extra.reserve(spec.extra().size());
  for (const auto& [key, values] : spec.extra()) {
    extra.emplace_back(key, std::vector<std::string>(values.items().begin(),
                                                     values.items().end()));
  }
  user->extra = ExtraValues::FromUnordered(std::move(extra));
  Attributes attributes = QuestionOf(spec);
  attributes.user = user;
  return attributes;
}

Attributes AttributesFrom(const k8s::SelfSubjectAccessReviewSpec& spec,
                          const UserInfo& user) {
  Attributes attributes = QuestionOf(spec);
  attributes.user = &user;
  return attributes;
}

k8s::SubjectAccessReviewStatus FillStatus(
    const Decision& decision, const k8s::ResourceAttributes* resource) {
  std::vector<std::string> errors;
  if (!decision.error.ok()) errors.emplace_back(decision.error.message());
  if (resource != nullptr) {
    for (std::string& text : internal::DroppedSelectors(*resource)) {
      errors.push_back(std::move(text));
    }
  }
  k8s::SubjectAccessReviewStatus status;
  status.set_allowed(decision.outcome == Outcome::kAllow);
  if (decision.outcome == Outcome::kDeny) status.set_denied(true);
  if (!decision.reason.empty()) status.set_reason(decision.reason);
  if (!errors.empty()) {
    status.set_evaluationerror(absl::StrJoin(errors, "; "));
  }
  return status;
}

absl::Status ReviewSubjectAccess(const Authorizer& authorizer,
                                 k8s::SubjectAccessReview* review) {
  absl::Status status = ValidateReview(*review);
  if (!status.ok()) return status;
  UserInfo user;
  Answer(authorizer, AttributesFrom(review->spec(), &user), review);
  return absl::OkStatus();
}

absl::Status ReviewSubjectAccess(const Authorizer& authorizer,
                                 absl::string_view request_namespace,
                                 k8s::LocalSubjectAccessReview* review) {
  absl::Status status = ValidateReview(*review);
  if (!status.ok()) return status;
  if (request_namespace.empty()) {
    return BadRequest("namespace is required on this type: ");
  }
  if (request_namespace != review->metadata().namespace_()) {
    return BadRequest(
        absl::StrCat("spec.resourceAttributes.namespace must match namespace: ",
                     request_namespace));
  }
  UserInfo user;
  Answer(authorizer, AttributesFrom(review->spec(), &user), review);
  return absl::OkStatus();
}

absl::Status ReviewSubjectAccess(const Authorizer& authorizer,
                                 const UserInfo& user,
                                 k8s::SelfSubjectAccessReview* review) {
  absl::Status status = ValidateReview(*review);
  if (!status.ok()) return status;
  Answer(authorizer, AttributesFrom(review->spec(), user), review);
  return absl::OkStatus();
}

}  // namespace gatehouse::authz
