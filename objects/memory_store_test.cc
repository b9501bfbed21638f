#include "objects/memory_store.h"

#include <malloc.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "objects/object_store.h"
#include "proto/core.pb.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"
#include "testing/fake_clock.h"

namespace gatehouse::objects {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

const KindInfo& Bindings() {
  return *FindKind("rbac.authorization.k8s.io/v1", "RoleBinding");
}
const KindInfo& ClusterRoles() {
  return *FindKind("rbac.authorization.k8s.io/v1", "ClusterRole");
}
const KindInfo& Secrets() { return *FindKind("v1", "Secret"); }

// What a row of a table says about an object.
struct Given {
  std::string object_namespace = "ns";
  std::string name = "x";
  std::string uid = "";
  std::string version = "";
  std::string role = "r";
};

k8s::RoleBinding BindingMessage(const Given& given) {
  k8s::RoleBinding binding;
  k8s::ObjectMeta& metadata = *binding.mutable_metadata();
  metadata.set_namespace_(given.object_namespace);
  metadata.set_name(given.name);
  if (!given.uid.empty()) metadata.set_uid(given.uid);
  if (!given.version.empty()) metadata.set_resourceversion(given.version);
  binding.mutable_roleref()->set_name(given.role);
  return binding;
}

Object Binding(const Given& given = {}) {
  return MakeObject(BindingMessage(given));
}

Object ClusterRole(const std::string& name, const std::string& ns = "") {
  k8s::ClusterRole role;
  role.mutable_metadata()->set_name(name);
  if (!ns.empty()) role.mutable_metadata()->set_namespace_(ns);
  return MakeObject(role);
}

Object Secret(const std::string& ns, const std::string& name) {
  k8s::Secret secret;
  secret.mutable_metadata()->set_namespace_(ns);
  secret.mutable_metadata()->set_name(name);
  return MakeObject(secret);
}

// "namespace/name@version", of which the tables are made.
std::string Text(const Object& object) {
  const k8s::ObjectMeta& metadata = object.metadata();
  return absl::StrCat(metadata.namespace_(), "/", metadata.name(), "@",
                      metadata.resourceversion());
}

std::string Text(const Event& event) {
  constexpr absl::string_view kTypes[] = {"ADDED", "MODIFIED", "DELETED"};
  return absl::StrCat(kTypes[static_cast<int>(event.type)], " ",
                      Text(event.object));
}

std::vector<std::string> Texts(const std::vector<Object>& objects) {
  std::vector<std::string> texts;
  for (const Object& object : objects) texts.push_back(Text(object));
  return texts;
}

// All events there are at present, and the error that ended them, if any.
std::vector<std::string> Drain(Watcher& watcher) {
  std::vector<std::string> texts;
  for (;;) {
    const absl::StatusOr<absl::optional<Event>> event = watcher.Next();
    if (!event.ok()) texts.push_back(std::string(event.status().message()));
    if (!event.ok() || !event->has_value()) return texts;
    texts.push_back(Text(**event));
  }
}

// How a row of a table says what must come out.
struct Want {
  absl::StatusCode code = absl::StatusCode::kOk;
  Reason reason = Reason::kNone;
  std::string message;
};

const Want kOk;

void ExpectStatus(const absl::Status& status, const Want& want) {
  EXPECT_EQ(status.code(), want.code) << status;
  EXPECT_EQ(ReasonOf(status), want.reason) << status;
  EXPECT_EQ(status.message(), want.message);
}

Want NotFound(const std::string& message) {
  return {absl::StatusCode::kNotFound, Reason::kNotFound, message};
}
Want Duplicate(const std::string& message) {
  return {absl::StatusCode::kAlreadyExists, Reason::kDuplicate, message};
}
Want Conflict(const std::string& message) {
  return {absl::StatusCode::kAborted, Reason::kConflict, message};
}
Want Invalid(const std::string& message) {
  return {absl::StatusCode::kInvalidArgument, Reason::kInvalid, message};
}
Want Unsupported(const std::string& message) {
  return {absl::StatusCode::kInvalidArgument, Reason::kUnsupported, message};
}
Want Expired(const std::string& message) {
  return {absl::StatusCode::kOutOfRange, Reason::kExpired, message};
}

// A store with RoleBinding ns/x of uid u1 at version 2, and a hand-set clock.
class MemoryStoreTest : public ::testing::Test {
 protected:
  MemoryStoreTest() : store_(Options()) {
    EXPECT_TRUE(store_.Create(Binding({.uid = "u1"})).ok());
  }

