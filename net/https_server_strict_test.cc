// What could be read in two ways is refused, whatever came before it.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_server.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"

namespace gatehouse::net {
namespace {

using testing::Get;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StartServer;
using testing::StatusOf;
using testing::TlsPeer;

// NUL included.
template <size_t size>
std::string Raw(const char (&text)[size]) {
  return std::string(text, size - 1);
}

struct Row {
  const char* name;
  std::string request;
  const char* status;
};

const Row kRows[] = {
    // Line structure (RFC 9112 sections 2.2, 5.2).
    {"LF alone after the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n",
     "400"},
    {"LF alone after a field", "GET / HTTP/1.1\r\nHost: x\n\r\n", "400"},
    {"LF alone everywhere", "GET / HTTP/1.1\nHost: x\n\n", "400"},
    {"CR alone", "GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", "400"},
    {"CR CR LF", "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n", "400"},
    {"folded line", Get("/", "X-A: 1\r\n 2\r\n"), "400"},
    {"folded line with a tab", Get("/", "X-A: 1\r\n\t2\r\n"), "400"},
    {"folded empty line", Get("/", "X-A: 1\r\n \r\n"), "400"},
    {"space before the first field", "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
     "400"},
    {"empty line before the request", "\r\n" + Get(), "400"},
    {"NUL in a value", Raw("GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"),
     "400"},
    {"NUL in the target", Raw("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"), "400"},
    {"control character in a value", Get("/", "X: a\001b\r\n"), "400"},
    {"DEL in a value", Get("/", "X: a\177b\r\n"), "400"},
    {"space before the colon", Get("/", "X-A : 1\r\n"), "400"},
    {"no colon", Get("/", "X-A\r\n"), "400"},
    {"empty name", Get("/", ": 1\r\n"), "400"},
    {"name that is no token", Get("/", "X(A): 1\r\n"), "400"},
    {"non-ASCII in a name", Get("/", "X-\xc3\xa4: 1\r\n"), "400"},
    // The request line (section 3).
    {"no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
    {"two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
    {"space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "505"},
    {"tab for space", "GET\t/\tHTTP/1.1\r\nHost: x\r\n\r\n", "400"},
    {"absolute target", Get("https://localhost/"), "400"},
    {"authority for target", "CONNECT localhost:1 HTTP/1.1\r\nHost: x\r\n\r\n",
     "400"},
    {"asterisk for target", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
    {"relative target", Get("a"), "400"},
    {"fragment", Get("/a#b"), "400"},
    {"bad escape", Get("/a%2"), "400"},
    {"escape that is not hexadecimal", Get("/a%zz"), "400"},
    {"bad escape in the query is the handler's", Get("/a?b=%zz"), "200"},
    {"TLS in TLS", Raw("\x16\x03\x01\x00\x05hello\r\n\r\n"), "400"},
    {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: x\r\n\r\n", "505"},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505"},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
    {"HTTP/0.9", "GET /\r\n\r\n", "400"},
    {"version in small letters", "GET / http/1.1\r\nHost: x\r\n\r\n", "505"},
    // Host (section 3.2).
    {"no Host", "GET / HTTP/1.1\r\n\r\n", "400"},
    {"two Hosts", Get("/", "host: y\r\n"), "400"},
    {"the same Host twice", Get("/", "Host: localhost\r\n"), "400"},
    // Length (section 6.3).
    {"both lengths",
     Get("/",
         "Content-Length: 5\r\n"
         "Transfer-Encoding: chunked\r\n") +
         "0\r\n\r\n",
     "400"},
    {"both lengths, the other way round",
     Get("/", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") +
         "0\r\n\r\n",
     "400"},
    {"two lengths",
     Get("/", "Content-Length: 1\r\nContent-Length: 2\r\n") + "ab", "400"},
    {"the same length twice",
     Get("/", "Content-Length: 1\r\nContent-Length: 1\r\n") + "a", "400"},
    {"a list of lengths", Get("/", "Content-Length: 1, 1\r\n") + "a", "400"},
    {"length with a sign", Get("/", "Content-Length: +1\r\n") + "a", "400"},
    {"negative length", Get("/", "Content-Length: -1\r\n"), "400"},
    {"length in hexadecimal", Get("/", "Content-Length: 0x1\r\n") + "a", "400"},
    {"length with a space", Get("/", "Content-Length: 1 1\r\n") + "a", "400"},
    {"empty length", Get("/", "Content-Length:\r\n"), "400"},
    {"length that overflows",
     Get("/", "Content-Length: 18446744073709551617\r\n"), "400"},
    {"unknown coding", Get("/", "Transfer-Encoding: gzip\r\n"), "400"},
    {"chunked not alone",
     Get("/", "Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n", "400"},
    {"chunked not last",
     Get("/", "Transfer-Encoding: chunked, gzip\r\n") + "0\r\n\r\n", "400"},
    {"chunked twice",
     Get("/", "Transfer-Encoding: chunked, chunked\r\n") + "0\r\n\r\n", "400"},
    {"two codings",
     Get("/",
         "Transfer-Encoding: chunked\r\n"
         "Transfer-Encoding: identity\r\n") +
         "0\r\n\r\n",
     "400"},
    {"coding with a vertical tab",
     Get("/", "Transfer-Encoding: \vchunked\r\n") + "0\r\n\r\n", "400"},
    {"coding in quotes",
     Get("/", "Transfer-Encoding: \"chunked\"\r\n") + "0\r\n\r\n", "400"},
    // Chunks (section 7.1).
    {"chunks",
     Get("/", "Transfer-Encoding: chunked\r\n") + "1\r\na\r\n0\r\n\r\n", "200"},
    {"chunk size with a sign",
     Get("/", "Transfer-Encoding: chunked\r\n") + "+1\r\na\r\n0\r\n\r\n",
     "400"},
    {"chunk size with 0x",
     Get("/", "Transfer-Encoding: chunked\r\n") + "0x1\r\na\r\n0\r\n\r\n",
     "400"},
    {"chunk size that overflows",
     Get("/", "Transfer-Encoding: chunked\r\n") +
         "10000000000000001\r\na\r\n0\r\n\r\n",
     "400"},
    {"chunk longer than it says",
     Get("/", "Transfer-Encoding: chunked\r\n") + "1\r\nab\r\n0\r\n\r\n",
     "400"},
    {"chunk that ends in LF alone",
     Get("/", "Transfer-Encoding: chunked\r\n") + "1\r\na\n0\r\n\r\n\r\n",
     "400"},
    {"chunk size that ends in LF alone",
     Get("/", "Transfer-Encoding: chunked\r\n") + "1\na\r\n0\r\n\r\n", "400"},
    {"LF in an extension",
     Get("/", "Transfer-Encoding: chunked\r\n") +
         "1;a=\"\n\"\r\na\r\n0\r\n\r\n",
     "400"},
    {"long extensions",
     Get("/", "Transfer-Encoding: chunked\r\n") +
         "1;a=" + std::string(2000, 'b') + "\r\na\r\n0\r\n\r\n",
     "400"},
    {"length in the trailers",
     Get("/", "Transfer-Encoding: chunked\r\n") +
         "0\r\nContent-Length: 5\r\n\r\n",
     "400"},
};

TEST(HttpsServerStrictTest, Rows) {
  const auto server = StartServer(testing::Echo);
  for (const Row& row : kRows) {
    const auto peer = TlsPeer::Connect(server->port());
    // The second one would be smuggled in.
    ASSERT_TRUE(peer->Write(
        absl::StrCat(row.request, Get("/last", "Connection: close\r\n"))));
    const std::string all = peer->ReadAll();
    EXPECT_EQ(StatusOf(all), row.status) << row.name << "\n" << all;
    if (absl::string_view(row.status) == "200") {
      EXPECT_THAT(all, HasSubstr("GET /last")) << row.name;
    } else {
      EXPECT_THAT(all, HasSubstr("Connection: close\r\n")) << row.name;
      EXPECT_THAT(all, Not(HasSubstr("/last"))) << row.name;
    }
    EXPECT_TRUE(peer->ended_properly()) << row.name;
  }
}

}  // namespace
}  // namespace gatehouse::net
