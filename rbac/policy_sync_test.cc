// Run with --config=tsan, too.
#include "rbac/policy_sync.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "authz/authorizer.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/memory_store.h"
#include "objects/object.h"
#include "objects/object_store.h"
#include "proto/core.pb.h"
#include "proto/rbac.pb.h"
#include "rbac/aggregation.h"
#include "rbac/policy.h"
#include "rbac/policy_objects.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

using objects::KindInfo;
using objects::MakeObject;
using objects::MemoryStore;
using objects::Object;
using objects::ObjectList;
using objects::ObjectStore;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr absl::string_view kApi = "rbac.authorization.k8s.io/v1";
constexpr absl::string_view kKinds[] = {"ClusterRole", "Role",
                                        "ClusterRoleBinding", "RoleBinding"};

// ---- Helpers ----

// Creates the object, or updates the one that is there.
Object Put(ObjectStore& store, const Object& object) {
  absl::StatusOr<Object> done = store.Create(object);
  if (ReasonOf(done.status()) == Reason::kDuplicate) {
    done = store.Update(object);
  }
  EXPECT_TRUE(done.ok()) << done.status();
  return done.ok() ? *done : object;
}

void Remove(ObjectStore& store, const Object& object) {
  const auto done = store.Delete(*object.kind, object.metadata().namespace_(),
                                 object.metadata().name());
  EXPECT_TRUE(done.ok()) << done.status();
}

std::unique_ptr<PolicySync> Follow(ObjectStore& store,
                                   const PolicySyncOptions& options = {}) {
  auto sync = PolicySync::Create(store, options);
  EXPECT_TRUE(sync.ok()) << sync.status();
  return sync.ok() ? *std::move(sync) : nullptr;
}

bool Allowed(const PolicySync& sync, const Request& request) {
  return sync.policy()->Decide(request.Attributes()) == authz::Outcome::kAllow;
}

// What is asked most: may `user` do `verb` to pods, cluster-wide.
bool May(const PolicySync& sync, absl::string_view user,
         absl::string_view verb) {
  return Allowed(sync, Ask(user, verb, "", "pods"));
}

// A role that grants `verbs` on pods, or nothing for kNone.
Object RoleWith(absl::string_view name, absl::string_view verbs) {
  if (verbs == kNone) return ClusterRoleOf(name, {});
  return ClusterRoleOf(name, {MakeRule(verbs, "", "pods")});
}

// The same with labels "key" or "key=value", joined by commas. `selectors` are
// written alike, and each makes an aggregation rule's selector.
Object Labelled(absl::string_view name, absl::string_view verbs,
                absl::string_view labels, absl::string_view selectors) {
  k8s::ClusterRole role = *RoleWith(name, verbs).As<k8s::ClusterRole>();
  if (labels != kNone) {
    for (const absl::string_view label : absl::StrSplit(labels, ',')) {
      (*role.mutable_metadata()->mutable_labels())[std::string(label)] = "1";
    }
  }
  if (selectors != kNone) {
    for (const absl::string_view label : absl::StrSplit(selectors, ',')) {
      auto* selector =
          role.mutable_aggregationrule()->add_clusterroleselectors();
      (*selector->mutable_matchlabels())[std::string(label)] = "1";
    }
  }
  return MakeObject(role);
}

// HookedStore calls a hook before and after each List and Watch; what it
// returns, if not OK, is what the call returns. Hooks are set before use.
class HookedStore final : public ObjectStore {
 public:
  using Hook = std::function<absl::Status(const KindInfo&, absl::string_view)>;

  MemoryStore base;
  Hook before_list, after_list, before_watch;
  bool twice = false;  // Lists every object twice.

  absl::StatusOr<Object> Get(const KindInfo& kind, absl::string_view ns,
                             absl::string_view name) const override {
    return base.Get(kind, ns, name);
  }
  absl::StatusOr<ObjectList> List(const KindInfo& kind,
                                  absl::string_view ns) const override {
    absl::Status status = Call(before_list, kind, ns);
    if (!status.ok()) return status;
    absl::StatusOr<ObjectList> list = base.List(kind, ns);
    status = Call(after_list, kind, ns);
    if (!status.ok()) return status;
    for (size_t i = 0, size = list->items.size(); twice && i < size; ++i) {
      list->items.push_back(list->items[i]);
    }
    return list;
  }
  absl::StatusOr<Object> Create(const Object& object) override {
    return base.Create(object);
  }
  absl::StatusOr<Object> Update(const Object& object) override {
    return base.Update(object);
  }
  absl::StatusOr<Object> Delete(
      const KindInfo& kind, absl::string_view ns, absl::string_view name,
      const objects::Preconditions& preconditions) override {
    return base.Delete(kind, ns, name, preconditions);
  }
  absl::StatusOr<std::unique_ptr<objects::Watcher>> Watch(
      const KindInfo& kind, uint64_t from) override {
    const absl::Status status = Call(before_watch, kind, "");
    if (!status.ok()) return status;
    return base.Watch(kind, from);
  }

