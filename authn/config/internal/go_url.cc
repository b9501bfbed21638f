#include "authn/config/internal/go_url.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn::internal {
namespace {

// Each of the functions here returns what is wrong, "" if nothing.
using Problem = std::string;

// Takes what stands before the first `separator` from `*rest`, and the
// separator; all of it if there is none.
absl::string_view Cut(absl::string_view* rest, char separator) {
  const size_t at = rest->find(separator);
  const absl::string_view head = rest->substr(0, at);
  *rest = at == absl::string_view::npos ? "" : rest->substr(at + 1);
  return head;
}

// Characters of a host that stand for themselves, beside letters and digits.
bool IsHostCharacter(unsigned char c) {
  return c >= 0x80 || absl::ascii_isalnum(c) ||
         absl::string_view("-_.~!$&'()*+,;=:[]<>\"")
                 .find(static_cast<char>(c)) != absl::string_view::npos;
}

bool IsUserCharacter(unsigned char c) {
  return absl::ascii_isalnum(c) ||
         absl::string_view("-._:~!$&'()*+,;=%@").find(static_cast<char>(c)) !=
             absl::string_view::npos;
}

// In a host, only bytes outside ASCII may be escaped, or "%25" before a zone.
Problem CheckEscapes(absl::string_view text, bool host) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '%') {
      const absl::string_view escape = text.substr(i, 3);
      const bool valid =
          escape.size() == 3 &&
          absl::ascii_isxdigit(static_cast<unsigned char>(escape[1])) &&
          absl::ascii_isxdigit(static_cast<unsigned char>(escape[2]));
      if (!valid || (host && escape[1] < '8' && escape != "%25")) {
        return absl::StrCat("invalid URL escape ", GoQuote(escape));
      }
      i += 2;
    } else if (host && !IsHostCharacter(c)) {
      return absl::StrCat("invalid character ", GoQuote(text.substr(i, 1)),
                          " in host name");
    }
  }
  return "";
}

Problem CheckPort(absl::string_view colon_port) {
  for (size_t i = 0; i < colon_port.size(); ++i) {
    const bool valid =
        i == 0 ? colon_port[i] == ':'
               : absl::ascii_isdigit(static_cast<unsigned char>(colon_port[i]));
    if (!valid) {
      return absl::StrCat("invalid port ", GoQuote(colon_port), " after host");
    }
  }
  return "";
}

Problem CheckHost(absl::string_view host) {
  size_t port = host.rfind(':');
  if (absl::StartsWith(host, "[")) {
    const size_t end = host.rfind(']');
    if (end == absl::string_view::npos) return "missing ']' in host";
    port = end + 1;
  }
  if (port != absl::string_view::npos) {
    Problem problem = CheckPort(host.substr(port));
    if (!problem.empty()) return problem;
  }
  return CheckEscapes(host, true);
}

Problem SetAuthority(absl::string_view authority, GoUrl* url) {
  const size_t at = authority.rfind('@');
  const absl::string_view host =
      at == absl::string_view::npos ? authority : authority.substr(at + 1);
  url->host = std::string(host);
  Problem problem = CheckHost(host);
  if (!problem.empty() || at == absl::string_view::npos) return problem;
  url->has_user = true;
  for (const char c : authority.substr(0, at)) {
    if (!IsUserCharacter(static_cast<unsigned char>(c))) {
      return "net/url: invalid userinfo";
    }
  }
  return CheckEscapes(authority.substr(0, at), false);
}

// Takes the scheme and its colon from `*rest`.
Problem SetScheme(absl::string_view* rest, GoUrl* url) {
  for (size_t i = 0; i < rest->size(); ++i) {
    const char c = (*rest)[i];
    if (absl::ascii_isalpha(static_cast<unsigned char>(c))) continue;
    if (c == ':' && i == 0) return "missing protocol scheme";
    if (c == ':') {
      url->scheme = absl::AsciiStrToLower(rest->substr(0, i));
      *rest = rest->substr(i + 1);
      return "";
    }
    const bool inner = absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                       c == '+' || c == '-' || c == '.';
    if (i == 0 || !inner) return "";
  }
  return "";
}

bool HasControlCharacter(absl::string_view text) {
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) return true;
  }
  return false;
}

Problem Parse(absl::string_view rest, GoUrl* url) {
  if (HasControlCharacter(rest)) {
    return "net/url: invalid control character in URL";
  }
  Problem problem = SetScheme(&rest, url);
  if (!problem.empty()) return problem;
  absl::string_view path = Cut(&rest, '?');
  url->query = std::string(rest);
  if (!absl::StartsWith(path, "/")) {
    // "mailto:x" has no path that could be wrong.
    if (!url->scheme.empty()) return "";
    absl::string_view tail = path;
    if (absl::StrContains(Cut(&tail, '/'), ":")) {
      return "first path segment in URL cannot contain colon";
    }
  } else if (absl::StartsWith(path, "//") &&
             (!url->scheme.empty() || !absl::StartsWith(path, "///"))) {
    const size_t end = path.find('/', 2);
    problem = SetAuthority(path.substr(0, end).substr(2), url);
    if (!problem.empty()) return problem;
    path = end == absl::string_view::npos ? "" : path.substr(end);
  }
  return CheckEscapes(path, false);
}

}  // namespace

absl::StatusOr<GoUrl> ParseGoUrl(absl::string_view url) {
  GoUrl parsed;
  absl::string_view fragment = url;
  const absl::string_view rest = Cut(&fragment, '#');
  Problem problem = Parse(rest, &parsed);
  absl::string_view shown = rest;
  if (problem.empty()) {
    problem = CheckEscapes(fragment, false);
    shown = url;
  }
  if (!problem.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                     absl::StrCat("parse ", GoQuote(shown), ": ", problem));
  }
  parsed.fragment = std::string(fragment);
  return parsed;
}

}  // namespace gatehouse::authn::internal
