#include "authz/impersonation/impersonation.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

// Answers always the same, and notes whom it was asked about.
class FixedImpersonator : public Impersonator {
 public:
  explicit FixedImpersonator(ImpersonationResult result)
      : result_(std::move(result)) {}
  ImpersonationResult Decide(const UserInfo& wanted,
                             const Attributes& /*request*/) const override {
    asked_.push_back(wanted.name);
    return result_;
  }
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  const ImpersonationResult result_;
  mutable std::vector<std::string> asked_;
};

std::vector<Headers::Field> Asking() {
  return {{"impersonate-user", "jane"},
          {"Accept", "x"},
          {"Impersonate-Group", "g"},
          {"IMPERSONATE-EXTRA-K", "v"},
          {"Impersonate-Uid", "1"}};
}

TEST(ImpersonateTest, NobodyAsked) {
  const FixedImpersonator impersonator(
      ImpersonationResult::Refused(403, "never"));
  for (const char* name : {"Accept", "Impersonate-User"}) {
    Headers headers;
    headers.Add(name, "");
    headers.Add("Impersonate-Uid", "");
    const auto result = Impersonate(impersonator, Attributes(), &headers);
    EXPECT_EQ(result.outcome, ImpersonationOutcome::kNotRequested);
    EXPECT_FALSE(headers.Has("Impersonate-User"));
    EXPECT_FALSE(headers.Has("Impersonate-Uid"));
  }
  EXPECT_TRUE(impersonator.asked().empty());
}

TEST(ImpersonateTest, Allowed) {
  const FixedImpersonator impersonator(
      ImpersonationResult::Impersonated({"jane", "", {"g"}, {}}, "c"));
  Headers headers(Asking());
  const auto result = Impersonate(impersonator, Attributes(), &headers);
  EXPECT_EQ(result.outcome, ImpersonationOutcome::kImpersonated);
  EXPECT_EQ(result.user.name, "jane");
  EXPECT_EQ(result.constraint, "c");
  EXPECT_EQ(result.code, 200);
  EXPECT_EQ(impersonator.asked(), std::vector<std::string>{"jane"});
  const std::vector<Headers::Field> kWant = {{"Accept", "x"}};
  EXPECT_EQ(headers.fields(), kWant);
}

TEST(ImpersonateTest, Refused) {
  const FixedImpersonator impersonator(ImpersonationResult::Refused(403, "no"));
  Headers headers(Asking());
  const auto result = Impersonate(impersonator, Attributes(), &headers);
  EXPECT_EQ(result.outcome, ImpersonationOutcome::kRefused);
  EXPECT_EQ(result.code, 403);
  EXPECT_EQ(result.message, "no");
}

TEST(ImpersonateTest, WithoutAUserIsABadRequest) {
  const FixedImpersonator impersonator(
      ImpersonationResult::Impersonated({}, ""));
  Headers headers;
  headers.Add("Impersonate-Group", "system:masters");
  const auto result = Impersonate(impersonator, Attributes(), &headers);
  EXPECT_EQ(result.outcome, ImpersonationOutcome::kRefused);
  EXPECT_EQ(result.code, 400);
  EXPECT_TRUE(impersonator.asked().empty());
}

TEST(ImpersonateTest, TheDefaultRefuses) {
  const ImpersonationResult result;
  EXPECT_EQ(result.outcome, ImpersonationOutcome::kRefused);
  EXPECT_EQ(result.code, 500);
}

TEST(ImpersonateTest, AForbiddenSaysWhat) {
  const UserInfo ann{"ann", "", {}, {}};
  Attributes attributes;
  attributes.user = &ann;
  attributes.verb = "impersonate";
  attributes.resource = "users";
  attributes.name = "jane";
  const auto result = ImpersonationResult::Forbidden(attributes, "because");
  EXPECT_EQ(result.code, 403);
  EXPECT_EQ(result.message,
            "users \"jane\" is forbidden: User \"ann\" cannot impersonate "
            "resource \"users\" in API group \"\" at the cluster scope: "
            "because");
  EXPECT_EQ(result.resource, "users");
  EXPECT_EQ(result.name, "jane");
}

}  // namespace
}  // namespace gatehouse::authz
