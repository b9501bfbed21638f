#include "net/https_client.h"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_server.h"
#include "net/server_request.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"
#include "testing/test_ca.h"

namespace gatehouse::net {
namespace {

using gatehouse::testing::TestCa;
using testing::Echo;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Identity;
using testing::IdentityOf;
using ::testing::Pair;
using testing::ScriptedServer;
using testing::ServerCa;
using testing::ServerIdentity;
using testing::StartServer;
using ::testing::StartsWith;
using testing::TlsPeer;

HttpClientOptions Trusting(const TestCa& ca) {
  HttpClientOptions options;
  options.ca_pem = ca.certificate().ToPem();
  return options;
}

std::shared_ptr<HttpClient> Client(const HttpClientOptions& options) {
  return *MakeHttpsClient(options);
}
std::shared_ptr<HttpClient> Client() { return Client(Trusting(ServerCa())); }

HttpRequest Request(absl::string_view url) {
  HttpRequest request;
  request.url = std::string(url);
  return request;
}

std::string UrlOf(const HttpsServer& server, absl::string_view target,
                  absl::string_view host = "127.0.0.1") {
  return absl::StrCat("https://", host, ":", server.port(), target);
}

TEST(HttpsClientTest, SendsWhatItIsGiven) {
  const auto server = StartServer(Echo);
  HttpRequest get = Request(UrlOf(*server, "/a%20b?c=d"));
  get.headers.Add("X-A", "1");
  get.headers.Add("x-a", "2");
  get.headers.Add("Authorization", "Bearer t");
  HttpRequest post = Request(UrlOf(*server, "/"));
  post.method = "POST";
  post.body = std::string("a\0b", 3);
  HttpRequest empty = Request(UrlOf(*server, "?x"));
  empty.method = "POST";
  HttpRequest large = Request(UrlOf(*server, "/"));
  large.method = "PUT";
  large.body = std::string(1 << 19, 'x');
  const struct {
    HttpRequest request;
    std::string body;
  } kCases[] = {
      {get,
       "GET /a b ?c=d\nX-A: 1\nx-a: 2\nAuthorization: Bearer t\n"
       "client: 0 certificates\n[]\n"},
      {post,
       absl::StrCat("POST / ?\nContent-Length: 3\nclient: 0 certificates\n[",
                    post.body, "]\n")},
      {empty, "POST / ?x\nContent-Length: 0\nclient: 0 certificates\n[]\n"},
      {large, absl::StrCat("PUT / ?\nContent-Length: 524288\n"
                           "client: 0 certificates\n[",
                           large.body, "]\n")},
  };
  const auto client = Client();
  for (const auto& test : kCases) {
    const auto response = client->Do(test.request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, test.body);
  }
}

TEST(HttpsClientTest, ReturnsWhatComes) {
  const auto server = StartServer([](const ServerRequest& request) {
    HttpResponse response;
    response.status = request.path == "/redirect" ? 302 : 500;
    response.headers.Add("Location", "https://elsewhere.example.com/");
    response.headers.Add("X-A", "1");
    response.headers.Add("x-a", "2");
    response.body = "sorry";
    return response;
  });
  const auto client = Client();
  auto response = client->Do(Request(UrlOf(*server, "/redirect")));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->body, "sorry");
  response->headers.Remove("Date");
  EXPECT_THAT(response->headers.fields(),
              ElementsAre(Pair("Location", "https://elsewhere.example.com/"),
                          Pair("X-A", "1"), Pair("x-a", "2"),
                          Pair("Content-Length", "5")));
  HttpRequest head = Request(UrlOf(*server, "/"));
  head.method = "HEAD";
  response = client->Do(head);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 500);
  EXPECT_EQ(response->body, "");
}

TEST(HttpsClientTest, PresentsItsCertificate) {
  const TestCa ca("clients", absl::Now());
  const auto jane = ca.Client("jane");
  const auto server = StartServer([](const ServerRequest& request) {
    return testing::Ok(request.peer_certificates.empty()
                           ? "none"
                           : request.peer_certificates[0]);
  });
  HttpClientOptions options = Trusting(ServerCa());
  options.certificate_pem = IdentityOf(jane).certificate_pem;
  options.key_pem = IdentityOf(jane).key_pem;
  const auto response = Client(options)->Do(Request(UrlOf(*server, "/")));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, std::string(jane.certificate.der()));
}

// A server's certificate and how it is asked for.
struct ServerRow {
  const char* name;
  gatehouse::testing::TestCertificate certificate;
  const TestCa* trusted;
  const char* host;
  const char* server_name;
  absl::StatusCode code;
  Reason reason;
};

