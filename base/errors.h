// Errors: absl::Status with a stable, machine-readable reason.
#ifndef GATEHOUSE_BASE_ERRORS_H_
#define GATEHOUSE_BASE_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gatehouse {

// Reason is why something was refused, for programs to compare. The names
// that ReasonName returns never change; the text of a Status may.
enum class Reason {
  kNone,          // The status carries no reason.
  kMalformed,     // The input does not parse.
  kUnknownField,  // A field that the object does not have.
  kDuplicate,     // The same key or object twice.
  kInvalid,       // It parses, but breaks a rule of validation.
  kTooLarge,      // Over a ceiling on size, depth or work.
  kNotFound,      // The thing named does not exist.
  kConflict,      // Somebody else changed it first.
  kForbidden,     // Not permitted to the one who asks.
  kExpired,       // Too old: a certificate, a token, a resource version.
  kUnsupported,   // A kind or version that is not known here.
  // Of credentials and certificates.
  kNotYetValid,          // Its time has not come.
  kRevoked,              // Taken back by a CRL, an OCSP answer, a deny list.
  kUnknownAuthority,     // No path to a trusted CA.
  kBadSignature,         // A signature does not verify.
  kIncompatibleUsage,    // Key usage or extended key usage forbids it.
  kNotAuthorizedToSign,  // The issuer is no CA, or its path is too long.
  kNameNotPermitted,     // Outside the name constraints of a CA.
  kUnhandledCritical,    // A critical extension that is not known here.
  kWeakCryptography,     // A key or digest that the policy refuses.
  kStale,                // Revocation lists or keys are missing or outdated.
  kNotAllowed,           // Verified, but not in the list of those let in.
  // Of tokens.
  kUnknownToken,   // Nobody's token, as far as is known here.
  kWrongAudience,  // Good, but for somebody else.
  kWrongHolder,    // Bound to a certificate that the client does not hold.
  // Of other servers.
  kConnectionReset,     // It reset the connection; to ask again may help.
  kServiceUnavailable,  // It did not answer, or not as agreed.
};

// Returns the stable name of `reason`, such as "UnknownField"; "" for kNone.
absl::string_view ReasonName(Reason reason);

// Returns a status of `code` that carries `reason`. `message` says which
// input, where, and what to do about it.
absl::Status MakeError(absl::StatusCode code, Reason reason,
                       absl::string_view message);

// Returns the reason that `status` carries, kNone where there is none.
Reason ReasonOf(const absl::Status& status);

// Returns `status` with `context`, a colon and a space before its text; an
// empty context adds nothing. Code and payloads, and so the reason, stay; kOk
// stays as it is.
absl::Status InContext(absl::string_view context, const absl::Status& status);

// Returns an equal status that shares nothing with `status`: for another
// thread, since how absl::Status counts references ThreadSanitizer does not
// see.
absl::Status Unshared(const absl::Status& status);

// Joins error messages as Kubernetes' aggregate error prints them: equal
// messages once; none is "", one stands plain, several are "[a, b]".
std::string AggregateMessages(absl::Span<const std::string> messages);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_ERRORS_H_