  MemoryStoreOptions Options() {
    MemoryStoreOptions options;
    options.clock = &clock_;
    options.history = 4;
    return options;
  }

  std::unique_ptr<Watcher> Watch(uint64_t from) {
    auto watcher = store_.Watch(Bindings(), from);
    EXPECT_TRUE(watcher.ok()) << watcher.status();
    return *std::move(watcher);
  }

  uint64_t Version() { return store_.List(Bindings(), "")->resource_version; }

  gatehouse::testing::FakeClock clock_;
  MemoryStore store_;
};

TEST_F(MemoryStoreTest, CreateRules) {
  constexpr char kNothing[] =
      "cannot store an object without a known kind, a message and metadata";
  const Object good = Binding({.name = "new"});
  Object read = Binding();
  read.source = "a.yaml:3:1";
  const struct {
    std::string what;
    Object object;
    Want want;
  } kCases[] = {
      {"new", good, kOk},
      {"version is ignored", Binding({.name = "v", .version = "999"}), kOk},
      {"other namespace", Binding({.object_namespace = "other"}), kOk},
      {"other kind", Secret("ns", "x"), kOk},
      {"exists", Binding(),
       Duplicate(
           "rolebindings.rbac.authorization.k8s.io \"x\" already exists")},
      {"exists, core group", Secret("ns", "x"),
       Duplicate("secrets \"x\" already exists")},
      {"exists, read from a file", read,
       Duplicate("a.yaml:3:1: rolebindings.rbac.authorization.k8s.io \"x\" "
                 "already exists")},
      {"no namespace, input forges no lines", Secret("", "a\n\x1b[2J"),
       Invalid("Secret \"a\\n\\x1b[2J\" is invalid: metadata.namespace: "
               "Required value")},
      {"no name", Binding({.name = ""}),
       Invalid("RoleBinding.rbac.authorization.k8s.io \"\" is invalid: "
               "metadata.name: Required value: name is required")},
      {"no namespace", Binding({.object_namespace = ""}),
       Invalid("RoleBinding.rbac.authorization.k8s.io \"x\" is invalid: "
               "metadata.namespace: Required value")},
      {"no namespace, core group", Secret("", "y"),
       Invalid("Secret \"y\" is invalid: metadata.namespace: Required value")},
      {"message of another kind", Object{&Secrets(), good.message, ""},
       Invalid("Secret \"new\" is invalid: the message is a RoleBinding")},
      {"nothing", Object{}, Unsupported(kNothing)},
      {"no kind", Object{nullptr, good.message, ""}, Unsupported(kNothing)},
      {"no message", Object{&Bindings(), nullptr, "f:1:2"},
       Unsupported(absl::StrCat("f:1:2: ", kNothing))},
      {"no object", Object{&Bindings(), std::make_shared<k8s::Subject>(), ""},
       Unsupported(kNothing)},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    const uint64_t before = Version();
    ExpectStatus(store_.Create(c.object).status(), c.want);
    EXPECT_EQ(Version() - before, c.want.code == absl::StatusCode::kOk ? 1 : 0);
  }
}

TEST_F(MemoryStoreTest, CreateFillsIdentity) {
  std::set<std::string> uids;
  for (int i = 0; i < 100; ++i) {
    clock_.Advance(absl::Seconds(1));
    const auto created = store_.Create(Binding({.name = absl::StrCat(i)}));
    ASSERT_TRUE(created.ok()) << created.status();
    const k8s::ObjectMeta& metadata = created->metadata();
    EXPECT_THAT(metadata.uid(),
                MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]"
                             "[0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_TRUE(uids.insert(metadata.uid()).second) << metadata.uid();
    EXPECT_EQ(metadata.creationtimestamp().seconds(),
              absl::ToUnixSeconds(clock_.Now()));
    EXPECT_EQ(metadata.resourceversion(), absl::StrCat(i + 3));
  }
}

TEST_F(MemoryStoreTest, CreateKeepsIdentityThatIsGiven) {
  k8s::RoleBinding given = BindingMessage({.name = "old", .uid = "mine"});
  given.mutable_metadata()->mutable_creationtimestamp()->set_seconds(0);
  const auto created = store_.Create(MakeObject(given, "f.yaml:1:1"));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->metadata().uid(), "mine");
  EXPECT_EQ(created->metadata().creationtimestamp().seconds(), 0);
  EXPECT_EQ(created->source, "f.yaml:1:1");
}

