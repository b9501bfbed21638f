#include "base/secret.h"

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace {

// What every secret of these tests begins with. No block of memory that is
// freed while `g_watching` may hold it.
constexpr char kMark[] = "hush";
bool g_watching = false;
int g_leaks = 0;

bool HoldsMark(const void* memory, size_t size) {
  const char* bytes = static_cast<const char*>(memory);
  return std::search(bytes, bytes + size, kMark, kMark + strlen(kMark)) !=
         bytes + size;
}

void Free(void* memory) {
  if (g_watching && memory != nullptr &&
      HoldsMark(memory, malloc_usable_size(memory))) {
    ++g_leaks;
  }
  std::free(memory);
}

}  // namespace

// The test sees every block of memory that is given back.
void* operator new(size_t size) {
  // Zeroed, so that no block holds what an earlier one did.
  return std::calloc(1, size);
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }

namespace gatehouse {
namespace {

// Inside the string object, and on the heap.
std::vector<std::string> Texts() {
  return {"hush", "hush, 15 bytes.", "hush, 16 bytes..",
          "hush" + std::string(1000, 'x')};
}

absl::string_view Bytes(const Secret& secret) {
  return secret.Reveal(SecretAccess::Get());
}

// Runs `code` on a secret of each size, and fails if one of the blocks of
// memory that it frees holds the secret.
template <typename Code>
void ExpectNothingLeftOnTheHeap(Code code) {
  for (const std::string& text : Texts()) {
    g_leaks = 0;
    g_watching = true;
    code(text);
    g_watching = false;
    EXPECT_EQ(g_leaks, 0) << text.size();
  }
}

// A place for one Secret, of which the bytes can be looked at after its end.
class Place {
 public:
  template <typename... Args>
  explicit Place(Args&&... args) {
    std::memset(memory_, 0, sizeof(memory_));
    secret_ = new (memory_) Secret(std::forward<Args>(args)...);
  }
  ~Place() { End(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  Secret& operator*() { return *secret_; }
  void End() {
    if (secret_ != nullptr) secret_->~Secret();
    secret_ = nullptr;
  }
  bool holds_mark() const { return HoldsMark(memory_, sizeof(memory_)); }

 private:
  alignas(Secret) unsigned char memory_[sizeof(Secret)];
  Secret* secret_;
};

TEST(SecretTest, HoldsWhatItIsGiven) {
  for (const std::string& text : Texts()) {
    const Secret secret(text);
    EXPECT_EQ(Bytes(secret), text);
    EXPECT_EQ(secret.size(), text.size());
    EXPECT_FALSE(secret.empty());
  }
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(Secret("").empty());
  EXPECT_EQ(Bytes(Secret(absl::string_view("a\0b", 3))).size(), 3u);
}

TEST(SecretTest, CopiesAreTheirOwn) {
  for (const std::string& text : Texts()) {
    const Secret first(text);
    Secret copy(first);
    Secret assigned("hush: another");
    assigned = first;
    EXPECT_EQ(Bytes(copy), text);
    EXPECT_EQ(Bytes(assigned), text);
    copy = Secret("other");
    EXPECT_EQ(Bytes(first), text);
  }
}

TEST(SecretTest, MovesLeaveNothingBehind) {
  for (const std::string& text : Texts()) {
    Secret first(text);
    Secret second(std::move(first));
    EXPECT_EQ(Bytes(second), text);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
    Secret third;
    third = std::move(second);
    EXPECT_EQ(Bytes(third), text);
    EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
  }
}

TEST(SecretTest, AssignmentToItselfKeepsIt) {
  for (const std::string& text : Texts()) {
    Secret secret(text);
    Secret& same = secret;
    secret = same;
    EXPECT_EQ(Bytes(secret), text);
    secret = std::move(same);
    EXPECT_EQ(Bytes(secret), text);
  }
}

TEST(SecretTest, Compares) {
  const struct {
    absl::string_view a;
    absl::string_view b;
    bool equal;
  } kCases[] = {
      {"", "", true},
      {"a", "a", true},
      {"a", "", false},
      {"", "a", false},
      {"abc", "abd", false},
      {"abc", "xbc", false},
      {"abc", "abcd", false},
      {"abcd", "abc", false},
      {absl::string_view("a\0b", 3), absl::string_view("a\0b", 3), true},
      {absl::string_view("a\0b", 3), absl::string_view("a\0c", 3), false},
      {absl::string_view("a\0b", 3), "a", false},
      {"\x7f", "\xff", false},
      {"\xff\x80", "\xff\x80", true},
      {"a secret that is on the heap, by its length",
       "a secret that is on the heap, by its length", true},
      {"a secret that is on the heap, by its length",
       "a secret that is on the heap, by its lengtH", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Secret(c.a) == Secret(c.b), c.equal) << c.a << " " << c.b;
    EXPECT_EQ(Secret(c.a) != Secret(c.b), !c.equal) << c.a << " " << c.b;
    EXPECT_EQ(Secret(c.a).Equals(c.b), c.equal) << c.a << " " << c.b;
  }
}

TEST(SecretTest, PrintsAsRedacted) {
  for (const std::string& text : Texts()) {
    const Secret secret(text);
    std::ostringstream out;
    out << secret;
    EXPECT_EQ(out.str(), "[redacted]");
    EXPECT_EQ(absl::StrFormat("%s", absl::FormatStreamed(secret)),
              "[redacted]");
    EXPECT_EQ(
        absl::StrCat(absl::StrFormat("<%s>", absl::FormatStreamed(secret))),
        "<[redacted]>");
    EXPECT_EQ(::testing::PrintToString(secret), "[redacted]");
    EXPECT_EQ(::testing::PrintToString(std::vector<Secret>{secret}),
              "{ [redacted] }");
  }
}

TEST(SecretTest, TheTestSeesWhatIsNotWiped) {
  g_leaks = 0;
  g_watching = true;
  std::make_unique<std::string>("hush, as a string on the heap").reset();
  g_watching = false;
  EXPECT_GT(g_leaks, 0);
  Place place("hush");
  EXPECT_TRUE(place.holds_mark());
}

TEST(SecretTest, WipesItsMemoryWhenItEnds) {
  for (const std::string& text : Texts()) {
    Place place(text);
    place.End();
    EXPECT_FALSE(place.holds_mark()) << text.size();
  }
  ExpectNothingLeftOnTheHeap(
      [](const std::string& text) { std::make_unique<Secret>(text).reset(); });
}

TEST(SecretTest, WipesWhatItIsMovedFrom) {
  for (const std::string& text : Texts()) {
    Place from(text);
    Place to(std::move(*from));
    EXPECT_FALSE(from.holds_mark()) << text.size();
    EXPECT_EQ(Bytes(*to), text);
    Place again("another");
    *again = std::move(*to);
    EXPECT_FALSE(to.holds_mark()) << text.size();
    EXPECT_EQ(Bytes(*again), text);
  }
  ExpectNothingLeftOnTheHeap([](const std::string& text) {
    auto first = std::make_unique<Secret>(text);
    auto second = std::make_unique<Secret>(std::move(*first));
    first.reset();
    auto third = std::make_unique<Secret>("hush: a secret that is assigned to");
    *third = std::move(*second);
  });
}

TEST(SecretTest, WipesWhatIsAssignedTo) {
  for (const std::string& text : Texts()) {
    Place place(text);
    *place = Secret();
    EXPECT_FALSE(place.holds_mark()) << text.size();
    Place other(text);
    const Secret empty;
    *other = empty;
    EXPECT_FALSE(other.holds_mark()) << text.size();
  }
  ExpectNothingLeftOnTheHeap([](const std::string& text) {
    Secret secret(text);
    // Longer, so that the memory is another one.
    secret = Secret(std::string(5000, 'y'));
    const Secret longer(std::string(10000, 'z'));
    Secret assigned(text);
    assigned = longer;
  });
}

TEST(SecretTest, WipesOnTheWayThroughAContainer) {
  ExpectNothingLeftOnTheHeap([](const std::string& text) {
    std::vector<Secret> secrets;
    for (int i = 0; i < 20; ++i) secrets.emplace_back(text);
    secrets.erase(secrets.begin(), secrets.begin() + 7);
    secrets.clear();
    secrets.shrink_to_fit();
  });
}

TEST(WipeStringTest, WipesAllThatTheStringMayHaveHeld) {
  for (const std::string& text : Texts()) {
    std::string bytes = text;
    const char* memory = bytes.data();
    const size_t capacity = bytes.capacity();
    bytes.resize(1);  // The rest is still there.
    WipeString(&bytes);
    EXPECT_TRUE(bytes.empty());
    ASSERT_EQ(bytes.data(), memory);
    ASSERT_EQ(bytes.capacity(), capacity);
    bytes.resize(1);  // So that the memory is the string's to look at.
    EXPECT_FALSE(HoldsMark(memory, 1));
    bytes.resize(capacity);
    EXPECT_EQ(bytes, std::string(capacity, '\0'));
  }
  std::string empty;
  WipeString(&empty);
  EXPECT_TRUE(empty.empty());
}

}  // namespace
}  // namespace gatehouse
