#include "rbac/rules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

using Rules = std::vector<k8s::PolicyRule>;

std::string Dump(const Rules& rules) {
  return absl::StrJoin(rules, " ", [](std::string* out, const auto& rule) {
    out->append(CompactString(rule));
  });
}

struct MatchCase {
  k8s::PolicyRule rule;
  absl::string_view verb;
  absl::string_view group;
  absl::string_view resource;
  absl::string_view subresource;
  absl::string_view name;
  bool want;
};

TEST(RuleMatchesTest, ResourceRequests) {
  const MatchCase kCases[] = {
      {MakeRule("get", "", "pods"), "get", "", "pods", "", "", true},
      {MakeRule("get", "", "pods"), "get", "", "pods", "", "x", true},
      {MakeRule("get,list", "", "pods"), "list", "", "pods", "", "", true},
      {MakeRule("get", "", "pods"), "list", "", "pods", "", "", false},
      {MakeRule("get", "", "pods"), "GET", "", "pods", "", "", false},
      {MakeRule("get", "", "pods"), "get", "apps", "pods", "", "", false},
      {MakeRule("get", "", "pods"), "get", "", "nodes", "", "", false},
      // The wildcards: whole entries only.
      {MakeRule("*", "", "pods"), "made-up", "", "pods", "", "", true},
      {MakeRule("*", "", "pods"), "", "", "pods", "", "", true},
      {MakeRule("get*", "", "pods"), "getx", "", "pods", "", "", false},
      {MakeRule("get", "*", "pods"), "get", "apps", "pods", "", "", true},
      {MakeRule("get", "*", "pods"), "get", "", "pods", "", "", true},
      {MakeRule("get", "*.io", "pods"), "get", "a.io", "pods", "", "", false},
      {MakeRule("get", "", "*"), "get", "", "pods", "", "", true},
      {MakeRule("get", "", "*"), "get", "", "pods", "log", "", true},
      {MakeRule("get", "", "p*"), "get", "", "pods", "", "", false},
      // Empty lists match nothing; "" is the core group, not a wildcard.
      {MakeRule(kNone, "*", "*"), "get", "", "pods", "", "", false},
      {MakeRule("get", kNone, "*"), "get", "", "pods", "", "", false},
      {MakeRule("get", "*", kNone), "get", "", "pods", "", "", false},
      {MakeRule("get", "", "pods"), "get", "*", "pods", "", "", false},
      // A wildcard in the request is no wildcard.
      {MakeRule("get", "", "pods"), "*", "", "pods", "", "", false},
      {MakeRule("get", "", "pods"), "get", "", "*", "", "", false},
      // Subresources.
      {MakeRule("get", "", "pods"), "get", "", "pods", "log", "", false},
      {MakeRule("get", "", "pods/log"), "get", "", "pods", "log", "", true},
      {MakeRule("get", "", "pods/log"), "get", "", "pods", "", "", false},
      {MakeRule("get", "", "pods/log"), "get", "", "pods/log", "", "", true},
      {MakeRule("get", "", "pods/log"), "get", "", "pods", "lo", "", false},
      {MakeRule("get", "", "*/log"), "get", "", "pods", "log", "", true},
      {MakeRule("get", "", "*/log"), "get", "", "pods", "", "", false},
      {MakeRule("get", "", "*/log"), "get", "", "log", "", "", false},
      {MakeRule("get", "", "*/log"), "get", "", "pods", "log/x", "", false},
      {MakeRule("get", "", "*/log/x"), "get", "", "pods", "log/x", "", true},
      {MakeRule("get", "", "*/"), "get", "", "pods", "", "", false},
      {MakeRule("get", "", "pods/*"), "get", "", "pods", "log", "", false},
      {MakeRule("get", "", "pods/*"), "get", "", "pods", "*", "", true},
      {MakeRule("get", "", "*/*"), "get", "", "pods", "log", "", false},
      {MakeRule("get", "", "pods/"), "get", "", "pods", "", "", false},
      // Names.
      {MakeRule("get", "", "pods", "a"), "get", "", "pods", "", "a", true},
      {MakeRule("get", "", "pods", "a,b"), "get", "", "pods", "", "b", true},
      {MakeRule("get", "", "pods", "a"), "get", "", "pods", "", "A", false},
      {MakeRule("list", "", "pods", "a"), "list", "", "pods", "", "", false},
      {MakeRule("list", "", "pods", ""), "list", "", "pods", "", "", true},
      {MakeRule("get", "", "pods", ""), "get", "", "pods", "", "a", false},
      {MakeRule("get", "", "pods", "*"), "get", "", "pods", "", "a", false},
      {MakeRule("get", "", "pods", "*"), "get", "", "pods", "", "*", true},
      // URLs say nothing about resources, a mixed rule has both kinds.
      {MakeUrlRule("get", "*"), "get", "", "pods", "", "", false},
      {MakeRule("get", "", "pods", kNone, "/x"), "get", "", "pods", "", "",
       true},
  };
  for (const MatchCase& c : kCases) {
    authz::Attributes request;
    request.verb = c.verb;
    request.api_group = c.group;
    request.resource = c.resource;
    request.subresource = c.subresource;
    request.name = c.name;
    request.path = "/x";
    request.namespace_ = "anywhere";
    EXPECT_EQ(RuleMatches(c.rule, request), c.want)
        << CompactString(c.rule) << " " << c.verb << " " << c.group << " "
        << c.resource << "/" << c.subresource << " " << c.name;
  }
}

