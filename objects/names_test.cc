#include "objects/names.h"

#include "gtest/gtest.h"

namespace gatehouse::objects {
namespace {

using Check = std::vector<std::string> (*)(absl::string_view);

struct Case {
  Check check;
  std::string value;
  // The beginning of each fault, in order.
  std::vector<std::string> want;
};

std::string Times(size_t n, char c) { return std::string(n, c); }

TEST(NamesTest, SaysWhatIsWrong) {
  const std::string kLabel = "a lowercase RFC 1123 label must consist";
  const std::string kSubdomain = "a lowercase RFC 1123 subdomain must consist";
  const std::string kName = "name part must consist of alphanumeric";
  const std::string kValue = "a valid label must be an empty string";
  const Case kCases[] = {
      {CheckDnsLabel, "a", {}},
      {CheckDnsLabel, "kube-system", {}},
      {CheckDnsLabel, "0", {}},
      {CheckDnsLabel, Times(63, 'a'), {}},
      {CheckDnsLabel, Times(64, 'a'), {"must be no more than 63 bytes"}},
      {CheckDnsLabel, "", {kLabel}},
      {CheckDnsLabel, "-a", {kLabel}},
      {CheckDnsLabel, "a-", {kLabel}},
      {CheckDnsLabel, "A", {kLabel}},
      {CheckDnsLabel, "a.b", {kLabel}},
      {CheckDnsLabel, "a_b", {kLabel}},
      {CheckDnsLabel, "\xc3\xbc", {kLabel}},
      {CheckDnsLabel,
       Times(64, 'A'),
       {"must be no more than 63 bytes", kLabel}},

      {CheckDnsSubdomain, "default", {}},
      {CheckDnsSubdomain, "a.b-c.d", {}},
      {CheckDnsSubdomain, Times(253, 'a'), {}},
      {CheckDnsSubdomain, Times(254, 'a'), {"must be no more than 253 bytes"}},
      {CheckDnsSubdomain, "", {kSubdomain}},
      {CheckDnsSubdomain, ".a", {kSubdomain}},
      {CheckDnsSubdomain, "a..b", {kSubdomain}},
      {CheckDnsSubdomain, "a.", {kSubdomain}},
      {CheckDnsSubdomain, "a:b", {kSubdomain}},
      {CheckDnsSubdomain, "a/b", {kSubdomain}},

      {CheckPathSegment, "", {}},
      {CheckPathSegment, "System:My Role", {}},
      {CheckPathSegment, "...", {}},
      {CheckPathSegment, ".", {"may not be '.'"}},
      {CheckPathSegment, "..", {"may not be '..'"}},
      {CheckPathSegment, "a/b", {"may not contain '/'"}},
      {CheckPathSegment, "a%b", {"may not contain '%'"}},
      {CheckPathSegment, "%/", {"may not contain '/'", "may not contain '%'"}},

      {CheckQualifiedName, "app", {}},
      {CheckQualifiedName, "A_b.c-1", {}},
      {CheckQualifiedName, "rbac.example.com/aggregate-to-view", {}},
      {CheckQualifiedName, "", {"name part must be non-empty", kName}},
      {CheckQualifiedName, "a/", {"name part must be non-empty", kName}},
      {CheckQualifiedName, "/a", {"prefix part must be non-empty"}},
      {CheckQualifiedName, "A/a", {"prefix part " + kSubdomain}},
      {CheckQualifiedName, "a/b/c", {"a qualified name must consist"}},
      {CheckQualifiedName, "-a", {kName}},
      {CheckQualifiedName, "a b", {kName}},
      {CheckQualifiedName,
       Times(64, 'a'),
       {"name part must be no more than 63 bytes"}},

      {CheckLabelValue, "", {}},
      {CheckLabelValue, "true", {}},
      {CheckLabelValue, "A.b_c-1", {}},
      {CheckLabelValue, Times(63, 'a'), {}},
      {CheckLabelValue, Times(64, 'a'), {"must be no more than 63 bytes"}},
      {CheckLabelValue, "-", {kValue}},
      {CheckLabelValue, "a ", {kValue}},
      {CheckLabelValue, "a/b", {kValue}},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.value);
    const std::vector<std::string> got = c.check(c.value);
    ASSERT_EQ(got.size(), c.want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].substr(0, c.want[i].size()), c.want[i]);
    }
  }
}

TEST(NamesTest, TextNamesExamplesAndExpression) {
  EXPECT_EQ(CheckDnsSubdomain("A")[0],
            "a lowercase RFC 1123 subdomain must consist of lower case "
            "alphanumeric characters, '-' or '.', and must start and end with "
            "an alphanumeric character (e.g. 'example.com', regex used for "
            "validation is "
            "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'"
            ")");
}

}  // namespace
}  // namespace gatehouse::objects
