#include "authz/path_authorizer.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authz {

absl::StatusOr<std::unique_ptr<Authorizer>> PathAuthorizer::Create(
    absl::Span<const std::string> always_allow_paths) {
  absl::flat_hash_set<std::string> paths;
  std::vector<std::string> prefixes;
  for (const std::string& given : always_allow_paths) {
    const absl::string_view trimmed = absl::StripPrefix(given, "/");
    absl::string_view entry = trimmed;
    const bool is_prefix = absl::ConsumeSuffix(&entry, "*");
    if (absl::StrContains(entry, '*')) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kInvalid,
          absl::StrCat("only trailing * allowed in ", GoQuote(trimmed)));
    }
    if (is_prefix) {
      prefixes.emplace_back(entry);
    } else {
      paths.emplace(entry);
    }
  }
  return absl::WrapUnique<Authorizer>(
      new PathAuthorizer(std::move(paths), std::move(prefixes)));
}

PathAuthorizer::PathAuthorizer(absl::flat_hash_set<std::string> paths,
                               std::vector<std::string> prefixes)
    : paths_(std::move(paths)), prefixes_(std::move(prefixes)) {}

Decision PathAuthorizer::Authorize(const Attributes& attributes) const {
  return {Decide(attributes), "", absl::OkStatus()};
}

Outcome PathAuthorizer::Decide(const Attributes& attributes) const {
  if (attributes.resource_request) return Outcome::kNoOpinion;
  const absl::string_view path = absl::StripPrefix(attributes.path, "/");
  const bool listed =
      paths_.contains(path) ||
      absl::c_any_of(prefixes_, [path](const std::string& prefix) {
        return absl::StartsWith(path, prefix);
      });
  return listed ? Outcome::kAllow : Outcome::kNoOpinion;
}

}  // namespace gatehouse::authz
