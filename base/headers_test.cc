#include "base/headers.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Headers Sample() {
  return Headers({{"X-Remote-Group", "a,b"},
                  {"Authorization", ""},
                  {"x-remote-group", "c"},
                  {"authorization", "Bearer x"},
                  {"X-Remote-Extra-Scopes", "s"}});
}

TEST(Headers, FirstIsTheFirstEvenIfEmpty) {
  const Headers headers = Sample();
  ASSERT_TRUE(headers.First("AUTHORIZATION").has_value());
  EXPECT_EQ(*headers.First("AUTHORIZATION"), "");
  EXPECT_FALSE(headers.First("Author").has_value());
  EXPECT_FALSE(headers.First("").has_value());
}

TEST(Headers, ValuesAreNeverJoined) {
  EXPECT_THAT(Sample().All("X-REMOTE-GROUP"), ElementsAre("a,b", "c"));
  EXPECT_THAT(Sample().All("X-Remote"), IsEmpty());
}

TEST(Headers, RemoveTakesEveryFieldOfTheName) {
  Headers headers = Sample();
  headers.Remove("authorization");
  EXPECT_THAT(
      headers.fields(),
      ElementsAre(Pair("X-Remote-Group", "a,b"), Pair("x-remote-group", "c"),
                  Pair("X-Remote-Extra-Scopes", "s")));
  headers.RemovePrefix("X-REMOTE-");
  EXPECT_TRUE(headers.empty());
}

TEST(Headers, SetReplacesAllInThePlaceOfTheFirst) {
  Headers headers = Sample();
  headers.Set("x-remote-group", "d");
  headers.Set("New", "n");
  EXPECT_THAT(
      headers.fields(),
      ElementsAre(Pair("X-Remote-Group", "d"), Pair("Authorization", ""),
                  Pair("authorization", "Bearer x"),
                  Pair("X-Remote-Extra-Scopes", "s"), Pair("New", "n")));
}

}  // namespace
}  // namespace gatehouse
