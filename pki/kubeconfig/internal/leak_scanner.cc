#include "pki/kubeconfig/internal/leak_scanner.h"

#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/secret.h"
#include "pki/kubeconfig/internal/jwt_claims.h"
#include "pki/private_key.h"

namespace gatehouse::pki::internal {
namespace {

constexpr size_t kMaxFindings = 10000;
constexpr int kMaxDepth = 3;
constexpr size_t kMaxPemBytes = size_t{256} << 10;
constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr size_t kTokenIdBytes = 6;
constexpr size_t kTokenSecretBytes = 16;

// "-----BEGIN ", "eyJ" and "apiVersion" in base64.
constexpr absl::string_view kBase64Starts[] = {"LS0tLS1CRUdJTi", "ZXlK",
                                               "YXBpVmVyc2lvb"};

bool IsBase64(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' ||
         c == '/' || c == '=';
}

bool IsBase64Url(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '_';
}

// Of what tokens and base64 in either alphabet are made of.
bool IsRun(char c) { return IsBase64(c) || IsBase64Url(c) || c == '.'; }

bool IsTokenCharacter(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
         absl::ascii_islower(static_cast<unsigned char>(c));
}

bool IsBootstrapToken(absl::string_view text) {
  if (text.size() != kTokenIdBytes + 1 + kTokenSecretBytes) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == kTokenIdBytes ? text[i] != '.' : !IsTokenCharacter(text[i])) {
      return false;
    }
  }
  return true;
}

// Returns how many characters at the front of `text` satisfy `is`.
template <typename Predicate>
size_t Count(absl::string_view text, Predicate is) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is) -
                             text.begin());
}

// Returns a PEM block as it would stand in a file of its own: without the
// indentation of YAML, the escapes and the quotes of JSON.
std::string Unwrap(absl::string_view block) {
  std::string text = absl::StrReplaceAll(
      block, {{"\\r", ""}, {"\\n", "\n"}, {"\\/", "/"}, {"\"", ""}});
  std::string out;
  out.reserve(text.size() + 1);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&out, absl::StripAsciiWhitespace(line), "\n");
  }
  WipeString(&text);
  return out;
}

}  // namespace

void LeakScanner::ScanText(absl::string_view text, const Origin& origin) {
  ScanPem(text, origin);
  ScanRuns(text, origin);
}

void LeakScanner::ScanPem(absl::string_view text, const Origin& origin) {
  Origin here = origin;
  size_t counted = 0;
  for (size_t begin = text.find(kBegin); begin != absl::string_view::npos;) {
    const size_t next = text.find(kBegin, begin + kBegin.size());
    if (!origin.decoded) {
      here.line += static_cast<int>(
          std::count(text.begin() + counted, text.begin() + begin, '\n'));
      counted = begin;
    }
    AddPem(text.substr(begin, std::min(next - begin, kMaxPemBytes)), here);
    begin = next;
  }
}

void LeakScanner::AddPem(absl::string_view block, const Origin& origin) {
  absl::string_view label = block.substr(kBegin.size());
  const size_t label_end = label.find("-----");
  if (label_end == absl::string_view::npos) return;
  label = label.substr(0, label_end);
  const std::string end = absl::StrCat("-----END ", label, "-----");
  const size_t at = block.find(end);
  if (at != absl::string_view::npos) block = block.substr(0, at + end.size());
  std::string pem = Unwrap(block);
  if (label == "CERTIFICATE") {
    absl::StatusOr<std::vector<Certificate>> parsed = Certificate::FromPem(pem);
    if (parsed.ok() && IsNew(parsed->front().der())) {
      certificates_.push_back(parsed->front());
    }
  } else if (absl::EndsWith(label, "PRIVATE KEY")) {
    AddKey(pem, origin);
  }
  WipeString(&pem);
}

void LeakScanner::AddKey(absl::string_view pem, const Origin& origin) {
  if (!IsNew(absl::StripAsciiWhitespace(pem))) return;
  FoundKey found;
  found.finding = NewFinding(CredentialKind::kPrivateKey, origin);
  const absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(pem);
  if (key.ok()) {
    found.public_key = key->public_key();
  } else if (absl::StrContains(pem, "ENCRYPTED")) {
    found.finding.note = "encrypted";
  } else {
    found.finding.note = "cannot be read";
  }
  keys_.push_back(std::move(found));
}

void LeakScanner::ScanRuns(absl::string_view text, const Origin& origin) {
  Origin here = origin;
  for (size_t i = 0; i < text.size();) {
    const size_t size = Count(text.substr(i), IsRun);
    if (size > kTokenIdBytes) ScanRun(text.substr(i, size), here);
    i += size;
    if (i < text.size() && text[i] == '\n' && !origin.decoded) ++here.line;
    ++i;
  }
}

void LeakScanner::ScanRun(absl::string_view run, const Origin& origin) {
  ScanBase64(run, origin);
  ScanJwts(run, origin);
  ScanBootstrapTokens(run, origin);
}

void LeakScanner::ScanBase64(absl::string_view run, const Origin& origin) {
  if (origin.depth >= kMaxDepth) return;
  for (const absl::string_view start : kBase64Starts) {
    const size_t at = run.find(start);
    if (at == absl::string_view::npos) continue;
    const absl::string_view tail = run.substr(at);
    std::string decoded;
    if (!absl::Base64Unescape(tail.substr(0, Count(tail, IsBase64)),
                              &decoded)) {
      continue;
    }
    Origin inner = origin;
    inner.decoded = true;
    ++inner.depth;
    ScanText(decoded, inner);
    WipeString(&decoded);
    return;
  }
}

