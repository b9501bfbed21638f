#include "objects/object_meta.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "objects/names.h"

namespace gatehouse::objects {
namespace {

void AppendInvalid(const std::vector<std::string>& faults,
                   absl::string_view field, absl::string_view value,
                   std::vector<FieldError>& errors) {
  for (const std::string& fault : faults) {
    errors.push_back(InvalidError(field, value, fault));
  }
}

void ValidateNameAndNamespace(const k8s::ObjectMeta& meta, bool namespaced,
                              std::vector<FieldError>& errors) {
  AppendInvalid(CheckPathSegment(meta.generatename()), "metadata.generateName",
                meta.generatename(), errors);
  if (meta.name().empty()) {
    errors.push_back(
        RequiredError("metadata.name", "name or generateName is required"));
  } else {
    AppendInvalid(CheckPathSegment(meta.name()), "metadata.name", meta.name(),
                  errors);
  }
  if (!namespaced) {
    if (meta.namespace_().empty()) return;
    errors.push_back(
        ForbiddenError("metadata.namespace", "not allowed on this type"));
  } else if (meta.namespace_().empty()) {
    errors.push_back(RequiredError("metadata.namespace", ""));
  } else {
    AppendInvalid(CheckDnsLabel(meta.namespace_()), "metadata.namespace",
                  meta.namespace_(), errors);
  }
}

void ValidateAnnotations(const k8s::ObjectMeta& meta,
                         std::vector<FieldError>& errors) {
  constexpr char kField[] = "metadata.annotations";
  const std::map<std::string, std::string> sorted(meta.annotations().begin(),
                                                  meta.annotations().end());
  size_t bytes = 0;
  for (const auto& [key, value] : sorted) {
    // Upper case is legal here, for historical reasons, in the prefix too.
    AppendInvalid(CheckQualifiedName(absl::AsciiStrToLower(key)), kField, key,
                  errors);
    bytes += key.size() + value.size();
  }
  if (bytes > kMaxAnnotationBytes) {
    errors.push_back(
        {FieldErrorType::kTooLong, kField, "",
         absl::StrCat("may not be more than ", kMaxAnnotationBytes, " bytes")});
  }
}

void ValidateOwners(const k8s::ObjectMeta& meta,
                    std::vector<FieldError>& errors) {
  constexpr char kField[] = "metadata.ownerReferences";
  constexpr char kEmpty[] = "must not be empty";
  for (const k8s::OwnerReference& owner : meta.ownerreferences()) {
    const std::string& version = owner.apiversion();
    if (version.empty() || absl::EndsWith(version, "/")) {
      errors.push_back(InvalidError(absl::StrCat(kField, ".apiVersion"),
                                    version, "version must not be empty"));
    }
    if (owner.kind().empty()) {
      errors.push_back(InvalidError(absl::StrCat(kField, ".kind"), "", kEmpty));
    }
    if (owner.name().empty()) {
      errors.push_back(InvalidError(absl::StrCat(kField, ".name"), "", kEmpty));
    }
    if (owner.uid().empty()) {
      errors.push_back(InvalidError(absl::StrCat(kField, ".uid"), "", kEmpty));
    }
  }
}

}  // namespace

std::vector<FieldError> ValidateLabels(
    const google::protobuf::Map<std::string, std::string>& labels,
    absl::string_view field) {
  const std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  std::vector<FieldError> errors;
  for (const auto& [key, value] : sorted) {
    AppendInvalid(CheckQualifiedName(key), field, key, errors);
    AppendInvalid(CheckLabelValue(value), field, value, errors);
  }
  return errors;
}

std::vector<FieldError> ValidateObjectMeta(const k8s::ObjectMeta& meta,
                                           bool namespaced) {
  std::vector<FieldError> errors;
  ValidateNameAndNamespace(meta, namespaced, errors);
  for (FieldError& error : ValidateLabels(meta.labels(), "metadata.labels")) {
    errors.push_back(std::move(error));
  }
  ValidateAnnotations(meta, errors);
  ValidateOwners(meta, errors);
  for (const std::string& finalizer : meta.finalizers()) {
    AppendInvalid(CheckQualifiedName(finalizer), "metadata.finalizers",
                  finalizer, errors);
  }
  return errors;
}

std::vector<FieldError> ValidateObjectMetaUpdate(const k8s::ObjectMeta& meta,
                                                 const k8s::ObjectMeta& old) {
  constexpr char kImmutable[] = "field is immutable";
  std::vector<FieldError> errors;
  if (meta.name() != old.name()) {
    errors.push_back(InvalidError("metadata.name", meta.name(), kImmutable));
  }
  if (meta.namespace_() != old.namespace_()) {
    errors.push_back(
        InvalidError("metadata.namespace", meta.namespace_(), kImmutable));
  }
  // A request that leaves the uid out means the object's own.
  if (!meta.uid().empty() && meta.uid() != old.uid()) {
    errors.push_back(InvalidError("metadata.uid", meta.uid(), kImmutable));
  }
  return errors;
}

}  // namespace gatehouse::objects