TEST(HttpsClientTest, ServersAreWhoTheyShouldBe) {
  const absl::Time now = absl::Now();
  const TestCa ca("servers", now);
  const TestCa stranger("servers", now);  // The same name, another key.
  const TestCa tomorrow("servers", now + absl::Hours(24));
  constexpr auto kOk = absl::StatusCode::kOk;
  constexpr auto kNo = absl::StatusCode::kUnauthenticated;
  const ServerRow kRows[] = {
      {"IP address", testing::LocalServer(ca), &ca, "127.0.0.1", "", kOk,
       Reason::kNone},
      {"DNS name", testing::LocalServer(ca), &ca, "localhost", "", kOk,
       Reason::kNone},
      {"another name than the URL's", ca.Server({"api.example.com"}), &ca,
       "127.0.0.1", "api.example.com", kOk, Reason::kNone},
      {"wildcard", ca.Server({"*.example.com"}), &ca, "127.0.0.1",
       "api.example.com", kOk, Reason::kNone},
      {"wildcard for one label only", ca.Server({"*.example.com"}), &ca,
       "127.0.0.1", "a.b.example.com", kNo, Reason::kNotAllowed},
      {"part of a label is no wildcard", ca.Server({"a*.example.com"}), &ca,
       "127.0.0.1", "api.example.com", kNo, Reason::kNotAllowed},
      {"wrong name", ca.Server({"localhost"}), &ca, "127.0.0.1",
       "api.example.com", kNo, Reason::kNotAllowed},
      {"wrong address", ca.Server({"localhost"}), &ca, "127.0.0.1", "", kNo,
       Reason::kNotAllowed},
      {"an address as a DNS name", ca.Server({"127.0.0.1"}), &ca, "127.0.0.1",
       "", kNo, Reason::kNotAllowed},
      {"the name is the URL's no more", testing::LocalServer(ca), &ca,
       "127.0.0.1", "api.example.com", kNo, Reason::kNotAllowed},
      {"another CA of that name", testing::LocalServer(stranger), &ca,
       "127.0.0.1", "", kNo, Reason::kUnknownAuthority},
      {"expired", testing::LocalServer(ca, -absl::Minutes(1)), &ca, "127.0.0.1",
       "", kNo, Reason::kExpired},
      {"not yet valid", testing::LocalServer(tomorrow), &tomorrow, "127.0.0.1",
       "", kNo, Reason::kNotYetValid},
      {"a client's certificate", ca.Client("localhost"), &ca, "127.0.0.1", "",
       kNo, Reason::kIncompatibleUsage},
  };
  for (const ServerRow& row : kRows) {
    HttpsServerOptions server_options = testing::TestOptions(Echo);
    server_options.certificate_pem = row.certificate.certificate.ToPem();
    server_options.key_pem = row.certificate.key.ToPem();
    const auto server = StartServer(std::move(server_options));
    HttpClientOptions options = Trusting(*row.trusted);
    options.server_name = row.server_name;
    const auto response =
        Client(options)->Do(Request(UrlOf(*server, "/", row.host)));
    EXPECT_EQ(response.status().code(), row.code)
        << row.name << ": " << response.status();
    EXPECT_EQ(ReasonOf(response.status()), row.reason)
        << row.name << ": " << response.status();
  }
}

TEST(HttpsClientTest, CommonNameCountsForNothing) {
  const TestCa ca("servers", absl::Now());
  const auto key = *pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  pki::CertificateTemplate request;
  request.subject = pki::DistinguishedName::ForUser("localhost", {});
  request.not_before = absl::Now() - absl::Minutes(1);
  request.not_after = absl::Now() + absl::Hours(1);
  HttpsServerOptions server_options = testing::TestOptions(Echo);
  server_options.certificate_pem =
      ca.authority().Issue(key.public_key(), request)->ToPem();
  server_options.key_pem = key.ToPem();
  const auto server = StartServer(std::move(server_options));
  const auto response =
      Client(Trusting(ca))->Do(Request(UrlOf(*server, "/", "localhost")));
  EXPECT_EQ(ReasonOf(response.status()), Reason::kNotAllowed)
      << response.status();
}

TEST(HttpsClientTest, OnlyTheSystemsCasWithoutOthers) {
  const auto server = StartServer(Echo);
  const auto client = MakeHttpsClient(HttpClientOptions());
  ASSERT_TRUE(client.ok()) << client.status();
  const auto response = (*client)->Do(Request(UrlOf(*server, "/")));
  EXPECT_EQ(ReasonOf(response.status()), Reason::kUnknownAuthority)
      << response.status();
}

