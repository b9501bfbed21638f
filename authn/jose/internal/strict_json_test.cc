#include "authn/jose/internal/strict_json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/jose/internal/json_text.h"
#include "gtest/gtest.h"
#include "objects/node.h"

namespace gatehouse::authn::internal {
namespace {

using std::string_literals::operator""s;

std::string KindName(JsonKind kind) {
  constexpr const char* kNames[] = {"null",   "bool", "number",
                                    "string", "list", "object"};
  return kNames[static_cast<int>(kind)];
}

// Returns the members as "name:kind=value", or the error's name.
std::string Scan(absl::string_view text, const JsonCeilings& ceilings = {}) {
  std::string copy(text);
  std::vector<std::string> members;
  const JoseError error = ScanJsonObject(
      absl::MakeSpan(copy), ceilings,
      [&](absl::string_view name, JsonKind kind, absl::string_view value) {
        members.push_back(absl::StrCat(name, ":", KindName(kind), "=", value));
      });
  return error == JoseError::kNone ? absl::StrJoin(members, " ")
                                   : std::string(JoseErrorName(error));
}

struct Case {
  std::string text;
  std::string want;
};

class StrictJsonTest : public testing::TestWithParam<Case> {};

TEST_P(StrictJsonTest, Scans) {
  EXPECT_EQ(Scan(GetParam().text), GetParam().want);
}

// The other reader of JSON in this repository takes and refuses the same, but
// for what only this one refuses.
TEST_P(StrictJsonTest, AgreesWithParseJson) {
  const auto document = objects::ParseJson(GetParam().text, "t");
  const bool taken =
      document.ok() && document->root().is(objects::NodeKind::kMap);
  const std::string got = Scan(GetParam().text);
  if (got == "NulCharacter" || got == "TooDeep" || got == "TooManyMembers") {
    return;
  }
  const bool refused = !got.empty() && got.find(':') == std::string::npos;
  EXPECT_EQ(taken, !refused)
      << GetParam().text << ": " << got << ", " << document.status();
}

INSTANTIATE_TEST_SUITE_P(
    Taken, StrictJsonTest,
    testing::Values(
        Case{"{}", ""}, Case{" \t\r\n{ } \n", ""},
        Case{R"({"a":"b"})", "a:string=b"},
        Case{R"({"a" : null , "b":true,"c":false})",
             "a:null= b:bool=true c:bool=false"},
        Case{R"({"a":0,"b":-1.5e+10,"c":1E5,"d":-0})",
             "a:number=0 b:number=-1.5e+10 c:number=1E5 d:number=-0"},
        Case{R"({"a":[],"b":{},"c":[1,[2,{"x":3}],"s"]})",
             "a:list= b:object= c:list="},
        Case{R"({"a":{"a":{"a":1}},"b":{"a":1}})", "a:object= b:object="},
        Case{R"({"":""})", ":string="},
        Case{R"({"\u0061\n":"\"\\\/\b\f\n\r\t"})",
             "a\n:string=\"\\/\b\f\n\r\t"},
        Case{R"({"a":"\u00e9\u20AC\ud83d\ude00"})",
             "a:string=\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        Case{"{\"a\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"}",
             "a:string=\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f"},
        Case{"{\"a\":\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\"}",
             "a:string=\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80"}));

INSTANTIATE_TEST_SUITE_P(
    NotJson, StrictJsonTest,
    testing::Values(
        Case{"", "NotJson"}, Case{"  ", "NotJson"}, Case{"{", "NotJson"},
        Case{"{\"a", "NotJson"}, Case{"{\"a\"", "NotJson"},
        Case{"{\"a\":", "NotJson"}, Case{"{\"a\":1", "NotJson"},
        Case{"{\"a\":1,", "NotJson"}, Case{"{\"a\":1,}", "NotJson"},
        Case{"{,}", "NotJson"}, Case{"{a:1}", "NotJson"},
        Case{"{'a':1}", "NotJson"}, Case{"{1:1}", "NotJson"},
        Case{"{\"a\" 1}", "NotJson"}, Case{"{\"a\":1 \"b\":2}", "NotJson"},
        Case{"{\"a\":}", "NotJson"}, Case{"{\"a\":1]", "NotJson"},
        Case{"{\"a\":[1}", "NotJson"}, Case{"{\"a\":[1,]}", "NotJson"},
        Case{"{\"a\":[", "NotJson"}, Case{"{\"a\":tru}", "NotJson"},
        Case{"{\"a\":TRUE}", "NotJson"}, Case{"{\"a\":truee}", "NotJson"},
        Case{"{\"a\":01}", "NotJson"}, Case{"{\"a\":+1}", "NotJson"},
        Case{"{\"a\":1.}", "NotJson"}, Case{"{\"a\":.5}", "NotJson"},
        Case{"{\"a\":1e}", "NotJson"}, Case{"{\"a\":-}", "NotJson"},
        Case{"{\"a\":0x1}", "NotJson"}, Case{"{\"a\":NaN}", "NotJson"},
        Case{"{\"a\":\"\n\"}", "NotJson"}, Case{"{\"a\":\"\x1f\"}", "NotJson"},
        Case{R"({"a":"\x"})", "NotJson"}, Case{R"({"a":"\u12"})", "NotJson"},
        Case{R"({"a":"\u12g4"})", "NotJson"}, Case{R"({"a":"\)", "NotJson"},
        Case{R"({"a":"\u00)", "NotJson"}, Case{"{/**/}", "NotJson"},
        Case{"\xef\xbb\xbf{}", "NotObject"}, Case{"[]", "NotObject"},
        Case{"\"a\"", "NotObject"}, Case{"1", "NotObject"},
        Case{"null", "NotObject"}, Case{"}", "NotObject"}));

