#include "pki/internal/uri.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gatehouse::pki::internal {
namespace {

bool IsVisible(char c) { return c > 0x20 && c < 0x7f; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAlnum(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}

bool IsHexDigit(char c) {
  return absl::ascii_isxdigit(static_cast<unsigned char>(c));
}

// Returns whether every "%" begins an escape.
bool HasGoodEscapes(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !IsHexDigit(text[i + 1]) ||
        !IsHexDigit(text[i + 2])) {
      return false;
    }
    i += 2;
  }
  return true;
}

bool IsScheme(absl::string_view text) {
  return !text.empty() &&
         absl::ascii_isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsAlnum(c) || absl::StrContains("+-.", c);
         });
}

bool IsUserInfo(absl::string_view text) {
  return HasGoodEscapes(text) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsAlnum(c) || absl::StrContains("-._:~!$&'()*+,;=%@", c);
         });
}

// Takes "[...]" or all before the port off `*text`.
bool TakeHost(absl::string_view* text, absl::string_view* host) {
  size_t end;
  if (absl::StartsWith(*text, "[")) {
    end = text->rfind(']');
    if (end == absl::string_view::npos) return false;
    ++end;
  } else {
    end = std::min(text->rfind(':'), text->size());
  }
  *host = text->substr(0, end);
  text->remove_prefix(end);
  return true;
}

bool IsHost(absl::string_view host) {
  if (absl::StartsWith(host, "[")) {
    return IsIpAddress(host.substr(1, host.size() - 2));
  }
  return IsValidDomain(host, /*constraint=*/false) &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return IsAlnum(c) || absl::StrContains("-._~!$&'()*+,;=", c);
         });
}

// Parses "user@host:port".
bool ParseAuthority(Uri* uri) {
  absl::string_view rest = uri->authority;
  const size_t at = rest.rfind('@');
  if (at != absl::string_view::npos) {
    if (!IsUserInfo(rest.substr(0, at))) return false;
    rest.remove_prefix(at + 1);
  }
  if (!TakeHost(&rest, &uri->host) || !IsHost(uri->host)) return false;
  // What is left is ":" and perhaps digits, or nothing.
  return rest.empty() || (absl::ConsumePrefix(&rest, ":") &&
                          std::all_of(rest.begin(), rest.end(), IsDigit));
}

}  // namespace

absl::optional<Uri> ParseUri(absl::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_iscntrl(static_cast<unsigned char>(c));
      })) {
    return absl::nullopt;
  }
  Uri uri;
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return absl::nullopt;
  uri.scheme = text.substr(0, colon);
  absl::string_view rest = text.substr(colon + 1);
  if (!IsScheme(uri.scheme) || rest.empty()) return absl::nullopt;
  const size_t hash = rest.find('#');
  if (hash != absl::string_view::npos) {
    if (!HasGoodEscapes(rest.substr(hash))) return absl::nullopt;
    rest = rest.substr(0, hash);
  }
  rest = rest.substr(0, rest.find('?'));
  if (!absl::StartsWith(rest, "/")) return uri;  // Such as "urn:a:b".
  if (absl::ConsumePrefix(&rest, "//")) {
    uri.authority = rest.substr(0, rest.find('/'));
    rest.remove_prefix(uri.authority.size());
    if (!ParseAuthority(&uri)) return absl::nullopt;
  }
  if (!HasGoodEscapes(rest)) return absl::nullopt;
  uri.path = rest;
  return uri;
}

bool IsValidDomain(absl::string_view domain, bool constraint) {
  if (domain.empty()) return true;
  if (constraint) absl::ConsumePrefix(&domain, ".");
  for (const absl::string_view label : absl::StrSplit(domain, '.')) {
    if (label.empty() || !std::all_of(label.begin(), label.end(), IsVisible)) {
      return false;
    }
  }
  return true;
}

bool IsIpAddress(absl::string_view text) {
  const std::string address(text);
  std::array<unsigned char, 16> bytes;
  return inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

}  // namespace gatehouse::pki::internal
