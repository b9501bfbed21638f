// What must hold while several threads use one store. Run with --config=tsan.
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "objects/memory_store.h"
#include "objects/object.h"
#include "objects/object_store.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"

namespace gatehouse::objects {
namespace {

const KindInfo& Roles() {
  return *FindKind("rbac.authorization.k8s.io/v1", "Role");
}

Object Role(const std::string& name, const std::string& verb,
            const std::string& version = "") {
  k8s::Role role;
  role.mutable_metadata()->set_namespace_("ns");
  role.mutable_metadata()->set_name(name);
  role.mutable_metadata()->set_resourceversion(version);
  role.add_rules()->add_verbs(verb);
  return MakeObject(role);
}

uint64_t VersionOf(const Object& object) {
  uint64_t version = 0;
  EXPECT_TRUE(absl::SimpleAtoi(object.metadata().resourceversion(), &version));
  return version;
}

// View is what a client knows of a kind: the list, then kept by the events.
// It checks the law of list and watch on the way: versions only grow, nothing
// is added twice, nothing is changed that is not there.
class View {
 public:
  void Reset(const ObjectList& list) {
    objects_.clear();
    for (const Object& object : list.items) {
      objects_[object.metadata().name()] = object.message;
    }
    version_ = list.resource_version;
  }

  void Apply(const Event& event) {
    const uint64_t version = VersionOf(event.object);
    EXPECT_GT(version, version_);
    version_ = version;
    const std::string& name = event.object.metadata().name();
    EXPECT_EQ(objects_.count(name), event.type == Event::Type::kAdded ? 0 : 1)
        << name;
    if (event.type == Event::Type::kDeleted) {
      objects_.erase(name);
    } else {
      objects_[name] = event.object.message;
    }
  }

  // The same messages, not only equal ones: handed out, never copied.
  bool operator==(const View& other) const {
    return objects_ == other.objects_;
  }

 private:
  std::map<std::string, std::shared_ptr<const google::protobuf::Message>>
      objects_;
  uint64_t version_ = 0;
};

View ViewOf(const MemoryStore& store) {
  View view;
  view.Reset(*store.List(Roles(), ""));
  return view;
}

// Keeps a view until `done` is created; lists again as often as it must.
struct Client {
  View view;
  int lists = 0;

  void Run(MemoryStore& store, bool block) {
    std::unique_ptr<Watcher> watcher;
    for (bool done = false; !done;) {
      if (watcher == nullptr) watcher = ListAndWatch(store, done);
      if (done || watcher == nullptr) continue;
      const auto event =
          block ? watcher->Wait(absl::InfiniteDuration()) : watcher->Next();
      if (!event.ok()) {
        EXPECT_EQ(ReasonOf(event.status()), Reason::kExpired);
        watcher = nullptr;
      } else if (event->has_value()) {
        view.Apply(**event);
        done = (*event)->object.metadata().name() == "done";
      }
    }
  }

  std::unique_ptr<Watcher> ListAndWatch(MemoryStore& store, bool& done) {
    ++lists;
    const auto list = store.List(Roles(), "");
    view.Reset(*list);
    for (const Object& object : list->items) {
      done = done || object.metadata().name() == "done";
    }
    auto watcher = store.Watch(Roles(), list->resource_version);
    return watcher.ok() ? *std::move(watcher) : nullptr;
  }
};

// Changes the same few objects at random, with and without conditions.
void Write(MemoryStore& store, int seed, int writes) {
  std::minstd_rand random(seed);
  for (int i = 0; i < writes; ++i) {
    const std::string name = absl::StrCat("role-", random() % 20);
    const std::string verb = absl::StrCat(seed, "-", i);
    const auto stored = store.Get(Roles(), "ns", name);
    absl::Status status;
    if (!stored.ok()) {
      status = store.Create(Role(name, verb)).status();
    } else if (random() % 4 == 0) {
      status = store.Delete(Roles(), "ns", name).status();
    } else {
      const bool condition = random() % 2 == 0;
      status = store
                   .Update(Role(
                       name, verb,
                       condition ? stored->metadata().resourceversion() : ""))
                   .status();
    }
    const Reason reason = ReasonOf(status);
    EXPECT_TRUE(status.ok() || reason == Reason::kNotFound ||
                reason == Reason::kConflict || reason == Reason::kDuplicate)
        << status;
  }
}

class MemoryStoreConcurrencyTest : public ::testing::TestWithParam<size_t> {};

TEST_P(MemoryStoreConcurrencyTest, EveryViewEndsAsTheList) {
  constexpr int kWriters = 4;
  constexpr int kClients = 4;
  MemoryStoreOptions options;
  options.history = GetParam();
  MemoryStore store(options);
  std::vector<Client> clients(kClients);
  std::vector<std::thread> readers;
  for (int i = 0; i < kClients; ++i) {
    readers.emplace_back([&store, &client = clients[i], i] {
      client.Run(store, /*block=*/i % 2 == 0);
    });
  }
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&store, i] { Write(store, i + 1, 1500); });
  }
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(store.Create(Role("done", "get")).ok());
  for (std::thread& reader : readers) reader.join();
  for (const Client& client : clients) {
    EXPECT_TRUE(client.view == ViewOf(store)) << "lists: " << client.lists;
  }
}

