#include "authn/jose/internal/base64url_blocks.h"

#if defined(__x86_64__)
#include <tmmintrin.h>

#include <array>
#include <cstdint>
#endif

namespace gatehouse::authn::internal {

#if defined(__x86_64__)
namespace {

// As W. Mula and D. Lemire do it ("Faster Base64 Encoding and Decoding Using
// AVX2 Instructions", 2018), for the alphabet of URLs and with the SSSE3 that
// every server has: what a character is follows from its two halves of four
// bits, each looked up among sixteen.
using Sixteen = std::array<int8_t, 16>;

// Which lower halves the characters of a class do not have.
constexpr bool IsWrong(int lower, int upper) {
  switch (upper) {
    case 2:  // "-"
      return lower != 0xd;
    case 3:  // "0" to "9"
      return lower > 9;
    case 4:  // "A" to "O"
    case 6:  // "a" to "o"
      return lower == 0;
    case 5:  // "P" to "Z", "_"
      return lower > 10 && lower != 0xf;
    case 7:  // "p" to "z"
      return lower > 10;
    default:
      return true;
  }
}

// Gives each upper half a bit of its class.
constexpr int8_t ClassOf(int upper) {
  return upper >= 2 && upper <= 7 ? static_cast<int8_t>(1 << (upper - 2))
                                  : int8_t{1 << 6};
}

constexpr Sixteen MakeClasses() {
  Sixteen classes = {};
  for (int upper = 0; upper < 16; ++upper) classes[upper] = ClassOf(upper);
  return classes;
}

// For a lower half, the classes that have no such character.
constexpr Sixteen MakeWrong() {
  Sixteen wrong = {};
  for (int lower = 0; lower < 16; ++lower) {
    for (int upper = 0; upper < 16; ++upper) {
      if (IsWrong(lower, upper)) {
        wrong[lower] = static_cast<int8_t>(wrong[lower] | ClassOf(upper));
      }
    }
  }
  return wrong;
}

// What is added to a character to make it its value; "_" is alone at 8 + 5.
constexpr Sixteen kToValue = {
    0, 0, 62 - '-', 52 - '0', -'A', -'A',     26 - 'a', 26 - 'a',
    0, 0, 0,        0,        0,    63 - '_', 0,        0};
constexpr Sixteen kClasses = MakeClasses();
constexpr Sixteen kWrong = MakeWrong();

// The three bytes of each group of four, which are the lower ones of a word,
// the most significant first.
constexpr Sixteen kBytesOfGroups = {2, 1,  0,  6,  5,  4,  10, 9,
                                    8, 14, 13, 12, -1, -1, -1, -1};

__attribute__((target("ssse3"))) __m128i Load(const void* at) {
  return _mm_loadu_si128(static_cast<const __m128i*>(at));
}

__attribute__((target("ssse3"))) size_t DecodeBlocks(absl::string_view text,
                                                     char* out) {
  const __m128i to_value = Load(kToValue.data());
  const __m128i classes = Load(kClasses.data());
  const __m128i wrong = Load(kWrong.data());
  const __m128i bytes_of_groups = Load(kBytesOfGroups.data());
  const __m128i lower_half = _mm_set1_epi8(0x0f);
  // Sixteen bytes are written of which twelve count: the six characters that
  // must follow have room for the rest.
  constexpr size_t kNeeded = 16 + 6;
  size_t done = 0;
  for (; text.size() - done >= kNeeded; done += 16, out += 12) {
    const __m128i in = Load(text.data() + done);
    const __m128i upper = _mm_and_si128(_mm_srli_epi32(in, 4), lower_half);
    const __m128i lower = _mm_and_si128(in, lower_half);
    const __m128i bad = _mm_and_si128(_mm_shuffle_epi8(wrong, lower),
                                      _mm_shuffle_epi8(classes, upper));
    const __m128i good = _mm_cmpeq_epi8(bad, _mm_setzero_si128());
    if (_mm_movemask_epi8(good) != 0xffff) break;
    const __m128i underscore =
        _mm_and_si128(_mm_cmpeq_epi8(in, _mm_set1_epi8('_')), _mm_set1_epi8(8));
    const __m128i values = _mm_add_epi8(
        in, _mm_shuffle_epi8(to_value, _mm_or_si128(upper, underscore)));
    // 6 and 6 bits to 12, 12 and 12 to 24.
    const __m128i pairs = _mm_maddubs_epi16(values, _mm_set1_epi32(0x01400140));
    const __m128i groups = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm_shuffle_epi8(groups, bytes_of_groups));
  }
  return done;
}

}  // namespace

size_t DecodeBase64UrlBlocks(absl::string_view text, char* out) {
  return __builtin_cpu_supports("ssse3") ? DecodeBlocks(text, out) : 0;
}

#else

size_t DecodeBase64UrlBlocks(absl::string_view, char*) { return 0; }

#endif

}  // namespace gatehouse::authn::internal
