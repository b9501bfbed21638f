#include "rbac/internal/id_list.h"

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::rbac::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

std::vector<uint32_t> Ids(const IdList& list) {
  return std::vector<uint32_t>(list.begin(), list.end());
}

// "+7 -7" adds and removes.
IdList Made(absl::string_view steps) {
  IdList list;
  for (const absl::string_view step :
       absl::StrSplit(steps, ' ', absl::SkipEmpty())) {
    uint32_t id = 0;
    EXPECT_TRUE(absl::SimpleAtoi(step.substr(1), &id)) << step;
    if (step[0] == '+') {
      list.Add(id);
    } else {
      list.Remove(id);
    }
  }
  return list;
}

struct Case {
  const char* steps;
  std::vector<uint32_t> want;
};

TEST(IdListTest, AddAndRemove) {
  const Case kCases[] = {
      {"", {}},
      {"-0", {}},
      {"+0", {0}},
      {"+4294967295", {4294967295u}},
      {"+1 -1", {}},
      {"+1 -2", {1}},
      {"+1 -1 -1", {}},
      {"+1 -1 +2", {2}},
      {"+1 +2", {1, 2}},
      {"+1 +2 -1", {2}},
      {"+1 +2 -2", {1}},
      {"+1 +2 -3", {1, 2}},
      {"+1 +2 -1 -2", {}},
      {"+1 +2 -1 -2 +3", {3}},
      {"+1 +2 -1 -2 +3 +4", {3, 4}},
      {"+1 +2 +3 -1", {2, 3}},
      {"+1 +2 +3 -2", {1, 3}},
      // Equal ids are several; one goes at a time.
      {"+1 +1 -1", {1}},
      {"+1 +1 +2 -1 -1", {2}},
  };
  for (const Case& c : kCases) {
    const IdList list = Made(c.steps);
    EXPECT_THAT(Ids(list), UnorderedElementsAreArray(c.want)) << c.steps;
    EXPECT_EQ(list.size(), c.want.size()) << c.steps;
    EXPECT_EQ(list.empty(), c.want.empty()) << c.steps;
  }
}

TEST(IdListTest, BackIsTheOneAddedLast) {
  IdList list;
  for (uint32_t id = 1; id < 10; ++id) {
    list.Add(id);
    EXPECT_EQ(list.back(), id);
  }
}

TEST(IdListTest, TakesSixteenBytes) { EXPECT_EQ(sizeof(IdList), 16u); }

// What is done to the copy does not show in the original, nor the reverse.
TEST(IdListTest, CopiesAreIndependent) {
  for (const char* steps : {"", "+1", "+1 +2", "+1 +2 +3", "+1 +2 -1 -2"}) {
    IdList original = Made(steps);
    const std::vector<uint32_t> before = Ids(original);
    IdList copy = original;
    copy.Add(9);
    copy.Remove(1);
    EXPECT_EQ(Ids(original), before) << steps;
    IdList assigned;
    assigned.Add(8);
    assigned = original;
    original.Add(7);
    EXPECT_EQ(Ids(assigned), before) << steps;
  }
}

TEST(IdListTest, MovedFromIsEmptyAndUsable) {
  for (const char* steps : {"", "+1", "+1 +2", "+1 +2 -1 -2"}) {
    IdList from = Made(steps);
    const std::vector<uint32_t> before = Ids(from);
    IdList to = std::move(from);
    EXPECT_EQ(Ids(to), before) << steps;
    EXPECT_THAT(Ids(from), IsEmpty()) << steps;  // NOLINT: its contract here.
    from.Add(5);
    from.Add(6);
    EXPECT_THAT(Ids(from), ElementsAre(5, 6)) << steps;
    to = std::move(from);
    EXPECT_THAT(Ids(to), ElementsAre(5, 6)) << steps;
  }
}

TEST(IdListTest, SelfAssignmentChangesNothing) {
  for (const char* steps : {"+1", "+1 +2 +3"}) {
    IdList list = Made(steps);
    const std::vector<uint32_t> before = Ids(list);
    const IdList& same = list;
    list = same;
    EXPECT_EQ(Ids(list), before) << steps;
  }
}

TEST(IdListTest, AgreesWithAMultiset) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    IdList list;
    std::multiset<uint32_t> model;
    for (int step = 0; step < 60; ++step) {
      const uint32_t id = random() % 6;
      if (random() % 2 == 0) {
        list.Add(id);
        model.insert(id);
      } else {
        list.Remove(id);
        const auto it = model.find(id);
        if (it != model.end()) model.erase(it);
      }
      ASSERT_THAT(Ids(list), UnorderedElementsAreArray(model));
    }
  }
}

}  // namespace
}  // namespace gatehouse::rbac::internal
