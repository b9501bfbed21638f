#include "rbac/testing/generator.h"

#include <functional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/policy_objects.h"
#include "rbac/testing/reference.h"

namespace gatehouse::rbac {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <typename T>
void AppendTexts(const std::vector<T>& list, std::vector<std::string>* out) {
  for (const T& object : list) {
    out->push_back(
        absl::StrCat(T::descriptor()->name(), " ", object.ShortDebugString()));
  }
}

// Writes every object of a policy, in order.
std::vector<std::string> Texts(const PolicyObjects& policy) {
  std::vector<std::string> out;
  AppendTexts(policy.cluster_roles, &out);
  AppendTexts(policy.roles, &out);
  AppendTexts(policy.cluster_role_bindings, &out);
  AppendTexts(policy.role_bindings, &out);
  return out;
}

std::vector<uint32_t> Draw(const Choices& choices, uint32_t n, int count) {
  std::vector<uint32_t> out;
  for (int i = 0; i < count; ++i) out.push_back(choices(n));
  return out;
}

TEST(SeededChoicesTest, SameSeedSameNumbersEverywhere) {
  // Pinned: what a seed found once must be found again on other machines.
  EXPECT_THAT(Draw(SeededChoices(5489), 1000, 6),
              ElementsAre(786, 250, 710, 946, 19, 404));
  EXPECT_EQ(Draw(SeededChoices(1), 1000, 50), Draw(SeededChoices(1), 1000, 50));
  EXPECT_NE(Draw(SeededChoices(1), 1000, 50), Draw(SeededChoices(2), 1000, 50));
}

TEST(SeededChoicesTest, ReachesAllOfTheRangeAndNoMore) {
  for (uint32_t n : {1u, 2u, 7u, 64u}) {
    const std::vector<uint32_t> drawn = Draw(SeededChoices(n), n, 2000);
    const std::set<uint32_t> seen(drawn.begin(), drawn.end());
    EXPECT_THAT(seen, SizeIs(n));
    EXPECT_LT(*seen.rbegin(), n);
  }
}

TEST(SeededChoicesTest, CopiesShareTheirPlace) {
  const Choices first = SeededChoices(3);
  const Choices second = first;
  const std::vector<uint32_t> whole = Draw(SeededChoices(3), 1000, 2);
  EXPECT_EQ(first(1000), whole[0]);
  EXPECT_EQ(second(1000), whole[1]);
}

struct ByteCase {
  std::vector<uint8_t> bytes;
  uint32_t n;
  std::vector<uint32_t> drawn;
};

TEST(ByteChoicesTest, Table) {
  const ByteCase cases[] = {
      {{}, 10, {0, 0}},
      {{7}, 10, {7, 0, 0}},
      {{17, 255}, 10, {7, 5, 0}},
      {{255}, 256, {255, 0}},
      {{0, 0, 1, 2}, 257, {1, 0}},  // 258 in four bytes.
      {{1, 1}, 1000, {257, 0}},     // Two of four bytes: what there is.
      {{9, 9}, 1, {0, 0}},
  };
  for (const ByteCase& c : cases) {
    EXPECT_THAT(
        Draw(ByteChoices(c.bytes), c.n, static_cast<int>(c.drawn.size())),
        ElementsAreArray(c.drawn));
  }
}

TEST(RequestTest, AttributesBorrowEveryField) {
  Request request;
  request.user.name = "u";
  request.verb = "get";
  request.namespace_ = "ns";
  request.api_group = "g";
  request.api_version = "v";
  request.resource = "r";
  request.subresource = "s";
  request.name = "n";
  request.path = "/p";
  const authz::Attributes attributes = request.Attributes();
  EXPECT_EQ(attributes.user, &request.user);
  EXPECT_EQ(attributes.verb.data(), request.verb.data());
  EXPECT_TRUE(attributes.resource_request);
  EXPECT_EQ(attributes.namespace_, "ns");
  EXPECT_EQ(attributes.api_group, "g");
  EXPECT_EQ(attributes.api_version, "v");
  EXPECT_EQ(attributes.resource, "r");
  EXPECT_EQ(attributes.subresource, "s");
  EXPECT_EQ(attributes.name, "n");
  EXPECT_EQ(attributes.path, "/p");
  request.has_user = false;
  EXPECT_EQ(request.Attributes().user, nullptr);
}

TEST(RequestTest, DebugStringShowsEmptyNames) {
  Request request;
  request.user = {"u", "", {"g1", ""}, {}};
  request.verb = "get";
  request.resource = "pods";
  EXPECT_EQ(request.DebugString(),
            "user \"u\" of [\"g1\" \"\"]: \"get\" group \"\" resource \"pods\" "
            "subresource \"\" name \"\" namespace \"\"");
  request.has_user = false;
  request.resource_request = false;
  request.path = "/a";
  EXPECT_EQ(request.DebugString(), "no user: \"get\" path \"/a\"");
}

k8s::Role MakeRole(absl::string_view namespace_, absl::string_view name,
                   absl::string_view verb) {
  k8s::Role role;
  role.mutable_metadata()->set_namespace_(std::string(namespace_));
  role.mutable_metadata()->set_name(std::string(name));
  role.add_rules()->add_verbs(std::string(verb));
  return role;
}

// Writes roles as "namespace/name verb".
std::vector<std::string> Roles(const PolicyObjects& policy) {
  std::vector<std::string> out;
  for (const k8s::Role& role : policy.roles) {
    out.push_back(absl::StrCat(role.metadata().namespace_(), "/",
                               role.metadata().name(), " ",
                               role.rules(0).verbs(0)));
  }
  return out;
}

struct MutationCase {
  Mutation::Op op;
  const char* namespace_;
  const char* name;
  bool applied;
  std::vector<std::string> after;
};

TEST(ApplyMutationTest, Table) {
  using Op = Mutation::Op;
  const std::vector<std::string> unchanged = {"a/r1 old", "b/r1 old",
                                              "a/r2 old"};
  const MutationCase cases[] = {
      {Op::kCreate,
       "b",
       "r2",
       true,
       {"a/r1 old", "b/r1 old", "a/r2 old", "b/r2 new"}},
      {Op::kCreate, "a", "r1", false, unchanged},
      {Op::kUpdate, "b", "r1", true, {"a/r1 old", "b/r1 new", "a/r2 old"}},
      {Op::kUpdate, "b", "r2", false, unchanged},
      {Op::kDelete, "a", "r1", true, {"b/r1 old", "a/r2 old"}},
      {Op::kDelete, "", "r1", false, unchanged},
  };
  for (const MutationCase& c : cases) {
    PolicyObjects policy;
    policy.roles = {MakeRole("a", "r1", "old"), MakeRole("b", "r1", "old"),
                    MakeRole("a", "r2", "old")};
    const Mutation mutation{
        c.op, objects::MakeObject(MakeRole(c.namespace_, c.name, "new"))};
    EXPECT_EQ(ApplyMutation(mutation, &policy), c.applied);
    EXPECT_EQ(Roles(policy), c.after);
  }
}

TEST(ApplyMutationTest, EachKindHasItsList) {
  PolicyObjects policy;
  const auto create = [&policy](objects::Object object) {
    return ApplyMutation({Mutation::Op::kCreate, std::move(object)}, &policy);
  };
  EXPECT_TRUE(create(objects::MakeObject(k8s::ClusterRole())));
  EXPECT_TRUE(create(objects::MakeObject(k8s::Role())));
  EXPECT_TRUE(create(objects::MakeObject(k8s::ClusterRoleBinding())));
  EXPECT_TRUE(create(objects::MakeObject(k8s::RoleBinding())));
  EXPECT_FALSE(create(objects::Object()));
  EXPECT_THAT(policy.cluster_roles, SizeIs(1));
  EXPECT_THAT(policy.roles, SizeIs(1));
  EXPECT_THAT(policy.cluster_role_bindings, SizeIs(1));
  EXPECT_THAT(policy.role_bindings, SizeIs(1));
}

TEST(EdgeGeneratorTest, SameSeedSameResults) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    EdgeGenerator a((SeededChoices(seed))), b((SeededChoices(seed)));
    PolicyObjects policy_a = a.RandomPolicy(30);
    PolicyObjects policy_b = b.RandomPolicy(30);
    EXPECT_EQ(Texts(policy_a), Texts(policy_b));
    EXPECT_EQ(a.RandomRequest().DebugString(), b.RandomRequest().DebugString());
    a.RandomMutation(&policy_a);
    b.RandomMutation(&policy_b);
    EXPECT_EQ(Texts(policy_a), Texts(policy_b));
  }
}

