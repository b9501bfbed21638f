#include "pki/revocation/revocation.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/revocation/crl.h"

namespace gatehouse::pki {
namespace {

// How far a clock may be behind that of the one who made a list.
constexpr absl::Duration kClockSkew = absl::Minutes(5);

std::string Moment(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string Describe(const Certificate& certificate) {
  return absl::StrCat("certificate ", certificate.subject().ToString(),
                      " (SN=", certificate.SerialDecimal(), ")");
}

// `what` was revoked `at` for `reason` `by` somebody.
absl::Status Revoked(absl::string_view what, absl::optional<absl::Time> at,
                     CrlReason reason, absl::string_view by) {
  return MakeError(
      absl::StatusCode::kUnauthenticated, Reason::kRevoked,
      absl::StrCat(what, " was revoked",
                   at.has_value() ? absl::StrCat(" at ", Moment(*at)) : "",
                   " (", CrlReasonName(reason), ") by ", by));
}

absl::Status RevokedByDenyList(absl::string_view what, const DenyEntry& entry) {
  return Revoked(
      what, entry.revoked_at, entry.reason,
      absl::StrCat("the deny list: ", DescribeDenyEntry(entry),
                   entry.comment.empty() ? "" : ": ", entry.comment));
}

absl::Status Stale(const Certificate& certificate, absl::string_view what) {
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::kStale,
                   absl::StrCat("whether ", Describe(certificate),
                                " was revoked is not known: ", what));
}

// One list or answer that says a certificate is good.
struct Source {
  absl::Time this_update;
  absl::Time next_update;
  const CrlInfo* list = nullptr;  // Null: an OCSP answer.
};

// What all of them say of one certificate.
struct Knowledge {
  absl::Status revoked;  // Not OK if one says so.
  std::array<Source, 3> good;
  size_t good_count = 0;
  // An OCSP answer that says nothing: "unknown", or by a revoked responder.
  bool unusable_answer = false;

  void AddGood(const Source& source) { good[good_count++] = source; }
};

// Asks everything about one certificate after the other.
class Inquiry {
 public:
  Inquiry(const CrlSet* crls, const OcspSet* ocsp, const DenyList* deny_list,
          const RevocationOptions& options)
      : crls_(crls), ocsp_(ocsp), deny_list_(deny_list), options_(options) {}

  // `stapled` may be null.
  Knowledge Ask(const Certificate& certificate, const Certificate& issuer,
                const OcspAnswer* stapled) const {
    Knowledge knowledge;
    if (crls_ != nullptr) {
      const CrlAnswer answer = crls_->Find(certificate, issuer);
      if (answer.state == CrlAnswer::State::kRevoked) {
        knowledge.revoked = Revoked(
            Describe(certificate), answer.revoked_at, answer.reason,
            absl::StrCat("the CRL of ", answer.list->issuer.ToString()));
        return knowledge;
      }
      if (answer.state == CrlAnswer::State::kGood) {
        knowledge.AddGood(
            {answer.this_update, answer.next_update, answer.list});
      }
    }
    if (stapled != nullptr) Add(certificate, issuer, *stapled, &knowledge);
    const OcspAnswer* known =
        ocsp_ == nullptr ? nullptr : ocsp_->Find(certificate, issuer);
    if (known != nullptr && knowledge.revoked.ok()) {
      Add(certificate, issuer, *known, &knowledge);
    }
    return knowledge;
  }

  // Returns the last moment at which the policy takes `source`.
  absl::Time Deadline(const Source& source) const {
    switch (options_.stale) {
      case StalePolicy::kFailOpen:
        return absl::InfiniteFuture();
      case StalePolicy::kGrace:
        return source.next_update + options_.grace;
      case StalePolicy::kFailClosed:
        break;
    }
    return source.next_update;
  }

  bool Current(const Source& source, absl::Time now) const {
    if (options_.stale == StalePolicy::kFailOpen) return true;
    return now >= source.this_update - kClockSkew && now <= Deadline(source);
  }

  // Turns what is known into an answer.
  absl::Status Judge(const Certificate& certificate, const Certificate& issuer,
                     const Knowledge& knowledge, absl::Time now) const {
    if (!knowledge.revoked.ok()) return knowledge.revoked;
    const auto* begin = knowledge.good.data();
    const auto* end = begin + knowledge.good_count;
    if (std::any_of(begin, end, [this, now](const Source& source) {
          return Current(source, now);
        })) {
      return absl::OkStatus();
    }
    if (begin != end) {
      return Outdated(certificate, issuer,
                      *std::max_element(begin, end,
                                        [](const Source& a, const Source& b) {
                                          return a.next_update < b.next_update;
                                        }),
                      now);
    }
    if (options_.stale == StalePolicy::kFailOpen) return absl::OkStatus();
    if (knowledge.unusable_answer) {
      return Stale(certificate,
                   "the OCSP answer about it says \"unknown\", or its "
                   "responder was revoked");
    }
    if (!options_.require_coverage) return absl::OkStatus();
    return Stale(
        certificate,
        absl::StrCat("there is neither a CRL of ", issuer.subject().ToString(),
                     " that covers it nor an OCSP answer about it"));
  }

