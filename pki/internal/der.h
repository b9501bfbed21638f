// What the readers and writers of pki/ share over BoringSSL's CBS and CBB,
// which are strict DER.
#ifndef GATEHOUSE_PKI_INTERNAL_DER_H_
#define GATEHOUSE_PKI_INTERNAL_DER_H_

#include <openssl/bytestring.h>

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gatehouse::pki::internal {

// Returns the tag [number], constructed (EXPLICIT, or IMPLICIT of a SEQUENCE)
// or primitive (IMPLICIT of a simple type).
constexpr unsigned ContextTag(unsigned number) {
  return CBS_ASN1_CONTEXT_SPECIFIC | CBS_ASN1_CONSTRUCTED | number;
}
constexpr unsigned PrimitiveContextTag(unsigned number) {
  return CBS_ASN1_CONTEXT_SPECIFIC | number;
}

// A CBS over `bytes`, and back. Both only point; nothing is copied.
CBS CbsOf(absl::string_view bytes);
absl::string_view ViewOf(const CBS& cbs);

// Returns kMalformed: "<source>: <what>", or "<what>" without a source.
absl::Status MalformedError(absl::string_view source, absl::string_view what);

// ---- Reading. Each takes one element off `*in`; false if it is not that
// element or not DER, and then `*in` is spent and the outputs are undefined.

// An element of `tag`, header and all.
bool ReadElement(CBS* in, unsigned tag, absl::string_view* element);

// An OBJECT IDENTIFIER, as "1.2.840.113549". Arcs up to 64 bits.
bool ReadOid(CBS* in, std::string* dotted);
// The same for the content octets of one; "" if they are malformed.
std::string OidToString(absl::string_view contents);

// An INTEGER in its shortest form: its content octets, never none.
bool ReadInteger(CBS* in, absl::string_view* contents);

// A BIT STRING of whole octets, such as a signature or a key.
bool ReadBitString(CBS* in, CBS* octets);
// The same for contents that were read already under an IMPLICIT tag.
bool ParseBitString(CBS contents, CBS* octets);

// The contents of a BIT STRING of named bits, at most 16 of them, with no
// trailing zero bits, as DER wants: bit 0 is 1 << 0.
bool ParseNamedBits(CBS contents, uint16_t* bits);

// A Time as RFC 5280 4.1.2.5 has it: UTCTime YYMMDDHHMMSSZ for 1950 to 2049,
// GeneralizedTime YYYYMMDDHHMMSSZ from 2050 on; a date that exists, no
// fraction, no offset.
bool ReadTime(CBS* in, absl::Time* time);
// A GeneralizedTime in that form, of any year (OCSP, CRL invalidity dates).
bool ReadGeneralizedTime(CBS* in, absl::Time* time);
// The same for its content octets.
bool ParseGeneralizedTime(absl::string_view contents, absl::Time* time);

// Returns whether `parameters` may follow the OID of an AlgorithmIdentifier:
// nothing, or one NULL, OBJECT IDENTIFIER or SEQUENCE. No algorithm has others.
bool AreAlgorithmParameters(CBS parameters);

// Returns whether every byte is ASCII and none is NUL.
bool IsIa5(absl::string_view text);

// Returns an INTEGER's contents in decimal, with a "-" if it is negative.
std::string IntegerToDecimal(absl::string_view contents);

// ---- Writing. False if `out` cannot grow or the value has no encoding.

bool WriteBytes(CBB* out, absl::string_view bytes);
bool WriteElement(CBB* out, unsigned tag, absl::string_view contents);
bool WriteOid(CBB* out, absl::string_view dotted);
// A BIT STRING of named bits, without trailing zero bits.
bool WriteNamedBits(CBB* out, uint16_t bits);
// A BIT STRING of whole octets.
bool WriteBitString(CBB* out, absl::string_view octets);
// UTCTime or GeneralizedTime, by the year; seconds, rounded down.
bool WriteTime(CBB* out, absl::Time time);
bool WriteGeneralizedTime(CBB* out, absl::Time time);
// A SEQUENCE (or other constructed `tag`) of what `contents` writes.
bool WriteConstructed(CBB* out, unsigned tag,
                      absl::FunctionRef<bool(CBB*)> contents);

// Returns what `write` writes; "" if it returns false.
std::string BuildDer(absl::FunctionRef<bool(CBB*)> write);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_DER_H_
