#include "pki/signers/csr_conditions.h"

#include "gtest/gtest.h"
#include "pki/signers/test_support.h"

namespace gatehouse::pki {
namespace {

struct Case {
  const char* status;  // Of the object, in text format.
  bool approved;
  bool failed;
  const char* text;
};

TEST(CsrConditionsTest, Read) {
  const Case kCases[] = {
      {"", false, false, "Pending"},
      {R"(conditions {type: "Approved" status: "True"})", true, false,
       "Approved"},
      // Read by the type alone.
      {R"(conditions {type: "Approved"})", true, false, "Approved"},
      {R"(conditions {type: "Approved" status: "False"})", true, false,
       "Approved"},
      {R"(conditions {type: "approved" status: "True"})", false, false,
       "Pending"},
      {R"(conditions {type: "Approved"} conditions {type: "Denied"})", false,
       false, "Denied"},
      {R"(conditions {type: "Denied"})", false, false, "Denied"},
      {R"(conditions {type: "Failed" status: "True"})", false, true,
       "Pending,Failed"},
      {R"(conditions {type: "Failed"})", false, true, "Pending,Failed"},
      {R"(conditions {type: "Failed" status: "False"})", false, false,
       "Pending,Failed"},
      {R"(conditions {type: "Approved"} certificate: "x")", true, false,
       "Approved,Issued"},
  };
  for (const Case& c : kCases) {
    const auto csr = ParseCsr(std::string("status {") + c.status + "}");
    EXPECT_EQ(IsApproved(csr), c.approved) << c.status;
    EXPECT_EQ(HasTrueCondition(csr, kFailed), c.failed) << c.status;
    EXPECT_EQ(ConditionText(csr), c.text) << c.status;
  }
}

TEST(CsrConditionsTest, Add) {
  k8s::CertificateSigningRequest csr;
  AddCondition(kApproved, "Why", "because", absl::FromUnixMillis(1500), &csr);
  ASSERT_EQ(csr.status().conditions_size(), 1);
  const auto& condition = csr.status().conditions(0);
  EXPECT_EQ(condition.type(), "Approved");
  EXPECT_EQ(condition.status(), "True");
  EXPECT_EQ(condition.reason(), "Why");
  EXPECT_EQ(condition.message(), "because");
  EXPECT_EQ(FromTime(condition.lastupdatetime()), absl::FromUnixSeconds(1));
  EXPECT_EQ(FromTime(condition.lasttransitiontime()), absl::FromUnixSeconds(1));
  EXPECT_TRUE(HasCondition(csr, kApproved));
  EXPECT_FALSE(HasCondition(csr, kDenied));
}

TEST(CsrConditionsTest, UnsetTimeIsLongAgo) {
  EXPECT_EQ(FromTime(k8s::Time()), absl::InfinitePast());
}

}  // namespace
}  // namespace gatehouse::pki