 private:
  void Add(const Certificate& certificate, const Certificate& issuer,
           const OcspAnswer& answer, Knowledge* knowledge) const {
    if (answer.status == OcspStatus::kUnknown ||
        ResponderRevoked(answer, issuer)) {
      knowledge->unusable_answer = true;
    } else if (answer.status == OcspStatus::kGood) {
      knowledge->AddGood({answer.this_update, answer.next_update, nullptr});
    } else {
      knowledge->revoked = Revoked(
          Describe(certificate), answer.revoked_at, answer.reason,
          absl::StrCat("an OCSP answer of ", issuer.subject().ToString()));
    }
  }

  bool ResponderRevoked(const OcspAnswer& answer,
                        const Certificate& issuer) const {
    if (!answer.delegate.has_value()) return false;
    if (deny_list_ != nullptr &&
        deny_list_->FindCertificate(*answer.delegate) != nullptr) {
      return true;
    }
    return crls_ != nullptr && !answer.delegate_no_check &&
           crls_->Find(*answer.delegate, issuer).state ==
               CrlAnswer::State::kRevoked;
  }

  absl::Status Outdated(const Certificate& certificate,
                        const Certificate& issuer, const Source& source,
                        absl::Time now) const {
    const std::string what =
        source.list != nullptr
            ? absl::StrCat("the CRL of ", source.list->issuer.ToString())
            : absl::StrCat("the OCSP answer of ", issuer.subject().ToString());
    if (now < source.this_update) {
      return Stale(certificate, absl::StrCat(what, " is of the future: ",
                                             Moment(source.this_update)));
    }
    const std::string grace =
        options_.stale == StalePolicy::kGrace
            ? absl::StrCat(", and the grace of ",
                           absl::FormatDuration(options_.grace), " after it")
            : "";
    return Stale(certificate,
                 absl::StrCat(what, " is stale: its nextUpdate was ",
                              Moment(source.next_update), grace, "; it is now ",
                              Moment(now)));
  }

  const CrlSet* const crls_;
  const OcspSet* const ocsp_;
  const DenyList* const deny_list_;
  const RevocationOptions& options_;
};

// Returns what `stapled` says of the leaf; absent if there is none.
absl::StatusOr<absl::optional<OcspAnswer>> ReadStapled(
    const VerifiedChain& chain, absl::string_view stapled) {
  if (stapled.empty() || chain.certificates().size() < 2) {
    return absl::optional<OcspAnswer>();
  }
  const auto response = OcspResponse::FromDer(stapled, "stapled");
  if (!response.ok()) return response.status();
  return AnswerOf(*response, chain.leaf(), chain.issuer());
}

const OcspAnswer* PointerTo(const absl::optional<OcspAnswer>& answer) {
  return answer.has_value() ? &*answer : nullptr;
}

}  // namespace

RevocationLists::RevocationLists(std::shared_ptr<const CrlSet> crls,
                                 std::shared_ptr<const OcspSet> ocsp,
                                 std::shared_ptr<const DenyList> deny_list,
                                 RevocationOptions options)
    : crls_(std::move(crls)),
      ocsp_(std::move(ocsp)),
      deny_list_(std::move(deny_list)),
      options_(options) {}

absl::Status RevocationLists::Check(const VerifiedChain& chain, absl::Time now,
                                    absl::string_view stapled) const {
  const auto certificates = chain.certificates();
  if (deny_list_ != nullptr) {
    for (const Certificate& certificate : certificates) {
      const DenyEntry* entry = deny_list_->FindCertificate(certificate);
      if (entry != nullptr) {
        return RevokedByDenyList(Describe(certificate), *entry);
      }
    }
  }
  const auto answer = ReadStapled(chain, stapled);
  if (!answer.ok()) return answer.status();
  const Inquiry inquiry(crls_.get(), ocsp_.get(), deny_list_.get(), options_);
  for (size_t i = 0; i + 1 < certificates.size(); ++i) {
    const Knowledge knowledge =
        inquiry.Ask(certificates[i], certificates[i + 1],
                    i == 0 ? PointerTo(*answer) : nullptr);
    absl::Status status =
        inquiry.Judge(certificates[i], certificates[i + 1], knowledge, now);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RevocationLists::CheckUser(absl::string_view user,
                                        const Certificate& leaf) const {
  if (deny_list_ == nullptr) return absl::OkStatus();
  const DenyEntry* entry = deny_list_->FindUser(user, leaf.not_before());
  if (entry == nullptr) return absl::OkStatus();
  return RevokedByDenyList(absl::StrCat(Describe(leaf), ", valid from ",
                                        Moment(leaf.not_before()), ","),
                           *entry);
}

absl::Time RevocationLists::GoodUntil(const VerifiedChain& chain,
                                      absl::Time now,
                                      absl::string_view stapled) const {
  const auto certificates = chain.certificates();
  const auto answer = ReadStapled(chain, stapled);
  if (!answer.ok()) return now;
  const Inquiry inquiry(crls_.get(), ocsp_.get(), deny_list_.get(), options_);
  absl::Time until = absl::InfiniteFuture();
  for (size_t i = 0; i + 1 < certificates.size(); ++i) {
    const Knowledge knowledge =
        inquiry.Ask(certificates[i], certificates[i + 1],
                    i == 0 ? PointerTo(*answer) : nullptr);
    if (!knowledge.revoked.ok()) return now;
    absl::Time best = absl::InfinitePast();
    for (size_t k = 0; k < knowledge.good_count; ++k) {
      const Source& source = knowledge.good[k];
      if (inquiry.Current(source, now)) {
        best = std::max(best, inquiry.Deadline(source));
      }
    }
    if (knowledge.good_count > 0) until = std::min(until, best);
  }
  return until;
}

}  // namespace gatehouse::pki
