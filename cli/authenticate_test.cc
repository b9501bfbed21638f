#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/pki/pki_fixture.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// Without anonymous users, so that a request without a credential shows.
constexpr char kCa[] =
    "authenticate --client-ca-file $D/ca.crt --anonymous-auth=false";

// Returns the content of a file as it stands inside a JSON string.
std::string Pem(const std::string& file) {
  return absl::StrReplaceAll(ReadTestFile(file), {{"\n", "\\n"}});
}

std::string Request(absl::string_view id, absl::string_view certificates) {
  return absl::StrCat(R"({"id":)", id, R"(,"peerCertificates":[)", certificates,
                      "]}\n");
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", text, "\"");
}

// Returns the answer for a user of the group examplegroup.
std::string Accepted(absl::string_view id, absl::string_view user) {
  return absl::StrCat(
      R"({"id":)", id, R"(,"authenticated":true,"user":{"username":")", user,
      R"(","uid":"","groups":["examplegroup","system:authenticated"],"extra":{)",
      R"("authentication.kubernetes.io/credential-id":["X509SHA256=HEX"]}},)",
      R"("audiences":null,"authenticator":"x509",)",
      R"("credentialId":"X509SHA256=HEX","error":null,"reason":null})", "\n");
}

// Returns how the answer for a request that is refused begins.
std::string Refused(absl::string_view id, absl::string_view error) {
  return absl::StrCat(
      R"({"id":)", id, R"(,"authenticated":false,"user":null,)",
      R"("audiences":null,"authenticator":null,"credentialId":null,"error":")",
      error);
}

// Returns the answer for a request without a credential.
std::string NoCredential(absl::string_view id) {
  return absl::StrCat(
      R"({"id":)", id, R"(,"authenticated":false,"user":null,)",
      R"("audiences":null,"authenticator":null,"credentialId":null,)",
      R"("error":null,"reason":null})", "\n");
}

std::string MaskedOut(const Result& result) {
  return Masked(result.out, {{"[0-9a-f]{64}", "HEX"}});
}

struct Row {
  const char* what;
  std::string request;
  std::string answer;  // What it begins with.
  int status;
};

TEST(AuthenticateTest, Requests) {
  InitCluster();
  MakeUser("john");
  const std::string john = Pem("john.crt");
  const std::string ca = Pem("D/ca.crt");
  const std::string none = NoCredential("1");
  const std::vector<Row> rows = {
      {"a certificate", Request("1", Quoted(john)), Accepted("1", "john"), 0},
      {"everything that a request has",
       absl::StrCat(R"({"id":1,"method":"GET","uri":"/api?a=b","headers":)",
                    R"({"Accept":["a","b"],"X":[]},"peerCertificates":[")",
                    john, R"("],"remoteAddress":"10.0.0.1:1"})", "\n"),
       Accepted("1", "john"), 0},
      {"no certificates", "{\"id\":1}\n", none, 0},
      {"an empty list", Request("1", ""), none, 0},
      {"null", "{\"id\":1,\"peerCertificates\":null,\"now\":null}\n", none, 0},
      {"an empty object", "{}\n", NoCredential("null"), 0},
      {"two in one string", Request("1", Quoted(john + ca)),
       Accepted("1", "john"), 0},
      {"two strings", Request("1", Quoted(john) + "," + Quoted(ca)),
       Accepted("1", "john"), 0},
      {"text around it", Request("1", Quoted("subject=john\\n" + john)),
       Accepted("1", "john"), 0},
      {"an id that is a string", Request("\"a\\\"b\\\\\\u0001\"", Quoted(john)),
       Accepted("\"a\\\"b\\\\\\u0001\"", "john"), 0},
      {"an id that is a fraction", Request("1.50", Quoted(john)),
       Accepted("1.50", "john"), 0},
      {"an id that is null", Request("null", Quoted(john)),
       Accepted("null", "john"), 0},
      {"the CA itself, which does not say what for", Request("1", Quoted(ca)),
       R"({"id":1,"authenticated":true,"user":{"username":"kubernetes",)", 0},
      {"too late",
       absl::StrCat(R"({"id":1,"now":"2090-01-01T00:00:00Z",)",
                    R"("peerCertificates":[")", john, "\"]}\n"),
       Refused("1", "verifying certificate SN="), 0},
      {"PEM of what is no certificate",
       Request("1", Quoted("-----BEGIN CERTIFICATE-----\\nMAMCAQE=\\n-----END "
                           "CERTIFICATE-----\\n")),
       Refused("1", ""), 0},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const Result result = Gatehouse(kCa, row.request);
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.err, "");
    EXPECT_TRUE(absl::StartsWith(MaskedOut(result), row.answer)) << result.out;
    EXPECT_TRUE(absl::EndsWith(result.out, "}\n"));
  }
}

