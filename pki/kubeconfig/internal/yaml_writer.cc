#include "pki/kubeconfig/internal/yaml_writer.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "base/go_quote.h"

namespace gatehouse::pki::internal {
namespace {

using objects::MapEntry;
using objects::Node;
using objects::NodeKind;

constexpr absl::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@:+=-";
// What YAML 1.1 reads as a boolean or null, in any case.
constexpr absl::string_view kWords[] = {"y",   "n",    "yes",   "no",  "on",
                                        "off", "true", "false", "null"};

// A few strings that could stand without quotes get them: it is the same to
// every reader. The reverse would not be.
bool IsPlain(absl::string_view text) {
  if (text.empty() || text.back() == ':') return false;
  if (!absl::ascii_isalpha(static_cast<unsigned char>(text.front())) &&
      text.front() != '/') {
    return false;
  }
  if (text.find_first_not_of(kPlain) != absl::string_view::npos) return false;
  return std::none_of(std::begin(kWords), std::end(kWords),
                      [text](absl::string_view word) {
                        return absl::EqualsIgnoreCase(text, word);
                      });
}

}  // namespace

std::string YamlScalar(absl::string_view text) {
  if (IsPlain(text)) return std::string(text);
  // Go's escapes are YAML's too. Two code points that are no characters are
  // not escaped by Go and not allowed in YAML.
  std::string quoted = GoQuote(text);
  absl::StrReplaceAll(
      {{"\xEF\xBF\xBE", "\\ufffe"}, {"\xEF\xBF\xBF", "\\uffff"}}, &quoted);
  return quoted;
}

void YamlWriter::Append(absl::string_view text) {
  if (out_.size() + text.size() > out_.capacity()) {
    // By hand, so that the memory it grows out of is wiped.
    std::string larger;
    larger.reserve(2 * (out_.size() + text.size()) + 4096);
    larger.append(out_);
    out_.swap(larger);
    WipeString(&larger);
  }
  out_.append(text.data(), text.size());
}

void YamlWriter::StartEntry() {
  Level& level = levels_.back();
  level.empty = false;
  // The first entry of a list's element stands on the line of its dash.
  if (cursor_ == Cursor::kAfterDash) return;
  if (cursor_ == Cursor::kAfterKey) Append("\n");
  Append(std::string(static_cast<size_t>(level.indent), ' '));
}

void YamlWriter::Key(absl::string_view key) {
  StartEntry();
  Append(YamlScalar(key));
  Append(":");
  cursor_ = Cursor::kAfterKey;
}

void YamlWriter::StartValue() {
  if (levels_.empty() || !levels_.back().is_list) return;
  StartEntry();
  Append("- ");
  cursor_ = Cursor::kAfterDash;
}

void YamlWriter::Open(bool is_list) {
  StartValue();
  int indent = 0;
  if (!levels_.empty()) {
    const Level& parent = levels_.back();
    // A list under a key is not indented.
    indent = parent.indent + (is_list && !parent.is_list ? 0 : 2);
  }
  levels_.push_back({is_list, indent, true});
}

void YamlWriter::Close() {
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.empty) return;
  if (cursor_ == Cursor::kAfterKey) Append(" ");
  Append(level.is_list ? "[]\n" : "{}\n");
  cursor_ = Cursor::kLineStart;
}

void YamlWriter::Scalar(absl::string_view text) {
  StartValue();
  if (cursor_ == Cursor::kAfterKey) Append(" ");
  Append(text);
  Append("\n");
  cursor_ = Cursor::kLineStart;
}

void YamlWriter::String(absl::string_view text) {
  std::string scalar = YamlScalar(text);
  Scalar(scalar);
  WipeString(&scalar);
}

void YamlWriter::Value(const Node& node) {
  switch (node.kind()) {
    case NodeKind::kNull:
      return Word("null");
    case NodeKind::kBool:
    case NodeKind::kNumber:
      return Word(node.text());
    case NodeKind::kString:
      return String(node.text());
    case NodeKind::kList:
      OpenList();
      for (const Node& item : node.items()) Value(item);
      return Close();
    case NodeKind::kMap:
      OpenMap();
      for (const MapEntry& entry : node.entries()) {
        Key(entry.key.text());
        Value(entry.value);
      }
      return Close();
  }
}

}  // namespace gatehouse::pki::internal
