#include "authn/token/token_digest.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/optional.h"
#include "gtest/gtest.h"
#include "testing/allocation_count.h"

namespace gatehouse::authn {
namespace {

struct Input {
  std::string token;
  absl::optional<std::vector<std::string>> audiences;
  uint64_t generation = 0;
};

TokenDigest Digest(const TokenDigester& digester, const Input& input) {
  return digester.Digest(
      input.token, input.audiences.has_value() ? &*input.audiences : nullptr,
      input.generation);
}

// No two of these may share an answer.
std::vector<Input> DifferentInputs() {
  using Texts = std::vector<std::string>;
  return {
      {"", absl::nullopt},
      {"t", absl::nullopt},
      {"t", absl::nullopt, 1},
      {"t", Texts{}},
      {"t", Texts{""}},
      {"t", Texts{"", ""}},
      {"t", Texts{"a"}},
      {"t", Texts{"a"}, 1},
      {"t", Texts{"a", "b"}},
      {"t", Texts{"b", "a"}},
      {"t", Texts{"ab"}},
      {"t", Texts{"a", "b", "b"}},
      {"ta", Texts{"b"}},
      {"T", absl::nullopt},
      {std::string("t\0", 2), absl::nullopt},
      {std::string(64, 't'), absl::nullopt},
      {std::string(65, 't'), absl::nullopt},
      // As the bytes of another's audience would be written.
      {std::string("t\1\0\0\0\0\0\0\0a", 10), absl::nullopt},
  };
}

TEST(TokenDigestTest, DifferentInputsDiffer) {
  const TokenDigester digester;
  const std::vector<Input> inputs = DifferentInputs();
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(Digest(digester, inputs[i]), Digest(digester, inputs[i]));
    for (size_t j = 0; j < i; ++j) {
      EXPECT_NE(Digest(digester, inputs[i]), Digest(digester, inputs[j]))
          << i << ", " << j;
    }
  }
}

TEST(TokenDigestTest, TwoDigestersAgreeOnNothing) {
  const TokenDigester a;
  const TokenDigester b;
  for (const Input& input : DifferentInputs()) {
    EXPECT_NE(Digest(a, input), Digest(b, input));
  }
}

TEST(TokenDigestTest, AllocatesNothing) {
  const TokenDigester digester;
  const std::string token(900, 't');
  const std::vector<std::string> audiences = {"api", "other"};
  const size_t before = gatehouse::testing::AllocationCount();
  const TokenDigest digest = digester.Digest(token, &audiences);
  EXPECT_EQ(gatehouse::testing::AllocationCount(), before);
  EXPECT_NE(digest, TokenDigest());
}

}  // namespace
}  // namespace gatehouse::authn
