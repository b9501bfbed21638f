// Node -> message.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "google/protobuf/descriptor.h"
#include "objects/codec.h"
#include "objects/internal/fields.h"
#include "objects/internal/sink.h"
#include "objects/internal/tree_builder.h"
#include "proto/authentication.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using internal::Form;

constexpr int kNoIndex = -1;

// Path is where in the object the decoder is, as a chain up the call stack.
// It is only spelled out for an error.
struct Path {
  const Path* parent = nullptr;
  absl::string_view name;  // A field or a map key; or
  int index = kNoIndex;    // an index of a list.
  bool is_map_key = false;

  std::string ToString() const {
    const std::string before = parent == nullptr ? "" : parent->ToString();
    if (index != kNoIndex) return absl::StrCat(before, "[", index, "]");
    if (is_map_key) return absl::StrCat(before, "[", name, "]");
    return before.empty() ? std::string(name) : absl::StrCat(before, ".", name);
  }
};

absl::string_view Got(const Node& node) {
  switch (node.kind()) {
    case NodeKind::kNull:
      return "null";
    case NodeKind::kBool:
      return "a boolean";
    case NodeKind::kNumber:
      return "a number";
    case NodeKind::kString:
      return "a string";
    case NodeKind::kList:
      return "a list";
    case NodeKind::kMap:
      return "a map";
  }
  return "";
}

// Returns what one value of `field` is called, and several of them.
std::pair<absl::string_view, absl::string_view> Wanted(
    const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        return {"base64 in a string", "base64 strings"};
      }
      return {"a string", "strings"};
    case FieldDescriptor::CPPTYPE_BOOL:
      return {"a boolean", "booleans"};
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
    default:
      return {"an integer", "integers"};
  }
  switch (internal::FormOf(field->message_type())) {
    case Form::kTime:
      return {"a time such as \"2006-01-02T15:04:05Z\"", "times"};
    case Form::kStrings:
      return {"a list of strings", "lists of strings"};
    default:
      return {"a map", "maps"};
  }
}

// Reads RFC 3339 text; false if it is not. absl::ParseTime is looser.
bool ParseTime(absl::string_view text, int64_t* seconds) {
  constexpr absl::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() <= kShape.size()) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = absl::ascii_isdigit(text[i]);
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return false;
  }
  const absl::string_view zone = text.substr(kShape.size());
  if (zone.find_first_not_of("0123456789.:+-Z") != absl::string_view::npos) {
    return false;
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return false;
  *seconds = absl::ToUnixSeconds(time);
  return internal::IsRfc3339(*seconds);
}

// Decodes base64 of RFC 4648 with its padding; line breaks are passed over, as
// in Go. absl::Base64Unescape is looser.
bool DecodeBase64(absl::string_view text, std::string* bytes) {
  const std::string joined =
      absl::StrReplaceAll(text, {{"\n", ""}, {"\r", ""}});
  return absl::Base64Unescape(joined, bytes) &&
         absl::Base64Escape(*bytes) == joined;
}

class Decoder {
 public:
  Decoder(absl::string_view file, const DecodeOptions& options,
          std::vector<std::string>* warnings)
      : file_(file), options_(options), warnings_(warnings) {}