 private:
  static absl::Status Call(const Hook& hook, const KindInfo& kind,
                           absl::string_view ns) {
    return hook == nullptr ? absl::OkStatus() : hook(kind, ns);
  }
};

// ---- Events and decisions ----

// The objects of the tables, by the names that stand there.
const Object& Named(absl::string_view name) {
  static const auto* objects = new std::map<std::string, Object>{
      {"reader", RoleWith("reader", "get")},
      {"writer", RoleWith("reader", "get,update")},  // The same role.
      {"jane", ClusterBindingOf("b", "ClusterRole:reader", "User:jane")},
      {"joe", ClusterBindingOf("b", "ClusterRole:reader", "User:joe")},
      {"dev-reader", RoleOf("dev", "reader", {MakeRule("get", "", "pods")})},
      {"dev-jane", BindingOf("dev", "b", "Role:reader", "User:jane")},
      // For aggregation.
      {"admin", Labelled("admin", kNone, kNone, "to-admin")},
      {"admin-both", Labelled("admin", kNone, kNone, "to-admin,to-edit")},
      {"admin-create", Labelled("admin", "create", kNone, "to-admin")},
      {"admin-delete", Labelled("admin", "delete", kNone, "to-admin")},
      {"plain-admin", RoleWith("admin", "create")},
      {"view", Labelled("v", "get", "to-admin", kNone)},
      {"view-list", Labelled("v", "list", "to-admin", kNone)},
      {"view-plain", RoleWith("v", "get")},
      {"edit", Labelled("e", "update", "to-admin", kNone)},
      {"middle", Labelled("m", kNone, "to-admin", "to-edit")},
      {"low", Labelled("l", "delete", "to-edit", kNone)},
      {"other", RoleWith("other", "delete")},
      {"other-binding", ClusterBindingOf("c", "ClusterRole:admin", "User:x")},
  };
  return objects->at(std::string(name));
}

// Writes names separated by spaces; a "-" in front deletes.
void Do(ObjectStore& store, absl::string_view writes) {
  for (absl::string_view name :
       absl::StrSplit(writes, ' ', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&name, "-")) {
      Remove(store, Named(name));
    } else {
      Put(store, Named(name));
    }
  }
}

struct EventCase {
  const char* name;
  const char* before;
  const char* after;  // One batch.
  // "user verb namespace before after", joined by ", ": who may do it to pods
  // before and after the batch; the namespace "-" is none.
  const char* questions;
};

constexpr EventCase kEventCases[] = {
    {"a binding is made", "reader", "jane",
     "jane get dev no yes, joe get - no no"},
    {"a binding is changed", "reader jane", "joe",
     "jane get - yes no, joe get - no yes"},
    {"a binding is deleted", "reader jane", "-jane", "jane get - yes no"},
    {"a role is changed", "reader jane", "writer",
     "jane get - yes yes, jane update - no yes"},
    {"a role is deleted", "reader jane", "-reader", "jane get - yes no"},
    {"a role comes after its binding", "jane", "reader", "jane get - no yes"},
    {"role and binding of a namespace", "", "dev-reader dev-jane",
     "jane get dev no yes, jane get - no no, jane get prod no no"},
    {"the same names in other kinds stay", "reader jane dev-reader dev-jane",
     "-reader -jane", "jane get dev yes yes, jane get - yes no"},
    {"made, changed and deleted in one batch", "reader", "jane joe -joe",
     "jane get - no no, joe get - no no"},
    {"deleted and made again in one batch", "reader jane", "-jane joe",
     "jane get - yes no, joe get - no yes"},
    {"the last of several changes counts", "reader jane",
     "writer reader joe jane",
     "jane update - no no, jane get - yes yes, joe get - no no"},
};

void ExpectAnswers(const PolicySync& sync, absl::string_view questions,
                   bool after) {
  for (const absl::string_view text : absl::StrSplit(questions, ", ")) {
    const std::vector<absl::string_view> q = absl::StrSplit(text, ' ');
    ASSERT_EQ(q.size(), 5u) << text;
    const absl::string_view ns = q[2] == "-" ? "" : q[2];
    EXPECT_EQ(Allowed(sync, Ask(q[0], q[1], ns, "pods")),
              q[after ? 4 : 3] == "yes")
        << text << (after ? ": after" : ": before");
  }
}

TEST(PolicySyncTest, EventsAndDecisions) {
  for (const EventCase& c : kEventCases) {
    SCOPED_TRACE(c.name);
    MemoryStore store;
    Do(store, c.before);
    const auto sync = Follow(store);
    ASSERT_NE(sync, nullptr);
    const uint64_t generation = sync->policy()->generation();
    ExpectAnswers(*sync, c.questions, /*after=*/false);
    Do(store, c.after);
    // Nobody has called Sync.
    ExpectAnswers(*sync, c.questions, /*after=*/false);
    EXPECT_TRUE(sync->Sync().ok());
    ExpectAnswers(*sync, c.questions, /*after=*/true);
    EXPECT_EQ(sync->policy()->generation(), generation + 1);
    EXPECT_EQ(sync->status().relists, 0u);
    const auto fresh = Follow(store);
    ASSERT_NE(fresh, nullptr);
    ExpectAnswers(*fresh, c.questions, /*after=*/true);
  }
}

