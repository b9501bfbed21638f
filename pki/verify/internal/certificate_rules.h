// The rules on one certificate of a path. None of them checks a signature
// except VerifyLink, so all the others are cheap.
#ifndef GATEHOUSE_PKI_VERIFY_INTERNAL_CERTIFICATE_RULES_H_
#define GATEHOUSE_PKI_VERIFY_INTERNAL_CERTIFICATE_RULES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/verify/verification_policy.h"

namespace gatehouse::pki::internal {

// Where a certificate stands in a path.
enum class Position { kLeaf, kIntermediate, kAnchor };

// A path: leaf first.
using Path = absl::Span<const Certificate* const>;

// Checks what holds for `certificate` by itself, at `index` of a path: critical
// extensions, validity at `now`, strength of the key, and of a CA the length
// of the path below it. Position kIntermediate also asks for CA:TRUE, which
// certificates of version 1 and 2 cannot say (Go: refused; as trust anchors
// they are let in).
absl::Status CheckCertificate(const Certificate& certificate, size_t index,
                              Position position, absl::Time now,
                              const VerificationPolicy& policy);

// Checks that `parent`, at `index` of a path, may sign certificates: CA:TRUE if
// it is of version 3 or says anything about it, and key usage certSign if it
// has a key usage (RFC 5280 4.2.1.3, 4.2.1.9).
absl::Status CheckMaySign(const Certificate& parent, size_t index);

// Checks the signature on `child`, at `index` of a path, with the key of
// `parent`. Weak digests are refused (kWeakCryptography).
absl::Status VerifyLink(const Certificate& child, size_t index,
                        const Certificate& parent);

// Checks that every certificate of `path` that lists extended key usages
// allows one and the same of `usages` (Go's rule; RFC 5280 4.2.1.12 does not
// speak of CAs). No usage means serverAuth.
absl::Status CheckExtendedKeyUsages(Path path,
                                    const std::vector<std::string>& usages);

// Returns whether `candidate` stands in `path` already, perhaps under another
// signature: the same subject, key and subject alternative names (Go's rule).
bool InPath(const Certificate& candidate, Path path);

// Returns how well the key ids say that `parent` signed `child`: 0 they agree,
// 1 one is missing, 2 they differ. They only give an order (RFC 4158 3.5.12).
int KeyIdDistance(const Certificate& child, const Certificate& parent);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_VERIFY_INTERNAL_CERTIFICATE_RULES_H_
