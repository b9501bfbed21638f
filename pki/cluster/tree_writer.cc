#include "pki/cluster/tree_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace gatehouse::pki {
namespace {

absl::Status RemoveError(const std::string& path) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::kForbidden,
      absl::StrCat(path, ": cannot remove: ", std::strerror(errno)));
}

// That a file is gone is durable when its directory is.
bool SyncDirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0;
  close(fd);
  return synced;
}

class SystemWriter : public TreeWriter {
 public:
  absl::Status Write(const std::string& path, absl::string_view contents,
                     const WriteOptions& options) override {
    return WriteFile(path, contents, options);
  }

  absl::Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) != 0) {
      return errno == ENOENT ? absl::OkStatus() : RemoveError(path);
    }
    return SyncDirectoryOf(path) ? absl::OkStatus() : RemoveError(path);
  }
};

}  // namespace

TreeWriter& TreeWriter::System() {
  static SystemWriter* const writer = new SystemWriter;
  return *writer;
}

}  // namespace gatehouse::pki
