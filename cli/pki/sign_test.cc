#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// Makes NAME.csr with the flags of `pki csr`.
void Csr(const std::string& name, const std::string& flags) {
  Must(absl::StrCat("pki csr --key-algorithm ECDSA-P256 --out $", name, ".csr ",
                    flags));
}

// Makes a manifest of the request in NAME.csr.
std::string Manifest(const std::string& name,
                     const std::string& signer = kClientSigner) {
  return absl::StrCat(
      "apiVersion: certificates.k8s.io/v1\n"
      "kind: CertificateSigningRequest\n"
      "metadata:\n"
      "  name: ",
      name,
      "\n"
      "spec:\n"
      "  expirationSeconds: 86400\n"
      "  request: ",
      absl::Base64Escape(ReadTestFile(name + ".csr")),
      "\n"
      "  signerName: ",
      signer,
      "\n"
      "  usages:\n"
      "  - client auth\n");
}

TEST(SignTest, PrintsTheCertificate) {
  InitCluster();
  Csr("john", "--user john --group dev");
  const std::string line =
      absl::StrCat("pki sign --dir $D --signer ", kClientSigner, " ");
  const std::string printed = Must(line + "$john.csr");
  EXPECT_TRUE(absl::StartsWith(printed, "-----BEGIN CERTIFICATE-----\n"));
  EXPECT_EQ(Must(line + "--out $john.crt $john.csr"), "");
  EXPECT_EQ(ModeOf("john.crt"), "644");
  EXPECT_TRUE(absl::StartsWith(Must(line + "-", ReadTestFile("john.csr")),
                               "-----BEGIN CERTIFICATE-----\n"));
  // All three are in the journal, issued.
  EXPECT_EQ(Shell("openssl verify -CAfile D/ca.crt john.crt"),
            "john.crt: OK\n");
  const std::string list = Must("pki list --dir $D --user john -o json");
  EXPECT_TRUE(absl::StrContains(list, R"("state": "issued")")) << list;
  EXPECT_FALSE(absl::StrContains(list, R"("state": "signed")")) << list;
}

struct SignerRow {
  const char* signer;
  const char* csr;   // Flags of `pki csr`.
  const char* sign;  // More flags.
  const char* usage;
};

TEST(SignTest, SignersAndTheirUsages) {
  InitCluster();
  const SignerRow rows[] = {
      {"kubernetes.io/kube-apiserver-client", "--user john", "",
       "TLS Web Client Authentication"},
      {"kubernetes.io/kube-apiserver-client-kubelet",
       "--user system:node:n1 --group system:nodes", "",
       "TLS Web Client Authentication"},
      {"kubernetes.io/kubelet-serving",
       "--user system:node:n1 --group system:nodes --dns n1 --ip 10.0.0.7", "",
       "TLS Web Server Authentication"},
      {"kubernetes.io/legacy-unknown", "--user x --group system:masters", "",
       "TLS Web Client Authentication"},
      {"kubernetes.io/legacy-unknown", "--user x", "--usage timestamping",
       "Time Stamping"},
  };
  for (const SignerRow& row : rows) {
    SCOPED_TRACE(row.signer);
    Csr("x", absl::StrCat(row.csr, " --force"));
    Must(absl::StrCat("pki sign --dir $D --signer ", row.signer, " ", row.sign,
                      " --out $x.crt $x.csr"));
    EXPECT_EQ(
        Shell("openssl x509 -in x.crt -noout -ext extendedKeyUsage"),
        absl::StrCat("X509v3 Extended Key Usage: \n    ", row.usage, "\n"));
  }
}

struct RefusedRow {
  const char* csr;
  const char* sign;
  const char* error;
};

