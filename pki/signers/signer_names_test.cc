#include "pki/signers/signer_names.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse::pki {
namespace {

struct Case {
  std::string name;
  // The beginning of each fault, in order.
  std::vector<std::string> want;
};

std::string Times(size_t n, char c) { return std::string(n, c); }

// A domain of 253 bytes.
std::string LongDomain() {
  return absl::StrCat(Times(63, 'a'), ".", Times(63, 'b'), ".", Times(63, 'c'),
                      ".", Times(61, 'd'));
}

TEST(SignerNamesTest, AreDomainAndPath) {
  const std::string form =
      ": must be a fully qualified domain and path of the form "
      "'example.com/signer-name'";
  const Case kCases[] = {
      {"example.com/x", {}},
      {"a.b/c", {}},
      {"10.0/0", {}},
      {"example.com/ns.name", {}},
      {"example.com/a.b.c-d", {}},
      {kKubeApiserverClientSigner, {}},
      {LongDomain() + "/x", {}},
      {LongDomain() + "/" + Times(63, 'p') + "." + LongDomain(), {}},
      {"", {"f: Required value"}},
      {"x", {"f: Invalid value: \"x\"" + form}},
      {"a.b/c/d", {"f: Invalid value: \"a.b/c/d\"" + form}},
      {"a.b/c/", {"f: Invalid value: \"a.b/c/\"" + form}},
      {"com/x",
       {"f: Invalid value: \"com\": should be a domain with at least two "
        "segments separated by dots"}},
      {"A.com/x",
       {"f: Invalid value: \"A.com\": validating label \"A\": a lowercase RFC "
        "1123 label must"}},
      // Only the first bad part speaks.
      {"A.B.com/x",
       {"f: Invalid value: \"A.B.com\": validating label \"A\": a lowercase"}},
      {"a..com/x", {"f: Invalid value: \"a..com\": validating label \"\":"}},
      {"a.com./x", {"f: Invalid value: \"a.com.\": validating label \"\":"}},
      {"/x",
       {"f: Invalid value: \"\": validating label \"\":",
        "f: Invalid value: \"\": should be a domain"}},
      {"a.com/X",
       {"f: Invalid value: \"X\": validating label \"X\": a lowercase RFC 1123 "
        "subdomain must"}},
      {"a.com/", {"f: Invalid value: \"\": validating label \"\":"}},
      {"a.com/*", {"f: Invalid value: \"*\": validating label \"*\":"}},
      {"a.com/x.", {"f: Invalid value: \"x.\": validating label \"\":"}},
      {Times(64, 'a') + ".com/x",
       {"f: Invalid value: \"" + Times(64, 'a') +
        ".com\": validating label \"" + Times(64, 'a') +
        "\": must be no more than 63 bytes"}},
      {"e" + LongDomain() + ".com/x",
       {"f: Too long: may not be more than 253 bytes",
        "f: Invalid value: \"eaaa"}},
      {"a.com/" + Times(253, 'p') + "." + Times(253, 'p') + "." +
           Times(253, 'p'),
       {"f: Too long: may not be more than 571 bytes"}},
  };
  for (const Case& c : kCases) {
    const auto errors = ValidateSignerName("f", c.name);
    ASSERT_EQ(errors.size(), c.want.size()) << c.name;
    for (size_t i = 0; i < errors.size(); ++i) {
      EXPECT_TRUE(absl::StartsWith(objects::ToString(errors[i]), c.want[i]))
          << objects::ToString(errors[i]);
    }
  }
}

TEST(SignerNamesTest, KubernetesHasFour) {
  EXPECT_EQ(KubernetesSigners().size(), 4);
  for (const absl::string_view name : KubernetesSigners()) {
    EXPECT_TRUE(absl::StartsWith(name, "kubernetes.io/")) << name;
    EXPECT_TRUE(ValidateSignerName("f", name).empty()) << name;
  }
}

TEST(SignerNamesTest, Wildcard) {
  EXPECT_EQ(SignerWildcard("example.com/x"), "example.com/*");
  EXPECT_EQ(SignerWildcard("example.com/x/y"), "example.com/*");
  EXPECT_EQ(SignerWildcard("example.com"), "example.com/*");
  EXPECT_EQ(SignerWildcard(""), "/*");
}

}  // namespace
}  // namespace gatehouse::pki
