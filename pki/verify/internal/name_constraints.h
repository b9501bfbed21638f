// Name constraints over a whole path (RFC 5280 4.2.1.10, 6.1.3, 6.1.4).
#ifndef GATEHOUSE_PKI_VERIFY_INTERNAL_NAME_CONSTRAINTS_H_
#define GATEHOUSE_PKI_VERIFY_INTERNAL_NAME_CONSTRAINTS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "pki/certificate.h"

namespace gatehouse::pki::internal {

// Checks the names of every certificate of `path`, leaf first, against the
// constraints of all those above it, the trust anchor's too. Names are the
// subject alternative names of every type, the subject as a directoryName, and
// its e-mail addresses as rfc822Names; the common name is no DNS name. The
// subject of a self-issued CA is exempt (RFC 5280), its other names are not
// (Go). Names that cannot be parsed are refused as soon as there is any
// constraint, and so are constraints that cannot be.
//
// Each name, and each comparison of it with a constraint, takes one off
// `*comparisons`; kTooLarge when they run out. Otherwise kNameNotPermitted with
// Go's text, index and subject of the certificate that bears the name.
absl::Status CheckNameConstraints(absl::Span<const Certificate* const> path,
                                  int* comparisons);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_VERIFY_INTERNAL_NAME_CONSTRAINTS_H_
