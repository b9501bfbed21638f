#include "testing/fake_http_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace gatehouse::testing {
namespace {

FakeHttpClient::Function Always(absl::StatusOr<HttpResponse> answer) {
  return [answer = std::move(answer)](const HttpRequest&) { return answer; };
}

// The answers that are left, for several threads.
struct Sequence {
  Mutex mutex;
  size_t next ABSL_GUARDED_BY(mutex) = 0;
  std::vector<absl::StatusOr<HttpResponse>> answers;  // Constant.
};

}  // namespace

void FakeHttpClient::Answer(absl::string_view url, HttpResponse response) {
  AnswerWith(url, Always(std::move(response)));
}

void FakeHttpClient::Answer(absl::string_view url, int status,
                            absl::string_view json) {
  HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json");
  response.body = std::string(json);
  Answer(url, std::move(response));
}

void FakeHttpClient::Fail(absl::string_view url, absl::Status error) {
  AnswerWith(url, Always(std::move(error)));
}

void FakeHttpClient::AnswerInOrder(
    absl::string_view url, std::vector<absl::StatusOr<HttpResponse>> answers) {
  auto sequence = std::make_shared<Sequence>();
  sequence->answers = std::move(answers);
  AnswerWith(url,
             [sequence](const HttpRequest&) -> absl::StatusOr<HttpResponse> {
               MutexLock lock(sequence->mutex);
               const size_t i = sequence->next;
               if (i + 1 < sequence->answers.size()) ++sequence->next;
               return sequence->answers.at(i);
             });
}

void FakeHttpClient::AnswerWith(absl::string_view url, Function function) {
  MutexLock lock(mutex_);
  answers_[std::string(url)] = std::move(function);
}

void FakeHttpClient::Block() {
  MutexLock lock(mutex_);
  blocked_ = true;
}

void FakeHttpClient::Release() {
  MutexLock lock(mutex_);
  blocked_ = false;
  changed_.NotifyAll();
}

void FakeHttpClient::AwaitCalls(size_t count) const {
  MutexLock lock(mutex_);
  while (requests_.size() < count) changed_.Wait(mutex_);
}

void FakeHttpClient::AwaitCalls(absl::string_view url, size_t count) const {
  MutexLock lock(mutex_);
  while (CountOf(url) < count) changed_.Wait(mutex_);
}

size_t FakeHttpClient::calls() const {
  MutexLock lock(mutex_);
  return requests_.size();
}

size_t FakeHttpClient::calls(absl::string_view url) const {
  MutexLock lock(mutex_);
  return CountOf(url);
}

size_t FakeHttpClient::CountOf(absl::string_view url) const {
  size_t count = 0;
  for (const HttpRequest& request : requests_) count += request.url == url;
  return count;
}

std::vector<HttpRequest> FakeHttpClient::requests() const {
  MutexLock lock(mutex_);
  return requests_;
}

HttpClientFactory FakeHttpClient::Factory() {
  return [self = shared_from_this()](const HttpClientOptions& options)
             -> absl::StatusOr<std::shared_ptr<HttpClient>> {
    MutexLock lock(self->mutex_);
    self->options_.push_back(options);
    return std::shared_ptr<HttpClient>(self);
  };
}

std::vector<HttpClientOptions> FakeHttpClient::options_seen() const {
  MutexLock lock(mutex_);
  return options_;
}

FakeHttpClient::Function FakeHttpClient::Arrive(const HttpRequest& request) {
  MutexLock lock(mutex_);
  requests_.push_back(request);
  changed_.NotifyAll();
  while (blocked_) changed_.Wait(mutex_);
  const auto answer = answers_.find(request.url);
  if (answer != answers_.end()) return answer->second;
  return Always(absl::UnavailableError(
      absl::StrCat("the fake has no answer for ", request.url)));
}

absl::StatusOr<HttpResponse> FakeHttpClient::Do(const HttpRequest& request) {
  absl::StatusOr<HttpResponse> response = Arrive(request)(request);
  if (response.ok() && response->body.size() > request.max_response_bytes) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                     absl::StrCat("the response is longer than ",
                                  request.max_response_bytes, " bytes"));
  }
  return response;
}

}  // namespace gatehouse::testing