// ---- Status ----

TEST(PolicySyncTest, ABurstIsOneUpdateAndNothingIsNone) {
  MemoryStore store;
  Put(store, RoleWith("r", "get"));
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  const PolicySyncStatus first = sync->status();
  EXPECT_EQ(first.generation, sync->policy()->generation());
  EXPECT_EQ(first.resource_version, 2u);
  EXPECT_TRUE(first.last_error.ok());

  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(sync->status().generation, first.generation);

  std::vector<Object> burst;
  for (int i = 0; i < 500; ++i) {
    burst.push_back(ClusterBindingOf(absl::StrCat("b", i), "ClusterRole:r",
                                     absl::StrCat("User:u", i)));
  }
  ASSERT_TRUE(store.LoadAll(burst).ok());
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(sync->status().generation, first.generation + 1);
  EXPECT_EQ(sync->status().resource_version, 502u);
  EXPECT_TRUE(May(*sync, "u0", "get"));
  EXPECT_TRUE(May(*sync, "u499", "get"));
}

TEST(PolicySyncTest, AnEmptyStoreAndOtherKinds) {
  MemoryStore store;
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  EXPECT_FALSE(May(*sync, "jane", "get"));
  const uint64_t generation = sync->status().generation;
  k8s::ServiceAccount account;
  account.mutable_metadata()->set_namespace_("dev");
  account.mutable_metadata()->set_name("sa");
  Put(store, MakeObject(account));
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(sync->status().generation, generation);
  EXPECT_EQ(sync->status().resource_version, 2u);
}

TEST(PolicySyncTest, ThePolicyOutlivesItsSyncAndStore) {
  std::shared_ptr<const Policy> policy;
  {
    MemoryStore store;
    Put(store, RoleWith("r", "get"));
    Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:jane"));
    policy = Follow(store)->policy();
  }
  const Request request = Ask("jane", "get", "", "pods");
  EXPECT_EQ(policy->Decide(request.Attributes()), authz::Outcome::kAllow);
}

// ---- Aggregation ----

struct AggregationCase {
  const char* name;
  const char* before;
  const char* after;
  // What "jane", bound to "admin", may do with pods.
  const char* verbs_before;
  const char* verbs_after;
};

constexpr AggregationCase kAggregationCases[] = {
    {"a role with the label comes", "admin", "view", kNone, "get"},
    {"and another", "admin view", "edit", "get", "get,update"},
    {"its rules change", "admin view", "view-list", "get", "list"},
    {"its label goes", "admin view edit", "view-plain", "get,update", "update"},
    {"it is deleted", "admin view", "-view", "get", kNone},
    {"aggregates of aggregates", "admin middle", "low", kNone, "delete"},
    {"the one in the middle goes", "admin middle low view", "-middle",
     "delete,get", "get"},
    {"the aggregate comes last", "view edit", "admin", kNone, "get,update"},
    {"the aggregate goes", "admin view", "-admin", "get", kNone},
    {"rules by hand are lost", "admin-create view", "admin-delete", "get",
     "get"},
    {"a selector is added", "admin view low", "admin-both", "get",
     "delete,get"},
    {"it becomes plain", "admin view", "plain-admin edit", "get", "create"},
    {"it was plain", "plain-admin view", "admin", "create", "get"},
    {"all sorts of change at once", "admin view", "-view edit middle low",
     "get", "delete,update"},
    {"a role without the label", "admin view", "other", "get", "get"},
    {"no role at all", "admin view", "other-binding", "get", "get"},
    {"nothing", "admin view", "", "get", "get"},
};

std::string VerbsOf(const PolicySync& sync, absl::string_view user) {
  std::string verbs;
  for (const char* verb : {"create", "delete", "get", "list", "update"}) {
    if (!May(sync, user, verb)) continue;
    absl::StrAppend(&verbs, verbs.empty() ? "" : ",", verb);
  }
  return verbs.empty() ? kNone : verbs;
}

TEST(PolicySyncTest, AggregatedRolesAreFilledIn) {
  for (const AggregationCase& c : kAggregationCases) {
    SCOPED_TRACE(c.name);
    MemoryStore store;
    Put(store, ClusterBindingOf("b", "ClusterRole:admin", "User:jane"));
    Do(store, c.before);
    const auto sync = Follow(store);
    ASSERT_NE(sync, nullptr);
    EXPECT_EQ(VerbsOf(*sync, "jane"), c.verbs_before);
    const uint64_t generation = sync->status().generation;
    Do(store, c.after);
    EXPECT_TRUE(sync->Sync().ok());
    EXPECT_EQ(VerbsOf(*sync, "jane"), c.verbs_after);
    EXPECT_EQ(sync->status().generation,
              generation + (*c.after == '\0' ? 0 : 1));
    EXPECT_THAT(sync->status().aggregation_errors, IsEmpty());
  }
}

