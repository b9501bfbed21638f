#include "pki/kubeconfig/internal/field_reader.h"

#include <algorithm>
#include <cstddef>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/go_quote.h"
#include "pki/kubeconfig/internal/yaml_writer.h"

namespace gatehouse::pki::internal {
namespace {

using objects::MapEntry;
using objects::Node;
using objects::NodeKind;

// What YAML allows of a key on one line, less a little.
constexpr size_t kMaxKeyBytes = 1000;

absl::string_view Called(NodeKind kind) {
  switch (kind) {
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

std::string Join(absl::string_view path, absl::string_view name) {
  return absl::StrCat(path, path.empty() ? "" : ".", name);
}

void AppendJsonString(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppend(out, "\\u", absl::Hex(c, absl::kZeroPad4));
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

// Decodes as Go's encoding/json does; false if that would not.
bool DecodeBase64(absl::string_view text, std::string* out) {
  std::string plain(text);
  plain.erase(std::remove_if(plain.begin(), plain.end(),
                             [](char c) { return c == '\n' || c == '\r'; }),
              plain.end());
  // Abseil's decoder is lenient; what it read must be what stands there.
  bool good = absl::Base64Unescape(plain, out);
  if (good) {
    std::string again = absl::Base64Escape(*out);
    good = again == plain;
    WipeString(&again);
  }
  WipeString(&plain);
  return good;
}

}  // namespace

absl::Status FieldReader::Error(const Node& node, absl::string_view path,
                                Reason reason, absl::string_view text) const {
  return MakeError(absl::StatusCode::kInvalidArgument, reason,
                   absl::StrCat(objects::Place(file_, node), ": ", path,
                                path.empty() ? "" : ": ", text));
}

absl::Status FieldReader::Want(const Node& node, absl::string_view path,
                               NodeKind kind) const {
  if (node.is(kind)) return absl::OkStatus();
  return Error(
      node, path, Reason::kInvalid,
      absl::StrCat("want ", Called(kind), ", got ", Called(node.kind())));
}

absl::Status FieldReader::Fields(const Node& node, const std::string& path,
                                 const std::vector<Field>& fields) const {
  if (node.is(NodeKind::kNull)) return absl::OkStatus();
  absl::Status status = Want(node, path, NodeKind::kMap);
  if (!status.ok()) return status;
  for (const MapEntry& entry : node.entries()) {
    const absl::string_view name = entry.key.text();
    const auto field =
        std::find_if(fields.begin(), fields.end(),
                     [name](const Field& f) { return f.name == name; });
    if (field == fields.end()) {
      if (unknown_fields_ == UnknownFields::kIgnore) continue;
      return Error(entry.key, path, Reason::kUnknownField,
                   absl::StrCat("unknown field ", GoQuote(name)));
    }
    if (entry.value.is(NodeKind::kNull)) continue;
    status = field->read(entry.value, Join(path, name));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status FieldReader::Items(const Node& node, const std::string& path,
                                const Read& read) const {
  absl::Status status = Want(node, path, NodeKind::kList);
  for (size_t i = 0; status.ok() && i < node.items().size(); ++i) {
    status = read(node.items()[i], absl::StrCat(path, "[", i, "]"));
  }
  return status;
}

absl::Status FieldReader::Entries(
    const Node& node, const std::string& path,
    const std::function<absl::Status(absl::string_view, const Node&,
                                     const std::string&)>& read) const {
  absl::Status status = Want(node, path, NodeKind::kMap);
  if (!status.ok()) return status;
  for (const MapEntry& entry : node.entries()) {
    const absl::string_view key = entry.key.text();
    const std::string quoted = GoQuote(key);
    const std::string at = absl::StrCat(path, "[", quoted, "]");
    if (YamlScalar(key).size() > kMaxKeyBytes) {
      return Error(entry.key, path, Reason::kTooLarge, "a key is too long");
    }
    status = read(key, entry.value, at);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

FieldReader::Read FieldReader::String(std::string* out) const {
  return [this, out](const Node& node, const std::string& path) {
    absl::Status status = Want(node, path, NodeKind::kString);
    if (status.ok()) *out = std::string(node.text());
    return status;
  };
}

FieldReader::Read FieldReader::SecretString(Secret* out) const {
  return [this, out](const Node& node, const std::string& path) {
    absl::Status status = Want(node, path, NodeKind::kString);
    if (status.ok()) *out = Secret(node.text());
    return status;
  };
}

FieldReader::Read FieldReader::Strings(std::vector<std::string>* out) const {
  return [this, out](const Node& node, const std::string& path) {
    return Items(node, path, [&](const Node& item, const std::string& at) {
      out->emplace_back();
      return String(&out->back())(item, at);
    });
  };
}

FieldReader::Read FieldReader::Bool(bool* out) const {
  return [this, out](const Node& node, const std::string& path) {
    absl::Status status = Want(node, path, NodeKind::kBool);
    if (status.ok()) *out = node.text() == "true";
    return status;
  };
}

FieldReader::Read FieldReader::Base64(std::string* out) const {
  return [this, out](const Node& node, const std::string& path) {
    absl::Status status = Want(node, path, NodeKind::kString);
    if (status.ok() && !DecodeBase64(node.text(), out)) {
      status = Error(node, path, Reason::kInvalid, "not base64");
    }
    return status;
  };
}

FieldReader::Read FieldReader::SecretBase64(Secret* out) const {
  return [this, out](const Node& node, const std::string& path) {
    std::string bytes;
    absl::Status status = Base64(&bytes)(node, path);
    if (status.ok()) *out = Secret(bytes);
    WipeString(&bytes);
    return status;
  };
}

FieldReader::Read FieldReader::Json(std::string* out) const {
  return [this, out](const Node& node, const std::string& path) {
    return AppendJson(node, path, out);
  };
}

absl::Status FieldReader::AppendJson(const Node& node, const std::string& path,
                                     std::string* out) const {
  switch (node.kind()) {
    case NodeKind::kNull:
      out->append("null");
      return absl::OkStatus();
    case NodeKind::kBool:
      absl::StrAppend(out, node.text());
      return absl::OkStatus();
    case NodeKind::kNumber:
      return AppendNumber(node, path, out);
    case NodeKind::kString:
      AppendJsonString(node.text(), out);
      return absl::OkStatus();
    case NodeKind::kMap:
      return AppendJsonMap(node, path, out);
    case NodeKind::kList:
      break;
  }
  out->push_back('[');
  absl::Status status =
      Items(node, path, [&](const Node& item, const std::string& at) {
        if (&item != &node.items()[0]) out->push_back(',');
        return AppendJson(item, at, out);
      });
  out->push_back(']');
  return status;
}

absl::Status FieldReader::AppendJsonMap(const Node& node,
                                        const std::string& path,
                                        std::string* out) const {
  std::vector<std::string> members;
  absl::Status status = Entries(
      node, path,
      [&](absl::string_view key, const Node& value, const std::string& at) {
        members.emplace_back();
        AppendJsonString(key, &members.back());
        members.back().push_back(':');
        return AppendJson(value, at, &members.back());
      });
  std::sort(members.begin(), members.end());
  absl::StrAppend(out, "{", absl::StrJoin(members, ","), "}");
  return status;
}

// JSON has many ways to write a number; YAML's reader knows one.
absl::Status FieldReader::AppendNumber(const Node& node,
                                       const std::string& path,
                                       std::string* out) const {
  objects::Document document;
  const absl::StatusOr<bool> read =
      objects::NewYamlReader(node.text(), file_)->Next(&document);
  if (!read.ok() || !*read || !document.root().is(NodeKind::kNumber)) {
    return Error(node, path, Reason::kInvalid, "this number is out of range");
  }
  absl::StrAppend(out, document.root().text());
  return absl::OkStatus();
}

}  // namespace gatehouse::pki::internal
