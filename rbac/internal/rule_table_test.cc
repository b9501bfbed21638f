#include "rbac/internal/rule_table.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authz/attributes.h"
#include "gtest/gtest.h"
#include "proto/rbac.pb.h"
#include "rbac/internal/symbols.h"
#include "rbac/rules.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac::internal {
namespace {

using Rules = std::vector<k8s::PolicyRule>;

// The empty list of MakeRule.
constexpr const char* kNoList = rbac::kNone;

// Rules, compiled. Asks the table and, to be sure, the rules one by one.
class Compiled {
 public:
  explicit Compiled(Rules rules) : Compiled(std::move(rules), Symbols()) {}
  Compiled(Rules rules, Symbols symbols)
      : rules_(std::move(rules)),
        symbols_(std::move(symbols)),
        table_(Pointers(rules_), symbols_) {}

  const RuleTable& table() const { return table_; }

  bool Matches(const Request& request) const {
    const authz::Attributes attributes = request.Attributes();
    bool want = false;
    for (const auto& rule : rules_) want |= RuleMatches(rule, attributes);
    const Query query = Query::Make(symbols_, attributes);
    const bool got = table_.Matches(query);
    EXPECT_EQ(got, want) << request.DebugString();
    // The filter may say yes in vain, but never no.
    if (got) {
      EXPECT_TRUE(query.MayPass(table_.filter())) << request.DebugString();
    }
    return got;
  }

  bool MayPass(const Request& request) const {
    return Query::Make(symbols_, request.Attributes()).MayPass(table_.filter());
  }

 private:
  static std::vector<const k8s::PolicyRule*> Pointers(const Rules& rules) {
    std::vector<const k8s::PolicyRule*> out;
    for (const auto& rule : rules) out.push_back(&rule);
    return out;
  }

  const Rules rules_;
  Symbols symbols_;
  const RuleTable table_;
};

// "prefix0,prefix1,..."
std::string Numbered(absl::string_view prefix, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&out, i == 0 ? "" : ",", prefix, i);
  }
  return out;
}

Request AskFor(absl::string_view verb, absl::string_view what,
               absl::string_view name = "") {
  return Ask("u", verb, "", what, name);
}

Request AskPath(absl::string_view verb, absl::string_view path) {
  Request request = Ask("u", verb, "", "/");
  request.path = std::string(path);
  return request;
}

// ---- What matches, row by row ----

struct Case {
  k8s::PolicyRule rule;
  const char* verb;
  const char* what;
  const char* name;
  bool want;
};

void CheckCases(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(Compiled({c.rule}).Matches(AskFor(c.verb, c.what, c.name)),
              c.want)
        << CompactString(c.rule) << " " << c.verb << " " << c.what << " "
        << c.name;
  }
}

TEST(RuleTableTest, VerbsAndGroups) {
  CheckCases({
      {MakeRule("get", "", "pods"), "get", "pods", "", true},
      {MakeRule("get", "", "pods"), "get", "pods", "x", true},
      {MakeRule("get", "", "pods"), "GET", "pods", "", false},
      {MakeRule("get", "", "pods"), "list", "pods", "", false},
      {MakeRule("get", "", "pods"), "*", "pods", "", false},
      {MakeRule("g*", "", "pods"), "get", "pods", "", false},
      {MakeRule("*", "", "pods"), "get", "pods", "", true},
      {MakeRule("*", "", "pods"), "never-heard-of", "pods", "", true},
      {MakeRule("*", "", "pods"), "", "pods", "", true},
      {MakeRule("*", "", "pods"), "*", "pods", "", true},
      {MakeRule("get,*", "", "pods"), "list", "pods", "", true},
      {MakeRule("", "", "pods"), "", "pods", "", true},
      {MakeRule("", "", "pods"), "get", "pods", "", false},
      {MakeRule("get", "apps", "pods"), "get", "pods", "", false},
      {MakeRule("get", "apps", "pods"), "get", "pods.apps", "", true},
      {MakeRule("get", "*", "pods"), "get", "pods.apps", "", true},
      {MakeRule("get", "*", "pods"), "get", "pods", "", true},
      {MakeRule("get", "*", "pods"), "get", "pods.never.heard.of", "", true},
      {MakeRule("get", "*.io", "pods"), "get", "pods.a.io", "", false},
      {MakeRule("get", ",apps", "pods"), "get", "pods.apps", "", true},
      {MakeRule(kNoList, "", "pods"), "get", "pods", "", false},
      {MakeRule("get", kNoList, "pods"), "get", "pods", "", false},
      {MakeRule("*", kNoList, "*"), "get", "pods", "", false},
      {MakeRule("*", "*", kNoList), "get", "pods", "", false},
      {MakeRule(kNoList, "*", "*"), "get", "pods", "", false},
  });
}

