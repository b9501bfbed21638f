#include "pki/verify/internal/certificate_error.h"

#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/go_quote.h"

namespace gatehouse::pki::internal {
namespace {

constexpr char kIndexUrl[] = "gatehouse/certificate-index";
constexpr char kSubjectUrl[] = "gatehouse/certificate-subject";

constexpr char kUnknownAuthority[] =
    "x509: certificate signed by unknown authority";

// Returns what Go calls a candidate authority: its common name, else its first
// organization, else its serial number.
std::string CandidateName(const Certificate& candidate) {
  std::string name = candidate.subject().common_name();
  if (!name.empty()) return name;
  const std::vector<std::string> organizations =
      candidate.subject().organizations();
  if (!organizations.empty()) return organizations.front();
  return absl::StrCat("serial:", candidate.SerialDecimal());
}

}  // namespace

absl::Status CertificateError(Reason reason, const Certificate& certificate,
                              size_t index, absl::string_view text) {
  absl::Status status =
      MakeError(absl::StatusCode::kUnauthenticated, reason, text);
  status.SetPayload(kIndexUrl, absl::Cord(absl::StrCat(index)));
  status.SetPayload(kSubjectUrl, absl::Cord(certificate.subject().ToString()));
  return status;
}

absl::Status UnknownAuthority(const Certificate& certificate, size_t index,
                              const absl::Status& hint,
                              const Certificate* candidate) {
  if (hint.ok()) {
    return CertificateError(Reason::kUnknownAuthority, certificate, index,
                            kUnknownAuthority);
  }
  absl::Status status = MakeError(
      absl::StatusCode::kUnauthenticated, ReasonOf(hint),
      absl::StrCat(kUnknownAuthority, " (possibly because of ",
                   GoQuote(hint.message()),
                   " while trying to verify candidate authority certificate ",
                   GoQuote(CandidateName(*candidate)), ")"));
  for (const char* url : {kIndexUrl, kSubjectUrl}) {
    const absl::optional<absl::Cord> payload = hint.GetPayload(url);
    if (payload.has_value()) status.SetPayload(url, *payload);
  }
  return status;
}

int IndexOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kIndexUrl);
  int index = 0;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &index)) {
    return -1;
  }
  return index;
}

std::string SubjectOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kSubjectUrl);
  return payload.has_value() ? std::string(*payload) : "";
}

}  // namespace gatehouse::pki::internal
