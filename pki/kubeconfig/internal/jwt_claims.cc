#include "pki/kubeconfig/internal/jwt_claims.h"

#include <cmath>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "objects/node.h"

namespace gatehouse::pki::internal {
namespace {

using objects::Document;
using objects::Node;
using objects::NodeKind;

constexpr size_t kMaxBytes = size_t{64} << 10;
constexpr int kMaxDepth = 32;
// The year 9999; what is later never ends.
constexpr double kMaxSeconds = 253402300799;

// Returns the JSON object that is one part of a token.
absl::optional<Document> DecodePart(absl::string_view part) {
  std::string json;
  if (!absl::WebSafeBase64Unescape(part, &json)) return absl::nullopt;
  objects::Limits limits;
  limits.max_bytes = kMaxBytes;
  limits.max_depth = kMaxDepth;
  absl::StatusOr<Document> document = objects::ParseJson(json, "", limits);
  if (!document.ok() || !document->root().is(NodeKind::kMap)) {
    return absl::nullopt;
  }
  return *std::move(document);
}

absl::optional<absl::Time> ReadTime(const Node* node) {
  double seconds = 0;
  if (node == nullptr || !node->is(NodeKind::kNumber) ||
      !absl::SimpleAtod(node->text(), &seconds)) {
    return absl::nullopt;
  }
  if (!(std::fabs(seconds) <= kMaxSeconds)) return absl::nullopt;
  return absl::UnixEpoch() + absl::Seconds(std::floor(seconds));
}

}  // namespace

absl::optional<JwtClaims> ReadJwtClaims(absl::string_view token) {
  if (token.size() > kMaxBytes) return absl::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return absl::nullopt;
  const absl::optional<Document> header = DecodePart(parts[0]);
  if (!header || header->root().Find("alg") == nullptr) return absl::nullopt;
  const absl::optional<Document> payload = DecodePart(parts[1]);
  if (!payload) return absl::nullopt;
  JwtClaims claims;
  const Node* subject = payload->root().Find("sub");
  if (subject != nullptr && subject->is(NodeKind::kString)) {
    claims.subject = std::string(subject->text());
  }
  const Node* groups = payload->root().Find("groups");
  if (groups != nullptr) {
    for (const Node& group : groups->items()) {
      if (group.is(NodeKind::kString)) claims.groups.emplace_back(group.text());
    }
  }
  claims.not_before = ReadTime(payload->root().Find("nbf"));
  claims.not_after = ReadTime(payload->root().Find("exp"));
  return claims;
}

}  // namespace gatehouse::pki::internal