TEST(PolicySyncTest, TheStoreIsNotWrittenTo) {
  MemoryStore store;
  const Object admin =
      Put(store, Labelled("admin", "create", kNone, "to-admin"));
  const Object last = Put(store, Labelled("v", "get", "to-admin", kNone));
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  Put(store, Labelled("v", "list", "to-admin", kNone));
  EXPECT_TRUE(sync->Sync().ok());
  const auto list = store.List(*admin.kind, "");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(absl::StrCat(list->resource_version),
            absl::StrCat(sync->status().resource_version));
  EXPECT_EQ(list->resource_version, 4u);
  EXPECT_EQ(list->items[0].message, admin.message);
}

TEST(PolicySyncTest, WithoutAggregationRolesCountAsTheyStand) {
  MemoryStore store;
  Put(store, ClusterBindingOf("b", "ClusterRole:admin", "User:jane"));
  Put(store, Labelled("admin", "create", kNone, "to-admin"));
  PolicySyncOptions options;
  options.aggregate = false;
  const auto sync = Follow(store, options);
  ASSERT_NE(sync, nullptr);
  EXPECT_EQ(VerbsOf(*sync, "jane"), "create");
  Put(store, Labelled("v", "get", "to-admin", kNone));
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(VerbsOf(*sync, "jane"), "create");
}

TEST(PolicySyncTest, ABadSelectorIsReportedAndHarmsNoOther) {
  MemoryStore store;
  Put(store, ClusterBindingOf("b", "ClusterRole:bad", "User:jane"));
  Put(store, ClusterBindingOf("c", "ClusterRole:admin", "User:joe"));
  Put(store, Labelled("admin", kNone, kNone, "to-admin"));
  Put(store, Labelled("bad", "create", kNone, "not a label!"));
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  EXPECT_THAT(sync->status().aggregation_errors,
              ElementsAre(HasSubstr("clusterrole \"bad\": ")));
  EXPECT_TRUE(sync->status().last_error.ok());
  Put(store, Labelled("v", "get", "to-admin", kNone));
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(VerbsOf(*sync, "jane"), "create");
  EXPECT_EQ(VerbsOf(*sync, "joe"), "get");
  Put(store, Labelled("bad", kNone, kNone, "to-admin"));
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(VerbsOf(*sync, "jane"), "get");
  EXPECT_THAT(sync->status().aggregation_errors, IsEmpty());
  // The last aggregated role takes its error with it.
  const Object bad = Labelled("bad", kNone, kNone, "not a label!");
  Put(store, bad);
  Remove(store, Named("admin"));
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(sync->status().aggregation_errors.size(), 1u);
  Remove(store, bad);
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_THAT(sync->status().aggregation_errors, IsEmpty());
}

// ---- Watches that expire ----

TEST(PolicySyncTest, AnExpiredWatchListsAgain) {
  for (const size_t history : {0, 1, 3}) {
    SCOPED_TRACE(history);
    objects::MemoryStoreOptions store_options;
    store_options.history = history;
    MemoryStore store(store_options);
    const Object gone = ClusterBindingOf("gone", "ClusterRole:r", "User:gone");
    Put(store, RoleWith("r", "get"));
    Put(store, gone);
    const auto sync = Follow(store);
    ASSERT_NE(sync, nullptr);
    const uint64_t generation = sync->status().generation;
    // More changes of one kind than are remembered. The deletion is forgotten.
    Remove(store, gone);
    for (int i = 0; i < 4; ++i) {
      Put(store, ClusterBindingOf(absl::StrCat("b", i), "ClusterRole:r",
                                  absl::StrCat("User:u", i)));
    }
    Put(store, Labelled("admin", kNone, kNone, "to-admin"));
    EXPECT_TRUE(May(*sync, "gone", "get"));  // The last good one.
    EXPECT_TRUE(sync->Sync().ok());
    EXPECT_FALSE(May(*sync, "gone", "get"));
    EXPECT_TRUE(May(*sync, "u0", "get"));
    EXPECT_TRUE(May(*sync, "u3", "get"));
    PolicySyncStatus status = sync->status();
    EXPECT_EQ(status.relists, 1u);
    EXPECT_EQ(status.generation, generation + 1);
    EXPECT_EQ(status.resource_version, 9u);
    EXPECT_TRUE(status.last_error.ok());
    // The new watches go on where the lists ended.
    EXPECT_TRUE(sync->Sync().ok());
    EXPECT_EQ(sync->status().generation, generation + 1);
    Put(store, RoleWith("r", "list"));
    EXPECT_TRUE(sync->Sync().ok());
    EXPECT_TRUE(May(*sync, "u0", "list"));
    EXPECT_EQ(sync->status().relists, history == 0 ? 2u : 1u);
  }
}

// ---- One version for all kinds ----

// The binding loses "jane"; then the role is given "delete".
void MoveOn(ObjectStore& store) {
  Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:joe"));
  Put(store, RoleWith("r", "get,delete"));
}

