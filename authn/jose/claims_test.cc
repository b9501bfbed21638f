#include "authn/jose/claims.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/jose/jose_error.h"
#include "gtest/gtest.h"
#include "objects/node.h"
#include "testing/allocation_count.h"

namespace gatehouse::authn {
namespace {

using std::string_literals::operator""s;

Claims Parsed(absl::string_view json) {
  auto claims = Claims::Parse(json);
  EXPECT_TRUE(claims.ok()) << claims.status();
  return *std::move(claims);
}

// Shows what a value can be taken as: "bool", "int", ...
std::string TakenAs(ClaimValue value) {
  std::vector<std::string> as;
  if (const auto got = value.AsString()) as.push_back(absl::StrCat("s ", *got));
  if (const auto got = value.AsBool()) as.push_back(*got ? "true" : "false");
  if (const auto got = value.AsInt64()) as.push_back(absl::StrCat("i ", *got));
  if (const auto got = value.AsDouble()) as.push_back(absl::StrCat("d ", *got));
  if (const auto got = value.AsNumericDate()) {
    as.push_back(absl::StrCat("t ", absl::ToUnixNanos(*got) / 1'000'000'000));
  }
  if (const auto got = value.AsStrings()) {
    as.push_back(absl::StrCat("l ", absl::StrJoin(*got, "+")));
  }
  if (const auto got = value.AsStringOrStrings()) {
    as.push_back(absl::StrCat("o ", absl::StrJoin(*got, "+")));
  }
  return absl::StrJoin(as, ", ");
}

struct ValueCase {
  std::string json;
  ClaimKind kind;
  std::string text;
  std::string as;
};

class ClaimValueTest : public ::testing::TestWithParam<ValueCase> {};

TEST_P(ClaimValueTest, IsWhatItIs) {
  const Claims claims = Parsed(absl::StrCat("{\"v\":", GetParam().json, "}"));
  const ClaimValue value = claims.Find("v");
  EXPECT_TRUE(value.present());
  EXPECT_EQ(value.name(), "v");
  EXPECT_EQ(value.kind(), GetParam().kind);
  EXPECT_EQ(value.text(), GetParam().text);
  EXPECT_EQ(TakenAs(value), GetParam().as);
}

INSTANTIATE_TEST_SUITE_P(
    Values, ClaimValueTest,
    ::testing::Values(
        ValueCase{"null", ClaimKind::kNull, "", ""},
        ValueCase{"true", ClaimKind::kBool, "true", "true"},
        ValueCase{"false", ClaimKind::kBool, "false", "false"},
        ValueCase{R"("")", ClaimKind::kString, "", "s , o "},
        ValueCase{R"("a\"\u00e9\n")", ClaimKind::kString, "a\"\xc3\xa9\n",
                  "s a\"\xc3\xa9\n, o a\"\xc3\xa9\n"},
        ValueCase{R"("true")", ClaimKind::kString, "true", "s true, o true"},
        ValueCase{R"("12")", ClaimKind::kString, "12", "s 12, o 12"},
        ValueCase{"[]", ClaimKind::kList, "", "l , o "},
        ValueCase{R"(["a"])", ClaimKind::kList, "", "l a, o a"},
        ValueCase{R"(["a","b"])", ClaimKind::kList, "", "l a+b, o a+b"},
        ValueCase{R"(["a",1])", ClaimKind::kList, "", ""},
        ValueCase{R"(["a",["b"]])", ClaimKind::kList, "", ""},
        ValueCase{R"(["a",null])", ClaimKind::kList, "", ""},
        ValueCase{"{}", ClaimKind::kObject, "", ""}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, ClaimValueTest,
    ::testing::Values(
        ValueCase{"0", ClaimKind::kNumber, "0", "i 0, d 0, t 0"},
        ValueCase{"-0", ClaimKind::kNumber, "-0", "i 0, d -0, t 0"},
        ValueCase{"1893456000", ClaimKind::kNumber, "1893456000",
                  "i 1893456000, d 1.89346e+09, t 1893456000"},
        ValueCase{"1.9", ClaimKind::kNumber, "1.9", "d 1.9, t 1"},
        ValueCase{"-1.9", ClaimKind::kNumber, "-1.9", "d -1.9, t -1"},
        ValueCase{"1.0", ClaimKind::kNumber, "1.0", "d 1, t 1"},
        ValueCase{"15e2", ClaimKind::kNumber, "15e2", "d 1500, t 1500"},
        ValueCase{"9223372036854775807", ClaimKind::kNumber,
                  "9223372036854775807",
                  "i 9223372036854775807, d 9.22337e+18"},
        ValueCase{"9223372036854775808", ClaimKind::kNumber,
                  "9223372036854775808", "d 9.22337e+18"},
        ValueCase{"-9223372036854775808", ClaimKind::kNumber,
                  "-9223372036854775808",
                  "i -9223372036854775808, d -9.22337e+18"},
        ValueCase{"1e300", ClaimKind::kNumber, "1e300", "d 1e+300"},
        ValueCase{"1e999", ClaimKind::kNumber, "1e999", ""},
        ValueCase{"-1e999", ClaimKind::kNumber, "-1e999", ""},
        ValueCase{"1e-999", ClaimKind::kNumber, "1e-999", "d 0, t 0"}));

TEST(ClaimsTest, NumericDatesEndAt2To53) {
  const Claims claims =
      Parsed(R"({"a":9007199254740992,"b":9007199254740994,"c":-1e17})");
  EXPECT_EQ(claims.Find("a").AsNumericDate(),
            absl::FromUnixSeconds(int64_t{1} << 53));
  EXPECT_EQ(claims.Find("b").AsNumericDate(), absl::nullopt);
  EXPECT_EQ(claims.Find("c").AsNumericDate(), absl::nullopt);
}

TEST(ClaimsTest, NestedLookUps) {
  const Claims claims = Parsed(
      R"({"kubernetes.io":{"namespace":"dev","pod":{"name":"web","uid":"u"},)"
      R"("x":[{"name":"no"}]},"namespace":"outer","n":1})");
  const ClaimValue bound = claims.Find("kubernetes.io");
  EXPECT_EQ(bound.StringOf("namespace"), "dev");
  EXPECT_EQ(bound.Find("pod").StringOf("uid"), "u");
  EXPECT_EQ(claims.StringOf("namespace"), "outer");
  // Nothing is found in what is absent, a list, a number, or deeper.
  for (const ClaimValue none :
       {claims.Find("pod"), bound.Find("node").Find("name"),
        bound.Find("x").Find("name"), bound.Find(""),
        claims.Find("n").Find("n"), claims.Find("Namespace"),
        claims.Find("namespace").Find("namespace")}) {
    EXPECT_FALSE(none.present());
    EXPECT_EQ(none.kind(), ClaimKind::kAbsent);
    EXPECT_EQ(none.text(), "");
    EXPECT_EQ(none.name(), "");
    EXPECT_EQ(none.size(), 0u);
    EXPECT_EQ(none.begin(), none.end());
    EXPECT_EQ(TakenAs(none), "");
    EXPECT_EQ(none.ToJson(), "null");
  }
  EXPECT_EQ(claims.StringOf("n"), absl::nullopt);
}

// Returns every value with its depth, one on each line.
void Walk(ClaimValue value, int depth, std::string* out) {
  absl::StrAppend(out, std::string(depth, ' '), value.name(), ":", value.text(),
                  "/", value.size(), "\n");
  for (const ClaimValue each : value) Walk(each, depth + 1, out);
}

TEST(ClaimsTest, IterationIsInTheOrderOfTheText) {
  const Claims claims = Parsed(
      R"({"b":[1,[],[2,{"x":3}],{}],"a":{"c":{"d":null}},"z":"end","e":[]})");
  std::string walked;
  Walk(claims.root(), 0, &walked);
  EXPECT_EQ(walked,
            ":/4\n b:/4\n  :1/0\n  :/0\n  :/2\n   :2/0\n   :/1\n    x:3/0\n"
            "  :/0\n a:/1\n  c:/1\n   d:/0\n z:end/0\n e:/0\n");
  std::string names;
  for (const ClaimValue member : claims) absl::StrAppend(&names, member.name());
  EXPECT_EQ(names, "baze");
}

TEST(ClaimsTest, BackToJsonAndNodes) {
  const std::string json =
      R"({"a":[1.50,-2e+9,true,false,null,"\"\\\u0001\u000a/é"],"b":{"c":{}}})";
  const Claims claims = Parsed(json);
  EXPECT_EQ(claims.root().ToJson(), json);
  EXPECT_EQ(claims.Find("b").ToJson(), R"({"c":{}})");
  const auto document = claims.Find("a").ToDocument();
  ASSERT_TRUE(document.ok()) << document.status();
  ASSERT_EQ(document->root().items().size(), 6u);
  EXPECT_EQ(document->root().items()[0].text(), "1.50");
  EXPECT_EQ(document->root().items()[5].text(), "\"\\\x01\n/é");
}

TEST(ClaimsTest, MovedTheyStayWhereTheyAre) {
  Claims claims = Parsed(R"({"a":{"b":"c"}})");
  const ClaimValue b = claims.Find("a").Find("b");
  Claims moved = std::move(claims);
  EXPECT_FALSE(claims.root().present());  // NOLINT(bugprone-use-after-move)
  EXPECT_FALSE(claims.Find("a").present());
  EXPECT_EQ(b.AsString(), "c");
  claims = std::move(moved);
  EXPECT_EQ(b.AsString(), "c");
  EXPECT_EQ(claims.Find("a").StringOf("b"), "c");
}

TEST(ClaimsTest, TheTextIsNeededNoLonger) {
  std::string json = R"({"a":"b\n"})";
  const Claims claims = Parsed(json);
  EXPECT_EQ(json, R"({"a":"b\n"})");
  json.assign(json.size(), 'x');
  EXPECT_EQ(claims.StringOf("a"), "b\n");
}

struct RefusedCase {
  std::string json;
  JoseError error;
};

class ClaimsRefusedTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(ClaimsRefusedTest, ForAReason) {
  const auto claims = Claims::Parse(GetParam().json);
  EXPECT_EQ(JoseErrorName(JoseErrorOf(claims.status())),
            JoseErrorName(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Claims, ClaimsRefusedTest,
    ::testing::Values(
        RefusedCase{"", JoseError::kNotJson},
        RefusedCase{"null", JoseError::kNotObject},
        RefusedCase{"[{}]", JoseError::kNotObject},
        RefusedCase{R"({"a":1}})", JoseError::kTrailingBytes},
        RefusedCase{R"({"a":1,"\u0061":1})", JoseError::kDuplicateMember},
        RefusedCase{R"({"x":[{"a":{},"a":{}}]})", JoseError::kDuplicateMember},
        RefusedCase{"{\"a\":\"\xff\"}", JoseError::kNotUtf8},
        RefusedCase{R"({"a":"\u0000"})", JoseError::kNulCharacter},
        RefusedCase{"{\"a\":1}\0"s, JoseError::kTrailingBytes},
        RefusedCase{R"({"a":1.})", JoseError::kNotJson},
        RefusedCase{absl::StrCat("{\"a\":", std::string(32, '['),
                                 std::string(32, ']'), "}"),
                    JoseError::kTooDeep},
        RefusedCase{absl::StrCat("{\"a\":\"", std::string(65536, 'x'), "\"}"),
                    JoseError::kTokenTooLarge}));

// Returns an object of so many members, the last of the name given.
std::string ObjectOf(int members, absl::string_view last) {
  std::string json = "{";
  for (int i = 0; i < members - 1; ++i)
    absl::StrAppend(&json, "\"", i, "\":0,");
  return absl::StrCat(json, "\"", last, "\":0}");
}

// Few names are compared, many are hashed: the answer is the same.
TEST(ClaimsTest, DuplicatesAreFoundAmongFewAndMany) {
  for (const int members : {2, 8, 15, 16, 17, 18, 19, 33, 100, 4000}) {
    EXPECT_TRUE(Claims::Parse(ObjectOf(members, "x")).ok()) << members;
    for (const int twice : {0, (members - 1) / 2, members - 2}) {
      for (const std::string& nested : {""s, "{\"n\":[0,"s}) {
        const std::string json =
            absl::StrCat(nested, ObjectOf(members, absl::StrCat(twice)),
                         nested.empty() ? "" : "]}");
        EXPECT_EQ(JoseErrorOf(Claims::Parse(json).status()),
                  JoseError::kDuplicateMember)
            << members << " " << twice;
      }
    }
  }
}

// An object inside of one with many members has names of its own.
TEST(ClaimsTest, NamesAreUniqueInOneObjectOnly) {
  std::string json = "{";
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&json, "\"", i, "\":", ObjectOf(40, "x"), ",");
  }
  const Claims claims = Parsed(absl::StrCat(json, "\"x\":0}"));
  EXPECT_EQ(claims.root().size(), 41u);
  EXPECT_EQ(claims.Find("39").size(), 40u);
  EXPECT_EQ(claims.Find("39").Find("x").AsInt64(), 0);
}

TEST(ClaimsTest, CeilingsAreThoseGiven) {
  ClaimsLimits limits;
  limits.max_values = 4;
  EXPECT_TRUE(Claims::Parse(R"({"a":[1,2]})", limits).ok());
  EXPECT_EQ(JoseErrorOf(Claims::Parse(R"({"a":[1,2,3]})", limits).status()),
            JoseError::kTooManyMembers);
  limits.max_depth = 1;
  EXPECT_TRUE(Claims::Parse("{\"a\":1}", limits).ok());
  EXPECT_EQ(JoseErrorOf(Claims::Parse("{\"a\":{}}", limits).status()),
            JoseError::kTooDeep);
  limits.max_bytes = 2;
  EXPECT_TRUE(Claims::Parse("{}", limits).ok());
  EXPECT_EQ(JoseErrorOf(Claims::Parse("{} ", limits).status()),
            JoseError::kTokenTooLarge);
}

TEST(ClaimsTest, ErrorsShowNothingOfTheText) {
  const auto claims = Claims::Parse(R"({"secret":"hunter2","secret":1})");
  EXPECT_EQ(std::string(claims.status().message()).find("hunter2"),
            std::string::npos);
  EXPECT_EQ(std::string(claims.status().message()).find("secret"),
            std::string::npos);
}

// As many values as tokens of Kubernetes have cost two allocations: the tree,
// and the text.
TEST(ClaimsTest, AllocateTwice) {
  const std::string json =
      R"({"aud":["a"],"exp":1,"iat":2,"iss":"i","jti":"j","kubernetes.io":)"
      R"({"namespace":"dev","node":{"name":"n","uid":"u"},"pod":{"name":"p",)"
      R"("uid":"u"},"serviceaccount":{"name":"s","uid":"u"},"warnafter":3},)"
      R"("nbf":4,"sub":"system:serviceaccount:dev:s"})";
  const size_t before = gatehouse::testing::AllocationCount();
  const auto claims = Claims::Parse(json);
  EXPECT_EQ(claims->Find("kubernetes.io").Find("pod").StringOf("name"), "p");
  EXPECT_EQ(gatehouse::testing::AllocationCount(), before + 2);
}

}  // namespace
}  // namespace gatehouse::authn