TEST(RuleTableTest, Resources) {
  CheckCases({
      {MakeRule("get", "", "pods"), "get", "pods/log", "", false},
      {MakeRule("get", "", "pods/log"), "get", "pods/log", "", true},
      {MakeRule("get", "", "pods/log"), "get", "pods", "", false},
      {MakeRule("get", "", "pods/log"), "get", "pods/log/x", "", false},
      {MakeRule("get", "", "pods/*"), "get", "pods/log", "", false},
      {MakeRule("get", "", "pods/*"), "get", "pods/*", "", true},
      {MakeRule("get", "", "*"), "get", "pods", "", true},
      {MakeRule("get", "", "*"), "get", "pods/log", "", true},
      {MakeRule("get", "", "*"), "get", "never-heard-of/x", "", true},
      {MakeRule("get", "", "*/log"), "get", "pods/log", "", true},
      {MakeRule("get", "", "*/log"), "get", "never-heard-of/log", "", true},
      {MakeRule("get", "", "*/log"), "get", "pods", "", false},
      {MakeRule("get", "", "*/log"), "get", "log", "", false},
      {MakeRule("get", "", "*/log"), "get", "pods/exec", "", false},
      {MakeRule("get", "", "*/log"), "get", "*/log", "", true},
      {MakeRule("get", "", "*/log/x"), "get", "pods/log/x", "", true},
      {MakeRule("get", "", "*/*"), "get", "pods/log", "", false},
      {MakeRule("get", "", "*/*"), "get", "pods/*", "", true},
      {MakeRule("get", "", "*/"), "get", "pods", "", false},
      {MakeRule("get", "*", "*/log"), "get", "pods/log.apps", "", true},
      {MakeRule("*", "*", "*/log"), "x", "y/log.z", "n", true},
      {MakeRule("get", "", "pods,*/log"), "get", "nodes/log", "", true},
      {MakeRule("get", "", "*/log,pods"), "get", "pods", "", true},
      {MakeRule("get", "", ""), "get", "", "", true},
      {MakeRule("get", "", "/log"), "get", "/log", "", false},
  });
  // A resource that is called like a resource with its subresource.
  Request odd = AskFor("get", "");
  odd.resource = "pods/log";
  EXPECT_TRUE(Compiled({MakeRule("get", "", "pods/log")}).Matches(odd));
  EXPECT_FALSE(Compiled({MakeRule("get", "", "*/log")}).Matches(odd));
}

