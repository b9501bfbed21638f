#include "rbac/internal/persistent_vector.h"

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace gatehouse::rbac::internal {
namespace {

using Strings = PersistentVector<std::string>;

constexpr uint32_t kChunk = Strings::kChunkSize;

Strings Numbered(uint32_t size) {
  Strings out;
  for (uint32_t i = 0; i < size; ++i)
    out.Mutable(out.Grow()) = std::to_string(i);
  return out;
}

void ExpectNumbered(const Strings& vector, uint32_t size) {
  ASSERT_EQ(vector.size(), size);
  for (uint32_t i = 0; i < size; ++i) ASSERT_EQ(vector[i], std::to_string(i));
}

TEST(PersistentVectorTest, GrowsAcrossChunks) {
  for (const uint32_t size :
       {0u, 1u, kChunk - 1, kChunk, kChunk + 1, 2 * kChunk, 3 * kChunk + 7}) {
    ExpectNumbered(Numbered(size), size);
  }
}

TEST(PersistentVectorTest, GrowsByDefaultElements) {
  PersistentVector<int> vector;
  for (uint32_t i = 0; i < 2 * kChunk; ++i) {
    ASSERT_EQ(vector.Grow(), i);
    ASSERT_EQ(vector[i], 0);
  }
}

TEST(PersistentVectorTest, CopiesDoNotSeeLaterChanges) {
  for (const uint32_t size : {1u, kChunk - 1, kChunk, 2 * kChunk + 1}) {
    Strings vector = Numbered(size);
    const Strings copy = vector;
    for (const uint32_t i : {0u, size / 2, size - 1}) {
      vector.Mutable(i) = "changed";
      EXPECT_EQ(vector[i], "changed");
    }
    for (uint32_t i = 0; i < kChunk + 1; ++i) {
      vector.Mutable(vector.Grow()) = "new";
    }
    EXPECT_EQ(vector.size(), size + kChunk + 1);
    ExpectNumbered(copy, size);
  }
}

TEST(PersistentVectorTest, CopiesOutliveTheVector) {
  auto vector = std::make_unique<Strings>(Numbered(kChunk + 3));
  const Strings copy = *vector;
  vector->Mutable(2) = "changed";
  vector.reset();
  ExpectNumbered(copy, kChunk + 3);
}

// A change copies one chunk, once, and only while somebody else has it.
TEST(PersistentVectorTest, CopiesNoMoreThanItMust) {
  Strings vector = Numbered(2 * kChunk);
  const std::string* first = &vector[0];
  const std::string* second = &vector[kChunk];
  EXPECT_EQ(&vector.Mutable(0), first) << "nobody has a copy";
  {
    const Strings copy = vector;
    EXPECT_EQ(&copy[0], first);
    EXPECT_NE(&vector.Mutable(1), &copy[1]);
    EXPECT_EQ(&copy[0], first) << "the copy keeps the old chunk";
    EXPECT_EQ(&vector[kChunk], second) << "the other chunk is shared";
    const std::string* own = &vector[0];
    EXPECT_EQ(&vector.Mutable(0), own) << "copied already";
  }
  EXPECT_EQ(&vector.Mutable(kChunk), second) << "the copy is gone";
}

TEST(PersistentVectorTest, VersionsStayAsTheyWere) {
  std::mt19937 random(1);
  PersistentVector<int> vector;
  std::vector<int> model;
  std::vector<std::pair<PersistentVector<int>, std::vector<int>>> versions;
  for (int step = 0; step < 20000; ++step) {
    if (model.empty() || random() % 16 == 0) {
      vector.Grow();
      model.push_back(0);
    } else {
      const uint32_t i = random() % model.size();
      vector.Mutable(i) = model[i] = step;
    }
    if (random() % 64 == 0) versions.emplace_back(vector, model);
    if (versions.size() > 20) versions.erase(versions.begin());
  }
  for (const auto& [version, want] : versions) {
    ASSERT_EQ(version.size(), want.size());
    for (uint32_t i = 0; i < version.size(); ++i) {
      ASSERT_EQ(version[i], want[i]);
    }
  }
}

TEST(IdPoolTest, HandsOutWhatWasTakenBack) {
  PersistentVector<int> vector;
  IdPool pool;
  for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(pool.Take(vector), i);
  pool.Free(vector, 3);
  pool.Free(vector, 1);
  const std::set<uint32_t> again = {pool.Take(vector), pool.Take(vector)};
  EXPECT_EQ(again, (std::set<uint32_t>{1, 3}));
  EXPECT_EQ(pool.Take(vector), 5u);
  EXPECT_EQ(vector.size(), 6u);
}

TEST(IdPoolTest, FreeEmptiesTheElementButNotThatOfACopy) {
  PersistentVector<std::shared_ptr<int>> vector;
  IdPool pool;
  const uint32_t id = pool.Take(vector);
  std::weak_ptr<int> watched;
  {
    auto value = std::make_shared<int>(7);
    watched = value;
    vector.Mutable(id) = std::move(value);
  }
  {
    const PersistentVector<std::shared_ptr<int>> copy = vector;
    pool.Free(vector, id);
    EXPECT_EQ(vector[id], nullptr);
    ASSERT_NE(copy[id], nullptr);
    EXPECT_EQ(*copy[id], 7);
  }
  EXPECT_TRUE(watched.expired());
}

TEST(IdPoolTest, ChurnDoesNotGrowTheVector) {
  PersistentVector<int> vector;
  IdPool pool;
  std::vector<uint32_t> held;
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    if (held.size() < 10 || (held.size() < 20 && random() % 2 == 0)) {
      held.push_back(pool.Take(vector));
      continue;
    }
    std::swap(held[random() % held.size()], held.back());
    pool.Free(vector, held.back());
    held.pop_back();
  }
  EXPECT_LE(vector.size(), 20u);
  EXPECT_EQ(std::set<uint32_t>(held.begin(), held.end()).size(), held.size());
}

}  // namespace
}  // namespace gatehouse::rbac::internal
