#include "authn/webhook/token_review.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {
namespace {

using ::testing::ElementsAre;
using Texts = std::vector<std::string>;

const absl::Time kNow = absl::FromUnixSeconds(1'900'000'000);

// Gives one answer and remembers what it was asked.
class Stub : public TokenAuthenticator {
 public:
  explicit Stub(Result result) : result_(std::move(result)) {}

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override {
    seen_token = std::string(token);
    EXPECT_EQ(context.now, kNow);
    seen_audiences.reset();
    if (context.audiences != nullptr) seen_audiences = *context.audiences;
    return result_;
  }

  mutable absl::optional<std::string> seen_token;
  mutable absl::optional<Texts> seen_audiences;

 private:
  const Result result_;
};

Authentication Jane(Audiences audiences) {
  Authentication who;
  who.user = {"jane", "7", {"g", "h"}, {{"k", {"1", "2"}}}};
  who.audiences = std::move(audiences);
  return who;
}

k8s::TokenReview Request(absl::string_view token, const Texts& audiences) {
  k8s::TokenReview request;
  request.mutable_metadata()->set_name("n");
  request.mutable_spec()->set_token(std::string(token));
  request.mutable_spec()->mutable_audiences()->Assign(audiences.begin(),
                                                      audiences.end());
  // What the asker says of the answer is not believed.
  request.mutable_status()->set_authenticated(true);
  request.mutable_status()->set_error("x");
  request.mutable_status()->add_audiences("x");
  request.mutable_status()->mutable_user()->set_username("system:admin");
  return request;
}

struct AudienceCase {
  const char* name;
  Texts requested;
  Texts api;
  absl::optional<Texts> asked;
  Audiences answer;
  absl::optional<Texts> want;  // Absent: an error.
};

class AudienceTest : public ::testing::TestWithParam<AudienceCase> {};

TEST_P(AudienceTest, AreIntersected) {
  const AudienceCase& c = GetParam();
  const Stub stub(Jane(c.answer));
  const auto answer = ReviewToken(Request("t", c.requested), stub, c.api, kNow);
  EXPECT_EQ(stub.seen_token, "t");
  EXPECT_EQ(stub.seen_audiences, c.asked);
  ASSERT_EQ(answer.ok(), c.want.has_value()) << answer.status();
  if (!answer.ok()) {
    EXPECT_EQ(answer.status(),
              absl::InternalError("error validating audiences"));
    return;
  }
  const k8s::TokenReviewStatus& status = answer->status();
  EXPECT_TRUE(status.authenticated());
  EXPECT_EQ(Texts(status.audiences().begin(), status.audiences().end()),
            *c.want);
}

INSTANTIATE_TEST_SUITE_P(
    All, AudienceTest,
    ::testing::Values(
        AudienceCase{
            "none_at_all", {}, {}, absl::nullopt, absl::nullopt, Texts{}},
        AudienceCase{"its_own_if_none_are_asked_for",
                     {},
                     {},
                     absl::nullopt,
                     Texts{"a"},
                     Texts{"a"}},
        AudienceCase{"the_apis_by_default",
                     {},
                     {"api", "b"},
                     Texts{"api", "b"},
                     Texts{"api"},
                     Texts{"api"}},
        AudienceCase{"the_requests_instead",
                     {"vault"},
                     {"api"},
                     Texts{"vault"},
                     Texts{"vault"},
                     Texts{"vault"}},
        AudienceCase{"in_the_tokens_order",
                     {"a", "b"},
                     {},
                     Texts{"a", "b"},
                     Texts{"b", "c", "a"},
                     Texts{"b", "a"}},
        AudienceCase{"no_regard_to_audiences",
                     {},
                     {"api"},
                     Texts{"api"},
                     absl::nullopt,
                     absl::nullopt},
        AudienceCase{"others",
                     {"vault"},
                     {"api"},
                     Texts{"vault"},
                     Texts{"api"},
                     absl::nullopt}),
    [](const auto& info) { return info.param.name; });

TEST(TokenReviewTest, SaysWhoItIs) {
  const Stub stub(Jane(Texts{"api"}));
  const auto answer = ReviewToken(Request("t", {"api"}), stub, {}, kNow);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->metadata().name(), "n");
  EXPECT_EQ(answer->spec().token(), "t");
  const k8s::TokenReviewStatus& status = answer->status();
  EXPECT_EQ(status.error(), "");
  EXPECT_EQ(status.user().username(), "jane");
  EXPECT_EQ(status.user().uid(), "7");
  EXPECT_THAT(status.user().groups(), ElementsAre("g", "h"));
  EXPECT_THAT(status.user().extra().at("k").items(), ElementsAre("1", "2"));
}

TEST(TokenReviewTest, ATokenIsRequired) {
  const Stub stub(Jane(absl::nullopt));
  const auto answer = ReviewToken(Request("", {"api"}), stub, {}, kNow);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(answer.status().message(),
            "token is required for TokenReview in authentication");
  EXPECT_FALSE(stub.seen_token.has_value());
}

Authentication BoundToACertificate() {
  Authentication who = Jane(Texts{"api"});
  who.certificate_thumbprint.emplace();
  return who;
}

struct RefusedCase {
  const char* name;
  Result result;
  size_t token_bytes;
  const char* error;
};

class RefusedTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedTest, NothingIsSaidOfTheUser) {
  const RefusedCase& c = GetParam();
  const Stub stub(c.result);
  const auto answer = ReviewToken(
      Request(std::string(c.token_bytes, 't'), {"api"}), stub, {}, kNow);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->status().authenticated());
  EXPECT_EQ(answer->status().error(), c.error);
  EXPECT_FALSE(answer->status().has_user());
  EXPECT_EQ(answer->status().audiences_size(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedTest,
    ::testing::Values(
        RefusedCase{"unknown", Result(), 1, "invalid bearer token"},
        RefusedCase{"rejected", absl::UnauthenticatedError("expired"), 1,
                    "expired"},
        // An error without a text is no success.
        RefusedCase{"rejected_wordlessly", absl::UnauthenticatedError(""), 1,
                    ""},
        RefusedCase{"bound", BoundToACertificate(), 1,
                    "the token is bound to a client certificate and cannot be "
                    "reviewed"},
        RefusedCase{"too_long", Jane(Texts{"api"}), kMaxTokenBytes + 1,
                    "the token is too long"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace gatehouse::authn
