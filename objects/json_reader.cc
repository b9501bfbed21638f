// JSON by simdjson's first stage, which checks UTF-8 and finds where each
// token starts; the grammar over the tokens is here. simdjson's own second
// stages do not tell where in the text a value stood (DOM), or stop looking at
// the end of the first value (On-Demand).
#include <simdjson.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "objects/internal/number.h"
#include "objects/internal/shown.h"
#include "objects/internal/text.h"
#include "objects/internal/tree_builder.h"
#include "objects/node.h"

namespace gatehouse::objects {
namespace {

using internal::ErrorAt;
using internal::Position;

constexpr uint32_t kProgressTokens = 1 << 16;

enum class Expect {
  kValue,
  kValueOrEnd,
  kKey,
  kKeyOrEnd,
  kColon,
  kCommaOrEnd,
  kNothing,
};

absl::string_view Wanted(Expect expect, bool in_map) {
  switch (expect) {
    case Expect::kValue:
      return "a value";
    case Expect::kValueOrEnd:
      return "a value or ]";
    case Expect::kKey:
      return "a key in double quotes";
    case Expect::kKeyOrEnd:
      return "a key in double quotes or }";
    case Expect::kColon:
      return "a colon";
    case Expect::kCommaOrEnd:
      return in_map ? "a comma or }" : "a comma or ]";
    case Expect::kNothing:
      return "nothing more";
  }
  return "";
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Returns what to show of a token in an error.
std::string ShownToken(absl::string_view token) {
  constexpr size_t kMax = 20;
  const bool cut = token.size() > kMax;
  // Letters with digits among them are no slip of a known word: perhaps a
  // secret that lost its quotes.
  if (token.size() > 6 && absl::c_any_of(token, absl::ascii_isalpha) &&
      absl::c_any_of(token, absl::ascii_isdigit)) {
    return "text without quotes";
  }
  return absl::StrCat(
      internal::Shown(internal::ReplaceBadUtf8(token.substr(0, kMax))),
      cut ? "..." : "");
}

// Returns the offset of the first string that does not end on its line or has
// a control character in it; that of the character where there is one.
size_t FindBadString(absl::string_view text) {
  bool in_string = false;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      in_string = !in_string;
      start = i;
    } else if (in_string && c == '\\') {
      ++i;
    } else if (in_string && static_cast<unsigned char>(c) < 0x20) {
      return c == '\n' ? start : i;
    }
  }
  return start;
}

using Stage = std::unique_ptr<simdjson::internal::dom_parser_implementation>;

// Tables for texts up to this size are made once in each thread: for a small
// text, making them takes longer than filling them.
constexpr size_t kSmallText = size_t{4} << 10;
thread_local Stage spare_stage;

simdjson::error_code TakeStage(size_t size, Stage* stage) {
  const bool small = size <= kSmallText;
  if (small && spare_stage != nullptr) {
    *stage = std::move(spare_stage);
    return simdjson::SUCCESS;
  }
  return simdjson::get_active_implementation()
      ->create_dom_parser_implementation(small ? kSmallText : size, 1, *stage);
}

void GiveBack(Stage stage) {
  if (stage != nullptr && stage->capacity() == kSmallText) {
    spare_stage = std::move(stage);
  }
}

class JsonReader : public DocumentReader {
 public:
  JsonReader(absl::string_view text, absl::string_view file,
             const Limits& limits, ReadProgress progress)
      : text_(text),
        file_(file),
        limits_(limits),
        progress_(std::move(progress)),
        tracker_(text),
        builder_(file_, limits_) {}

  ~JsonReader() override { GiveBack(std::move(stage_)); }

  absl::StatusOr<bool> Next(Document* document) override {
    if (done_) return false;
    done_ = true;  // Unless a whole value is read.
    if (stage_ == nullptr) {
      absl::Status status = FindTokens();
      if (!status.ok()) return status;
    }
    if (token_ == TokenCount()) return false;
    absl::Status status = ReadValue();
    if (!status.ok()) return status;
    *document = builder_.Finish();
    done_ = false;
    return true;
  }

  // Returns an error if tokens are left.
  absl::Status ExpectEnd() {
    if (stage_ == nullptr || token_ >= TokenCount()) return absl::OkStatus();
    return Unexpected(Expect::kNothing);
  }

 private:
  absl::Status FindTokens() {
    absl::Status status = internal::CheckSize(text_, file_, limits_);
    if (!status.ok()) return status;
    simdjson::error_code error = TakeStage(text_.size(), &stage_);
    if (error == simdjson::SUCCESS) {
      error = stage_->stage1(reinterpret_cast<const uint8_t*>(text_.data()),
                             text_.size(), simdjson::stage1_mode::regular);
    }
    if (error == simdjson::SUCCESS) return absl::OkStatus();
    if (error == simdjson::EMPTY) {
      stage_->n_structural_indexes = 0;
      return absl::OkStatus();
    }
    return TextError(error);
  }

  absl::Status TextError(simdjson::error_code error) {
    switch (error) {
      case simdjson::UTF8_ERROR:
        return Malformed(internal::ValidUtf8Prefix(text_), "not UTF-8");
      case simdjson::UNCLOSED_STRING:
      case simdjson::UNESCAPED_CHARS: {
        const size_t offset = FindBadString(text_);
        return Malformed(offset, text_[offset] == '"'
                                     ? "a string without an end"
                                     : "a control character in a string");
      }
      default:
        return Malformed(0, simdjson::error_message(error));
    }
  }

