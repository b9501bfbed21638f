// Requests to other servers that nobody waits for when the command ends.
#ifndef GATEHOUSE_CLI_INTERNAL_ABANDONABLE_HTTP_H_
#define GATEHOUSE_CLI_INTERNAL_ABANDONABLE_HTTP_H_

#include <memory>

#include "base/http_client.h"

namespace gatehouse::cli {

// AbandonableHttp makes clients whose requests can all be given up at once. A
// library waits for the requests that it has under way before it ends, up to
// their timeouts; a command that has answered all that it was asked shall not.
//
// Each request is made in a thread of its own, which one that is given up
// outlives: it ends with the process or by its timeout, and uses nothing of
// anybody else's. Any thread may call anything; clients may outlive this.
class AbandonableHttp {
 public:
  // `make` makes the clients that make the requests.
  explicit AbandonableHttp(HttpClientFactory make);

  // Gives up all requests, as Abandon does.
  ~AbandonableHttp();
  AbandonableHttp(const AbandonableHttp&) = delete;
  AbandonableHttp& operator=(const AbandonableHttp&) = delete;

  // Returns the factory, which may outlive this.
  HttpClientFactory factory() const;

  // Ends all requests, those under way and those to come, with kCancelled.
  // Returns at once.
  void Abandon();

 private:
  struct Requests;
  class Client;

  const HttpClientFactory make_;
  const std::shared_ptr<Requests> requests_;
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_ABANDONABLE_HTTP_H_
