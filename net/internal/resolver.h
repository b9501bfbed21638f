// Looking up names with a deadline.
#ifndef GATEHOUSE_NET_INTERNAL_RESOLVER_H_
#define GATEHOUSE_NET_INTERNAL_RESOLVER_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"

namespace gatehouse::net::internal {

// IP addresses as text, in the order in which to try them.
using Addresses = std::vector<std::string>;

// Resolver looks up names in threads of its own, since the system's look-up
// cannot be interrupted: whoever waits gives up at his deadline, and a look-up
// that has begun goes on. Any thread may call it. Destruction waits for those
// under way; no Resolve may be running.
class Resolver {
 public:
  using Lookup =
      std::function<absl::StatusOr<Addresses>(const std::string& name)>;
  using Deadline = std::chrono::steady_clock::time_point;

  // getaddrinfo(3), unless a test has another.
  explicit Resolver(Lookup lookup = SystemLookup);
  ~Resolver();

  // Returns at least one address. kUnavailable if there is none, or if too many
  // look-ups are waiting; kDeadlineExceeded; kResourceExhausted if there is no
  // thread to be had.
  absl::StatusOr<Addresses> Resolve(const std::string& name, Deadline deadline);

  static absl::StatusOr<Addresses> SystemLookup(const std::string& name);

 private:
  using Task = std::packaged_task<absl::StatusOr<Addresses>()>;

  // Makes a thread if all are busy and there may be more. False: there is none.
  bool AddThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Work();

  const Lookup lookup_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Task> waiting_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_RESOLVER_H_
