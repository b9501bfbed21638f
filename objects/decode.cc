// Node -> message.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "google/protobuf/descriptor.h"
#include "objects/codec.h"
#include "objects/internal/fields.h"
#include "objects/internal/value_decoder.h"
#include "proto/authentication.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using internal::Form;
using internal::Got;
using internal::Path;

class Decoder {
 public:
  Decoder(absl::string_view file, const DecodeOptions& options,
          std::vector<std::string>* warnings)
      : file_(file), values_(file), options_(options), warnings_(warnings) {}

  // `path` is null for the outermost message.
  absl::Status DecodeFields(const Node& node, const Path* path,
                            Message* message) {
    if (!node.is(NodeKind::kMap)) {
      return values_.WrongType(node, path, "a map");
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
      return values_.DecodeScalar(node, path, field, message);
    }
    return DecodeMessageOf(
        node, path, field,
        message->GetReflection()->MutableMessage(message, field));
  }

  absl::Status DecodeList(const Node& node, const Path& path,
                          const FieldDescriptor* field, Message* message) {
    if (!node.is(NodeKind::kList)) {
      return values_.WrongType(
          node, &path, absl::StrCat("a list of ", internal::WantedMany(field)));
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
        status = values_.DecodeScalar(item, here, field, message);
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
      return values_.WrongType(
          node, &path, absl::StrCat("a map of ", internal::WantedMany(value)));
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
      case Form::kTime:
        return values_.DecodeTime(node, path, field,
                                  static_cast<k8s::Time*>(message));
      case Form::kFieldsV1:
        break;
    }
    return values_.DecodeFieldsV1(node, path,
                                  static_cast<k8s::FieldsV1*>(message));
  }

  absl::Status Unknown(const Node& key, const Path& path,
                       const Descriptor* type) {
    if (internal::IsPartial(type) ||
        options_.field_validation == FieldValidation::kIgnore) {
      return absl::OkStatus();
    }
    std::string text = absl::StrCat(Place(file_, key), ": unknown field ",
                                    GoQuote(path.ToRawString()));
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

  const absl::string_view file_;
  const internal::ValueDecoder values_;
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
    return MakeError(
        absl::StatusCode::kUnimplemented, Reason::kUnsupported,
        absl::StrCat(Place(file, node), ": kind ", GoQuote(*kind), " of ",
                     GoQuote(*api_version), " is not known here"));
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
