#include "base/snapshot.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace gatehouse {
namespace {

// Counts how many are alive.
struct Counted {
  explicit Counted(int v) : value(v), check(~v) { ++alive; }
  ~Counted() {
    value = check = 0;
    --alive;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  int value;
  int check;
  static std::atomic<int> alive;
};
std::atomic<int> Counted::alive{0};

TEST(SnapshotCellTest, LoadsWhatWasPublished) {
  SnapshotCell<Counted> cell(std::make_unique<Counted>(1));
  EpochGuard guard;
  EXPECT_EQ(cell.Load()->value, 1);
  cell.Publish(std::make_unique<Counted>(2));
  EXPECT_EQ(cell.Load()->value, 2);
}

TEST(SnapshotCellTest, FreesAReplacedVersionOnceNobodyReads) {
  {
    SnapshotCell<Counted> cell(std::make_unique<Counted>(1));
    const Counted* seen = nullptr;
    {
      EpochGuard guard;
      seen = cell.Load();
      cell.Publish(std::make_unique<Counted>(2));
      cell.Publish(std::make_unique<Counted>(3));
      EXPECT_EQ(seen->value, 1) << "freed under a reader";
      EXPECT_EQ(Counted::alive, 3);
    }
    cell.Publish(std::make_unique<Counted>(4));
    EXPECT_EQ(Counted::alive, 1);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(SnapshotCellTest, NestedGuardsKeepWhatTheOuterOneSaw) {
  SnapshotCell<Counted> cell(std::make_unique<Counted>(1));
  EpochGuard outer;
  const Counted* seen = cell.Load();
  { EpochGuard inner; }
  cell.Publish(std::make_unique<Counted>(2));
  cell.Publish(std::make_unique<Counted>(3));
  EXPECT_EQ(seen->value, 1);
}

TEST(SnapshotCellTest, SlotsOfEndedThreadsAreTakenAgain) {
  SnapshotCell<Counted> cell(std::make_unique<Counted>(7));
  for (int i = 0; i < 100; ++i) {
    std::thread([&cell] {
      EpochGuard guard;
      EXPECT_EQ(cell.Load()->value, 7);
    }).join();
  }
  cell.Publish(std::make_unique<Counted>(8));
  EXPECT_EQ(Counted::alive, 1);
}

// Readers never see a freed or half-made version, nor an older one than they
// saw before.
TEST(SnapshotCellTest, ReadersUnderAWriter) {
  constexpr int kVersions = 5000;
  {
    SnapshotCell<Counted> cell(std::make_unique<Counted>(0));
    std::vector<std::thread> readers;
    for (int t = 0; t < 3; ++t) {
      readers.emplace_back([&cell] {
        int last = 0;
        while (last < kVersions) {
          EpochGuard guard;
          const Counted* seen = cell.Load();
          ASSERT_EQ(seen->check, ~seen->value);
          ASSERT_GE(seen->value, last);
          last = seen->value;
        }
      });
    }
    for (int i = 1; i <= kVersions; ++i) {
      cell.Publish(std::make_unique<Counted>(i));
    }
    for (std::thread& reader : readers) reader.join();
  }
  EXPECT_EQ(Counted::alive, 0);
}

}  // namespace
}  // namespace gatehouse
