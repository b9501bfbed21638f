#include "net/internal/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace gatehouse::net::internal {
namespace {

constexpr size_t kMaxThreads = 4;
// Behind those that hang; more would only wait for their deadlines.
constexpr size_t kMaxWaiting = 64;

absl::Status Unknown(const std::string& name, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot look up \"", name, "\": ", why));
}

}  // namespace

Resolver::Resolver(Lookup lookup) : lookup_(std::move(lookup)) {}

Resolver::~Resolver() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.NotifyAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

bool Resolver::AddThread() {
  if (busy_ + waiting_.size() < threads_.size()) return true;
  if (threads_.size() >= kMaxThreads) return true;
  try {
    threads_.emplace_back([this] { Work(); });
  } catch (const std::exception&) {
    // Those that there are will come to it.
  }
  return !threads_.empty();
}

absl::StatusOr<Addresses> Resolver::Resolve(const std::string& name,
                                            Deadline deadline) {
  Task task([this, name, deadline]() -> absl::StatusOr<Addresses> {
    // Whoever asked has gone.
    if (std::chrono::steady_clock::now() >= deadline) return Addresses();
    return lookup_(name);
  });
  std::future<absl::StatusOr<Addresses>> result = task.get_future();
  {
    MutexLock lock(mutex_);
    if (waiting_.size() >= kMaxWaiting) return Unknown(name, "too many wait");
    if (!AddThread()) {
      return absl::ResourceExhaustedError("no thread to look up names");
    }
    waiting_.push_back(std::move(task));
    changed_.NotifyAll();
  }
  if (result.wait_until(deadline) != std::future_status::ready ||
      std::chrono::steady_clock::now() >= deadline) {
    return absl::DeadlineExceededError(
        absl::StrCat("looking up \"", name, "\" took too long"));
  }
  absl::StatusOr<Addresses> addresses = result.get();
  if (addresses.ok() && addresses->empty()) {
    return Unknown(name, "it has no address");
  }
  return addresses;
}

void Resolver::Work() {
  for (;;) {
    Task task;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !ending_) changed_.Wait(mutex_);
      if (ending_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
      ++busy_;
    }
    task();
    MutexLock lock(mutex_);
    --busy_;
  }
}

absl::StatusOr<Addresses> Resolver::SystemLookup(const std::string& name) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (error != 0) return Unknown(name, gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found,
                                                                 freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* i = found; i != nullptr; i = i->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(i->ai_addr, i->ai_addrlen, text, sizeof(text), nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text);
    }
  }
  return addresses;
}

}  // namespace gatehouse::net::internal
