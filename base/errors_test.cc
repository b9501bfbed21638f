#include "base/errors.h"

#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

constexpr struct {
  Reason reason;
  const char* name;
} kReasons[] = {
    {Reason::kMalformed, "Malformed"},
    {Reason::kUnknownField, "UnknownField"},
    {Reason::kDuplicate, "Duplicate"},
    {Reason::kInvalid, "Invalid"},
    {Reason::kTooLarge, "TooLarge"},
    {Reason::kNotFound, "NotFound"},
    {Reason::kConflict, "Conflict"},
    {Reason::kForbidden, "Forbidden"},
    {Reason::kExpired, "Expired"},
    {Reason::kUnsupported, "Unsupported"},
    {Reason::kNotYetValid, "NotYetValid"},
    {Reason::kRevoked, "Revoked"},
    {Reason::kUnknownAuthority, "UnknownAuthority"},
    {Reason::kBadSignature, "BadSignature"},
    {Reason::kIncompatibleUsage, "IncompatibleUsage"},
    {Reason::kNotAuthorizedToSign, "NotAuthorizedToSign"},
    {Reason::kNameNotPermitted, "NameNotPermitted"},
    {Reason::kUnhandledCritical, "UnhandledCritical"},
    {Reason::kWeakCryptography, "WeakCryptography"},
    {Reason::kStale, "Stale"},
    {Reason::kNotAllowed, "NotAllowed"},
    {Reason::kUnknownToken, "UnknownToken"},
    {Reason::kWrongAudience, "WrongAudience"},
    {Reason::kWrongHolder, "WrongHolder"},
    {Reason::kConnectionReset, "ConnectionReset"},
    {Reason::kServiceUnavailable, "ServiceUnavailable"},
};
// kNone aside, every enumerator has a row.
static_assert(std::size(kReasons) ==
                  static_cast<size_t>(Reason::kServiceUnavailable),
              "a Reason without a row");

TEST(ErrorsTest, EveryReasonHasItsOwnName) {
  std::set<absl::string_view> names;
  for (const auto& c : kReasons) {
    EXPECT_EQ(ReasonName(c.reason), c.name);
    EXPECT_TRUE(names.insert(ReasonName(c.reason)).second) << c.name;
  }
  EXPECT_EQ(ReasonName(Reason::kNone), "");
}

TEST(ErrorsTest, CarriesItsReason) {
  for (const auto& c : kReasons) {
    const absl::Status status =
        MakeError(absl::StatusCode::kInvalidArgument, c.reason, "why");
    EXPECT_EQ(ReasonOf(status), c.reason) << c.name;
    EXPECT_EQ(status.message(), "why");
  }
}

TEST(ErrorsTest, NoReasonIsNone) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), Reason::kNone);
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), Reason::kNone);
}

TEST(ErrorsTest, ContextComesBeforeTheText) {
  const struct {
    const char* context;
    absl::Status error;
    const char* want;
  } kCases[] = {
      {"f:1", absl::OkStatus(), ""},
      {"f:1", absl::NotFoundError("gone"), "f:1: gone"},
      {"f:1", absl::NotFoundError(""), "f:1: "},
      {"", absl::NotFoundError("gone"), "gone"},
      {"f:1",
       MakeError(absl::StatusCode::kUnauthenticated, Reason::kExpired, "old"),
       "f:1: old"},
  };
  for (const auto& c : kCases) {
    const absl::Status error = InContext(c.context, c.error);
    EXPECT_EQ(error.message(), c.want);
    EXPECT_EQ(error.code(), c.error.code()) << c.want;
    EXPECT_EQ(ReasonOf(error), ReasonOf(c.error)) << c.want;
  }
}

TEST(ErrorsTest, ContextKeepsOtherPayloads) {
  absl::Status error = absl::NotFoundError("gone");
  error.SetPayload("more", absl::Cord("m"));
  EXPECT_EQ(InContext("f", error).GetPayload("more"), absl::Cord("m"));
}

TEST(ErrorsTest, UnsharedSaysTheSame) {
  const absl::Status kErrors[] = {
      absl::OkStatus(),
      absl::UnavailableError("no reason"),
      absl::NotFoundError(""),
      MakeError(absl::StatusCode::kUnauthenticated, Reason::kIncompatibleUsage,
                "of a payload too long to stand in a Cord itself"),
  };
  for (const absl::Status& error : kErrors) {
    const absl::Status copy = Unshared(error);
    EXPECT_EQ(copy, error);
    EXPECT_EQ(ReasonOf(copy), ReasonOf(error));
    // Texts of two errors that share nothing are in two places.
    EXPECT_TRUE(error.message().empty() ||
                copy.message().data() != error.message().data());
  }
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
