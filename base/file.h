// Files read whole and written atomically.
#ifndef GATEHOUSE_BASE_FILE_H_
#define GATEHOUSE_BASE_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gatehouse {

// Reads a whole file. kNotFound; kTooLarge over `max_bytes`. Errors name
// the path and the system's reason.
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t max_bytes = size_t{256} << 20);

// WriteOptions say how WriteFile creates a file.
struct WriteOptions {
  int mode = 0644;        // Permission bits, whatever the umask. Secrets: 0600.
  bool overwrite = true;  // False: an existing file is kConflict, untouched.
};

// Writes a file atomically and durably: a temporary file in the same directory
// with its final permissions from the start, fsync, then rename (or link,
// where it must not overwrite), then fsync of the directory. Readers see the
// old content or the new, and after a crash it is one of them. A symlink at
// `path` is replaced, not followed. Errors name the path.
absl::Status WriteFile(const std::string& path, absl::string_view contents,
                       const WriteOptions& options = WriteOptions());

// Creates a directory and its parents; one that exists is fine.
absl::Status MakeDirectories(const std::string& path, int mode = 0755);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_FILE_H_
