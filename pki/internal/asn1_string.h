// ASN.1's character strings as UTF-8.
#ifndef GATEHOUSE_PKI_INTERNAL_ASN1_STRING_H_
#define GATEHOUSE_PKI_INTERNAL_ASN1_STRING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::pki::internal {

// Returns whether `tag` (of CBS_ASN1_...) is a type of string that names hold:
// UTF8String, PrintableString, IA5String, NumericString, T61String, BMPString,
// UniversalString.
bool IsStringTag(unsigned tag);

// Converts the content octets of such a string. False if they are not valid in
// their type: Go's rules for each, and no code point that Unicode reserves.
// T61String is read as Latin-1, as everybody does; PrintableString may have
// "*" and "&"; one NUL at the end of a BMPString or UniversalString is cut off.
// A NUL anywhere else is kept.
bool DecodeAsn1String(unsigned tag, absl::string_view contents,
                      std::string* utf8);

// Returns whether `text` is UTF-8 of code points that names may hold.
bool IsValidUtf8(absl::string_view text);

// Returns whether every character is in X.680's PrintableString.
bool IsPrintableString(absl::string_view text);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_ASN1_STRING_H_
