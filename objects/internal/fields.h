// What Kubernetes' Go types say of a field that its protobuf form does not.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_FIELDS_H_
#define GATEHOUSE_OBJECTS_INTERNAL_FIELDS_H_

#include <cstdint>

#include "google/protobuf/descriptor.h"

namespace gatehouse::objects::internal {

// Form is how a message is written in JSON.
enum class Form {
  kObject,    // A map of its fields.
  kTime,      // An RFC 3339 string.
  kStrings,   // A bare list of strings (ExtraValue).
  kFieldsV1,  // Any map, kept as JSON text.
};

Form FormOf(const google::protobuf::Descriptor* type);

// Whether the field is a pointer to a scalar: false and 0 differ from unset.
bool IsPointer(const google::protobuf::FieldDescriptor* field);

// Whether the field is written even when it is empty (no omitempty).
bool IsAlwaysWritten(const google::protobuf::FieldDescriptor* field);

// Whether proto/ models only some of the type's fields.
bool IsPartial(const google::protobuf::Descriptor* type);

// Whether RFC 3339 can write the instant: its years have four digits.
inline bool IsRfc3339(int64_t unix_seconds) {
  constexpr int64_t kYear0 = -62167219200;
  constexpr int64_t kYear10000 = 253402300800;
  return unix_seconds >= kYear0 && unix_seconds < kYear10000;
}

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_FIELDS_H_
