#include "net/https_server.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/server_request.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"
#include "testing/fake_clock.h"
#include "testing/test_ca.h"

namespace gatehouse::net {
namespace {

using gatehouse::testing::FakeClock;
using gatehouse::testing::TestCa;
using testing::BodyOf;
using testing::Echo;
using ::testing::EndsWith;
using testing::Get;
using ::testing::HasSubstr;
using testing::Identity;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Ok;
using testing::StartServer;
using ::testing::StartsWith;
using testing::StatusOf;
using testing::TestOptions;
using testing::TlsPeer;

TEST(HttpsServerTest, RequestsAsTheHandlerSeesThem) {
  const struct {
    const char* name;
    std::string request;
    const char* body;
  } kCases[] = {
      {"plain", Get("/"), "GET / ?\nclient: 0 certificates\n[]\n"},
      {"query", Get("/a/b?c=d%20e&f"),
       "GET /a/b ?c=d%20e&f\nclient: 0 certificates\n[]\n"},
      {"second question mark", Get("/a?b?c"),
       "GET /a ?b?c\nclient: 0 certificates\n[]\n"},
      {"escapes in the path", Get("/a%2Fb%20c+d"),
       "GET /a/b c+d ?\nclient: 0 certificates\n[]\n"},
      {"order, case and duplicates",
       Get("/", "X-B: 1\r\nx-a:2\r\nX-b: \t 3 \r\nX-Empty:\r\n"),
       "GET / ?\nX-B: 1\nx-a: 2\nX-b: 3\nX-Empty: \n"
       "client: 0 certificates\n[]\n"},
      {"body by length",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
       "POST / ?\nContent-Length: 5\nclient: 0 certificates\n[hello]\n"},
      {"chunked body; its trailers are dropped",
       "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
       "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX-Remote-User: root\r\n\r\n",
       "PUT / ?\nTransfer-Encoding: Chunked\nclient: 0 certificates\n"
       "[hello]\n"},
      {"methods are any token", "patch* / HTTP/1.1\r\nHost: x\r\n\r\n",
       "patch* / ?\nclient: 0 certificates\n[]\n"},
  };
  const auto server = StartServer(Echo);
  const auto peer = TlsPeer::Connect(server->port());
  for (const auto& test : kCases) {
    ASSERT_TRUE(peer->Write(test.request)) << test.name;
    const std::string response = peer->ReadResponse();
    EXPECT_EQ(StatusOf(response), "200") << test.name;
    EXPECT_EQ(BodyOf(response), test.body) << test.name;
  }
}

TEST(HttpsServerTest, BytesMayComeOneByOne) {
  const auto server = StartServer(Echo);
  const auto peer = TlsPeer::Connect(server->port());
  for (const char c : std::string("POST /x HTTP/1.1\r\nHost: x\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n"
                                  "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")) {
    ASSERT_TRUE(peer->Write(absl::string_view(&c, 1)));
  }
  EXPECT_THAT(peer->ReadResponse(), EndsWith("[abc]\n"));
}

TEST(HttpsServerTest, PipelinedRequestsAreAnsweredInOrder) {
  const auto server = StartServer(
      [](const ServerRequest& request) { return Ok(request.path); });
  const auto peer = TlsPeer::Connect(server->port());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += Get(absl::StrCat("/", i));
  ASSERT_TRUE(peer->Write(requests));
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(BodyOf(peer->ReadResponse()), absl::StrCat("/", i));
  }
}

TEST(HttpsServerTest, Responses) {
  const struct {
    const char* name;
    const char* method;
    std::function<HttpResponse()> handler;
    const char* head;  // Beginning of the response.
    const char* body;
  } kCases[] = {
      {"plain", "GET", [] { return Ok("hi"); }, "HTTP/1.1 200 OK\r\n", "hi"},
      {"HEAD has the length and no body", "HEAD", [] { return Ok("hi"); },
       "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
       "Content-Length: 2\r\n\r\n",
       ""},
      {"fields about the connection are the server's", "GET",
       [] {
         HttpResponse response = Ok("hi");
         response.headers.Add("content-length", "7");
         response.headers.Add("Connection", "upgrade");
         response.headers.Add("Date", "never");
         response.headers.Add("X-A", "1");
         response.headers.Add("X-A", "2");
         return response;
       },
       "HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\n"
       "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 2\r\n\r\n",
       "hi"},
      {"204 has no body", "GET",
       [] {
         HttpResponse response = Ok("lost");
         response.status = 204;
         return response;
       },
       "HTTP/1.1 204 No Content\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n",
       ""},
      {"a status without a text", "GET",
       [] {
         HttpResponse response = Ok("tea");
         response.status = 418;
         return response;
       },
       "HTTP/1.1 418 \r\n", "tea"},
      {"line break in a field", "GET",
       [] {
         HttpResponse response = Ok("hi");
         response.headers.Add("X-A", "1\r\nSet-Cookie: a=b");
         return response;
       },
       "HTTP/1.1 500 Internal Server Error\r\n", "500 Internal Server Error\n"},
      {"no token for a name", "GET",
       [] {
         HttpResponse response = Ok("hi");
         response.headers.Add("X A", "1");
         return response;
       },
       "HTTP/1.1 500 ", "500 Internal Server Error\n"},
      {"no status", "GET", [] { return HttpResponse(); }, "HTTP/1.1 500 ",
       "500 Internal Server Error\n"},
      {"interim status", "GET",
       [] {
         HttpResponse response;
         response.status = 101;
         return response;
       },
       "HTTP/1.1 500 ", "500 Internal Server Error\n"},
      {"an exception", "GET",
       []() -> HttpResponse { throw std::runtime_error("secret"); },
       "HTTP/1.1 500 ", "500 Internal Server Error\n"},
  };
  const FakeClock clock;
  for (const auto& test : kCases) {
    auto options =
        TestOptions([&](const ServerRequest&) { return test.handler(); });
    options.clock = &clock;
    const auto server = StartServer(std::move(options));
    const auto peer = TlsPeer::Connect(server->port());
    // Twice: the connection is good for more.
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(peer->Write(absl::StrCat(test.method,
                                           " / HTTP/1.1\r\nHost: x\r\n"
                                           "\r\n")));
      const std::string response =
          peer->ReadResponse(absl::string_view(test.method) == "HEAD");
      EXPECT_THAT(response, StartsWith(test.head)) << test.name;
      EXPECT_EQ(BodyOf(response), test.body) << test.name;
    }
  }
}

