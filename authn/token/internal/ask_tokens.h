// From a token in a request to an answer.
#ifndef GATEHOUSE_AUTHN_TOKEN_INTERNAL_ASK_TOKENS_H_
#define GATEHOUSE_AUTHN_TOKEN_INTERNAL_ASK_TOKENS_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"

namespace gatehouse::authn::internal {

// Asks `tokens` about a token that was found in `request`: authenticated or
// rejected, never without a credential. A token over kMaxTokenBytes is not
// asked about (kTooLarge); one that nobody knows is kUnknownToken, one that the
// client may not use kWrongHolder.
Result AskTokens(const TokenAuthenticator& tokens, absl::string_view token,
                 const Request& request);

// Returns the rejection of a token over kMaxTokenBytes.
Result TokenTooLarge();

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_TOKEN_INTERNAL_ASK_TOKENS_H_
