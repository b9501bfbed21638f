#include "rbac/internal/symbols.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse::rbac::internal {
namespace {

// A name in a piece of memory of exactly its size, so that a sanitizer sees
// whoever reads beyond it.
class Exact {
 public:
  explicit Exact(absl::string_view name)
      : size_(name.size()), bytes_(new char[name.size()]) {
    std::copy(name.begin(), name.end(), bytes_.get());
  }
  absl::string_view view() const { return {bytes_.get(), size_}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> bytes_;
};

// ---- HashName ----

TEST(HashNameTest, DependsOnTheBytesAlone) {
  for (size_t size = 0; size < 100; ++size) {
    const std::string name(size, 'a');
    EXPECT_EQ(HashName(Exact(name).view()), HashName(name)) << size;
  }
}

// Every byte counts, wherever it is, and so does the length.
TEST(HashNameTest, EveryByteCounts) {
  std::set<uint32_t> hashes;
  size_t names = 0;
  for (size_t size = 0; size < 70; ++size) {
    std::string name(size, 'a');
    hashes.insert(HashName(name));
    ++names;
    for (size_t i = 0; i < size; ++i) {
      name[i] = 'b';
      hashes.insert(HashName(name));
      name[i] = 'a';
      ++names;
    }
  }
  // By chance, not one pair of these few thousand is equal on most days.
  EXPECT_GE(hashes.size() + 3, names);
}

// Shards are chosen by the high bits, slots by the low ones.
TEST(HashNameTest, SpreadsNamesThatLookAlike) {
  constexpr int kNames = 65536;
  for (const char* prefix : {"", "n-", "namespace-", "team-0000-namespace-"}) {
    std::vector<int> high(256), low(256);
    for (int i = 0; i < kNames; ++i) {
      const uint32_t hash = HashName(absl::StrCat(prefix, i));
      ++high[hash >> 24];
      ++low[hash & 255];
    }
    // 256 in each on average; 16 is one standard deviation.
    for (const auto* counts : {&high, &low}) {
      EXPECT_LT(*std::max_element(counts->begin(), counts->end()), 400)
          << prefix;
      EXPECT_GT(*std::min_element(counts->begin(), counts->end()), 130)
          << prefix;
    }
  }
}

TEST(SameBytesTest, SeesEveryDifference) {
  for (size_t size = 0; size < 64; ++size) {
    const Exact a(std::string(size, 'x'));
    const Exact same(std::string(size, 'x'));
    EXPECT_TRUE(SameBytes(a.view().data(), same.view().data(), size)) << size;
    for (size_t i = 0; i < size; ++i) {
      std::string other(size, 'x');
      other[i] = 'y';
      const Exact b(other);
      EXPECT_FALSE(SameBytes(a.view().data(), b.view().data(), size))
          << size << " " << i;
    }
  }
}

// ---- SymbolTable ----

TEST(SymbolTableTest, EqualNamesEqualNumbers) {
  SymbolTable table;
  const uint32_t pods = table.Intern("pods");
  const uint32_t nodes = table.Intern("nodes");
  EXPECT_NE(pods, nodes);
  EXPECT_EQ(table.Intern("pods"), pods);
  EXPECT_EQ(table.Find("pods"), pods);
  EXPECT_EQ(table.Find("Pods"), kNone);
  EXPECT_EQ(table.Find("pod"), kNone);
  EXPECT_EQ(table.Find("podss"), kNone);
  EXPECT_EQ(table.Find(""), kNone);
  EXPECT_EQ(table.name(pods), "pods");
  EXPECT_EQ(table.size(), 2u);
}

// A slot holds the first 20 bytes of a name; what is longer must be compared
// in full.
TEST(SymbolTableTest, NamesOfEveryLength) {
  SymbolTable table;
  std::map<std::string, uint32_t> ids;
  for (size_t size = 0; size < 300; ++size) {
    for (const char last : {'a', 'b', '\0', '\xff'}) {
      std::string name(size, 'a');
      if (size > 0) name.back() = last;
      ids[name] = table.Intern(name);
    }
  }
  std::set<uint32_t> distinct;
  for (const auto& [name, id] : ids) {
    distinct.insert(id);
    EXPECT_EQ(table.Find(Exact(name).view()), id) << name.size();
    EXPECT_EQ(table.name(id), name);
    EXPECT_EQ(table.Find(name + "c"), kNone);
  }
  EXPECT_EQ(distinct.size(), ids.size());
  EXPECT_EQ(table.size(), ids.size());
}

TEST(SymbolTableTest, RemovedNumbersAreGivenAgain) {
  SymbolTable table;
  table.Intern("a");
  const uint32_t b = table.Intern("b");
  const SymbolTable copy = table;
  table.Remove(b);
  EXPECT_EQ(table.Find("b"), kNone);
  EXPECT_EQ(table.Intern("c"), b);
  EXPECT_EQ(table.Find("b"), kNone);
  EXPECT_EQ(copy.Find("b"), b);
  EXPECT_EQ(copy.name(b), "b");
  EXPECT_EQ(copy.Find("c"), kNone);
}

TEST(SymbolTableTest, ChurnDoesNotRaiseTheNumbers) {
  SymbolTable table;
  for (int i = 0; i < 100'000; ++i) {
    const uint32_t id =
        table.Intern(absl::StrCat("a-name-over-twenty-bytes-", i));
    ASSERT_EQ(id, 0u);
    table.Remove(id);
  }
  EXPECT_EQ(table.size(), 0u);
}

// Names with equal hashes are found by trying: among so many there are some.
// Equal lengths and equal heads, so that nothing but the whole name tells them
// apart.
TEST(SymbolTableTest, NamesWithEqualHashes) {
  std::map<uint32_t, std::string> by_hash;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int i = 1'000'000; i < 1'400'000; ++i) {
    std::string name = absl::StrCat("twenty-bytes-and-more-", i);
    const auto [it, inserted] = by_hash.emplace(HashName(name), name);
    if (!inserted) pairs.emplace_back(it->second, std::move(name));
  }
  ASSERT_FALSE(pairs.empty());
  SymbolTable table;
  for (const auto& [first, second] : pairs) {
    const uint32_t id = table.Intern(first);
    EXPECT_EQ(table.Find(second), kNone);
    EXPECT_NE(table.Intern(second), id);
    EXPECT_EQ(table.Find(first), id);
    table.Remove(id);
    EXPECT_EQ(table.Find(first), kNone);
    EXPECT_NE(table.Find(second), kNone);
  }
}

// ---- NameSlot ----

template <typename Slot>
void CheckHead(size_t head) {
  for (const size_t size : {head - 1, head, head + 1, 2 * head}) {
    const std::string name(size, 'n');
    const Slot slot = Slot::Of(HashName(name), 5, name);
    EXPECT_EQ(slot.id, 5u);
    EXPECT_EQ(Slot::Long(name), size > head);
    EXPECT_TRUE(slot.Begins(HashName(name), name));
    EXPECT_FALSE(slot.Begins(HashName(name) + 1, name));
    // Told apart within the head, not beyond it.
    std::string other = name;
    other.back() = 'm';
    EXPECT_EQ(slot.Begins(HashName(name), other), size > head) << size;
    other = name;
    other[head - 2] = 'm';
    EXPECT_FALSE(slot.Begins(HashName(name), other)) << size;
    EXPECT_FALSE(slot.Begins(HashName(name), name + "n")) << size;
  }
}

TEST(NameSlotTest, HeadOfTwenty) { CheckHead<NameSlot<20>>(20); }
TEST(NameSlotTest, HeadOfThirtySix) { CheckHead<NameSlot<36>>(36); }

// ---- Symbols ----

TEST(SymbolsTest, NumberZeroIsTheWildcard) {
  Symbols symbols;
  EXPECT_EQ(symbols.verbs.Find("*"), kAny);
  EXPECT_EQ(symbols.groups.Find("*"), kAny);
  EXPECT_EQ(symbols.resources.Find("*"), kAny);
  EXPECT_EQ(symbols.size(), 3u);
}

TEST(SymbolsTest, NoticesSubresourcesOfAnything) {
  const struct {
    const char* resource;
    bool want;
  } kCases[] = {
      {"*", false},      {"pods", false}, {"pods/log", false},
      {"pods/*", false}, {"/log", false}, {"**/log", false},
      {"*log", false},   {"*/log", true}, {"*/", true},
      {"*/*", true},     {"*/a/b", true},
  };
  for (const auto& c : kCases) {
    Symbols symbols;
    symbols.InternResource(c.resource);
    EXPECT_EQ(symbols.any_of_subresource, c.want) << c.resource;
  }
}

}  // namespace
}  // namespace gatehouse::rbac::internal