// Wherever in a first list the two writes fall, the policy has both or none.
TEST(PolicySyncTest, AListIsOfOneVersion) {
  for (const absl::string_view kind : kKinds) {
    for (const bool after : {false, true}) {
      SCOPED_TRACE(absl::StrCat(after ? "after " : "before ", kind));
      HookedStore store;
      Put(store, RoleWith("r", "get"));
      Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:jane"));
      const auto hook = [&](const KindInfo& listed, absl::string_view) {
        if (listed.kind == kind) MoveOn(store);
        return absl::OkStatus();
      };
      (after ? store.after_list : store.before_list) = hook;
      const auto sync = Follow(store);
      ASSERT_NE(sync, nullptr);
      store.before_list = store.after_list = nullptr;
      const bool moved = May(*sync, "joe", "get");
      EXPECT_EQ(moved, !(after && kind == "RoleBinding"));
      EXPECT_EQ(VerbsOf(*sync, "jane"), moved ? kNone : "get");
      EXPECT_EQ(VerbsOf(*sync, "joe"), moved ? "delete,get" : kNone);
      EXPECT_EQ(sync->status().resource_version, moved ? 5u : 3u);
      EXPECT_TRUE(sync->Sync().ok());
      EXPECT_EQ(VerbsOf(*sync, "jane"), kNone);
      EXPECT_EQ(VerbsOf(*sync, "joe"), "delete,get");
    }
  }
}

// What comes while a Sync reads is left for the next, of every kind.
TEST(PolicySyncTest, AnUpdateIsOfOneVersion) {
  HookedStore store;
  Put(store, RoleWith("r", "get"));
  Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:jane"));
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  Put(store, RoleWith("r", "get,list"));
  bool once = true;
  store.after_list = [&](const KindInfo&, absl::string_view) {
    if (std::exchange(once, false)) MoveOn(store);
    return absl::OkStatus();
  };
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(VerbsOf(*sync, "jane"), "get,list");
  EXPECT_EQ(VerbsOf(*sync, "joe"), kNone);
  EXPECT_EQ(sync->status().resource_version, 4u);
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_EQ(VerbsOf(*sync, "jane"), kNone);
  EXPECT_EQ(VerbsOf(*sync, "joe"), "delete,get");
  EXPECT_EQ(sync->status().resource_version, 6u);
  EXPECT_EQ(sync->status().relists, 0u);
}

// Objects that come and go between the lists of a first Sync.
TEST(PolicySyncTest, AListMergesWhatHappenedMeanwhile) {
  HookedStore store;
  const Object old_role = RoleWith("old", "get");
  Put(store, old_role);
  Put(store, ClusterBindingOf("b1", "ClusterRole:old", "User:jane"));
  Put(store, ClusterBindingOf("b2", "ClusterRole:new", "User:joe"));
  Put(store, ClusterBindingOf("b3", "ClusterRole:admin", "User:ann"));
  Put(store, Labelled("admin", kNone, kNone, "to-admin"));
  store.before_list = [&](const KindInfo& kind, absl::string_view) {
    if (kind.kind == "RoleBinding") {
      Remove(store, old_role);
      Put(store, Labelled("new", "list", "to-admin", kNone));
    }
    return absl::OkStatus();
  };
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  EXPECT_EQ(VerbsOf(*sync, "jane"), kNone);
  EXPECT_EQ(VerbsOf(*sync, "joe"), "list");
  EXPECT_EQ(VerbsOf(*sync, "ann"), "list");
}

// ---- Errors ----

TEST(PolicySyncTest, CreateReturnsTheStoresError) {
  struct {
    const char* call;
    const char* kind;
    const char* want;
  } const cases[] = {
      {"list", "ClusterRole", "clusterroles: broken"},
      {"list", "RoleBinding", "rolebindings: broken"},
      {"watch", "Role", "roles: broken"},
      {"watch", "ClusterRoleBinding", "clusterrolebindings: broken"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.want);
    HookedStore store;
    const bool list = absl::string_view(c.call) == "list";
    (list ? store.before_list : store.before_watch) = [&](const KindInfo& kind,
                                                          absl::string_view) {
      return kind.kind == c.kind ? MakeError(absl::StatusCode::kUnavailable,
                                             Reason::kForbidden, "broken")
                                 : absl::OkStatus();
    };
    const auto sync = PolicySync::Create(store);
    EXPECT_EQ(sync.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(sync.status()), Reason::kForbidden);
    EXPECT_EQ(sync.status().message(), c.want);
  }
}

TEST(PolicySyncTest, ErrorsKeepTheLastGoodPolicy) {
  HookedStore store;
  Put(store, RoleWith("r", "get"));
  Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:jane"));
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  const PolicySyncStatus before = sync->status();
  Put(store, RoleWith("r", "list"));
  store.before_list = [](const KindInfo&, absl::string_view) {
    return absl::UnavailableError("broken");
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sync->Sync().code(), absl::StatusCode::kUnavailable);
    const PolicySyncStatus status = sync->status();
    EXPECT_EQ(status.last_error.message(), "roles: broken");
    EXPECT_EQ(status.resource_version, before.resource_version);
    EXPECT_EQ(status.generation, before.generation);
    EXPECT_EQ(VerbsOf(*sync, "jane"), "get");
  }
  store.before_list = nullptr;
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_TRUE(sync->status().last_error.ok());
  EXPECT_EQ(VerbsOf(*sync, "jane"), "list");
  EXPECT_EQ(sync->status().relists, 0u);  // The watches have not suffered.
}

