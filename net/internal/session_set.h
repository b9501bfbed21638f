// The connections of a server.
#ifndef GATEHOUSE_NET_INTERNAL_SESSION_SET_H_
#define GATEHOUSE_NET_INTERNAL_SESSION_SET_H_

#include <cstddef>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace gatehouse::net::internal {

// Session serves a connection from the handshake to its end. It keeps itself
// alive while it has something to wait for. Any thread may call anything.
class Session {
 public:
  virtual ~Session() = default;
  virtual void Start() = 0;
  // Ends as soon as no request has begun: with the present one's response, or
  // now.
  virtual void Drain() = 0;
  // Closes the connection.
  virtual void Abort() = 0;
};

// SessionSet knows the sessions that live, and which of them wait for a
// request: from the start, or the last response, until the headers of the next
// have come. Any thread may call anything.
class SessionSet {
 public:
  // It waits.
  void Add(const std::shared_ptr<Session>& session);
  void Remove(const Session* session);
  // A request has begun. False: the session was given up before.
  bool Begin(const Session* session);
  // It waits again, as the last in the row.
  void Await(const Session* session);
  // Returns true if there is room for one more among `max`: if need be it gives
  // up the session that has waited longest, and aborts it.
  bool MakeRoom(size_t max);
  std::vector<std::shared_ptr<Session>> All() const;
  // Waits until none lives.
  void AwaitEmpty() const;

 private:
  enum class State { kWaiting, kBusy, kGivenUp };
  struct Entry {
    std::weak_ptr<Session> session;
    State state = State::kWaiting;
    std::list<const Session*>::iterator place;  // In waiting_, in kWaiting.
  };

  mutable Mutex mutex_;
  mutable CondVar removed_;
  std::unordered_map<const Session*, Entry> sessions_ ABSL_GUARDED_BY(mutex_);
  std::list<const Session*> waiting_ ABSL_GUARDED_BY(mutex_);  // Longest first.
  size_t given_up_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_SESSION_SET_H_