TEST(SignTest, Refused) {
  InitCluster();
  const RefusedRow rows[] = {
      {"--user eve --group system:masters",
       "--signer kubernetes.io/kube-apiserver-client",
       "use of kubernetes.io/kube-apiserver-client signer with system:masters "
       "group is not allowed"},
      {"--user eve --group dev --group system:masters",
       "--signer kubernetes.io/kube-apiserver-client", "system:masters"},
      {"--user john", "--signer kubernetes.io/kube-apiserver-client-kubelet",
       "subject organization is not system:nodes"},
      {"--user n1 --group system:nodes",
       "--signer kubernetes.io/kube-apiserver-client-kubelet",
       "subject common name does not begin with system:node:"},
      {"--user system:node:n1 --group system:nodes",
       "--signer kubernetes.io/kubelet-serving",
       "DNS or IP subjectAltName is required"},
      {"--user john", "--signer example.com/mine",
       "unrecognized signerName: \"example.com/mine\""},
      {"--user john", "", "--signer is required: one of "},
      {"--user john",
       "--signer kubernetes.io/kube-apiserver-client --usage code", "code"},
      {"--user john",
       "--signer kubernetes.io/kube-apiserver-client --expiration 5m",
       "--expiration: may not specify a duration less than 600 seconds"},
      {"--user john",
       "--signer kubernetes.io/kube-apiserver-client --expiration never",
       "--expiration: want a duration"},
      {"--user john",
       "--signer kubernetes.io/kube-apiserver-client --dir $nowhere",
       "$nowhere"},
  };
  for (const RefusedRow& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.csr, " ", row.sign));
    Csr("x", absl::StrCat(row.csr, " --force"));
    const Result result = Gatehouse(
        absl::StrCat("pki sign --dir $D --out $x.crt ", row.sign, " $x.csr"));
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StrContains(result.err, row.error)) << result.err;
    EXPECT_EQ(ModeOf("x.crt"), "");
  }
}

TEST(SignTest, BadRequests) {
  InitCluster();
  Csr("john", "--user john");
  std::string damaged = ReadTestFile("john.csr");
  damaged[100] = damaged[100] == 'A' ? 'B' : 'A';
  for (const std::string& text :
       {damaged, ReadTestFile("D/ca.crt"), std::string("rubbish"),
        std::string(), std::string("\x30\x03\x02\x01\x05")}) {
    const Result result = Gatehouse(
        absl::StrCat("pki sign --dir $D --signer ", kClientSigner, " -"), text);
    EXPECT_EQ(result.status, 2) << text;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StrContains(result.err, "stdin")) << result.err;
  }
}

TEST(SignTest, SaysWhatItTakes) {
  InitCluster();
  for (const char* text : {"rubbish", "", "a: b\n"}) {
    const Result result = Gatehouse(
        absl::StrCat("pki sign --dir $D --signer ", kClientSigner, " -"), text);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.err,
              "error: stdin: neither a certificate request (PEM or DER) nor "
              "the manifest of a CertificateSigningRequest\n");
  }
}

// A slip in --out must not cost a key.
TEST(SignTest, OverNoPrivateKey) {
  InitCluster();
  Csr("john", "--user john");
  for (const char* file : {"D/ca.key", "D/admin.conf", "john.key"}) {
    SCOPED_TRACE(file);
    const std::string before = ReadTestFile(file);
    for (const std::string& line :
         {absl::StrCat("pki sign --dir $D --signer ", kClientSigner,
                       " $john.csr --out $", file),
          absl::StrCat("pki csr --user x --key $john.key --out $", file),
          absl::StrCat("pki crl sign --ca-cert $D/ca.crt --ca-key $D/ca.key",
                       " --out $", file)}) {
      const Result result = Gatehouse(line);
      EXPECT_EQ(result.status, 2) << line;
      EXPECT_EQ(result.err, absl::StrCat("error: $", file,
                                         ": holds a private key, and is not "
                                         "overwritten\n"));
    }
    EXPECT_EQ(ReadTestFile(file), before);
    EXPECT_EQ(ModeOf(file), "600");
  }
}

