#include "authn/jose/internal/strict_json.h"

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"

namespace gatehouse::authn::internal {
namespace {

// Returns the length of the valid UTF-8 sequence at the start of `text`, which
// does not begin with ASCII; 0 if there is none (RFC 3629).
size_t Utf8Length(absl::string_view text) {
  const auto byte = [text](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  const auto continues = [&byte](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if ((first & 0xf0) == 0xe0) {
    if (first == 0xe0 && byte(1) < 0xa0) return 0;  // Overlong.
    if (first == 0xed && byte(1) > 0x9f) return 0;  // A surrogate.
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (first == 0xf0 && byte(1) < 0x90) return 0;  // Overlong.
    if (first == 0xf4 && byte(1) > 0x8f) return 0;  // Over U+10FFFF.
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

char* AppendUtf8(uint32_t rune, char* out) {
  if (rune < 0x80) {
    *out++ = static_cast<char>(rune);
    return out;
  }
  const int more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
  constexpr uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  *out++ = static_cast<char>(kLead[more] | rune >> (6 * more));
  for (int i = more - 1; i >= 0; --i) {
    *out++ = static_cast<char>(0x80 | (rune >> (6 * i) & 0x3f));
  }
  return out;
}

class Scanner {
 public:
  Scanner(absl::Span<char> text, const JsonCeilings& ceilings)
      : at_(text.data()),
        end_(text.data() + text.size()),
        ceilings_(ceilings) {}

  JoseError Scan(OnMember on_member) {
    SkipSpace();
    if (at_ == end_) return JoseError::kNotJson;
    if (*at_ != '{') {
      // Whether it is other JSON or none makes no difference to its fate.
      return *at_ == '\0' ? JoseError::kNulCharacter : JoseError::kNotObject;
    }
    const JoseError error = Object(1, &on_member);
    if (error != JoseError::kNone) return error;
    SkipSpace();
    return at_ == end_ ? JoseError::kNone : JoseError::kTrailingBytes;
  }

 private:
  void SkipSpace() {
    while (at_ != end_ &&
           (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) {
      ++at_;
    }
  }

  // Takes `c`, with white space before it.
  bool Take(char c) {
    SkipSpace();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  // What is wrong where something else had to stand.
  JoseError Unexpected() const {
    return at_ != end_ && *at_ == '\0' ? JoseError::kNulCharacter
                                       : JoseError::kNotJson;
  }

  JoseError Object(int depth, OnMember* on_member) {
    if (depth > ceilings_.max_depth) return JoseError::kTooDeep;
    ++at_;
    if (Take('}')) return JoseError::kNone;
    const size_t first_name = names_.size();
    do {
      absl::string_view name;
      SkipSpace();
      if (at_ == end_ || *at_ != '"') return Unexpected();
      JoseError error = String(&name);
      if (error == JoseError::kNone) error = AddName(first_name, name);
      if (error != JoseError::kNone) return error;
      if (!Take(':')) return Unexpected();
      JsonKind kind = JsonKind::kNull;
      absl::string_view value;
      error = Value(depth, &kind, &value);
      if (error != JoseError::kNone) return error;
      if (on_member != nullptr) (*on_member)(name, kind, value);
    } while (Take(','));
    names_.resize(first_name);
    return Take('}') ? JoseError::kNone : Unexpected();
  }

  JoseError AddName(size_t first_name, absl::string_view name) {
    if (++members_ > ceilings_.max_members) return JoseError::kTooManyMembers;
    for (size_t i = first_name; i < names_.size(); ++i) {
      if (names_[i] == name) return JoseError::kDuplicateMember;
    }
    names_.push_back(name);
    return JoseError::kNone;
  }

  JoseError List(int depth) {
    if (depth > ceilings_.max_depth) return JoseError::kTooDeep;
    ++at_;
    if (Take(']')) return JoseError::kNone;
    do {
      JsonKind kind;
      absl::string_view value;
      const JoseError error = Value(depth, &kind, &value);
      if (error != JoseError::kNone) return error;
    } while (Take(','));
    return Take(']') ? JoseError::kNone : Unexpected();
  }

  JoseError Value(int depth, JsonKind* kind, absl::string_view* value) {
    SkipSpace();
    if (at_ == end_) return JoseError::kNotJson;
    switch (*at_) {
      case '"':
        *kind = JsonKind::kString;
        return String(value);
      case '{':
        *kind = JsonKind::kObject;
        return Object(depth + 1, nullptr);
      case '[':
        *kind = JsonKind::kList;
        return List(depth + 1);
      case 't':
        *kind = JsonKind::kBool;
        return Word("true");
      case 'f':
        *kind = JsonKind::kBool;
        return Word("false");
      case 'n':
        *kind = JsonKind::kNull;
        return Word("null");
      default:
        *kind = JsonKind::kNumber;
        return Number();
    }
  }

  JoseError Word(absl::string_view word) {
    if (Rest().substr(0, word.size()) != word) return JoseError::kNotJson;
    at_ += word.size();
    return JoseError::kNone;
  }

  bool TakeDigits() {
    const char* const start = at_;
    while (at_ != end_ && absl::ascii_isdigit(static_cast<uint8_t>(*at_))) {
      ++at_;
    }
    return at_ != start;
  }

  bool TakeAny(absl::string_view characters) {
    if (at_ == end_ || !absl::c_linear_search(characters, *at_)) return false;
    ++at_;
    return true;
  }

  // RFC 8259 section 6. What follows a number is checked by who reads on.
  JoseError Number() {
    TakeAny("-");
    if (!TakeAny("0") && !TakeDigits()) return Unexpected();
    if (TakeAny(".") && !TakeDigits()) return Unexpected();
    if (TakeAny("eE")) {
      TakeAny("+-");
      if (!TakeDigits()) return Unexpected();
    }
    return JoseError::kNone;
  }

  // Reads a string at its first quote and unescapes it in place: no escape is
  // shorter than what it stands for.
  JoseError String(absl::string_view* value) {
    char* out = ++at_;
    const char* const start = out;
    while (at_ != end_ && *at_ != '"') {
      const auto c = static_cast<uint8_t>(*at_);
      if (c < 0x20) return Unexpected();
      if (c == '\\') {
        const JoseError error = Escape(&out);
        if (error != JoseError::kNone) return error;
        continue;
      }
      const size_t length = c < 0x80 ? 1 : Utf8Length(Rest());
      if (length == 0) return JoseError::kNotUtf8;
      for (size_t i = 0; i < length; ++i) *out++ = *at_++;
    }
    if (at_ == end_) return JoseError::kNotJson;
    *value = absl::string_view(start, out - start);
    ++at_;
    return JoseError::kNone;
  }

  JoseError Escape(char** out) {
    constexpr absl::string_view kEscapes = "\"\\/bfnrt";
    constexpr absl::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (++at_ == end_) return JoseError::kNotJson;
    if (*at_ == 'u') return UnicodeEscape(out);
    const size_t which = kEscapes.find(*at_);
    if (which == absl::string_view::npos) return Unexpected();
    ++at_;
    *(*out)++ = kMeanings[which];
    return JoseError::kNone;
  }

  JoseError UnicodeEscape(char** out) {
    uint32_t rune;
    if (!TakeHex(&rune)) return JoseError::kNotJson;
    if (rune == 0) return JoseError::kNulCharacter;
    if (rune >= 0xdc00 && rune <= 0xdfff) return JoseError::kNotUtf8;
    if (rune >= 0xd800 && rune <= 0xdbff) {
      uint32_t low;
      if (at_ == end_ || *at_ != '\\' || ++at_ == end_ || *at_ != 'u' ||
          !TakeHex(&low) || low < 0xdc00 || low > 0xdfff) {
        return JoseError::kNotUtf8;
      }
      rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
    }
    *out = AppendUtf8(rune, *out);
    return JoseError::kNone;
  }

  // Takes the "u" of an escape and the four digits behind it.
  bool TakeHex(uint32_t* value) {
    ++at_;
    *value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == end_) return false;
      const char c = absl::ascii_tolower(static_cast<uint8_t>(*at_));
      if (!absl::ascii_isxdigit(static_cast<uint8_t>(c))) return false;
      *value = *value << 4 |
               static_cast<uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
  }

  absl::string_view Rest() const { return absl::string_view(at_, end_ - at_); }

  char* at_;
  char* const end_;
  const JsonCeilings ceilings_;
  size_t members_ = 0;
  // Of the objects that are open, one behind the other.
  absl::InlinedVector<absl::string_view, 16> names_;
};

}  // namespace

JoseError ScanJsonObject(absl::Span<char> text, const JsonCeilings& ceilings,
                         OnMember on_member) {
  return Scanner(text, ceilings).Scan(on_member);
}

}  // namespace gatehouse::authn::internal
