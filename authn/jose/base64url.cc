#include "authn/jose/base64url.h"

#include <array>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "authn/jose/internal/base64url_blocks.h"

namespace gatehouse::authn {
namespace {

constexpr char kAlphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Set in the entry of what is no character; errors are gathered by OR.
constexpr uint32_t kNoCharacter = uint32_t{1} << 31;

// What a character is worth at each of the four places of its group.
struct Values {
  std::array<uint32_t, 256> at[4];
};

constexpr Values MakeValues() {
  Values values = {};
  for (std::array<uint32_t, 256>& place : values.at) {
    for (uint32_t& value : place) value = kNoCharacter;
  }
  for (uint32_t i = 0; i < 64; ++i) {
    for (int place = 0; place < 4; ++place) {
      values.at[place][static_cast<uint8_t>(kAlphabet[i])] =
          i << (18 - 6 * place);
    }
  }
  return values;
}
constexpr Values kValues = MakeValues();

uint32_t ValueOf(char c, size_t place) {
  return kValues.at[place][static_cast<uint8_t>(c)];
}

JoseError WhyBad(absl::string_view text) {
  const size_t first_pad = text.find('=');
  if (first_pad == absl::string_view::npos) return JoseError::kBase64Malformed;
  const absl::string_view rest = text.substr(first_pad);
  const bool only_padding =
      rest.find_first_not_of('=') == absl::string_view::npos;
  return only_padding ? JoseError::kBase64Padding : JoseError::kBase64Malformed;
}

}  // namespace

JoseError Base64UrlDecode(absl::string_view text, char* out) {
  const size_t decoded = internal::DecodeBase64UrlBlocks(text, out);
  out += decoded / 4 * 3;
  uint32_t seen = 0;
  const char* in = text.data() + decoded;
  const char* const whole = text.data() + text.size() / 4 * 4;
  for (; in != whole; in += 4) {
    const uint32_t bits = ValueOf(in[0], 0) | ValueOf(in[1], 1) |
                          ValueOf(in[2], 2) | ValueOf(in[3], 3);
    seen |= bits;
    *out++ = static_cast<char>(bits >> 16);
    *out++ = static_cast<char>(bits >> 8);
    *out++ = static_cast<char>(bits);
  }
  const size_t rest = text.size() % 4;
  uint32_t bits = 0;
  for (size_t i = 0; i < rest; ++i) bits |= ValueOf(in[i], i);
  seen |= bits;
  // A single character is less than a byte.
  if ((seen & kNoCharacter) != 0 || rest == 1) return WhyBad(text);
  if (rest == 0) return JoseError::kNone;
  *out++ = static_cast<char>(bits >> 16);
  if (rest == 3) *out++ = static_cast<char>(bits >> 8);
  const uint32_t left_over = rest == 2 ? 0xffff : 0xff;
  return (bits & left_over) == 0 ? JoseError::kNone
                                 : JoseError::kBase64NotCanonical;
}

JoseError Base64UrlDecode(absl::string_view text, std::string* out) {
  out->resize(Base64UrlDecodedSize(text.size()));
  const JoseError error = Base64UrlDecode(text, &(*out)[0]);
  if (error != JoseError::kNone) out->clear();
  return error;
}

std::string Base64UrlEncode(absl::string_view bytes) {
  return absl::WebSafeBase64Escape(bytes);
}

}  // namespace gatehouse::authn
