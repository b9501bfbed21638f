#include "objects/internal/sink.h"

#include <yaml.h>

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "objects/internal/number.h"
#include "objects/internal/text.h"

namespace gatehouse::objects::internal {
namespace {

void AppendQuoted(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(out, "\\u%04x", c);
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

class JsonSink : public Sink {
 public:
  JsonSink(int indent, std::string* out) : indent_(indent), out_(out) {}

  void Open(NodeKind kind) override {
    Separate();
    out_->push_back(kind == NodeKind::kMap ? '{' : '[');
    ++depth_;
    first_ = true;
  }

  void Close(NodeKind kind) override {
    --depth_;
    if (!first_) NewLine();
    out_->push_back(kind == NodeKind::kMap ? '}' : ']');
    first_ = false;
  }

  void Key(absl::string_view text) override {
    String(text);
    out_->append(indent_ > 0 ? ": " : ":");
    after_key_ = true;
  }

  void String(absl::string_view text) override {
    Separate();
    if (ValidUtf8Prefix(text) == text.size()) {
      AppendQuoted(text, out_);
    } else {
      AppendQuoted(ReplaceBadUtf8(text), out_);
    }
  }

  void Word(absl::string_view text) override {
    Separate();
    out_->append(text.data(), text.size());
  }

  void Finish() override {}

 private:
  void NewLine() {
    if (indent_ == 0) return;
    out_->push_back('\n');
    out_->append(static_cast<size_t>(depth_) * indent_, ' ');
  }

  // Writes what stands between the value before and the one to come.
  void Separate() {
    if (!after_key_ && depth_ > 0) {
      if (!first_) out_->push_back(',');
      NewLine();
    }
    first_ = false;
    after_key_ = false;
  }

  const int indent_;
  std::string* const out_;
  int depth_ = 0;
  bool first_ = true;  // Nothing is in what was opened last.
  bool after_key_ = false;
};

// Whether libyaml's literal style keeps `text` as it is.
bool IsLiteralSafe(absl::string_view text) {
  const char first = text.front();
  if (first == ' ' || first == '\t' || first == '\n') return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte >= 0x7F) return false;
  }
  return !absl::StrContains(text, " \n");
}

yaml_scalar_style_t StyleOf(absl::string_view text, bool is_key) {
  if (absl::StrContains(text, '\n')) {
    return !is_key && IsLiteralSafe(text) ? YAML_LITERAL_SCALAR_STYLE
                                          : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
  }
  // Where plain is not possible, the emitter takes single quotes.
  return NeedsQuotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                           : YAML_PLAIN_SCALAR_STYLE;
}

// The emitter can only fail for want of memory; then the text is cut short.
class YamlSink : public Sink {
 public:
  explicit YamlSink(std::string* out) : out_(out) {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_output(&emitter_, &YamlSink::Append, out_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_width(&emitter_, -1);
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    Emit(&event);
    yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
    Emit(&event);
  }
  ~YamlSink() override { yaml_emitter_delete(&emitter_); }

  void Open(NodeKind kind) override {
    yaml_event_t event;
    if (kind == NodeKind::kMap) {
      yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1,
                                          YAML_BLOCK_MAPPING_STYLE);
    } else {
      yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1,
                                           YAML_BLOCK_SEQUENCE_STYLE);
    }
    Emit(&event);
  }

  void Close(NodeKind kind) override {
    yaml_event_t event;
    if (kind == NodeKind::kMap) {
      yaml_mapping_end_event_initialize(&event);
    } else {
      yaml_sequence_end_event_initialize(&event);
    }
    Emit(&event);
  }

  void Key(absl::string_view text) override {
    const std::string good = ReplaceBadUtf8(text);
    Scalar(good, StyleOf(good, true));
  }

  void String(absl::string_view text) override {
    const std::string good = ReplaceBadUtf8(text);
    Scalar(good, StyleOf(good, false));
  }

  void Word(absl::string_view text) override {
    Scalar(text, YAML_PLAIN_SCALAR_STYLE);
  }

  void Finish() override {
    yaml_event_t event;
    yaml_document_end_event_initialize(&event, 1);
    Emit(&event);
    yaml_stream_end_event_initialize(&event);
    Emit(&event);
  }

 private:
  // libyaml's write handler.
  static int Append(void* data, unsigned char* buffer, size_t size) {
    static_cast<std::string*>(data)->append(
        reinterpret_cast<const char*>(buffer), size);
    return 1;
  }

  void Scalar(absl::string_view text, yaml_scalar_style_t style) {
    yaml_event_t event;
    // The lengths of single values are far below 2^31.
    yaml_scalar_event_initialize(
        &event, nullptr, nullptr,
        reinterpret_cast<const yaml_char_t*>(text.data()),
        static_cast<int>(text.size()), 1, 1, style);
    Emit(&event);
  }

  void Emit(yaml_event_t* event) { yaml_emitter_emit(&emitter_, event); }

  std::string* const out_;
  yaml_emitter_t emitter_ = {};
};

}  // namespace

std::unique_ptr<Sink> NewJsonSink(int indent, std::string* out) {
  return std::make_unique<JsonSink>(indent, out);
}

std::unique_ptr<Sink> NewYamlSink(std::string* out) {
  return std::make_unique<YamlSink>(out);
}

void Write(const Node& node, Sink* sink) {
  switch (node.kind()) {
    case NodeKind::kNull:
      return sink->Word("null");
    case NodeKind::kBool:
    case NodeKind::kNumber:
      return sink->Word(node.text());
    case NodeKind::kString:
      return sink->String(node.text());
    case NodeKind::kList:
      sink->Open(NodeKind::kList);
      for (const Node& item : node.items()) Write(item, sink);
      return sink->Close(NodeKind::kList);
    case NodeKind::kMap:
      break;
  }
  std::vector<const MapEntry*> entries;
  for (const MapEntry& entry : node.entries()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const MapEntry* a, const MapEntry* b) {
              return a->key.text() < b->key.text();
            });
  sink->Open(NodeKind::kMap);
  for (const MapEntry* entry : entries) {
    sink->Key(entry->key.text());
    Write(entry->value, sink);
  }
  sink->Close(NodeKind::kMap);
}

}  // namespace gatehouse::objects::internal
