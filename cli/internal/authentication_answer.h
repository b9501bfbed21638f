// Who a credential speaks for, as a line of JSON.
#ifndef GATEHOUSE_CLI_INTERNAL_AUTHENTICATION_ANSWER_H_
#define GATEHOUSE_CLI_INTERNAL_AUTHENTICATION_ANSWER_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "authn/authenticator.h"

namespace gatehouse::cli {

// Writes the answer to the request `id`, which is JSON. It has every key, null
// where there is nothing to say, so that whoever reads it need not ask which
// are there.
void WriteAuthentication(const std::string& id, const authn::Result& result,
                         std::ostream& out);

// Writes the same for what could not be asked.
void WriteAuthenticationError(const std::string& id, absl::string_view reason,
                              absl::string_view message, std::ostream& out);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_AUTHENTICATION_ANSWER_H_