TEST(RuleTableTest, Names) {
  const std::string long_name(300, 'n');
  CheckCases({
      {MakeRule("get", "", "pods", "a"), "get", "pods", "a", true},
      {MakeRule("get", "", "pods", "a"), "get", "pods", "b", false},
      {MakeRule("get", "", "pods", "a"), "get", "pods", "", false},
      {MakeRule("get", "", "pods", "a"), "list", "pods", "a", false},
      {MakeRule("get", "", "pods", "a"), "get", "nodes", "a", false},
      {MakeRule("get", "", "pods", "a"), "get", "pods.apps", "a", false},
      {MakeRule("get", "", "pods", "a,b"), "get", "pods", "b", true},
      {MakeRule("get", "", "pods", ""), "get", "pods", "", true},
      {MakeRule("get", "", "pods", ""), "get", "pods", "a", false},
      {MakeRule("get", "", "pods", "*"), "get", "pods", "a", false},
      {MakeRule("get", "", "pods", "*"), "get", "pods", "*", true},
      {MakeRule("*", "*", "*", "a"), "get", "pods/log.apps", "a", true},
      {MakeRule("*", "*", "*", "a"), "get", "pods/log.apps", "b", false},
      {MakeRule("*", "*", "*/log", "a"), "get", "pods/log.apps", "a", true},
      {MakeRule("*", "*", "*/log", "a"), "get", "pods/log.apps", "", false},
      {MakeRule("get", "", "pods", long_name), "get", "pods", long_name.c_str(),
       true},
      {MakeRule("get", "", "pods", long_name), "get", "pods",
       long_name.c_str() + 1, false},
  });
}

TEST(RuleTableTest, UrlsAndVerbs) {
  const struct {
    const char* verbs;
    const char* urls;
    const char* verb;
    const char* path;
    bool want;
  } kCases[] = {
      {"get", "/healthz", "get", "/healthz", true},
      {"get", "/healthz", "get", "/healthz/", false},
      {"get", "/healthz", "get", "/healthz/x", false},
      {"get", "/healthz", "get", "/Healthz", false},
      {"get", "/healthz", "post", "/healthz", false},
      {"*", "/healthz", "post", "/healthz", true},
      {"get", "/healthz/*", "get", "/healthz", false},
      {"get", "/healthz/*", "get", "/healthz/", true},
      {"get", "/healthz/*", "get", "/healthz/a/b", true},
      {"get", "/healthz*", "get", "/healthz", true},
      {"get", "/healthz*", "get", "/healthzzz", true},
      {"get", "/healthz*", "get", "/health", false},
      {"get", "/healthz**", "get", "/healthzx", true},
      {"get", "/a/*/b", "get", "/a/x/b", false},
      {"get", "/a/*/b", "get", "/a/*/b", true},
      {"get", "/a/*/b*", "get", "/a/*/bc", true},
      {"get", "*", "get", "/any", true},
      {"get", "*", "get", "", true},
      {"get", "***", "get", "", true},
      {"get", "/*", "get", "", false},
      {"get", "", "get", "", true},
      {"get", "", "get", "/", false},
      {"*", "*", "never-heard-of", "/x", true},
      {"get,list", "/a,/b*", "list", "/bc", true},
      {kNoList, "*", "get", "/a", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Compiled({MakeUrlRule(c.verbs, c.urls)})
                  .Matches(AskPath(c.verb, c.path)),
              c.want)
        << c.verbs << " " << c.urls << " " << c.verb << " " << c.path;
  }
}

TEST(RuleTableTest, PrefixesOfManyLengths) {
  Rules rules;
  for (int length : {1, 2, 3, 7, 8, 40}) {
    rules.push_back(
        MakeUrlRule(absl::StrCat("verb", length),
                    absl::StrCat("/", std::string(length, 'p'), "*")));
  }
  // The same text as a prefix and as a whole path, for other verbs.
  rules.push_back(MakeUrlRule("whole", "/pp"));
  rules.push_back(MakeUrlRule("more", "/pp*"));
  const Compiled compiled(rules);
  for (int length = 0; length < 50; ++length) {
    const std::string path = absl::StrCat("/", std::string(length, 'p'));
    for (int verb : {1, 2, 3, 7, 8, 40}) {
      EXPECT_EQ(compiled.Matches(AskPath(absl::StrCat("verb", verb), path)),
                length >= verb);
    }
    EXPECT_EQ(compiled.Matches(AskPath("whole", path)), length == 2);
    EXPECT_EQ(compiled.Matches(AskPath("more", path)), length >= 2);
  }
}

