#include "pki/kubeconfig/leak_check.h"

#include <cstddef>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/node.h"
#include "pki/kubeconfig/internal/leak_scanner.h"

namespace gatehouse::pki {
namespace {

constexpr size_t kMaxBytes = size_t{64} << 20;
// What is larger is looked at as text only.
constexpr size_t kMaxConfigBytes = size_t{16} << 20;

// Looks at each document, up to the first that is none.
void ScanDocuments(absl::string_view text, absl::string_view file,
                   internal::LeakScanner* scanner) {
  if (text.size() > kMaxConfigBytes || !absl::StrContains(text, "users")) {
    return;
  }
  objects::Limits limits;
  limits.max_bytes = kMaxConfigBytes;
  limits.max_nodes = 1'000'000;
  const size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != absl::string_view::npos && text[first] == '{';
  const auto reader = json ? objects::NewJsonReader(text, file, limits)
                           : objects::NewYamlReader(text, file, limits);
  objects::Document document;
  for (absl::StatusOr<bool> more = reader->Next(&document); more.ok() && *more;
       more = reader->Next(&document)) {
    scanner->ScanKubeconfig(document.root());
  }
}

}  // namespace

absl::string_view CredentialKindName(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::kClientCertificate:
      return "client certificate and key";
    case CredentialKind::kPrivateKey:
      return "private key";
    case CredentialKind::kBearerToken:
      return "bearer token";
    case CredentialKind::kBasicPassword:
      return "password";
    case CredentialKind::kBootstrapToken:
      return "bootstrap token";
  }
  return "";
}

absl::string_view CredentialVerdictName(CredentialVerdict verdict) {
  switch (verdict) {
    case CredentialVerdict::kLive:
      return "live";
    case CredentialVerdict::kExpired:
      return "expired";
    case CredentialVerdict::kNotYetValid:
      return "not yet valid";
  }
  return "";
}

std::string ToString(const LeakFinding& finding) {
  std::string text = absl::StrCat(finding.file, ":", finding.line, ": ",
                                  CredentialKindName(finding.kind));
  if (!finding.user.empty()) {
    absl::StrAppend(&text, " of ", GoQuote(finding.user));
  }
  if (!finding.groups.empty()) {
    const auto quote = [](std::string* out, const std::string& group) {
      out->append(GoQuote(group));
    };
    absl::StrAppend(&text, ", groups ",
                    absl::StrJoin(finding.groups, ", ", quote));
  }
  if (!finding.entry.empty()) absl::StrAppend(&text, ", as ", finding.entry);
  absl::StrAppend(&text, ": ", CredentialVerdictName(finding.verdict));
  if (finding.not_after) {
    const bool past = finding.verdict == CredentialVerdict::kExpired;
    absl::StrAppend(&text, past ? " since " : " until ",
                    absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *finding.not_after,
                                     absl::UTCTimeZone()));
  }
  if (!finding.note.empty()) absl::StrAppend(&text, " (", finding.note, ")");
  return text;
}

absl::StatusOr<LeakReport> CheckForLeaks(absl::string_view text,
                                         absl::string_view file,
                                         absl::Time now) {
  if (text.size() > kMaxBytes) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                     absl::StrCat(file, ": more than ", kMaxBytes, " bytes"));
  }
  internal::LeakScanner scanner(file, now);
  // The fields first: they say whose it is by the kubeconfig's own names.
  ScanDocuments(text, file, &scanner);
  scanner.ScanText(text, internal::Origin());
  return scanner.Finish();
}

}  // namespace gatehouse::pki