// Kubernetes encodes a time that is not set as an empty message.
TEST_F(MemoryStoreTest, CreateFillsAZeroTime) {
  k8s::RoleBinding given = BindingMessage({.name = "zero"});
  given.mutable_metadata()->mutable_creationtimestamp();
  const auto created = store_.Create(MakeObject(given));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->metadata().creationtimestamp().seconds(),
            absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(MemoryStoreTest, CreateLeavesTheGivenObjectAlone) {
  const Object given = Binding({.name = "given", .version = "77"});
  ASSERT_TRUE(store_.Create(given).ok());
  EXPECT_EQ(given.metadata().resourceversion(), "77");
  EXPECT_EQ(given.metadata().uid(), "");
}

TEST_F(MemoryStoreTest, UpdateRules) {
  constexpr char kFailed[] =
      "Operation cannot be fulfilled on "
      "rolebindings.rbac.authorization.k8s.io \"x\": ";
  constexpr char kModified[] =
      "the object has been modified; please apply your changes to the latest "
      "version and try again";
  Object read = Binding({.name = "none"});
  read.source = "a.yaml:3:1";
  const struct {
    std::string what;
    Object object;
    Want want;
    std::string version;  // Of ns/x afterwards.
  } kCases[] = {
      {"unconditional", Binding({.role = "a"}), kOk, "3"},
      {"unconditional, no change", Binding({.role = "a"}), kOk, "3"},
      {"right version, no change", Binding({.version = "3", .role = "a"}), kOk,
       "3"},
      {"right version", Binding({.version = "3", .role = "b"}), kOk, "4"},
      {"right uid", Binding({.uid = "u1", .role = "c"}), kOk, "5"},
      {"version 0 is none", Binding({.version = "0", .role = "d"}), kOk, "6"},
      {"old version", Binding({.version = "5", .role = "e"}),
       Conflict(absl::StrCat(kFailed, kModified)), "6"},
      {"old version, no change", Binding({.version = "5", .role = "d"}),
       Conflict(absl::StrCat(kFailed, kModified)), "6"},
      {"version to come", Binding({.version = "7", .role = "e"}),
       Conflict(absl::StrCat(kFailed, kModified)), "6"},
      {"version that is none", Binding({.version = "six", .role = "e"}),
       Conflict(absl::StrCat(kFailed, kModified)), "6"},
      {"other uid", Binding({.uid = "u2", .version = "6", .role = "e"}),
       Conflict(absl::StrCat(kFailed,
                             "Precondition failed: UID in precondition: u2, "
                             "UID in object meta: u1")),
       "6"},
      {"missing", Binding({.name = "none"}),
       NotFound("rolebindings.rbac.authorization.k8s.io \"none\" not found"),
       "6"},
      {"missing, read from a file", read,
       NotFound("a.yaml:3:1: rolebindings.rbac.authorization.k8s.io \"none\" "
                "not found"),
       "6"},
      {"missing in this namespace", Binding({.object_namespace = "other"}),
       NotFound("rolebindings.rbac.authorization.k8s.io \"x\" not found"), "6"},
      {"no namespace", Binding({.object_namespace = ""}),
       Invalid("RoleBinding.rbac.authorization.k8s.io \"x\" is invalid: "
               "metadata.namespace: Required value"),
       "6"},
      {"nothing", Object{},
       Unsupported("cannot store an object without a known kind, a message "
                   "and metadata"),
       "6"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    const auto updated = store_.Update(c.object);
    ExpectStatus(updated.status(), c.want);
    const auto stored = store_.Get(Bindings(), "ns", "x");
    ASSERT_TRUE(stored.ok());
    EXPECT_EQ(stored->metadata().resourceversion(), c.version);
    EXPECT_EQ(absl::StrCat(Version()), c.version);
    if (updated.ok()) {
      EXPECT_EQ(updated->message, stored->message);
    }
  }
}

TEST_F(MemoryStoreTest, UpdateKeepsIdentity) {
  const k8s::ObjectMeta before = store_.Get(Bindings(), "ns", "x")->metadata();
  clock_.Advance(absl::Hours(1));
  k8s::RoleBinding changed = BindingMessage({.role = "other"});
  changed.mutable_metadata()->mutable_creationtimestamp()->set_seconds(5);
  const auto updated = store_.Update(MakeObject(changed));
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->metadata().uid(), "u1");
  EXPECT_EQ(updated->metadata().creationtimestamp().seconds(),
            before.creationtimestamp().seconds());
  EXPECT_EQ(updated->As<k8s::RoleBinding>()->roleref().name(), "other");
}

TEST_F(MemoryStoreTest, DeleteRules) {
  constexpr char kFailed[] =
      "Operation cannot be fulfilled on "
      "RoleBinding.rbac.authorization.k8s.io \"x\": ";
  const std::string gone =
      "rolebindings.rbac.authorization.k8s.io \"x\" not found";
  const struct {
    std::string what;
    std::string object_namespace;
    Preconditions preconditions;
    Want want;
  } kCases[] = {
      {"missing", "other", {}, NotFound(gone)},
      {"no namespace", "", {}, NotFound(gone)},
      {"other uid",
       "ns",
       {"u2", absl::nullopt},
       Conflict(absl::StrCat(
           kFailed,
           "the UID in the precondition (u2) does not match the UID in record "
           "(u1). The object might have been deleted and then recreated"))},
      {"empty uid",
       "ns",
       {"", absl::nullopt},
       Conflict(absl::StrCat(
           kFailed,
           "the UID in the precondition () does not match the UID in record "
           "(u1). The object might have been deleted and then recreated"))},
      {"other version",
       "ns",
       {"u1", "1"},
       Conflict(absl::StrCat(
           kFailed,
           "the ResourceVersion in the precondition (1) does not match the "
           "ResourceVersion in record (2). The object might have been "
           "modified"))},
      {"both hold", "ns", {"u1", "2"}, kOk},
      {"twice", "ns", {"u1", "2"}, NotFound(gone)},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    const auto deleted =
        store_.Delete(Bindings(), c.object_namespace, "x", c.preconditions);
    ExpectStatus(deleted.status(), c.want);
    if (deleted.ok()) {
      EXPECT_EQ(Text(*deleted), "ns/x@3");
    }
  }
  EXPECT_EQ(Version(), 3);
}

TEST_F(MemoryStoreTest, GetRules) {
  const struct {
    const KindInfo& kind;
    std::string object_namespace;
    std::string name;
    Want want;
  } kCases[] = {
      {Bindings(), "ns", "x", kOk},
      {Bindings(), "ns", "y",
       NotFound("rolebindings.rbac.authorization.k8s.io \"y\" not found")},
      {Bindings(), "", "x",
       NotFound("rolebindings.rbac.authorization.k8s.io \"x\" not found")},
      {ClusterRoles(), "", "x",
       NotFound("clusterroles.rbac.authorization.k8s.io \"x\" not found")},
      {Secrets(), "ns", "x", NotFound("secrets \"x\" not found")},
      {Secrets(), "ns", "a\nb", NotFound("secrets \"a\\nb\" not found")},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(absl::StrCat(c.kind.resource, " ", c.name));
    const auto got = store_.Get(c.kind, c.object_namespace, c.name);
    ExpectStatus(got.status(), c.want);
    if (got.ok()) {
      EXPECT_EQ(Text(*got), "ns/x@2");
    }
  }
}

TEST_F(MemoryStoreTest, KindsWithoutNamespacesHaveNone) {
  ASSERT_TRUE(store_.Create(ClusterRole("admin", "ns")).ok());
  ExpectStatus(
      store_.Create(ClusterRole("admin")).status(),
      Duplicate("clusterroles.rbac.authorization.k8s.io \"admin\" already "
                "exists"));
  EXPECT_EQ(Text(*store_.Get(ClusterRoles(), "any", "admin")), "/admin@3");
  EXPECT_THAT(Texts(store_.List(ClusterRoles(), "any")->items),
              ElementsAre("/admin@3"));
  EXPECT_TRUE(store_.Update(ClusterRole("admin", "other")).ok());
  EXPECT_EQ(Version(), 3);
  EXPECT_TRUE(store_.Delete(ClusterRoles(), "any", "admin").ok());
}

TEST(MemoryStoreListTest, IsInOrderOfNamespaceAndName) {
  MemoryStore store;
  for (const Given& given : std::vector<Given>{{"b", "a"},
                                               {"a", "z"},
                                               {"a-b", "c"},
                                               {"a", "B"},
                                               {"b", "\xc3\xa9"},
                                               {"a", "a"},
                                               {"aa", "a"}}) {
    ASSERT_TRUE(store.Create(Binding(given)).ok());
  }
  const struct {
    std::string object_namespace;
    std::vector<std::string> want;
  } kCases[] = {
      {"",
       {"a/B@5", "a/a@7", "a/z@3", "a-b/c@4", "aa/a@8", "b/a@2",
        "b/\xc3\xa9@6"}},
      {"a", {"a/B@5", "a/a@7", "a/z@3"}},
      {"a-b", {"a-b/c@4"}},
      {"b", {"b/a@2", "b/\xc3\xa9@6"}},
      {"c", {}},
      {"0", {}},
  };
  for (const auto& c : kCases) {
    const auto list = store.List(Bindings(), c.object_namespace);
    ASSERT_TRUE(list.ok());
    EXPECT_EQ(Texts(list->items), c.want) << c.object_namespace;
    EXPECT_EQ(list->resource_version, 8);
  }
  EXPECT_THAT(store.List(Secrets(), "")->items, IsEmpty());
}

TEST(MemoryStoreListTest, StaysAsItWas) {
  auto store = std::make_unique<MemoryStore>();
  ASSERT_TRUE(store->Create(Binding()).ok());
  const auto list = store->List(Bindings(), "");
  ASSERT_TRUE(store->Update(Binding({.role = "other"})).ok());
  ASSERT_TRUE(store->Delete(Bindings(), "ns", "x").ok());
  store.reset();
  EXPECT_THAT(Texts(list->items), ElementsAre("ns/x@2"));
  EXPECT_EQ(list->items[0].As<k8s::RoleBinding>()->roleref().name(), "r");
}

TEST(MemoryStoreListTest, AnEmptyStoreHasAVersionToWatchFrom) {
  MemoryStore store;
  const auto list = store.List(Bindings(), "");
  EXPECT_EQ(list->resource_version, 1);
  auto watcher = store.Watch(Bindings(), list->resource_version);
  ASSERT_TRUE(watcher.ok());
  ASSERT_TRUE(store.Create(Binding()).ok());
  EXPECT_THAT(Drain(**watcher), ElementsAre("ADDED ns/x@2"));
}

TEST_F(MemoryStoreTest, WatchSeesEachChangeOfItsKindOnce) {
  auto watcher = Watch(Version());
  const struct {
    std::string what;
    std::function<void()> change;
    std::vector<std::string> want;
  } kCases[] = {
      {"nothing", [] {}, {}},
      {"create",
       [this] { (void)store_.Create(Binding({.name = "y"})); },
       {"ADDED ns/y@3"}},
      {"create again",
       [this] { (void)store_.Create(Binding({.name = "y"})); },
       {}},
      {"update",
       [this] { (void)store_.Update(Binding({.role = "b"})); },
       {"MODIFIED ns/x@4"}},
      {"no change",
       [this] { (void)store_.Update(Binding({.role = "b"})); },
       {}},
      {"conflict",
       [this] { (void)store_.Update(Binding({.version = "3"})); },
       {}},
      {"other kind", [this] { (void)store_.Create(Secret("ns", "x")); }, {}},
      {"delete",
       [this] { (void)store_.Delete(Bindings(), "ns", "x"); },
       {"DELETED ns/x@6"}},
      {"delete again",
       [this] { (void)store_.Delete(Bindings(), "ns", "x"); },
       {}},
      {"several, in order",
       [this] {
         (void)store_.Create(Binding());
         (void)store_.Update(Binding({.role = "c"}));
         (void)store_.Delete(Bindings(), "ns", "x");
       },
       {"ADDED ns/x@7", "MODIFIED ns/x@8", "DELETED ns/x@9"}},
  };
  for (const auto& c : kCases) {
    c.change();
    EXPECT_EQ(Drain(*watcher), c.want) << c.what;
  }
}

TEST_F(MemoryStoreTest, DeletedEventHasTheLastState) {
  ASSERT_TRUE(store_.Update(Binding({.role = "last"})).ok());
  auto watcher = Watch(Version());
  ASSERT_TRUE(store_.Delete(Bindings(), "ns", "x").ok());
  const auto event = watcher->Next();
  ASSERT_TRUE(event.ok() && event->has_value());
  EXPECT_EQ(Text(**event), "DELETED ns/x@4");
  const auto* binding = (*event)->object.As<k8s::RoleBinding>();
  EXPECT_EQ(binding->roleref().name(), "last");
  EXPECT_EQ(binding->metadata().uid(), "u1");
}

// Versions: 2 creates x, 3 to 8 change it; of 7 changes 4 are remembered.
TEST_F(MemoryStoreTest, WatchFromAVersion) {
  for (int i = 3; i <= 8; ++i) {
    ASSERT_TRUE(store_.Update(Binding({.role = absl::StrCat(i)})).ok());
  }
  const struct {
    uint64_t from;
    Want want;
    std::vector<std::string> events;
  } kCases[] = {
      {1, Expired("too old resource version: 1 (4)"), {}},
      {3, Expired("too old resource version: 3 (4)"), {}},
      {4,
       kOk,
       {"MODIFIED ns/x@5", "MODIFIED ns/x@6", "MODIFIED ns/x@7",
        "MODIFIED ns/x@8"}},
      {7, kOk, {"MODIFIED ns/x@8"}},
      {8, kOk, {}},
      {9,
       {absl::StatusCode::kOutOfRange, Reason::kInvalid,
        "Too large resource version: 9, current: 8"},
       {}},
      {0, kOk, {"ADDED ns/x@8"}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.from);
    auto watcher = store_.Watch(Bindings(), c.from);
    ExpectStatus(watcher.status(), c.want);
    if (watcher.ok()) {
      EXPECT_EQ(Drain(**watcher), c.events);
    }
  }
}

TEST_F(MemoryStoreTest, ChangesOfOtherKindsExpireNothing) {
  auto watcher = Watch(1);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(store_.Create(Secret("ns", absl::StrCat(i))).ok());
  }
  EXPECT_THAT(Drain(*watcher), ElementsAre("ADDED ns/x@2"));
  EXPECT_THAT(Drain(*Watch(1)), ElementsAre("ADDED ns/x@2"));
}

