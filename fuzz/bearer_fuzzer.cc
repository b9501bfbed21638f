// The law: a token is asked about exactly when the answer is not "no
// credential", it is part of what was sent, and nothing of it is left in the
// request after success; a request that is not let in is as it was.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/token/bearer.h"
#include "authn/token/websocket.h"
#include "base/headers.h"

namespace {

namespace authn = gatehouse::authn;
using gatehouse::Headers;

constexpr char kProtocol[] = "Sec-WebSocket-Protocol";

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

// Knows tokens of an odd length.
class Tokens : public authn::TokenAuthenticator {
 public:
  authn::Result AuthenticateToken(absl::string_view token,
                                  const authn::TokenContext&) const override {
    asked.emplace_back(token);
    if (token.size() % 2 == 0) return authn::Result();
    return authn::Authentication();
  }
  mutable std::vector<std::string> asked;
};

bool HasToken(const Headers& headers) {
  for (const absl::string_view value : headers.All(kProtocol)) {
    for (const absl::string_view element : absl::StrSplit(value, ',')) {
      if (absl::StartsWith(absl::StripAsciiWhitespace(element),
                           authn::kWebSocketTokenPrefix)) {
        return true;
      }
    }
  }
  return false;
}

// Each line is the value of one header of that name.
Headers HeadersOf(absl::string_view text, absl::string_view name) {
  Headers headers;
  headers.Add("Connection", "upgrade");
  headers.Add("Upgrade", "websocket");
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    headers.Add(name, line);
  }
  return headers;
}

template <typename Authenticator>
bool Ask(absl::string_view text, absl::string_view name, Headers* headers,
         std::string* token) {
  *headers = HeadersOf(text, name);
  const auto before = headers->fields();
  const auto tokens = std::make_shared<Tokens>();
  authn::Request request;
  request.headers = headers;
  const authn::Result result = Authenticator(tokens).Authenticate(request);
  Check(tokens->asked.size() <= 1, "asked twice");
  Check(!result.authenticated() || tokens->asked.size() == 1, "nobody asked");
  Check(result.authenticated() || headers->fields() == before,
        "changed without success");
  if (!tokens->asked.empty()) {
    *token = tokens->asked[0];
    Check(!token->empty(), "asked about nothing");
    Check(result.authenticated() == (token->size() % 2 == 1), "not the answer");
    Check(result.authenticated() || result.rejected(), "an answer got lost");
  }
  return result.authenticated();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  Headers headers;
  std::string token;
  if (Ask<authn::BearerAuthenticator>(text, "Authorization", &headers,
                                      &token)) {
    Check(!headers.Has("Authorization"), "the header is left");
  }
  Check(absl::StrContains(text, token), "a token that nobody sent");
  Check(!absl::StrContains(token, ' '), "a token with a space");
  if (Ask<authn::WebSocketAuthenticator>(text, kProtocol, &headers, &token)) {
    Check(headers.All(kProtocol).size() == 1, "not one header");
    Check(!HasToken(headers), "the protocol is left");
  }
  headers = HeadersOf(text, kProtocol);
  const bool had = HasToken(headers);
  const auto before = headers.fields();
  authn::RemoveWebSocketTokens(&headers);
  Check(!HasToken(headers), "a token is left");
  Check(had || headers.fields() == before, "changed without a token");
  return 0;
}