TEST(RuleTableTest, EachKindOfRequestHasItsOwnRules) {
  const Compiled both({MakeRule("get", "", "pods", kNoList, "/healthz")});
  EXPECT_TRUE(both.Matches(AskFor("get", "pods")));
  EXPECT_TRUE(both.Matches(AskPath("get", "/healthz")));
  EXPECT_FALSE(
      Compiled({MakeRule("*", "*", "*")}).Matches(AskPath("get", "/")));
  EXPECT_FALSE(
      Compiled({MakeUrlRule("*", "*")}).Matches(AskFor("get", "pods")));
  // Names restrict resources, and leave URLs alone.
  const Compiled named({MakeRule("get", "", "pods", "a", "/healthz")});
  EXPECT_TRUE(named.Matches(AskPath("get", "/healthz")));
  EXPECT_FALSE(named.Matches(AskFor("get", "pods")));
}

TEST(RuleTableTest, NoRules) {
  const Compiled none((Rules()));
  EXPECT_FALSE(none.Matches(AskFor("get", "pods")));
  EXPECT_FALSE(none.Matches(AskPath("get", "/")));
  EXPECT_FALSE(none.MayPass(AskFor("get", "pods")));
  EXPECT_EQ(none.table().atoms(), 0u);
}

// ---- Combinations ----

// Rules that share groups and resources must not lend each other verbs or
// names. Matches() holds each answer against the rules themselves.
TEST(RuleTableTest, RulesTogetherMatchWhatTheyMatchAlone) {
  const char* const kGroups[] = {"", "apps", "*"};
  const char* const kResources[] = {"pods", "pods/log", "*/log", "*", "*/"};
  const char* const kVerbs[] = {"get", "list", "*"};
  const char* const kNames[] = {kNoList, "a", "b", ""};
  Rules rules;
  for (const char* group : kGroups) {
    for (const char* resource : kResources) {
      for (const char* verb : kVerbs) {
        for (const char* name : kNames) {
          rules.push_back(MakeRule(verb, group, resource, name));
        }
      }
    }
  }
  int matched = 0;
  // Pairs at several distances, so that each meets many others.
  for (const size_t distance : {0u, 1u, 3u, 4u, 13u, 60u, 71u}) {
    for (size_t i = 0; i < rules.size(); ++i) {
      const Compiled pair({rules[i], rules[(i + distance) % rules.size()]});
      for (const char* what : {"pods", "pods/log", "nodes/log", "nodes",
                               "pods.apps", "pods/log.apps", "x.y"}) {
        for (const char* verb : {"get", "list", "x"}) {
          for (const char* name : {"a", "b", ""}) {
            matched += pair.Matches(AskFor(verb, what, name));
          }
        }
      }
    }
  }
  EXPECT_GT(matched, 1000);
}

TEST(RuleTableTest, AFilterRefusesWhatNoRuleIsAbout) {
  const Compiled pods({MakeRule("get", "", "pods")});
  EXPECT_TRUE(pods.MayPass(AskFor("get", "pods")));
  EXPECT_FALSE(pods.MayPass(AskFor("list", "pods")));
  EXPECT_FALSE(pods.MayPass(AskFor("get", "nodes")));
  EXPECT_FALSE(pods.MayPass(AskPath("get", "/")));
  EXPECT_FALSE(Compiled({MakeUrlRule("get", "/")}).MayPass(AskFor("get", "x")));
}

// ---- Verbs beyond the first page of 62 ----

TEST(RuleTableTest, EachOfManyVerbsIsItsOwn) {
  constexpr int kVerbs = 200;
  Rules rules;
  for (int i = 0; i < kVerbs; ++i) {
    rules.push_back(MakeRule(absl::StrCat("v", i), "", absl::StrCat("r", i)));
    rules.push_back(MakeUrlRule(absl::StrCat("v", i), absl::StrCat("/", i)));
  }
  const Compiled compiled(rules);
  for (int verb = 0; verb < kVerbs; ++verb) {
    for (int other :
         {verb, verb + 1, verb + 61, verb + 62, verb + 63, verb + 124}) {
      const std::string v = absl::StrCat("v", verb);
      EXPECT_EQ(compiled.Matches(AskFor(v, absl::StrCat("r", other))),
                other == verb);
      EXPECT_EQ(compiled.Matches(AskPath(v, absl::StrCat("/", other))),
                other == verb);
    }
  }
}

