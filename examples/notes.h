// What guarded_server.cc serves.
#ifndef GATEHOUSE_EXAMPLES_NOTES_H_
#define GATEHOUSE_EXAMPLES_NOTES_H_

#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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
    std::map<std::string, std::string>& notes = notes_[info.namespace_];
    if (info.verb == "list") {
      return Text(200, absl::StrJoin(notes, "", [](auto* out, auto& note) {
                    absl::StrAppend(out, note.first, "\n");
                  }));
    }
    if (info.verb == "update") {
      notes[info.name] = std::move(text);
      return Text(200, "written\n");
    }
    const auto note = notes.find(info.name);
    if (note == notes.end()) return server::FailureResponse(404);
    if (info.verb == "get") return Text(200, note->second);
    if (info.verb != "delete") return server::FailureResponse(405);
    notes.erase(note);
    return Text(200, "deleted\n");
  }

 private:
  Mutex mutex_;
  std::map<std::string, std::map<std::string, std::string>> notes_
      ABSL_GUARDED_BY(mutex_);  // By namespace and name.
};

}  // namespace gatehouse::examples

#endif  // GATEHOUSE_EXAMPLES_NOTES_H_
