#include "server/internal/selectors.h"

#include "gtest/gtest.h"

namespace gatehouse::server::internal {
namespace {

TEST(SelectorsTest, Fields) {
  struct Case {
    const char* text;
    const char* want;  // "bad", or the terms.
  };
  const Case kCases[] = {
      {"", ""},
      {",", ""},
      {"a=b", "[a=b]"},
      {"a==b", "[a=b]"},
      {"a!=b", "[a!b]"},
      {"a=", "[a=]"},
      {"=b", "[=b]"},
      {"a=b,c!=d", "[a=b][c!d]"},
      {"a=b,,", "[a=b]"},
      {"metadata.name=x", "[metadata.name=x]"},
      {"a=b\\,c", "[a=b,c]"},
      {"a=b\\=c", "[a=b=c]"},
      {"a=b\\\\", "[a=b\\]"},
      {"a", "bad"},
      {"a,b=c", "bad"},
      {"a=b,c", "bad"},
      {"a=b=c", "bad"},
      {"a===b", "bad"},
      {"a=b\\x", "bad"},
      {"a=b\\", "bad"},
  };
  for (const Case& c : kCases) {
    std::string got;
    const auto terms = ParseFieldSelector(c.text);
    if (!terms.has_value()) got = "bad";
    for (const FieldTerm& term : terms.value_or(std::vector<FieldTerm>())) {
      got += "[" + term.field + (term.equal ? "=" : "!") + term.value + "]";
    }
    EXPECT_EQ(got, c.want) << c.text;
  }
}

TEST(SelectorsTest, Labels) {
  struct Case {
    const char* text;
    bool want;
  };
  const Case kCases[] = {
      {"", true},
      {" ", true},
      {"a", true},
      {"!a", true},
      {"a=b", true},
      {"a==b", true},
      {"a!=b", true},
      {"a = b", true},
      {"a=", true},
      {"ex.com/a=b", true},
      {"a=b,c in (d, e),!f", true},
      {"a notin (b)", true},
      {"a in ()", true},
      {"a>1", true},
      {"a < 2", true},
      {",", false},
      {"a,", false},
      {"=b", false},
      {"!", false},
      {"a b", false},
      {"a=b c", false},
      {"a=b=c", false},
      {"a in b", false},
      {"a in (b", false},
      {"a in (b c)", false},
      {"a>x", false},
      {"a/b/c", false},
      {"-a", false},
      {"a=-", false},
  };
  for (const Case& c : kCases)
    EXPECT_EQ(IsLabelSelector(c.text), c.want) << c.text;
}

}  // namespace
}  // namespace gatehouse::server::internal
