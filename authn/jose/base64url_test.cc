#include "authn/jose/base64url.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

struct DecodeCase {
  const char* text;
  JoseError error;
  const char* bytes_hex = "";
};

class Base64UrlTest : public testing::TestWithParam<DecodeCase> {};

TEST_P(Base64UrlTest, Decodes) {
  std::string bytes = "left over";
  EXPECT_EQ(Base64UrlDecode(GetParam().text, &bytes), GetParam().error);
  EXPECT_EQ(absl::BytesToHexString(bytes), GetParam().bytes_hex);
}

constexpr JoseError kMalformed = JoseError::kBase64Malformed;
constexpr JoseError kPadding = JoseError::kBase64Padding;
constexpr JoseError kNotCanonical = JoseError::kBase64NotCanonical;

INSTANTIATE_TEST_SUITE_P(
    Rfc4648, Base64UrlTest,
    testing::Values(DecodeCase{"", JoseError::kNone},
                    DecodeCase{"Zg", JoseError::kNone, "66"},
                    DecodeCase{"Zm8", JoseError::kNone, "666f"},
                    DecodeCase{"Zm9v", JoseError::kNone, "666f6f"},
                    DecodeCase{"Zm9vYg", JoseError::kNone, "666f6f62"},
                    DecodeCase{"Zm9vYmE", JoseError::kNone, "666f6f6261"},
                    DecodeCase{"Zm9vYmFy", JoseError::kNone, "666f6f626172"},
                    DecodeCase{"-_-_", JoseError::kNone, "fbffbf"},
                    DecodeCase{"AAAA", JoseError::kNone, "000000"}));

INSTANTIATE_TEST_SUITE_P(
    Refused, Base64UrlTest,
    testing::Values(
        DecodeCase{"Zg==", kPadding}, DecodeCase{"Zg=", kPadding},
        DecodeCase{"Zm8=", kPadding}, DecodeCase{"=", kPadding},
        DecodeCase{"====", kPadding}, DecodeCase{"Zm9v=", kPadding},
        DecodeCase{"Zg==Zg", kMalformed}, DecodeCase{"Z=m9", kMalformed},
        DecodeCase{"Z", kMalformed}, DecodeCase{"Zm9vZ", kMalformed},
        DecodeCase{"+/+/", kMalformed}, DecodeCase{"Zm9 ", kMalformed},
        DecodeCase{" Zm9v", kMalformed}, DecodeCase{"Zm9v\n", kMalformed},
        DecodeCase{"Zm\r\n9v", kMalformed}, DecodeCase{"Zm9.", kMalformed},
        DecodeCase{"Zm9\x80", kMalformed}, DecodeCase{"Zm9\xff", kMalformed},
        DecodeCase{"?Zm9v", kMalformed}, DecodeCase{"Zh", kNotCanonical},
        DecodeCase{"Zv", kNotCanonical}, DecodeCase{"Zm9", kNotCanonical},
        DecodeCase{"Zm-", kNotCanonical}, DecodeCase{"Zm9vYh", kNotCanonical},
        DecodeCase{"A_", kNotCanonical}));

TEST(Base64UrlTest, RefusesNul) {
  std::string bytes;
  EXPECT_EQ(Base64UrlDecode(absl::string_view("Zm9\0", 4), &bytes), kMalformed);
}

// One text for each sequence of bytes: of all texts of up to three characters,
// those that decode are what their bytes encode to.
TEST(Base64UrlTest, AcceptedOnlyIfEncodingGivesTheSameText) {
  int accepted = 0;
  for (int size = 1; size <= 3; ++size) {
    for (int i = 0; i < 1 << (8 * size); i += size == 3 ? 7 : 1) {
      std::string text;
      for (int k = 0; k < size; ++k) {
        text.push_back(static_cast<char>(i >> (8 * k)));
      }
      std::string bytes;
      if (Base64UrlDecode(text, &bytes) != JoseError::kNone) continue;
      ++accepted;
      ASSERT_EQ(Base64UrlEncode(bytes), text);
    }
  }
  EXPECT_GT(accepted, 256);
}

TEST(Base64UrlTest, EveryLengthAndByteRoundTrips) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const std::string text = Base64UrlEncode(bytes);
    EXPECT_EQ(Base64UrlDecodedSize(text.size()), bytes.size());
    std::string again;
    ASSERT_EQ(Base64UrlDecode(text, &again), JoseError::kNone);
    EXPECT_EQ(again, bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

// Long enough for blocks, for what follows them, and for the last few.
TEST(Base64UrlTest, EveryByteAtEveryPlaceIsOfTheAlphabetOrRefused) {
  const std::string bytes(60, 'x');
  const std::string text = Base64UrlEncode(bytes);
  ASSERT_EQ(text.size(), 80u);
  const std::string alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (size_t place = 0; place < text.size(); ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[place] = static_cast<char>(byte);
      const bool good = alphabet.find(changed[place]) != std::string::npos;
      std::string got;
      ASSERT_EQ(Base64UrlDecode(changed, &got) == JoseError::kNone, good)
          << place << " " << byte;
      if (!good) continue;
      ASSERT_EQ(Base64UrlEncode(got), changed);
    }
  }
}

TEST(Base64UrlTest, DecodesInPlace) {
  for (const size_t size : {5, 12, 17, 18, 24, 300}) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) {
      bytes.push_back(static_cast<char>(i * 41 + 7));
    }
    std::string text = Base64UrlEncode(bytes);
    ASSERT_EQ(Base64UrlDecode(text, &text[0]), JoseError::kNone);
    EXPECT_EQ(text.substr(0, size), bytes);
  }
}

// A block is written whole: not over the end of what there is room for.
TEST(Base64UrlTest, WritesNothingBehindTheEnd) {
  for (size_t size = 0; size < 200; ++size) {
    const std::string text = Base64UrlEncode(std::string(size, 'x'));
    std::string out(size + 16, '!');
    ASSERT_EQ(Base64UrlDecode(text, &out[0]), JoseError::kNone);
    EXPECT_EQ(out, std::string(size, 'x') + std::string(16, '!'));
  }
}

}  // namespace
}  // namespace gatehouse::authn