TEST(HttpsServerTest, ClosesWhenTheClientAsksForIt) {
  const auto server = StartServer(Echo);
  const auto peer = TlsPeer::Connect(server->port());
  ASSERT_TRUE(peer->Write(Get("/", "Connection: close\r\n") + Get("/lost")));
  const std::string all = peer->ReadAll();
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(all, Not(HasSubstr("/lost")));
  EXPECT_TRUE(peer->ended_properly());
}

TEST(HttpsServerTest, ContinueIsSaidToWhoWaitsForIt) {
  const auto server = StartServer(Echo);
  const auto peer = TlsPeer::Connect(server->port());
  ASSERT_TRUE(
      peer->Write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                  "Expect: 100-Continue\r\n\r\n"));
  EXPECT_EQ(peer->ReadResponse(), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(peer->Write("ok"));
  EXPECT_THAT(peer->ReadResponse(), EndsWith("[ok]\n"));
  // Who does not wait is not told.
  ASSERT_TRUE(
      peer->Write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                  "Expect: 100-continue\r\n\r\nok"));
  EXPECT_EQ(StatusOf(peer->ReadResponse()), "200");
  ASSERT_TRUE(
      peer->Write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                  "Expect: miracles\r\n\r\n"));
  EXPECT_EQ(StatusOf(peer->ReadAll()), "417");
}

