#include "objects/internal/value_decoder.h"

#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/go_quote.h"
#include "base/rfc3339.h"
#include "objects/internal/fields.h"
#include "objects/internal/shown.h"
#include "objects/internal/sink.h"

namespace gatehouse::objects::internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string PathText(const Path& path, bool quote_keys) {
  const std::string before =
      path.parent == nullptr ? "" : PathText(*path.parent, quote_keys);
  if (path.index != kNoIndex) {
    return absl::StrCat(before, "[", path.index, "]");
  }
  if (path.is_map_key) {
    return absl::StrCat(
        before, "[", quote_keys ? ShownKey(path.name) : std::string(path.name),
        "]");
  }
  return before.empty() ? std::string(path.name)
                        : absl::StrCat(before, ".", path.name);
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
  switch (FormOf(field->message_type())) {
    case Form::kTime:
      return {"a time such as \"2006-01-02T15:04:05Z\"", "times"};
    case Form::kStrings:
      return {"a list of strings", "lists of strings"};
    default:
      return {"a map", "maps"};
  }
}

// Decodes base64 of RFC 4648 with its padding; line breaks are passed over, as
// in Go. absl::Base64Unescape is looser.
bool DecodeBase64(absl::string_view text, std::string* bytes) {
  const std::string joined =
      absl::StrReplaceAll(text, {{"\n", ""}, {"\r", ""}});
  return absl::Base64Unescape(joined, bytes) &&
         absl::Base64Escape(*bytes) == joined;
}

}  // namespace

std::string Path::ToString() const { return PathText(*this, true); }

std::string Path::ToRawString() const { return PathText(*this, false); }

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

absl::string_view WantedOne(const FieldDescriptor* field) {
  return Wanted(field).first;
}

absl::string_view WantedMany(const FieldDescriptor* field) {
  return Wanted(field).second;
}

absl::Status ValueDecoder::DecodeScalar(const Node& node, const Path& path,
                                        const FieldDescriptor* field,
                                        Message* message) const {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return DecodeString(node, path, field, message);
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (!node.is(NodeKind::kBool)) break;
      const bool value = node.text() == "true";
      if (value || IsPointer(field)) {
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

absl::Status ValueDecoder::DecodeString(const Node& node, const Path& path,
                                        const FieldDescriptor* field,
                                        Message* message) const {
  const bool null = node.is(NodeKind::kNull);
  if (!node.is(NodeKind::kString) && !null) {
    return WrongType(node, &path, Wanted(field).first);
  }
  std::string value(node.text());
  if (field->type() == FieldDescriptor::TYPE_BYTES &&
      !DecodeBase64(node.text(), &value)) {
    return Fail(node, &path, "malformed base64");
  }
  const Reflection* reflection = message->GetReflection();
  if (field->is_repeated()) {
    reflection->AddString(message, field, std::move(value));
  } else if (!value.empty() || IsPointer(field)) {
    reflection->SetString(message, field, std::move(value));
  }
  return absl::OkStatus();
}

absl::Status ValueDecoder::DecodeInteger(const Node& node, const Path& path,
                                         const FieldDescriptor* field,
                                         Message* message) const {
  const bool keeps_zero = IsPointer(field);
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

absl::Status ValueDecoder::WrongType(const Node& node, const Path* path,
                                     absl::string_view wanted) const {
  return Fail(node, path, absl::StrCat("want ", wanted, ", got ", Got(node)));
}

absl::Status ValueDecoder::BadValue(const Node& node, const Path& path,
                                    absl::string_view wanted) const {
  constexpr size_t kMaxShown = 40;
  if (node.text().size() > kMaxShown) {
    return Fail(node, &path, absl::StrCat("want ", wanted, ", got other text"));
  }
  return Fail(node, &path,
              absl::StrCat("want ", wanted, ", got ",
                           node.is(NodeKind::kString) ? GoQuote(node.text())
                                                      : Shown(node.text())));
}

absl::Status ValueDecoder::Fail(const Node& node, const Path* path,
                                absl::string_view text) const {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kInvalid,
      absl::StrCat(Place(file_, node), ": ",
                   path == nullptr ? "" : path->ToString() + ": ", text));
}

absl::Status ValueDecoder::DecodeTime(const Node& node, const Path& path,
                                      const FieldDescriptor* field,
                                      k8s::Time* time) const {
  if (!node.is(NodeKind::kString)) {
    return WrongType(node, &path, Wanted(field).first);
  }
  const absl::optional<absl::Time> parsed = ParseRfc3339(node.text());
  if (!parsed.has_value() || !IsRfc3339(absl::ToUnixSeconds(*parsed))) {
    return BadValue(node, path, Wanted(field).first);
  }
  time->set_seconds(absl::ToUnixSeconds(*parsed));
  return absl::OkStatus();
}

absl::Status ValueDecoder::DecodeFieldsV1(const Node& node, const Path& path,
                                          k8s::FieldsV1* fields) const {
  if (!node.is(NodeKind::kMap)) return WrongType(node, &path, "a map");
  std::string json;
  Write(node, NewJsonSink(0, &json).get());
  fields->set_raw(json);
  return absl::OkStatus();
}

}  // namespace gatehouse::objects::internal
