#include "conformance/fields.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/map.h"
#include "gtest/gtest.h"
#include "objects/node.h"
#include "proto/rbac.pb.h"

namespace gatehouse::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

objects::Document Parse(absl::string_view json) {
  auto document = objects::ParseJson(json, "test");
  EXPECT_TRUE(document.ok()) << document.status();
  return *std::move(document);
}

TEST(FieldsTest, ReadsEachType) {
  const objects::Document document = Parse(
      R"({"t": "x", "b": true, "n": 7, "l": ["a", "b"], "m": {"k": "v"},
          "o": {"inner": "y"}, "r": {"verbs": ["get"]},
          "rs": [{"verbs": ["list"]}], "null": null})");
  Problems problems;
  {
    Fields fields(&document.root(), "input", &problems);
    EXPECT_EQ(fields.Text("t"), "x");
    EXPECT_TRUE(fields.Bool("b"));
    EXPECT_EQ(fields.Number("n"), 7);
    EXPECT_THAT(fields.Texts("l"), ElementsAre("a", "b"));
    google::protobuf::Map<std::string, std::string> map;
    fields.StringMap("m", &map);
    EXPECT_EQ(map["k"], "v");
    EXPECT_EQ(fields.Object("o").Text("inner"), "y");
    EXPECT_EQ(fields.Message<k8s::PolicyRule>("r").verbs(0), "get");
    EXPECT_EQ(fields.Messages<k8s::PolicyRule>("rs")[0].verbs(0), "list");
    EXPECT_FALSE(fields.Has("null"));
    EXPECT_TRUE(fields.Names("null"));
    EXPECT_EQ(fields.OptionalText("null"), absl::nullopt);
  }
  EXPECT_THAT(problems, IsEmpty());
}

TEST(FieldsTest, WhatIsAbsentHasItsDefault) {
  const objects::Document document = Parse("{}");
  Problems problems;
  {
    Fields fields(&document.root(), "input", &problems);
    EXPECT_EQ(fields.Text("t"), "");
    EXPECT_TRUE(fields.Bool("b", true));
    EXPECT_EQ(fields.Number("n"), 0);
    EXPECT_THAT(fields.Texts("l"), IsEmpty());
    EXPECT_EQ(fields.Object("o").Text("inner"), "");
    EXPECT_EQ(fields.Message<k8s::PolicyRule>("r").verbs_size(), 0);
    EXPECT_THAT(fields.Messages<k8s::PolicyRule>("rs"), IsEmpty());
  }
  EXPECT_THAT(problems, IsEmpty());
}

struct ProblemCase {
  const char* name;
  const char* json;
  void (*read)(Fields&);
  const char* problem;
};

class FieldsProblemTest : public testing::TestWithParam<ProblemCase> {};

TEST_P(FieldsProblemTest, IsReported) {
  const objects::Document document = Parse(GetParam().json);
  Problems problems;
  {
    Fields fields(&document.root(), "input", &problems);
    GetParam().read(fields);
  }
  EXPECT_THAT(problems, ElementsAre(HasSubstr(GetParam().problem)));
}

INSTANTIATE_TEST_SUITE_P(
    All, FieldsProblemTest,
    testing::Values(
        ProblemCase{"unknown_key", R"({"a": 1})", [](Fields&) {},
                    "input.a: this key is not known"},
        ProblemCase{"unknown_key_that_is_null", R"({"a": null})",
                    [](Fields&) {}, "input.a: this key is not known"},
        ProblemCase{"unknown_inner_key", R"({"a": {"b": 1}})",
                    [](Fields& f) { f.Object("a"); },
                    "input.a.b: this key is not known"},
        ProblemCase{"has_is_not_asking", R"({"a": 1})",
                    [](Fields& f) { f.Has("a"); },
                    "input.a: this key is not known"},
        ProblemCase{"no_object", R"([1])", [](Fields&) {},
                    "input: want an object"},
        ProblemCase{"no_inner_object", R"({"a": "x"})",
                    [](Fields& f) { f.Object("a"); },
                    "input.a: want an object"},
        ProblemCase{"text", R"({"a": 1})", [](Fields& f) { f.Text("a"); },
                    "input.a: want a string"},
        ProblemCase{"bool", R"({"a": "true"})", [](Fields& f) { f.Bool("a"); },
                    "input.a: want true or false"},
        ProblemCase{"number", R"({"a": "1"})", [](Fields& f) { f.Number("a"); },
                    "input.a: want a number"},
        ProblemCase{"fraction", R"({"a": 1.5})",
                    [](Fields& f) { f.Number("a"); },
                    "input.a: want a small whole number"},
        ProblemCase{"list", R"({"a": "x"})", [](Fields& f) { f.Texts("a"); },
                    "input.a: want a list"},
        ProblemCase{"list_of_numbers", R"({"a": [1]})",
                    [](Fields& f) { f.Texts("a"); },
                    "input.a: want a list of strings"},
        ProblemCase{"map", R"({"a": {"k": 1}})",
                    [](Fields& f) {
                      google::protobuf::Map<std::string, std::string> map;
                      f.StringMap("a", &map);
                    },
                    "input.a: want an object of strings"},
        ProblemCase{"message", R"({"a": {"verb": ["get"]}})",
                    [](Fields& f) { f.Message<k8s::PolicyRule>("a"); },
                    "unknown field"},
        ProblemCase{"messages", R"({"a": [{"verbs": "get"}]})",
                    [](Fields& f) { f.Messages<k8s::PolicyRule>("a"); },
                    "verbs"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace gatehouse::conformance