void LeakScanner::ScanJwts(absl::string_view run, const Origin& origin) {
  for (size_t at = run.find("eyJ"); at != absl::string_view::npos;
       at = run.find("eyJ", at + 1)) {
    if (at > 0 && (IsBase64Url(run[at - 1]) || run[at - 1] == '.')) continue;
    // Two dots, and what can be part of the three parts.
    size_t size = 0;
    for (int dots = 0; dots < 3; ++dots) {
      size += Count(run.substr(at + size), IsBase64Url);
      if (dots == 2 || at + size >= run.size() || run[at + size] != '.') break;
      ++size;
    }
    AddJwt(run.substr(at, size), origin);
  }
}

void LeakScanner::ScanBootstrapTokens(absl::string_view run,
                                      const Origin& origin) {
  const auto continues = [&run](size_t at) {
    return at < run.size() && (IsBase64Url(run[at]) || run[at] == '.');
  };
  for (size_t dot = run.find('.'); dot != absl::string_view::npos;
       dot = run.find('.', dot + 1)) {
    if (dot < kTokenIdBytes) continue;
    const size_t start = dot - kTokenIdBytes;
    const absl::string_view token =
        run.substr(start, kTokenIdBytes + 1 + kTokenSecretBytes);
    if (!IsBootstrapToken(token) || continues(start + token.size())) continue;
    if (start > 0 && continues(start - 1)) continue;
    // Two words with a dot between them have no digit; of random tokens one in
    // a thousand has none.
    if (token.find_first_of("0123456789") == absl::string_view::npos) continue;
    AddBootstrapToken(token, origin);
  }
}

void LeakScanner::AddToken(absl::string_view token, const Origin& origin,
                           absl::string_view field) {
  token = absl::StripAsciiWhitespace(token);
  if (IsBootstrapToken(token)) return AddBootstrapToken(token, origin);
  if (AddJwt(token, origin) || !IsNew(token)) return;
  LeakFinding finding = NewFinding(CredentialKind::kBearerToken, origin);
  finding.note = absl::StrCat(
      field, ", opaque: whose it is and until when, its issuer knows");
  report_.findings.push_back(std::move(finding));
}

bool LeakScanner::AddJwt(absl::string_view token, const Origin& origin) {
  absl::optional<JwtClaims> claims = ReadJwtClaims(token);
  if (!claims) return false;
  if (!IsNew(token)) return true;
  LeakFinding finding = NewFinding(CredentialKind::kBearerToken, origin);
  finding.user = std::move(claims->subject);
  finding.groups = std::move(claims->groups);
  finding.not_after = claims->not_after;
  finding.verdict = VerdictOf(claims->not_before, claims->not_after);
  finding.note = "claims read, signature not verified";
  report_.findings.push_back(std::move(finding));
  return true;
}

void LeakScanner::AddBootstrapToken(absl::string_view token,
                                    const Origin& origin) {
  if (!IsNew(token)) return;
  LeakFinding finding = NewFinding(CredentialKind::kBootstrapToken, origin);
  // The id is no secret (Kubernetes behaviour: it is part of the user name).
  finding.user =
      absl::StrCat("system:bootstrap:", token.substr(0, kTokenIdBytes));
  finding.groups = {"system:bootstrappers"};
  report_.findings.push_back(std::move(finding));
}

LeakFinding LeakScanner::NewFinding(CredentialKind kind,
                                    const Origin& origin) const {
  LeakFinding finding;
  finding.kind = kind;
  finding.file = file_;
  finding.line = origin.line;
  finding.entry = origin.entry;
  return finding;
}

CredentialVerdict LeakScanner::VerdictOf(
    absl::optional<absl::Time> not_before,
    absl::optional<absl::Time> not_after) const {
  if (not_after && now_ > *not_after) return CredentialVerdict::kExpired;
  if (not_before && now_ < *not_before) return CredentialVerdict::kNotYetValid;
  return CredentialVerdict::kLive;
}

bool LeakScanner::IsNew(absl::string_view secret) {
  // One over, by which Finish knows.
  if (seen_.size() > kMaxFindings) return false;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
         digest);
  return seen_.emplace(reinterpret_cast<const char*>(digest), sizeof(digest))
      .second;
}

void LeakScanner::Pair(const FoundKey& key) {
  bool paired = false;
  for (const Certificate& certificate : certificates_) {
    if (!key.public_key || !(certificate.public_key() == *key.public_key)) {
      continue;
    }
    paired = true;
    LeakFinding finding = key.finding;
    finding.kind = CredentialKind::kClientCertificate;
    finding.user = certificate.subject().common_name();
    finding.groups = certificate.subject().organizations();
    finding.not_after = certificate.not_after();
    finding.verdict =
        VerdictOf(certificate.not_before(), certificate.not_after());
    const auto& constraints = certificate.extensions().basic_constraints;
    if (constraints && constraints->is_ca) {
      finding.note = "a CA's key: it signs for any user";
    }
    report_.findings.push_back(std::move(finding));
  }
  if (!paired) report_.findings.push_back(key.finding);
}

absl::StatusOr<LeakReport> LeakScanner::Finish() {
  if (seen_.size() > kMaxFindings) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                     absl::StrCat(file_, ": more than ", kMaxFindings,
                                  " credentials and certificates"));
  }
  for (const FoundKey& key : keys_) Pair(key);
  std::stable_sort(report_.findings.begin(), report_.findings.end(),
                   [](const LeakFinding& a, const LeakFinding& b) {
                     return a.line < b.line;
                   });
  return std::move(report_);
}

}  // namespace gatehouse::pki::internal
