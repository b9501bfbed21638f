#include "net/internal/session_set.h"

#include <iterator>
#include <utility>

namespace gatehouse::net::internal {

void SessionSet::Add(const std::shared_ptr<Session>& session) {
  MutexLock lock(mutex_);
  waiting_.push_back(session.get());
  try {
    sessions_[session.get()] = {session, State::kWaiting,
                                std::prev(waiting_.end())};
  } catch (...) {
    waiting_.pop_back();
    throw;
  }
}

void SessionSet::Remove(const Session* session) {
  MutexLock lock(mutex_);
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;  // There was no memory to add it.
  if (found->second.state == State::kWaiting) {
    waiting_.erase(found->second.place);
  }
  if (found->second.state == State::kGivenUp) --given_up_;
  sessions_.erase(found);
  removed_.NotifyAll();
}

bool SessionSet::Begin(const Session* session) {
  MutexLock lock(mutex_);
  Entry& entry = sessions_.at(session);
  if (entry.state == State::kGivenUp) return false;
  if (entry.state == State::kWaiting) waiting_.erase(entry.place);
  entry.state = State::kBusy;
  return true;
}

void SessionSet::Await(const Session* session) {
  MutexLock lock(mutex_);
  Entry& entry = sessions_.at(session);
  if (entry.state == State::kGivenUp) return;
  if (entry.state == State::kWaiting) {
    waiting_.splice(waiting_.end(), waiting_, entry.place);
    return;
  }
  waiting_.push_back(session);
  entry.place = std::prev(waiting_.end());
  entry.state = State::kWaiting;
}

bool SessionSet::MakeRoom(size_t max) {
  std::shared_ptr<Session> longest;  // Ends, if it does, without the lock.
  {
    MutexLock lock(mutex_);
    if (sessions_.size() - given_up_ < max) return true;
    if (waiting_.empty()) return false;
    Entry& entry = sessions_.at(waiting_.front());
    waiting_.pop_front();
    entry.state = State::kGivenUp;
    ++given_up_;
    longest = entry.session.lock();
  }
  if (longest != nullptr) longest->Abort();
  return true;
}

std::vector<std::shared_ptr<Session>> SessionSet::All() const {
  std::vector<std::shared_ptr<Session>> all;
  MutexLock lock(mutex_);
  for (const auto& [address, entry] : sessions_) {
    // Empty: its destructor waits for the lock.
    if (auto living = entry.session.lock()) all.push_back(std::move(living));
  }
  return all;
}

void SessionSet::AwaitEmpty() const {
  MutexLock lock(mutex_);
  while (!sessions_.empty()) removed_.Wait(mutex_);
}

}  // namespace gatehouse::net::internal