TEST(EdgeGeneratorTest, AnyBytesWillDo) {
  for (uint8_t value : {0, 1, 2, 3, 127, 255}) {
    for (size_t length : {0, 1, 10, 1000}) {
      const std::vector<uint8_t> bytes(length, value);
      EdgeGenerator generator((ByteChoices(bytes)));
      PolicyObjects policy = generator.RandomPolicy(20);
      for (int i = 0; i < 20; ++i) generator.RandomMutation(&policy);
      generator.RandomRequest();
      EXPECT_FALSE(Texts(policy).empty());
    }
  }
}

template <typename T>
void ExpectUniqueNames(const std::vector<T>& list) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const T& object : list) {
    EXPECT_TRUE(
        seen.emplace(object.metadata().namespace_(), object.metadata().name())
            .second)
        << object.ShortDebugString();
  }
}

TEST(EdgeGeneratorTest, NamesAreUniqueWhateverHappens) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EdgeGenerator generator((SeededChoices(seed)));
    PolicyObjects policy = generator.RandomPolicy(50);
    for (int i = 0; i < 50; ++i) generator.RandomMutation(&policy);
    ExpectUniqueNames(policy.cluster_roles);
    ExpectUniqueNames(policy.roles);
    ExpectUniqueNames(policy.cluster_role_bindings);
    ExpectUniqueNames(policy.role_bindings);
  }
}