// 8 makes watchers expire all the time; 100,000 never.
INSTANTIATE_TEST_SUITE_P(Histories, MemoryStoreConcurrencyTest,
                         ::testing::Values(8, 200, 100000));

TEST(MemoryStoreThreadsTest, NoEventIsMissedWithRoomForAll) {
  MemoryStoreOptions options;
  options.history = 100000;
  MemoryStore store(options);
  auto before = store.Watch(Roles(), 1);
  ASSERT_TRUE(before.ok());
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&store, i] { Write(store, i + 1, 500); });
  }
  for (std::thread& writer : writers) writer.join();
  const uint64_t last = store.List(Roles(), "")->resource_version;
  for (uint64_t version = 2; version <= last; ++version) {
    const auto event = (*before)->Next();
    ASSERT_TRUE(event.ok() && event->has_value()) << version;
    EXPECT_EQ(VersionOf((*event)->object), version);
  }
  EXPECT_FALSE((*before)->Next()->has_value());
}

TEST(MemoryStoreThreadsTest, OneOfManyConditionalUpdatesWins) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 200;
  MemoryStore store;
  ASSERT_TRUE(store.Create(Role("x", "0")).ok());
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&store, &won, i] {
      for (int round = 1; round <= kRounds; ++round) {
        // Every thread tries each version once, at most one can have it.
        const auto updated = store.Update(
            Role("x", absl::StrCat(i, "-", round), absl::StrCat(round + 1)));
        if (updated.ok()) ++won;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store.List(Roles(), "")->resource_version, 2 + won);
  EXPECT_GE(won, 1);
  EXPECT_LE(won, kRounds);
}

TEST(MemoryStoreThreadsTest, WatcherThatNobodyPullsHoldsUpNoWriter) {
  MemoryStoreOptions options;
  options.history = 16;
  MemoryStore store(options);
  auto idle = store.Watch(Roles(), 0);
  ASSERT_TRUE(idle.ok());
  std::thread writer([&store] { Write(store, 7, 5000); });
  writer.join();
  EXPECT_EQ(ReasonOf((*idle)->Next().status()), Reason::kExpired);
}

// Two threads hand each other the turn through the store: each step needs the
// other's wake-up, so a lost one would hang the test.
TEST(MemoryStoreThreadsTest, WaitWakesForEachChange) {
  constexpr int kSteps = 2000;
  MemoryStore store;
  const auto run = [&store](const std::string& mine, const std::string& theirs,
                            std::unique_ptr<Watcher> watcher, int first) {
    for (int step = first; step < kSteps; step += 2) {
      for (bool turn = step == 0; !turn;) {
        const auto event = watcher->Wait(absl::InfiniteDuration());
        ASSERT_TRUE(event.ok() && event->has_value());
        turn = (*event)->object.metadata().name() == theirs;
      }
      ASSERT_TRUE(store.Update(Role(mine, absl::StrCat(step))).ok());
    }
  };
  ASSERT_TRUE(store.Create(Role("ping", "")).ok());
  ASSERT_TRUE(store.Create(Role("pong", "")).ok());
  auto ping = store.Watch(Roles(), 3);
  auto pong = store.Watch(Roles(), 3);
  ASSERT_TRUE(ping.ok() && pong.ok());
  std::thread one(run, "ping", "pong", *std::move(ping), 0);
  std::thread two(run, "pong", "ping", *std::move(pong), 1);
  one.join();
  two.join();
  EXPECT_EQ(store.List(Roles(), "")->resource_version, 3 + kSteps);
}

TEST(MemoryStoreThreadsTest, StopAndDestructionWakeWhoWaits) {
  auto store = std::make_unique<MemoryStore>();
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 4; ++i) {
    watchers.push_back(*store->Watch(Roles(), 0));
  }
  std::vector<std::thread> threads;
  for (const auto& watcher : watchers) {
    threads.emplace_back([&watcher] {
      const auto event = watcher->Wait(absl::InfiniteDuration());
      EXPECT_EQ(event.status().code(), absl::StatusCode::kCancelled);
    });
  }
  watchers[0]->Stop();
  watchers[1]->Stop();
  threads[0].join();
  threads[1].join();
  store.reset();
  threads[2].join();
  threads[3].join();
}

// Readers see a batch whole or not at all.
TEST(MemoryStoreThreadsTest, LoadAllIsOneStep) {
  constexpr size_t kBatch = 500;
  MemoryStore store;
  std::vector<Object> batch;
  for (size_t i = 0; i < kBatch; ++i) {
    batch.push_back(Role(absl::StrCat("role-", i), "get"));
  }
  std::thread loader([&] { EXPECT_TRUE(store.LoadAll(batch).ok()); });
  for (size_t size = 0; size != kBatch;) {
    size = store.List(Roles(), "")->items.size();
    ASSERT_TRUE(size == 0 || size == kBatch) << size;
  }
  loader.join();
}

}  // namespace
}  // namespace gatehouse::objects
