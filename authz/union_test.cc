#include "authz/union.h"

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "authz/builtin.h"
#include "authz/internal/fake_authorizer.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace {

// Every allocation of this program is counted.
size_t g_allocations = 0;

}  // namespace

void* operator new(size_t size) {
  ++g_allocations;
  return malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }

namespace gatehouse::authz {
namespace {

using internal::ErrorOf;
using internal::FakeAuthorizer;

struct Member {
  std::string name;
  Outcome outcome;
  std::string reason;
  std::string error;
};

struct Chain {
  std::vector<std::shared_ptr<FakeAuthorizer>> fakes;
  std::unique_ptr<Union> all;
};

Chain MakeChain(const std::vector<Member>& members) {
  Chain chain;
  std::vector<NamedAuthorizer> named;
  for (const Member& m : members) {
    chain.fakes.push_back(std::make_shared<FakeAuthorizer>(
        Decision{m.outcome, m.reason, ErrorOf(m.error)}));
    named.push_back({m.name, chain.fakes.back()});
  }
  auto all = Union::Create(std::move(named));
  EXPECT_TRUE(all.ok()) << all.status();
  if (all.ok()) chain.all = *std::move(all);
  return chain;
}

constexpr Outcome kDeny = Outcome::kDeny;
constexpr Outcome kAllow = Outcome::kAllow;
constexpr Outcome kNone = Outcome::kNoOpinion;

TEST(UnionTest, FirstAllowOrDenyDecides) {
  const struct {
    std::vector<Member> members;
    Outcome want;
    std::string reason;
    std::string error;
    int asked;
  } kCases[] = {
      {{}, kNone, "", "", 0},
      // One member.
      {{{"a", kAllow, "r", ""}}, kAllow, "r", "", 1},
      {{{"a", kDeny, "r", ""}}, kDeny, "r", "", 1},
      {{{"a", kNone, "r", ""}}, kNone, "a: r", "", 1},
      {{{"a", kNone, "", ""}}, kNone, "", "", 1},
      // The rest is not asked.
      {{{"a", kAllow, "", ""}, {"b", kDeny, "", ""}}, kAllow, "", "", 1},
      {{{"a", kDeny, "", ""}, {"b", kAllow, "", ""}}, kDeny, "", "", 1},
      // What was said before the decision is dropped.
      {{{"a", kNone, "x", "e"}, {"b", kAllow, "r", ""}}, kAllow, "r", "", 2},
      {{{"a", kNone, "x", "e"}, {"b", kDeny, "r", ""}}, kDeny, "r", "", 2},
      // The decision's own error stays as it is.
      {{{"a", kAllow, "r", "e"}, {"b", kDeny, "", ""}}, kAllow, "r", "e", 1},
      {{{"a", kNone, "", "e"}, {"b", kDeny, "r", "f"}}, kDeny, "r", "f", 2},
      // Nobody decides.
      {{{"a", kNone, "x", ""}, {"b", kNone, "y", ""}},
       kNone,
       "a: x\nb: y",
       "",
       2},
      {{{"a", kNone, "", ""}, {"b", kNone, "y", ""}, {"c", kNone, "", ""}},
       kNone,
       "b: y",
       "",
       3},
      {{{"a", kNone, "", "e"}, {"b", kNone, "", ""}}, kNone, "", "e", 2},
      {{{"a", kNone, "", "e"}, {"b", kNone, "", "f"}}, kNone, "", "[e, f]", 2},
      {{{"a", kNone, "", "e"}, {"b", kNone, "", "e"}}, kNone, "", "e", 2},
      {{{"a", kNone, "x", "e"}, {"b", kNone, "y", "f"}},
       kNone,
       "a: x\nb: y",
       "[e, f]",
       2},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    const Chain chain = MakeChain(c.members);
    ASSERT_NE(chain.all, nullptr);
    const Decision decision = chain.all->Authorize(Attributes());
    EXPECT_EQ(decision.outcome, c.want);
    EXPECT_EQ(decision.reason, c.reason);
    EXPECT_EQ(decision.error.message(), c.error);
    EXPECT_EQ(chain.all->Decide(Attributes()), c.want);
    for (int i = 0; i < static_cast<int>(chain.fakes.size()); ++i) {
      // Once by Authorize and once by Decide.
      EXPECT_EQ(chain.fakes[i]->calls(), i < c.asked ? 2 : 0) << i;
    }
  }
}

TEST(UnionTest, NestedErrorsAreTakenApart) {
  const auto member = [](std::string name, const std::string& error) {
    return NamedAuthorizer{
        std::move(name),
        std::make_shared<FakeAuthorizer>(Decision{kNone, "r", ErrorOf(error)})};
  };
  auto inner = Union::Create({member("a", "e1"), member("b", "e2")});
  ASSERT_TRUE(inner.ok());
  auto outer =
      Union::Create({{"inner", std::shared_ptr<Union>(*std::move(inner))},
                     member("c", "e3"),
                     member("d", "e1")});
  ASSERT_TRUE(outer.ok());
  const Decision decision = (*outer)->Authorize(Attributes());
  EXPECT_EQ(decision.reason, "inner: a: r\nb: r\nc: r\nd: r");
  EXPECT_EQ(decision.error.message(), "[e1, e2, e3]");
}

TEST(UnionTest, RefusesBadChains) {
  const auto some = std::make_shared<AlwaysAllow>();
  const struct {
    std::vector<NamedAuthorizer> chain;
    std::string want;
    Reason reason;
  } kCases[] = {
      {{{"", some}},
       "empty AuthorizerName in union.New is invalid",
       Reason::kInvalid},
      {{{"a", some}, {"", some}},
       "empty AuthorizerName in union.New is invalid",
       Reason::kInvalid},
      {{{"a", some}, {"b", some}, {"a", some}},
       R"(duplicate AuthorizerName "a" in union.New)",
       Reason::kDuplicate},
      {{{"a\"", some}, {"a\"", some}},
       R"(duplicate AuthorizerName "a\"" in union.New)",
       Reason::kDuplicate},
      {{{"a", nullptr}},
       R"(no authorizer behind AuthorizerName "a" in union.New)",
       Reason::kInvalid},
  };
  for (const auto& c : kCases) {
    const auto all = Union::Create(c.chain);
    EXPECT_EQ(all.status().message(), c.want);
    EXPECT_EQ(all.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(all.status()), c.reason);
  }
}

TEST(UnionTest, DecideAllocatesNothing) {
  const Chain chain = MakeChain({{"a", kNone, std::string(100, 'x'), "e"},
                                 {"b", kNone, std::string(100, 'y'), "f"},
                                 {"c", kDeny, std::string(100, 'z'), ""}});
  const Attributes request;
  const size_t before = g_allocations;
  const Outcome outcome = chain.all->Decide(request);
  const size_t after = g_allocations;
  EXPECT_EQ(outcome, kDeny);
  EXPECT_EQ(after, before);
  // The counter counts: reasons cost memory.
  chain.all->Authorize(request);
  EXPECT_GT(g_allocations, after);
}

TEST(UnionTest, MastersInFrontKeepTheirRights) {
  const auto all = Union::Create(
      {{"privileged", std::make_shared<PrivilegedGroups>(
                          std::vector<std::string>{kMastersGroup})},
       {"deny", std::make_shared<FakeAuthorizer>(Decision{kDeny, "no", {}})}});
  ASSERT_TRUE(all.ok());
  UserInfo master;
  master.groups = {kMastersGroup};
  UserInfo other;
  Attributes request;
  request.user = &master;
  EXPECT_EQ((*all)->Decide(request), kAllow);
  request.user = &other;
  EXPECT_EQ((*all)->Decide(request), kDeny);
  request.user = nullptr;
  EXPECT_EQ((*all)->Decide(request), kDeny);
}

// Lists one rule of each sort whose verb is given.
class FakeResolver : public RuleResolver {
 public:
  FakeResolver(std::string verb, bool incomplete, std::string error)
      : verb_(std::move(verb)),
        incomplete_(incomplete),
        error_(std::move(error)) {}

