// What a server that trusts given CAs says of a certificate.
#ifndef GATEHOUSE_CLI_PKI_JUDGEMENT_H_
#define GATEHOUSE_CLI_PKI_JUDGEMENT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "cli/internal/trust_flags.h"
#include "cli/pki/answers.pb.h"
#include "pki/certificate.h"
#include "pki/verify/verification_policy.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::cli {

// JudgeOptions are what is asked.
struct JudgeOptions {
  absl::Time now;
  std::vector<std::string> key_usages;  // OIDs, as VerifyOptions has them.
  const pki::VerificationPolicy* policy = &pki::VerificationPolicy::Default();
};

// Judgement is the answer. A plain value.
struct Judgement {
  absl::Status verdict;     // OK: accepted.
  absl::Status revocation;  // OK: not revoked, as far as is known.
  // Absent if none was found. Of a certificate out of its time, that which it
  // had within it.
  absl::optional<pki::VerifiedChain> chain;
};

// Judges `leaf` by its chain and by what has been taken back.
Judgement Judge(const pki::Certificate& leaf,
                absl::Span<const pki::Certificate> intermediates,
                const Trust& trust, const JudgeOptions& options);

// Returns the judgement as an object. `revocation_known`: whether there was any
// list to ask.
VerdictAnswer ToAnswer(const Judgement& judgement, bool revocation_known);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_JUDGEMENT_H_
