#include "authn/webhook/token_review_codec.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {
namespace {

constexpr char kHead[] =
    R"("apiVersion":"authentication.k8s.io/v1","kind":"TokenReview")";

TEST(TokenReviewCodecTest, WritesWhatKubernetesReads) {
  k8s::TokenReview review;
  review.mutable_spec()->set_token("t0\"ken");
  review.mutable_spec()->add_audiences("api");
  EXPECT_EQ(TokenReviewToJson(review, "v1beta1"),
            R"({"apiVersion":"authentication.k8s.io/v1beta1",)"
            R"("kind":"TokenReview",)"
            R"("spec":{"audiences":["api"],"token":"t0\"ken"}})");
}

TEST(TokenReviewCodecTest, WhatIsWrittenIsRead) {
  k8s::TokenReview review;
  review.mutable_metadata()->set_name("n");
  review.mutable_spec()->set_token("t");
  k8s::TokenReviewStatus& status = *review.mutable_status();
  status.set_authenticated(true);
  status.set_error("none");
  status.add_audiences("api");
  status.mutable_user()->set_username("jane");
  status.mutable_user()->set_uid("1");
  status.mutable_user()->add_groups("g");
  (*status.mutable_user()->mutable_extra())["k"].add_items("v");
  for (const char* version : {"v1", "v1beta1"}) {
    const auto read =
        TokenReviewFromJson(TokenReviewToJson(review, version), "f");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->version, version);
    EXPECT_EQ(read->review.SerializeAsString(), review.SerializeAsString());
  }
}

struct BadCase {
  const char* name;
  std::string json;
  Reason want;
};

class BadJsonTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadJsonTest, IsRefusedWithoutItsValues) {
  const auto read = TokenReviewFromJson(GetParam().json, "response");
  EXPECT_EQ(ReasonOf(read.status()), GetParam().want) << read.status();
  EXPECT_EQ(read.status().message().find("s3cret"), std::string::npos);
}

std::string With(const std::string& more) {
  return absl::StrCat("{", kHead, ",", more, "}");
}

INSTANTIATE_TEST_SUITE_P(
    All, BadJsonTest,
    ::testing::Values(
        BadCase{"nothing", "", Reason::kMalformed},
        BadCase{"html", "<html><body>s3cret</body></html>", Reason::kMalformed},
        BadCase{"text_after", absl::StrCat("{", kHead, "} s3cret"),
                Reason::kMalformed},
        BadCase{"cut_off", absl::StrCat("{", kHead, R"(,"status":{"err)"),
                Reason::kMalformed},
        BadCase{"a_list", "[]", Reason::kUnsupported},
        BadCase{"null", "null", Reason::kUnsupported},
        BadCase{"empty", "{}", Reason::kUnsupported},
        BadCase{"no_kind", R"({"apiVersion":"authentication.k8s.io/v1"})",
                Reason::kUnsupported},
        BadCase{"kind_is_no_text",
                R"({"apiVersion":"authentication.k8s.io/v1","kind":1})",
                Reason::kUnsupported},
        BadCase{"other_kind",
                R"({"apiVersion":"authentication.k8s.io/v1",)"
                R"("kind":"SubjectAccessReview"})",
                Reason::kUnsupported},
        BadCase{"other_group",
                R"({"apiVersion":"authorization.k8s.io/v1",)"
                R"("kind":"TokenReview"})",
                Reason::kUnsupported},
        BadCase{"other_version",
                R"({"apiVersion":"authentication.k8s.io/v2",)"
                R"("kind":"TokenReview"})",
                Reason::kUnsupported},
        BadCase{"status_is_no_object", With(R"("status":"s3cret")"),
                Reason::kInvalid},
        BadCase{"authenticated_is_no_bool",
                With(R"("status":{"authenticated":"true"})"), Reason::kInvalid},
        BadCase{"groups_are_no_list",
                With(R"("status":{"user":{"groups":"s3cret"}})"),
                Reason::kInvalid},
        BadCase{"authenticated_twice",
                With(R"("status":{"authenticated":false,)"
                     R"("authenticated":true})"),
                Reason::kDuplicate},
        BadCase{
            "too_long",
            With(absl::StrCat("\"x\":\"",
                              std::string(kMaxTokenReviewBytes, 'x'), "\"")),
            Reason::kTooLarge},
        BadCase{"too_deep",
                With(absl::StrCat("\"x\":", std::string(100, '['),
                                  std::string(100, ']'))),
                Reason::kTooLarge}),
    [](const auto& info) { return info.param.name; });

TEST(TokenReviewCodecTest, OtherFieldsAndOtherCaseAreDropped) {
  const auto read = TokenReviewFromJson(
      With(R"("more":1,"status":{"Authenticated":true,"more":{"a":[]}})"), "f");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->review.status().authenticated());
}

TEST(TokenReviewCodecTest, Versions) {
  EXPECT_TRUE(CheckTokenReviewVersion("v1").ok());
  EXPECT_TRUE(CheckTokenReviewVersion("v1beta1").ok());
  const absl::Status status = CheckTokenReviewVersion("v2\"");
  EXPECT_EQ(ReasonOf(status), Reason::kUnsupported);
  EXPECT_EQ(status.message(),
            "unsupported authentication webhook version \"v2\\\"\", supported "
            "versions are \"v1\", \"v1beta1\"");
}

}  // namespace
}  // namespace gatehouse::authn
