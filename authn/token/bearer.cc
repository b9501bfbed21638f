#include "authn/token/bearer.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/types/optional.h"
#include "authn/token/internal/ask_tokens.h"
#include "base/headers.h"

namespace gatehouse::authn {
namespace {

constexpr char kAuthorization[] = "Authorization";

// Kubernetes' words.
constexpr char kExtraSpace[] =
    "the provided Authorization header contains extra space before the bearer "
    "token, and is ignored";

}  // namespace

absl::string_view BearerToken(absl::string_view value, bool* extra_space) {
  *extra_space = false;
  value = absl::StripAsciiWhitespace(value);
  const size_t space = value.find(' ');
  if (space == absl::string_view::npos ||
      !absl::EqualsIgnoreCase(value.substr(0, space), "bearer")) {
    return "";
  }
  const absl::string_view rest = value.substr(space + 1);
  const absl::string_view token = rest.substr(0, rest.find(' '));
  // Nothing is trimmed off the end, so something stands behind this space.
  *extra_space = token.empty();
  return token;
}

BearerAuthenticator::BearerAuthenticator(
    std::shared_ptr<const TokenAuthenticator> tokens)
    : tokens_(std::move(tokens)) {}

Result BearerAuthenticator::Authenticate(const Request& request) const {
  if (request.headers == nullptr) return Result();
  const auto value = request.headers->First(kAuthorization);
  if (!value.has_value()) return Result();
  bool extra_space = false;
  const absl::string_view token = BearerToken(*value, &extra_space);
  if (extra_space && request.notes != nullptr) {
    request.notes->warnings.emplace_back(kExtraSpace);
  }
  if (token.empty()) return Result();
  Result result = internal::AskTokens(*tokens_, token, request);
  if (result.authenticated()) request.headers->Remove(kAuthorization);
  return result;
}

}  // namespace gatehouse::authn
