#include "authn/token/unverified_issuer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/types/span.h"
#include "authn/jose/base64url.h"
#include "authn/jose/internal/strict_json.h"
#include "authn/jose/jose_error.h"
#include "authn/token/token_authenticator.h"

namespace gatehouse::authn {
namespace {

constexpr absl::string_view kIssuer = "iss";

// The ceilings of Jws::Parse on depth; on members fewer, as names are compared
// each with each and this is done before any signature is looked at.
constexpr int kMaxDepth = 32;
constexpr size_t kMaxMembers = 512;

// Returns the payload of a token with three parts; empty if it has not three.
absl::string_view PayloadOf(absl::string_view token) {
  // The JSON form of a JWS starts with a brace, and may have dots where its
  // writer likes.
  if (token.size() > kMaxTokenBytes || token.empty() ||
      !absl::ascii_isalnum(static_cast<unsigned char>(token[0]))) {
    return {};
  }
  const size_t first = token.find('.');
  if (first == absl::string_view::npos) return {};
  const size_t second = token.find('.', first + 1);
  if (second == absl::string_view::npos) return {};
  if (token.find('.', second + 1) != absl::string_view::npos) return {};
  return token.substr(first + 1, second - first - 1);
}

// StartScanner reads the members of an object of which only the start may be
// there, up to "iss". It finds it or gives up, and knows no escapes.
class StartScanner {
 public:
  explicit StartScanner(absl::string_view text) : text_(text) {}

  bool Find(absl::string_view* issuer) {
    if (!Take('{')) return false;
    do {
      absl::string_view name;
      if (!String(&name) || !Take(':')) return false;
      if (name == kIssuer) return String(issuer);
      if (!SkipValue()) return false;
    } while (Take(','));
    return false;
  }

 private:
  static bool IsSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  // Of a number, or of true, false and null.
  static bool IsOfWord(char c) {
    return c == '-' || c == '+' || c == '.' ||
           absl::ascii_isalnum(static_cast<unsigned char>(c));
  }

  void SkipSpace() {
    while (!text_.empty() && IsSpace(text_[0])) text_.remove_prefix(1);
  }

  bool Take(char c) {
    SkipSpace();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool String(absl::string_view* value) {
    if (!Take('"')) return false;
    size_t size = 0;
    while (size < text_.size() && text_[size] != '"') {
      if (text_[size] == '\\') return false;
      ++size;
    }
    if (size == text_.size()) return false;
    *value = text_.substr(0, size);
    text_.remove_prefix(size + 1);
    return true;
  }

  // Passes over a value without judging it; a list or an object by counting
  // brackets.
  bool SkipValue() {
    int depth = 0;
    do {
      SkipSpace();
      if (text_.empty()) return false;
      const char c = text_[0];
      absl::string_view ignored;
      if (c == '"') {
        if (!String(&ignored)) return false;
        continue;
      }
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
      text_.remove_prefix(1);
      while (!text_.empty() && IsOfWord(c) && IsOfWord(text_[0])) {
        text_.remove_prefix(1);
      }
    } while (depth > 0);
    return depth == 0;
  }

  absl::string_view text_;
};

}  // namespace

UnverifiedIssuer::UnverifiedIssuer(absl::string_view token) {
  const absl::string_view payload = PayloadOf(token);
  if (payload.empty()) return;
  // In most tokens "iss" stands near the start: to decode is what costs.
  constexpr size_t kNear = 96;
  if (ReadStart(payload, kNear) || ReadStart(payload, start_.size())) return;
  ReadAll(payload);
}

bool UnverifiedIssuer::ReadStart(absl::string_view payload, size_t bytes) {
  // Whole groups of four characters, so that the part is an encoding too.
  const size_t whole = std::min(payload.size(), bytes / 3 * 4) / 4 * 4;
  if (Base64UrlDecode(payload.substr(0, whole), start_.data()) !=
      JoseError::kNone) {
    return false;
  }
  const absl::string_view text(start_.data(), Base64UrlDecodedSize(whole));
  found_ = StartScanner(text).Find(&value_);
  return found_;
}

void UnverifiedIssuer::ReadAll(absl::string_view payload) {
  const size_t size = Base64UrlDecodedSize(payload.size());
  all_.reset(new char[size]);
  if (Base64UrlDecode(payload, all_.get()) != JoseError::kNone) return;
  found_ = StartScanner(absl::string_view(all_.get(), size)).Find(&value_);
  if (found_) return;
  internal::JsonCeilings ceilings;
  ceilings.max_depth = kMaxDepth;
  ceilings.max_members = kMaxMembers;
  bool is_string = false;
  absl::string_view value;
  const JoseError error = internal::ScanJsonObject(
      absl::MakeSpan(all_.get(), size), ceilings,
      [&](absl::string_view name, internal::JsonKind kind,
          absl::string_view text) {
        if (name != kIssuer) return;
        is_string = kind == internal::JsonKind::kString;
        value = text;
      });
  if (error != JoseError::kNone || !is_string) return;
  found_ = true;
  value_ = value;
}

}  // namespace gatehouse::authn