TEST_F(MemoryStoreTest, WatchFromZeroBeginsWithWhatThereIs) {
  ASSERT_TRUE(store_.Create(Binding({.name = "a"})).ok());
  auto watcher = Watch(0);
  ASSERT_TRUE(store_.Update(Binding({.role = "b"})).ok());
  EXPECT_THAT(Drain(*watcher),
              ElementsAre("ADDED ns/a@3", "ADDED ns/x@2", "MODIFIED ns/x@4"));
}

TEST_F(MemoryStoreTest, SlowWatcherMustListAgain) {
  auto watcher = Watch(Version());
  auto fresh = Watch(0);
  ASSERT_TRUE(store_.Update(Binding({.role = "first"})).ok());
  EXPECT_THAT(Drain(*watcher), ElementsAre("MODIFIED ns/x@3"));
  for (int i = 4; i <= 8; ++i) {
    ASSERT_TRUE(store_.Update(Binding({.role = absl::StrCat(i)})).ok());
  }
  for (int i = 0; i < 2; ++i) {  // The error stays.
    ExpectStatus(watcher->Next().status(),
                 Expired("too old resource version: 3 (4)"));
    ExpectStatus(watcher->Wait(absl::InfiniteDuration()).status(),
                 Expired("too old resource version: 3 (4)"));
  }
  ExpectStatus(fresh->Next().status(),
               Expired("too old resource version: 2 (4)"));
  const auto list = store_.List(Bindings(), "");
  EXPECT_THAT(Texts(list->items), ElementsAre("ns/x@8"));
  watcher = Watch(list->resource_version);
  ASSERT_TRUE(store_.Delete(Bindings(), "ns", "x").ok());
  EXPECT_THAT(Drain(*watcher), ElementsAre("DELETED ns/x@9"));
}