struct UrlCase {
  absl::string_view entry;
  absl::string_view path;
  bool want;
};

TEST(RuleMatchesTest, UrlsAndTheirCover) {
  const UrlCase kCases[] = {
      {"*", "/healthz", true},
      {"*", "", true},
      {"/healthz", "/healthz", true},
      {"/healthz", "/healthz/", false},
      {"/healthz", "/Healthz", false},
      {"/healthz", "/healthz/ping", false},
      {"/healthz/*", "/healthz/ping", true},
      {"/healthz/*", "/healthz/", true},
      {"/healthz/*", "/healthz", false},
      {"/healthz*", "/healthz", true},
      {"/healthz*", "/healthzz", true},
      {"/foo**", "/foobar", true},
      {"/foo**", "/foo", true},
      {"/a/*/c", "/a/b/c", false},
      {"/a/*/c", "/a/*/c", true},
      {"/a/*/*", "/a/b", false},
      {"/a/*/*", "/a/*/b", true},
      {"/*", "", false},
      {"/*", "/", true},
      {"", "", true},
      {"", "/", false},
      {"**", "/x", true},
  };
  for (const UrlCase& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.entry, " ", c.path));
    EXPECT_EQ(NonResourceUrlCovers(c.entry, c.path), c.want);
    authz::Attributes request;
    request.resource_request = false;
    request.verb = "get";
    request.path = c.path;
    EXPECT_EQ(RuleMatches(MakeUrlRule("get", c.entry), request), c.want);
    EXPECT_EQ(RuleMatches(MakeUrlRule("*", c.entry), request), c.want);
    EXPECT_FALSE(RuleMatches(MakeUrlRule("put", c.entry), request));
    EXPECT_FALSE(RuleMatches(MakeUrlRule(kNone, c.entry), request));
  }
}

