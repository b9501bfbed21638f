#include "authn/serviceaccount/issuers.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

TEST(IssuersTest, Validates) {
  const struct {
    std::vector<std::string> issuers;
    Reason reason;
    const char* message;
  } kCases[] = {
      {{"https://a.example"}, Reason::kNone, ""},
      {{"https://a.example", "https://b.example/x", "name"}, Reason::kNone, ""},
      {{"urn:example:a"}, Reason::kNone, ""},
      {{"kubernetes.default.svc"}, Reason::kNone, ""},
      {{}, Reason::kInvalid, "service-account-issuer is a required flag"},
      {{"a", ""},
       Reason::kInvalid,
       "service-account-issuer should not be an empty string"},
      {{"a", "b", "a"},
       Reason::kDuplicate,
       "service-account-issuer \"a\" is given more than once"},
      {{"https ://a"},
       Reason::kInvalid,
       "service-account-issuer \"https ://a\" contained a ':' but was not a "
       "valid URL"},
      {{":foo"},
       Reason::kInvalid,
       "service-account-issuer \":foo\" contained a ':' but was not a valid "
       "URL"},
      {{"a:"},
       Reason::kInvalid,
       "service-account-issuer \"a:\" contained a ':' but was not a valid URL"},
      {{"1a:b"},
       Reason::kInvalid,
       "service-account-issuer \"1a:b\" contained a ':' but was not a valid "
       "URL"},
      {{"https://a\x01"},
       Reason::kInvalid,
       "service-account-issuer \"https://a\\x01\" contained a ':' but was not "
       "a valid URL"},
      {{"kubernetes/serviceaccount"},
       Reason::kInvalid,
       "service-account-issuer \"kubernetes/serviceaccount\" is the issuer of "
       "the tokens in Secrets"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ValidateIssuers(c.issuers);
    EXPECT_EQ(ReasonOf(status), c.reason) << status;
    EXPECT_EQ(status.message(), c.message);
    EXPECT_EQ(status.ok(), c.reason == Reason::kNone);
  }
}

TEST(IssuersTest, MaxTokenLifetime) {
  const struct {
    absl::Duration most;
    bool good;
  } kCases[] = {
      {absl::ZeroDuration(), true},
      {absl::Hours(1), true},
      {absl::Seconds(int64_t{1} << 32), true},
      {absl::Hours(1) - absl::Seconds(1), false},
      {absl::Seconds((int64_t{1} << 32) + 1), false},
      {-absl::Hours(2), false},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ValidateMaxTokenLifetime(c.most);
    EXPECT_EQ(status.ok(), c.good) << c.most;
    EXPECT_EQ(ReasonOf(status), c.good ? Reason::kNone : Reason::kInvalid);
  }
}

}  // namespace
}  // namespace gatehouse::authn
