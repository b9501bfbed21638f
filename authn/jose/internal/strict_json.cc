#include "authn/jose/internal/strict_json.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <cstddef>
#include <cstring>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

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

// Whether a byte stands for itself in a string: no quote, no backslash, no
// control character, and ASCII.
bool IsPlain(char c) {
  return c >= ' ' && c != '"' && c != '\\' && static_cast<uint8_t>(c) < 0x80;
}

// Return how many of the kPlainStep bytes from `bytes` on are plain, up to the
// first that is not.
#if defined(__SSE2__)
constexpr ptrdiff_t kPlainStep = 16;

int PlainAtStart(const char* bytes) {
  const __m128i in = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  // As signed numbers, what is not ASCII is less than a space too.
  const __m128i marks =
      _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(in, _mm_set1_epi8('"')),
                                _mm_cmpeq_epi8(in, _mm_set1_epi8('\\'))),
                   _mm_cmplt_epi8(in, _mm_set1_epi8(' ')));
  return absl::countr_zero(
      static_cast<uint32_t>(_mm_movemask_epi8(marks) | 1 << kPlainStep));
}
#else
constexpr ptrdiff_t kPlainStep = 8;

int PlainAtStart(const char* bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = kOnes << 7;
  uint64_t word;  // The first byte lowest: BoringSSL runs on no other machines.
  std::memcpy(&word, bytes, sizeof(word));
  // Marks the bytes that are less than `limit`, and perhaps some above those,
  // by their highest bit.
  const auto less = [](uint64_t of, uint64_t limit) {
    return (of - kOnes * limit) & ~of & kHighs;
  };
  const uint64_t marks = (word & kHighs) | less(word, 0x20) |
                         less(word ^ kOnes * '"', 1) |
                         less(word ^ kOnes * '\\', 1);
  return absl::countr_zero(marks) / 8;
}
#endif

class Reader {
 public:
  Reader(absl::Span<char> text, const JsonCeilings& ceilings, JsonTree* tree)
      : at_(text.data()),
        end_(text.data() + text.size()),
        ceilings_(ceilings),
        tree_(*tree) {}

  JoseError Read() {
    SkipSpace();
    if (at_ == end_) return JoseError::kNotJson;
    if (*at_ != '{') {
      // Whether it is other JSON or none makes no difference to its fate.
      return *at_ == '\0' ? JoseError::kNulCharacter : JoseError::kNotObject;
    }
    const JoseError error = Value(0, "");
    if (error != JoseError::kNone) return error;
    SkipSpace();
    return at_ == end_ ? JoseError::kNone : JoseError::kTrailingBytes;
  }

 private:
  using Names = absl::flat_hash_set<absl::string_view>;

