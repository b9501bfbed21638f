#include "pki/cluster/internal/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace gatehouse::pki::internal {

absl::StatusOr<DirectoryLock> DirectoryLock::Take(
    const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/.lock");
  const int fd =
      open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  int error = errno;
  if (fd >= 0) {
    int result = -1;
    do {
      result = flock(fd, LOCK_EX);
    } while (result != 0 && errno == EINTR);
    if (result == 0) return DirectoryLock(fd);
    error = errno;
    close(fd);
  }
  const bool missing = error == ENOENT;
  return MakeError(missing ? absl::StatusCode::kNotFound
                           : absl::StatusCode::kPermissionDenied,
                   missing ? Reason::kNotFound : Reason::kForbidden,
                   absl::StrCat(path, ": ", std::strerror(error)));
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace gatehouse::pki::internal
