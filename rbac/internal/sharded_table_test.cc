#include "rbac/internal/sharded_table.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace gatehouse::rbac::internal {
namespace {

// Hashes from good to none at all: only the speed may depend on them.
struct Good {
  static uint32_t Hash(uint32_t key) { return (key + 1) * 0x9e3779b9u; }
};
struct Constant {
  static uint32_t Hash(uint32_t) { return 12345; }
};
struct Zero {
  static uint32_t Hash(uint32_t) { return 0; }
};
struct AllOnes {
  static uint32_t Hash(uint32_t) { return 0xffffffffu; }
};
// All in one shard, spread within it; and the reverse.
struct LowBitsOnly {
  static uint32_t Hash(uint32_t key) { return key & 0xff; }
};
struct HighBitsOnly {
  static uint32_t Hash(uint32_t key) { return key << 24; }
};
struct Identity {
  static uint32_t Hash(uint32_t key) { return key; }
};

template <typename Hasher>
struct Slot {
  uint32_t id;
  uint32_t key;
  uint64_t value;

  uint32_t hash() const { return Hasher::Hash(key); }
};

template <typename Hasher>
class ShardedTableTest : public ::testing::Test {
 protected:
  using Table = ShardedTable<Slot<Hasher>>;
  // id and value of each key.
  using Model = std::map<uint32_t, std::pair<uint32_t, uint64_t>>;

  static const Slot<Hasher>* Find(const Table& table, uint32_t key) {
    return table.Find(Hasher::Hash(key), [key](const Slot<Hasher>& slot) {
      return slot.key == key;
    });
  }

