#include "authn/request_header.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "base/headers.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::ConfigOf;
using authn::testing::Describe;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;

using Fields = std::vector<Headers::Field>;

RequestHeaderConfig Standard() {
  return {{"X-Remote-User"},
          {"X-Remote-Uid"},
          {"X-Remote-Group"},
          {"X-Remote-Extra-"}};
}

RequestHeaderConfig Two() {
  return {{"A-User", "B-User"},
          {"A-Uid", "B-Uid"},
          {"A-Group", "B-Group"},
          {"A-Extra-", "B-Extra-"}};
}

std::string ExtraText(const UserInfo& user) {
  return absl::StrJoin(user.extra, " ",
                       [](std::string* out, const auto& entry) {
                         absl::StrAppend(out, entry.first, "=[",
                                         absl::StrJoin(entry.second, ","), "]");
                       });
}

std::string NamesOf(const Headers& headers) {
  return absl::StrJoin(
      headers.fields(), " ",
      [](std::string* out, const auto& field) { *out += field.first; });
}

// Authenticates by headers alone; returns the user, extra and what is left.
std::string Ask(const RequestHeaderConfig& config, const Fields& fields) {
  const auto authenticator = RequestHeaderAuthenticator::Create(config);
  if (!authenticator.ok()) return std::string(authenticator.status().message());
  Headers headers(fields);
  Request request;
  request.headers = &headers;
  const Result result = (*authenticator)->Authenticate(request);
  return absl::StrCat(Describe(result), " {",
                      ExtraText(result.authentication().user),
                      "} left: ", NamesOf(headers));
}

struct HeaderCase {
  const char* name;
  RequestHeaderConfig config;
  Fields headers;
  const char* want;
};

class RequestHeaderTest : public ::testing::TestWithParam<HeaderCase> {};

TEST_P(RequestHeaderTest, NamesAUser) {
  EXPECT_EQ(Ask(GetParam().config, GetParam().headers), GetParam().want);
}

#define BOB \
  { "X-Remote-User", "Bob" }