// A list after an expired watch that fails half-way, or is no policy.
TEST(PolicySyncTest, AFailedRelistIsTriedAgain) {
  for (const absl::string_view how : {"list", "watch", "twice"}) {
    SCOPED_TRACE(how);
    HookedStore store;
    Put(store, RoleWith("r", "get"));
    Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:jane"));
    const auto sync = Follow(store);
    ASSERT_NE(sync, nullptr);
    for (int i = 0; i < 5000; ++i) {
      Put(store, RoleWith("r", i % 2 == 0 ? "create" : "list"));
    }
    const auto fail = [](const KindInfo& kind, absl::string_view ns) {
      return kind.kind == "RoleBinding" ? absl::UnavailableError("broken")
                                        : absl::OkStatus();
    };
    if (how == "list") store.before_list = fail;
    if (how == "watch") store.before_watch = fail;
    store.twice = how == "twice";
    const absl::Status status = sync->Sync();
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(sync->status().last_error, status);
    EXPECT_EQ(ReasonOf(status),
              how == "twice" ? Reason::kDuplicate : Reason::kNone);
    EXPECT_EQ(VerbsOf(*sync, "jane"), "get");
    EXPECT_EQ(sync->status().relists, 0u);
    store.before_list = store.before_watch = nullptr;
    store.twice = false;
    EXPECT_TRUE(sync->Sync().ok());
    EXPECT_EQ(VerbsOf(*sync, "jane"), "list");
    EXPECT_EQ(sync->status().relists, 1u);
  }
}

// Others may write so fast that a list is too old for a watch at once.
TEST(PolicySyncTest, AListThatIsTooOldIsTriedAgainAFewTimes) {
  for (const int failures : {1, 3, 4, 1000}) {
    SCOPED_TRACE(failures);
    HookedStore store;
    int left = failures;
    store.before_watch = [&](const KindInfo& kind, absl::string_view) {
      if (kind.kind != "Role" || left-- <= 0) return absl::OkStatus();
      return MakeError(absl::StatusCode::kOutOfRange, Reason::kExpired,
                       "too old");
    };
    const auto sync = PolicySync::Create(store);
    EXPECT_EQ(sync.ok(), failures < 4) << sync.status();
    if (sync.ok()) continue;
    EXPECT_EQ(ReasonOf(sync.status()), Reason::kExpired);
    EXPECT_EQ(left, failures - 4);
  }
}

// ---- Everything, against a policy made at once ----

std::vector<Object> AllOf(const ObjectStore& store) {
  std::vector<Object> all;
  for (const absl::string_view kind : kKinds) {
    const auto list = store.List(*objects::FindKind(kApi, kind), "");
    all.insert(all.end(), list->items.begin(), list->items.end());
  }
  return all;
}

std::vector<Object> Filled(const std::vector<Object>& all) {
  PolicyObjects sorted = SelectPolicyObjects(all);
  AggregateAll(sorted.cluster_roles);
  std::vector<Object> out;
  for (const Object& object : all) {
    if (object.As<k8s::ClusterRole>() == nullptr) out.push_back(object);
  }
  for (k8s::ClusterRole& role : sorted.cluster_roles) {
    out.push_back(MakeObject(std::move(role)));
  }
  return out;
}

// Gives a ClusterRole labels and selectors of a few that are there.
Object WithAggregation(const Object& object, const Choices& choices) {
  if (object.As<k8s::ClusterRole>() == nullptr) return object;
  k8s::ClusterRole role = *object.As<k8s::ClusterRole>();
  for (const char* label : {"a", "b", "c"}) {
    if (choices(3) == 0) {
      (*role.mutable_metadata()->mutable_labels())[label] = "1";
    }
    if (choices(6) == 0) {
      auto* selector =
          role.mutable_aggregationrule()->add_clusterroleselectors();
      (*selector->mutable_matchlabels())[label] = "1";
    }
  }
  return MakeObject(role);
}

// Does to the store what it accepts: the generator makes empty names, too.
void Mutate(ObjectStore& store, const Mutation& mutation,
            const Choices& choices) {
  if (mutation.op == Mutation::Op::kDelete) {
    const auto& metadata = mutation.object.metadata();
    store.Delete(*mutation.object.kind, metadata.namespace_(), metadata.name())
        .IgnoreError();
    return;
  }
  const Object object = WithAggregation(mutation.object, choices);
  if (!store.Create(object).ok()) store.Update(object).IgnoreError();
}