TEST(BreakdownRuleTest, NestsGroupResourceVerbNameThenUrls) {
  const auto atoms =
      BreakdownRule(MakeRule("v,w", "g,h", "r,s", "n,m", "/u,/t"));
  ASSERT_TRUE(atoms.ok());
  ASSERT_EQ(atoms->size(), 2u * 2 * 2 * 2 + 2 * 2);
  EXPECT_EQ(Dump({(*atoms)[0], (*atoms)[1], (*atoms)[2]}),
            Dump({MakeRule("v", "g", "r", "n"), MakeRule("v", "g", "r", "m"),
                  MakeRule("w", "g", "r", "n")}));
  EXPECT_EQ(Dump({(*atoms)[4], (*atoms)[8]}),
            Dump({MakeRule("v", "g", "s", "n"), MakeRule("v", "h", "r", "n")}));
  EXPECT_EQ(Dump({(*atoms)[16], (*atoms)[17], (*atoms)[18]}),
            Dump({MakeUrlRule("v", "/u"), MakeUrlRule("w", "/u"),
                  MakeUrlRule("v", "/t")}));
}

struct CoverCase {
  const char* what;
  Rules owner;
  Rules servant;
  Rules uncovered;
};

TEST(CoversTest, Table) {
  const k8s::PolicyRule kPods = MakeRule("get", "", "pods");
  const CoverCase kCases[] = {
      {"nothing wanted", {}, {}, {}},
      {"nothing held", {}, {kPods}, {kPods}},
      {"same", {kPods}, {kPods}, {}},
      {"in two parts",
       {kPods, MakeRule("list", "", "pods")},
       {MakeRule("get,list", "", "pods")},
       {}},
      {"an atom must not be put together from two rules",
       {MakeRule("get", "", "pods", "a"), MakeRule("list", "", "pods")},
       {kPods},
       {kPods}},
      {"star verb", {MakeRule("*", "", "pods")}, {kPods}, {}},
      {"all verbs are not star",
       {MakeRule("get,list", "", "pods")},
       {MakeRule("*", "", "pods")},
       {MakeRule("*", "", "pods")}},
      {"star group", {MakeRule("get", "*", "pods")}, {kPods}, {}},
      {"group is not star",
       {kPods},
       {MakeRule("get", "*", "pods")},
       {MakeRule("get", "*", "pods")}},
      {"star resource covers subresources",
       {MakeRule("get", "", "*")},
       {MakeRule("get", "", "pods,pods/log,*/log,*")},
       {}},
      {"resource does not cover its subresource",
       {kPods},
       {MakeRule("get", "", "pods/log")},
       {MakeRule("get", "", "pods/log")}},
      {"star/sub covers x/sub",
       {MakeRule("get", "", "*/log")},
       {MakeRule("get", "", "pods/log,*/log")},
       {}},
      {"star/sub takes all after the first slash",
       {MakeRule("get", "", "*/a/b")},
       {MakeRule("get", "", "x/a/b,x/b")},
       {MakeRule("get", "", "x/b")}},
      {"star/sub does not cover star",
       {MakeRule("get", "", "*/log")},
       {MakeRule("get", "", "*")},
       {MakeRule("get", "", "*")}},
      {"names cover those names",
       {MakeRule("get", "", "pods", "a,b")},
       {MakeRule("get", "", "pods", "b,c")},
       {MakeRule("get", "", "pods", "c")}},
      {"names do not cover all",
       {MakeRule("get", "", "pods", "a")},
       {kPods},
       {kPods}},
      {"all covers names", {kPods}, {MakeRule("get", "", "pods", "a")}, {}},
      {"a star name is a name",
       {MakeRule("get", "", "pods", "*")},
       {MakeRule("get", "", "pods", "a")},
       {MakeRule("get", "", "pods", "a")}},
      {"URLs",
       {MakeUrlRule("get", "/a/*")},
       {MakeUrlRule("get,put", "/a/b,/a")},
       {MakeUrlRule("put", "/a/b"), MakeUrlRule("get", "/a"),
        MakeUrlRule("put", "/a")}},
      {"an owner's names restrict URLs too",
       {MakeRule("get", "", "pods", "a", "*")},
       {MakeUrlRule("get", "/x")},
       {MakeUrlRule("get", "/x")}},
      {"a rule without verbs grants nothing",
       {},
       {MakeRule(kNone, "*", "*", kNone, "*")},
       {}},
      {"a rule without groups grants nothing",
       {},
       {MakeRule("*", kNone, "*")},
       {}},
      {"a rule without resources grants nothing",
       {},
       {MakeRule("*", "*", kNone, "a")},
       {}},
  };
  for (const CoverCase& c : kCases) {
    SCOPED_TRACE(c.what);
    const auto got = Covers(c.owner, c.servant);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->covered, c.uncovered.empty());
    EXPECT_EQ(Dump(got->uncovered), Dump(c.uncovered));
  }
}

