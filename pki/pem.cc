#include "pki/pem.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/secret.h"

namespace gatehouse::pki {
namespace {

constexpr size_t kMaxBlocks = 100'000;
constexpr size_t kLineLength = 64;
constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kEnd = "-----END ";
constexpr absl::string_view kDashes = "-----";

// Lines walks over a text line by line.
class Lines {
 public:
  explicit Lines(absl::string_view text) : rest_(text) {}

  // Takes the next line, without its line break; false at the end.
  bool Next(absl::string_view* line) {
    if (rest_.empty()) return false;
    const size_t end = rest_.find('\n');
    *line = absl::StripTrailingAsciiWhitespace(rest_.substr(0, end));
    rest_.remove_prefix(end == absl::string_view::npos ? rest_.size()
                                                       : end + 1);
    ++number_;
    return true;
  }
  int number() const { return number_; }
  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
  int number_ = 0;
};

// Returns whether `line` is "<opening><label>-----", and the label.
bool IsBoundary(absl::string_view line, absl::string_view opening,
                absl::string_view* label) {
  if (!absl::ConsumePrefix(&line, opening) ||
      !absl::ConsumeSuffix(&line, kDashes)) {
    return false;
  }
  *label = line;
  return true;
}

// Decodes base64 without spaces: padded, in the standard alphabet.
bool DecodeBase64(absl::string_view text, std::string* out) {
  return text.size() % 4 == 0 && absl::Base64Unescape(text, out);
}

// Finds the END line of `label`, from `lines` on: `*body` is the text before
// it. False if another boundary or the end of the text comes first.
bool FindEnd(absl::string_view label, Lines* lines, absl::string_view* body) {
  const char* const begin = lines->rest().data();
  while (true) {
    const char* const end = lines->rest().data();
    absl::string_view line;
    if (!lines->Next(&line)) return false;
    absl::string_view end_label;
    if (IsBoundary(line, kEnd, &end_label)) {
      *body = absl::string_view(begin, static_cast<size_t>(end - begin));
      return end_label == label;
    }
    if (absl::StartsWith(line, kDashes)) return false;
  }
}

// Splits a body into RFC 1421 headers, lines with a colon at its beginning,
// and base64 without its spaces.
void SplitBody(absl::string_view body, std::string* headers,
               std::string* base64) {
  Lines lines(body);
  absl::string_view line;
  bool in_headers = true;
  // Reserved, so that no copy of a private key is left behind in the heap.
  base64->reserve(body.size());
  while (lines.Next(&line)) {
    in_headers = in_headers && absl::StrContains(line, ':');
    if (in_headers) {
      absl::StrAppend(headers, line, "\n");
      continue;
    }
    for (const char c : line) {
      if (c != ' ' && c != '\t' && c != '\r') base64->push_back(c);
    }
  }
}

// Reads the block that the BEGIN line before `lines` opens. False, with `lines`
// unchanged, if it is none.
bool ReadBlock(absl::string_view label, Lines* lines, PemBlock* block) {
  Lines ahead = *lines;
  absl::string_view body;
  if (!FindEnd(label, &ahead, &body)) return false;
  std::string base64;
  SplitBody(body, &block->headers, &base64);
  const bool good = DecodeBase64(base64, &block->der);
  WipeString(&base64);
  if (!good) return false;
  block->label = std::string(label);
  *lines = ahead;
  return true;
}

absl::Status TooLarge(absl::string_view source, absl::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                   absl::StrCat(source, source.empty() ? "" : ": ",
                                "PEM text has more than ", what));
}

}  // namespace

absl::StatusOr<std::vector<PemBlock>> DecodePem(absl::string_view text,
                                                absl::string_view source,
                                                size_t max_bytes) {
  if (text.size() > max_bytes) {
    return TooLarge(source, absl::StrCat(max_bytes >> 20, " MiB"));
  }
  std::vector<PemBlock> blocks;
  Lines lines(text);
  absl::string_view line;
  while (lines.Next(&line)) {
    absl::string_view label;
    if (!IsBoundary(line, kBegin, &label)) continue;
    PemBlock block;
    block.line = lines.number();
    if (!ReadBlock(label, &lines, &block)) continue;
    if (blocks.size() == kMaxBlocks) return TooLarge(source, "100000 blocks");
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::string EncodePem(absl::string_view label, absl::string_view der) {
  std::string base64 = absl::Base64Escape(der);
  std::string text;
  // Reserved and wiped, because it may be a private key.
  text.reserve(base64.size() + base64.size() / kLineLength + 2 * label.size() +
               kBegin.size() + kEnd.size() + 2 * kDashes.size() + 4);
  absl::StrAppend(&text, kBegin, label, kDashes, "\n");
  for (size_t i = 0; i < base64.size(); i += kLineLength) {
    absl::StrAppend(&text, absl::string_view(base64).substr(i, kLineLength),
                    "\n");
  }
  absl::StrAppend(&text, kEnd, label, kDashes, "\n");
  WipeString(&base64);
  return text;
}

}  // namespace gatehouse::pki
