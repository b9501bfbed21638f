#include "cli/internal/object_files.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "cli/internal/command.h"
#include "gtest/gtest.h"
#include "objects/memory_store.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::cli {
namespace {

constexpr char kSecret[] =
    "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: ns}, "
    "data: {a: b25l, b: b25l}, stringData: {b: two, c: three}}\n";

struct Loaded {
  absl::StatusOr<std::shared_ptr<objects::MemoryStore>> store;
  std::string err;
};

Loaded Load(const ObjectFlags& flags, const std::string& in = "") {
  std::istringstream input(in);
  std::ostringstream out;
  std::ostringstream err;
  auto store = LoadObjects(flags, Streams{input, out, err});
  return {std::move(store), err.str()};
}

std::string Write(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path) << text;
  return path;
}

TEST(ObjectFilesTest, NoFilesAreAnEmptyStore) {
  const Loaded loaded = Load(ObjectFlags());
  ASSERT_TRUE(loaded.store.ok());
  const auto& kind = *objects::FindKind("v1", "Secret");
  EXPECT_TRUE((*loaded.store)->List(kind, "")->items.empty());
}

TEST(ObjectFilesTest, StringDataBecomesData) {
  const Loaded loaded = Load({{Write("secret.yaml", kSecret)}, "warn"});
  ASSERT_TRUE(loaded.store.ok()) << loaded.store.status();
  EXPECT_EQ(loaded.err, "");
  const auto object =
      (*loaded.store)->Get(*objects::FindKind("v1", "Secret"), "ns", "s");
  ASSERT_TRUE(object.ok());
  const auto& secret = *object->As<k8s::Secret>();
  EXPECT_TRUE(secret.stringdata().empty());
  ASSERT_EQ(secret.data().size(), 3u);
  EXPECT_EQ(secret.data().at("a"), "one");
  EXPECT_EQ(secret.data().at("b"), "two");
  EXPECT_EQ(secret.data().at("c"), "three");
}

TEST(ObjectFilesTest, FromStdin) {
  const Loaded loaded = Load({{"-"}, "warn"}, kSecret);
  ASSERT_TRUE(loaded.store.ok()) << loaded.store.status();
  EXPECT_TRUE(
      (*loaded.store)->Get(*objects::FindKind("v1", "Secret"), "ns", "s").ok());
}

TEST(ObjectFilesTest, FaultsAndErrors) {
  const std::string typo = Write(
      "typo.yaml",
      "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: ns}, "
      "stringDta: {a: b}}\n");
  const Loaded warned = Load({{typo}, "warn"});
  EXPECT_TRUE(warned.store.ok());
  EXPECT_TRUE(absl::StrContains(warned.err, "stringDta")) << warned.err;
  EXPECT_EQ(Load({{typo}, "ignore"}).err, "");
  EXPECT_EQ(ReasonOf(Load({{typo}, "strict"}).store.status()),
            Reason::kUnknownField);
  EXPECT_EQ(ReasonOf(Load({{typo + ".none"}, "warn"}).store.status()),
            Reason::kNotFound);
  EXPECT_EQ(Load({{""}, "warn"}).store.status().message(),
            "-f \"\": the path is empty");
  EXPECT_EQ(Load({{"-", "-"}, "warn"}).store.status().message(),
            "-f -: stdin can be read only once");
  const std::string twice =
      Write("twice.yaml", absl::StrCat(kSecret, "---\n", kSecret));
  EXPECT_EQ(ReasonOf(Load({{twice}, "warn"}).store.status()),
            Reason::kDuplicate);
}

}  // namespace
}  // namespace gatehouse::cli
