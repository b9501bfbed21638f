#include "pki/internal/asn1_string.h"

#include <openssl/bytestring.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "pki/internal/der.h"

namespace gatehouse::pki::internal {
namespace {

uint32_t ByteAt(absl::string_view text, size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Surrogates and noncharacters stand for nothing, and BoringSSL refuses them.
bool IsCodePoint(uint32_t c) {
  return c <= 0x10ffff && (c & 0xfffe) != 0xfffe &&
         (c < 0xfdd0 || c > 0xfdef) && (c < 0xd800 || c > 0xdfff);
}

void AppendUtf8(uint32_t c, std::string* out) {
  const auto push = [out](uint32_t byte) {
    out->push_back(static_cast<char>(byte));
  };
  if (c < 0x80) {
    push(c);
    return;
  }
  if (c < 0x800) {
    push(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      push(0xe0 | c >> 12);
    } else {
      push(0xf0 | c >> 18);
      push(0x80 | (c >> 12 & 0x3f));
    }
    push(0x80 | (c >> 6 & 0x3f));
  }
  push(0x80 | (c & 0x3f));
}

// Takes one code point off `*text`; false if it is not UTF-8.
bool TakeUtf8(absl::string_view* text, uint32_t* c) {
  const uint32_t first = ByteAt(*text, 0);
  size_t size = 1;
  *c = first;
  if (first >= 0x80) {
    if (first < 0xc2 || first > 0xf4) return false;
    size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (text->size() < size) return false;
    *c = first & (0x7f >> size);
    for (size_t i = 1; i < size; ++i) {
      const uint32_t byte = ByteAt(*text, i);
      if ((byte & 0xc0) != 0x80) return false;
      *c = *c << 6 | (byte & 0x3f);
    }
    // The shortest form only.
    if (*c < (size == 2 ? 0x80u : size == 3 ? 0x800u : 0x10000u)) return false;
  }
  text->remove_prefix(size);
  return true;
}

// Big-endian code units of `width` bytes, one per character.
bool DecodeWide(size_t width, absl::string_view contents, std::string* utf8) {
  if (contents.size() % width != 0) return false;
  for (size_t i = 0; i < contents.size(); i += width) {
    uint32_t c = 0;
    for (size_t k = 0; k < width; ++k) c = c << 8 | ByteAt(contents, i + k);
    if (!IsCodePoint(c)) return false;
    // A terminator, as some writers leave one.
    if (c == 0 && i + width == contents.size()) break;
    AppendUtf8(c, utf8);
  }
  return true;
}

// X.680's set, and what too many certificates hold.
bool IsPrintableOrTolerated(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::StrContains(" '()+,-./:=?*&", c);
}

bool IsNumeric(char c) { return c == ' ' || (c >= '0' && c <= '9'); }

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

bool IsStringTag(unsigned tag) {
  switch (tag) {
    case CBS_ASN1_UTF8STRING:
    case CBS_ASN1_PRINTABLESTRING:
    case CBS_ASN1_IA5STRING:
    case CBS_ASN1_NUMERICSTRING:
    case CBS_ASN1_T61STRING:
    case CBS_ASN1_BMPSTRING:
    case CBS_ASN1_UNIVERSALSTRING:
      return true;
    default:
      return false;
  }
}

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    uint32_t c;
    if (!TakeUtf8(&text, &c) || !IsCodePoint(c)) return false;
  }
  return true;
}

bool IsPrintableString(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsPrintableOrTolerated(c) && c != '*' && c != '&';
  });
}

bool DecodeAsn1String(unsigned tag, absl::string_view contents,
                      std::string* utf8) {
  utf8->clear();
  const auto take_if = [&](bool valid) {
    if (valid) utf8->assign(contents.data(), contents.size());
    return valid;
  };
  const auto all = [contents](bool (*is)(char)) {
    return std::all_of(contents.begin(), contents.end(), is);
  };
  switch (tag) {
    case CBS_ASN1_UTF8STRING:
      return take_if(IsValidUtf8(contents));
    case CBS_ASN1_PRINTABLESTRING:
      return take_if(all(IsPrintableOrTolerated));
    case CBS_ASN1_IA5STRING:
      return take_if(all(IsAscii));
    case CBS_ASN1_NUMERICSTRING:
      return take_if(all(IsNumeric));
    case CBS_ASN1_T61STRING:
      for (size_t i = 0; i < contents.size(); ++i) {
        AppendUtf8(ByteAt(contents, i), utf8);
      }
      return true;
    case CBS_ASN1_BMPSTRING:
      return DecodeWide(2, contents, utf8);
    case CBS_ASN1_UNIVERSALSTRING:
      return DecodeWide(4, contents, utf8);
    default:
      return false;
  }
}

}  // namespace gatehouse::pki::internal
