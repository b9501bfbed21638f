#include "pki/verify/verifier.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/verify/internal/certificate_error.h"
#include "pki/verify/internal/certificate_rules.h"
#include "pki/verify/internal/name_constraints.h"

namespace gatehouse::pki {

using internal::Position;

// Search is one depth-first walk from the leaf towards the anchors, in the
// order of Go's crypto/x509: of each certificate's possible issuers the anchors
// before the intermediates, and those with the right key id first.
class Verifier::Search {
 public:
  Search(absl::Span<const Certificate> intermediates, const TrustBundle& trust,
         const VerifyOptions& options,
         absl::FunctionRef<bool(const VerifiedChain&)> accept)
      : intermediates_(intermediates),
        trust_(trust),
        options_(options),
        policy_(*options.policy),
        accept_(accept),
        signatures_left_(policy_.max_signatures),
        comparisons_left_(std::max(policy_.max_name_comparisons, 0)) {}

  absl::Status Run(const Certificate& leaf) {
    if (intermediates_.size() > policy_.max_intermediates) {
      return TooLarge("number of intermediate certificates");
    }
    if (policy_.max_depth < 1) return TooLarge("depth");
    absl::Status status = internal::CheckCertificate(leaf, 0, Position::kLeaf,
                                                     options_.now, policy_);
    if (!status.ok()) return status;
    path_.push_back(&leaf);
    if (trust_.Contains(leaf)) {
      FinishPath();
    } else {
      Extend();
    }
    if (found_) return absl::OkStatus();
    // No error must ever look like success.
    if (blame_.ok()) {
      return internal::UnknownAuthority(leaf, 0, absl::OkStatus(), nullptr);
    }
    return std::move(blame_);
  }

 private:
  // How close a refused path came to being valid: the error of the closest is
  // the one to report.
  enum class Closeness {
    kNone,
    kNoIssuer,         // Nobody has the name of the issuer.
    kRefusedIssuer,    // Somebody has, but did not or may not sign.
    kRefusedByRule,    // The issuer signed, and breaks a rule.
    kUsageRefused,     // Complete, but not for this use.
    kNameRefused,      // Complete, but not for this name.
    kBudgetExhausted,  // Nobody knows.
  };

  // What was tried for the issuer of the last certificate of the path.
  struct Attempt {
    bool extended = false;
    // The first candidate that did not or may not sign.
    absl::Status hint;
    const Certificate* hint_candidate = nullptr;
    // The first that breaks a rule; its signature has not been looked at.
    absl::Status broken_rule;
    const Certificate* broken_candidate = nullptr;
  };

