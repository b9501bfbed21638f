#include "net/url.h"

#include <arpa/inet.h>

#include <cstddef>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"

namespace gatehouse::net {
namespace {

constexpr size_t kMaxUrlBytes = 8192;
constexpr size_t kMaxHostBytes = 253;  // RFC 1035 section 2.3.4, as text.
constexpr size_t kMaxLabelBytes = 63;
constexpr uint16_t kDefaultPort = 443;
constexpr absl::string_view kScheme = "https://";

absl::Status Malformed(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   absl::StrCat("URL: ", text));
}

// What may stand in a path or query unescaped (RFC 3986 section 3.3, 3.4).
bool IsTargetChar(char c) {
  return absl::ascii_isalnum(c) ||
         absl::StrContains("-._~!$&'()*+,;=:@/?", absl::string_view(&c, 1));
}

bool IsTarget(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsTargetChar(text[i])) continue;
    if (text[i] != '%' || i + 2 >= text.size() ||
        !absl::ascii_isxdigit(text[i + 1]) ||
        !absl::ascii_isxdigit(text[i + 2])) {
      return false;
    }
    i += 2;
  }
  return true;
}

// Fills in a canonical address. False: it is none of that family.
bool ToAddress(int family, const std::string& text, Url* url) {
  in6_addr address;  // Large enough for both.
  char canonical[INET6_ADDRSTRLEN];
  if (inet_pton(family, text.c_str(), &address) != 1 ||
      inet_ntop(family, &address, canonical, sizeof(canonical)) == nullptr) {
    return false;
  }
  url->host = canonical;
  url->is_ip = true;
  return true;
}

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes &&
         label.front() != '-' && label.back() != '-' &&
         absl::c_all_of(label, [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_';
         });
}

// Returns true for the last label of what some programs take for an IPv4
// address: decimal, octal or hexadecimal.
bool LooksNumeric(absl::string_view label) {
  if (absl::StartsWith(label, "0x")) {
    return absl::c_all_of(label.substr(2), absl::ascii_isxdigit);
  }
  return absl::c_all_of(label, absl::ascii_isdigit);
}

absl::Status ParseHost(absl::string_view text, Url* url) {
  if (absl::ConsumePrefix(&text, "[")) {
    if (absl::ConsumeSuffix(&text, "]") &&
        ToAddress(AF_INET6, std::string(text), url)) {
      return absl::OkStatus();
    }
    return Malformed("what is in brackets is no IPv6 address");
  }
  const std::string host = absl::AsciiStrToLower(text);
  if (ToAddress(AF_INET, host, url)) return absl::OkStatus();
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  if (host.size() > kMaxHostBytes || !absl::c_all_of(labels, IsLabel) ||
      LooksNumeric(labels.back())) {
    return Malformed("the host is neither a name nor an address");
  }
  url->host = host;
  return absl::OkStatus();
}

absl::Status ParsePort(absl::string_view text, Url* url) {
  int port = 0;
  if (text.empty() || text[0] == '0' ||
      !absl::c_all_of(text, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &port) || port > 65535) {
    return Malformed("the port is no number from 1 to 65535");
  }
  url->port = static_cast<uint16_t>(port);
  return absl::OkStatus();
}

absl::Status ParseAuthority(absl::string_view text, Url* url) {
  if (absl::StrContains(text, '@')) return Malformed("it names a user");
  const size_t bracket = text.rfind(']');
  const size_t colon =
      text.find(':', bracket == absl::string_view::npos ? 0 : bracket);
  const absl::Status status = ParseHost(text.substr(0, colon), url);
  if (!status.ok() || colon == absl::string_view::npos) return status;
  return ParsePort(text.substr(colon + 1), url);
}

}  // namespace

std::string Url::Authority() const {
  const bool brackets = is_ip && absl::StrContains(host, ':');
  std::string authority = brackets ? absl::StrCat("[", host, "]") : host;
  if (port != kDefaultPort) absl::StrAppend(&authority, ":", port);
  return authority;
}

std::string Url::ToString() const {
  return absl::StrCat(kScheme, Authority(), target);
}

absl::StatusOr<Url> ParseHttpsUrl(absl::string_view text) {
  if (text.size() > kMaxUrlBytes) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
        absl::StrCat("URL: it is longer than ", kMaxUrlBytes, " bytes"));
  }
  if (!absl::StartsWithIgnoreCase(text, kScheme)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                     "URL: it does not begin with \"https://\"");
  }
  text.remove_prefix(kScheme.size());
  if (absl::StrContains(text, '#')) return Malformed("it has a fragment");
  const size_t end = text.find_first_of("/?");
  Url url;
  const absl::Status status = ParseAuthority(text.substr(0, end), &url);
  if (!status.ok()) return status;
  if (end == absl::string_view::npos) return url;
  const absl::string_view target = text.substr(end);
  if (!IsTarget(target)) {
    return Malformed("a character in it must be escaped, or an escape is bad");
  }
  url.target = absl::StrCat(target[0] == '?' ? "/" : "", target);
  return url;
}

}  // namespace gatehouse::net
