#include "pki/pem.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::pki {
namespace {

// Returns "label@line:bytes" of each block, headers in brackets.
std::string Dump(absl::string_view text) {
  const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(text, "f");
  if (!blocks.ok()) return std::string(blocks.status().message());
  std::string dump;
  for (const PemBlock& block : *blocks) {
    absl::StrAppend(&dump, dump.empty() ? "" : " ", block.label, "@",
                    block.line, ":", block.der);
    if (!block.headers.empty()) absl::StrAppend(&dump, "[", block.headers, "]");
  }
  return dump;
}

#define BLOCK "-----BEGIN X-----\naGVsbG8=\n-----END X-----\n"

struct Row {
  const char* text;
  const char* dump;
};
constexpr Row kRows[] = {
    {"", ""},
    {"no block at all", ""},
    {BLOCK, "X@1:hello"},
    {BLOCK BLOCK, "X@1:hello X@4:hello"},
    {"before\n" BLOCK "between\n\n" BLOCK "after", "X@2:hello X@7:hello"},
    {"-----BEGIN X-----\naGVsbG8=\n-----END X-----", "X@1:hello"},
    {"-----BEGIN X-----\r\naGVsbG8=\r\n-----END X-----\r\n", "X@1:hello"},
    {"-----BEGIN X-----  \n aGVs \t\n\nbG8=\n-----END X----- \n", "X@1:hello"},
    {"-----BEGIN X-----\naGVs\nbG8=\n-----END X-----\n", "X@1:hello"},
    {"-----BEGIN A B-----\naGVsbG8=\n-----END A B-----\n", "A B@1:hello"},
    {"-----BEGIN -----\naGVsbG8=\n-----END -----\n", "@1:hello"},
    {"-----BEGIN X-----\n-----END X-----\n", "X@1:"},
    // Headers.
    {"-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: a\n\naGVsbG8=\n"
     "-----END X-----\n",
     "X@1:hello[Proc-Type: 4,ENCRYPTED\nDEK-Info: a\n]"},
    {"-----BEGIN X-----\na: b\n-----END X-----\n", "X@1:[a: b\n]"},
    {"-----BEGIN X-----\naGVs\nA: b\nbG8=\n-----END X-----\n", ""},
    // Passed over, and what follows is found.
    {"-----BEGIN X-----\naGVsbG8=\n" BLOCK, "X@3:hello"},
    {"-----BEGIN X-----\naGVsbG8=\n-----END Y-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVsbG8\n-----END X-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVs*G8=\n-----END X-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVsbG8=aGVs\n-----END X-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVsbG8==\n-----END X-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVs-_8=\n-----END X-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVsbG8=\n-----END X----- no\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X----\naGVsbG8=\n-----END X----\n" BLOCK, "X@4:hello"},
    {"----BEGIN X-----\naGVsbG8=\n----END X-----\n" BLOCK, "X@4:hello"},
    {" -----BEGIN X-----\naGVsbG8=\n-----END X-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVsbG8=\n -----END X-----\n" BLOCK, "X@4:hello"},
    {"-----BEGIN X-----\naGVsbG8=", ""},
    {"-----BEGIN X-----", ""},
    {"-----BEGIN X", ""},
    {"-----END X-----\n" BLOCK, "X@2:hello"},
};

TEST(PemTest, Decodes) {
  for (const Row& row : kRows) {
    EXPECT_EQ(Dump(row.text), row.dump) << row.text;
  }
}

TEST(PemTest, EncodesInLinesOf64) {
  EXPECT_EQ(EncodePem("X", "hello"), BLOCK);
  EXPECT_EQ(EncodePem("X", ""), "-----BEGIN X-----\n-----END X-----\n");
  // 48 bytes fill a line, 49 begin the next.
  const std::string line(64, 'Y');
  const std::string bytes = "a\x86\x18";
  std::string whole;
  for (int i = 0; i < 16; ++i) whole += bytes;
  EXPECT_EQ(EncodePem("X", whole),
            absl::StrCat("-----BEGIN X-----\nYYYY", line.substr(4),
                         "\n-----END X-----\n"));
  EXPECT_EQ(
      EncodePem("X", whole + "a"),
      absl::StrCat("-----BEGIN X-----\n", line, "\nYQ==\n-----END X-----\n"));
}

TEST(PemTest, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const std::string text = EncodePem("A LABEL", bytes);
    const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(text, "");
    ASSERT_TRUE(blocks.ok());
    ASSERT_EQ(blocks->size(), 1u);
    EXPECT_EQ((*blocks)[0].label, "A LABEL");
    EXPECT_EQ((*blocks)[0].der, bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(PemTest, Ceilings) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += BLOCK;
  const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(many, "f");
  ASSERT_TRUE(blocks.ok());
  EXPECT_EQ(blocks->size(), 100'000u);
  EXPECT_EQ(blocks->back().line, 299'998);
  many += BLOCK;
  EXPECT_EQ(ReasonOf(DecodePem(many, "f").status()), Reason::kTooLarge);
  EXPECT_EQ(Dump(many), "f: PEM text has more than 100000 blocks");
  const std::string large((size_t{64} << 20) + 1, '\n');
  EXPECT_EQ(Dump(large), "f: PEM text has more than 64 MiB");
}

// An opening without end costs one look at each line, however many there are.
TEST(PemTest, ManyOpeningsTakeLinearTime) {
  std::string openings;
  for (int i = 0; i < 1'000'000; ++i) openings += "-----BEGIN X-----\nYQ==\n";
  EXPECT_EQ(Dump(openings), "");
}

}  // namespace
}  // namespace gatehouse::pki