  void SkipSpace() {
    if (at_ != end_ && static_cast<uint8_t>(*at_) > ' ') return;
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

  // Reads the members of the object that was added last.
  JoseError Object(int depth) {
    if (depth > ceilings_.max_depth) return JoseError::kTooDeep;
    ++at_;
    const size_t self = tree_.size() - 1;
    uint32_t count = 0;
    Names names;
    if (Take('}')) return JoseError::kNone;
    do {
      SkipSpace();
      if (at_ == end_ || *at_ != '"') return Unexpected();
      absl::string_view name;
      JoseError error = String(&name);
      if (error != JoseError::kNone) return error;
      if (++members_ > ceilings_.max_members) return JoseError::kTooManyMembers;
      if (!IsNew(self, count, name, &names)) return JoseError::kDuplicateMember;
      if (!Take(':')) return Unexpected();
      error = Value(depth, name);
      if (error != JoseError::kNone) return error;
      ++count;
    } while (Take(','));
    return Take('}') ? Close(self, count) : Unexpected();
  }

  // Returns whether none of the `count` members of an object is of that name.
  bool IsNew(size_t object, uint32_t count, absl::string_view name,
             Names* names) const {
    // More than that are found by hashes, so that the work grows with the text.
    constexpr uint32_t kFew = 16;
    if (count > kFew) return names->insert(name).second;
    size_t at = object + 1;
    for (uint32_t i = 0; i < count; ++i, at += tree_[at].span) {
      if (tree_[at].IsNamed(name)) return false;
      if (count == kFew) names->insert(tree_[at].name());
    }
    if (count == kFew) names->insert(name);
    return true;
  }

  // Reads the elements of the list that was added last.
  JoseError List(int depth) {
    if (depth > ceilings_.max_depth) return JoseError::kTooDeep;
    ++at_;
    const size_t self = tree_.size() - 1;
    uint32_t count = 0;
    if (Take(']')) return JoseError::kNone;
    do {
      const JoseError error = Value(depth, "");
      if (error != JoseError::kNone) return error;
      ++count;
    } while (Take(','));
    return Take(']') ? Close(self, count) : Unexpected();
  }

  JoseError Close(size_t self, uint32_t count) {
    tree_[self].size = count;
    tree_[self].span = static_cast<uint32_t>(tree_.size() - self);
    return JoseError::kNone;
  }

  // Reads a value that stands in something of that depth, and adds it.
  JoseError Value(int depth, absl::string_view name) {
    SkipSpace();
    if (at_ == end_) return JoseError::kNotJson;
    if (tree_.size() >= ceilings_.max_values) return JoseError::kTooManyMembers;
    JsonValue& value = tree_.emplace_back();
    value.set_name(name);
    switch (*at_) {
      case '"':
        value.kind = JsonKind::kString;
        return Text(&value);
      case '{':
        value.kind = JsonKind::kObject;
        return Object(depth + 1);
      case '[':
        value.kind = JsonKind::kList;
        return List(depth + 1);
      case 't':
        value.kind = JsonKind::kBool;
        return Word("true", &value);
      case 'f':
        value.kind = JsonKind::kBool;
        return Word("false", &value);
      case 'n':
        return Word("null", &value);
      default:
        value.kind = JsonKind::kNumber;
        return Number(&value);
    }
  }

  JoseError Word(absl::string_view word, JsonValue* value) {
    if (!absl::StartsWith(Rest(), word)) return JoseError::kNotJson;
    at_ += word.size();
    if (value->kind == JsonKind::kBool) value->set_text(word);
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
  JoseError Number(JsonValue* value) {
    const char* const start = at_;
    TakeAny("-");
    if (!TakeAny("0") && !TakeDigits()) return Unexpected();
    if (TakeAny(".") && !TakeDigits()) return Unexpected();
    if (TakeAny("eE")) {
      TakeAny("+-");
      if (!TakeDigits()) return Unexpected();
    }
    value->set_text(absl::string_view(start, at_ - start));
    return JoseError::kNone;
  }

  JoseError Text(JsonValue* value) {
    absl::string_view text;
    const JoseError error = String(&text);
    if (error == JoseError::kNone) value->set_text(text);
    return error;
  }

  // Reads a string at its first quote and unescapes it in place: no escape is
  // shorter than what it stands for.
  JoseError String(absl::string_view* value) {
    const char* const start = ++at_;
    at_ = SkipPlain(at_);
    if (at_ == end_ || *at_ != '"') return RestOfString(start, value);
    *value = absl::string_view(start, at_ - start);
    ++at_;
    return JoseError::kNone;
  }

  // Passes over what stands for itself, as all of most strings does.
  char* SkipPlain(char* at) const {
    while (end_ - at >= kPlainStep) {
      const int plain = PlainAtStart(at);
      at += plain;
      if (plain < kPlainStep) return at;
    }
    while (at != end_ && IsPlain(*at)) ++at;
    return at;
  }

  JoseError RestOfString(const char* start, absl::string_view* value) {
    char* out = at_;
    while (at_ != end_ && *at_ != '"') {
      const char c = *at_;
      const JoseError error = c == '\\' ? Escape(&out) : Other(&out);
      if (error != JoseError::kNone) return error;
    }
    if (at_ == end_) return JoseError::kNotJson;
    *value = absl::string_view(start, out - start);
    ++at_;
    return JoseError::kNone;
  }

  // Reads a character that is not escaped.
  JoseError Other(char** out) {
    const auto c = static_cast<uint8_t>(*at_);
    if (c < 0x20) return Unexpected();
    const size_t length = c < 0x80 ? 1 : Utf8Length(Rest());
    if (length == 0) return JoseError::kNotUtf8;
    for (size_t i = 0; i < length; ++i) *(*out)++ = *at_++;
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
  JsonTree& tree_;
  size_t members_ = 0;
};

}  // namespace

JoseError ReadJsonObject(absl::Span<char> text, const JsonCeilings& ceilings,
                         JsonTree* tree) {
  // So that no size in a JsonValue runs over.
  constexpr size_t kMaxBytes = size_t{1} << 29;
  if (text.size() >= kMaxBytes) return JoseError::kTokenTooLarge;
  return Reader(text, ceilings, tree).Read();
}

JoseError ScanJsonObject(absl::Span<char> text, const JsonCeilings& ceilings,
                         OnMember on_member) {
  JsonTree tree;
  const JoseError error = ReadJsonObject(text, ceilings, &tree);
  if (error != JoseError::kNone) return error;
  for (size_t at = 1; at < tree.size(); at += tree[at].span) {
    on_member(tree[at].name(), tree[at].kind, tree[at].text());
  }
  return error;
}

}  // namespace gatehouse::authn::internal
