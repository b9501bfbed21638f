// Ours and openssl's, each read by the other.
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/ca/certificate_request.h"
#include "pki/ca/testing/command.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"

namespace gatehouse::pki {
namespace {

using testing::CommandResult;
using testing::GetFile;
using ::testing::HasSubstr;
using testing::MakeTestDirectory;
using testing::PutFile;
using testing::RunCommand;

// How each kind of key is asked of `openssl req -newkey`.
struct Kind {
  KeyAlgorithm algorithm;
  const char* newkey;
  const char* signature;  // As openssl prints it.
};
constexpr Kind kKinds[] = {
    {KeyAlgorithm::kRsa2048, "rsa:2048", "sha256WithRSAEncryption"},
    {KeyAlgorithm::kRsa3072, "rsa:3072", "sha256WithRSAEncryption"},
    {KeyAlgorithm::kEcdsaP256, "ec -pkeyopt ec_paramgen_curve:P-256",
     "ecdsa-with-SHA256"},
    {KeyAlgorithm::kEcdsaP384, "ec -pkeyopt ec_paramgen_curve:P-384",
     "ecdsa-with-SHA384"},
    {KeyAlgorithm::kEd25519, "ed25519", "ED25519"},
};

class OpensslTest : public ::testing::TestWithParam<Kind> {
 protected:
  // Runs openssl in the test's directory, expects success, returns its words.
  std::string Openssl(const std::string& arguments) {
    const CommandResult result =
        RunCommand(directory_, absl::StrCat("openssl ", arguments));
    EXPECT_EQ(result.exit_code, 0) << arguments << "\n" << result.output;
    return result.output;
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(directory_, "/", name);
  }

  CertificateAuthority MakeCa() {
    const CertificateAuthority ca = *CertificateAuthority::SelfSigned(
        "kubernetes", *PrivateKey::Generate(GetParam().algorithm), now_,
        absl::Hours(24 * 3650));
    PutFile(Path("ca.crt"), ca.certificate().ToPem());
    PutFile(Path("ca.key"), ca.key().ToPem().Reveal(SecretAccess::Get()));
    return ca;
  }

  CertificateTemplate ClientTemplate(const DistinguishedName& subject) const {
    CertificateTemplate request;
    request.subject = subject;
    request.not_before = now_ - absl::Minutes(5);
    request.not_after = now_ + absl::Hours(24 * 365);
    request.key_usage = kDigitalSignature;
    request.extended_key_usages = {kClientAuth};
    return request;
  }