struct BadRow {
  std::string line;
  const char* id;
  const char* error;
  int status = 2;  // 0: a good request with a bad credential.
};

// A bad line is answered with an error; its neighbours are not disturbed.
TEST(AuthenticateTest, BadLines) {
  InitCluster();
  MakeUser("john");
  const std::string good = Request("0", Quoted(Pem("john.crt")));
  const BadRow rows[] = {
      {"not json", "null", "stdin:2:1: want a value, got not"},
      {"[]", "null", "stdin:2:1: request: want an object"},
      {"\"a\"", "null", "stdin:2:1: request: want an object"},
      {"{\"id\":1} {}", "null", "stdin:2:10:"},
      {"{\"id\":1,\"id\":2}", "null",
       "stdin:2:9: duplicate key \\\"id\\\", first at 2:2"},
      {"{\"id\":1,\"now\":null,\"now\":null}", "null",
       "stdin:2:20: duplicate key"},
      {"{\"id\":[1]}", "null", "stdin:2:7: id: want a string or a number"},
      {"{\"id\":{}}", "null", "stdin:2:7: id: want a string or a number"},
      {"{\"id\":true}", "null", "stdin:2:7: id: want a string or a number"},
      {"{\"method\":1,\"id\":7}", "7", "stdin:2:11: method: want a string"},
      {"{\"uri\":[]}", "null", "stdin:2:8: uri: want a string"},
      {"{\"remoteAddress\":{}}", "null",
       "stdin:2:18: remoteAddress: want a string"},
      {"{\"headers\":[]}", "null",
       "stdin:2:12: headers: want an object of lists of strings"},
      {"{\"headers\":{\"A\":\"b\"}}", "null",
       "stdin:2:17: headers[\\\"A\\\"]: want a list of strings"},
      {"{\"headers\":{\"A\":[1]}}", "null",
       "stdin:2:18: headers[\\\"A\\\"]: want a list of strings"},
      {"{\"uri\":\"/a%2\"}", "null",
       "stdin:2:8: uri: want two hexadecimal digits behind each %"},
      {"{\"audiences\":\"a\"}", "null",
       "stdin:2:14: audiences: want a list of strings"},
      {"{\"audiences\":[1]}", "null",
       "stdin:2:15: audiences: want a list of strings"},
      {"{\"peerCertificates\":\"x\"}", "null",
       "stdin:2:21: peerCertificates: want a list of strings"},
      {"{\"peerCertificates\":[null]}", "null",
       "stdin:2:22: peerCertificates: want a list of strings"},
      {"{\"id\":\"x\",\"peerCertificates\":[\"garbage\"]}", "\"x\"",
       "stdin:2:31: peerCertificates[0]: want PEM certificates, found none", 0},
      {"{\"peerCertificates\":[\"\"]}", "null",
       "stdin:2:22: peerCertificates[0]: want PEM certificates, found none", 0},
      {"{\"peerCertificates\":[\"-----BEGIN CERTIFICATE-----\\n!\\n-----END "
       "CERTIFICATE-----\\n\"]}",
       "null", "stdin:2:22: peerCertificates[0]: want PEM certificates", 0},
      {"{\"now\":\"today\"}", "null", "stdin:2:8: now: want a time such as"},
      {"{\"now\":\"infinite-future\"}", "null", "stdin:2:8: now: want a time"},
      {"{\"now\":1795370400}", "null", "stdin:2:8: now: want a time"},
      {"{\"id\":\"\xff\"}", "null", "stdin:2:8"},
  };
  for (const BadRow& row : rows) {
    SCOPED_TRACE(row.line);
    const Result result =
        Gatehouse(kCa, absl::StrCat(good, row.line, "\n", good));
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.err, "");
    const std::vector<std::string> lines =
        absl::StrSplit(MaskedOut(result), '\n');
    ASSERT_EQ(lines.size(), 4U) << result.out;
    EXPECT_EQ(lines[0] + "\n", Accepted("0", "john"));
    EXPECT_TRUE(absl::StartsWith(lines[1], Refused(row.id, row.error)))
        << lines[1];
    EXPECT_TRUE(absl::EndsWith(lines[1], R"(","reason":"Malformed"})"))
        << lines[1];
    EXPECT_EQ(lines[2] + "\n", Accepted("0", "john"));
  }
}

