// Errors about one certificate of a path.
#ifndef GATEHOUSE_PKI_VERIFY_INTERNAL_CERTIFICATE_ERROR_H_
#define GATEHOUSE_PKI_VERIFY_INTERNAL_CERTIFICATE_ERROR_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "pki/certificate.h"

namespace gatehouse::pki::internal {

// Returns an error that `certificate`, at `index` of the path (0 is the leaf),
// is to blame for. Its code is kUnauthenticated.
absl::Status CertificateError(Reason reason, const Certificate& certificate,
                              size_t index, absl::string_view text);

// Returns Go's error for a `certificate` whose issuer was not found. Where
// `hint` is an error, `candidate` had the issuer's name but was refused for it:
// the text says so, and reason, index and subject are the hint's.
absl::Status UnknownAuthority(const Certificate& certificate, size_t index,
                              const absl::Status& hint,
                              const Certificate* candidate);

// What ErrorIndex and ErrorSubject of pki/verify/verifier.h return.
int IndexOf(const absl::Status& status);
std::string SubjectOf(const absl::Status& status);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_VERIFY_INTERNAL_CERTIFICATE_ERROR_H_
