// Validation of the metadata that all objects have.
#ifndef GATEHOUSE_RBAC_OBJECT_META_H_
#define GATEHOUSE_RBAC_OBJECT_META_H_

#include <vector>

#include "proto/meta.pb.h"
#include "rbac/field_error.h"

namespace gatehouse::rbac {

// Ceiling on the keys and values of an object's annotations together, in bytes.
inline constexpr int kMaxAnnotationBytes = 256 * 1024;

// Returns the faults of the metadata of an RBAC object, in the API server's
// order, under the path "metadata". `namespaced` is whether the kind is.
std::vector<FieldError> ValidateObjectMeta(const k8s::ObjectMeta& meta,
                                           bool namespaced);

// Returns which fields of `meta` differ from `old` though they must not.
std::vector<FieldError> ValidateObjectMetaUpdate(const k8s::ObjectMeta& meta,
                                                 const k8s::ObjectMeta& old);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_OBJECT_META_H_
