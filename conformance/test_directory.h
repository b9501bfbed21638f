// A directory of cases for the runner's own tests.
#ifndef GATEHOUSE_CONFORMANCE_TEST_DIRECTORY_H_
#define GATEHOUSE_CONFORMANCE_TEST_DIRECTORY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::conformance {

// TestDirectory is an empty directory, removed with all that is in it when the
// object goes away.
class TestDirectory {
 public:
  TestDirectory();
  ~TestDirectory();
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }

  // Writes a file, and makes the directories above it.
  void Write(const std::string& name, absl::string_view text) const;
  // The same, compressed.
  void WriteGzip(const std::string& name, absl::string_view text) const;

 private:
  std::string path_;
};

// Returns `text` as a gzip file has it.
std::string Gzip(absl::string_view text);

// Returns a file of one case, whose input and expect are these JSON texts.
std::string FileOfCase(absl::string_view input, absl::string_view expect);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_TEST_DIRECTORY_H_
