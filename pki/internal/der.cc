#include "pki/internal/der.h"

#include <openssl/mem.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "base/errors.h"

namespace gatehouse::pki::internal {
namespace {

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

// Takes `count` digits off `*text`; -1 if they are not.
int TakeDigits(absl::string_view* text, size_t count) {
  if (text->size() < count) return -1;
  int value = 0;
  for (const char c : text->substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text->remove_prefix(count);
  return value;
}

// Parses "MMDDHHMMSSZ" of `year`.
bool ParseRestOfTime(int year, absl::string_view text, absl::Time* time) {
  int fields[5];
  for (int& field : fields) {
    field = TakeDigits(&text, 2);
    if (field < 0) return false;
  }
  if (text != "Z") return false;
  const absl::CivilSecond civil(year, fields[0], fields[1], fields[2],
                                fields[3], fields[4]);
  // CivilSecond carries over what is too large: the 31st of April moves on.
  if (civil.month() != fields[0] || civil.day() != fields[1] ||
      civil.hour() != fields[2] || civil.minute() != fields[3] ||
      civil.second() != fields[4]) {
    return false;
  }
  *time = absl::FromUnixSeconds(civil - absl::CivilSecond());
  return true;
}

absl::CivilSecond CivilOf(absl::Time time) {
  return absl::ToCivilSecond(time, absl::UTCTimeZone());
}

// Reads one base-128 number of an object identifier.
bool TakeArc(absl::string_view* contents, uint64_t* arc) {
  *arc = 0;
  for (size_t i = 0; i < contents->size(); ++i) {
    const auto byte = static_cast<uint8_t>((*contents)[i]);
    if (i == 0 && byte == 0x80) return false;  // Not the shortest form.
    if (*arc >> 57 != 0) return false;
    *arc = *arc << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) {
      contents->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace

CBS CbsOf(absl::string_view bytes) {
  CBS cbs;
  CBS_init(&cbs, Bytes(bytes), bytes.size());
  return cbs;
}

absl::string_view ViewOf(const CBS& cbs) {
  return absl::string_view(reinterpret_cast<const char*>(CBS_data(&cbs)),
                           CBS_len(&cbs));
}

absl::Status MalformedError(absl::string_view source, absl::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kMalformed,
      source.empty() ? std::string(what) : absl::StrCat(source, ": ", what));
}

bool ReadElement(CBS* in, unsigned tag, absl::string_view* element) {
  CBS cbs;
  if (!CBS_get_asn1_element(in, &cbs, tag)) return false;
  *element = ViewOf(cbs);
  return true;
}

std::string OidToString(absl::string_view contents) {
  uint64_t arc;
  if (!TakeArc(&contents, &arc)) return "";
  // The first number holds two arcs: 40 * a + b, a at most 2.
  const uint64_t first = std::min<uint64_t>(arc / 40, 2);
  std::string dotted = absl::StrCat(first, ".", arc - 40 * first);
  while (!contents.empty()) {
    if (!TakeArc(&contents, &arc)) return "";
    absl::StrAppend(&dotted, ".", arc);
  }
  return dotted;
}

bool ReadOid(CBS* in, std::string* dotted) {
  CBS contents;
  if (!CBS_get_asn1(in, &contents, CBS_ASN1_OBJECT)) return false;
  *dotted = OidToString(ViewOf(contents));
  return !dotted->empty();
}

bool ReadInteger(CBS* in, absl::string_view* contents) {
  CBS integer;
  if (!CBS_get_asn1(in, &integer, CBS_ASN1_INTEGER) ||
      !CBS_is_valid_asn1_integer(&integer, nullptr)) {
    return false;
  }
  *contents = ViewOf(integer);
  return true;
}

bool ParseBitString(CBS contents, CBS* octets) {
  uint8_t unused_bits;
  if (!CBS_get_u8(&contents, &unused_bits) || unused_bits != 0) return false;
  *octets = contents;
  return true;
}

bool ReadBitString(CBS* in, CBS* octets) {
  CBS contents;
  return CBS_get_asn1(in, &contents, CBS_ASN1_BITSTRING) &&
         ParseBitString(contents, octets);
}

bool ParseNamedBits(CBS contents, uint16_t* bits) {
  if (!CBS_is_valid_asn1_bitstring(&contents) || CBS_len(&contents) > 3) {
    return false;
  }
  *bits = 0;
  for (unsigned bit = 0; bit < 16; ++bit) {
    if (CBS_asn1_bitstring_has_bit(&contents, bit)) {
      *bits = static_cast<uint16_t>(*bits | 1u << bit);
    }
  }
  // The last bit that is encoded must be a one.
  const uint8_t unused_bits = CBS_data(&contents)[0];
  const size_t count = (CBS_len(&contents) - 1) * 8 - unused_bits;
  return count == 0 || (*bits >> (count - 1) & 1) != 0;
}

bool ParseGeneralizedTime(absl::string_view contents, absl::Time* time) {
  const int year = TakeDigits(&contents, 4);
  return year >= 0 && ParseRestOfTime(year, contents, time);
}

bool ReadGeneralizedTime(CBS* in, absl::Time* time) {
  CBS contents;
  return CBS_get_asn1(in, &contents, CBS_ASN1_GENERALIZEDTIME) &&
         ParseGeneralizedTime(ViewOf(contents), time);
}

bool ReadTime(CBS* in, absl::Time* time) {
  if (!CBS_peek_asn1_tag(in, CBS_ASN1_UTCTIME)) {
    return ReadGeneralizedTime(in, time) && CivilOf(*time).year() >= 2050;
  }
  CBS contents;
  if (!CBS_get_asn1(in, &contents, CBS_ASN1_UTCTIME)) return false;
  absl::string_view text = ViewOf(contents);
  const int year = TakeDigits(&text, 2);
  if (year < 0) return false;
  return ParseRestOfTime(year + (year < 50 ? 2000 : 1900), text, time);
}

bool AreAlgorithmParameters(CBS parameters) {
  if (CBS_len(&parameters) == 0) return true;
  CBS contents;
  unsigned tag;
  if (!CBS_get_any_asn1(&parameters, &contents, &tag) ||
      CBS_len(&parameters) != 0) {
    return false;
  }
  return tag == CBS_ASN1_SEQUENCE ||
         (tag == CBS_ASN1_NULL && CBS_len(&contents) == 0) ||
         (tag == CBS_ASN1_OBJECT && !OidToString(ViewOf(contents)).empty());
}

bool IsIa5(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte != 0 && byte < 0x80;
  });
}

std::string IntegerToDecimal(absl::string_view contents) {
  std::vector<uint8_t> magnitude(contents.begin(), contents.end());
  const bool negative = !magnitude.empty() && (magnitude[0] & 0x80) != 0;
  if (negative) {
    // Two's complement: invert and add one.
    int carry = 1;
    for (auto byte = magnitude.rbegin(); byte != magnitude.rend(); ++byte) {
      const int sum = (~*byte & 0xff) + carry;
      *byte = static_cast<uint8_t>(sum);
      carry = sum >> 8;
    }
  }
  std::string digits;  // Last one first.
  auto begin = magnitude.begin();
  while (true) {
    begin = std::find_if(begin, magnitude.end(),
                         [](uint8_t byte) { return byte != 0; });
    if (begin == magnitude.end()) break;
    int remainder = 0;
    for (auto byte = begin; byte != magnitude.end(); ++byte) {
      const int value = remainder << 8 | *byte;
      *byte = static_cast<uint8_t>(value / 10);
      remainder = value % 10;
    }
    digits.push_back(static_cast<char>('0' + remainder));
  }
  if (digits.empty()) return "0";
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

bool WriteBytes(CBB* out, absl::string_view bytes) {
  return CBB_add_bytes(out, Bytes(bytes), bytes.size()) != 0;
}

bool WriteConstructed(CBB* out, unsigned tag,
                      absl::FunctionRef<bool(CBB*)> contents) {
  CBB child;
  return CBB_add_asn1(out, &child, tag) && contents(&child) && CBB_flush(out);
}

bool WriteElement(CBB* out, unsigned tag, absl::string_view contents) {
  return WriteConstructed(
      out, tag, [&](CBB* child) { return WriteBytes(child, contents); });
}

bool WriteOid(CBB* out, absl::string_view dotted) {
  return WriteConstructed(out, CBS_ASN1_OBJECT, [&](CBB* child) {
    return CBB_add_asn1_oid_from_text(child, dotted.data(), dotted.size()) != 0;
  });
}

bool WriteNamedBits(CBB* out, uint16_t bits) {
  int count = 16;
  while (count > 0 && (bits >> (count - 1) & 1) == 0) --count;
  std::string contents((count + 7) / 8 + 1, '\0');
  contents[0] = static_cast<char>((8 - count % 8) % 8);
  for (int bit = 0; bit < count; ++bit) {
    if ((bits >> bit & 1) == 0) continue;
    char& octet = contents[1 + bit / 8];
    octet = static_cast<char>(octet | 0x80 >> bit % 8);
  }
  return WriteElement(out, CBS_ASN1_BITSTRING, contents);
}

bool WriteBitString(CBB* out, absl::string_view octets) {
  return WriteConstructed(out, CBS_ASN1_BITSTRING, [&](CBB* child) {
    return CBB_add_u8(child, 0) && WriteBytes(child, octets);
  });
}

bool WriteGeneralizedTime(CBB* out, absl::Time time) {
  const absl::CivilSecond civil = CivilOf(time);
  if (civil.year() < 0 || civil.year() > 9999) return false;
  return WriteElement(out, CBS_ASN1_GENERALIZEDTIME,
                      absl::StrFormat("%04d%02d%02d%02d%02d%02dZ", civil.year(),
                                      civil.month(), civil.day(), civil.hour(),
                                      civil.minute(), civil.second()));
}

bool WriteTime(CBB* out, absl::Time time) {
  const absl::CivilSecond civil = CivilOf(time);
  if (civil.year() >= 2050) return WriteGeneralizedTime(out, time);
  if (civil.year() < 1950) return false;
  return WriteElement(
      out, CBS_ASN1_UTCTIME,
      absl::StrFormat("%02d%02d%02d%02d%02d%02dZ", civil.year() % 100,
                      civil.month(), civil.day(), civil.hour(), civil.minute(),
                      civil.second()));
}

std::string BuildDer(absl::FunctionRef<bool(CBB*)> write) {
  bssl::ScopedCBB cbb;
  uint8_t* data = nullptr;
  size_t size = 0;
  if (!CBB_init(cbb.get(), 256) || !write(cbb.get()) ||
      !CBB_finish(cbb.get(), &data, &size)) {
    return "";
  }
  std::string der(reinterpret_cast<const char*>(data), size);
  OPENSSL_free(data);
  return der;
}

}  // namespace gatehouse::pki::internal