struct PageCase {
  const char* name;
  k8s::PolicyRule rule;
};

// One rule with verbs on several pages, of each sort.
TEST(RuleTableTest, OneRuleOnSeveralPages) {
  const std::string verbs = Numbered("v", 150);
  const PageCase kCases[] = {
      {"plain", MakeRule(verbs, "", "pods")},
      {"named", MakeRule(verbs, "", "pods", "a,b")},
      {"wildcards", MakeRule(verbs, "*", "*,*/log")},
      {"every verb too", MakeRule(verbs + ",*", "", "pods", "a")},
      {"wide", MakeRule(verbs, Numbered("g", 40), Numbered("r", 40))},
      {"wide and named",
       MakeRule(verbs, "", Numbered("r", 40), Numbered("n", 40))},
      {"urls", MakeUrlRule(verbs, "/a,/b*")},
  };
  for (const PageCase& c : kCases) {
    SCOPED_TRACE(c.name);
    const Compiled compiled({c.rule});
    int matched = 0;
    for (int verb = 0; verb < 152; ++verb) {
      const std::string v = absl::StrCat("v", verb);
      for (const char* what : {"pods", "pods/log", "r7", "r7.g3", "r40.g3"}) {
        for (const char* name : {"", "a", "n39", "n40"}) {
          matched += compiled.Matches(AskFor(v, what, name));
        }
      }
      matched += compiled.Matches(AskPath(v, "/a"));
      matched += compiled.Matches(AskPath(v, "/bc"));
    }
    EXPECT_GE(matched, 150);
  }
}

// A rule compiled when there were few verbs, asked when there are many.
TEST(RuleTableTest, VerbsNumberedBefore) {
  for (const int before : {0, 59, 60, 61, 62, 63, 123, 124, 125, 1000}) {
    Symbols symbols;
    for (int i = 0; i < before; ++i) {
      symbols.verbs.Intern(absl::StrCat("before", i));
    }
    const Compiled compiled(
        {MakeRule("get,list", "", "pods"), MakeRule("watch", "", "pods", "a"),
         MakeUrlRule("get", "/a*")},
        symbols);
    EXPECT_TRUE(compiled.Matches(AskFor("get", "pods")));
    EXPECT_TRUE(compiled.Matches(AskFor("list", "pods")));
    EXPECT_TRUE(compiled.Matches(AskFor("watch", "pods", "a")));
    EXPECT_FALSE(compiled.Matches(AskFor("watch", "pods", "b")));
    EXPECT_TRUE(compiled.Matches(AskPath("get", "/ab")));
    EXPECT_FALSE(compiled.Matches(AskPath("list", "/ab")));
    for (int i = 0; i < before; ++i) {
      EXPECT_FALSE(compiled.Matches(AskFor(absl::StrCat("before", i), "pods")));
    }
  }
}

// ---- Wide rules ----

// At 1024 atoms a rule is cut, over that it stays as it is; nobody must notice.
TEST(RuleTableTest, WideRulesMatchLikeOthers) {
  const struct {
    int groups;
    int resources;
    int names;
  } kCases[] = {{32, 32, 0}, {1, 1024, 0}, {1024, 1, 0},   {1, 1, 1024},
                {25, 41, 0}, {33, 32, 0},  {1, 1025, 0},   {1, 1, 1025},
                {2, 2, 300}, {40, 40, 40}, {3000, 3000, 0}};
  for (const auto& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.groups, "x", c.resources, "x", c.names));
    const Compiled compiled({MakeRule(
        "get", Numbered("g", c.groups), Numbered("r", c.resources),
        c.names == 0 ? std::string(kNoList) : Numbered("n", c.names))});
    int matched = 0;
    for (const int group : {0, c.groups - 1, c.groups}) {
      for (const int resource : {0, c.resources - 1, c.resources}) {
        const std::string what = absl::StrCat("r", resource, ".g", group);
        for (const int name : {0, c.names - 1, c.names}) {
          matched +=
              compiled.Matches(AskFor("get", what, absl::StrCat("n", name)));
        }
        compiled.Matches(AskFor("get", what));
        compiled.Matches(AskFor("list", what));
      }
    }
    EXPECT_GT(matched, 0);
  }
}