  // `path` is null for the outermost message.
  absl::Status DecodeFields(const Node& node, const Path* path,
                            Message* message) {
    if (!node.is(NodeKind::kMap)) {
      return WrongType(node, path, "a map");
    }
    const Descriptor* type = message->GetDescriptor();
    for (const MapEntry& entry : node.entries()) {
      const absl::string_view name = entry.key.text();
      const Path here{path, name};
      const FieldDescriptor* field = type->FindFieldByName(std::string(name));
      if (field == nullptr) {
        if (path == nullptr && (name == "apiVersion" || name == "kind")) {
          continue;
        }
        absl::Status status = Unknown(entry.key, here, type);
        if (!status.ok()) return status;
        continue;
      }
      if (entry.value.is(NodeKind::kNull)) continue;
      absl::Status status = DecodeField(entry.value, here, field, message);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status DecodeField(const Node& node, const Path& path,
                           const FieldDescriptor* field, Message* message) {
    if (field->is_map()) return DecodeMap(node, path, field, message);
    if (field->is_repeated()) return DecodeList(node, path, field, message);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return DecodeScalar(node, path, field, message);
    }
    return DecodeMessageOf(
        node, path, field,
        message->GetReflection()->MutableMessage(message, field));
  }

  absl::Status DecodeList(const Node& node, const Path& path,
                          const FieldDescriptor* field, Message* message) {
    if (!node.is(NodeKind::kList)) {
      return WrongType(node, &path,
                       absl::StrCat("a list of ", Wanted(field).second));
    }
    const Reflection* reflection = message->GetReflection();
    int index = 0;
    for (const Node& item : node.items()) {
      Path here{&path, absl::string_view()};
      here.index = index++;
      absl::Status status;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Message* element = reflection->AddMessage(message, field);
        // Null is an empty element in Go.
        if (item.is(NodeKind::kNull)) continue;
        status = DecodeMessageOf(item, here, field, element);
      } else {
        status = DecodeScalar(item, here, field, message);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status DecodeMap(const Node& node, const Path& path,
                         const FieldDescriptor* field, Message* message) {
    const FieldDescriptor* key = field->message_type()->map_key();
    const FieldDescriptor* value = field->message_type()->map_value();
    if (!node.is(NodeKind::kMap)) {
      return WrongType(node, &path,
                       absl::StrCat("a map of ", Wanted(value).second));
    }
    const Reflection* reflection = message->GetReflection();
    for (const MapEntry& item : node.entries()) {
      Path here{&path, item.key.text()};
      here.is_map_key = true;
      Message* entry = reflection->AddMessage(message, field);
      entry->GetReflection()->SetString(entry, key,
                                        std::string(item.key.text()));
      // Null is an empty value in Go.
      const bool null = item.value.is(NodeKind::kNull);
      absl::Status status =
          null ? absl::OkStatus() : DecodeField(item.value, here, value, entry);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status DecodeMessageOf(const Node& node, const Path& path,
                               const FieldDescriptor* field, Message* message) {
    switch (internal::FormOf(field->message_type())) {
      case Form::kObject:
        return DecodeFields(node, &path, message);
      case Form::kStrings:
        return DecodeList(node, path, k8s::ExtraValue::descriptor()->field(0),
                          message);
      case Form::kTime: {
        int64_t seconds = 0;
        if (!node.is(NodeKind::kString)) {
          return WrongType(node, &path, Wanted(field).first);
        }
        if (!ParseTime(node.text(), &seconds)) {
          return BadValue(node, path, Wanted(field).first);
        }
        static_cast<k8s::Time*>(message)->set_seconds(seconds);
        return absl::OkStatus();
      }
      case Form::kFieldsV1:
        break;
    }
    if (!node.is(NodeKind::kMap)) return WrongType(node, &path, "a map");
    std::string json;
    internal::Write(node, internal::NewJsonSink(0, &json).get());
    static_cast<k8s::FieldsV1*>(message)->set_raw(json);
    return absl::OkStatus();
  }

  // Sets, or for a list adds, one scalar. Null only gets here in a list, where
  // it is an empty element as in Go.
  absl::Status DecodeScalar(const Node& node, const Path& path,
                            const FieldDescriptor* field, Message* message) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return DecodeString(node, path, field, message);
      case FieldDescriptor::CPPTYPE_BOOL: {
        if (!node.is(NodeKind::kBool)) break;
        const bool value = node.text() == "true";
        if (value || internal::IsPointer(field)) {
          message->GetReflection()->SetBool(message, field, value);
        }
        return absl::OkStatus();
      }
      default:
        if (!node.is(NodeKind::kNumber)) break;
        return DecodeInteger(node, path, field, message);
    }
    return WrongType(node, &path, Wanted(field).first);
  }

  absl::Status DecodeString(const Node& node, const Path& path,
                            const FieldDescriptor* field, Message* message) {
    const bool null = node.is(NodeKind::kNull);
    if (!node.is(NodeKind::kString) && !null) {
      return WrongType(node, &path, Wanted(field).first);
    }
    std::string value(node.text());
    if (field->type() == FieldDescriptor::TYPE_BYTES &&
        !DecodeBase64(node.text(), &value)) {
      return Fail(node, &path, Reason::kInvalid, "malformed base64");
    }
    const Reflection* reflection = message->GetReflection();
    if (field->is_repeated()) {
      reflection->AddString(message, field, std::move(value));
    } else if (!value.empty()) {
      reflection->SetString(message, field, std::move(value));
    }
    return absl::OkStatus();
  }

  absl::Status DecodeInteger(const Node& node, const Path& path,
                             const FieldDescriptor* field, Message* message) {
    const bool keeps_zero = internal::IsPointer(field);
    const Reflection* reflection = message->GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      int32_t value = 0;
      if (!absl::SimpleAtoi(node.text(), &value)) {
        return BadValue(node, path, "an integer of 32 bits");
      }
      if (value != 0 || keeps_zero) reflection->SetInt32(message, field, value);
      return absl::OkStatus();
    }
    int64_t value = 0;
    if (!absl::SimpleAtoi(node.text(), &value)) {
      return BadValue(node, path, "an integer of 64 bits");
    }
    if (value != 0 || keeps_zero) reflection->SetInt64(message, field, value);
    return absl::OkStatus();
  }

  absl::Status Unknown(const Node& key, const Path& path,
                       const Descriptor* type) {
    if (internal::IsPartial(type) ||
        options_.field_validation == FieldValidation::kIgnore) {
      return absl::OkStatus();
    }
    std::string text = absl::StrCat(Place(file_, key), ": unknown field \"",
                                    path.ToString(), "\"");
    for (int i = 0; i < type->field_count(); ++i) {
      if (absl::EqualsIgnoreCase(type->field(i)->name(), key.text())) {
        absl::StrAppend(&text, ", did you mean \"", type->field(i)->name(),
                        "\"?");
      }
    }
    if (options_.field_validation == FieldValidation::kStrict) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       Reason::kUnknownField, text);
    }
    if (warnings_ != nullptr) warnings_->push_back(std::move(text));
    return absl::OkStatus();
  }

