#include "testing/allocation_count.h"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace gatehouse::testing {
namespace {

// What is shown to everybody must be there: the compiler may not save itself an
// allocation.
const void* volatile g_shown;

TEST(AllocationCountTest, Counts) {
  const size_t before = AllocationCount();
  const auto number = std::make_unique<int>(1);
  g_shown = number.get();
  EXPECT_EQ(AllocationCount(), before + 1);
  const std::string text(100, 'x');
  g_shown = text.data();
  EXPECT_EQ(AllocationCount(), before + 2);
  struct alignas(64) Line {
    char bytes[64];
  };
  const auto line = std::make_unique<Line>();
  g_shown = line.get();
  EXPECT_EQ(AllocationCount(), before + 3);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(line.get()) % 64, 0u);
}

TEST(AllocationCountTest, OfOneThread) {
  size_t others = 0;
  std::thread thread([&others] {
    const size_t before = AllocationCount();
    const std::string text(100, 'x');
    g_shown = text.data();
    others = AllocationCount() - before;
  });
  const size_t before = AllocationCount();
  thread.join();
  EXPECT_EQ(AllocationCount(), before);
  EXPECT_EQ(others, 1u);
}

}  // namespace
}  // namespace gatehouse::testing
