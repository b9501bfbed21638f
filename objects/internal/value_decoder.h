// Node -> one value of a field: scalars, and messages that JSON writes as
// something else than a map of their fields.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_VALUE_DECODER_H_
#define GATEHOUSE_OBJECTS_INTERNAL_VALUE_DECODER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "objects/node.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects::internal {

constexpr int kNoIndex = -1;

// Path is where in the object the decoder is, as a chain up the call stack.
// It is only spelled out for an error.
struct Path {
  const Path* parent = nullptr;
  absl::string_view name;  // A field or a map key; or
  int index = kNoIndex;    // an index of a list.
  bool is_map_key = false;

  // Returns "rules[0].verbs"; for messages that do not quote it, map keys with
  // odd characters are quoted: metadata.labels["a\nb"].
  std::string ToString() const;

  // As ToString, with everything as it is, for who quotes the whole.
  std::string ToRawString() const;
};

// Returns what a value is called: "a list", "null".
absl::string_view Got(const Node& node);

// Returns what one value of a field is called: "a string", "a map".
absl::string_view WantedOne(const google::protobuf::FieldDescriptor* field);

// Returns what several of them are called: "strings", "maps".
absl::string_view WantedMany(const google::protobuf::FieldDescriptor* field);

// ValueDecoder decodes single values of one file. Errors are kInvalid and say
// "file:line:column: path: text". Constant; any thread may use it.
class ValueDecoder {
 public:
  // `file` must outlive the decoder.
  explicit ValueDecoder(absl::string_view file) : file_(file) {}

  // Sets, or for a list adds, one scalar. A null may only come from a list,
  // where it is an empty element as in Go.
  absl::Status DecodeScalar(const Node& node, const Path& path,
                            const google::protobuf::FieldDescriptor* field,
                            google::protobuf::Message* message) const;

  // Reads a time of RFC 3339.
  absl::Status DecodeTime(const Node& node, const Path& path,
                          const google::protobuf::FieldDescriptor* field,
                          k8s::Time* time) const;

  // Keeps any map as JSON.
  absl::Status DecodeFieldsV1(const Node& node, const Path& path,
                              k8s::FieldsV1* fields) const;

  // Returns the error for a value that is no `wanted`. `path` is null for the
  // outermost message.
  absl::Status WrongType(const Node& node, const Path* path,
                         absl::string_view wanted) const;

 private:
  absl::Status DecodeString(const Node& node, const Path& path,
                            const google::protobuf::FieldDescriptor* field,
                            google::protobuf::Message* message) const;
  absl::Status DecodeInteger(const Node& node, const Path& path,
                             const google::protobuf::FieldDescriptor* field,
                             google::protobuf::Message* message) const;
  absl::Status BadValue(const Node& node, const Path& path,
                        absl::string_view wanted) const;
  absl::Status Fail(const Node& node, const Path* path,
                    absl::string_view text) const;

  const absl::string_view file_;
};

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_VALUE_DECODER_H_
