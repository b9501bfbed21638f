// The connections of a server.
#ifndef GATEHOUSE_NET_INTERNAL_SESSION_SET_H_
#define GATEHOUSE_NET_INTERNAL_SESSION_SET_H_

#include <cstddef>
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

// SessionSet knows the sessions that live. Any thread may call anything.
class SessionSet {
 public:
  void Add(const std::shared_ptr<Session>& session);
  void Remove(const Session* session);
  size_t size() const;
  std::vector<std::shared_ptr<Session>> All() const;
  // Waits until none lives.
  void AwaitEmpty() const;

 private:
  mutable Mutex mutex_;
  mutable CondVar removed_;
  std::unordered_map<const Session*, std::weak_ptr<Session>> sessions_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_SESSION_SET_H_