// A list of `n` values.
std::string Many(int n) {
  std::string out = "v0";
  for (int i = 1; i < n; ++i) absl::StrAppend(&out, ",v", i);
  return out;
}

TEST(CoversTest, RefusesTooMuchWork) {
  const k8s::PolicyRule bomb = MakeRule(Many(3000), Many(3000), Many(3000));
  EXPECT_EQ(ReasonOf(BreakdownRule(bomb).status()), Reason::kTooLarge);
  EXPECT_EQ(ReasonOf(Covers({}, {bomb}).status()), Reason::kTooLarge);
  EXPECT_EQ(ReasonOf(Covers({MakeRule("*", "*", "*")}, {bomb}).status()),
            Reason::kTooLarge);
  const Rules halves = {MakeRule(Many(300), Many(300), "a"),
                        MakeRule(Many(300), Many(300), "b")};
  EXPECT_TRUE(Covers({MakeRule("*", "*", "*")}, {halves[0]}).ok());
  EXPECT_EQ(ReasonOf(Covers({MakeRule("*", "*", "*")}, halves).status()),
            Reason::kTooLarge);
  const Rules owner(2000, MakeRule("x", "x", Many(50)));
  EXPECT_EQ(ReasonOf(Covers(owner, {halves[0]}).status()), Reason::kTooLarge);
  // Long strings count as what they cost to compare.
  const Rules long_owner(100, MakeRule(std::string(1 << 20, 'a'), "", "x"));
  const Rules long_wanted(100,
                          MakeRule(std::string(1 << 20, 'a') + ",b", "", "y"));
  EXPECT_EQ(ReasonOf(Covers(long_owner, long_wanted).status()),
            Reason::kTooLarge);
}

TEST(CoversTest, ManyEntriesWithoutVerbsCostNothing) {
  const std::string many = Many(50'000);
  const auto got = Covers({}, {MakeRule(kNone, many, many, many, many)});
  ASSERT_TRUE(got.ok());
  EXPECT_TRUE(got->covered);
}

TEST(CompactRulesTest, Simple) {
  const std::pair<k8s::PolicyRule, bool> kCases[] = {
      {MakeRule("get", "", "pods"), true},
      {MakeRule(kNone, "", "pods"), true},
      {MakeRule("get", "", "pods", "a"), true},
      {MakeRule("get", "", "pods", ""), true},
      {MakeRule("get", "", "pods", "a,b"), false},
      {MakeRule("get", kNone, "pods"), false},
      {MakeRule("get", "a,b", "pods"), false},
      {MakeRule("get", "", "pods,nodes"), false},
      {MakeRule("get", "", "pods", kNone, "/"), false},
      {MakeUrlRule("get", "/"), false},
  };
  for (const auto& [rule, want] : kCases) {
    EXPECT_EQ(IsSimpleRule(rule), want) << CompactString(rule);
  }
}

TEST(CompactRulesTest, MergesVerbsOfSimpleRules) {
  const Rules rules = {
      MakeRule("get", "", "pods"),       MakeRule("get", "a,b", "pods"),
      MakeRule("list", "", "pods"),      MakeRule("get", "", "pods", ""),
      MakeRule("watch", "", "pods", ""), MakeRule("get", "", "pods"),
      MakeRule("put", "a,b", "pods"),    MakeUrlRule("get", "/"),
  };
  EXPECT_EQ(Dump(CompactRules(rules)),
            Dump({MakeRule("get,list,get", "", "pods"),
                  MakeRule("get", "a,b", "pods"),
                  MakeRule("get,watch", "", "pods", ""),
                  MakeRule("put", "a,b", "pods"), MakeUrlRule("get", "/")}));
  EXPECT_TRUE(CompactRules({}).empty());
}

TEST(CompactStringTest, LeavesEmptyListsOutAndQuotes) {
  const std::pair<k8s::PolicyRule, const char*> kCases[] = {
      {k8s::PolicyRule(), "{}"},
      {MakeRule("get,list", "", "pods"),
       R"({APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]})"},
      {MakeRule("v", "g", "r", "n", "/u"),
       R"({APIGroups:["g"], Resources:["r"], NonResourceURLs:["/u"], )"
       R"(ResourceNames:["n"], Verbs:["v"]})"},
      {MakeUrlRule("get", "/a\"\n"),
       R"({NonResourceURLs:["/a\"\n"], Verbs:["get"]})"},
  };
  for (const auto& [rule, want] : kCases) {
    EXPECT_EQ(CompactString(rule), want);
  }
}