void RunProperty(uint64_t seed, uint64_t* allowed, uint64_t* relists) {
  const Choices choices = SeededChoices(seed);
  EdgeGenerator generator(choices);
  objects::MemoryStoreOptions store_options;
  store_options.history = seed % 3 == 0 ? 4 : 4096;
  MemoryStore store(store_options);
  PolicyObjects known = generator.RandomPolicy(24);
  PolicySyncOptions options;
  options.aggregate = seed % 4 != 0;
  const auto sync = Follow(store, options);
  ASSERT_NE(sync, nullptr);
  for (int round = 0; round < 24; ++round) {
    for (uint32_t i = choices(12); i > 0; --i) {
      Mutate(store, generator.RandomMutation(&known), choices);
    }
    ASSERT_TRUE(sync->Sync().ok());
    const std::vector<Object> all = AllOf(store);
    const auto fresh = Policy::Create(options.aggregate ? Filled(all) : all);
    ASSERT_TRUE(fresh.ok()) << fresh.status();
    for (int i = 0; i < 24; ++i) {
      const Request request = generator.RandomRequest();
      const authz::Outcome want = (*fresh)->Decide(request.Attributes());
      ASSERT_EQ(sync->policy()->Decide(request.Attributes()), want)
          << "round " << round << ": " << request.DebugString();
      if (want == authz::Outcome::kAllow) ++*allowed;
    }
  }
  *relists += sync->status().relists;
}

TEST(PolicySyncTest, AgreesWithAPolicyMadeAtOnce) {
  uint64_t allowed = 0;
  uint64_t relists = 0;
  for (uint64_t seed = 1; seed <= 120 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RunProperty(seed, &allowed, &relists);
  }
  // The test tests something.
  EXPECT_GT(allowed, 1000u);
  EXPECT_GT(relists, 50u);
}

// ---- Threads ----

void WaitUntil(const std::function<bool()>& condition) {
  while (!condition()) std::this_thread::yield();
}

TEST(PolicySyncThreadsTest, ChangesOfEveryKindArrive) {
  MemoryStore store;
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  ASSERT_TRUE(sync->Start().ok());
  ASSERT_TRUE(sync->Start().ok());
  const Object role = RoleOf("dev", "r", {MakeRule("get", "", "pods")});
  const Object binding = BindingOf("dev", "b", "Role:r", "User:jane");
  const Request in_dev = Ask("jane", "get", "dev", "pods");
  Put(store, role);
  Put(store, binding);
  WaitUntil([&] { return Allowed(*sync, in_dev); });
  Remove(store, role);
  WaitUntil([&] { return !Allowed(*sync, in_dev); });
  Put(store, role);
  WaitUntil([&] { return Allowed(*sync, in_dev); });
  Remove(store, binding);
  WaitUntil([&] { return !Allowed(*sync, in_dev); });
  Put(store, ClusterBindingOf("c", "ClusterRole:r", "User:joe"));
  Put(store, RoleWith("r", "list"));
  WaitUntil([&] { return May(*sync, "joe", "list"); });
  Put(store, ClusterBindingOf("c", "ClusterRole:r", "User:jane"));
  WaitUntil([&] { return May(*sync, "jane", "list"); });
  sync->Stop();
  EXPECT_EQ(sync->status().resource_version, 9u);
}

TEST(PolicySyncThreadsTest, StartAndStopAgainAndAgain) {
  MemoryStore store;
  Put(store, RoleWith("r", "get"));
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  sync->Stop();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(sync->Start().ok());
    const std::string user = absl::StrCat("u", i);
    Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:" + user));
    // Every other time Stop meets threads that are about to begin.
    if (i % 2 == 0) WaitUntil([&] { return May(*sync, user, "get"); });
    sync->Stop();
    sync->Stop();
  }
  Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:last"));
  EXPECT_FALSE(May(*sync, "last", "get"));
  EXPECT_TRUE(sync->Sync().ok());
  EXPECT_TRUE(May(*sync, "last", "get"));
  ASSERT_TRUE(sync->Start().ok());  // The destructor stops.
}

TEST(PolicySyncThreadsTest, ErrorsOfTheStoreAreWaitedOut) {
  HookedStore store;
  std::atomic<bool> broken{false};
  std::atomic<int> refused{0};
  store.before_list =
      store.before_watch = [&](const KindInfo&, absl::string_view) {
        if (!broken) return absl::OkStatus();
        ++refused;
        return absl::UnavailableError("broken");
      };
  Put(store, RoleWith("r", "get"));
  PolicySyncOptions options;
  options.retry_interval = absl::Milliseconds(1);
  const auto sync = Follow(store, options);
  ASSERT_NE(sync, nullptr);
  ASSERT_TRUE(sync->Start().ok());
  for (int i = 0; i < 10; ++i) {
    const std::string user = absl::StrCat("u", i);
    broken = true;
    const int before = refused;
    Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:" + user));
    WaitUntil([&] { return refused > before + 2; });
    broken = false;
    WaitUntil([&] { return May(*sync, user, "get"); });
  }
  EXPECT_EQ(sync->status().relists, 0u);
  // Stop does not wait for the end of a pause.
  sync->Stop();
}

