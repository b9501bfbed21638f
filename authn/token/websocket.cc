#include "authn/token/websocket.h"

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "authn/token/internal/ask_tokens.h"
#include "base/errors.h"
#include "base/secret.h"

namespace gatehouse::authn {
namespace {

constexpr char kProtocol[] = "Sec-WebSocket-Protocol";

// Protocols is what the protocol headers say; views of their values.
struct Protocols {
  std::vector<absl::string_view> tokens;  // In base64url.
  std::vector<absl::string_view> others;
};

Protocols SplitProtocols(const Headers& headers) {
  Protocols protocols;
  for (const absl::string_view value : headers.All(kProtocol)) {
    for (absl::string_view element : absl::StrSplit(value, ',')) {
      element = absl::StripAsciiWhitespace(element);
      if (absl::ConsumePrefix(&element, kWebSocketTokenPrefix)) {
        protocols.tokens.push_back(element);
      } else {
        protocols.others.push_back(element);
      }
    }
  }
  return protocols;
}

bool IsWebSocketRequest(const Headers& headers) {
  const auto upgrade = headers.First("Upgrade");
  return upgrade.has_value() && absl::EqualsIgnoreCase(*upgrade, "websocket") &&
         absl::c_any_of(headers.All("Connection"), [](absl::string_view value) {
           return absl::StrContains(absl::AsciiStrToLower(value), "upgrade");
         });
}

// The texts are Kubernetes'.
Result Reject(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, text);
}

// Decodes the one token of `protocols` into `*token`. Returns no credential,
// or the rejection of what is no token.
Result DecodeToken(const Protocols& protocols, std::string* token) {
  const absl::string_view encoded = protocols.tokens.front();
  if (Base64UrlDecodedSize(encoded.size()) > kMaxTokenBytes) {
    return internal::TokenTooLarge();
  }
  if (Base64UrlDecode(encoded, token) != JoseError::kNone) {
    return Reject(Reason::kMalformed,
                  "invalid base64.bearer.authorization token encoding");
  }
  if (!simdjson::validate_utf8(token->data(), token->size())) {
    return Reject(Reason::kMalformed,
                  "invalid base64.bearer.authorization token");
  }
  if (protocols.tokens.size() > 1) {
    return Reject(Reason::kDuplicate,
                  "multiple base64.bearer.authorization tokens specified");
  }
  // So that there is one to answer with: that with the token is not for the
  // handler.
  if (!token->empty() && protocols.others.empty()) {
    return Reject(Reason::kInvalid, "missing additional subprotocol");
  }
  return Result();
}

}  // namespace

WebSocketAuthenticator::WebSocketAuthenticator(
    std::shared_ptr<const TokenAuthenticator> tokens)
    : tokens_(std::move(tokens)) {}

Result WebSocketAuthenticator::Authenticate(const Request& request) const {
  if (request.headers == nullptr || !IsWebSocketRequest(*request.headers)) {
    return Result();
  }
  const Protocols protocols = SplitProtocols(*request.headers);
  if (protocols.tokens.empty()) return Result();
  std::string token;
  Result result = DecodeToken(protocols, &token);
  if (!result.rejected() && !token.empty()) {
    result = internal::AskTokens(*tokens_, token, request);
  }
  WipeString(&token);
  if (result.authenticated()) {
    const std::string others = absl::StrJoin(protocols.others, ",");
    request.headers->Set(kProtocol, others);
  }
  return result;
}

void RemoveWebSocketTokens(Headers* headers) {
  const Protocols protocols = SplitProtocols(*headers);
  if (protocols.tokens.empty()) return;
  if (protocols.others.empty()) return headers->Remove(kProtocol);
  const std::string others = absl::StrJoin(protocols.others, ",");
  headers->Set(kProtocol, others);
}

}  // namespace gatehouse::authn
