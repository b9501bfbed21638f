// Message -> JSON and YAML.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "objects/codec.h"
#include "objects/internal/fields.h"
#include "objects/internal/sink.h"
#include "proto/authentication.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using internal::Form;
using internal::Sink;

constexpr int kIndent = 4;

// Header is what an object has besides its message's fields.
struct Header {
  absl::string_view api_version;  // Empty for what is no object.
  absl::string_view kind;
};

Header HeaderOf(const Message& message) {
  if (message.GetDescriptor() == k8s::Status::descriptor()) {
    return {"v1", "Status"};
  }
  const KindInfo* kind = KindOf(message);
  return kind == nullptr ? Header{} : Header{kind->api_version, kind->kind};
}

// Whether a single scalar field holds nothing that must be written.
bool IsZero(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (!reflection->HasField(message, field)) return true;
  if (internal::IsPointer(field)) return false;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(message, field).empty();
    case FieldDescriptor::CPPTYPE_BOOL:
      return !reflection->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetInt32(message, field) == 0;
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->GetInt64(message, field) == 0;
    default:
      return false;
  }
}

bool IsWritten(const Message& message, const FieldDescriptor* field) {
  if (internal::IsAlwaysWritten(field)) return true;
  if (field->is_repeated()) {
    return message.GetReflection()->FieldSize(message, field) > 0;
  }
  return !IsZero(message, field);
}

class Encoder {
 public:
  explicit Encoder(Sink* sink) : sink_(sink) {}

  void Object(const Message& message, const Header& header) {
    // Sorted by name, apiVersion and kind among them.
    std::map<absl::string_view, const FieldDescriptor*> fields;
    const Descriptor* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (IsWritten(message, field)) fields.emplace(field->name(), field);
    }
    if (!header.api_version.empty()) {
      fields.emplace("apiVersion", nullptr);
      fields.emplace("kind", nullptr);
    }
    sink_->Open(NodeKind::kMap);
    for (const auto& [name, field] : fields) {
      sink_->Key(name);
      if (field == nullptr) {
        sink_->String(name == "kind" ? header.kind : header.api_version);
      } else {
        Field(message, field);
      }
    }
    sink_->Close(NodeKind::kMap);
  }

 private:
  void Field(const Message& message, const FieldDescriptor* field) {
    if (field->is_map()) return Map(message, field);
    if (field->is_repeated()) return List(message, field);
    const Reflection* reflection = message.GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return Value(reflection->GetMessage(message, field));
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return sink_->Word(reflection->GetBool(message, field) ? "true"
                                                               : "false");
      case FieldDescriptor::CPPTYPE_INT32:
        return sink_->Word(absl::StrCat(reflection->GetInt32(message, field)));
      case FieldDescriptor::CPPTYPE_INT64:
        return sink_->Word(absl::StrCat(reflection->GetInt64(message, field)));
      default:
        break;
    }
    std::string scratch;
    const std::string& text =
        reflection->GetStringReference(message, field, &scratch);
    if (field->type() == FieldDescriptor::TYPE_BYTES) {
      sink_->String(absl::Base64Escape(text));
    } else {
      sink_->String(text);
    }
  }

  void List(const Message& message, const FieldDescriptor* field) {
    const Reflection* reflection = message.GetReflection();
    std::string scratch;
    sink_->Open(NodeKind::kList);
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Value(reflection->GetRepeatedMessage(message, field, i));
      } else {
        sink_->String(reflection->GetRepeatedStringReference(message, field, i,
                                                             &scratch));
      }
    }
    sink_->Close(NodeKind::kList);
  }

  void Map(const Message& message, const FieldDescriptor* field) {
    const FieldDescriptor* key = field->message_type()->map_key();
    const FieldDescriptor* value = field->message_type()->map_value();
    const Reflection* reflection = message.GetReflection();
    std::map<std::string, const Message*> entries;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      const Message& entry = reflection->GetRepeatedMessage(message, field, i);
      entries[entry.GetReflection()->GetString(entry, key)] = &entry;
    }
    sink_->Open(NodeKind::kMap);
    for (const auto& [name, entry] : entries) {
      sink_->Key(name);
      Field(*entry, value);
    }
    sink_->Close(NodeKind::kMap);
  }

  void Value(const Message& message) {
    switch (internal::FormOf(message.GetDescriptor())) {
      case Form::kObject:
        return Object(message, Header{});
      case Form::kStrings:
        return List(message, k8s::ExtraValue::descriptor()->field(0));
      case Form::kTime:
        return Time(static_cast<const k8s::Time&>(message));
      case Form::kFieldsV1:
        break;
    }
    const auto document =
        ParseJson(static_cast<const k8s::FieldsV1&>(message).raw(), "fieldsV1");
    if (document.ok()) {
      internal::Write(document->root(), sink_);
    } else {
      sink_->Word("null");
    }
  }

  void Time(const k8s::Time& time) {
    if (!internal::IsRfc3339(time.seconds())) return sink_->Word("null");
    sink_->String(absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ",
                                   absl::FromUnixSeconds(time.seconds()),
                                   absl::UTCTimeZone()));
  }

  Sink* const sink_;
};

void Write(const Message& message, Sink* sink) {
  Encoder(sink).Object(message, HeaderOf(message));
  sink->Finish();
}

}  // namespace

std::string ToJson(const Message& message, JsonStyle style) {
  std::string out;
  const int indent = style == JsonStyle::kIndented ? kIndent : 0;
  Write(message, internal::NewJsonSink(indent, &out).get());
  return out;
}

std::string ToYaml(const Message& message) {
  std::string out;
  Write(message, internal::NewYamlSink(&out).get());
  return out;
}

std::string ToJson(const Object& object, JsonStyle style) {
  return object.message == nullptr ? "null" : ToJson(*object.message, style);
}

std::string ToYaml(const Object& object) {
  return object.message == nullptr ? "null\n" : ToYaml(*object.message);
}

}  // namespace gatehouse::objects
