#include "rbac/internal/compiler.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/user_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/core.pb.h"
#include "proto/rbac.pb.h"
#include "rbac/internal/snapshot.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac::internal {
namespace {

using ::testing::ElementsAre;

// The empty list of MakeRule.
constexpr const char* kNoList = rbac::kNone;

objects::Object PodReader(absl::string_view verbs = "get") {
  return ClusterRoleOf("pod-reader", {MakeRule(verbs, "", "pods")});
}

// A compiler that commits after each call, and what tests ask it.
class World {
 public:
  void Put(const std::vector<objects::Object>& objects) {
    for (const auto& object : objects) compiler_.Put(object);
    snapshot_ = compiler_.Commit();
  }
  void Delete(const std::vector<objects::Object>& objects) {
    for (const auto& object : objects) compiler_.Delete(object);
    snapshot_ = compiler_.Commit();
  }

  bool Allows(const Request& request) const {
    return snapshot_.Allows(request.Attributes());
  }
  bool Allows(absl::string_view who, absl::string_view verb,
              absl::string_view ns, absl::string_view what) const {
    return Allows(Ask(who, verb, ns, what));
  }

  Compiler& compiler() { return compiler_; }
  const Snapshot& snapshot() const { return snapshot_; }

 private:
  Compiler compiler_;
  Snapshot snapshot_;
};

uint32_t LiveRoles(const Snapshot& snapshot) {
  uint32_t count = 0;
  for (uint32_t id = 0; id < snapshot.roles.size(); ++id) {
    count += snapshot.roles[id].object != nullptr;
  }
  return count;
}

uint32_t LiveBindings(const Snapshot& snapshot) {
  uint32_t count = 0;
  for (uint32_t id = 0; id < snapshot.bindings.size(); ++id) {
    count += snapshot.bindings[id].object != nullptr;
  }
  return count;
}

uint32_t LiveSets(const Snapshot& snapshot) {
  uint32_t count = 0;
  for (uint32_t id = 0; id < snapshot.rule_sets.size(); ++id) {
    count += snapshot.rule_sets[id].set != nullptr;
  }
  return count;
}

// Nothing but the wildcards and the names in rules is left.
void ExpectEmpty(const Snapshot& snapshot) {
  EXPECT_EQ(snapshot.subject_index.size(), 0u);
  EXPECT_EQ(snapshot.scope_index.size(), 0u);
  EXPECT_EQ(snapshot.namespaces.size(), 0u);
  EXPECT_EQ(LiveRoles(snapshot), 0u);
  EXPECT_EQ(LiveBindings(snapshot), 0u);
  EXPECT_EQ(LiveSets(snapshot), 0u);
}

// ---- Put and Delete ----

TEST(CompilerTest, PutSaysWhetherTheObjectIsNew) {
  Compiler compiler;
  const objects::Object kObjects[] = {
      PodReader(),
      // The same name, four times over, is four objects; and two namespaces.
      RoleOf("a", "pod-reader", {}),
      RoleOf("b", "pod-reader", {}),
      ClusterBindingOf("pod-reader", "ClusterRole:x", kNoList),
      BindingOf("a", "pod-reader", "ClusterRole:x", kNoList),
      BindingOf("b", "pod-reader", "ClusterRole:x", kNoList),
      BindingOf("", "pod-reader", "ClusterRole:x", kNoList),
      // A role that a binding referred to before it existed.
      ClusterRoleOf("x", {}),
  };
  for (const objects::Object& object : kObjects) {
    EXPECT_TRUE(compiler.Put(object)) << object.message->ShortDebugString();
  }
  for (const objects::Object& object : kObjects) {
    EXPECT_FALSE(compiler.Put(object)) << object.message->ShortDebugString();
    compiler.Delete(object);
    EXPECT_TRUE(compiler.Put(object)) << object.message->ShortDebugString();
  }
  EXPECT_FALSE(compiler.Put(PodReader("list"))) << "other rules, same name";
}

TEST(CompilerTest, OtherKindsArePassedOver) {
  World world;
  k8s::Namespace ns;
  ns.mutable_metadata()->set_name("pod-reader");
  const objects::Object object = objects::MakeObject(ns);
  EXPECT_TRUE(world.compiler().Put(object));
  EXPECT_TRUE(world.compiler().Put(object));
  world.Put({PodReader()});
  world.Delete({object});
  EXPECT_EQ(LiveRoles(world.snapshot()), 1u);
}

TEST(CompilerTest, DeletingWhatIsNotThere) {
  World world;
  const std::vector<objects::Object> kObjects = {
      PodReader(), RoleOf("a", "r", {}), RoleOf("", "r", {}),
      ClusterBindingOf("b", "ClusterRole:pod-reader", "User:u"),
      BindingOf("a", "b", "Role:r", "User:u")};
  world.Delete(kObjects);
  world.Put(kObjects);
  world.Delete(kObjects);
  world.Delete(kObjects);
  ExpectEmpty(world.snapshot());
}

TEST(CompilerTest, EveryCommitHasItsOwnGeneration) {
  Compiler compiler;
  const uint64_t first = compiler.Commit().generation;
  EXPECT_GT(compiler.Commit().generation, first);
}

// ---- Who is named ----

TEST(CompilerTest, UsersAndGroupsOfOneName) {
  World world;
  world.Put({PodReader(), ClusterRoleOf("list", {MakeRule("list", "", "pods")}),
             ClusterBindingOf("u", "ClusterRole:pod-reader", "User:same"),
             ClusterBindingOf("g", "ClusterRole:list", "Group:same")});
  EXPECT_TRUE(world.Allows("same", "get", "", "pods"));
  EXPECT_FALSE(world.Allows("same", "list", "", "pods"));
  EXPECT_TRUE(world.Allows("other,same", "list", "", "pods"));
  EXPECT_FALSE(world.Allows("other,same", "get", "", "pods"));
  EXPECT_TRUE(world.Allows("same,same", "list", "", "pods"));
}

// A slot has room for 36 bytes of the name.
TEST(CompilerTest, NamesOfEveryLength) {
  World world;
  std::vector<objects::Object> objects = {PodReader()};
  const auto user = [](size_t size, char last) {
    return std::string(size - 1, 'u') + last;
  };
  for (size_t size = 1; size < 80; ++size) {
    objects.push_back(ClusterBindingOf(
        absl::StrCat("user", size), "ClusterRole:pod-reader",
        absl::StrCat(size % 2 == 0 ? "User:" : "Group:", user(size, 'x'))));
  }
  world.Put(objects);
  for (size_t size = 1; size < 80; ++size) {
    const std::string name = user(size, 'x');
    const bool is_user = size % 2 == 0;
    EXPECT_EQ(world.Allows(name, "get", "", "pods"), is_user) << size;
    EXPECT_EQ(world.Allows("o," + name, "get", "", "pods"), !is_user) << size;
    EXPECT_FALSE(world.Allows(user(size, 'y'), "get", "", "pods")) << size;
    EXPECT_FALSE(world.Allows("o," + user(size, 'y'), "get", "", "pods"));
  }
}

// Subjects with equal hashes, found by trying; alike in all that a slot holds
// of their names. Scopes are hashed by their subject's hash, so theirs collide
// as well.
TEST(CompilerTest, SubjectsWithEqualHashes) {
  std::map<uint32_t, std::string> by_hash;
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::string middle(40, 'm');
  for (int i = 1'000'000; i < 1'300'000; ++i) {
    std::string name = absl::StrCat("u", middle, i, middle);
    const auto [it, inserted] =
        by_hash.emplace(HashSubject(SubjectKind::kUser, name), name);
    if (!inserted) pairs.emplace_back(it->second, std::move(name));
  }
  ASSERT_FALSE(pairs.empty());
  const auto bind = [](const std::string& name, const char* role) {
    return BindingOf("dev", name, role, "User:" + name);
  };
  for (const auto& [first, second] : pairs) {
    World world;
    world.Put(
        {PodReader(), ClusterRoleOf("lister", {MakeRule("list", "", "pods")}),
         bind(first, "ClusterRole:pod-reader"),
         ClusterBindingOf(first, "ClusterRole:pod-reader", "User:" + first)});
    EXPECT_TRUE(world.Allows(first, "get", "", "pods"));
    EXPECT_FALSE(world.Allows(second, "get", "dev", "pods"));
    world.Put({bind(second, "ClusterRole:lister")});
    EXPECT_TRUE(world.Allows(first, "get", "dev", "pods"));
    EXPECT_FALSE(world.Allows(first, "list", "dev", "pods"));
    EXPECT_TRUE(world.Allows(second, "list", "dev", "pods"));
    EXPECT_FALSE(world.Allows(second, "get", "dev", "pods"));
    world.Delete({bind(first, ""), ClusterBindingOf(first, "", kNoList)});
    EXPECT_FALSE(world.Allows(first, "get", "dev", "pods"));
    EXPECT_TRUE(world.Allows(second, "list", "dev", "pods"));
    EXPECT_EQ(world.snapshot().subject_index.size(), 1u);
  }
}

struct SubjectCase {
  const char* subjects;
  const char* who;
  bool in_a;        // Named by a RoleBinding in namespace a.
  bool in_cluster;  // Named by a ClusterRoleBinding.
};

TEST(CompilerTest, Subjects) {
  const SubjectCase kCases[] = {
      {"User:u", "u", true, true},
      {"User:u", "v,u", false, false},
      {"Group:g", "u,g", true, true},
      {"Group:g", "g", false, false},
      {"user:u", "u", false, false},
      {"Robot:u", "u", false, false},
      {"User:*", "u", false, false},
      {"User:", "", true, true},
      {"ServiceAccount:s", "system:serviceaccount:a:s", true, false},
      {"ServiceAccount:s", "s", false, false},
      {"ServiceAccount:s", "system:serviceaccount::s", false, false},
      {"ServiceAccount:s:b", "system:serviceaccount:b:s", true, true},
      {"ServiceAccount:s:b", "system:serviceaccount:a:s", false, false},
      {"ServiceAccount:", "system:serviceaccount:a:", true, false},
      {"User:system:serviceaccount:b:s", "system:serviceaccount:b:s", true,
       true},
      {"User:x,Group:y,User:u", "u", true, true},
      {"User:u,User:u,Group:u,User:u", "u", true, true},
      {kNoList, "u", false, false},
  };
  for (const SubjectCase& c : kCases) {
    World scoped;
    scoped.Put({PodReader(),
                BindingOf("a", "b", "ClusterRole:pod-reader", c.subjects)});
    EXPECT_EQ(scoped.Allows(c.who, "get", "a", "pods"), c.in_a)
        << c.subjects << " " << c.who;
    EXPECT_FALSE(scoped.Allows(c.who, "get", "b", "pods"));
    EXPECT_FALSE(scoped.Allows(c.who, "get", "", "pods"));
    World cluster;
    cluster.Put({PodReader(),
                 ClusterBindingOf("b", "ClusterRole:pod-reader", c.subjects)});
    for (const char* ns : {"a", "b", ""}) {
      EXPECT_EQ(cluster.Allows(c.who, "get", ns, "pods"), c.in_cluster)
          << c.subjects << " " << c.who;
    }
    // And nothing stays behind.
    scoped.Delete({PodReader(), BindingOf("a", "b", "", kNoList)});
    ExpectEmpty(scoped.snapshot());
    cluster.Delete({PodReader(), ClusterBindingOf("b", "", kNoList)});
    ExpectEmpty(cluster.snapshot());
  }
}

TEST(CompilerTest, OddReferences) {
  World world;
  world.Put({RoleOf("", "nowhere", {MakeRule("*", "*", "*")}),
             RoleOf("a", "r", {MakeRule("get", "", "pods")}), PodReader(),
             ClusterBindingOf("to-role", "Role:r", "User:u"),
             ClusterBindingOf("to-nowhere", "Role:nowhere", "User:u"),
             ClusterBindingOf("to-kind", "Rule:r", "User:u"),
             BindingOf("", "no-namespace", "ClusterRole:pod-reader", "User:u"),
             BindingOf("b", "other-namespace", "Role:r", "User:u")});
  for (const char* ns : {"", "a", "b"}) {
    EXPECT_FALSE(world.Allows("u", "get", ns, "pods")) << ns;
  }
  UserInfo user;
  user.name = "u";
  std::vector<std::string> errors;
  for (const uint32_t id : world.snapshot().BindingsOf(user, "b")) {
    std::string error;
    EXPECT_EQ(world.snapshot().RulesOf(id, &error), nullptr);
    errors.push_back(error);
  }
  EXPECT_THAT(
      errors,
      ElementsAre(R"(role.rbac.authorization.k8s.io "r" not found)",
                  R"(role.rbac.authorization.k8s.io "nowhere" not found)",
                  R"(unsupported role reference kind: "Rule")",
                  R"(role.rbac.authorization.k8s.io "r" not found)"));
  EXPECT_THAT(world.snapshot().BindingsOf(user, "c"), testing::SizeIs(3));
}

// ---- Changes ----

TEST(CompilerTest, ARolesLifeWhileItIsBound) {
  World world;
  const objects::Object binding =
      BindingOf("a", "b", "ClusterRole:pod-reader", "User:u");
  world.Put({binding});
  EXPECT_FALSE(world.Allows("u", "get", "a", "pods"));
  EXPECT_EQ(LiveRoles(world.snapshot()), 1u) << "the name that is referred to";
  world.Put({PodReader()});
  EXPECT_TRUE(world.Allows("u", "get", "a", "pods"));
  world.Put({PodReader("list")});
  EXPECT_FALSE(world.Allows("u", "get", "a", "pods"));
  EXPECT_TRUE(world.Allows("u", "list", "a", "pods"));
  world.Delete({PodReader()});
  EXPECT_FALSE(world.Allows("u", "list", "a", "pods"));
  world.Put({PodReader("watch")});
  EXPECT_TRUE(world.Allows("u", "watch", "a", "pods"));
  EXPECT_FALSE(world.Allows("u", "list", "a", "pods"));
  world.Delete({binding});
  EXPECT_FALSE(world.Allows("u", "watch", "a", "pods"));
  world.Delete({PodReader()});
  ExpectEmpty(world.snapshot());
}

TEST(CompilerTest, ABindingsSubjectsAndRoleChange) {
  for (const bool cluster : {false, true}) {
    World world;
    const auto bind = [&](const char* role, const char* subjects) {
      world.Put({cluster ? ClusterBindingOf("b", role, subjects)
                         : BindingOf("a", "b", role, subjects)});
    };
    const auto who = [&](const char* verb) {
      std::string out;
      for (const char* user : {"u", "v", "w"}) {
        if (world.Allows(user, verb, "a", "pods")) out += user;
      }
      return out;
    };
    world.Put(
        {PodReader(), ClusterRoleOf("lister", {MakeRule("list", "", "pods")})});
    bind("ClusterRole:pod-reader", "User:u");
    EXPECT_EQ(who("get"), "u");
    bind("ClusterRole:pod-reader", "User:u,User:v");
    EXPECT_EQ(who("get"), "uv");
    bind("ClusterRole:pod-reader", "User:w,User:v");
    EXPECT_EQ(who("get"), "vw");
    bind("ClusterRole:lister", "User:w,User:v");
    EXPECT_EQ(who("get"), "");
    EXPECT_EQ(who("list"), "vw");
    bind("ClusterRole:gone", "User:w");
    EXPECT_EQ(who("list"), "");
    bind("Rule:lister", "User:w");
    EXPECT_EQ(who("list"), "");
    bind("ClusterRole:lister", kNoList);
    EXPECT_EQ(who("list"), "");
    bind("ClusterRole:lister", "User:u,User:u");
    EXPECT_EQ(who("list"), "u");
    EXPECT_EQ(world.snapshot().subject_index.size(), 1u);
    EXPECT_EQ(LiveRoles(world.snapshot()), 2u);
  }
}

// All that one commit brings, in any order, counts as it is at the end.
TEST(CompilerTest, ManyChangesInOneCommit) {
  World world;
  const objects::Object binding =
      BindingOf("a", "b", "ClusterRole:pod-reader", "User:u");
  const auto put = [&](const objects::Object& o) { world.compiler().Put(o); };
  const auto del = [&](const objects::Object& o) {
    world.compiler().Delete(o);
  };
  put(binding);
  put(PodReader());
  del(binding);
  del(PodReader());
  world.Put({});
  ExpectEmpty(world.snapshot());

  put(binding);
  del(binding);
  put(PodReader("list"));
  put(binding);
  del(PodReader());
  put(PodReader("get"));
  world.Put({});
  EXPECT_TRUE(world.Allows("u", "get", "a", "pods"));
  EXPECT_FALSE(world.Allows("u", "list", "a", "pods"));

  // The last binding of the subject, the namespace and the role goes, and
  // another takes their numbers.
  del(binding);
  put(BindingOf("c", "d", "ClusterRole:pod-reader", "User:v"));
  world.Put({});
  EXPECT_FALSE(world.Allows("u", "get", "a", "pods"));
  EXPECT_FALSE(world.Allows("u", "get", "c", "pods"));
  EXPECT_FALSE(world.Allows("v", "get", "a", "pods"));
  EXPECT_TRUE(world.Allows("v", "get", "c", "pods"));
}

TEST(CompilerTest, CopiesOfTheSnapshotStayAsTheyWere) {
  World world;
  const objects::Object binding =
      ClusterBindingOf("b", "ClusterRole:pod-reader", "User:u");
  world.Put({PodReader(), binding});
  const Snapshot get = world.snapshot();
  world.Put({PodReader("list")});
  const Snapshot list = world.snapshot();
  world.Delete({binding, PodReader()});
  // What was freed is used again.
  world.Put({ClusterRoleOf("other", {MakeRule("*", "*", "*")}),
             ClusterBindingOf("c", "ClusterRole:other", "User:w")});
  const Request asks_get = Ask("u", "get", "", "pods");
  const Request asks_list = Ask("u", "list", "", "pods");
  EXPECT_TRUE(get.Allows(asks_get.Attributes()));
  EXPECT_FALSE(get.Allows(asks_list.Attributes()));
  EXPECT_FALSE(list.Allows(asks_get.Attributes()));
  EXPECT_TRUE(list.Allows(asks_list.Attributes()));
  EXPECT_FALSE(world.Allows(asks_get));
  EXPECT_FALSE(world.Allows(asks_list));
}

TEST(CompilerTest, BindingsAreVisitedInTheOrderOfFirstSight) {
  World world;
  UserInfo user;
  user.name = "u";
  user.groups = {"g", "g"};
  const auto names = [&](absl::string_view ns) {
    std::vector<std::string> out;
    for (const uint32_t id : world.snapshot().BindingsOf(user, ns)) {
      out.push_back(
          BindingView(*world.snapshot().bindings[id].object).metadata.name());
    }
    return out;
  };
  world.Put({BindingOf("a", "a2", "Role:r", "Group:g"),
             ClusterBindingOf("c2", "Role:r", "Group:g,User:u"),
             BindingOf("a", "a1", "Role:r", "User:u,Group:g"),
             BindingOf("z", "z1", "Role:r", "User:u"),
             BindingOf("a", "other", "Role:r", "User:v,Group:u"),
             ClusterBindingOf("c1", "Role:r", "User:u")});
  EXPECT_THAT(names("a"), ElementsAre("c2", "c1", "a2", "a1"));
  EXPECT_THAT(names("z"), ElementsAre("c2", "c1", "z1"));
  EXPECT_THAT(names(""), ElementsAre("c2", "c1"));
  // An update keeps the place; deleting and creating does not.
  world.Put({ClusterBindingOf("c2", "Role:x", "User:u"),
             BindingOf("a", "a2", "Role:r", "User:u")});
  EXPECT_THAT(names("a"), ElementsAre("c2", "c1", "a2", "a1"));
  world.Delete(
      {ClusterBindingOf("c2", "", kNoList), BindingOf("a", "a2", "", kNoList)});
  world.Put({ClusterBindingOf("c2", "Role:r", "User:u"),
             BindingOf("a", "a2", "Role:r", "User:u")});
  EXPECT_THAT(names("a"), ElementsAre("c1", "c2", "a1", "a2"));
}

// ---- Sharing ----

TEST(CompilerTest, RolesWithEqualRulesShareThem) {
  World world;
  const k8s::PolicyRule rule = MakeRule("get", "", "pods");
  world.Put({ClusterRoleOf("x", {rule}), RoleOf("a", "y", {rule}),
             RoleOf("b", "y", {rule}), ClusterRoleOf("z", {rule, rule})});
  std::set<const RoleRules*> distinct;
  for (uint32_t id = 0; id < world.snapshot().roles.size(); ++id) {
    distinct.insert(world.snapshot().roles[id].rules.get());
  }
  EXPECT_EQ(distinct.size(), 2u);
}

// The rules that are shared belong to one of the roles; it goes first.
TEST(CompilerTest, SharedRulesOutliveTheRoleTheyCameFrom) {
  World world;
  const k8s::PolicyRule rule = MakeRule("get", "", "pods");
  world.Put({ClusterRoleOf("first", {rule})});
  world.Put({ClusterRoleOf("second", {rule}),
             ClusterBindingOf("b", "ClusterRole:second", "User:u")});
  world.Put({ClusterRoleOf("first", {MakeRule("list", "", "pods")})});
  EXPECT_TRUE(world.Allows("u", "get", "", "pods"));
  EXPECT_FALSE(world.Allows("u", "list", "", "pods"));
  world.Delete({ClusterRoleOf("first", {})});
  EXPECT_TRUE(world.Allows("u", "get", "", "pods"));
  world.Put({ClusterRoleOf("first", {rule})});
  world.Delete({ClusterRoleOf("second", {})});
  EXPECT_FALSE(world.Allows("u", "get", "", "pods"));
}

// Rules are told apart by more than the bytes of their strings in a row.
TEST(CompilerTest, DifferentRulesAreNotShared) {
  const std::vector<std::vector<k8s::PolicyRule>> kRules = {
      {MakeRule("get", "", "pods")},
      {MakeRule("get", "", "pods", "a")},
      {MakeRule("get", kNoList, "pods")},
      {MakeRule("get", "", "pods"), MakeRule(kNoList, kNoList, kNoList)},
      {MakeRule("get", kNoList, kNoList), MakeRule(kNoList, "", "pods")},
      {MakeRule("get,list", "", "pods")},
      {MakeRule("get", "", "pods,list")},
      {MakeRule("list,get", "", "pods")},
      {},
  };
  World world;
  std::vector<objects::Object> objects;
  for (size_t i = 0; i < kRules.size(); ++i) {
    objects.push_back(ClusterRoleOf(absl::StrCat("r", i), kRules[i]));
  }
  world.Put(objects);
  std::set<const RoleRules*> distinct;
  for (uint32_t id = 0; id < world.snapshot().roles.size(); ++id) {
    distinct.insert(world.snapshot().roles[id].rules.get());
  }
  EXPECT_EQ(distinct.size(), kRules.size());
}

TEST(CompilerTest, SubjectsWithTheSameRolesShareOneSet) {
  World world;
  std::vector<objects::Object> objects = {PodReader(), ClusterRoleOf("x", {})};
  for (int i = 0; i < 100; ++i) {
    const std::string user = absl::StrCat("User:u", i);
    // In another order, and one of them by two bindings.
    const bool odd = i % 2 == 1;
    for (const char* role :
         {odd ? "x" : "pod-reader", odd ? "pod-reader" : "x", "x"}) {
      objects.push_back(BindingOf(absl::StrCat("ns", i),
                                  absl::StrCat(role, objects.size()),
                                  absl::StrCat("ClusterRole:", role), user));
    }
  }
  world.Put(objects);
  EXPECT_EQ(LiveSets(world.snapshot()), 1u);
  EXPECT_TRUE(world.Allows("u7", "get", "ns7", "pods"));
  EXPECT_FALSE(world.Allows("u7", "get", "ns8", "pods"));
}

// ---- Merged tables ----

// Role number i grants one verb on one resource; among them some that grant
// nothing, wide ones, big ones and such as are about URLs.
objects::Object RoleNumber(int i, absl::string_view verb = "get") {
  std::vector<k8s::PolicyRule> rules = {
      MakeRule(verb, "", absl::StrCat("r", i)),
      MakeUrlRule(verb, absl::StrCat("/url/", i, "/*"))};
  if (i % 50 == 10) rules.clear();
  if (i % 50 == 20) rules.push_back(MakeRule(verb, kNoList, "*"));
  if (i % 50 == 30) {
    std::string many = absl::StrCat("many", i);
    for (int k = 0; k < 40; ++k) absl::StrAppend(&many, ",x", k);
    rules.push_back(MakeRule(verb, many, many));
  }
  if (i % 50 == 40) {
    rules.push_back(MakeRule(verb, "", absl::StrCat("named", i), "n"));
  }
  return ClusterRoleOf(absl::StrCat("role", i), rules);
}

void CheckRoleNumber(const World& world, int i, absl::string_view verb,
                     bool bound) {
  const bool grants = bound && i % 50 != 10;
  EXPECT_EQ(world.Allows("u", verb, "", absl::StrCat("r", i)), grants) << i;
  EXPECT_EQ(world.Allows("u", verb, "", absl::StrCat("/url/", i, "/x")), grants)
      << i;
  EXPECT_FALSE(world.Allows("u", "other", "", absl::StrCat("r", i))) << i;
  const std::string many = absl::StrCat("many", i, ".x7");
  EXPECT_EQ(world.Allows("u", verb, "", many), bound && i % 50 == 30) << i;
  Request named = Ask("u", verb, "", absl::StrCat("named", i), "n");
  EXPECT_EQ(world.Allows(named), bound && i % 50 == 40) << i;
  named.name = "m";
  EXPECT_FALSE(world.Allows(named)) << i;
}

TEST(CompilerTest, ASubjectWithManyRoles) {
  for (const int roles : {1, 4, 5, 6, 60, 2500}) {
    SCOPED_TRACE(roles);
    World world;
    std::vector<objects::Object> objects;
    for (int i = 0; i < roles; ++i) {
      objects.push_back(RoleNumber(i));
      objects.push_back(ClusterBindingOf(
          absl::StrCat("b", i), absl::StrCat("ClusterRole:role", i), "User:u"));
    }
    world.Put(objects);
    const int step = roles / 97 + 1;
    for (int i = 0; i < roles + 2; i += step) {
      CheckRoleNumber(world, i, "get", i < roles);
    }
    // One role changes, one goes, one is bound no more.
    const int changed = roles / 2;
    world.Put({RoleNumber(changed, "list")});
    CheckRoleNumber(world, changed, "list", true);
    CheckRoleNumber(world, changed, "get", false);
    world.Delete({RoleNumber(0)});
    CheckRoleNumber(world, 0, "get", false);
    world.Delete({ClusterBindingOf(absl::StrCat("b", roles - 1), "", kNoList)});
    CheckRoleNumber(world, roles - 1, "get", false);
    for (int i = 1; i < roles - 1; i += step) {
      if (i != changed) CheckRoleNumber(world, i, "get", true);
    }
  }
}

// The time to ask does not grow with the number of roles.
TEST(CompilerTest, ManySmallRolesAreMergedIntoFewTables) {
  World world;
  std::vector<objects::Object> objects;
  for (int i = 0; i < 2500; ++i) {
    const std::string name = absl::StrCat("role", i);
    objects.push_back(ClusterRoleOf(name, {MakeRule("get", "", name)}));
    objects.push_back(
        ClusterBindingOf(name, absl::StrCat("ClusterRole:", name), "User:u"));
  }
  world.Put(objects);
  const SubjectSlot* slot =
      world.snapshot().FindSubject(SubjectKind::kUser, "u");
  ASSERT_NE(slot, nullptr);
  const RuleSetEntry& entry = world.snapshot().rule_sets[slot->cluster_set];
  EXPECT_EQ(entry.set->roles.size(), 2500u);
  // Three or four; where they are cut depends on addresses.
  EXPECT_LT(entry.set->parts.size(), 30u);
}

// ---- Churn ----

struct Sizes {
  uint32_t subjects, scopes, roles, bindings, rule_sets;
};

Sizes SizesOf(const Snapshot& s) {
  return {s.subjects.size(), s.scopes.size(), s.roles.size(), s.bindings.size(),
          s.rule_sets.size()};
}

TEST(CompilerTest, ChurnGrowsNothing) {
  constexpr int kSteps = 100'000;
  constexpr int kLive = 20;
  World world;
  const auto objects = [](int i) {
    const std::string n = absl::StrCat(i);
    return std::vector<objects::Object>{
        RoleOf("ns" + n, "role" + n,
               {MakeRule("get", "", absl::StrCat("r", i % 50))}),
        BindingOf("ns" + n, "b" + n, "Role:role" + n,
                  "User:user" + n + ",Group:group" + n),
        ClusterBindingOf("b" + n, "ClusterRole:dangling" + n,
                         "ServiceAccount:sa:ns" + n)};
  };
  for (int i = 0; i < kSteps / 3; ++i) {
    Compiler& compiler = world.compiler();
    for (const auto& object : objects(i)) compiler.Put(object);
    if (i >= kLive) {
      for (const auto& object : objects(i - kLive)) compiler.Delete(object);
    }
    if (i % 8 == 0) world.Put({});
  }
  world.Put({});
  const Sizes sizes = SizesOf(world.snapshot());
  EXPECT_LT(sizes.subjects, 300u);
  EXPECT_LT(sizes.scopes, 300u);
  EXPECT_LT(sizes.roles, 300u);
  EXPECT_LT(sizes.bindings, 300u);
  EXPECT_LT(sizes.rule_sets, 300u);
  EXPECT_EQ(world.snapshot().namespaces.size(), static_cast<uint32_t>(kLive));
  const int last = kSteps / 3 - 1;
  const std::string n = absl::StrCat(last);
  EXPECT_TRUE(
      world.Allows("user" + n, "get", "ns" + n, absl::StrCat("r", last % 50)));
  for (int i = last - kLive + 1; i <= last; ++i) world.Delete(objects(i));
  ExpectEmpty(world.snapshot());
}

// ---- Names of rules that come and go ----

TEST(CompilerTest, NamesInRulesAreForgottenInTheEnd) {
  constexpr int kRounds = 60;
  constexpr int kNamesPerRound = 4000;
  World world;
  world.Put({ClusterRoleOf("fixed", {MakeRule("get", "", "pods,*/log"),
                                     MakeRule("list", "apps", "*", "n"),
                                     MakeUrlRule("get", "/healthz*")}),
             ClusterBindingOf("fixed", "ClusterRole:fixed", "User:u"),
             ClusterBindingOf("round", "ClusterRole:round", "User:u"),
             BindingOf("a", "both", "ClusterRole:fixed", "Group:g"),
             BindingOf("a", "both2", "ClusterRole:round", "Group:g")});
  const Snapshot before = world.snapshot();
  uint32_t largest = 0;
  bool renumbered = false;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<k8s::PolicyRule> rules;
    for (int i = 0; i < kNamesPerRound / 4; ++i) {
      const std::string n = absl::StrCat(round, "-", i);
      rules.push_back(MakeRule(absl::StrCat("v", n), absl::StrCat("g", n),
                               absl::StrCat("r", n, ",s", n)));
    }
    world.Put({ClusterRoleOf("round", rules)});
    const uint32_t size = world.snapshot().symbols.size();
    renumbered |= size < largest;
    largest = std::max(largest, size);
    const std::string n = absl::StrCat(round, "-", 7);
    const std::string what = absl::StrCat("r", n, ".g", n);
    for (const char* who : {"u", "o,g"}) {
      ASSERT_TRUE(world.Allows(who, "get", "a", "pods")) << round;
      ASSERT_TRUE(world.Allows(who, "get", "a", "nodes/log")) << round;
      ASSERT_FALSE(world.Allows(who, "get", "a", "nodes")) << round;
      ASSERT_TRUE(world.Allows(Ask(who, "list", "a", "x/y.apps", "n")));
      ASSERT_FALSE(world.Allows(Ask(who, "list", "a", "x/y.apps", "m")));
      ASSERT_TRUE(world.Allows(who, "v" + n, "a", what)) << round;
      ASSERT_FALSE(world.Allows(who, "get", "a", what)) << round;
    }
    ASSERT_TRUE(world.Allows("u", "get", "", "/healthz/x")) << round;
  }
  EXPECT_TRUE(renumbered);
  EXPECT_LT(largest, 2 * 65536u + 2 * kNamesPerRound);
  // A copy from before the numbers changed answers as ever.
  EXPECT_TRUE(before.Allows(Ask("u", "get", "", "pods").Attributes()));
  EXPECT_FALSE(before.Allows(Ask("u", "v7", "", "pods").Attributes()));
}