INSTANTIATE_TEST_SUITE_P(
    TrailingBytes, StrictJsonTest,
    testing::Values(Case{"{}{}", "TrailingBytes"}, Case{"{}x", "TrailingBytes"},
                    Case{"{}}", "TrailingBytes"}, Case{"{},", "TrailingBytes"},
                    Case{"{\"a\":1} null", "TrailingBytes"},
                    Case{"{}\0"s, "TrailingBytes"}));

INSTANTIATE_TEST_SUITE_P(
    Duplicate, StrictJsonTest,
    testing::Values(Case{R"({"a":1,"a":1})", "DuplicateMember"},
                    Case{R"({"a":1,"b":2,"a":3})", "DuplicateMember"},
                    Case{R"({"a":1,"\u0061":1})", "DuplicateMember"},
                    Case{R"({"\u0061":1,"a":1})", "DuplicateMember"},
                    Case{R"({"x":{"a":1,"a":2}})", "DuplicateMember"},
                    Case{R"({"x":[{"y":{"a":1,"b":{},"a":2}}]})",
                         "DuplicateMember"},
                    Case{R"({"x":{"a":1},"x":1})", "DuplicateMember"},
                    Case{R"({"":1,"":1})", "DuplicateMember"}));

INSTANTIATE_TEST_SUITE_P(
    Utf8, StrictJsonTest,
    testing::Values(Case{"{\"a\":\"\x80\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xff\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xc0\xaf\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xc1\xbf\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xc3\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xe0\x9f\xbf\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xed\xa0\x80\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xe2\x82\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xf0\x8f\xbf\xbf\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xf4\x90\x80\x80\"}", "NotUtf8"},
                    Case{"{\"a\":\"\xf5\x80\x80\x80\"}", "NotUtf8"},
                    Case{"{\"\xff\":1}", "NotUtf8"},
                    Case{R"({"a":"\ud800"})", "NotUtf8"},
                    Case{R"({"a":"\ud800x"})", "NotUtf8"},
                    Case{R"({"a":"\ud800\n"})", "NotUtf8"},
                    Case{R"({"a":"\ud800\u0041"})", "NotUtf8"},
                    Case{R"({"a":"\udc00"})", "NotUtf8"}));

INSTANTIATE_TEST_SUITE_P(
    Nul, StrictJsonTest,
    testing::Values(Case{"{\"a\":\"\0\"}"s, "NulCharacter"},
                    Case{"{\"a\":\"\\u0000\"}", "NulCharacter"},
                    Case{"{\"a\\u0000\":1}", "NulCharacter"},
                    Case{"{\"x\":[\"\\u0000\"]}", "NulCharacter"},
                    Case{"{\0}"s, "NulCharacter"}, Case{"\0"s, "NulCharacter"},
                    Case{"{\"a\":\0}"s, "NulCharacter"},
                    Case{"{\"a\":1\0}"s, "NulCharacter"}));

TEST(StrictJsonTest, DepthHasACeiling) {
  JsonCeilings ceilings;
  ceilings.max_depth = 3;
  EXPECT_EQ(Scan(R"({"a":[{}]})", ceilings), "a:list=");
  EXPECT_EQ(Scan(R"({"a":[{"b":[]}]})", ceilings), "TooDeep");
  EXPECT_EQ(Scan(R"({"a":[[[]]]})", ceilings), "TooDeep");
  EXPECT_EQ(Scan(absl::StrCat("{\"a\":", std::string(100000, '['))), "TooDeep");
}