  static absl::Status TooLarge(absl::string_view what) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
        absl::StrCat("x509: ", what,
                     " limit reached while verifying certificate chain"));
  }

  void Blame(Closeness closeness, absl::Status status) {
    if (closeness <= closeness_) return;
    closeness_ = closeness;
    blame_ = std::move(status);
  }

  void Exhaust(absl::Status status) {
    Blame(Closeness::kBudgetExhausted, std::move(status));
    done_ = true;
  }

  // Tries every issuer of the last certificate of the path.
  void Extend() {
    Attempt attempt;
    TryAll(Position::kAnchor, trust_.WithSubject(path_.back()->issuer()),
           &attempt);
    TryAll(Position::kIntermediate, intermediates_, &attempt);
    if (found_ || done_) return;
    BlameAttempt(std::move(attempt));
  }

  void TryAll(Position position, absl::Span<const Certificate> pool,
              Attempt* attempt) {
    const Certificate& child = *path_.back();
    absl::InlinedVector<const Certificate*, 8> candidates;
    for (const Certificate& candidate : pool) {
      if (!(candidate.subject() == child.issuer())) continue;
      const bool twice = std::any_of(
          candidates.begin(), candidates.end(), [&](const Certificate* other) {
            return other->sha256() == candidate.sha256();
          });
      if (!twice) candidates.push_back(&candidate);
    }
    for (int distance = 0; distance <= 2; ++distance) {
      for (const Certificate* candidate : candidates) {
        if (done_) return;
        if (internal::KeyIdDistance(child, *candidate) == distance) {
          Try(position, *candidate, attempt);
        }
      }
    }
  }

  void Try(Position position, const Certificate& candidate, Attempt* attempt) {
    // As Go, this counts each candidate, whether its key gets to work or not.
    if (--signatures_left_ < 0) {
      return Exhaust(TooLarge("signature check attempts"));
    }
    if (internal::InPath(candidate, path_)) return;
    const size_t index = path_.size();
    const size_t length = index + (position == Position::kAnchor ? 1 : 2);
    if (length > static_cast<size_t>(policy_.max_depth)) {
      return Blame(Closeness::kRefusedByRule, TooLarge("depth"));
    }
    const absl::Status status = internal::CheckCertificate(
        candidate, index, position, options_.now, policy_);
    if (!status.ok()) {
      if (attempt->broken_candidate != nullptr) return;
      attempt->broken_rule = status;
      attempt->broken_candidate = &candidate;
      return;
    }
    if (!CheckLink(candidate, attempt)) return;
    attempt->extended = true;
    path_.push_back(&candidate);
    if (position == Position::kAnchor) {
      FinishPath();
    } else {
      Extend();
    }
    path_.pop_back();
  }

  // Returns whether `candidate` may sign and signed the last certificate.
  bool CheckLink(const Certificate& candidate, Attempt* attempt) {
    absl::Status status = internal::CheckMaySign(candidate, path_.size());
    if (status.ok()) {
      status = internal::VerifyLink(*path_.back(), path_.size() - 1, candidate);
    }
    if (status.ok()) return true;
    if (attempt->hint_candidate == nullptr) {
      attempt->hint = std::move(status);
      attempt->hint_candidate = &candidate;
    }
    return false;
  }

  // A broken rule is worth telling only if the candidate is the issuer; that
  // takes its signature, which was not looked at so far.
  void BlameAttempt(Attempt attempt) {
    // A key that is refused does not get to work even here.
    if (attempt.broken_candidate != nullptr &&
        (ReasonOf(attempt.broken_rule) == Reason::kWeakCryptography ||
         CheckLink(*attempt.broken_candidate, &attempt))) {
      return Blame(Closeness::kRefusedByRule, std::move(attempt.broken_rule));
    }
    if (attempt.extended) return;
    Blame(attempt.hint.ok() ? Closeness::kNoIssuer : Closeness::kRefusedIssuer,
          internal::UnknownAuthority(*path_.back(), path_.size() - 1,
                                     attempt.hint, attempt.hint_candidate));
  }

  // The path has reached an anchor: checks what concerns it as a whole.
  void FinishPath() {
    absl::Status status =
        internal::CheckExtendedKeyUsages(path_, options_.key_usages);
    if (!status.ok()) {
      return Blame(Closeness::kUsageRefused, std::move(status));
    }
    status = internal::CheckNameConstraints(path_, &comparisons_left_);
    if (comparisons_left_ < 0) return Exhaust(std::move(status));
    if (!status.ok()) {
      return Blame(Closeness::kNameRefused, std::move(status));
    }
    found_ = true;
    if (accept_(MakeChain())) done_ = true;
  }

  VerifiedChain MakeChain() const {
    VerifiedChain chain;
    chain.certificates_.reserve(path_.size());
    chain.not_after_ = absl::InfiniteFuture();
    for (const Certificate* certificate : path_) {
      chain.certificates_.push_back(*certificate);
      chain.not_after_ = std::min(chain.not_after_, certificate->not_after());
    }
    return chain;
  }

  const absl::Span<const Certificate> intermediates_;
  const TrustBundle& trust_;
  const VerifyOptions& options_;
  const VerificationPolicy& policy_;
  const absl::FunctionRef<bool(const VerifiedChain&)> accept_;

  int signatures_left_;
  int comparisons_left_;
  absl::InlinedVector<const Certificate*, 8> path_;
  bool found_ = false;
  bool done_ = false;  // Accepted, or out of budget.
  Closeness closeness_ = Closeness::kNone;
  absl::Status blame_;
};

absl::Status Verifier::Verify(
    const Certificate& leaf, absl::Span<const Certificate> intermediates,
    const TrustBundle& trust, const VerifyOptions& options,
    absl::FunctionRef<bool(const VerifiedChain&)> accept) {
  if (options.policy == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "VerifyOptions.policy is null");
  }
  return Search(intermediates, trust, options, accept).Run(leaf);
}

absl::StatusOr<VerifiedChain> Verifier::VerifyOne(
    const Certificate& leaf, absl::Span<const Certificate> intermediates,
    const TrustBundle& trust, const VerifyOptions& options) {
  absl::optional<VerifiedChain> first;
  absl::Status status = Verify(leaf, intermediates, trust, options,
                               [&first](const VerifiedChain& chain) {
                                 first = chain;
                                 return true;
                               });
  if (!status.ok()) return status;
  return *std::move(first);
}

int ErrorIndex(const absl::Status& status) { return internal::IndexOf(status); }

std::string ErrorSubject(const absl::Status& status) {
  return internal::SubjectOf(status);
}

}  // namespace gatehouse::pki
