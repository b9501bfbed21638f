// What a token says of itself, verified by nobody.
#ifndef GATEHOUSE_CLI_TOKEN_INSPECTION_H_
#define GATEHOUSE_CLI_TOKEN_INSPECTION_H_

#include <ostream>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/token/answers.pb.h"

namespace gatehouse::cli {

// Reads `token`: a JWT or a bootstrap token. What makes others believe it,
// which is the signature or the secret half, is not in the answer. Of a JWT
// that authenticators refuse for its form, such as one with "alg": "none" or an
// "exp" that is no number, the answer has what can be read, and why. kMalformed
// for what has no header of a JWT, with nothing of it.
absl::StatusOr<TokenAnswer> InspectToken(absl::string_view token,
                                         absl::Time now);

// Writes a page about it for people. Text from the token is shown with its
// control characters visible.
void PrintTokenPage(const TokenAnswer& answer, std::ostream& out);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_TOKEN_INSPECTION_H_