  absl::Status WrongType(const Node& node, const Path* path,
                         absl::string_view wanted) const {
    return Fail(node, path, Reason::kInvalid,
                absl::StrCat("want ", wanted, ", got ", Got(node)));
  }

  absl::Status BadValue(const Node& node, const Path& path,
                        absl::string_view wanted) const {
    constexpr size_t kMaxShown = 40;
    return Fail(node, &path, Reason::kInvalid,
                absl::StrCat("want ", wanted, ", got ",
                             node.text().size() > kMaxShown ? "other text"
                                                            : node.text()));
  }

  absl::Status Fail(const Node& node, const Path* path, Reason reason,
                    absl::string_view text) const {
    return MakeError(
        absl::StatusCode::kInvalidArgument, reason,
        absl::StrCat(Place(file_, node), ": ",
                     path == nullptr ? "" : path->ToString() + ": ", text));
  }

  const absl::string_view file_;
  const DecodeOptions& options_;
  std::vector<std::string>* const warnings_;
};

// Returns the string at `key` of an object; the error says what is amiss.
absl::StatusOr<absl::string_view> HeaderField(const Node& node,
                                              absl::string_view file,
                                              absl::string_view key) {
  const auto error = [&](const Node& at, absl::string_view text) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     absl::StrCat(Place(file, at), ": ", text));
  };
  if (!node.is(NodeKind::kMap)) {
    return error(node, absl::StrCat("want an object, got ", Got(node)));
  }
  const Node* value = node.Find(key);
  if (value == nullptr || value->is(NodeKind::kNull) ||
      (value->is(NodeKind::kString) && value->text().empty())) {
    return error(node, absl::StrCat("an object without ", key));
  }
  if (!value->is(NodeKind::kString)) {
    return error(*value,
                 absl::StrCat(key, ": want a string, got ", Got(*value)));
  }
  return value->text();
}

}  // namespace

absl::Status DecodeMessage(const Node& node, absl::string_view file,
                           const DecodeOptions& options,
                           std::vector<std::string>* warnings,
                           Message* message) {
  message->Clear();
  absl::Status status =
      Decoder(file, options, warnings).DecodeFields(node, nullptr, message);
  if (!status.ok()) message->Clear();
  return status;
}

absl::StatusOr<Object> DecodeObjectAs(const KindInfo& kind, const Node& node,
                                      absl::string_view file,
                                      const DecodeOptions& options,
                                      std::vector<std::string>* warnings) {
  std::shared_ptr<Message> message(kind.prototype->New());
  absl::Status status =
      DecodeMessage(node, file, options, warnings, message.get());
  if (!status.ok()) return status;
  return Object{&kind, std::move(message), Place(file, node)};
}

absl::StatusOr<Object> DecodeObject(const Node& node, absl::string_view file,
                                    const DecodeOptions& options,
                                    std::vector<std::string>* warnings) {
  const auto api_version = HeaderField(node, file, "apiVersion");
  if (!api_version.ok()) return api_version.status();
  const auto kind = HeaderField(node, file, "kind");
  if (!kind.ok()) return kind.status();
  const KindInfo* info = FindKind(*api_version, *kind);
  if (info == nullptr) {
    return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                     absl::StrCat(Place(file, node), ": kind ", *kind, " of ",
                                  *api_version, " is not known here"));
  }
  return DecodeObjectAs(*info, node, file, options, warnings);
}

absl::Status FromJson(absl::string_view json, absl::string_view file,
                      const DecodeOptions& options, Message* message) {
  message->Clear();
  const absl::StatusOr<Document> document =
      ParseJson(json, file, options.limits);
  if (!document.ok()) return document.status();
  return DecodeMessage(document->root(), file, options, nullptr, message);
}

absl::StatusOr<Object> ObjectFromJson(absl::string_view json,
                                      absl::string_view file,
                                      const DecodeOptions& options,
                                      std::vector<std::string>* warnings) {
  const absl::StatusOr<Document> document =
      ParseJson(json, file, options.limits);
  if (!document.ok()) return document.status();
  return DecodeObject(document->root(), file, options, warnings);
}

}  // namespace gatehouse::objects
