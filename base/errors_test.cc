#include "base/errors.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace gatehouse {
namespace {

TEST(ErrorsTest, CarriesItsReason) {
  for (int i = 1; i <= static_cast<int>(Reason::kUnsupported); ++i) {
    const Reason reason = static_cast<Reason>(i);
    const absl::Status status =
        MakeError(absl::StatusCode::kInvalidArgument, reason, "why");
    EXPECT_EQ(ReasonOf(status), reason) << ReasonName(reason);
    EXPECT_EQ(status.message(), "why");
    EXPECT_FALSE(ReasonName(reason).empty());
  }
}

TEST(ErrorsTest, NoReasonIsNone) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), Reason::kNone);
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), Reason::kNone);
}

TEST(ErrorsTest, AggregatesAsKubernetesDoes) {
  const struct {
    std::vector<std::string> messages;
    std::string want;
  } kCases[] = {
      {{}, ""},
      {{"a"}, "a"},
      {{"a", "a"}, "a"},
      {{"a", "b"}, "[a, b]"},
      {{"b", "a", "b"}, "[b, a]"},
  };
  for (const auto& c : kCases) EXPECT_EQ(AggregateMessages(c.messages), c.want);
}

}  // namespace
}  // namespace gatehouse