TEST(MemoryStoreHistoryTest, NoneIsRemembered) {
  MemoryStoreOptions options;
  options.history = 0;
  MemoryStore store(options);
  auto watcher = store.Watch(Bindings(), 1);
  ASSERT_TRUE(watcher.ok());
  EXPECT_THAT(Drain(**watcher), IsEmpty());
  ASSERT_TRUE(store.Create(Binding()).ok());
  ExpectStatus((*watcher)->Next().status(),
               Expired("too old resource version: 1 (2)"));
}

TEST_F(MemoryStoreTest, WatchersDoNotShareTheirPlace) {
  auto one = Watch(1);
  auto two = Watch(1);
  EXPECT_THAT(Drain(*one), ElementsAre("ADDED ns/x@2"));
  EXPECT_THAT(Drain(*two), ElementsAre("ADDED ns/x@2"));
  one->Stop();
  ASSERT_TRUE(store_.Delete(Bindings(), "ns", "x").ok());
  EXPECT_THAT(Drain(*two), ElementsAre("DELETED ns/x@3"));
}

TEST_F(MemoryStoreTest, WaitTimesOut) {
  auto watcher = Watch(Version());
  for (const absl::Duration timeout :
       {absl::Milliseconds(1), absl::ZeroDuration(), -absl::Seconds(1),
        -absl::InfiniteDuration()}) {
    const auto event = watcher->Wait(timeout);
    ASSERT_TRUE(event.ok()) << event.status();
    EXPECT_FALSE(event->has_value()) << timeout;
  }
}