TEST(StrictJsonTest, MembersHaveACeiling) {
  JsonCeilings ceilings;
  ceilings.max_members = 3;
  EXPECT_EQ(Scan(R"({"a":1,"b":2,"c":3})", ceilings),
            "a:number=1 b:number=2 c:number=3");
  EXPECT_EQ(Scan(R"({"a":1,"b":2,"c":3,"d":4})", ceilings), "TooManyMembers");
  EXPECT_EQ(Scan(R"({"a":{"b":{"c":1}},"d":4})", ceilings), "TooManyMembers");
}

TEST(StrictJsonTest, ValuesHaveACeiling) {
  JsonCeilings ceilings;
  ceilings.max_values = 4;
  EXPECT_EQ(Scan(R"({"a":[1,2]})", ceilings), "a:list=");
  EXPECT_EQ(Scan(R"({"a":[1,2,3]})", ceilings), "TooManyMembers");
  EXPECT_EQ(Scan(R"({"a":1,"b":{"c":2}})", ceilings), "a:number=1 b:object=");
  EXPECT_EQ(Scan(R"({"a":1,"b":{"c":{}}})", ceilings), "a:number=1 b:object=");
  EXPECT_EQ(Scan(R"({"a":1,"b":{"c":[0]}})", ceilings), "TooManyMembers");
}

// The tree's values as "name=text size/span", in the order of the text.
std::string TreeOf(std::string text) {
  JsonTree tree;
  if (ReadJsonObject(absl::MakeSpan(text), JsonCeilings(), &tree) !=
      JoseError::kNone) {
    return "refused";
  }
  std::vector<std::string> values;
  for (const JsonValue& value : tree) {
    values.push_back(absl::StrCat(value.name(), "=", value.text(), " ",
                                  value.size, "/", value.span));
  }
  return absl::StrJoin(values, ", ");
}

TEST(StrictJsonTest, TheTreeLiesFlat) {
  EXPECT_EQ(TreeOf("{}"), "= 0/1");
  EXPECT_EQ(TreeOf(R"({"a":{"b":[1,[],{"c":true}],"d":{}},"e":"\n"})"),
            "= 2/9, a= 2/7, b= 3/5, =1 0/1, = 0/1, = 1/2, c=true 0/1, d= 0/1, "
            "e=\n 0/1");
}

// A string of any length with something in it at any place, as strings are
// looked at in steps.
TEST(StrictJsonTest, EveryPlaceOfAStringIsLookedAt) {
  const Case kCases[] = {
      {"x", "x"},
      {"\\n", "\n"},
      {R"(\")", "\""},
      {R"(\u00e9)", "\xc3\xa9"},
      {"\xe2\x82\xac", "\xe2\x82\xac"},
      {"\x7f", "\x7f"},
      {" ", " "},
      {"\x1f", "NotJson"},
      {"\n", "NotJson"},
      {"\0"s, "NulCharacter"},
      {"\x80", "NotUtf8"},
      {"\xff", "NotUtf8"},
      {"\"", "NotJson"},
      {"\\", "NotJson"},
  };
  for (const Case& test : kCases) {
    const bool refused = test.want.size() > 6;
    for (size_t before = 0; before < 20; ++before) {
      for (size_t after = 0; after < 20; ++after) {
        const std::string head(before, '!');
        // No letter that an escape could take for its own.
        const std::string tail(after, '~');
        const std::string got =
            Scan(absl::StrCat("{\"a\":\"", head, test.text, tail, "\"}"));
        EXPECT_EQ(got, refused
                           ? test.want
                           : absl::StrCat("a:string=", head, test.want, tail))
            << before << " " << after;
      }
    }
  }
}

TEST(JsonTextTest, WritesWhatScans) {
  std::string out;
  AppendMember("a", "b\"\\\n\x01/", &out);
  AppendMember("c", "\xc3\xa9", &out);
  ASSERT_TRUE(FinishObject(&out));
  EXPECT_EQ(out, "{\"a\":\"b\\\"\\\\\\u000a\\u0001/\",\"c\":\"\xc3\xa9\"}");
  EXPECT_EQ(Scan(out), "a:string=b\"\\\n\x01/ c:string=\xc3\xa9");
}

TEST(JsonTextTest, RefusesWhatDoesNotScan) {
  for (const std::string& bad : {"\xff"s, "\0"s, "a\xc3"s}) {
    std::string out;
    AppendMember("a", bad, &out);
    EXPECT_FALSE(FinishObject(&out)) << out;
  }
}

}  // namespace
}  // namespace gatehouse::authn::internal