  Rules RulesFor(const UserInfo& user,
                 absl::string_view namespace_) const override {
    Rules rules;
    if (!verb_.empty()) {
      rules.resource_rules.emplace_back().add_verbs(verb_);
      rules.non_resource_rules.emplace_back().add_verbs(verb_);
      rules.resource_rules[0].add_resourcenames(user.name);
      rules.resource_rules[0].add_resources(std::string(namespace_));
    }
    rules.incomplete = incomplete_;
    rules.error = ErrorOf(error_);
    return rules;
  }

 private:
  const std::string verb_;
  const bool incomplete_;
  const std::string error_;
};

TEST(UnionResolverTest, ConcatenatesInOrder) {
  const auto get = std::make_shared<FakeResolver>("get", false, "");
  const auto list = std::make_shared<FakeResolver>("list", false, "");
  const auto failing = std::make_shared<FakeResolver>("watch", false, "e");
  const auto other = std::make_shared<FakeResolver>("", true, "f");
  const struct {
    std::vector<std::shared_ptr<const RuleResolver>> resolvers;
    std::vector<std::string> verbs;
    bool incomplete;
    std::string error;
  } kCases[] = {
      {{}, {}, false, ""},
      {{nullptr}, {}, false, ""},
      {{get}, {"get"}, false, ""},
      {{get, list}, {"get", "list"}, false, ""},
      {{list, get}, {"list", "get"}, false, ""},
      {{get, get}, {"get", "get"}, false, ""},
      {{get, nullptr, list}, {"get", "list"}, false, ""},
      {{failing, get}, {"watch", "get"}, false, "e"},
      {{other, get}, {"get"}, true, "f"},
      {{get, other, list}, {"get", "list"}, true, "f"},
      {{failing, other}, {"watch"}, true, "[e, f]"},
      {{failing, failing}, {"watch", "watch"}, false, "e"},
  };
  UserInfo user;
  user.name = "jane";
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    const Rules rules = UnionResolver(c.resolvers).RulesFor(user, "dev");
    ASSERT_EQ(rules.resource_rules.size(), c.verbs.size());
    ASSERT_EQ(rules.non_resource_rules.size(), c.verbs.size());
    for (size_t i = 0; i < c.verbs.size(); ++i) {
      EXPECT_EQ(rules.resource_rules[i].verbs(0), c.verbs[i]);
      EXPECT_EQ(rules.resource_rules[i].resourcenames(0), "jane");
      EXPECT_EQ(rules.resource_rules[i].resources(0), "dev");
      EXPECT_EQ(rules.non_resource_rules[i].verbs(0), c.verbs[i]);
    }
    EXPECT_EQ(rules.incomplete, c.incomplete);
    EXPECT_EQ(rules.error.message(), c.error);
  }
}

}  // namespace
}  // namespace gatehouse::authz