TEST(AuthenticateTest, AHugeLine) {
  InitCluster();
  const std::string huge =
      absl::StrCat(R"({"id":1,"uri":")", std::string(4 << 20, 'x'), "\"}\n");
  const Result result = Gatehouse(kCa, huge + "{\"id\":2}\n");
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out,
            absl::StrCat(Refused("null", "stdin:1: longer than 3145728 bytes"),
                         "\",\"reason\":\"TooLarge\"}\n", NoCredential("2")));
}

TEST(AuthenticateTest, EmptyLinesCountButHaveNoAnswer) {
  InitCluster();
  const Result result = Gatehouse(kCa, "\n \r\n{\"id\":2}\r\n\n{");
  EXPECT_EQ(result.status, 2);
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n');
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0] + "\n", NoCredential("2"));
  EXPECT_TRUE(absl::StrContains(lines[1], "stdin:5:")) << lines[1];
}

TEST(AuthenticateTest, UnknownFieldsAreSaidOnce) {
  InitCluster();
  const Result result =
      Gatehouse(kCa,
                "\xEF\xBB\xBF{\"id\":1,\"peerCertificate\":[\"x\"]}\n"
                "{\"id\":2,\"peerCertificate\":[],\"tls\":true}\n");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, NoCredential("1") + NoCredential("2"));
  EXPECT_EQ(result.err,
            "stdin:1:9: unknown field \"peerCertificate\"\n"
            "stdin:2:30: unknown field \"tls\"\n");
}

TEST(AuthenticateTest, OrderIsKept) {
  InitCluster();
  MakeUser("john");
  MakeUser("mary");
  std::string requests;
  std::string answers;
  for (int i = 0; i < 200; ++i) {
    const std::string user = i % 3 == 0 ? "mary" : "john";
    requests += Request(absl::StrCat(i), Quoted(Pem(user + ".crt")));
    answers += Accepted(absl::StrCat(i), user);
  }
  EXPECT_EQ(MaskedOut(Gatehouse(kCa, requests)), answers);
  // From a file as well.
  Shell(absl::StrCat("cat > requests.jsonl <<'END'\n", requests, "END"));
  EXPECT_EQ(
      MaskedOut(Gatehouse(absl::StrCat(kCa, " --requests $requests.jsonl"))),
      answers);
  EXPECT_EQ(MaskedOut(Gatehouse(absl::StrCat(kCa, " --requests -"), requests)),
            answers);
}

struct ReasonRow {
  const char* flags;
  const char* file;
  const char* now;
  const char* reason;
};