TEST(SignTest, ToAPipe) {
  InitCluster();
  Csr("john", "--user john");
  Shell("ln -s /dev/null sink");
  Must(absl::StrCat("pki sign --dir $D --signer ", kClientSigner,
                    " --out $sink $john.csr"));
  EXPECT_EQ(Shell("readlink sink"), "/dev/null\n");
  const Result key =
      Gatehouse("pki csr --user x --force --key-out $sink --out $x.csr");
  EXPECT_EQ(key.status, 2);
  EXPECT_EQ(key.err, "error: $sink: no file; a key is not printed\n");
  EXPECT_EQ(Shell("readlink sink"), "/dev/null\n");
}

TEST(SignTest, Der) {
  InitCluster();
  Csr("john", "--user john");
  Shell("openssl req -in john.csr -outform DER -out john.der");
  Must(absl::StrCat("pki sign --dir $D --signer ", kClientSigner,
                    " --out $john.crt $john.der"));
  EXPECT_EQ(Shell("openssl verify -CAfile D/ca.crt john.crt"),
            "john.crt: OK\n");
}

TEST(SignTest, Expiration) {
  InitCluster();
  Csr("john", "--user john");
  Must(absl::StrCat("pki sign --dir $D --signer ", kClientSigner,
                    " --expiration 24h --out $john.crt $john.csr"));
  EXPECT_EQ(Shell("openssl x509 -in john.crt -noout -checkend 80000; openssl "
                  "x509 -in john.crt -noout -checkend 86500 || true"),
            "Certificate will not expire\nCertificate will expire\n");
}

// The API's way: a manifest, a decision, a signature.
TEST(SignTest, AManifest) {
  InitCluster();
  Csr("john", "--user john");
  Shell(absl::StrCat("cat > john.yaml <<'END'\n", Manifest("john"), "END"));
  const Result pending = Gatehouse("pki sign --dir $D $john.yaml");
  EXPECT_EQ(pending.status, 2);
  EXPECT_EQ(pending.err,
            "error: $john.yaml: not approved (Pending); see gatehouse pki "
            "approve\n");
  EXPECT_EQ(Must("pki approve $john.yaml"),
            "certificatesigningrequest.certificates.k8s.io/john approved\n");
  const Result other = Gatehouse(
      "pki sign --dir $D --signer kubernetes.io/kubelet-serving $john.yaml");
  EXPECT_EQ(other.err,
            "error: $john.yaml: spec.signerName is "
            "\"kubernetes.io/kube-apiserver-client\", not "
            "\"kubernetes.io/kubelet-serving\"\n");
  EXPECT_EQ(Must("pki sign --dir $D --out $john.crt $john.yaml"), "");
  EXPECT_EQ(Shell("openssl verify -CAfile D/ca.crt john.crt"),
            "john.crt: OK\n");
  EXPECT_TRUE(absl::StrContains(ReadTestFile("john.yaml"), "certificate: "));
  const Result again = Gatehouse("pki sign --dir $D $john.yaml");
  EXPECT_EQ(again.status, 2);
  EXPECT_EQ(again.err, "error: $john.yaml: has been signed already\n");
}

TEST(SignTest, AManifestThroughPipes) {
  InitCluster();
  Csr("john", "--user john");
  const Result approved = Gatehouse("pki approve -", Manifest("john"));
  EXPECT_EQ(approved.status, 0);
  EXPECT_EQ(approved.err,
            "certificatesigningrequest.certificates.k8s.io/john approved\n");
  EXPECT_TRUE(absl::StrContains(approved.out, "  - lastTransitionTime: "));
  const std::string with_certificate =
      Must("pki sign --dir $D -", approved.out);
  EXPECT_TRUE(absl::StrContains(with_certificate, "  certificate: "));
  const std::string json = R"({"apiVersion":"certificates.k8s.io/v1",)";
  EXPECT_FALSE(absl::StartsWith(with_certificate, json));
}