TEST(HttpsServerTest, WhateverCertificateReachesTheHandler) {
  const TestCa ca("clients", absl::Now());
  const TestCa stranger("strangers", absl::Now());
  const auto good = ca.Client("jane", {"group"});
  const auto expired = ca.Client("jane", {}, -absl::Minutes(1));
  const auto unknown = stranger.Client("jane");
  const auto for_servers = ca.Server({"jane.example.com"});
  const struct {
    const char* name;
    const gatehouse::testing::TestCertificate* client;
  } kCases[] = {
      {"none", nullptr},
      {"good", &good},
      {"expired", &expired},
      {"of a stranger", &unknown},
      {"not for clients", &for_servers},
  };
  const auto server = StartServer([](const ServerRequest& request) {
    EXPECT_TRUE(request.tls);
    EXPECT_THAT(std::string(request.remote_address), StartsWith("127.0.0.1:"));
    std::string all;
    for (const auto der : request.peer_certificates) {
      absl::StrAppend(&all, der, ";");
    }
    return Ok(all);
  });
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.name);
    Identity identity;
    if (test.client != nullptr) identity = testing::IdentityOf(*test.client);
    const auto peer = TlsPeer::Connect(
        server->port(), test.client == nullptr ? nullptr : &identity);
    ASSERT_NE(peer, nullptr);
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(peer->Write(Get()));
      EXPECT_EQ(BodyOf(peer->ReadResponse()),
                test.client == nullptr
                    ? ""
                    : absl::StrCat(test.client->certificate.der(), ";"));
    }
  }
  // The whole chain, in its order.
  Identity chain = testing::IdentityOf(good);
  chain.certificate_pem += ca.certificate().ToPem();
  const auto peer = TlsPeer::Connect(server->port(), &chain);
  ASSERT_NE(peer, nullptr);
  ASSERT_TRUE(peer->Write(Get()));
  EXPECT_EQ(
      BodyOf(peer->ReadResponse()),
      absl::StrCat(good.certificate.der(), ";", ca.certificate().der(), ";"));
}

TEST(HttpsServerTest, EveryKindOfClientKeyWillDo) {
  const TestCa ca("clients", absl::Now());
  const auto server = StartServer(Echo);
  for (const auto algorithm :
       {pki::KeyAlgorithm::kRsa2048, pki::KeyAlgorithm::kEcdsaP256,
        pki::KeyAlgorithm::kEcdsaP384, pki::KeyAlgorithm::kEd25519}) {
    const auto key = *pki::PrivateKey::Generate(algorithm);
    pki::CertificateTemplate request;
    request.subject = pki::DistinguishedName::ForUser("jane", {});
    request.not_before = absl::Now() - absl::Minutes(1);
    request.not_after = absl::Now() + absl::Hours(1);
    const Identity identity{
        ca.authority().Issue(key.public_key(), request)->ToPem(), key.ToPem()};
    const auto peer = TlsPeer::Connect(server->port(), &identity);
    ASSERT_NE(peer, nullptr) << pki::KeyAlgorithmName(algorithm);
    ASSERT_TRUE(peer->Write(Get()));
    EXPECT_THAT(peer->ReadResponse(), HasSubstr("client: 1 certificates"))
        << pki::KeyAlgorithmName(algorithm);
  }
}

TEST(HttpsServerTest, ConnectionStateLivesAsLongAsTheConnection) {
  Mutex mutex;
  CondVar changed;
  bool destroyed = false;
  const auto count = [&](const ServerRequest& request) {
    auto& slot = *request.connection_state;
    if (slot == nullptr) {
      slot = std::shared_ptr<int>(new int(0), [&](const int* value) {
        delete value;
        MutexLock lock(mutex);
        destroyed = true;
        changed.NotifyAll();
      });
    }
    return Ok(absl::StrCat(++*std::static_pointer_cast<int>(slot)));
  };
  const auto server = StartServer(count);
  auto peer = TlsPeer::Connect(server->port());
  for (const char* const expected : {"1", "2", "3"}) {
    ASSERT_TRUE(peer->Write(Get()));
    EXPECT_EQ(BodyOf(peer->ReadResponse()), expected);
  }
  {
    const auto other = TlsPeer::Connect(server->port());
    ASSERT_TRUE(other->Write(Get("/", "Connection: close\r\n")));
    EXPECT_EQ(BodyOf(other->ReadResponse()), "1");
    EXPECT_THAT(other->ReadAll(), IsEmpty());
    MutexLock lock(mutex);
    while (!destroyed) changed.Wait(mutex);
    destroyed = false;
  }
  peer.reset();
  MutexLock lock(mutex);
  while (!destroyed) changed.Wait(mutex);
}

