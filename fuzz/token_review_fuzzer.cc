// The law: a TokenReview that is read can be written and reads back the same;
// as the answer of a webhook it says the same every time, from memory too, and
// nobody whom it does not call authenticated is let in.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "authn/token/token_cache.h"
#include "authn/webhook/token_review.h"
#include "authn/webhook/token_review_client.h"
#include "authn/webhook/token_review_codec.h"
#include "testing/fake_http_client.h"

namespace {

namespace authn = gatehouse::authn;

constexpr char kUrl[] = "https://hook.example.com/";

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

bool Same(const authn::Result& a, const authn::Result& b) {
  const authn::Authentication& x = a.authentication();
  const authn::Authentication& y = b.authentication();
  return a.outcome() == b.outcome() && a.error() == b.error() &&
         x.user.name == y.user.name && x.user.uid == y.user.uid &&
         x.user.groups == y.user.groups && x.user.extra == y.user.extra &&
         x.audiences == y.audiences && x.credential_id == y.credential_id;
}

// Writes and reads a review, for what a webhook answers with `json`.
void CheckReadsBack(const authn::VersionedTokenReview& read) {
  const std::string written =
      authn::TokenReviewToJson(read.review, read.version);
  const auto again = authn::TokenReviewFromJson(written, "again");
  Check(again.ok(), "does not read back");
  Check(again->version == read.version, "another version");
  Check(authn::TokenReviewToJson(again->review, again->version) == written,
        "reads back otherwise");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view json(reinterpret_cast<const char*>(data), size);
  const auto read = authn::TokenReviewFromJson(json, "input");
  if (read.ok()) CheckReadsBack(*read);

  const auto http = std::make_shared<gatehouse::testing::FakeHttpClient>();
  http->Answer(kUrl, 200, json);
  authn::WebhookOptions options;
  if (read.ok()) options.api_version = read->version;
  auto webhook =
      authn::WebhookTokenAuthenticator::Create({kUrl, http, {}}, options);
  Check(webhook.ok(), "no authenticator");
  authn::TokenCacheOptions packed;
  packed.hot_entries = 0;
  packed.failure_ttl = packed.success_ttl;
  const authn::TokenCache cache(*std::move(webhook), packed);
  const std::vector<std::string> audiences = {"a", ""};
  for (const auto* requested :
       {static_cast<const std::vector<std::string>*>(nullptr), &audiences}) {
    const authn::TokenContext context = {absl::UnixEpoch(), requested, nullptr};
    const authn::Result first = cache.AuthenticateToken("t", context);
    Check(Same(first, cache.AuthenticateToken("t", context)),
          "says another thing from memory");
    Check(!first.authenticated() ||
              (read.ok() && read->review.status().authenticated()),
          "let in without being authenticated");
  }
  gatehouse::k8s::TokenReview request;
  request.mutable_spec()->set_token("t");
  const auto answer = authn::ReviewToken(request, cache, {}, absl::UnixEpoch());
  Check(answer.ok(), "no answer");
  Check(answer->status().authenticated() || !answer->status().has_user(),
        "says who somebody is that is nobody");
  return 0;
}