// A thread whose watch has expired goes on at once: that is no error.
TEST(PolicySyncThreadsTest, BurstsLongerThanTheHistory) {
  objects::MemoryStoreOptions store_options;
  store_options.history = 2;
  MemoryStore store(store_options);
  Put(store, RoleWith("r", "get"));
  PolicySyncOptions options;
  options.retry_interval = absl::InfiniteDuration();
  const auto sync = Follow(store, options);
  ASSERT_NE(sync, nullptr);
  ASSERT_TRUE(sync->Start().ok());
  for (int burst = 0; burst < 20; ++burst) {
    std::vector<Object> bindings;
    for (int i = 0; i < 10; ++i) {
      const std::string name = absl::StrCat("u", burst, "-", i);
      bindings.push_back(
          ClusterBindingOf(name, "ClusterRole:r", "User:" + name));
    }
    ASSERT_TRUE(store.LoadAll(bindings).ok());
    WaitUntil(
        [&] { return May(*sync, absl::StrCat("u", burst, "-9"), "get"); });
  }
  sync->Stop();  // Before, the last may not have been reported yet.
  EXPECT_EQ(sync->status().relists, 20u);
}

TEST(PolicySyncThreadsTest, StopEndsAPause) {
  HookedStore store;
  std::atomic<bool> broken{false};
  store.before_list = [&](const KindInfo&, absl::string_view) {
    return broken ? absl::UnavailableError("broken") : absl::OkStatus();
  };
  PolicySyncOptions options;
  options.retry_interval = absl::InfiniteDuration();
  const auto sync = Follow(store, options);
  ASSERT_NE(sync, nullptr);
  broken = true;
  ASSERT_TRUE(sync->Start().ok());
  WaitUntil([&] { return !sync->status().last_error.ok(); });
  sync->Stop();
}

// Several write, some of them call Sync and must see what they wrote, while
// the threads and a short history make everything happen at once.
void RunWriters(size_t history) {
  constexpr int kWriters = 3;
  constexpr int kWrites = 200;
  objects::MemoryStoreOptions store_options;
  store_options.history = history;
  MemoryStore store(store_options);
  Put(store, Labelled("all", kNone, kNone, "in"));
  Put(store, ClusterBindingOf("all", "ClusterRole:all", "Group:all"));
  PolicySyncOptions options;
  options.retry_interval = absl::Milliseconds(1);
  const auto sync = Follow(store, options);
  ASSERT_NE(sync, nullptr);
  ASSERT_TRUE(sync->Start().ok());
  std::atomic<bool> over{false};
  std::thread reader([&] {
    uint64_t generation = 0;
    uint64_t version = 0;
    while (!over) {
      const PolicySyncStatus status = sync->status();
      EXPECT_GE(status.generation, generation);
      EXPECT_GE(status.resource_version, version);
      generation = status.generation;
      version = status.resource_version;
      EXPECT_FALSE(May(*sync, "nobody", "get"));
    }
  });
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      const std::string name = absl::StrCat("w", writer);
      Put(store, RoleWith(name, "get"));
      for (int i = 0; i < kWrites; ++i) {
        const std::string user = absl::StrCat(name, "-", i);
        Put(store,
            ClusterBindingOf(name, "ClusterRole:" + name, "User:" + user));
        if (writer == 0) continue;
        // With a history this short a list may be too old at once.
        if (!sync->Sync().ok()) continue;
        EXPECT_TRUE(May(*sync, user, "get")) << user;
      }
      Put(store, Labelled(name, "get," + name, "in", kNone));
    });
  }
  for (std::thread& writer : writers) writer.join();
  WaitUntil([&] {
    return May(*sync, "x,all", "w0") && May(*sync, "x,all", "w1") &&
           May(*sync, "x,all", "w2") &&
           May(*sync, absl::StrCat("w0-", kWrites - 1), "get");
  });
  over = true;
  reader.join();
  sync->Stop();
}

TEST(PolicySyncThreadsTest, WritersSeeWhatTheyWrote) { RunWriters(4096); }
TEST(PolicySyncThreadsTest, WritersWithAShortHistory) { RunWriters(2); }

// Before the role is given "delete", "jane" is taken out of the binding; she
// is put back when it is gone. Whoever saw the kinds apart would let her.
TEST(PolicySyncThreadsTest, KindsAreNeverSeenApart) {
  constexpr int kRounds = 300;
  objects::MemoryStoreOptions store_options;
  store_options.history = 16;
  MemoryStore store(store_options);
  Put(store, RoleWith("r", "get"));
  Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:jane"));
  const auto sync = Follow(store);
  ASSERT_NE(sync, nullptr);
  ASSERT_TRUE(sync->Start().ok());
  std::atomic<bool> over{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!over) EXPECT_FALSE(May(*sync, "jane", "delete"));
    });
  }
  for (int i = 0; i < kRounds; ++i) {
    MoveOn(store);
    Put(store, RoleWith("r", "get"));
    Put(store, ClusterBindingOf("b", "ClusterRole:r", "User:jane"));
  }
  WaitUntil([&] { return sync->status().resource_version == 3 + 4 * kRounds; });
  over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(May(*sync, "jane", "get"));
}

}  // namespace
}  // namespace gatehouse::rbac
