// The law: claims that are taken are what the other reader of JSON reads, and
// written and read again the same; what is refused it refuses too, or has
// U+0000 in it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "authn/jose/claims.h"
#include "authn/jose/jose_error.h"
#include "objects/node.h"

namespace {

namespace authn = gatehouse::authn;
namespace objects = gatehouse::objects;

using authn::Claims;
using authn::ClaimValue;
using objects::Node;
using objects::NodeKind;

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

void CheckSame(ClaimValue claim, const Node& node) {
  Check(static_cast<int>(claim.kind()) - 1 == static_cast<int>(node.kind()),
        "another kind");
  Check(claim.text() == node.text(), "another text");
  Check(claim.size() == node.items().size() + node.entries().size(),
        "another size");
  size_t i = 0;
  for (const ClaimValue each : claim) {
    if (!node.entries().empty()) {
      Check(each.name() == node.entries()[i].key.text(), "another name");
      Check(claim.Find(each.name()).ToJson() == each.ToJson(), "another found");
    }
    CheckSame(each, node.entries().empty() ? node.items()[i]
                                           : node.entries()[i].value);
    ++i;
  }
}

bool HasNul(const Node& node) {
  return absl::StrContains(node.text(), '\0') ||
         absl::c_any_of(node.items(), HasNul) ||
         absl::c_any_of(node.entries(), [](const objects::MapEntry& entry) {
           return HasNul(entry.key) || HasNul(entry.value);
         });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view json(reinterpret_cast<const char*>(data), size);
  const authn::ClaimsLimits limits;
  objects::Limits node_limits;
  node_limits.max_bytes = limits.max_bytes;
  node_limits.max_depth = limits.max_depth;
  node_limits.max_nodes = limits.max_values;
  const auto document = objects::ParseJson(json, "claims", node_limits);
  const auto claims = Claims::Parse(json, limits);
  if (!claims.ok()) {
    Check(authn::JoseErrorOf(claims.status()) != authn::JoseError::kNone,
          "refused without a reason");
    Check(!document.ok() || !document->root().is(NodeKind::kMap) ||
              HasNul(document->root()),
          "the other reader takes it");
    return 0;
  }
  Check(document.ok(), "the other reader refuses it");
  CheckSame(claims->root(), document->root());
  const std::string written = claims->root().ToJson();
  authn::ClaimsLimits wide;
  wide.max_bytes = written.size();  // Escapes may have become longer.
  const auto again = Claims::Parse(written, wide);
  Check(again.ok() && again->root().ToJson() == written, "claims change");
  return 0;
}
