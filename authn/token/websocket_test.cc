#include "authn/token/websocket.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/optional.h"
#include "authn/jose/base64url.h"
#include "authn/testing/fake_authenticator.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "base/headers.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::FakeTokens;
using authn::testing::Refusal;
using authn::testing::UserNamed;

using Texts = std::vector<std::string>;

constexpr char kHeader[] = "Sec-WebSocket-Protocol";

// "T:" stands for the prefix of tokens.
std::string Spell(const std::string& value) {
  return absl::StrReplaceAll(value, {{"T:", kWebSocketTokenPrefix}});
}

Headers UpgradeWith(const Texts& protocols) {
  Headers headers;
  headers.Add("Connection", "Upgrade");
  headers.Add("Upgrade", "websocket");
  for (const std::string& value : protocols) headers.Add(kHeader, Spell(value));
  return headers;
}

std::string ProtocolsOf(const Headers& headers) {
  return absl::StrReplaceAll(absl::StrJoin(headers.All(kHeader), "|"),
                             {{kWebSocketTokenPrefix, "T:"}});
}

constexpr char kEncoding[] =
    "Malformed: invalid base64.bearer.authorization token encoding";
constexpr char kUtf8[] = "Malformed: invalid base64.bearer.authorization token";
constexpr char kTwo[] =
    "Duplicate: multiple base64.bearer.authorization tokens specified";
constexpr char kAlone[] = "Invalid: missing additional subprotocol";
constexpr char kNone[] = "no credential";

struct ProtocolCase {
  const char* name;
  Texts protocols;
  const char* want;  // "jane  []" if a token is asked about.
  const char* left;  // Of the header, values divided by |.
  absl::optional<std::string> token = absl::nullopt;
};

class WebSocketTest : public ::testing::TestWithParam<ProtocolCase> {};

TEST_P(WebSocketTest, FindsTheToken) {
  const auto tokens = std::make_shared<FakeTokens>(UserNamed("jane"));
  Headers headers = UpgradeWith(GetParam().protocols);
  Request request;
  request.headers = &headers;
  EXPECT_EQ(Describe(WebSocketAuthenticator(tokens).Authenticate(request)),
            GetParam().want);
  EXPECT_EQ(ProtocolsOf(headers), GetParam().left);
  if (GetParam().token.has_value()) {
    EXPECT_EQ(tokens->tokens(), Texts{*GetParam().token});
  } else {
    EXPECT_TRUE(tokens->tokens().empty());
  }
}

