// The way of a user as it is described for clusters everywhere: a key and a
// request of openssl, a signature of the cluster's CA, an identity; and then
// what is said to be impossible, taking it back.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// Makes john.key and john.csr as `openssl` does.
void OpensslRequest(const std::string& name) {
  EXPECT_EQ(Shell(absl::StrCat("openssl genrsa -out ", name,
                               ".key 2048 && openssl req -new -key ", name,
                               ".key -out ", name, ".csr -subj \"/CN=", name,
                               "/O=examplegroup\"")),
            "");
}

void Sign(const std::string& name) {
  EXPECT_EQ(Must(absl::StrCat("pki sign --dir $D --signer ", kClientSigner,
                              " --out $", name, ".crt $", name, ".csr")),
            "");
}

// Returns a request with the certificate in a file.
std::string Request(const std::string& name) {
  return absl::StrCat(
      R"({"id":")", name, R"(","peerCertificates":[")",
      absl::StrReplaceAll(ReadTestFile(absl::StrCat(name, ".crt")),
                          {{"\n", "\\n"}}),
      "\"]}\n");
}

// Returns the line that answers who it was.
std::string Accepted(const std::string& id, const std::string& user) {
  return absl::StrCat(
      R"({"id":")", id, R"(","authenticated":true,"user":{"username":")", user,
      R"(","uid":"","groups":["examplegroup","system:authenticated"],"extra":{)",
      R"("authentication.kubernetes.io/credential-id":["X509SHA256=HEX"]}},)",
      R"("audiences":null,"authenticator":"x509",)",
      R"("credentialId":"X509SHA256=HEX","error":null,"reason":null})", "\n");
}

std::string Ask(const std::string& flags, const std::string& requests) {
  return Masked(
      Must(absl::StrCat("authenticate --client-ca-file $D/ca.crt ", flags),
           requests),
      {{"[0-9a-f]{64}", "HEX"}});
}

TEST(WalkthroughTest, JohnAndMary) {
  Must("pki init --dir $D");
  for (const char* name : {"john", "mary"}) {
    OpensslRequest(name);
    Sign(name);
    EXPECT_EQ(Shell(absl::StrCat("openssl verify -purpose sslclient -CAfile ",
                                 "D/ca.crt ", name, ".crt")),
              absl::StrCat(name, ".crt: OK\n"));
  }
  EXPECT_EQ(Shell("openssl x509 -in john.crt -noout -subject -ext "
                  "extendedKeyUsage"),
            "subject=O = examplegroup, CN = john\n"
            "X509v3 Extended Key Usage: \n"
            "    TLS Web Client Authentication\n");
  EXPECT_EQ(Ask("", Request("john") + Request("mary")),
            Accepted("john", "john") + Accepted("mary", "mary"));

  EXPECT_TRUE(absl::StartsWith(
      Must("pki revoke --dir $D --reason keyCompromise $john.crt"),
      "revoked CN=john,O=examplegroup, serial "));
  for (const char* list :
       {"--client-crl-file $D/ca.crl", "--revocation-file $D/revoked.yaml",
        "--client-crl-file $D/ca.crl "
        "--revocation-file $D/revoked.yaml"}) {
    SCOPED_TRACE(list);
    const std::vector<std::string> lines =
        absl::StrSplit(Ask(list, Request("john") + Request("mary")), '\n');
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_TRUE(
        absl::StartsWith(lines[0], R"({"id":"john","authenticated":false,)"))
        << lines[0];
    EXPECT_TRUE(absl::EndsWith(lines[0], R"("reason":"Revoked"})")) << lines[0];
    EXPECT_EQ(lines[1] + "\n", Accepted("mary", "mary"));
  }
  // openssl reads the list too.
  EXPECT_EQ(Shell("cat D/ca.crt D/ca.crl > both.pem; openssl verify "
                  "-crl_check -CAfile both.pem mary.crt; openssl verify "
                  "-crl_check -CAfile both.pem john.crt 2>&1 | grep error"),
            "mary.crt: OK\n"
            "error 23 at 0 depth lookup: certificate revoked\n"
            "error john.crt: verification failed\n");

  // A new certificate for john is not burnt by the old one.
  Must(absl::StrCat("pki sign --dir $D --signer ", kClientSigner,
                    " --out $again.crt $john.csr"));
  EXPECT_EQ(Ask("--client-crl-file $D/ca.crl", Request("again")),
            Accepted("again", "john"));
}

// The certificates of `openssl x509 -req` are of version 1.
TEST(WalkthroughTest, SignedByOpenssl) {
  Must("pki init --dir $D");
  OpensslRequest("john");
  EXPECT_EQ(Shell("openssl x509 -req -in john.csr -CA D/ca.crt -CAkey D/ca.key "
                  "-CAcreateserial -out john.crt 2>&1 | grep -v subject="),
            "Certificate request self-signature ok\n");
  EXPECT_EQ(Ask("", Request("john")), Accepted("john", "john"));

  const std::string page = Must("pki inspect --dir $D $john.crt");
  for (const char* part : {
           "  Version:            1\n",
           "  Extensions:         none\n",
           "  User:               john\n",
           "  Groups:             examplegroup\n",
           "  Signed by:          $D/ca.crt\n",
           "  Accepted:           yes\n",
           "  Revoked:            no\n",
           "What to know:\n"
           "  - X.509 version 1: it has no extensions, so nothing in it says "
           "what it may\n"
           "    be used for. An API server takes it for client authentication, "
           "since a\n"
           "    certificate without extended key usages is good for any;",
       }) {
    EXPECT_TRUE(absl::StrContains(page, part)) << part << "\nin\n" << page;
  }

  // It is not in the journal, and can be revoked all the same.
  EXPECT_TRUE(
      absl::StartsWith(Must("pki revoke --dir $D $john.crt"), "revoked "));
  EXPECT_TRUE(
      absl::StrContains(Ask("--client-crl-file $D/ca.crl", Request("john")),
                        R"("reason":"Revoked")"));
}

// Who waits for the answer before asking on sees a revocation at once.
TEST(WalkthroughTest, TheNextRequestIsRefused) {
  InitCluster();
  MakeUser("john");
  const std::string request = Request("john");
  // The answers to the same requests, before and after.
  const std::string flags =
      "--client-crl-file $D/ca.crl --revocation-file $D/revoked.yaml";
  EXPECT_EQ(Ask(flags, request), Accepted("john", "john"));
  Must("pki revoke --dir $D $john.crt");
  EXPECT_TRUE(absl::StrContains(Ask(flags, request), R"("reason":"Revoked")"));
}

}  // namespace
}  // namespace gatehouse::cli
