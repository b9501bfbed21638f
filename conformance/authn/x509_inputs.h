// What the cases of client certificates are made of.
#ifndef GATEHOUSE_CONFORMANCE_AUTHN_X509_INPUTS_H_
#define GATEHOUSE_CONFORMANCE_AUTHN_X509_INPUTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/client_ca.h"
#include "authn/user_conversion.h"
#include "conformance/check.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"

namespace gatehouse::conformance {

// Returns a certificate of the file by its name. A failure of the case if there
// is none or it does not parse.
absl::optional<pki::Certificate> CertificateNamed(absl::string_view name,
                                                  Check& check);

// Reads a list of such names.
std::vector<pki::Certificate> CertificatesNamed(absl::string_view key,
                                                Fields& fields, Check& check);

// Reads input.verify and how certificates become users. Without roots there is
// no CA in it.
authn::X509Config DecodeX509Config(Check& check, absl::Time* now);

// Returns `subject` with every user UID replaced by one whose value is `der`.
absl::StatusOr<pki::DistinguishedName> WithUid(
    const pki::DistinguishedName& subject, absl::string_view der);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AUTHN_X509_INPUTS_H_
