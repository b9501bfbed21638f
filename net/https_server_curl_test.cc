// The server against a client of somebody else's: curl(1).
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_server.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"
#include "testing/test_ca.h"

namespace gatehouse::net {
namespace {

using gatehouse::testing::TestCa;
using gatehouse::testing::TestCertificate;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class CurlTest : public ::testing::Test {
 protected:
  CurlTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/curl.XXXXXX");
    directory_ = ::mkdtemp(&pattern[0]);
    Write("ca.crt", testing::ServerCa().certificate().ToPem());
    HttpsServerOptions options = testing::TestOptions(testing::Echo);
    options.limits.max_body_bytes = 1000000;
    options.limits.max_header_bytes = 20000;
    server_ = testing::StartServer(std::move(options));
  }

  void Write(absl::string_view name, absl::string_view contents) const {
    const std::string path = absl::StrCat(directory_, "/", name);
    ASSERT_TRUE(WriteFile(path, contents).ok());
  }
  void WriteIdentity(absl::string_view name,
                     const TestCertificate& identity) const {
    Write(absl::StrCat(name, ".crt"), identity.certificate.ToPem());
    const Secret key = identity.key.ToPem();
    Write(absl::StrCat(name, ".key"), key.Reveal(SecretAccess::Get()));
  }

  // Runs curl in the directory of the files; $URL is the server's. Returns what
  // it prints, and "exit N" if it fails.
  std::string Curl(absl::string_view arguments) const {
    const std::string command = absl::StrCat(
        "cd ", directory_, " && URL=https://127.0.0.1:", server_->port(),
        " && curl --disable --silent --noproxy '*' --cacert ca.crt ", arguments,
        " 2>&1");
    FILE* const pipe = ::popen(command.c_str(), "r");
    std::string out;
    char buffer[4096];
    size_t size = 0;
    while ((size = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
      out.append(buffer, size);
    }
    const int status = WEXITSTATUS(::pclose(pipe));
    return status == 0 ? out : absl::StrCat(out, "exit ", status);
  }

  std::string directory_;
  std::unique_ptr<HttpsServer> server_;
};

TEST_F(CurlTest, Requests) {
  Write("large", std::string(900000, 'x'));
  Write("too_large", std::string(1100000, 'x'));
  Write("large.header", "X-Large: " + std::string(30000, 'x'));
  const struct {
    const char* name;
    const char* arguments;
    const char* out;  // A regular expression.
  } kCases[] = {
      {"GET", "-H 'X-A: 1' \"$URL/a?b\"",
       "GET /a [?]b\nAccept: [*]/[*]\nX-A: 1\nclient: 0 certificates\n"},
      {"by name",
       "--resolve localhost:${URL##*:}:127.0.0.1 "
       "https://localhost:${URL##*:}/",
       "GET / "},
      {"HEAD", "--head $URL/", "HTTP/1.1 200 OK.*Content-Length: "},
      {"POST", "--data hello $URL/", "POST / .*\\[hello\\]"},
      {"POST chunked", "--data hello -H 'Transfer-Encoding: chunked' $URL/",
       "POST / .*\\[hello\\]"},
      {"PUT that waits for 100-continue",
       "-i -H 'Expect: 100-continue' -T large -o /dev/null "
       "-w '%{http_code} %{size_upload}' $URL/",
       "200 900000"},
      {"body too large", "-T too_large -o /dev/null -w '%{http_code}' $URL/",
       "413"},
      {"body too large without 100-continue",
       "-H 'Expect:' -T too_large -o /dev/null -w '%{http_code}' $URL/", "413"},
      {"header too large", "-H @large.header -w '%{http_code}' $URL/", "431"},
      {"two on one connection",
       "$URL/1 $URL/2 -o /dev/null -o /dev/null "
       "-w '%{num_connects} '",
       "1 0 "},
      {"HTTP/2 falls back", "--http2 -o /dev/null -w '%{http_version}' $URL/",
       "1.1"},
      {"HTTP/1.0", "--http1.0 -o /dev/null -w '%{http_code}' $URL/", "exit 35"},
      {"TLS 1.2", "--tls-max 1.2 $URL/", "GET / "},
      {"TLS 1.1", "--tls-max 1.1 $URL/", "exit 35"},
      {"ciphers without forward secrecy",
       "--tls-max 1.2 --ciphers AES128-GCM-SHA256 $URL/", "exit 35"},
      {"CBC", "--tls-max 1.2 --ciphers ECDHE-ECDSA-AES128-SHA $URL/",
       "exit 35"},
      {"HTTP without TLS", "http://127.0.0.1:${URL##*:}/", "exit [0-9]+"},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(Curl(test.arguments), ContainsRegex(test.out)) << test.name;
  }
}

TEST_F(CurlTest, ClientCertificates) {
  const TestCa ca("clients", absl::Now());
  WriteIdentity("good", ca.Client("jane"));
  WriteIdentity("expired", ca.Client("jane", {}, -absl::Minutes(1)));
  WriteIdentity("stranger", TestCa("strangers", absl::Now()).Client("jane"));
  for (const char* const name : {"good", "expired", "stranger"}) {
    EXPECT_THAT(
        Curl(absl::StrCat("--cert ", name, ".crt --key ", name, ".key $URL/")),
        HasSubstr("client: 1 certificates"))
        << name;
  }
}

}  // namespace
}  // namespace gatehouse::net
