#include "conformance/test_directory.h"

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse::conformance {

namespace fs = std::filesystem;

TestDirectory::TestDirectory() {
  static int count = 0;
  path_ = absl::StrCat(testing::TempDir(), "/cases_", getpid(), "_", count++);
  fs::remove_all(path_);
  fs::create_directories(path_);
}

TestDirectory::~TestDirectory() {
  std::error_code error;
  fs::remove_all(path_, error);
}

void TestDirectory::Write(const std::string& name,
                          absl::string_view text) const {
  const fs::path path = fs::path(path_) / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void TestDirectory::WriteGzip(const std::string& name,
                              absl::string_view text) const {
  Write(name, Gzip(text));
}

std::string Gzip(absl::string_view text) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8,
                         Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<Bytef*>(&packed[0]);
  stream.avail_out = packed.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

std::string FileOfCase(absl::string_view input, absl::string_view expect) {
  return absl::StrCat(R"({"_schema": {}, "cases": [{"name": "the case", )",
                      R"("input": )", input, R"(, "expect": )", expect, "}]}");
}

}  // namespace gatehouse::conformance
