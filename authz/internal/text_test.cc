#include "authz/internal/text.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "authz/internal/fake_authorizer.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authz::internal {
namespace {

TEST(AggregateErrorsTest, JoinsTexts) {
  const struct {
    std::vector<std::string> errors;
    std::string want;
  } kCases[] = {
      {{}, ""},
      {{""}, ""},
      {{"", ""}, ""},
      {{"e"}, "e"},
      {{"", "e", ""}, "e"},
      {{"e", "f"}, "[e, f]"},
      {{"f", "", "e"}, "[f, e]"},
      {{"e", "e"}, "e"},
      {{"e", "f", "e"}, "[e, f]"},
  };
  for (const auto& c : kCases) {
    std::vector<absl::Status> errors;
    for (const std::string& error : c.errors) errors.push_back(ErrorOf(error));
    const absl::Status all = AggregateErrors(errors);
    EXPECT_EQ(all.message(), c.want);
    EXPECT_EQ(all.ok(), c.want.empty());
  }
}

TEST(AggregateErrorsTest, TakesItsOwnApart) {
  const auto of = [](const char* a, const char* b) {
    return AggregateErrors({ErrorOf(a), ErrorOf(b)});
  };
  EXPECT_EQ(AggregateErrors({of("a", "b"), of("b", "c")}).message(),
            "[a, b, c]");
  EXPECT_EQ(AggregateErrors({of("a", "b")}).message(), "[a, b]");
  EXPECT_EQ(AggregateErrors(
                {AggregateErrors({of("a", "b"), of("c", "d")}), of("", "e")})
                .message(),
            "[a, b, c, d, e]");
  // A context makes one error of it, as wrapping does in Go.
  EXPECT_EQ(
      AggregateErrors({InContext("x", of("a", "b")), ErrorOf("c")}).message(),
      "[x: [a, b], c]");
}

TEST(AggregateErrorsTest, KeepsCodeAndReasonOfTheFirst) {
  const absl::Status first =
      MakeError(absl::StatusCode::kNotFound, Reason::kNotFound, "a");
  const absl::Status second =
      MakeError(absl::StatusCode::kInternal, Reason::kInvalid, "b");
  const absl::Status all = AggregateErrors({absl::OkStatus(), first, second});
  EXPECT_EQ(all.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(all), Reason::kNotFound);
}

}  // namespace
}  // namespace gatehouse::authz::internal