// "dG9r" is tok.
INSTANTIATE_TEST_SUITE_P(
    Tokens, WebSocketTest,
    ::testing::Values(
        ProtocolCase{"none", {}, kNone, ""},
        ProtocolCase{"empty", {""}, kNone, ""},
        ProtocolCase{"others", {"a, b", "c"}, kNone, "a, b|c"},
        ProtocolCase{"first", {"T:dG9r,a"}, "jane  []", "a", "tok"},
        ProtocolCase{"last", {"a,T:dG9r"}, "jane  []", "a", "tok"},
        ProtocolCase{"several_lines",
                     {"a, b", "T:dG9r", " c ,"},
                     "jane  []",
                     "a,b,c,",
                     "tok"},
        ProtocolCase{"trimmed", {" \tT:dG9r\t , a"}, "jane  []", "a", "tok"},
        ProtocolCase{"empty_other", {"T:dG9r,"}, "jane  []", "", "tok"},
        ProtocolCase{
            "same_other_twice", {"a,T:dG9r,a"}, "jane  []", "a,a", "tok"},
        ProtocolCase{"prefix_case",
                     {"Base64url.bearer.authorization.k8s.io.dG9r,a"},
                     kNone,
                     "Base64url.bearer.authorization.k8s.io.dG9r,a"},
        ProtocolCase{"prefix_without_its_dot",
                     {"base64url.bearer.authorization.k8s.io,a"},
                     kNone,
                     "base64url.bearer.authorization.k8s.io,a"},
        ProtocolCase{"prefix_within", {"xT:dG9r,a"}, kNone, "xT:dG9r,a"},
        ProtocolCase{"nul_decoded",
                     {"T:dAB0,a"},
                     "jane  []",
                     "a",
                     std::string("t\0t", 3)},
        ProtocolCase{
            "two_byte_character", {"T:w6k,a"}, "jane  []", "a", "\xc3\xa9"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Refused, WebSocketTest,
    ::testing::Values(
        ProtocolCase{"two", {"T:dG9r,T:dG9r,a"}, kTwo, "T:dG9r,T:dG9r,a"},
        ProtocolCase{
            "two_on_two_lines", {"T:dG9r,a", "T:b"}, kTwo, "T:dG9r,a|T:b"},
        ProtocolCase{
            "first_of_two_empty", {"T:,T:dG9r,a"}, kTwo, "T:,T:dG9r,a"},
        ProtocolCase{"both_empty", {"T:,T:,a"}, kTwo, "T:,T:,a"},
        ProtocolCase{"first_of_two_malformed",
                     {"T:!,T:dG9r,a"},
                     kEncoding,
                     "T:!,T:dG9r,a"},
        ProtocolCase{"empty_token", {"T:,a"}, kNone, "T:,a"},
        ProtocolCase{"empty_token_alone", {"T:"}, kNone, "T:"},
        ProtocolCase{"alone", {"T:dG9r"}, kAlone, "T:dG9r"},
        ProtocolCase{"padded", {"T:dG8=,a"}, kEncoding, "T:dG8=,a"},
        ProtocolCase{"padded_alone", {"T:dG8="}, kEncoding, "T:dG8="},
        ProtocolCase{"standard_alphabet", {"T:+/+/,a"}, kEncoding, "T:+/+/,a"},
        ProtocolCase{"space_within", {"T:dG 9r,a"}, kEncoding, "T:dG 9r,a"},
        ProtocolCase{
            "length_of_no_encoding", {"T:dG9rd,a"}, kEncoding, "T:dG9rd,a"},
        // Stricter than Go: one encoding for each token.
        ProtocolCase{"bits_at_the_end", {"T:dG9,a"}, kEncoding, "T:dG9,a"},
        ProtocolCase{"line_break", {"T:dG\n9r,a"}, kEncoding, "T:dG\n9r,a"},
        ProtocolCase{"not_utf8", {"T:_w,a"}, kUtf8, "T:_w,a"},
        ProtocolCase{"not_utf8_alone", {"T:_w"}, kUtf8, "T:_w"},
        ProtocolCase{"surrogate", {"T:7aCA,a"}, kUtf8, "T:7aCA,a"},
        ProtocolCase{"overlong_utf8", {"T:wK8,a"}, kUtf8, "T:wK8,a"}),
    [](const auto& info) { return std::string(info.param.name); });

struct UpgradeCase {
  const char* name;
  Texts connection;
  Texts upgrade;
  bool want;
};

TEST(WebSocketUpgradeTest, OnlyWebSocketRequests) {
  const UpgradeCase cases[] = {
      {"plain", {"upgrade"}, {"websocket"}, true},
      {"case", {"UPGRADE"}, {"WebSocket"}, true},
      {"among others", {"keep-alive, Upgrade"}, {"websocket"}, true},
      {"on the second line", {"keep-alive", "upgrade"}, {"websocket"}, true},
      {"contained", {"xupgradex"}, {"websocket"}, true},
      {"no connection", {}, {"websocket"}, false},
      {"other connection", {"keep-alive"}, {"websocket"}, false},
      {"no upgrade", {"upgrade"}, {}, false},
      {"other upgrade", {"upgrade"}, {"h2c"}, false},
      {"longer upgrade", {"upgrade"}, {"websocket2"}, false},
      {"list of upgrades", {"upgrade"}, {"websocket, h2c"}, false},
      {"first upgrade counts", {"upgrade"}, {"h2c", "websocket"}, false},
  };
  const auto tokens = std::make_shared<FakeTokens>(UserNamed("jane"));
  for (const UpgradeCase& c : cases) {
    Headers headers;
    for (const std::string& value : c.connection) {
      headers.Add("connection", value);
    }
    for (const std::string& value : c.upgrade) headers.Add("UPGRADE", value);
    headers.Add("sec-websocket-protocol", Spell("T:dG9r,a"));
    Request request;
    request.headers = &headers;
    EXPECT_EQ(
        WebSocketAuthenticator(tokens).Authenticate(request).authenticated(),
        c.want)
        << c.name;
  }
  EXPECT_EQ(Describe(WebSocketAuthenticator(tokens).Authenticate(Request())),
            "no credential");
}

struct AnswerCase {
  Result answer;
  const char* want;
};

TEST(WebSocketAnswerTest, PassesOnWhatTokensSay) {
  Authentication bound = UserNamed("jane");
  bound.certificate_thumbprint.emplace();
  const AnswerCase cases[] = {
      {Result(), "UnknownToken: invalid bearer token"},
      {Refusal(Reason::kExpired, "old"), "Expired: old"},
      {bound,
       "WrongHolder: the token is bound to a client certificate, and the "
       "client "
       "has shown none"},
  };
  for (const AnswerCase& c : cases) {
    Headers headers = UpgradeWith({"T:dG9r,a"});
    Request request;
    request.headers = &headers;
    EXPECT_EQ(
        Describe(WebSocketAuthenticator(std::make_shared<FakeTokens>(c.answer))
                     .Authenticate(request)),
        c.want);
    EXPECT_EQ(ProtocolsOf(headers), "T:dG9r,a");
  }
}

TEST(WebSocketAnswerTest, LongerTokensAreNotDecoded) {
  const auto tokens = std::make_shared<FakeTokens>(UserNamed("jane"));
  for (const size_t size : {kMaxTokenBytes, kMaxTokenBytes + 1}) {
    Headers headers = UpgradeWith(
        {absl::StrCat("T:", Base64UrlEncode(std::string(size, 'x')), ",a")});
    Request request;
    request.headers = &headers;
    EXPECT_EQ(Describe(WebSocketAuthenticator(tokens).Authenticate(request)),
              size == kMaxTokenBytes
                  ? "jane  []"
                  : "TooLarge: the token is longer than 65536 bytes");
  }
  EXPECT_EQ(tokens->tokens().size(), 1u);
}

struct RemoveCase {
  Texts protocols;
  const char* left;
};

TEST(RemoveWebSocketTokensTest, LeavesTheOthers) {
  const RemoveCase cases[] = {
      {{}, ""},
      {{""}, ""},
      {{"a, b", "c"}, "a, b|c"},
      {{"a, T:dG9r, b"}, "a,b"},
      {{"T:!!,a", "T:,b"}, "a,b"},
  };
  for (const RemoveCase& c : cases) {
    Headers headers = UpgradeWith(c.protocols);
    RemoveWebSocketTokens(&headers);
    EXPECT_EQ(ProtocolsOf(headers), c.left);
    EXPECT_EQ(headers.Has(kHeader), !c.protocols.empty());
  }
  Headers alone = UpgradeWith({"T:dG9r"});
  RemoveWebSocketTokens(&alone);
  EXPECT_FALSE(alone.Has(kHeader));
  EXPECT_TRUE(alone.Has("Upgrade"));
}

}  // namespace
}  // namespace gatehouse::authn
