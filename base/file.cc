#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace gatehouse {
namespace {

constexpr size_t kReadSize = size_t{64} << 10;

Reason ReasonOfErrno(int error) {
  switch (error) {
    case ENOENT:
      return Reason::kNotFound;
    case EEXIST:
      return Reason::kConflict;
    case EACCES:
    case EPERM:
    case EROFS:
      return Reason::kForbidden;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Reason::kTooLarge;
    default:
      return Reason::kInvalid;
  }
}

// Returns the error for errno: "path: doing: why".
absl::Status SystemError(const std::string& path, absl::string_view doing) {
  const int error = errno;
  return MakeError(absl::ErrnoToStatusCode(error), ReasonOfErrno(error),
                   absl::StrCat(path, ": ", doing, ": ", std::strerror(error)));
}

absl::Status InvalidPath(const std::string& path) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("\"", path, "\": no name of a file"));
}

// Returns the directory that `path` is in, with a slash at the end unless it
// is the working directory's own.
std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

bool WriteAll(int fd, absl::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    contents.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

absl::Status SyncDirectory(const std::string& path) {
  const std::string directory = DirectoryOf(path);
  const int fd = ::open(directory.empty() ? "." : directory.c_str(),
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(path, "opening the directory");
  const absl::Cleanup close = [fd] { ::close(fd); };
  // Some file systems have nothing to sync in a directory, and say so.
  if (::fsync(fd) == 0 || errno == EINVAL) return absl::OkStatus();
  return SystemError(path, "fsync of the directory");
}

// Gives the finished temporary file its name; it is gone afterwards.
absl::Status Install(const std::string& temporary, const std::string& path,
                     bool overwrite) {
  if (overwrite) {
    if (::rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
    absl::Status status = SystemError(path, "rename");
    ::unlink(temporary.c_str());
    return status;
  }
  const bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
  absl::Status status = linked ? absl::OkStatus() : SystemError(path, "link");
  ::unlink(temporary.c_str());
  return status;
}

// Writes the temporary file and closes it.
absl::Status Fill(int fd, const std::string& path, absl::string_view contents,
                  int mode) {
  const absl::Cleanup close = [fd] { ::close(fd); };
  // Before the first byte: made by mkostemp, it has been the owner's alone.
  if (::fchmod(fd, static_cast<mode_t>(mode)) != 0) {
    return SystemError(path, "chmod");
  }
  if (!WriteAll(fd, contents)) return SystemError(path, "write");
  if (::fsync(fd) != 0) return SystemError(path, "fsync");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t max_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError(path, "open");
  const absl::Cleanup close = [fd] { ::close(fd); };
  std::string contents;
  struct stat info = {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
      static_cast<size_t>(info.st_size) <= max_bytes) {
    // One more, so that the read that finds the end does not move the rest.
    contents.reserve(static_cast<size_t>(info.st_size) + 1);
  }
  while (true) {
    const size_t size = contents.size();
    if (size > max_bytes) {
      return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                       absl::StrCat(path, ": more than ", max_bytes, " bytes"));
    }
    const size_t room = contents.capacity() - size;
    const size_t step = room > 0 ? room : kReadSize;
    contents.resize(size + step);
    const ssize_t count = ::read(fd, &contents[size], step);
    const int error = errno;
    contents.resize(size + static_cast<size_t>(count > 0 ? count : 0));
    if (count == 0) return contents;
    errno = error;
    if (count < 0 && error != EINTR) return SystemError(path, "read");
  }
}

absl::Status WriteFile(const std::string& path, absl::string_view contents,
                       const WriteOptions& options) {
  if (path.empty() || path.back() == '/' ||
      path.find('\0') != std::string::npos) {
    return InvalidPath(path);
  }
  std::string temporary = absl::StrCat(DirectoryOf(path), ".gatehouse-XXXXXX");
  const int fd = ::mkostemp(&temporary[0], O_CLOEXEC);
  if (fd < 0) return SystemError(path, "making a temporary file beside it");
  absl::Status status = Fill(fd, path, contents, options.mode);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  status = Install(temporary, path, options.overwrite);
  if (!status.ok()) return status;
  return SyncDirectory(path);
}

absl::Status MakeDirectories(const std::string& path, int mode) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return InvalidPath(path);
  }
  for (size_t end = 1; end <= path.size(); ++end) {
    if (end < path.size() && path[end] != '/') continue;
    const std::string prefix = path.substr(0, end);
    if (::mkdir(prefix.c_str(), static_cast<mode_t>(mode)) == 0) continue;
    if (errno != EEXIST && errno != EROFS && errno != EACCES) {
      return SystemError(prefix, "mkdir");
    }
    // One that exists but could not be made is fine.
    const int error = errno;
    struct stat info = {};
    if (::stat(prefix.c_str(), &info) == 0) {
      if (S_ISDIR(info.st_mode)) continue;
      errno = ENOTDIR;
    } else {
      errno = error;
    }
    return SystemError(prefix, "mkdir");
  }
  return absl::OkStatus();
}

}  // namespace gatehouse
