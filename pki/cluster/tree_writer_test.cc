#include "pki/cluster/tree_writer.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/testing/command.h"

namespace gatehouse::pki {
namespace {

using testing::GetFile;
using testing::MakeTestDirectory;

TEST(TreeWriter, WritesAndRemoves) {
  TreeWriter& writer = TreeWriter::System();
  const std::string path = absl::StrCat(MakeTestDirectory(), "/file");
  ASSERT_TRUE(writer.Write(path, "one", {}).ok());
  ASSERT_TRUE(writer.Write(path, "two", {}).ok());
  EXPECT_EQ(GetFile(path), "two");
  EXPECT_TRUE(writer.Remove(path).ok());
  EXPECT_EQ(ReasonOf(ReadFile(path).status()), Reason::kNotFound);
  EXPECT_TRUE(writer.Remove(path).ok()) << "what is not there is fine";
}

TEST(TreeWriter, SaysWhatItCannotRemove) {
  const std::string directory = MakeTestDirectory();
  const absl::Status status = TreeWriter::System().Remove(directory);
  EXPECT_EQ(ReasonOf(status), Reason::kForbidden);
  EXPECT_THAT(status.message(), ::testing::HasSubstr(directory));
}

}  // namespace
}  // namespace gatehouse::pki
