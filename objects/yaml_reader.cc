// YAML by libyaml's events.
#include <yaml.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "objects/internal/number.h"
#include "objects/internal/shown.h"
#include "objects/internal/text.h"
#include "objects/internal/tree_builder.h"
#include "objects/node.h"

namespace gatehouse::objects {
namespace {

using internal::ErrorAt;
using internal::PlainScalar;
using internal::Position;

constexpr absl::string_view kTagPrefix = "tag:yaml.org,2002:";
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

Position PositionOf(const yaml_mark_t& mark) {
  return {static_cast<uint32_t>(mark.line + 1),
          static_cast<uint32_t>(mark.column + 1)};
}

absl::string_view View(const yaml_char_t* text) {
  return text == nullptr ? absl::string_view()
                         : reinterpret_cast<const char*>(text);
}

// Event owns what libyaml allocated for one event.
class Event {
 public:
  Event() = default;
  ~Event() { yaml_event_delete(&event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  yaml_event_t* get() { return &event_; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_ = {};
};

// Returns the kind that a tag of YAML's own demands; none for other tags.
absl::optional<NodeKind> KindOfTag(absl::string_view tag) {
  if (!absl::ConsumePrefix(&tag, kTagPrefix)) return absl::nullopt;
  if (tag == "str") return NodeKind::kString;
  if (tag == "int" || tag == "float") return NodeKind::kNumber;
  if (tag == "bool") return NodeKind::kBool;
  if (tag == "null") return NodeKind::kNull;
  if (tag == "seq") return NodeKind::kList;
  if (tag == "map") return NodeKind::kMap;
  return absl::nullopt;
}

class YamlReader : public DocumentReader {
 public:
  YamlReader(absl::string_view text, absl::string_view file,
             const Limits& limits, ReadProgress progress)
      : text_(text),
        file_(file),
        limits_(limits),
        progress_(std::move(progress)),
        builder_(file_, limits_) {
    size_status_ = internal::CheckSize(text_, file_, limits_);
    absl::ConsumePrefix(&text_, kByteOrderMark);
    initialized_ = yaml_parser_initialize(&parser_) != 0;
    if (!initialized_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&parser_, &YamlReader::Read, this);
  }
  ~YamlReader() override {
    if (initialized_) yaml_parser_delete(&parser_);
  }

  absl::StatusOr<bool> Next(Document* document) override {
    if (done_) return false;
    done_ = true;  // Unless a whole document is read.
    if (!size_status_.ok()) return size_status_;
    if (!initialized_) {
      return ErrorAt(file_, Position{}, Reason::kTooLarge, "out of memory");
    }
    while (true) {
      Event event;
      if (!yaml_parser_parse(&parser_, event.get())) return ParserError();
      if (event->type == YAML_STREAM_END_EVENT) return false;
      if (event->type == YAML_DOCUMENT_END_EVENT) break;
      const absl::Status status = Take(event);
      if (!status.ok()) return status;
    }
    *document = builder_.Finish();
    done_ = false;
    return true;
  }

 private:
  // libyaml's read handler.
  static int Read(void* data, unsigned char* buffer, size_t size,
                  size_t* size_read) {
    auto* reader = static_cast<YamlReader*>(data);
    const size_t count = std::min(size, reader->text_.size() - reader->read_);
    std::memcpy(buffer, reader->text_.data() + reader->read_, count);
    reader->read_ += count;
    *size_read = count;
    if (reader->progress_) reader->progress_(reader->read_);
    return 1;
  }

  absl::Status Take(const Event& event) {
    const Position position = PositionOf(event->start_mark);
    switch (event->type) {
      case YAML_ALIAS_EVENT:
        return builder_.Alias(View(event->data.alias.anchor), position);
      case YAML_SCALAR_EVENT:
        return TakeScalar(event->data.scalar, position);
      case YAML_SEQUENCE_START_EVENT: {
        const auto& list = event->data.sequence_start;
        return Open(NodeKind::kList, View(list.tag), View(list.anchor),
                    position);
      }
      case YAML_MAPPING_START_EVENT: {
        const auto& map = event->data.mapping_start;
        return Open(NodeKind::kMap, View(map.tag), View(map.anchor), position);
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return builder_.Close();
      default:
        return absl::OkStatus();
    }
  }

  absl::Status Open(NodeKind kind, absl::string_view tag,
                    absl::string_view anchor, Position position) {
    if (!tag.empty() && tag != "!" && KindOfTag(tag) != kind) {
      return BadTag(tag, position);
    }
    return builder_.Open(kind, position, anchor);
  }

  absl::Status TakeScalar(const decltype(yaml_event_t::data.scalar)& scalar,
                          Position position) {
    const absl::string_view text(reinterpret_cast<const char*>(scalar.value),
                                 scalar.length);
    const absl::string_view tag = View(scalar.tag);
    const absl::string_view anchor = View(scalar.anchor);
    const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (tag == "!" || (tag.empty() && !plain)) {
      return builder_.Scalar(NodeKind::kString, text, position, anchor);
    }
    if (tag.empty() && text == "<<" && builder_.KeyIsDue()) {
      return builder_.MergeKey(position);
    }
    const absl::optional<NodeKind> wanted = KindOfTag(tag);
    if (!tag.empty() && !wanted) return BadTag(tag, position);
    if (wanted == NodeKind::kString) {
      return builder_.Scalar(NodeKind::kString, text, position, anchor);
    }
    const absl::optional<PlainScalar> value = internal::ResolvePlain(text);
    if (!value) {
      return ErrorAt(
          file_, position, Reason::kMalformed,
          absl::StrCat(internal::Shown(text), " is no number of JSON"));
    }
    if (wanted && *wanted != value->kind) return BadTag(tag, position);
    return builder_.Scalar(
        value->kind, value->kind == NodeKind::kString ? text : value->text,
        position, anchor);
  }

  absl::Status BadTag(absl::string_view tag, Position position) const {
    std::string shown(tag);
    if (absl::ConsumePrefix(&tag, kTagPrefix)) shown = absl::StrCat("!!", tag);
    return ErrorAt(
        file_, position, Reason::kMalformed,
        absl::StrCat("cannot read this as ", internal::Shown(shown)));
  }

  absl::Status ParserError() const {
    const absl::string_view problem =
        parser_.problem == nullptr ? "malformed YAML" : parser_.problem;
    switch (parser_.error) {
      case YAML_MEMORY_ERROR:
        return ErrorAt(file_, Position{}, Reason::kTooLarge, "out of memory");
      case YAML_READER_ERROR: {
        // libyaml names a byte inside the character.
        const size_t offset =
            std::min(parser_.problem_offset, internal::ValidUtf8Prefix(text_));
        return ErrorAt(file_, internal::PositionTracker(text_).At(offset),
                       Reason::kMalformed, problem);
      }
      default:
        break;
    }
    std::string text(problem);
    if (parser_.context != nullptr)
      absl::StrAppend(&text, " ", parser_.context);
    return ErrorAt(file_, PositionOf(parser_.problem_mark), Reason::kMalformed,
                   text);
  }

  absl::string_view text_;
  const std::string file_;
  const Limits limits_;
  const ReadProgress progress_;
  internal::TreeBuilder builder_;
  absl::Status size_status_;
  yaml_parser_t parser_ = {};
  bool initialized_ = false;
  bool done_ = false;
  size_t read_ = 0;
};

}  // namespace

std::unique_ptr<DocumentReader> NewYamlReader(absl::string_view text,
                                              absl::string_view file,
                                              const Limits& limits,
                                              ReadProgress progress) {
  return std::make_unique<YamlReader>(text, file, limits, std::move(progress));
}

}  // namespace gatehouse::objects