  const absl::Time now_ = absl::Now();
  const std::string directory_ = MakeTestDirectory();
};

TEST_P(OpensslTest, ItsRequestsSignedByUs) {
  const CertificateAuthority ca = MakeCa();
  for (const std::string user : {"john", "mary"}) {
    Openssl(absl::StrCat("req -new -nodes -newkey ", GetParam().newkey,
                         " -keyout ", user, ".key -out ", user,
                         ".csr -subj /CN=", user, "/O=examplegroup"));
    const absl::StatusOr<CertificateRequest> request =
        CertificateRequest::FromPem(GetFile(Path(user + ".csr")), user);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->subject().common_name(), user);
    EXPECT_EQ(request->subject().organizations(),
              std::vector<std::string>{"examplegroup"});
    const absl::StatusOr<Certificate> certificate =
        ca.Issue(request->public_key(), ClientTemplate(request->subject()));
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    PutFile(Path(user + ".crt"), certificate->ToPem());

    EXPECT_EQ(Openssl(absl::StrCat("verify -x509_strict -purpose sslclient "
                                   "-CAfile ca.crt ",
                                   user, ".crt")),
              user + ".crt: OK\n");
    const std::string text =
        Openssl(absl::StrCat("x509 -noout -text -serial -in ", user, ".crt"));
    EXPECT_THAT(text, HasSubstr("Version: 3 (0x2)"));
    EXPECT_THAT(text, HasSubstr("Issuer: CN = kubernetes"));
    EXPECT_THAT(text, HasSubstr(absl::StrCat("Subject: CN = ", user,
                                             ", O = examplegroup")));
    EXPECT_THAT(text, HasSubstr("X509v3 Basic Constraints: critical\n"
                                "                CA:FALSE"));
    EXPECT_THAT(text, HasSubstr("TLS Web Client Authentication"));
    EXPECT_THAT(text, HasSubstr("X509v3 Authority Key Identifier"));
    EXPECT_THAT(text, HasSubstr(GetParam().signature));
    // The key and the certificate belong together, in its eyes too.
    EXPECT_EQ(Openssl(absl::StrCat("x509 -noout -pubkey -in ", user, ".crt")),
              Openssl(absl::StrCat("pkey -pubout -in ", user, ".key")));
  }
}

TEST_P(OpensslTest, OurRequestsReadByIt) {
  const PrivateKey key = *PrivateKey::Generate(GetParam().algorithm);
  GeneralNames names;
  names.dns = {"john.example"};
  names.ips = {std::string("\x7f\0\0\1", 4)};
  names.emails = {"john@example.com"};
  names.uris = {"spiffe://example/john"};
  const absl::StatusOr<CertificateRequest> request = CertificateRequest::Create(
      key, DistinguishedName::ForUser("john", {"examplegroup"}), names);
  ASSERT_TRUE(request.ok()) << request.status();
  PutFile(Path("john.csr"), request->ToPem());
  const std::string text = Openssl("req -verify -noout -text -in john.csr");
  EXPECT_THAT(text, HasSubstr("verify OK"));
  EXPECT_THAT(text, HasSubstr("Version: 1 (0x0)"));
  EXPECT_THAT(text, HasSubstr("CN = john"));
  EXPECT_THAT(text, HasSubstr("O = examplegroup"));
  EXPECT_THAT(text, HasSubstr("DNS:john.example"));
  EXPECT_THAT(text, HasSubstr("IP Address:127.0.0.1"));
  EXPECT_THAT(text, HasSubstr("email:john@example.com"));
  EXPECT_THAT(text, HasSubstr("URI:spiffe://example/john"));
  EXPECT_THAT(text, HasSubstr(GetParam().signature));
}

TEST_P(OpensslTest, ItsCertificatesOfVersion1AreRead) {
  MakeCa();
  Openssl(absl::StrCat("req -new -nodes -newkey ", GetParam().newkey,
                       " -keyout john.key -out john.csr "
                       "-subj /CN=john/O=examplegroup"));
  Openssl(
      "x509 -req -in john.csr -CA ca.crt -CAkey ca.key -CAcreateserial "
      "-out john.crt -days 365");
  const absl::StatusOr<std::vector<Certificate>> certificates =
      Certificate::FromPem(GetFile(Path("john.crt")), "john.crt");
  ASSERT_TRUE(certificates.ok()) << certificates.status();
  ASSERT_EQ(certificates->size(), 1U);
  const Certificate& certificate = certificates->front();
  EXPECT_EQ(certificate.version(), 1);
  EXPECT_TRUE(certificate.extensions().all.empty());
  EXPECT_EQ(certificate.subject().common_name(), "john");
  const Certificate ca =
      Certificate::FromPem(GetFile(Path("ca.crt")), "ca.crt")->front();
  EXPECT_TRUE(certificate.SignedBy(ca.public_key()));
}

TEST_P(OpensslTest, IntermediateCas) {
  const CertificateAuthority root = MakeCa();
  const PrivateKey key = *PrivateKey::Generate(GetParam().algorithm);
  CertificateTemplate sub =
      ClientTemplate(DistinguishedName::ForUser("sub", {}));
  sub.extended_key_usages.clear();
  sub.key_usage = kKeyCertSign | kCrlSign;
  sub.basic_constraints = {true, 0};
  sub.name_constraints.emplace();
  sub.name_constraints->permitted.dns = {"example"};
  sub.name_constraints->excluded.ips = {std::string("\x0a\0\0\0\xff\0\0\0", 8)};
  const absl::StatusOr<Certificate> intermediate =
      root.Issue(key.public_key(), sub);
  ASSERT_TRUE(intermediate.ok()) << intermediate.status();
  const absl::StatusOr<CertificateAuthority> ca =
      CertificateAuthority::Create(*intermediate, key);
  ASSERT_TRUE(ca.ok()) << ca.status();
  PutFile(Path("sub.crt"), intermediate->ToPem());

  CertificateTemplate leaf =
      ClientTemplate(DistinguishedName::ForUser("john", {}));
  const struct {
    const char* file;
    const char* dns;
    int exit_code;
  } kCases[] = {{"in.crt", "john.example", 0}, {"out.crt", "john.test", 2}};
  for (const auto& c : kCases) {
    leaf.subject_alt_names.dns = {c.dns};
    PutFile(Path(c.file), ca->Issue(root.key().public_key(), leaf)->ToPem());
    const CommandResult result = RunCommand(
        directory_, absl::StrCat("openssl verify -x509_strict -CAfile ca.crt "
                                 "-untrusted sub.crt ",
                                 c.file));
    EXPECT_EQ(result.exit_code, c.exit_code) << c.dns << result.output;
  }
  const std::string text = Openssl("x509 -noout -text -in sub.crt");
  EXPECT_THAT(text, HasSubstr("CA:TRUE, pathlen:0"));
  EXPECT_THAT(text, HasSubstr("X509v3 Name Constraints: critical"));
  EXPECT_THAT(text, HasSubstr("IP:10.0.0.0/255.0.0.0"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, OpensslTest, ::testing::ValuesIn(kKinds),
                         [](const ::testing::TestParamInfo<Kind>& info) {
                           return absl::StrReplaceAll(
                               KeyAlgorithmName(info.param.algorithm),
                               {{"-", "_"}});
                         });

}  // namespace
}  // namespace gatehouse::pki