TEST_F(MemoryStoreTest, WaitReturnsAtOnceWhatIsThere) {
  auto watcher = Watch(1);
  for (const absl::Duration timeout :
       {absl::InfiniteDuration(), absl::ZeroDuration()}) {
    const auto event = watcher->Wait(timeout);
    ASSERT_TRUE(event.ok() && event->has_value());
    (void)store_.Delete(Bindings(), "ns", "x");
  }
}

TEST_F(MemoryStoreTest, StopIsFinal) {
  for (const uint64_t from : {uint64_t{0}, uint64_t{1}}) {
    auto watcher = Watch(from);
    watcher->Stop();
    watcher->Stop();
    const Want want{absl::StatusCode::kCancelled, Reason::kNone,
                    "the watch was stopped"};
    ExpectStatus(watcher->Next().status(), want);
    ExpectStatus(watcher->Wait(absl::InfiniteDuration()).status(), want);
  }
}

TEST(MemoryStoreLifeTest, WatcherOutlivesItsStore) {
  auto store = std::make_unique<MemoryStore>();
  ASSERT_TRUE(store->Create(Binding()).ok());
  auto watcher = store->Watch(Bindings(), 0);
  ASSERT_TRUE(watcher.ok());
  store.reset();
  ExpectStatus(
      (*watcher)->Next().status(),
      {absl::StatusCode::kCancelled, Reason::kNone, "the store is gone"});
  (*watcher)->Stop();
}