TEST(EdgeGeneratorTest, MutationsSayWhatWasDone) {
  std::set<Mutation::Op> ops;
  std::set<std::string> kinds;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EdgeGenerator generator((SeededChoices(seed)));
    PolicyObjects policy = generator.RandomPolicy(10);
    PolicyObjects copy = policy;
    for (int i = 0; i < 30; ++i) {
      const Mutation mutation = generator.RandomMutation(&policy);
      ASSERT_TRUE(ApplyMutation(mutation, &copy));
      ASSERT_EQ(Texts(policy), Texts(copy));
      ops.insert(mutation.op);
      kinds.insert(std::string(mutation.object.kind->kind));
    }
  }
  EXPECT_THAT(ops, SizeIs(3));
  EXPECT_THAT(kinds, SizeIs(4));
}

TEST(EdgeGeneratorTest, FirstMutationOfAnEmptyPolicyCreates) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    PolicyObjects policy;
    EdgeGenerator generator((SeededChoices(seed)));
    EXPECT_EQ(generator.RandomMutation(&policy).op, Mutation::Op::kCreate);
    EXPECT_THAT(Texts(policy), SizeIs(1));
  }
}

// All that 200 policies and 5,000 requests have in them.
struct Sample {
  std::vector<PolicyObjects> policies;
  std::vector<k8s::PolicyRule> rules;
  std::vector<k8s::Subject> subjects;
  std::vector<k8s::RoleRef> refs;
  std::vector<Request> requests;
};

Sample MakeSample() {
  Sample sample;
  EdgeGenerator generator((SeededChoices(11)));
  for (int i = 0; i < 200; ++i) {
    sample.policies.push_back(generator.RandomPolicy(40));
    const auto add_rules = [&sample](const auto& role) {
      sample.rules.insert(sample.rules.end(), role.rules().begin(),
                          role.rules().end());
    };
    const auto add_binding = [&sample](const auto& binding) {
      sample.subjects.insert(sample.subjects.end(), binding.subjects().begin(),
                             binding.subjects().end());
      sample.refs.push_back(binding.roleref());
    };
    const PolicyObjects& policy = sample.policies.back();
    for (const auto& role : policy.cluster_roles) add_rules(role);
    for (const auto& role : policy.roles) add_rules(role);
    for (const auto& b : policy.cluster_role_bindings) add_binding(b);
    for (const auto& b : policy.role_bindings) add_binding(b);
  }
  for (int i = 0; i < 5000; ++i) {
    sample.requests.push_back(generator.RandomRequest());
  }
  return sample;
}