  // Keys of the model are below `keys`.
  static void ExpectEqual(const Table& table, const Model& model,
                          uint32_t keys) {
    ASSERT_EQ(table.size(), model.size());
    for (uint32_t key = 0; key < keys; ++key) {
      const Slot<Hasher>* slot = Find(table, key);
      const auto it = model.find(key);
      ASSERT_EQ(slot != nullptr, it != model.end()) << key;
      if (slot == nullptr) continue;
      ASSERT_EQ(slot->id, it->second.first) << key;
      ASSERT_EQ(slot->value, it->second.second) << key;
    }
  }
};

using Hashers = ::testing::Types<Good, Constant, Zero, AllOnes, LowBitsOnly,
                                 HighBitsOnly, Identity>;
TYPED_TEST_SUITE(ShardedTableTest, Hashers);

TYPED_TEST(ShardedTableTest, EmptyTableFindsNothing) {
  typename TestFixture::Table table;
  EXPECT_EQ(table.size(), 0u);
  for (uint32_t key = 0; key < 100; ++key) {
    EXPECT_EQ(this->Find(table, key), nullptr);
  }
}

// Enough for shards to grow and to be split, several times.
TYPED_TEST(ShardedTableTest, FindsAllThatWasInserted) {
  constexpr uint32_t kKeys = 3000;
  typename TestFixture::Table table;
  typename TestFixture::Model model;
  for (uint32_t key = 0; key < kKeys; ++key) {
    table.Insert({key + 7, key, key * 10});
    model[key] = {key + 7, key * 10};
  }
  this->ExpectEqual(table, model, kKeys + 100);
}

TYPED_TEST(ShardedTableTest, TheLargestId) {
  typename TestFixture::Table table;
  table.Insert({kNone - 2, 1, 5});
  ASSERT_NE(this->Find(table, 1), nullptr);
  EXPECT_EQ(this->Find(table, 1)->id, kNone - 2);
  table.Erase(TypeParam::Hash(1), kNone - 2);
  EXPECT_EQ(this->Find(table, 1), nullptr);
}

TYPED_TEST(ShardedTableTest, ErasedIsNotFoundAndNotAsked) {
  constexpr uint32_t kKeys = 1000;
  typename TestFixture::Table table;
  for (uint32_t key = 0; key < kKeys; ++key) table.Insert({key, key, 0});
  for (uint32_t key = 0; key < kKeys; ++key) {
    table.Erase(TypeParam::Hash(key), key);
  }
  EXPECT_EQ(table.size(), 0u);
  for (uint32_t key = 0; key < kKeys; ++key) {
    EXPECT_EQ(table.Find(TypeParam::Hash(key),
                         [](const auto&) {
                           ADD_FAILURE() << "a grave was shown";
                           return false;
                         }),
              nullptr);
  }
}

TYPED_TEST(ShardedTableTest, CopiesDoNotSeeLaterChanges) {
  constexpr uint32_t kKeys = 1500;
  typename TestFixture::Table table;
  typename TestFixture::Model model;
  for (uint32_t key = 0; key < kKeys; ++key) {
    table.Insert({key, key, key});
    model[key] = {key, key};
  }
  const typename TestFixture::Table copy = table;
  for (uint32_t key = 0; key < kKeys; ++key) {
    if (key % 3 == 0) table.Erase(TypeParam::Hash(key), key);
    if (key % 3 == 1) table.Mutable(TypeParam::Hash(key), key).value = 99;
    table.Insert({kKeys + key, kKeys + key, 1});
  }
  this->ExpectEqual(copy, model, 2 * kKeys);
}

TYPED_TEST(ShardedTableTest, AgreesWithAMapInEveryVersion) {
  constexpr uint32_t kKeys = 300;
  std::mt19937 random(1);
  typename TestFixture::Table table;
  typename TestFixture::Model model;
  std::vector<
      std::pair<typename TestFixture::Table, typename TestFixture::Model>>
      versions;
  uint32_t next_id = 0;
  for (int step = 0; step < 20'000; ++step) {
    const uint32_t key = random() % kKeys;
    const auto it = model.find(key);
    if (it == model.end()) {
      table.Insert({next_id, key, 0});
      model[key] = {next_id++, 0};
    } else if (random() % 2 == 0) {
      table.Erase(TypeParam::Hash(key), it->second.first);
      model.erase(it);
    } else {
      const uint64_t value = random();
      table.Mutable(TypeParam::Hash(key), it->second.first).value = value;
      it->second.second = value;
    }
    if (step % 1000 == 17) versions.emplace_back(table, model);
  }
  versions.emplace_back(table, model);
  for (const auto& [version, want] : versions) {
    this->ExpectEqual(version, want, kKeys);
  }
}

// The table is at least a hundred shards here.
TEST(ShardedTableSizeTest, ManyKeys) {
  constexpr uint32_t kKeys = 200'000;
  ShardedTable<Slot<Good>> table;
  for (uint32_t key = 0; key < kKeys; ++key) table.Insert({key, key, key});
  EXPECT_EQ(table.size(), kKeys);
  uint64_t asked = 0;
  for (uint32_t key = 0; key < 2 * kKeys; ++key) {
    const auto* slot = table.Find(Good::Hash(key), [&](const auto& s) {
      ++asked;
      return s.key == key;
    });
    ASSERT_EQ(slot != nullptr, key < kKeys) << key;
  }
  EXPECT_LT(asked, 2 * kKeys * 4) << "searches are short";
}

// Graves are cleared away: after much churn a search is as short as before.
TEST(ShardedTableSizeTest, ChurnLeavesNoGravesToWalkOver) {
  ShardedTable<Slot<Constant>> table;
  constexpr uint32_t kLive = 8;
  for (uint32_t key = 0; key < 100'000; ++key) {
    table.Insert({key, key, 0});
    if (key >= kLive) table.Erase(Constant::Hash(0), key - kLive);
    ASSERT_LE(table.size(), kLive + 1);
  }
  int asked = 0;
  table.Find(Constant::Hash(0), [&](const auto&) {
    ++asked;
    return false;
  });
  EXPECT_EQ(asked, static_cast<int>(kLive));
}

}  // namespace
}  // namespace gatehouse::rbac::internal