  absl::Status ReadValue() {
    in_map_.clear();
    Expect expect = Expect::kValue;
    do {
      if (token_ == TokenCount()) {
        return Malformed(text_.size(), "the text ends inside a value");
      }
      absl::Status status = ReadToken(&expect);
      if (!status.ok()) return status;
      if (progress_ && token_ % kProgressTokens == 0) {
        progress_(TokenStart(token_));
      }
      ++token_;
    } while (!in_map_.empty());
    return absl::OkStatus();
  }

  // Reads the token at token_, and says what may follow.
  absl::Status ReadToken(Expect* expect) {
    const char c = text_[TokenStart(token_)];
    switch (*expect) {
      case Expect::kColon:
        if (c != ':') return Unexpected(*expect);
        *expect = Expect::kValue;
        return absl::OkStatus();
      case Expect::kCommaOrEnd:
        if (c == Closer()) return Close(expect);
        if (c != ',') return Unexpected(*expect);
        *expect = in_map_.back() ? Expect::kKey : Expect::kValue;
        return absl::OkStatus();
      case Expect::kKeyOrEnd:
      case Expect::kValueOrEnd:
        if (c == Closer()) return Close(expect);
        break;
      default:
        break;
    }
    if (*expect == Expect::kKey || *expect == Expect::kKeyOrEnd) {
      if (c != '"') return Unexpected(*expect);
      *expect = Expect::kColon;
      return ReadString();
    }
    return ReadValueToken(c, expect);
  }

  absl::Status ReadValueToken(char c, Expect* expect) {
    if (c == '{' || c == '[') {
      in_map_.push_back(c == '{');
      *expect = c == '{' ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
      return builder_.Open(c == '{' ? NodeKind::kMap : NodeKind::kList, Here());
    }
    const Expect wanted = *expect;
    *expect = Expect::kCommaOrEnd;
    if (c == '"') return ReadString();
    const absl::string_view token = Token();
    if (token == "null") return builder_.Scalar(NodeKind::kNull, "", Here());
    if (token == "true" || token == "false") {
      return builder_.Scalar(NodeKind::kBool, token, Here());
    }
    if (internal::IsJsonNumber(token)) {
      return builder_.Scalar(NodeKind::kNumber, token, Here());
    }
    return Unexpected(wanted);
  }

  absl::Status ReadString() {
    absl::string_view token = Token();
    const Position here = Here();
    if (token.size() < 2 || token.back() != '"') {
      return ErrorAt(file_, here, Reason::kMalformed, "a malformed string");
    }
    const absl::string_view raw = token.substr(1, token.size() - 2);
    if (raw.find('\\') == absl::string_view::npos) {
      return builder_.Scalar(NodeKind::kString, raw, here);
    }
    std::string_view decoded;
    if (unescaper_.parse(token.data(), token.size()).get(decoded) !=
            simdjson::SUCCESS ||
        !simdjson::validate_utf8(decoded.data(), decoded.size())) {
      return ErrorAt(file_, here, Reason::kMalformed,
                     "a string with a malformed escape");
    }
    return builder_.Scalar(NodeKind::kString,
                           absl::string_view(decoded.data(), decoded.size()),
                           here);
  }

  absl::Status Close(Expect* expect) {
    in_map_.pop_back();
    *expect = Expect::kCommaOrEnd;
    return builder_.Close();
  }

  char Closer() const { return in_map_.back() ? '}' : ']'; }

  uint32_t TokenCount() const { return stage_->n_structural_indexes; }
  uint32_t TokenStart(uint32_t token) const {
    return stage_->structural_indexes[token];
  }

  // Returns the token at token_, which reaches to the next one or white space.
  absl::string_view Token() const {
    const size_t start = TokenStart(token_);
    const size_t end =
        token_ + 1 < TokenCount() ? TokenStart(token_ + 1) : text_.size();
    absl::string_view token = text_.substr(start, end - start);
    // Most end where the next one starts.
    while (!token.empty() && IsSpace(token.back())) token.remove_suffix(1);
    return token;
  }

  Position Here() { return tracker_.At(TokenStart(token_)); }

  absl::Status Unexpected(Expect expect) {
    return ErrorAt(
        file_, Here(), Reason::kMalformed,
        absl::StrCat("want ",
                     Wanted(expect, !in_map_.empty() && in_map_.back()),
                     ", got ", ShownToken(Token())));
  }

  absl::Status Malformed(size_t offset, absl::string_view text) {
    return ErrorAt(file_, tracker_.At(offset), Reason::kMalformed, text);
  }

  const absl::string_view text_;
  const std::string file_;
  const Limits limits_;
  const ReadProgress progress_;
  internal::PositionTracker tracker_;
  internal::TreeBuilder builder_;
  Stage stage_;
  simdjson::dom::parser unescaper_;
  uint32_t token_ = 0;
  std::vector<bool> in_map_;  // Of the lists and maps that are open.
  bool done_ = false;
};

}  // namespace

std::unique_ptr<DocumentReader> NewJsonReader(absl::string_view text,
                                              absl::string_view file,
                                              const Limits& limits,
                                              ReadProgress progress) {
  return std::make_unique<JsonReader>(text, file, limits, std::move(progress));
}

absl::StatusOr<Document> ParseJson(absl::string_view text,
                                   absl::string_view file,
                                   const Limits& limits) {
  JsonReader reader(text, file, limits, nullptr);
  Document document;
  const absl::StatusOr<bool> got = reader.Next(&document);
  if (!got.ok()) return got.status();
  if (!*got) {
    return ErrorAt(file, Position{}, Reason::kMalformed,
                   "want a value, got nothing");
  }
  const absl::Status end = reader.ExpectEnd();
  if (!end.ok()) return end;
  return document;
}

}  // namespace gatehouse::objects
