#include "conformance/check.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/node.h"
#include "proto/rbac.pb.h"

namespace gatehouse::conformance {
namespace {

k8s::PolicyRule Rule(const char* verb) {
  k8s::PolicyRule rule;
  rule.add_verbs(verb);
  return rule;
}

struct CheckCase {
  const char* name;
  const char* expect;
  void (*area)(Check&);
  // What the only mismatch says; "" if the case passes.
  const char* what = "";
  const char* got = "";
};

class CheckTest : public testing::TestWithParam<CheckCase> {};

TEST_P(CheckTest, Compares) {
  const auto input = objects::ParseJson("{}", "test");
  const auto expect = objects::ParseJson(GetParam().expect, "test");
  ASSERT_TRUE(input.ok() && expect.ok());
  const std::vector<Mismatch> mismatches =
      RunCheck(GetParam().area, &input->root(), &expect->root());
  const std::string what = GetParam().what;
  const std::string got = GetParam().got;
  if (what.empty() && got.empty()) {
    EXPECT_TRUE(mismatches.empty()) << mismatches[0].what << mismatches[0].got;
    return;
  }
  ASSERT_EQ(mismatches.size(), 1);
  EXPECT_EQ(mismatches[0].what, what);
  EXPECT_EQ(mismatches[0].got, got);
}

constexpr char kNothing[] = "nothing that is expected was compared";

INSTANTIATE_TEST_SUITE_P(
    All, CheckTest,
    testing::Values(
        CheckCase{"text", R"({"a": "x"})", [](Check& c) { c.Text("a", "x"); }},
        CheckCase{"text_differs", R"({"a": "x"})",
                  [](Check& c) { c.Text("a", "y"); }, "a", "y"},
        CheckCase{"text_is_not_null", R"({"a": null})",
                  [](Check& c) { c.Text("a", ""); }, "a", "\"\""},
        CheckCase{"null_is_no_text", R"({"a": null})",
                  [](Check& c) { c.TextOrNull("a", ""); }},
        CheckCase{"null_differs", R"({"a": null})",
                  [](Check& c) { c.TextOrNull("a", "e"); }, "a", "e"},
        CheckCase{"text_or_null_differs", R"({"a": "e"})",
                  [](Check& c) { c.TextOrNull("a", ""); }, "a", ""},
        CheckCase{"bool", R"({"a": false})",
                  [](Check& c) { c.Bool("a", false); }},
        CheckCase{"bool_differs", R"({"a": false})",
                  [](Check& c) { c.Bool("a", true); }, "a", "true"},
        CheckCase{"number", R"({"a": 403})",
                  [](Check& c) { c.Number("a", 403); }},
        CheckCase{"number_differs", R"({"a": 403})",
                  [](Check& c) { c.Number("a", 404); }, "a", "404"},
        CheckCase{"needs_cel_and_is_refused", R"({"a": "x"})",
                  [](Check& c) {
                    c.NeedsCel(MakeError(absl::StatusCode::kUnimplemented,
                                         Reason::kUnsupported, "CEL"));
                  }},
        CheckCase{"needs_cel_and_is_taken", R"({"a": "x"})",
                  [](Check& c) { c.NeedsCel(absl::OkStatus()); }, "refused",
                  ""},
        CheckCase{"needs_cel_and_is_refused_for_another_reason",
                  R"({"a": "x"})",
                  [](Check& c) {
                    c.NeedsCel(MakeError(absl::StatusCode::kInvalidArgument,
                                         Reason::kInvalid, "no"));
                  },
                  "refused", "Invalid"},
        CheckCase{"numbers", R"({"a": [1, 0]})",
                  [](Check& c) {
                    c.Numbers("a", {1, 0});
                  }},
        CheckCase{"numbers_differ", R"({"a": [1, 0]})",
                  [](Check& c) { c.Numbers("a", {1}); }, "a", "[1]"},
        CheckCase{"texts_have_an_order", R"({"a": ["x", "y"]})",
                  [](Check& c) {
                    c.Texts("a", {"y", "x"});
                  },
                  "a", "[y, x]"},
        CheckCase{"texts_in_any_order", R"({"a": ["x", "y"]})",
                  [](Check& c) {
                    c.TextsInAnyOrder("a", {"y", "x"});
                  }},
        CheckCase{"counts_differ", R"({"a": ["x", "x"]})",
                  [](Check& c) { c.TextsInAnyOrder("a", {"x"}); }, "a", "[x]"},
        CheckCase{"contains", R"({"a": "ell"})",
                  [](Check& c) { c.Contains("a", "hello"); }},
        CheckCase{"contains_not", R"({"a": "elk"})",
                  [](Check& c) { c.Contains("a", "hello"); }, "a", "hello"},
        CheckCase{"messages",
                  R"({"a": [{"verbs": ["get"], "resources": null}]})",
                  [](Check& c) {
                    c.Messages<k8s::PolicyRule>(
                        "a", std::vector<k8s::PolicyRule>{Rule("get")});
                  }},
        CheckCase{"messages_differ", R"({"a": []})",
                  [](Check& c) {
                    c.Messages<k8s::PolicyRule>(
                        "a", std::vector<k8s::PolicyRule>{Rule("get")});
                  },
                  "a", R"([{"verbs":["get"]}])"},
        CheckCase{"messages_have_an_order",
                  R"({"a": [{"verbs": ["x"]}, {"verbs": ["y"]}]})",
                  [](Check& c) {
                    c.Messages<k8s::PolicyRule>(
                        "a",
                        std::vector<k8s::PolicyRule>{Rule("y"), Rule("x")});
                  },
                  "a", R"([{"verbs":["y"]}, {"verbs":["x"]}])"},
        CheckCase{"messages_in_any_order",
                  R"({"a": [{"verbs": ["x"]}, {"verbs": ["y"]}]})",
                  [](Check& c) {
                    c.MessagesInAnyOrder<k8s::PolicyRule>(
                        "a",
                        std::vector<k8s::PolicyRule>{Rule("y"), Rule("x")});
                  }},
        CheckCase{"key_that_the_area_does_not_know", R"({"a": "x", "b": 1})",
                  [](Check& c) { c.Text("a", "x"); }, "",
                  "expect.b: this key is not known"},
        CheckCase{"key_that_the_case_does_not_have", R"({"a": "x"})",
                  [](Check& c) {
                    c.Text("a", "x");
                    c.Text("b", "y");
                  }},
        CheckCase{"expects_nothing", "{}", [](Check& c) { c.Text("a", "x"); },
                  "", kNothing},
        CheckCase{"compared_by_hand", R"({"a": {"b": "x"}})",
                  [](Check& c) {
                    Fields a = c.ExpectedObject("a");
                    c.Same("a.b", a.Text("b"), "y");
                  },
                  "a.b", "y"},
        CheckCase{"per_step", R"("per step")",
                  [](Check& c) { c.ComparedPerStep(); }},
        CheckCase{"per_step_and_nobody_compared", R"("per step")",
                  [](Check& c) { c.Text("a", "x"); }, "", kNothing},
        CheckCase{"another_text", R"("as ever")",
                  [](Check& c) { c.ComparedPerStep(); }, "", kNothing},
        CheckCase{"unknown_in_what_is_compared_by_hand",
                  R"({"a": {"b": "x", "c": 1}})",
                  [](Check& c) {
                    Fields a = c.ExpectedObject("a");
                    c.Same("a.b", a.Text("b"), "x");
                  },
                  "", "expect.a.c: this key is not known"},
        CheckCase{"all_by_hand", R"({"a": "x", "b": "y"})",
                  [](Check& c) {
                    Fields all = c.ExpectedAll();
                    c.Same("a", all.Text("a"), "x");
                  },
                  "", "expect.b: this key is not known"},
        CheckCase{"fail", R"({"a": "x"})",
                  [](Check& c) {
                    c.Text("a", "x");
                    c.Fail("no");
                  },
                  "", "no"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(TextOfTest, UnsetAndEmptyAreTheSame) {
  k8s::Subject unset;
  unset.set_kind("User");
  unset.set_name("jane");
  k8s::Subject empty = unset;
  empty.set_namespace_("");
  EXPECT_EQ(TextOf(unset), TextOf(empty));
}

}  // namespace
}  // namespace gatehouse::conformance
