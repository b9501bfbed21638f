#include "authn/filter.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "authn/testing/fake_authenticator.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "base/headers.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::FakeAuthenticator;
using authn::testing::Refusal;
using authn::testing::UserNamed;

using Texts = std::vector<std::string>;

Result For(const Texts& audiences) {
  Authentication found = UserNamed("jane");
  found.audiences = audiences;
  return found;
}

struct AudienceCase {
  Texts api;
  Result answer;
  const char* want;
};

TEST(FilterTest, HoldsAudiencesAgainstTheServers) {
  const AudienceCase cases[] = {
      {{}, UserNamed("jane"), "jane  []"},
      {{}, For({"b"}), "jane  []"},
      {{"a"}, UserNamed("jane"), "jane  []"},
      {{"a"}, For({}), "jane  []"},
      {{"a"}, For({"a"}), "jane  []"},
      {{"a", "b"}, For({"x", "b"}), "jane  []"},
      {{"a"},
       For({"b"}),
       R"(WrongAudience: unable to match the audience: ["b"], accepted: ["a"])"},
      {{"a"},
       For({"A"}),
       R"(WrongAudience: unable to match the audience: ["A"], accepted: ["a"])"},
      {{"a"}, Result(), "no credential"},
      {{"a"}, Refusal(Reason::kExpired, "old"), "Expired: old"},
  };
  for (const AudienceCase& c : cases) {
    FilterOptions options;
    options.api_audiences = c.api;
    EXPECT_EQ(
        Describe(AdmitRequest(FakeAuthenticator(c.answer), options, Request())
                     .result),
        c.want);
  }
}

// Answers with the audiences that it was asked for.
class Echo : public Authenticator {
 public:
  Result Authenticate(const Request& request) const override {
    Authentication found = UserNamed("jane");
    if (request.audiences != nullptr) found.audiences = *request.audiences;
    return found;
  }
};

TEST(FilterTest, AsksWithTheServersAudiencesAndNoOthers) {
  const Texts others = {"x"};
  Request request;
  request.audiences = &others;
  FilterOptions options;
  EXPECT_FALSE(AdmitRequest(Echo(), options, request)
                   .result.authentication()
                   .audiences.has_value());
  options.api_audiences = {"a", "b"};
  EXPECT_EQ(
      AdmitRequest(Echo(), options, request).result.authentication().audiences,
      options.api_audiences);
}

struct StripCase {
  const char* name;
  Result answer;
  bool configured;
  const char* left;
};

TEST(FilterTest, TakesCredentialsOutAfterSuccessOnly) {
  constexpr char kAll[] = "Accept Authorization X-Remote-User X-Custom-User";
  const StripCase cases[] = {
      {"success", UserNamed("jane"), false, "Accept X-Custom-User"},
      {"success, with a front proxy", UserNamed("jane"), true, "Accept"},
      {"no credential", Result(), true, kAll},
      {"rejected", Refusal(Reason::kExpired, "old"), true, kAll},
      {"wrong audience", For({"b"}), true, kAll},
  };
  for (const StripCase& c : cases) {
    Headers headers({{"Accept", "x"},
                     {"Authorization", "Bearer t"},
                     {"X-Remote-User", "root"},
                     {"X-Custom-User", "root"}});
    Request request;
    request.headers = &headers;
    FilterOptions options;
    options.api_audiences = {"a"};
    if (c.configured) {
      options.request_headers.emplace();
      options.request_headers->username_headers = {"x-custom-user"};
    }
    AdmitRequest(FakeAuthenticator(c.answer), options, request);
    EXPECT_EQ(absl::StrJoin(headers.fields(), " ",
                            [](std::string* out, const auto& field) {
                              *out += field.first;
                            }),
              c.left)
        << c.name;
  }
}

struct CloseCase {
  Result answer;
  bool want;  // On HTTP/2.
};

TEST(FilterTest, ClosesConnectionsOfClientsThatNobodyKnows) {
  const CloseCase cases[] = {
      {UserNamed("jane"), false},
      {UserNamed("jane", {"system:authenticated"}), false},
      {UserNamed("system:anonymous"), true},
      {UserNamed("jane", {"dev", "system:unauthenticated"}), true},
      {Result(), true},
      {Refusal(Reason::kExpired, "old"), true},
      {For({"b"}), true},
  };
  FilterOptions options;
  options.api_audiences = {"a"};
  for (const CloseCase& c : cases) {
    const FakeAuthenticator fake(c.answer);
    EXPECT_EQ(AdmitRequest(fake, options, Request(), 2).close_connection,
              c.want)
        << Describe(c.answer);
    EXPECT_FALSE(AdmitRequest(fake, options, Request(), 1).close_connection);
    EXPECT_FALSE(AdmitRequest(fake, options, Request()).close_connection);
  }
}

}  // namespace
}  // namespace gatehouse::authn