INSTANTIATE_TEST_SUITE_P(
    Names, RequestHeaderTest,
    ::testing::Values(
        HeaderCase{"none", Standard(), {}, "no credential {} left: "},
        HeaderCase{"nothing_configured",
                   {},
                   {BOB},
                   "no credential {} left: X-Remote-User"},
        HeaderCase{"name", Standard(), {BOB}, "Bob  [] {} left: "},
        HeaderCase{"case_does_not_count",
                   {{"x-REMOTE-user"}, {}, {}, {}},
                   {{"X-remote-USER", "Bob"}},
                   "Bob  [] {} left: "},
        HeaderCase{"empty_name",
                   Standard(),
                   {{"X-Remote-User", ""}},
                   "no credential {} left: X-Remote-User"},
        HeaderCase{"first_value_is_empty",
                   Standard(),
                   {{"X-Remote-User", ""}, BOB},
                   "no credential {} left: X-Remote-User X-Remote-User"},
        HeaderCase{"second_value_is_not_looked_at",
                   Standard(),
                   {BOB, {"X-Remote-User", "root"}},
                   "Bob  [] {} left: "},
        HeaderCase{"next_header",
                   Two(),
                   {{"A-User", ""}, {"A-User", "no"}, {"B-User", "Bob"}},
                   "Bob  [] {} left: "},
        HeaderCase{"order_of_the_configuration",
                   Two(),
                   {{"B-User", "second"}, {"A-User", "first"}},
                   "first  [] {} left: "},
        HeaderCase{"no_comma_is_split",
                   Standard(),
                   {{"X-Remote-User", "a,b"}},
                   "a,b  [] {} left: "},
        HeaderCase{"longer_name",
                   Standard(),
                   {{"X-Remote-Username", "root"}},
                   "no credential {} left: X-Remote-Username"},
        HeaderCase{"underscores",
                   Standard(),
                   {{"X_Remote_User", "root"}},
                   "no credential {} left: X_Remote_User"},
        HeaderCase{
            "other_parts_without_a_name",
            Standard(),
            {{"X-Remote-Group", "system:masters"}, {"X-Remote-Extra-a", "1"}},
            "no credential {} left: X-Remote-Group X-Remote-Extra-a"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    UidsAndGroups, RequestHeaderTest,
    ::testing::Values(
        HeaderCase{"uid",
                   Standard(),
                   {BOB, {"x-remote-uid", "7"}},
                   "Bob 7 [] {} left: "},
        HeaderCase{"uid_by_the_rule_of_names",
                   Two(),
                   {{"A-User", "Bob"}, {"A-Uid", ""}, {"B-Uid", "8"}},
                   "Bob 8 [] {} left: "},
        HeaderCase{"uid_not_configured",
                   {{"X-Remote-User"}, {}, {}, {}},
                   {BOB, {"X-Remote-Uid", "7"}},
                   "Bob  [] {} left: X-Remote-Uid"},
        HeaderCase{"groups",
                   Standard(),
                   {{"X-Remote-Group", "b"}, BOB, {"X-Remote-Group", "a"}},
                   "Bob  [b, a] {} left: "},
        HeaderCase{"groups_of_headers_in_configured_order",
                   Two(),
                   {{"B-Group", "1"},
                    {"A-User", "Bob"},
                    {"A-Group", "2"},
                    {"a-group", "3"}},
                   "Bob  [2, 3, 1] {} left: "},
        HeaderCase{"empty_groups",
                   Standard(),
                   {BOB,
                    {"X-Remote-Group", ""},
                    {"X-Remote-Group", "a"},
                    {"X-Remote-Group", ""}},
                   "Bob  [a] {} left: "},
        HeaderCase{"groups_are_not_split_or_filtered",
                   Standard(),
                   {BOB, {"X-Remote-Group", "system:masters,dev"}},
                   "Bob  [system:masters,dev] {} left: "},
        HeaderCase{"others_stay",
                   Standard(),
                   {{"Accept", "x"}, BOB, {"X-Remote-Uid-2", "9"}},
                   "Bob  [] {} left: Accept X-Remote-Uid-2"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Extra, RequestHeaderTest,
    ::testing::Values(
        HeaderCase{"keys_are_lower_cased",
                   Standard(),
                   {BOB, {"X-REMOTE-EXTRA-Scopes", "Read"}},
                   "Bob  [] {scopes=[Read]} left: "},
        HeaderCase{"values_in_order_and_empty_ones_too",
                   Standard(),
                   {BOB,
                    {"X-Remote-Extra-k", "2"},
                    {"X-Remote-Extra-K", ""},
                    {"X-Remote-Extra-k", "1"}},
                   "Bob  [] {k=[2,,1]} left: "},
        HeaderCase{"prefixes_in_configured_order",
                   Two(),
                   {{"B-Extra-k", "1"}, {"A-User", "Bob"}, {"A-Extra-k", "2"}},
                   "Bob  [] {k=[2,1]} left: "},
        HeaderCase{"empty_key",
                   Standard(),
                   {BOB, {"X-Remote-Extra-", "v"}},
                   "Bob  [] {=[v]} left: "},
        HeaderCase{"percent_encoded",
                   Standard(),
                   {BOB, {"X-Remote-Extra-Example.com%2Fa%20b", "v"}},
                   "Bob  [] {example.com/a b=[v]} left: "},
        // Lower-cased first: an escape may bring a capital.
        HeaderCase{"encoded_capital",
                   Standard(),
                   {BOB, {"X-Remote-Extra-%41B", "v"}},
                   "Bob  [] {Ab=[v]} left: "},
        HeaderCase{"decoded_once",
                   Standard(),
                   {BOB, {"X-Remote-Extra-a%252fb", "v"}},
                   "Bob  [] {a%2fb=[v]} left: "},
        HeaderCase{"malformed_escapes_stay",
                   Standard(),
                   {BOB,
                    {"X-Remote-Extra-A%2", "1"},
                    {"X-Remote-Extra-B%", "2"},
                    {"X-Remote-Extra-C%zz%20", "3"}},
                   "Bob  [] {a%2=[1] b%=[2] c%zz%20=[3]} left: "},
        HeaderCase{"plus_is_no_space",
                   Standard(),
                   {BOB, {"X-Remote-Extra-a+b", "v"}},
                   "Bob  [] {a+b=[v]} left: "},
        HeaderCase{
            "encoded_and_plain_are_one_key",
            Standard(),
            {BOB, {"X-Remote-Extra-a", "1"}, {"X-Remote-Extra-%61", "2"}},
            "Bob  [] {a=[1,2]} left: "},
        HeaderCase{"prefix_within_a_prefix",
                   {{"X-Remote-User"}, {}, {}, {"X-E-", "X-E-1-"}},
                   {BOB, {"X-E-1-k", "v"}},
                   "Bob  [] {1-k=[v] k=[v]} left: "}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(RequestHeaderAuthenticatorTest, AnyByteMayComeOutOfAnEscape) {
  const auto authenticator = RequestHeaderAuthenticator::Create(Standard());
  Headers headers({{"X-Remote-User", "Bob"}, {"X-Remote-Extra-%00%ff", "v"}});
  Request request;
  request.headers = &headers;
  const UserInfo user =
      (*authenticator)->Authenticate(request).authentication().user;
  ASSERT_EQ(user.extra.size(), 1u);
  EXPECT_EQ(user.extra.begin()->first, std::string("\0\xff", 2));
}

TEST(RequestHeaderAuthenticatorTest, NoHeadersAtAll) {
  const auto authenticator = RequestHeaderAuthenticator::Create(Standard());
  EXPECT_EQ(Describe((*authenticator)->Authenticate(Request())),
            "no credential");
}

TEST(ValidateRequestHeadersTest, TrimsAndRefusesWhatIsEmpty) {
  for (const char* name : {"", " ", " \t "}) {
    for (int list = 0; list < 4; ++list) {
      RequestHeaderConfig config = Standard();
      std::vector<std::string>* lists[] = {
          &config.username_headers, &config.uid_headers, &config.group_headers,
          &config.extra_header_prefixes};
      lists[list]->emplace_back(name);
      const absl::Status status = ValidateRequestHeaders(config).status();
      EXPECT_EQ(ReasonOf(status), Reason::kInvalid);
      EXPECT_EQ(RequestHeaderAuthenticator::Create(config).status(), status);
      EXPECT_EQ(NewFrontProxy(config).status(), status);
    }
  }
  EXPECT_EQ(ValidateRequestHeaders({{"  "}, {}, {}, {}}).status().message(),
            "empty header \"  \"");
  const auto valid =
      ValidateRequestHeaders({{" A ", "B"}, {"\tC"}, {"D "}, {" E- "}});
  ASSERT_TRUE(valid.ok());
  EXPECT_EQ(valid->username_headers, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(valid->uid_headers, std::vector<std::string>{"C"});
  EXPECT_EQ(valid->group_headers, std::vector<std::string>{"D"});
  EXPECT_EQ(valid->extra_header_prefixes, std::vector<std::string>{"E-"});
}

struct ProxyCase {
  const char* ca;
  const char* common_name;
  bool tls;
  const char* want;
  const char* left;
};

TEST(FrontProxyTest, OnlyTheProxyIsBelieved) {
  constexpr char kBob[] = "Bob  [dev]";
  constexpr char kAll[] = "X-Remote-User X-Remote-Group";
  const ProxyCase cases[] = {
      {"proxies", "proxy", true, kBob, ""},
      {"proxies", "proxy", false, "no credential", kAll},
      {"proxies", "mallory", true,
       "NotAllowed: x509: subject with cn=mallory is not in the allowed list",
       kAll},
      {"users", "proxy", true,
       "UnknownAuthority: x509: certificate signed by unknown authority", kAll},
  };
  const auto proxy = NewFrontProxy(Standard());
  ASSERT_TRUE(proxy.ok());
  Headers untouched(Fields{{"X-Remote-User", "Bob"}});
  const TestClient early({Leaf("proxy", TestCa("proxies"))});
  Request before = early.At(TestNow());
  before.headers = &untouched;
  EXPECT_EQ(Describe((*proxy)->Authenticate(before)), "no credential");
  X509Config config = ConfigOf(TestCa("proxies"));
  config.client_cas[0].allowed.common_names = {"proxy"};
  ASSERT_TRUE((*proxy)->Update(config).ok());
  for (const ProxyCase& c : cases) {
    const TestClient client({Leaf(c.common_name, TestCa(c.ca))});
    Headers headers({{"X-Remote-User", "Bob"}, {"X-Remote-Group", "dev"}});
    Request request = client.At(TestNow());
    request.tls = c.tls;
    request.headers = &headers;
    const Result result = (*proxy)->Authenticate(request);
    EXPECT_EQ(Describe(result), c.want);
    EXPECT_EQ(NamesOf(headers), c.left) << c.want;
    if (!result.authenticated()) continue;
    const Authentication& found = result.authentication();
    EXPECT_EQ(found.authenticator, "request-header");
    EXPECT_EQ(found.credential_id, client.leaf().CredentialId());
    EXPECT_TRUE(found.user.extra.empty());
    EXPECT_FALSE(found.audiences.has_value());
  }
}

struct StripCase {
  const char* name;
  bool goes;            // Without configuration.
  bool goes_if_custom;  // With Two() configured.
};

TEST(StripCredentialHeadersTest, TakesOutWhatIsNobodysBusiness) {
  const StripCase cases[] = {
      {"Authorization", true, true},
      {"authorization", true, true},
      {"X-Remote-User", true, true},
      {"x-REMOTE-user", true, true},
      {"X-Remote-Uid", true, true},
      {"X-Remote-Group", true, true},
      {"X-Remote-Extra-", true, true},
      {"X-Remote-Extra-Scopes", true, true},
      {"x-remote-extra-%61", true, true},
      {"A-User", false, true},
      {"b-user", false, true},
      {"A-Uid", false, true},
      {"B-Group", false, true},
      {"A-Extra-x", false, true},
      {"b-extra-X", false, true},
      {"Proxy-Authorization", false, false},
      {"X-Remote-Users", false, false},
      {"X-Remote-Extra", false, false},
      {"Cookie", false, false},
      {"Impersonate-User", false, false},
  };
  const RequestHeaderConfig custom = Two();
  for (const StripCase& c : cases) {
    for (const bool configured : {false, true}) {
      Headers headers({{"Accept", "x"}, {c.name, "1"}, {c.name, ""}});
      StripCredentialHeaders(configured ? &custom : nullptr, &headers);
      EXPECT_EQ(headers.Has(c.name), !(configured ? c.goes_if_custom : c.goes))
          << c.name << configured;
      EXPECT_TRUE(headers.Has("Accept"));
    }
  }
}

TEST(StripCredentialHeadersTest, TakesTokensOutOfWebSocketProtocols) {
  Headers headers(Fields{
      {"Sec-WebSocket-Protocol",
       "v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.dG9r"}});
  StripCredentialHeaders(nullptr, &headers);
  EXPECT_EQ(headers.First("Sec-WebSocket-Protocol"), "v4.channel.k8s.io");
}

}  // namespace
}  // namespace gatehouse::authn