TEST_F(MemoryStoreTest, LoadAllRules) {
  Object twice = Binding({.name = "a"});
  twice.source = "f.yaml:9:1";
  const struct {
    std::string what;
    std::vector<Object> objects;
    Want want;
    std::vector<std::string> events;
  } kCases[] = {
      {"none", {}, kOk, {}},
      {"one exists",
       {Binding({.name = "a"}), Binding()},
       Duplicate("rolebindings.rbac.authorization.k8s.io \"x\" already exists"),
       {}},
      {"one is there twice",
       {Binding({.name = "a"}), twice},
       Duplicate("f.yaml:9:1: rolebindings.rbac.authorization.k8s.io \"a\" "
                 "already exists"),
       {}},
      {"one is invalid",
       {Binding({.name = "a"}), Binding({.name = ""})},
       Invalid("RoleBinding.rbac.authorization.k8s.io \"\" is invalid: "
               "metadata.name: Required value: name is required"),
       {}},
      {"in the order given",
       {Binding({.name = "b"}), Secret("ns", "a"), Binding({.name = "a"}),
        Binding({.object_namespace = "other", .name = "a"})},
       kOk,
       {"ADDED ns/b@3", "ADDED ns/a@5", "ADDED other/a@6"}},
  };
  auto watcher = Watch(Version());
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    ExpectStatus(store_.LoadAll(c.objects), c.want);
    EXPECT_EQ(Drain(*watcher), c.events);
  }
  EXPECT_THAT(Texts(store_.List(Bindings(), "")->items),
              ElementsAre("ns/a@5", "ns/b@3", "ns/x@2", "other/a@6"));
}

