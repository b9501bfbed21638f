// From a verified certificate to a user.
#ifndef GATEHOUSE_AUTHN_USER_CONVERSION_H_
#define GATEHOUSE_AUTHN_USER_CONVERSION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/user_info.h"
#include "pki/distinguished_name.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::authn {

// UserConversion says whom a verified chain speaks for. Absent: it has no
// opinion, as if there were no certificate. An error: the certificate is
// refused. Called from any thread, at the same time; it must not block.
using UserConversion = std::function<absl::StatusOr<absl::optional<UserInfo>>(
    const pki::VerifiedChain&)>;

// CommonNameOptions are Kubernetes' feature gates.
struct CommonNameOptions {
  // AllowParsingUserUIDFromCertAuth, on since 1.33: the uid is the subject's
  // attribute 1.3.6.1.4.1.57683.2. Off: there is none, whatever stands there.
  bool parse_uid = true;
};

// Returns Kubernetes' conversion: the name is the subject's CommonName (the
// last, if there are several), the groups are its Organizations, all and in
// order, and the credential id of the leaf goes into extra. No CommonName is no
// opinion, not an error, whatever else is in the subject (Kubernetes
// behaviour). Errors are about the uid; see UserFromSubject.
UserConversion CommonNameConversion(
    const CommonNameOptions& options = CommonNameOptions());

// Does the same for a bare subject: what CommonNameConversion would say of a
// leaf that has it. `credential_id` is Certificate::CredentialId(). Errors are
// kInvalid, with Kubernetes' texts: more than one uid, an empty one, or one
// that is no string.
absl::StatusOr<absl::optional<UserInfo>> UserFromSubject(
    const pki::DistinguishedName& subject, absl::string_view credential_id,
    const CommonNameOptions& options = CommonNameOptions());

// UriSanOptions say which SPIFFE ids are users, and what they are called.
struct UriSanOptions {
  // The only one accepted, such as "example.org". Required.
  std::string trust_domain;
  // The user's name: "{id}" stands for the whole URI, "{path}" for its path
  // without the first slash. Each user needs a name of its own, so one of the
  // two must occur; anything else in braces is an error.
  std::string user_name = "{id}";
  // Groups that every user gets. There is no other source of groups.
  std::vector<std::string> groups;
};

// Returns a conversion of SPIFFE ids: the leaf must be an X.509-SVID (SPIFFE
// X.509-SVID sections 2 to 5), which is a certificate with exactly one URI SAN,
// a SPIFFE id with a path, that may not sign certificates or CRLs. A leaf that
// is none is refused (kInvalid), and so is another trust domain (kNotAllowed);
// never is there no opinion. The credential id goes into extra. kInvalid for
// options that make no sense.
absl::StatusOr<UserConversion> UriSanConversion(UriSanOptions options);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_USER_CONVERSION_H_
