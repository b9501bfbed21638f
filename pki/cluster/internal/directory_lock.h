// One process at a time in a cluster's directory.
#ifndef GATEHOUSE_PKI_CLUSTER_INTERNAL_DIRECTORY_LOCK_H_
#define GATEHOUSE_PKI_CLUSTER_INTERNAL_DIRECTORY_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace gatehouse::pki::internal {

// DirectoryLock holds a directory for its own life, against other threads and
// processes that take one too. A process that dies lets go of it.
class DirectoryLock {
 public:
  // Waits until nobody else holds `directory`. Makes the file ".lock" in it.
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CLUSTER_INTERNAL_DIRECTORY_LOCK_H_
