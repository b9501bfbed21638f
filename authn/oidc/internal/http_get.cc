#include "authn/oidc/internal/http_get.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "authn/oidc/internal/claim_errors.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn::internal {
namespace {

constexpr size_t kMaxShownBytes = 512;

bool IsUrlCharacter(char c) {
  return absl::ascii_isgraph(c) &&
         absl::string_view("\"<>\\^`{|}").find(c) == absl::string_view::npos;
}

// Returns whether `text` is nothing or ":" and digits.
bool IsPort(absl::string_view text) {
  return text.empty() ||
         (absl::ConsumePrefix(&text, ":") && !text.empty() &&
          std::all_of(text.begin(), text.end(), absl::ascii_isdigit));
}

struct Prefix {
  uint32_t network;
  int bits;
};

// What is not public of RFC 6890 section 2.2.2.
constexpr Prefix kPrivateV4[] = {
    {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
    {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0a80000, 16}, {0xf0000000, 4},
};

bool IsPrivateV4(uint32_t address) {
  return std::any_of(
      std::begin(kPrivateV4), std::end(kPrivateV4),
      [address](const Prefix& prefix) {
        return (address ^ prefix.network) >> (32 - prefix.bits) == 0;
      });
}

// 64:ff9b::/96 of RFC 6052 section 2.1, by which translators reach IPv4.
constexpr std::array<uint8_t, 12> kTranslatedV4 = {0x00, 0x64, 0xff, 0x9b};

bool IsPrivateV6(const std::array<uint8_t, 16>& address) {
  // Unspecified, loopback, and IPv4 in each way of writing it.
  const bool zeros = std::all_of(address.begin(), address.begin() + 10,
                                 [](uint8_t byte) { return byte == 0; });
  if ((zeros && ((address[10] == 0 && address[11] == 0) ||
                 (address[10] == 0xff && address[11] == 0xff))) ||
      std::equal(kTranslatedV4.begin(), kTranslatedV4.end(), address.begin())) {
    const uint32_t last = uint32_t{address[12]} << 24 |
                          uint32_t{address[13]} << 16 |
                          uint32_t{address[14]} << 8 | uint32_t{address[15]};
    return IsPrivateV4(last);
  }
  // Unique local fc00::/7, link-local fe80::/10.
  return (address[0] & 0xfe) == 0xfc ||
         (address[0] == 0xfe && (address[1] & 0xc0) == 0x80);
}

// Whether resolvers may take `host` for a number of IPv4, such as "127.1" or
// "0x7f.1", which inet_pton does not read.
bool EndsInNumber(absl::string_view host) {
  const absl::string_view last = host.substr(host.rfind('.') + 1);
  return absl::StartsWith(last, "0x") ||
         std::all_of(last.begin(), last.end(), absl::ascii_isdigit);
}

}  // namespace

absl::optional<absl::string_view> HttpsHost(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "https://") ||
      !std::all_of(url.begin(), url.end(), IsUrlCharacter) ||
      absl::StrContains(url, '#')) {
    return absl::nullopt;
  }
  const absl::string_view authority = url.substr(0, url.find_first_of("/?"));
  if (absl::StrContains(authority, '@')) return absl::nullopt;
  absl::string_view host = authority.substr(0, authority.find(':'));
  absl::string_view port = authority.substr(host.size());
  if (absl::StartsWith(authority, "[")) {
    const size_t end = authority.find(']');
    if (end == absl::string_view::npos) return absl::nullopt;
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  }
  if (host.empty() || !IsPort(port)) return absl::nullopt;
  return host;
}

bool IsPrivateAddress(absl::string_view host) {
  const std::string text = absl::AsciiStrToLower(absl::StripSuffix(host, "."));
  if (text == "localhost" || absl::EndsWith(text, ".localhost")) return true;
  in_addr v4 = {};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return IsPrivateV4(ntohl(v4.s_addr));
  }
  std::array<uint8_t, 16> v6 = {};
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) == 1) {
    return IsPrivateV6(v6);
  }
  // "%": a zone, or a character that is written otherwise.
  return absl::StrContains(text, '%') || EndsInNumber(text);
}

std::string ShownUrl(absl::string_view url) {
  return GoQuote(url.substr(0, std::min(url.find('?'), kMaxShownBytes)));
}

absl::Duration TimeLeft(absl::Duration timeout, absl::Time deadline,
                        absl::Time now) {
  return std::max(absl::ZeroDuration(), std::min(timeout, deadline - now));
}

absl::StatusOr<HttpResponse> HttpGet(HttpClient& http, const std::string& url,
                                     const HttpGetOptions& options) {
  HttpRequest request;
  request.url = url;
  request.timeout = options.timeout;
  request.max_response_bytes = options.max_bytes;
  if (!options.bearer.empty()) {
    request.headers.Add(
        "Authorization",
        absl::StrCat("Bearer ", options.bearer.Reveal(SecretAccess::Get())));
  }
  const std::string context = absl::StrCat("Get ", ShownUrl(url));
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::DeadlineExceededError(
        absl::StrCat(context, ": there is no time left"));
  }
  absl::StatusOr<HttpResponse> response = http.Do(request);
  if (!response.ok()) return InContext(context, response.status());
  if (response->status < 200 || response->status > options.max_status) {
    return absl::UnavailableError(
        absl::StrCat(context, ": unexpected status ", response->status));
  }
  return response;
}

}  // namespace gatehouse::authn::internal
