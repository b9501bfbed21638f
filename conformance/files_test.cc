#include "conformance/files.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "conformance/test_directory.h"
#include "gtest/gtest.h"

namespace gatehouse::conformance {
namespace {

constexpr size_t kNoLimit = size_t{1} << 30;

TEST(ReadFileTest, ReadsAllBytes) {
  const TestDirectory directory;
  const std::string bytes("a\0b\n\xff", 5);
  directory.Write("f", bytes);
  directory.Write("empty", "");
  EXPECT_EQ(*ReadFile(directory.path() + "/f"), bytes);
  EXPECT_EQ(*ReadFile(directory.path() + "/empty"), "");
}

TEST(ReadFileTest, NamesWhatCannotBeRead) {
  const TestDirectory directory;
  for (const std::string& path :
       {directory.path() + "/none", directory.path()}) {
    const auto bytes = ReadFile(path);
    ASSERT_FALSE(bytes.ok()) << path;
    EXPECT_EQ(bytes.status().message(), path + ": cannot be read");
  }
}

TEST(ReadGzipFileTest, Unpacks) {
  const TestDirectory directory;
  directory.WriteGzip("f.gz", "hello");
  EXPECT_EQ(*ReadGzipFile(directory.path() + "/f.gz"), "hello");
  EXPECT_FALSE(ReadGzipFile(directory.path() + "/none").ok());
}

struct GunzipCase {
  std::string name;
  std::string packed;
  size_t max_bytes;
  // What comes out, or the reason of the error.
  std::string want;
  Reason reason = Reason::kNone;
};

class GunzipTest : public testing::TestWithParam<GunzipCase> {};

TEST_P(GunzipTest, Unpacks) {
  const GunzipCase& test = GetParam();
  const auto got = Gunzip(test.packed, "f.gz", test.max_bytes);
  ASSERT_EQ(got.ok(), test.reason == Reason::kNone) << got.status();
  if (got.ok()) {
    EXPECT_EQ(*got, test.want);
  } else {
    EXPECT_EQ(ReasonOf(got.status()), test.reason);
    EXPECT_EQ(got.status().message().substr(0, 6), "f.gz: ");
  }
}

std::string Broken(std::string packed) {
  packed[packed.size() - 6] ^= 1;  // In the checksum.
  return packed;
}

const std::string& Long() {
  static const auto* const text = new std::string(1'000'000, 'x');
  return *text;
}

INSTANTIATE_TEST_SUITE_P(
    All, GunzipTest,
    testing::Values(
        GunzipCase{"empty_text", Gzip(""), kNoLimit, ""},
        GunzipCase{"text", Gzip("hello\n"), kNoLimit, "hello\n"},
        GunzipCase{"long_text", Gzip(Long()), kNoLimit, Long()},
        GunzipCase{"two_members", Gzip("a") + Gzip("b"), kNoLimit, "ab"},
        GunzipCase{"at_the_limit", Gzip("hello"), 5, "hello"},
        GunzipCase{"over_the_limit", Gzip("hello"), 4, "", Reason::kTooLarge},
        GunzipCase{"nothing", "", kNoLimit, "", Reason::kMalformed},
        GunzipCase{"plain_text", "hello", kNoLimit, "", Reason::kMalformed},
        GunzipCase{"cut_short", Gzip(Long()).substr(0, 500), kNoLimit, "",
                   Reason::kMalformed},
        GunzipCase{"checksum_cut_off", Gzip("hi").substr(0, 18), kNoLimit, "",
                   Reason::kMalformed},
        GunzipCase{"wrong_checksum", Broken(Gzip("hello")), kNoLimit, "",
                   Reason::kMalformed},
        GunzipCase{"bytes_behind_it", Gzip("hello") + "x", kNoLimit, "",
                   Reason::kMalformed}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace gatehouse::conformance
