#include "authn/jose/jose_error.h"

#include <cstddef>
#include <iterator>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

using absl::StatusCode;

constexpr char kPayloadUrl[] = "gatehouse/jose-error";

struct Entry {
  JoseError error;
  absl::string_view name;
  Reason reason;
  StatusCode code;
};

constexpr StatusCode kBad = StatusCode::kInvalidArgument;

constexpr Entry kEntries[] = {
    {JoseError::kNone, "", Reason::kNone, StatusCode::kUnknown},
    {JoseError::kTokenTooLarge, "TokenTooLarge", Reason::kTooLarge,
     StatusCode::kResourceExhausted},
    {JoseError::kNotCompact, "NotCompact", Reason::kMalformed, kBad},
    {JoseError::kBase64Malformed, "Base64Malformed", Reason::kMalformed, kBad},
    {JoseError::kBase64Padding, "Base64Padding", Reason::kMalformed, kBad},
    {JoseError::kBase64NotCanonical, "Base64NotCanonical", Reason::kMalformed,
     kBad},
    {JoseError::kNotJson, "NotJson", Reason::kMalformed, kBad},
    {JoseError::kNotObject, "NotObject", Reason::kMalformed, kBad},
    {JoseError::kTrailingBytes, "TrailingBytes", Reason::kMalformed, kBad},
    {JoseError::kDuplicateMember, "DuplicateMember", Reason::kDuplicate, kBad},
    {JoseError::kNotUtf8, "NotUtf8", Reason::kMalformed, kBad},
    {JoseError::kNulCharacter, "NulCharacter", Reason::kMalformed, kBad},
    {JoseError::kTooDeep, "TooDeep", Reason::kTooLarge,
     StatusCode::kResourceExhausted},
    {JoseError::kTooManyMembers, "TooManyMembers", Reason::kTooLarge,
     StatusCode::kResourceExhausted},
    {JoseError::kWrongType, "WrongType", Reason::kMalformed, kBad},
    {JoseError::kMissingAlgorithm, "MissingAlgorithm", Reason::kMalformed,
     kBad},
    {JoseError::kAlgorithmNone, "AlgorithmNone", Reason::kNotAllowed, kBad},
    {JoseError::kUnsupportedAlgorithm, "UnsupportedAlgorithm",
     Reason::kUnsupported, StatusCode::kUnimplemented},
    {JoseError::kUnknownCritical, "UnknownCritical", Reason::kUnhandledCritical,
     kBad},
    {JoseError::kUnencodedPayload, "UnencodedPayload", Reason::kUnsupported,
     StatusCode::kUnimplemented},
    {JoseError::kKeyUrlInHeader, "KeyUrlInHeader", Reason::kNotAllowed, kBad},
    {JoseError::kKeyInHeader, "KeyInHeader", Reason::kNotAllowed, kBad},
    {JoseError::kCertificateUrlInHeader, "CertificateUrlInHeader",
     Reason::kNotAllowed, kBad},
    {JoseError::kCertificateInHeader, "CertificateInHeader",
     Reason::kNotAllowed, kBad},
    {JoseError::kBadKeyId, "BadKeyId", Reason::kInvalid, kBad},
    {JoseError::kMissingKeyId, "MissingKeyId", Reason::kInvalid, kBad},
    {JoseError::kUnknownKeyId, "UnknownKeyId", Reason::kNotFound,
     StatusCode::kNotFound},
    {JoseError::kAlgorithmMismatch, "AlgorithmMismatch", Reason::kNotAllowed,
     kBad},
    {JoseError::kAmbiguousKeyId, "AmbiguousKeyId", Reason::kDuplicate, kBad},
    {JoseError::kTooManyKeys, "TooManyKeys", Reason::kTooLarge,
     StatusCode::kResourceExhausted},
    {JoseError::kSignatureLength, "SignatureLength", Reason::kBadSignature,
     kBad},
    {JoseError::kBadSignature, "BadSignature", Reason::kBadSignature, kBad},
    {JoseError::kKeySetTooLarge, "KeySetTooLarge", Reason::kTooLarge,
     StatusCode::kResourceExhausted},
    {JoseError::kMissingMember, "MissingMember", Reason::kMalformed, kBad},
    {JoseError::kUnsupportedKeyType, "UnsupportedKeyType", Reason::kUnsupported,
     StatusCode::kUnimplemented},
    {JoseError::kUnsupportedCurve, "UnsupportedCurve", Reason::kUnsupported,
     StatusCode::kUnimplemented},
    {JoseError::kNotForSignatures, "NotForSignatures",
     Reason::kIncompatibleUsage, kBad},
    {JoseError::kSymmetricKey, "SymmetricKey", Reason::kNotAllowed, kBad},
    {JoseError::kPublicKey, "PublicKey", Reason::kNotAllowed, kBad},
    {JoseError::kPrivateKey, "PrivateKey", Reason::kNotAllowed, kBad},
    {JoseError::kWeakKey, "WeakKey", Reason::kWeakCryptography, kBad},
    {JoseError::kKeyTooLarge, "KeyTooLarge", Reason::kTooLarge,
     StatusCode::kResourceExhausted},
    {JoseError::kMalformedKey, "MalformedKey", Reason::kMalformed, kBad},
    {JoseError::kDuplicateKey, "DuplicateKey", Reason::kDuplicate, kBad},
};

constexpr bool IsInOrder() {
  for (size_t i = 0; i < std::size(kEntries); ++i) {
    if (static_cast<size_t>(kEntries[i].error) != i) return false;
  }
  return true;
}
static_assert(IsInOrder() &&
                  std::size(kEntries) ==
                      static_cast<size_t>(JoseError::kDuplicateKey) + 1,
              "every JoseError has its entry");

const Entry& EntryOf(JoseError error) {
  return kEntries[static_cast<size_t>(error)];
}

}  // namespace

absl::string_view JoseErrorName(JoseError error) { return EntryOf(error).name; }

absl::Status MakeJoseError(JoseError error, absl::string_view message) {
  const Entry& entry = EntryOf(error);
  absl::Status status = MakeError(entry.code, entry.reason, message);
  status.SetPayload(kPayloadUrl, absl::Cord(entry.name));
  return status;
}

JoseError JoseErrorOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return JoseError::kNone;
  for (const Entry& entry : kEntries) {
    if (*payload == entry.name) return entry.error;
  }
  return JoseError::kNone;
}

std::string ShownKeyId(absl::string_view text) {
  constexpr size_t kMax = 64;
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kMax)),
                      text.size() > kMax ? "..." : "", "\"");
}

}  // namespace gatehouse::authn