// Renumbering meets roles that were changed, deleted and put in its own commit.
TEST(CompilerTest, RenumberingAmongOtherChanges) {
  World world;
  world.Put({PodReader(), ClusterRoleOf("gone", {MakeRule("get", "", "x")}),
             ClusterBindingOf("b1", "ClusterRole:pod-reader", "User:u"),
             ClusterBindingOf("b2", "ClusterRole:gone", "User:u"),
             ClusterBindingOf("b3", "ClusterRole:big", "User:u")});
  const auto big = [](absl::string_view prefix) {
    std::vector<k8s::PolicyRule> rules;
    for (int i = 0; i < 40'000; ++i) {
      rules.push_back(MakeRule("get", "", absl::StrCat(prefix, i)));
    }
    return ClusterRoleOf("big", rules);
  };
  world.Put({big("big")});
  EXPECT_TRUE(world.Allows("u", "get", "", "big7"));
  EXPECT_GT(world.snapshot().symbols.size(), 40'000u);
  world.compiler().Put(big("more"));
  world.compiler().Delete(ClusterRoleOf("big", {}));
  world.compiler().Delete(ClusterRoleOf("gone", {}));
  world.Put({PodReader("list"), ClusterRoleOf("new", {MakeRule("*", "", "n")}),
             ClusterBindingOf("b4", "ClusterRole:new", "User:u")});
  EXPECT_LT(world.snapshot().symbols.size(), 20u);
  EXPECT_TRUE(world.Allows("u", "list", "", "pods"));
  EXPECT_FALSE(world.Allows("u", "get", "", "pods"));
  EXPECT_FALSE(world.Allows("u", "get", "", "x"));
  EXPECT_FALSE(world.Allows("u", "get", "", "big7"));
  EXPECT_TRUE(world.Allows("u", "get", "", "n"));
}

}  // namespace
}  // namespace gatehouse::rbac::internal
