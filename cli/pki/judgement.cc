#include "cli/pki/judgement.h"

#include <utility>

#include "absl/status/statusor.h"
#include "base/errors.h"
#include "cli/internal/moments.h"
#include "cli/pki/asn1_text.h"
#include "pki/verify/verifier.h"

namespace gatehouse::cli {

namespace {

ChainAnswer ToAnswer(const pki::Certificate& certificate) {
  ChainAnswer answer;
  answer.set_subject(certificate.subject().ToString());
  answer.set_serialnumber(certificate.SerialHex());
  answer.set_notafter(FormatMoment(certificate.not_after()));
  const pki::Sha256Digest& digest = certificate.sha256();
  answer.set_sha256(Hex(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size())));
  return answer;
}

absl::Status CheckRevocation(const pki::VerifiedChain& chain,
                             const Trust& trust, absl::Time now) {
  absl::Status status = trust.revocation->Check(chain, now);
  if (!status.ok()) return status;
  return trust.revocation->CheckUser(chain.leaf().subject().common_name(),
                                     chain.leaf());
}

bool OutOfItsTime(const absl::Status& status) {
  return ReasonOf(status) == Reason::kExpired ||
         ReasonOf(status) == Reason::kNotYetValid;
}

}  // namespace

Judgement Judge(const pki::Certificate& leaf,
                absl::Span<const pki::Certificate> intermediates,
                const Trust& trust, const JudgeOptions& options) {
  pki::VerifyOptions verify;
  verify.now = options.now;
  verify.key_usages = options.key_usages;
  verify.policy = options.policy;
  Judgement judgement;
  absl::StatusOr<pki::VerifiedChain> chain =
      pki::Verifier::VerifyOne(leaf, intermediates, *trust.anchors, verify);
  judgement.verdict = chain.status();
  if (!chain.ok() && OutOfItsTime(chain.status())) {
    verify.now = leaf.not_after();
    chain =
        pki::Verifier::VerifyOne(leaf, intermediates, *trust.anchors, verify);
  }
  if (!chain.ok()) return judgement;
  judgement.revocation = CheckRevocation(*chain, trust, options.now);
  if (judgement.verdict.ok()) judgement.verdict = judgement.revocation;
  judgement.chain = *std::move(chain);
  return judgement;
}

VerdictAnswer ToAnswer(const Judgement& judgement, bool revocation_known) {
  VerdictAnswer answer;
  answer.set_accepted(judgement.verdict.ok() ? "yes" : "no");
  if (!judgement.verdict.ok()) {
    answer.set_error(std::string(judgement.verdict.message()));
    answer.set_reason(std::string(ReasonName(ReasonOf(judgement.verdict))));
    if (const int index = pki::ErrorIndex(judgement.verdict); index >= 0) {
      answer.set_index(index);
      answer.set_subject(pki::ErrorSubject(judgement.verdict));
    }
  }
  if (judgement.chain) {
    for (const pki::Certificate& step : judgement.chain->certificates()) {
      *answer.add_chain() = ToAnswer(step);
    }
  }
  if (!judgement.chain || !revocation_known) {
    answer.set_revoked("unknown");
  } else if (judgement.revocation.ok()) {
    answer.set_revoked("no");
  } else {
    const bool revoked = ReasonOf(judgement.revocation) == Reason::kRevoked;
    answer.set_revoked(revoked ? "yes" : "unknown");
    answer.set_revocation(std::string(judgement.revocation.message()));
  }
  return answer;
}

}  // namespace gatehouse::cli
