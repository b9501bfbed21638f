#include "net/internal/session_set.h"

#include <utility>

namespace gatehouse::net::internal {

void SessionSet::Add(const std::shared_ptr<Session>& session) {
  MutexLock lock(mutex_);
  sessions_[session.get()] = session;
}

void SessionSet::Remove(const Session* session) {
  MutexLock lock(mutex_);
  sessions_.erase(session);
  removed_.NotifyAll();
}

size_t SessionSet::size() const {
  MutexLock lock(mutex_);
  return sessions_.size();
}

std::vector<std::shared_ptr<Session>> SessionSet::All() const {
  std::vector<std::shared_ptr<Session>> all;
  MutexLock lock(mutex_);
  for (const auto& [address, session] : sessions_) {
    // Empty: its destructor waits for the lock.
    if (auto living = session.lock()) all.push_back(std::move(living));
  }
  return all;
}

void SessionSet::AwaitEmpty() const {
  MutexLock lock(mutex_);
  while (!sessions_.empty()) removed_.Wait(mutex_);
}

}  // namespace gatehouse::net::internal