TEST(MemoryStoreSizeTest, HoldsAClusterOfBindings) {
  constexpr int kCount = 200000;
  std::vector<Object> objects;
  objects.reserve(kCount);
  for (int i = 0; i < kCount; ++i) {
    objects.push_back(
        Binding({absl::StrCat("ns-", i % 997), absl::StrCat("binding-", i)}));
  }
  MemoryStore store;
  const size_t before = mallinfo2().uordblks;
  const absl::Time start = absl::Now();
  ASSERT_TRUE(store.LoadAll(objects).ok());
  const absl::Time loaded = absl::Now();
  const size_t bytes = mallinfo2().uordblks - before;
  RecordProperty("bytes_per_object", static_cast<int>(bytes / kCount));
  const auto list = store.List(Bindings(), "");
  const absl::Time listed = absl::Now();
  EXPECT_EQ(list->items.size(), kCount);
  EXPECT_EQ(list->resource_version, kCount + 1);
  RecordProperty("load_ms", absl::ToInt64Milliseconds(loaded - start));
  RecordProperty("list_ms", absl::ToInt64Milliseconds(listed - loaded));
  // Sanitizers make this ten times slower; anything quadratic takes minutes.
  EXPECT_LT(listed - start, absl::Seconds(20));
}

}  // namespace
}  // namespace gatehouse::objects
