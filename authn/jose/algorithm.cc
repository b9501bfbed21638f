#include "authn/jose/algorithm.h"

#include <iterator>
#include <vector>

#include "absl/strings/str_join.h"

namespace gatehouse::authn {
namespace {

constexpr absl::string_view kNames[] = {
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512",
};
static_assert(std::size(kNames) == kJwsAlgorithmCount, "one name for each");

}  // namespace

absl::string_view JwsAlgorithmName(JwsAlgorithm algorithm) {
  return kNames[static_cast<int>(algorithm)];
}

absl::optional<JwsAlgorithm> ParseJwsAlgorithm(absl::string_view name) {
  for (int i = 0; i < kJwsAlgorithmCount; ++i) {
    if (kNames[i] == name) return static_cast<JwsAlgorithm>(i);
  }
  return absl::nullopt;
}

std::string JwsAlgorithmSet::ToString() const {
  std::vector<absl::string_view> names;
  for (int i = 0; i < kJwsAlgorithmCount; ++i) {
    if (Contains(static_cast<JwsAlgorithm>(i))) names.push_back(kNames[i]);
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace gatehouse::authn
