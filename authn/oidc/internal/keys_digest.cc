#include "authn/oidc/internal/keys_digest.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "authn/internal/digest.h"
#include "authn/jose/verification_key.h"
#include "pki/public_key.h"

namespace gatehouse::authn::internal {
namespace {

// Behind its length, so that no value can pass for two.
std::string Framed(absl::string_view value) {
  return absl::StrCat(value.size(), ":", value);
}

std::string Describe(const VerificationKey& key) {
  const pki::PublicKey* const public_key = key.public_key();
  return absl::StrCat(
      key.key_id().has_value() ? Framed(*key.key_id()) : "-",
      Framed(key.algorithms().ToString()),
      Framed(public_key == nullptr ? absl::string_view() : public_key->der()));
}

}  // namespace

pki::Sha256Digest KeysDigest(const KeySet& keys) {
  std::vector<std::string> all;
  all.reserve(keys.keys().size());
  for (const VerificationKey& key : keys.keys()) all.push_back(Describe(key));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return Sha256(absl::StrJoin(all, ""));
}

}  // namespace gatehouse::authn::internal
