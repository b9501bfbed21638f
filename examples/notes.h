// What guarded_server.cc serves.
#ifndef GATEHOUSE_EXAMPLES_NOTES_H_
#define GATEHOUSE_EXAMPLES_NOTES_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "server/request_info.h"
#include "server/status.h"

namespace gatehouse::examples {

inline HttpResponse Text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

// Notes are texts by namespace and name: what guarded_server serves. It knows
// nothing of users, and is asked only about what was authorized. Any thread may
// call it.
class Notes {
 public:
  HttpResponse Handle(const server::RequestInfo& info, std::string text) {
    if (info.path == "/healthz") return Text(200, "ok\n");
    if (info.api_group != "notes.example.com" || info.api_version != "v1" ||
        info.resource != "notes" || info.parts.size() > 2 ||
        info.namespace_.empty()) {
      return server::FailureResponse(404);
    }
    MutexLock lock(mutex_);
    if (info.verb == "list") return List(info);
    const Key key(info.namespace_, info.name);
    const auto note = notes_.find(key);
    if (info.verb == "update") {
      if (note == notes_.end() && notes_.size() >= kMaxNotes) {
        return server::FailureResponse(429);
      }
      notes_[key] = std::move(text);
      return Text(200, "written\n");
    }
    if (note == notes_.end()) return server::FailureResponse(404);
    if (info.verb == "get") return Text(200, note->second);
    if (info.verb != "delete") return server::FailureResponse(405);
    notes_.erase(note);
    return Text(200, "deleted\n");
  }

 private:
  using Key = std::pair<std::string, std::string>;  // Namespace and name.

  static constexpr size_t kMaxNotes = 10000;

  HttpResponse List(const server::RequestInfo& info)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::string names;
    for (auto note = notes_.lower_bound({info.namespace_, ""});
         note != notes_.end() && note->first.first == info.namespace_; ++note) {
      // Of a list by name only that one was authorized.
      if (!info.name.empty() && note->first.second != info.name) continue;
      absl::StrAppend(&names, note->first.second, "\n");
    }
    return Text(200, std::move(names));
  }

  Mutex mutex_;
  std::map<Key, std::string> notes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::examples

#endif  // GATEHOUSE_EXAMPLES_NOTES_H_
