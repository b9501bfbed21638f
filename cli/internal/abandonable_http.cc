#include "cli/internal/abandonable_http.h"

#include <exception>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "base/mutex.h"

namespace gatehouse::cli {

namespace {

absl::Status GivenUp() {
  return absl::CancelledError("the request was given up");
}

}  // namespace

// What all clients and all threads of requests have in common.
struct AbandonableHttp::Requests {
  Mutex mutex;
  CondVar changed;
  bool abandoned ABSL_GUARDED_BY(mutex) = false;
};

class AbandonableHttp::Client : public HttpClient {
 public:
  Client(std::shared_ptr<HttpClient> inner, std::shared_ptr<Requests> requests)
      : inner_(std::move(inner)), requests_(std::move(requests)) {}

  // The end of a client may wait too, such as for a name to be looked up.
  ~Client() override {
    {
      const MutexLock lock(requests_->mutex);
      if (!requests_->abandoned) return;
    }
    try {
      std::thread([inner = std::move(inner_)] {}).detach();
    } catch (const std::exception&) {  // No thread: it has to be waited for.
    }
  }

  absl::StatusOr<HttpResponse> Do(const HttpRequest& request) override {
    {
      const MutexLock lock(requests_->mutex);
      if (requests_->abandoned) return GivenUp();
    }
    const auto call = std::make_shared<Call>();
    call->request = request;
    try {
      std::thread([call, inner = inner_, requests = requests_] {
        absl::StatusOr<HttpResponse> response = inner->Do(call->request);
        const MutexLock lock(requests->mutex);
        call->response = std::move(response);
        requests->changed.NotifyAll();
      }).detach();
    } catch (const std::exception& error) {
      return absl::ResourceExhaustedError(error.what());
    }
    MutexLock lock(requests_->mutex);
    while (!requests_->abandoned && !call->response.has_value()) {
      requests_->changed.Wait(requests_->mutex);
    }
    if (requests_->abandoned) return GivenUp();
    return *std::move(call->response);
  }

 private:
  struct Call {
    HttpRequest request;
    // Under the mutex of Requests.
    absl::optional<absl::StatusOr<HttpResponse>> response;
  };

  std::shared_ptr<HttpClient> inner_;
  const std::shared_ptr<Requests> requests_;
};

AbandonableHttp::AbandonableHttp(HttpClientFactory make)
    : make_(std::move(make)), requests_(std::make_shared<Requests>()) {}

AbandonableHttp::~AbandonableHttp() { Abandon(); }

HttpClientFactory AbandonableHttp::factory() const {
  return [make = make_, requests = requests_](const HttpClientOptions& options)
             -> absl::StatusOr<std::shared_ptr<HttpClient>> {
    auto inner = make(options);
    if (!inner.ok()) return inner.status();
    return std::make_shared<Client>(*std::move(inner), requests);
  };
}

void AbandonableHttp::Abandon() {
  const MutexLock lock(requests_->mutex);
  requests_->abandoned = true;
  requests_->changed.NotifyAll();
}

}  // namespace gatehouse::cli
