// Looking up names with a deadline.
#ifndef GATEHOUSE_NET_INTERNAL_RESOLVER_H_
#define GATEHOUSE_NET_INTERNAL_RESOLVER_H_

#include <chrono>
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

// Resolver looks up names in a thread of its own, since the system's look-up
// cannot be interrupted: whoever waits gives up at his deadline, and the
// look-up goes on. Any thread may call it. Destruction waits for the look-up
// that is under way; no Resolve may be running.
class Resolver {
 public:
  using Lookup =
      std::function<absl::StatusOr<Addresses>(const std::string& name)>;
  using Deadline = std::chrono::steady_clock::time_point;

  // getaddrinfo(3), unless a test has another.
  explicit Resolver(Lookup lookup = SystemLookup);
  ~Resolver();

  // Returns at least one address. kUnavailable if there is none, or if too many
  // look-ups are waiting; kDeadlineExceeded.
  absl::StatusOr<Addresses> Resolve(const std::string& name, Deadline deadline);

  static absl::StatusOr<Addresses> SystemLookup(const std::string& name);

 private:
  using Task = std::packaged_task<absl::StatusOr<Addresses>()>;

  void Work();

  const Lookup lookup_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Task> waiting_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_ ABSL_GUARDED_BY(mutex_);  // From the first look-up on.
};

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_RESOLVER_H_
