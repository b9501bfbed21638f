// An HTTP client that answers as a test says, without a network.
#ifndef GATEHOUSE_TESTING_FAKE_HTTP_CLIENT_H_
#define GATEHOUSE_TESTING_FAKE_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/http_client.h"
#include "base/mutex.h"

namespace gatehouse::testing {

// FakeHttpClient answers by URL and remembers what it was asked. Nothing is
// sent and no time passes; the limit on the response's size is kept as a real
// client keeps it. Any thread may call any method.
//
//   auto http = std::make_shared<FakeHttpClient>();
//   http->Answer("https://issuer.example.com/keys", 200, jwks);
//   ... what is tested is given `http`, or http->Factory() ...
//   EXPECT_EQ(http->calls("https://issuer.example.com/keys"), 1u);
class FakeHttpClient final
    : public HttpClient,
      public std::enable_shared_from_this<FakeHttpClient> {
 public:
  using Function =
      std::function<absl::StatusOr<HttpResponse>(const HttpRequest& request)>;

  // What a request to exactly `url` gets from now on, in place of what was said
  // before. A URL of which nothing was said gets kUnavailable.
  void Answer(absl::string_view url, HttpResponse response);
  // With Content-Type: application/json.
  void Answer(absl::string_view url, int status, absl::string_view json);
  // An error, as if there were no network.
  void Fail(absl::string_view url, absl::Status error);
  // One after the other; the last again and again. At least one.
  void AnswerInOrder(absl::string_view url,
                     std::vector<absl::StatusOr<HttpResponse>> answers);
  // Whatever `function` returns. It is called without a lock held, by several
  // threads at once if they ask at once.
  void AnswerWith(absl::string_view url, Function function);

  // Lets requests that come from now on wait (they count as calls) until
  // Release, or without effect if they do not wait now.
  void Block();
  void Release();
  // Waits until so many requests were made in all (to `url`), waiting ones
  // included.
  void AwaitCalls(size_t count) const;
  void AwaitCalls(absl::string_view url, size_t count) const;

  // How many requests were made in all (to `url`).
  size_t calls() const;
  size_t calls(absl::string_view url) const;
  // All of them, in their order.
  std::vector<HttpRequest> requests() const;

  // Returns a factory whose clients are all this object, which must be owned by
  // a shared_ptr. What they were made with is options_seen().
  HttpClientFactory Factory();
  std::vector<HttpClientOptions> options_seen() const;

  absl::StatusOr<HttpResponse> Do(const HttpRequest& request) override;

 private:
  // Records the request, waits if need be, and returns what answers it.
  Function Arrive(const HttpRequest& request);
  size_t CountOf(absl::string_view url) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  mutable CondVar changed_;
  bool blocked_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, Function, std::less<>> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<HttpRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<HttpClientOptions> options_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_FAKE_HTTP_CLIENT_H_
