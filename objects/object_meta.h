// Validation of the metadata that all objects have.
#ifndef GATEHOUSE_OBJECTS_OBJECT_META_H_
#define GATEHOUSE_OBJECTS_OBJECT_META_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/map.h"
#include "objects/field_error.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects {

// Ceiling on the keys and values of an object's annotations together, in bytes.
inline constexpr int kMaxAnnotationBytes = 256 * 1024;

// Returns the faults of the metadata of an object, in the API server's
// order, under the path "metadata". `namespaced` is whether the kind is.
std::vector<FieldError> ValidateObjectMeta(const k8s::ObjectMeta& meta,
                                           bool namespaced);

// Returns what the API server finds wrong with the keys and values of labels,
// in order of the keys.
std::vector<FieldError> ValidateLabels(
    const google::protobuf::Map<std::string, std::string>& labels,
    absl::string_view field);

// Returns which fields of `meta` differ from `old` though they must not.
std::vector<FieldError> ValidateObjectMetaUpdate(const k8s::ObjectMeta& meta,
                                                 const k8s::ObjectMeta& old);

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_OBJECT_META_H_
