// Whether a file holds a credential, whose it is, and until when.
#ifndef GATEHOUSE_PKI_KUBECONFIG_LEAK_CHECK_H_
#define GATEHOUSE_PKI_KUBECONFIG_LEAK_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace gatehouse::pki {

// CredentialKind is what was found.
enum class CredentialKind : uint8_t {
  kClientCertificate,  // A certificate together with its private key.
  kPrivateKey,         // A private key whose certificate is not in the file.
  kBearerToken,        // A JWT, or whatever stands in a token field.
  kBasicPassword,      // A user name and password.
  kBootstrapToken,     // Six characters, a dot, sixteen (kubeadm's form).
};

// Returns "client certificate and key", "private key", "bearer token", ...
absl::string_view CredentialKindName(CredentialKind kind);

// CredentialVerdict is whether it is good at the moment of the check. What
// bears no time is live: nothing in the file says that it ends.
enum class CredentialVerdict : uint8_t { kLive, kExpired, kNotYetValid };

// Returns "live", "expired" or "not yet valid".
absl::string_view CredentialVerdictName(CredentialVerdict verdict);

// LeakFinding is one credential. It never holds the secret, nor a part of it;
// text from the file is in it (names), so quote it for a terminal.
struct LeakFinding {
  CredentialKind kind = CredentialKind::kPrivateKey;
  // Who one is with it: CommonName, `sub`, user name; "" if the file does not
  // tell. Of a token the claims are read and the signature is not verified.
  std::string user;
  std::vector<std::string> groups;
  absl::optional<absl::Time> not_after;  // Absent: no end that one can see.
  CredentialVerdict verdict = CredentialVerdict::kLive;
  // The kubeconfig's own name of the entry, such as `user "john"`; or "".
  std::string entry;
  std::string file;
  int line = 0;  // Where it starts, from 1.
  // What else to know: "a CA's key", "claims not verified", "encrypted"; or "".
  std::string note;
};

// Returns "file:line: kind of \"user\" ..., verdict until time", for people;
// names are quoted.
std::string ToString(const LeakFinding& finding);

// LeakReport is all that was found, by line.
struct LeakReport {
  std::vector<LeakFinding> findings;
  // Files with credentials that a kubeconfig names, as they stand there.
  std::vector<std::string> referenced_files;
};

// Looks for credentials in any text: a kubeconfig, by its fields; PEM; and
// anywhere else PEM, JWTs and bootstrap tokens, also in base64 (as in the
// manifest of a Secret). Each is found once, however often it stands there.
// A damaged key is a finding too: better one too many. `file` is the name to
// show; nothing else is read.
//
// `now` is what the verdicts are about. kTooLarge over 64 MiB or 10,000
// findings; no text is malformed.
absl::StatusOr<LeakReport> CheckForLeaks(absl::string_view text,
                                         absl::string_view file,
                                         absl::Time now);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_KUBECONFIG_LEAK_CHECK_H_
