// Reading files, plain and compressed.
#ifndef GATEHOUSE_CONFORMANCE_FILES_H_
#define GATEHOUSE_CONFORMANCE_FILES_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gatehouse::conformance {

// Returns the bytes of a file; the error names the file.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Returns the bytes of a gzip file, all members of it. kMalformed if it is none
// or cut short, kTooLarge if it unpacks to more than `max_bytes`.
absl::StatusOr<std::string> ReadGzipFile(const std::string& path,
                                         size_t max_bytes = size_t{1} << 30);

// Returns the bytes packed in `packed`; `name` is for errors.
absl::StatusOr<std::string> Gunzip(absl::string_view packed,
                                   absl::string_view name, size_t max_bytes);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_FILES_H_
