#include "authn/jose/jose_error.h"

#include <set>
#include <string>

#include "authn/jose/algorithm.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

TEST(JoseErrorTest, EveryErrorTravelsInAStatusUnderItsOwnName) {
  std::set<std::string> names;
  for (int i = 1; i <= static_cast<int>(JoseError::kDuplicateKey); ++i) {
    const auto error = static_cast<JoseError>(i);
    const absl::Status status = MakeJoseError(error, "text");
    EXPECT_EQ(JoseErrorOf(status), error);
    EXPECT_NE(ReasonOf(status), Reason::kNone);
    EXPECT_EQ(status.message(), "text");
    EXPECT_FALSE(JoseErrorName(error).empty());
    names.insert(std::string(JoseErrorName(error)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(JoseError::kDuplicateKey));
}

TEST(JoseErrorTest, OtherStatusesHaveNone) {
  EXPECT_EQ(JoseErrorOf(absl::OkStatus()), JoseError::kNone);
  EXPECT_EQ(JoseErrorOf(absl::InternalError("x")), JoseError::kNone);
  EXPECT_EQ(JoseErrorOf(
                MakeError(absl::StatusCode::kInternal, Reason::kInvalid, "x")),
            JoseError::kNone);
  EXPECT_EQ(JoseErrorName(JoseError::kNone), "");
}

TEST(JoseErrorTest, KeyIdsAreShownInOneShortLine) {
  EXPECT_EQ(ShownKeyId("a-1"), "\"a-1\"");
  EXPECT_EQ(ShownKeyId("a\n\"\x1b"), "\"a\\n\\\"\\x1b\"");
  EXPECT_EQ(ShownKeyId(std::string(65, 'a')),
            "\"" + std::string(64, 'a') + "...\"");
}

TEST(AlgorithmTest, NamesRoundTripAndAreExact) {
  for (int i = 0; i < kJwsAlgorithmCount; ++i) {
    const auto algorithm = static_cast<JwsAlgorithm>(i);
    EXPECT_EQ(ParseJwsAlgorithm(JwsAlgorithmName(algorithm)), algorithm);
  }
  for (const char* name : {"", "none", "rs256", "RS256 ", "ES521", "ES256K",
                           "Ed25519", "RSA1_5", "HS1"}) {
    EXPECT_FALSE(ParseJwsAlgorithm(name).has_value()) << name;
  }
}

TEST(AlgorithmTest, SetsHoldWhatWasPutIn) {
  EXPECT_TRUE(JwsAlgorithmSet().empty());
  const JwsAlgorithmSet some = {JwsAlgorithm::kRs256, JwsAlgorithm::kHs512};
  EXPECT_EQ(some.ToString(), "RS256, HS512");
  EXPECT_TRUE(some.Contains(JwsAlgorithm::kHs512));
  EXPECT_FALSE(some.Contains(JwsAlgorithm::kRs384));
  EXPECT_EQ(some.And(JwsAlgorithmSet::Asymmetric()).ToString(), "RS256");
  EXPECT_EQ(some.And(JwsAlgorithmSet::All()), some);
  EXPECT_TRUE(some.And({}).empty());
  EXPECT_EQ(JwsAlgorithmSet::Asymmetric().ToString(),
            "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, "
            "EdDSA");
}

}  // namespace
}  // namespace gatehouse::authn
