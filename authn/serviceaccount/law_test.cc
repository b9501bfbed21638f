// What must be true of every token.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/serviceaccount/testing/test_accounts.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

TokenContext AtNow() {
  TokenContext context;
  context.now = TestNow();
  return context;
}

struct LawCase {
  JwsAlgorithm algorithm;
  const char* kind;
  const char* name;
};

class TokenLaws : public ::testing::TestWithParam<LawCase> {};

// What is issued is verified; of what is issued, anything else is refused.
TEST_P(TokenLaws, IssuedIsVerifiedAndChangedIsNot) {
  const TestAccounts accounts(GetParam().algorithm);
  const auto authenticator = accounts.Bound();
  const std::string token = accounts.Issue(GetParam().kind, GetParam().name);
  const Result result = authenticator->AuthenticateToken(token, AtNow());
  ASSERT_TRUE(result.authenticated()) << result.error();
  EXPECT_EQ(result.authentication().user.name, "system:serviceaccount:ns:sa");
  for (size_t i = 0; i < token.size(); ++i) {
    for (const int bit : {0, 1, 5, 7}) {
      std::string changed = token;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_FALSE(
          authenticator->AuthenticateToken(changed, AtNow()).authenticated())
          << i << " " << bit;
    }
  }
  for (size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(
        authenticator->AuthenticateToken(token.substr(0, size), AtNow())
            .authenticated())
        << size;
  }
  for (const char* more : {"A", "AA", "AAAA", "=", ".", " ", "\n"}) {
    EXPECT_FALSE(
        authenticator->AuthenticateToken(absl::StrCat(token, more), AtNow())
            .authenticated())
        << more;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, TokenLaws,
    ::testing::Values(LawCase{JwsAlgorithm::kRs256, "", ""},
                      LawCase{JwsAlgorithm::kEs256, "Pod", "pod"},
                      LawCase{JwsAlgorithm::kEs384, "Secret", "secret"},
                      LawCase{JwsAlgorithm::kEdDsa, "Node", "node"}));

// The same of what is stored: also where the change leaves the signature good
// it is not the Secret's token.
TEST(LegacyTokenLaws, AnythingElseIsRefused) {
  const TestAccounts accounts;
  const auto authenticator = accounts.Legacy();
  const std::string& token = accounts.legacy_token();
  ASSERT_TRUE(authenticator->AuthenticateToken(token, AtNow()).authenticated());
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(
        authenticator->AuthenticateToken(changed, AtNow()).authenticated())
        << i;
  }
  const std::string again = accounts.Sign(
      R"({"iss":"kubernetes/serviceaccount",)"
      R"("kubernetes.io/serviceaccount/namespace":"ns",)"
      R"("kubernetes.io/serviceaccount/secret.name":"secret",)"
      R"("kubernetes.io/serviceaccount/service-account.name":"sa",)"
      R"("kubernetes.io/serviceaccount/service-account.uid":"sa-uid",)"
      R"("sub":"system:serviceaccount:ns:sa"})");
  if (again != token) {  // ECDSA signatures are of fresh randomness.
    EXPECT_TRUE(authenticator->AuthenticateToken(again, AtNow()).rejected());
  }
}

}  // namespace
}  // namespace gatehouse::authn