TEST(SortRulesTest, ByPrintedForm) {
  Rules rules = {MakeUrlRule("get", "/b"),     MakeRule("list", "", "pods"),
                 MakeRule("get", "", "pods"),  MakeRule("get", "", "nodes"),
                 MakeRule("get", "apps", "a"), MakeUrlRule("get", "/a"),
                 MakeRule("*", "*", "*")};
  SortRules(rules);
  EXPECT_EQ(Dump(rules),
            Dump({MakeRule("*", "*", "*"), MakeUrlRule("get", "/a"),
                  MakeUrlRule("get", "/b"), MakeRule("get", "", "nodes"),
                  MakeRule("get", "", "pods"), MakeRule("get", "apps", "a"),
                  MakeRule("list", "", "pods")}));
}

TEST(SplitRulesTest, BothKindsOneKindOrNone) {
  const authz::Rules got = SplitRules(
      {MakeRule("get", "", "pods", "a"), MakeUrlRule("get", "/x"),
       MakeRule("put", "", "nodes", kNone, "/y"), MakeRule("get", "", kNone)});
  ASSERT_EQ(got.resource_rules.size(), 2u);
  EXPECT_EQ(got.resource_rules[0].resourcenames(0), "a");
  EXPECT_EQ(got.resource_rules[0].apigroups(0), "");
  EXPECT_EQ(got.resource_rules[1].resources(0), "nodes");
  ASSERT_EQ(got.non_resource_rules.size(), 2u);
  EXPECT_EQ(got.non_resource_rules[0].nonresourceurls(0), "/x");
  EXPECT_EQ(got.non_resource_rules[1].verbs(0), "put");
  EXPECT_FALSE(got.incomplete);
  EXPECT_TRUE(got.error.ok());
}

TEST(SameRuleTest, ComparesAllListsInOrder) {
  const k8s::PolicyRule a = MakeRule("v,w", "g", "r", "n", "/u");
  EXPECT_TRUE(SameRule(a, a));
  EXPECT_FALSE(SameRule(a, MakeRule("w,v", "g", "r", "n", "/u")));
  EXPECT_FALSE(SameRule(a, MakeRule("v,w", "", "r", "n", "/u")));
  EXPECT_FALSE(SameRule(a, MakeRule("v,w", "g", "", "n", "/u")));
  EXPECT_FALSE(SameRule(a, MakeRule("v,w", "g", "r", kNone, "/u")));
  EXPECT_FALSE(SameRule(a, MakeRule("v,w", "g", "r", "n", "/u,/u")));
}

}  // namespace
}  // namespace gatehouse::rbac
