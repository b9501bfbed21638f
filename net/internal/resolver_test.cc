#include "net/internal/resolver.h"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::net::internal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Resolver::Deadline In(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}
constexpr std::chrono::milliseconds kLong(60000);

TEST(ResolverTest, LooksUp) {
  Resolver resolver([](const std::string& name) -> absl::StatusOr<Addresses> {
    if (name == "none") return Addresses();
    if (name == "unknown") return absl::UnavailableError("who?");
    return Addresses{"192.0.2.1", "2001:db8::1"};
  });
  const auto found = resolver.Resolve("example.com", In(kLong));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ElementsAre("192.0.2.1", "2001:db8::1"));
  for (const char* const name : {"none", "unknown"}) {
    EXPECT_TRUE(
        absl::IsUnavailable(resolver.Resolve(name, In(kLong)).status()));
  }
}

TEST(ResolverTest, LocalhostIsKnown) {
  Resolver resolver;
  const auto found = resolver.Resolve("localhost", In(kLong));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, Contains("127.0.0.1"));
}

TEST(ResolverTest, OneThatHangsHoldsNobodyPastTheDeadline) {
  std::promise<void> released;
  const std::shared_future<void> release = released.get_future().share();
  std::atomic<int> lookups{0};
  Resolver resolver(
      [&, release](const std::string&) -> absl::StatusOr<Addresses> {
        ++lookups;
        release.wait();
        return Addresses{"192.0.2.1"};
      });
  // More than may wait: those are told at once.
  int too_many = 0;
  for (int i = 0; i < 100; ++i) {
    const auto found =
        resolver.Resolve("slow.example.com", In(std::chrono::milliseconds(1)));
    too_many += absl::IsUnavailable(found.status()) ? 1 : 0;
    EXPECT_THAT(std::string(found.status().message()),
                HasSubstr("slow.example.com"));
  }
  EXPECT_GT(too_many, 0);
  EXPECT_LE(lookups, 4);
  released.set_value();
}

TEST(ResolverTest, OneThatHangsHoldsUpNoOther) {
  std::promise<void> released;
  const std::shared_future<void> release = released.get_future().share();
  Resolver resolver(
      [release](const std::string& name) -> absl::StatusOr<Addresses> {
        if (name == "slow.example.com") release.wait();
        return Addresses{"192.0.2.1"};
      });
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      resolver.Resolve("slow.example.com", In(std::chrono::milliseconds(1)))
          .status()));
  EXPECT_TRUE(resolver.Resolve("example.com", In(kLong)).ok());
  released.set_value();
}

TEST(ResolverTest, WhatNobodyWaitsForAnyMoreIsNotLookedUp) {
  std::promise<void> released;
  const std::shared_future<void> release = released.get_future().share();
  std::atomic<int> lookups{0};
  {
    Resolver resolver(
        [&, release](const std::string& name) -> absl::StatusOr<Addresses> {
          ++lookups;
          if (name != "last.example.com") release.wait();
          return Addresses{"192.0.2.1"};
        });
    for (int i = 0; i < 20; ++i) {
      resolver.Resolve("slow.example.com", In(std::chrono::milliseconds(1)))
          .IgnoreError();
    }
    released.set_value();
    EXPECT_TRUE(resolver.Resolve("last.example.com", In(kLong)).ok());
  }
  EXPECT_LE(lookups, 5);
}

}  // namespace
}  // namespace gatehouse::net::internal
