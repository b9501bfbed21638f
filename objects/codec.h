// Kubernetes' JSON and YAML form of the messages in proto/.
//
// Field names are the JSON names. Written differently from protobuf's own JSON
// mapping, as in Kubernetes: Time is an RFC 3339 string, ExtraValue a bare
// list of strings, 64-bit integers are numbers, FieldsV1 is any object.
#ifndef GATEHOUSE_OBJECTS_CODEC_H_
#define GATEHOUSE_OBJECTS_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "objects/node.h"
#include "objects/object.h"

namespace gatehouse::objects {

// FieldValidation is what becomes of a field that the message does not have:
// kubectl's --validate and the API server's fieldValidation.
enum class FieldValidation {
  kWarn,    // A warning; the field is dropped.
  kStrict,  // An error, Reason::kUnknownField.
  kIgnore,  // Dropped without a word.
};

struct DecodeOptions {
  FieldValidation field_validation = FieldValidation::kWarn;
  Limits limits;
};

// Decodes `node` into `*message`, which is cleared first.
//
// Null is as good as absent; so are "", 0 and false, save in the fields that
// are pointers in Kubernetes' Go types (immutable, controller, ...). Names are
// case-sensitive. A pod's, node's and namespace's spec and status are modelled
// in part, so unknown fields in them pass in silence. `apiVersion` and `kind`
// are allowed in an object and not looked at. Fractions of seconds are cut off.
//
// A wrong type is kInvalid, as in "f.yaml:3:5: rules[0].verbs: want a list of
// strings, got a string"; nothing is converted. Warnings, "f.yaml:3:5: unknown
// field \"rules[0].resourceName\"", are appended to `*warnings` unless that is
// null. On error `*message` is empty.
absl::Status DecodeMessage(const Node& node, absl::string_view file,
                           const DecodeOptions& options,
                           std::vector<std::string>* warnings,
                           google::protobuf::Message* message);

// Decodes an object by its apiVersion and kind; Object::source is the place of
// `node`. Further errors: kInvalid where either of the two is missing,
// kUnsupported for a kind that FindKind does not know.
absl::StatusOr<Object> DecodeObject(const Node& node, absl::string_view file,
                                    const DecodeOptions& options,
                                    std::vector<std::string>* warnings);

// As DecodeObject, with the two names given, for the items of a list.
absl::StatusOr<Object> DecodeObjectAs(const KindInfo& kind, const Node& node,
                                      absl::string_view file,
                                      const DecodeOptions& options,
                                      std::vector<std::string>* warnings);

// Parses one JSON value and decodes it. Warnings are dropped. `file` is the
// name to show in errors.
absl::Status FromJson(absl::string_view json, absl::string_view file,
                      const DecodeOptions& options,
                      google::protobuf::Message* message);

// As FromJson, for an object that names its kind.
absl::StatusOr<Object> ObjectFromJson(absl::string_view json,
                                      absl::string_view file,
                                      const DecodeOptions& options,
                                      std::vector<std::string>* warnings);

enum class JsonStyle {
  kCompact,   // One line, no spaces, no line break at the end.
  kIndented,  // As `kubectl get -o json`: four spaces, no line break at the
              // end.
};

// Encodes `message` as JSON; an object gets its apiVersion and kind.
//
// Keys are sorted, as kubectl prints them. Empty fields are left out, save
// those that Kubernetes always writes: a rule's verbs, allowed, authenticated,
// incomplete, resourceRules, nonResourceRules, and the names of a subject, a
// roleRef and the like. An unset creationTimestamp is left out (Kubernetes
// 1.34 and later; before, it was written as null). Bytes that are not UTF-8
// become U+FFFD, as in Go. What is written decodes to an equal message, if the
// message came out of DecodeMessage.
std::string ToJson(const google::protobuf::Message& message, JsonStyle style);
std::string ToJson(const Object& object, JsonStyle style);

// As ToJson, in the form of `kubectl get -o yaml`: block style, lists not
// indented, quotes only where needed. Ends in a line break.
std::string ToYaml(const google::protobuf::Message& message);
std::string ToYaml(const Object& object);

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_CODEC_H_
