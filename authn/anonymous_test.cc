#include "authn/anonymous.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "authn/testing/fake_authenticator.h"
#include "authn/testing/test_client.h"
#include "authn/union.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::FakeAuthenticator;
using authn::testing::Refusal;

constexpr char kAnybody[] = "system:anonymous  [system:unauthenticated]";
constexpr char kNobody[] = "no credential";

struct PathCase {
  std::vector<std::string> paths;
  absl::string_view path;
  const char* want;
};

TEST(AnonymousTest, LetsInByPath) {
  const std::vector<std::string> probes = {"/healthz", "/readyz"};
  const PathCase cases[] = {
      {{}, "", kAnybody},
      {{}, "/api", kAnybody},
      {probes, "/healthz", kAnybody},
      {probes, "/readyz", kAnybody},
      {probes, "/", kNobody},
      {probes, "", kNobody},
      {probes, "/livez", kNobody},
      {probes, "/healthz/", kNobody},
      {probes, "/healthz/etcd", kNobody},
      {probes, "/healthz2", kNobody},
      {probes, "/Healthz", kNobody},
      {probes, "//healthz", kNobody},
      {probes, "/./healthz", kNobody},
      {probes, "/x/../healthz", kNobody},
      {probes, "/healthz?verbose", kNobody},
      {probes, "/healthz ", kNobody},
      {probes, absl::string_view("/healthz\0", 9), kNobody},
      {probes, "healthz", kNobody},
      // The empty path is a restriction like another.
      {{""}, "", kAnybody},
      {{""}, "/", kNobody},
  };
  for (const PathCase& c : cases) {
    Request request;
    request.path = c.path;
    EXPECT_EQ(Describe(AnonymousAuthenticator(c.paths).Authenticate(request)),
              c.want)
        << c.path;
  }
}

TEST(AnonymousTest, SaysWhatItIs) {
  const Result result = AnonymousAuthenticator().Authenticate(Request());
  EXPECT_EQ(result.authentication().authenticator, "anonymous");
  EXPECT_EQ(result.authentication().credential_id, "");
  EXPECT_TRUE(result.authentication().user.extra.empty());
  EXPECT_FALSE(result.authentication().audiences.has_value());
}

TEST(AnonymousTest, IsGoodForWhateverIsAsked) {
  const AnonymousAuthenticator anonymous;
  for (const std::vector<std::string>& asked :
       {std::vector<std::string>{}, std::vector<std::string>{"a", "b", "a"}}) {
    Request request;
    request.audiences = &asked;
    EXPECT_EQ(*anonymous.Authenticate(request).authentication().audiences,
              asked);
  }
}

TEST(AnonymousTest, BadCredentialsDoNotBecomeAnonymous) {
  const auto anonymous = std::make_shared<AnonymousAuthenticator>();
  const auto bad = std::make_shared<FakeAuthenticator>(
      Refusal(Reason::kUnknownToken, "invalid bearer token"));
  const auto none = std::make_shared<FakeAuthenticator>(Result());
  EXPECT_EQ(
      Describe(
          Union({bad, anonymous}, OnRejection::kStop).Authenticate(Request())),
      "UnknownToken: invalid bearer token");
  EXPECT_EQ(
      Describe(
          Union({none, anonymous}, OnRejection::kStop).Authenticate(Request())),
      kAnybody);
}

}  // namespace
}  // namespace gatehouse::authn
