#include "authn/audiences.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/go_quote.h"

namespace gatehouse::authn {

std::vector<std::string> IntersectAudiences(
    absl::Span<const std::string> had,
    absl::Span<const std::string> requested) {
  std::vector<std::string> both;
  for (const std::string& audience : requested) {
    if (absl::c_linear_search(had, audience)) both.push_back(audience);
  }
  return both;
}

std::string ShowAudiences(absl::Span<const std::string> audiences) {
  return absl::StrCat(
      "[",
      absl::StrJoin(audiences, " ",
                    [](std::string* out, const std::string& audience) {
                      out->append(GoQuote(audience));
                    }),
      "]");
}

}  // namespace gatehouse::authn