TEST(HttpsClientTest, BadOptionsAreErrors) {
  const Identity other = IdentityOf(testing::LocalServer(ServerCa()));
  const std::string pem = ServerIdentity().certificate_pem;
  const struct {
    const char* name;
    std::function<void(HttpClientOptions&)> change;
    Reason reason;
  } kCases[] = {
      {"CA that is no PEM", [](auto& o) { o.ca_pem = "x"; },
       Reason::kMalformed},
      {"CA cut off", [&](auto& o) { o.ca_pem = pem.substr(0, pem.size() / 2); },
       Reason::kMalformed},
      {"CA that is a key",
       [&](auto& o) {
         o.ca_pem = std::string(other.key_pem.Reveal(SecretAccess::Get()));
       },
       Reason::kMalformed},
      {"second CA is bad",
       [&](auto& o) {
         o.ca_pem +=
             "-----BEGIN CERTIFICATE-----\nAAAA\n"
             "-----END CERTIFICATE-----\n";
       },
       Reason::kMalformed},
      {"certificate without key", [&](auto& o) { o.certificate_pem = pem; },
       Reason::kInvalid},
      {"key without certificate", [&](auto& o) { o.key_pem = other.key_pem; },
       Reason::kInvalid},
      {"another's key",
       [&](auto& o) {
         o.certificate_pem = pem;
         o.key_pem = other.key_pem;
       },
       Reason::kInvalid},
      {"bad key",
       [&](auto& o) {
         o.certificate_pem = pem;
         o.key_pem = Secret(
             "-----BEGIN PRIVATE KEY-----\nAAAA\n"
             "-----END PRIVATE KEY-----\n");
       },
       Reason::kMalformed},
  };
  for (const auto& test : kCases) {
    HttpClientOptions options = Trusting(ServerCa());
    test.change(options);
    const auto client = MakeHttpsClient(options);
    EXPECT_EQ(client.status().code(), absl::StatusCode::kInvalidArgument)
        << test.name;
    EXPECT_EQ(ReasonOf(client.status()), test.reason)
        << test.name << ": " << client.status();
  }
}

TEST(HttpsClientTest, BadRequestsAreNotSent) {
  const auto server = StartServer(Echo);
  const struct {
    const char* name;
    std::function<void(HttpRequest&)> change;
  } kCases[] = {
      {"http", [](auto& r) { r.url = "http://127.0.0.1/"; }},
      {"no URL", [](auto& r) { r.url = ""; }},
      {"user information", [](auto& r) { r.url = "https://a@127.0.0.1/"; }},
      {"no method", [](auto& r) { r.method = ""; }},
      {"method with a space", [](auto& r) { r.method = "GET /x"; }},
      {"CONNECT", [](auto& r) { r.method = "CONNECT"; }},
      {"Host", [](auto& r) { r.headers.Add("host", "x"); }},
      {"length", [](auto& r) { r.headers.Add("Content-Length", "1"); }},
      {"coding",
       [](auto& r) { r.headers.Add("transfer-encoding", "chunked"); }},
      {"line break", [](auto& r) { r.headers.Add("X", "a\r\nY: b"); }},
      {"NUL", [](auto& r) { r.headers.Add("X", std::string("a\0", 2)); }},
      {"bad name", [](auto& r) { r.headers.Add("X:", "a"); }},
  };
  const auto client = Client();
  for (const auto& test : kCases) {
    HttpRequest request = Request(UrlOf(*server, "/"));
    test.change(request);
    EXPECT_EQ(client->Do(request).status().code(),
              absl::StatusCode::kInvalidArgument)
        << test.name;
  }
}

constexpr char kOkResponse[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(HttpsClientTest, ConnectionsAreUsedAgain) {
  ScriptedServer server(ServerIdentity(), [](TlsPeer& peer, int) {
    while (!peer.ReadRequest().empty()) peer.Write(kOkResponse);
  });
  {
    const auto client = Client();
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE(client->Do(Request(server.Url())).ok());
    }
    EXPECT_EQ(server.connections(), 1);
  }
  EXPECT_TRUE(Client()->Do(Request(server.Url())).ok());
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpsClientTest, OneThatWasClosedMeanwhileIsMadeUpFor) {
  ScriptedServer server(ServerIdentity(), [](TlsPeer& peer, int number) {
    peer.ReadRequest();
    peer.Write(kOkResponse);
    if (number % 2 == 0) peer.EndTls();  // Properly, every other time.
  });
  const auto client = Client();
  for (int i = 1; i <= 6; ++i) {
    const auto response = client->Do(Request(server.Url()));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(server.connections(), i);
  }
}

// Once a byte has come the request has been heard, and is not repeated.
TEST(HttpsClientTest, AnsweredRequestsAreNotRepeated) {
  ScriptedServer server(ServerIdentity(), [](TlsPeer& peer, int) {
    peer.ReadRequest();
    peer.Write(kOkResponse);
    peer.ReadRequest();
    peer.Write("HTTP/1.1 200");
  });
  const auto client = Client();
  EXPECT_TRUE(client->Do(Request(server.Url())).ok());
  EXPECT_TRUE(absl::IsUnavailable(client->Do(Request(server.Url())).status()));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpsClientTest, ManyThreads) {
  const auto server = StartServer(Echo);
  const auto client = Client();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20; ++n) {
        const std::string path = absl::StrCat("/", i, "/", n);
        const auto response = client->Do(Request(UrlOf(*server, path)));
        ASSERT_TRUE(response.ok()) << response.status();
        EXPECT_THAT(response->body, StartsWith(absl::StrCat("GET ", path)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace gatehouse::net