struct BadStart {
  const char* name;
  std::function<void(HttpsServerOptions&)> change;
  absl::StatusCode code;
  Reason reason;
  const char* text;
};

TEST(HttpsServerTest, BadOptionsAreErrors) {
  const auto taken = StartServer(Echo);
  const Identity other =
      testing::IdentityOf(testing::LocalServer(testing::ServerCa()));
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const BadStart kCases[] = {
      {"no handler", [](auto& o) { o.handler = nullptr; }, kInvalid,
       Reason::kInvalid, "no handler"},
      {"no threads", [](auto& o) { o.worker_threads = -1; }, kInvalid,
       Reason::kInvalid, "threads"},
      {"no room", [](auto& o) { o.limits.max_connections = 0; }, kInvalid,
       Reason::kInvalid, "limits"},
      {"no time", [](auto& o) { o.limits.body_timeout = absl::ZeroDuration(); },
       kInvalid, Reason::kInvalid, "times"},
      {"no address", [](auto& o) { o.address = "localhost"; }, kInvalid,
       Reason::kMalformed, "\"localhost\" is no IP address"},
      {"not ours", [](auto& o) { o.address = "192.0.2.1"; },
       absl::StatusCode::kUnavailable, Reason::kNone, "192.0.2.1"},
      {"taken", [&](auto& o) { o.port = taken->port(); },
       absl::StatusCode::kUnavailable, Reason::kNone, "Address already in use"},
      {"no certificate", [](auto& o) { o.certificate_pem = ""; }, kInvalid,
       Reason::kMalformed, "there is no certificate"},
      {"no key", [](auto& o) { o.key_pem = Secret("x"); }, kInvalid,
       Reason::kMalformed, "private key"},
      {"another's key", [&](auto& o) { o.key_pem = other.key_pem; }, kInvalid,
       Reason::kInvalid, "not the certificate's"},
  };
  for (const BadStart& test : kCases) {
    HttpsServerOptions options = TestOptions(Echo);
    test.change(options);
    const auto server = HttpsServer::Start(std::move(options));
    ASSERT_FALSE(server.ok()) << test.name;
    EXPECT_EQ(server.status().code(), test.code) << server.status();
    EXPECT_EQ(ReasonOf(server.status()), test.reason) << server.status();
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(test.text));
  }
}

TEST(HttpsServerTest, ReplacedCertificateIsForNewConnections) {
  const auto server = StartServer(Echo);
  const auto before = TlsPeer::Connect(server->port());
  const auto next = testing::LocalServer(testing::ServerCa());
  const Identity identity = testing::IdentityOf(next);
  EXPECT_NE(before->peer_certificate(), next.certificate.der());

  EXPECT_FALSE(
      server->ReplaceCertificate(identity.certificate_pem, Secret("x")).ok());
  EXPECT_EQ(TlsPeer::Connect(server->port())->peer_certificate(),
            before->peer_certificate());

  ASSERT_TRUE(
      server->ReplaceCertificate(identity.certificate_pem, identity.key_pem)
          .ok());
  EXPECT_EQ(TlsPeer::Connect(server->port())->peer_certificate(),
            next.certificate.der());
  ASSERT_TRUE(before->Write(Get()));
  EXPECT_EQ(StatusOf(before->ReadResponse()), "200");
}

}  // namespace
}  // namespace gatehouse::net
