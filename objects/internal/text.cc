#include "objects/internal/text.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace gatehouse::objects::internal {
namespace {

// Long texts are checked in one go as far as they are good.
constexpr size_t kBlock = 4096;

size_t CharacterLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Returns how many bytes at the start of `text` are ASCII and no newline, or
// some fewer.
size_t PlainPrefix(absl::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kTops = kOnes << 7;
  size_t done = 0;
  for (; text.size() - done >= 8; done += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + done, sizeof(word));
    // A zero byte for each newline; whether there is one, of ASCII.
    const uint64_t zeros = word ^ (kOnes * '\n');
    if (((word | ((zeros - kOnes) & ~zeros)) & kTops) != 0) break;
  }
  return done;
}

// Returns how far a block from the start of `text` reaches without cutting a
// character.
size_t BlockLength(absl::string_view text) {
  size_t end = std::min(text.size(), kBlock);
  while (end > 1 && end < text.size() && IsContinuation(text[end])) --end;
  return end;
}

}  // namespace

size_t ValidUtf8Prefix(absl::string_view text) {
  size_t done = 0;
  while (done < text.size()) {
    const absl::string_view rest = text.substr(done);
    const size_t block = BlockLength(rest);
    if (simdjson::validate_utf8(rest.data(), block)) {
      done += block;
      continue;
    }
    const size_t length = CharacterLength(static_cast<unsigned char>(rest[0]));
    if (length > rest.size() || !simdjson::validate_utf8(rest.data(), length)) {
      return done;
    }
    done += length;
  }
  return done;
}

std::string ReplaceBadUtf8(absl::string_view text) {
  std::string result;
  while (true) {
    const size_t good = ValidUtf8Prefix(text);
    result.append(text.data(), good);
    if (good == text.size()) return result;
    result.append("\xEF\xBF\xBD");
    text.remove_prefix(good + 1);
  }
}

PositionTracker::PositionTracker(absl::string_view text)
    : text_(text), plain_end_(PlainPrefix(text)), offset_(plain_end_) {
  position_.column = static_cast<uint32_t>(plain_end_ + 1);
}

Position PositionTracker::At(size_t offset) {
  if (offset <= plain_end_) {
    return {1, static_cast<uint32_t>(offset + 1)};
  }
  const size_t end = std::min(offset, text_.size());
  for (; offset_ < end; ++offset_) {
    const char c = text_[offset_];
    if (c == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if (!IsContinuation(c)) {
      ++position_.column;
    }
  }
  return position_;
}

}  // namespace gatehouse::objects::internal