const Sample& TheSample() {
  static const auto* const sample = new Sample(MakeSample());
  return *sample;
}

template <typename T>
struct Edge {
  const char* name;
  std::function<bool(const T&)> holds;
};

// Each edge must appear, and none may be all that appears.
template <typename T>
void ExpectEdges(const std::vector<T>& all, const std::vector<Edge<T>>& edges) {
  for (const Edge<T>& edge : edges) {
    size_t count = 0;
    for (const T& one : all) count += edge.holds(one) ? 1 : 0;
    EXPECT_GT(count, 0u) << edge.name;
    EXPECT_LT(count, all.size()) << edge.name;
  }
}

template <typename List>
bool Has(const List& list, absl::string_view value) {
  for (const std::string& entry : list) {
    if (entry == value) return true;
  }
  return false;
}

TEST(EdgeGeneratorTest, RulesHaveEveryEdge) {
  using Rule = k8s::PolicyRule;
  const auto verb = [](const char* v) {
    return [v](const Rule& r) { return Has(r.verbs(), v); };
  };
  const auto group = [](const char* g) {
    return [g](const Rule& r) { return Has(r.apigroups(), g); };
  };
  const auto resource = [](const char* x) {
    return [x](const Rule& r) { return Has(r.resources(), x); };
  };
  const auto url = [](const char* u) {
    return [u](const Rule& r) { return Has(r.nonresourceurls(), u); };
  };
  const auto name = [](const char* n) {
    return [n](const Rule& r) { return Has(r.resourcenames(), n); };
  };
  std::vector<Edge<Rule>> edges = {
      {"no verbs", [](const Rule& r) { return r.verbs().empty(); }},
      {"no groups",
       [](const Rule& r) {
         return r.apigroups().empty() && !r.resources().empty();
       }},
      {"no resources",
       [](const Rule& r) {
         return r.resources().empty() && !r.apigroups().empty();
       }},
      {"resources and URLs",
       [](const Rule& r) {
         return !r.resources().empty() && !r.nonresourceurls().empty();
       }},
      {"neither",
       [](const Rule& r) {
         return r.resources().empty() && r.nonresourceurls().empty();
       }},
      {"several resources",
       [](const Rule& r) { return r.resources().size() > 2; }},
  };
  for (const char* v : {"get", "GET", "gett", "*", "g*", ""}) {
    edges.push_back({v, verb(v)});
  }
  for (const char* g : {"", "apps", "Apps", "apps/v1", "*", "*.k8s.io"}) {
    edges.push_back({g, group(g)});
  }
  for (const char* x : {"pods", "pods/log", "pods/*", "*/log", "*/", "*/*", "*",
                        "", "pod", "pods/"}) {
    edges.push_back({x, resource(x)});
  }
  for (const char* u :
       {"*", "/*", "/a*", "/a/*", "/a**", "/a", "", "/A", "/a/*/b", "**"}) {
    edges.push_back({u, url(u)});
  }
  for (const char* n : {"n1", "n2", "", "*"}) edges.push_back({n, name(n)});
  ExpectEdges(TheSample().rules, edges);
}