TEST(SignTest, WhoMay) {
  InitCluster();
  Csr("john", "--user john");
  const std::string policy = WriteFile("signers.yaml", R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: approver
rules:
- apiGroups: [certificates.k8s.io]
  resources: [signers]
  resourceNames: [kubernetes.io/*]
  verbs: [approve]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: approver
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: approver
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: alice
)");
  const std::string flags = absl::StrCat(" -f ", policy, " --as ");
  const std::string manifest = Manifest("john");
  const Result bob = Gatehouse("pki approve -" + flags + "bob", manifest);
  EXPECT_EQ(bob.status, 2);
  EXPECT_EQ(bob.out, "");
  EXPECT_EQ(bob.err,
            "error: certificatesigningrequests.certificates.k8s.io \"john\" is "
            "forbidden: user not permitted to approve requests with signerName "
            "\"kubernetes.io/kube-apiserver-client\"\n");
  const Result deny = Gatehouse("pki deny -" + flags + "bob", manifest);
  EXPECT_EQ(deny.status, 2);
  const Result alice = Gatehouse("pki approve -" + flags + "alice", manifest);
  EXPECT_EQ(alice.status, 0) << alice.err;
  const Result sign =
      Gatehouse("pki sign --dir $D -" + flags + "alice", alice.out);
  EXPECT_EQ(sign.status, 2);
  EXPECT_TRUE(absl::StrContains(
      sign.err, "user not permitted to sign requests with signerName"));
  const Result nobody =
      Gatehouse(absl::StrCat("pki approve - -f ", policy), manifest);
  EXPECT_EQ(nobody.status, 2);
  EXPECT_TRUE(absl::StrContains(nobody.err, "--as USER is required"));
}

TEST(SignTest, ApproveAndDeny) {
  Csr("john", "--user john");
  const std::string manifest = Manifest("john");
  const std::string approved = Gatehouse("pki approve -", manifest).out;
  EXPECT_TRUE(absl::StrContains(approved,
                                "    message: This CSR was approved by "
                                "gatehouse pki approve.\n"
                                "    reason: GatehouseApprove\n"
                                "    status: \"True\"\n"
                                "    type: Approved\n"))
      << approved;
  // Twice is as good as once.
  EXPECT_EQ(Gatehouse("pki approve -", approved).out, approved);
  const std::string denied =
      Gatehouse("pki deny - --reason NotUs --message no", manifest).out;
  EXPECT_TRUE(absl::StrContains(denied,
                                "    message: \"no\"\n"
                                "    reason: NotUs\n"
                                "    status: \"True\"\n"
                                "    type: Denied\n"))
      << denied;
  const Result both = Gatehouse("pki deny -", approved);
  EXPECT_EQ(both.status, 2);
  EXPECT_TRUE(absl::StrContains(both.err, "Approved and Denied")) << both.err;
}

struct ManifestRow {
  std::string text;
  const char* error;
};

TEST(SignTest, BadManifests) {
  Csr("john", "--user john");
  const std::vector<ManifestRow> rows = {
      {"", "stdin: want one CertificateSigningRequest"},
      {ReadTestFile("john.csr"), "stdin: want one CertificateSigningRequest"},
      {"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n",
       "stdin: want one CertificateSigningRequest"},
      {Manifest("john") + "---\n" +
           "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n",
       "stdin: want one CertificateSigningRequest"},
      {Manifest("john") + "  usage: x\n", "unknown field \"spec.usage\""},
      {Manifest("john", "kubernetes.io/legacy-unknown"),
       "the legacy signerName is not allowed via this API version"},
      {"[", "stdin:1:"},
  };
  for (const ManifestRow& row : rows) {
    SCOPED_TRACE(row.text);
    const Result result = Gatehouse("pki approve -", row.text);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StrContains(result.err, row.error)) << result.err;
  }
}

}  // namespace
}  // namespace gatehouse::cli
