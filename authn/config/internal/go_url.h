// URLs as Go's net/url takes them apart, with its error texts, because
// Kubernetes' messages show them.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_GO_URL_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_GO_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gatehouse::authn::internal {

// GoUrl is what the checks of issuers ask about. A plain value.
struct GoUrl {
  std::string scheme;     // Lower case; "" if there is none.
  bool has_user = false;  // Whether there is an "@" in the authority.
  std::string host;       // With the port; not percent-decoded.
  std::string query;      // Without the question mark.
  std::string fragment;   // Without the number sign.
};

// Parses as url.Parse does. Errors have Go's text, such as
// `parse "https://a:b": invalid port ":b" after host`.
absl::StatusOr<GoUrl> ParseGoUrl(absl::string_view url);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_GO_URL_H_