TEST(RuleTableTest, WideRulesHaveWildcards) {
  const std::string many = Numbered("x", 40);
  const Rules kRules = {MakeRule("*", many, many),
                        MakeRule("get", many + ",*", many),
                        MakeRule("get", many, many + ",*"),
                        MakeRule("get", many, many + ",*/log"),
                        MakeRule("*", "*", many + ",*/log", many),
                        MakeRule("get", many, many + ",pods/log,*/*,*/")};
  for (const k8s::PolicyRule& rule : kRules) {
    // Beside a narrow rule, which must not be lost.
    const Compiled compiled({rule, MakeRule("only", "", "narrow")});
    EXPECT_TRUE(compiled.Matches(AskFor("only", "narrow")));
    int matched = 0;
    for (const char* verb : {"get", "never-heard-of", "*"}) {
      for (const char* what :
           {"x3.x4", "x3.z", "z.x3", "z.z", "x3/log.x3", "z/log.x3", "z/log.z",
            "pods/log.x3", "pods/exec.x3", "narrow", "*.x3", "x3.*"}) {
        for (const char* name : {"", "x1", "y"}) {
          matched += compiled.Matches(AskFor(verb, what, name));
        }
      }
    }
    EXPECT_GT(matched, 0);
  }
}

TEST(RuleTableTest, SmallTablesAreMergeable) {
  const struct {
    int resources;
    bool want;
  } kCases[] = {{1, true}, {64, true}, {65, false}, {1024, false}};
  for (const auto& c : kCases) {
    const Compiled compiled({MakeRule("get", "", Numbered("r", c.resources))});
    EXPECT_EQ(compiled.table().mergeable(), c.want) << c.resources;
    EXPECT_EQ(compiled.table().atoms(), static_cast<uint32_t>(c.resources));
  }
  EXPECT_FALSE(Compiled({MakeRule("get", Numbered("g", 33), Numbered("r", 32))})
                   .table()
                   .mergeable());
}

// ---- Queries ----

TEST(QueryTest, NamesThatNoRuleHas) {
  Symbols symbols;
  const Request request = AskFor("get", "pods/log.apps", "n");
  const Query query = Query::Make(symbols, request.Attributes());
  EXPECT_EQ(query.verb_bit, 0u);
  EXPECT_EQ(query.group, kNone);
  EXPECT_EQ(query.resource, kNone);
  EXPECT_EQ(query.any_of_subresource, kNone);
  EXPECT_EQ(query.name, "n");
}

// "resource/subresource" is put together in 256 bytes, or else elsewhere.
TEST(QueryTest, LongResourcesAndSubresources) {
  for (const size_t total : {4u, 254u, 255u, 256u, 257u, 258u, 5000u}) {
    for (const size_t resource : {size_t{0}, size_t{1}, total / 2, total - 2}) {
      Request request = AskFor("get", "");
      request.resource = std::string(resource, 'r');
      request.subresource = std::string(total - resource - 1, 's');
      const Compiled exact(
          {MakeRule("get", "",
                    absl::StrCat(request.resource, "/", request.subresource))});
      EXPECT_TRUE(exact.Matches(request)) << total;
      const Compiled any({MakeRule("get", "", "*/" + request.subresource)});
      EXPECT_TRUE(any.Matches(request)) << total;
      request.subresource.back() = 't';
      EXPECT_FALSE(exact.Matches(request)) << total;
      EXPECT_FALSE(any.Matches(request)) << total;
    }
  }
}

}  // namespace
}  // namespace gatehouse::rbac::internal