TEST(AuthenticateTest, ReasonsAreStable) {
  InitCluster();
  MakeUser("john");
  MakeUser("mary");
  Must("pki revoke --dir $D $mary.crt");
  const std::string all =
      "--client-crl-file $D/ca.crl --revocation-file $D/revoked.yaml ";
  const std::string crl = "--client-crl-file $D/ca.crl ";
  const std::string trust = crl + "--stale-revocation trust ";
  const ReasonRow rows[] = {
      {"", "john.crt", "2090-01-01T00:00:00Z", "Expired"},
      {"", "john.crt", "2001-01-01T00:00:00Z", "NotYetValid"},
      {"", "D/etcd/server.crt", "", "UnknownAuthority"},
      {"", "D/apiserver.crt", "", "IncompatibleUsage"},
      {all.c_str(), "mary.crt", "", "Revoked"},
      {crl.c_str(), "mary.crt", "", "Revoked"},
      {"--revocation-file $D/revoked.yaml", "mary.crt", "", "Revoked"},
      {trust.c_str(), "mary.crt", "", "Revoked"},
      {"--require-revocation", "john.crt", "", "Stale"},
  };
  for (const ReasonRow& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.flags, row.file, row.now));
    const std::string now = *row.now == '\0' ? "null" : Quoted(row.now);
    const Result result = Gatehouse(
        absl::StrCat(kCa, " ", row.flags),
        absl::StrCat(R"({"id":1,"now":)", now, R"(,"peerCertificates":[")",
                     Pem(row.file), "\"]}\n"));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(absl::StartsWith(result.out, Refused("1", ""))) << result.out;
    EXPECT_TRUE(absl::EndsWith(
        result.out, absl::StrCat("\"reason\":\"", row.reason, "\"}\n")))
        << result.out;
  }
}

TEST(AuthenticateTest, Errors) {
  InitCluster();
  const std::vector<std::vector<std::string>> rows = {
      {"authenticate --client-ca-file $none",
       "error: --client-ca-file: $none: open: No such file"},
      {"authenticate --client-ca-file $D/ca.key",
       "error: --client-ca-file: $D/ca.key"},
      {"authenticate --client-ca-file $D/ca.crt --client-crl-file $none",
       "error: --client-ca-file: $none"},
      {"authenticate --client-ca-file $D/ca.crt --client-crl-file "
       "$D/etcd/ca.crl",
       "error: --client-ca-file: $D/etcd/ca.crl"},
      {"authenticate --client-ca-file $D/ca.crt --revocation-file $D/ca.key",
       "error: --client-ca-file: $D/ca.key"},
      {"authenticate --client-crl-file $D/ca.crl",
       "error: revocation flags are set without --client-ca-file"},
      {"authenticate --client-ca-file $D/ca.crt --client-ca-file $D/ca.crt",
       "error: --client-ca-file is given twice\n"},
      {"authenticate --client-ca-file=", "error: empty value in "},
      {"authenticate --anonymous-auth=false",
       "error: no authentication method configured\n"},
      {"authenticate --anonymous-auth=perhaps",
       "error: invalid argument \"perhaps\" for \"--anonymous-auth\" flag"},
      {"authenticate --anonymous-auth=", "error: invalid argument "},
      {"authenticate --oidc-issuer-url https://i --oidc-client-id c "
       "--oidc-groups-prefix p:",
       "error: --oidc-groups-prefix is set without --oidc-groups-claim"},
      {"authenticate --token-auth-file $none",
       "error: --token-auth-file: $none: open: No such file"},
      {"authenticate --oidc-issuer-url https://example.com",
       "error: oidc-issuer-url and oidc-client-id must be specified together"},
      {"authenticate -f $none", "error: $none"},
      {"authenticate -f -", "error: -f - reads the objects from stdin"},
      {"authenticate --issuer-timeout 0", "error: "},
      {"authenticate --client-ca-file $D/ca.crt --requests $none",
       "error: --requests: cannot read $none: No such file or directory\n"},
      {"authenticate --client-ca-file $D/ca.crt stray", "error: "},
  };
  for (const std::vector<std::string>& row : rows) {
    SCOPED_TRACE(row[0]);
    const Result result = Gatehouse(row[0], "{}\n");
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StartsWith(result.err, row[1])) << result.err;
  }
}

}  // namespace
}  // namespace gatehouse::cli