TEST(EdgeGeneratorTest, SubjectsHaveEveryEdge) {
  using Subject = k8s::Subject;
  std::vector<Edge<Subject>> edges = {
      {"unknown kind", [](const Subject& s) { return s.kind() == "Robot"; }},
      {"kind in small letters",
       [](const Subject& s) { return s.kind() == "user"; }},
      {"account without namespace",
       [](const Subject& s) {
         return s.kind() == "ServiceAccount" && s.namespace_().empty();
       }},
      {"account with namespace",
       [](const Subject& s) {
         return s.kind() == "ServiceAccount" && s.namespace_() == "a";
       }},
      {"account by its user name",
       [](const Subject& s) {
         return s.kind() == "User" && s.name() == "system:serviceaccount:a:sa1";
       }},
      {"accounts by their group",
       [](const Subject& s) {
         return s.kind() == "Group" && s.name() == "system:serviceaccounts:a";
       }},
      {"masters",
       [](const Subject& s) {
         return s.kind() == "Group" && s.name() == kMastersGroup;
       }},
      {"user with a namespace",
       [](const Subject& s) {
         return s.kind() == "User" && !s.namespace_().empty();
       }},
      {"colon in an account's name",
       [](const Subject& s) { return s.name() == "b:sa1"; }},
  };
  for (const char* name : {"u1", "U1", "", "*", "g1", "G1"}) {
    edges.push_back(
        {name, [name](const Subject& s) { return s.name() == name; }});
  }
  ExpectEdges(TheSample().subjects, edges);
}

TEST(EdgeGeneratorTest, RoleRefsHaveEveryEdge) {
  std::vector<Edge<k8s::RoleRef>> edges = {
      {"missing", [](const auto& ref) { return ref.name() == "missing"; }}};
  for (const char* kind : {"Role", "ClusterRole", "role", "", "User"}) {
    edges.push_back(
        {kind, [kind](const auto& ref) { return ref.kind() == kind; }});
  }
  ExpectEdges(TheSample().refs, edges);
}

TEST(EdgeGeneratorTest, RequestsHaveEveryEdge) {
  std::vector<Edge<Request>> edges = {
      {"no user", [](const Request& r) { return !r.has_user; }},
      {"no groups", [](const Request& r) { return r.user.groups.empty(); }},
      {"URL", [](const Request& r) { return !r.resource_request; }},
      {"URL with a namespace",
       [](const Request& r) {
         return !r.resource_request && !r.namespace_.empty();
       }},
      {"empty path",
       [](const Request& r) { return !r.resource_request && r.path.empty(); }},
      {"cluster scope",
       [](const Request& r) {
         return r.resource_request && r.namespace_.empty();
       }},
      {"subresource", [](const Request& r) { return r.subresource == "log"; }},
      {"slash in the resource",
       [](const Request& r) { return r.resource == "pods/log"; }},
      {"collection", [](const Request& r) { return r.name.empty(); }},
      {"masters",
       [](const Request& r) { return Has(r.user.groups, kMastersGroup); }},
  };
  for (const char* name :
       {"u1", "U1", "", "*", "system:serviceaccount:a:sa1",
        "system:serviceaccount:a:", "system:serviceaccount:a:b:sa1"}) {
    edges.push_back(
        {name, [name](const Request& r) { return r.user.name == name; }});
  }
  for (const char* verb : {"get", "GET", "gett", "*", ""}) {
    edges.push_back(
        {verb, [verb](const Request& r) { return r.verb == verb; }});
  }
  ExpectEdges(TheSample().requests, edges);
}

TEST(EdgeGeneratorTest, EveryOutcomeOfAnEvaluatorAppears) {
  int allowed = 0, plain = 0, with_missing_roles = 0, by_role_binding = 0;
  int urls = 0;
  const Sample& sample = TheSample();
  for (size_t i = 0; i < sample.requests.size(); ++i) {
    const ReferenceAuthorizer reference(
        sample.policies[i % sample.policies.size()]);
    const Request& request = sample.requests[i];
    const authz::Decision decision = reference.Authorize(request.Attributes());
    if (decision.outcome == authz::Outcome::kAllow) {
      ++allowed;
      urls += request.resource_request ? 0 : 1;
      by_role_binding += absl::StrContains(decision.reason, " RoleBinding ");
    } else {
      ++(decision.reason.empty() ? plain : with_missing_roles);
    }
  }
  const int tenth = static_cast<int>(sample.requests.size() / 10);
  EXPECT_GT(allowed, tenth);
  EXPECT_GT(plain, tenth);
  EXPECT_GT(with_missing_roles, tenth);
  EXPECT_GT(by_role_binding, tenth / 10);
  EXPECT_GT(urls, tenth / 10);
}

}  // namespace
}  // namespace gatehouse::rbac
