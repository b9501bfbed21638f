// Every kind of case of the signers, with one that is right and the same with
// the opposite expected. The cases are the runner's own: they show that it
// compares, not what Kubernetes does.
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "conformance/areas.h"
#include "conformance/report.h"
#include "conformance/test_directory.h"
#include "gtest/gtest.h"
#include "pki/ca/certificate_request.h"
#include "pki/distinguished_name.h"
#include "pki/private_key.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/usages.h"

namespace gatehouse::conformance {
namespace {

constexpr char kPath[] = "authn/csr_signers.json";

// Returns a request of a node, as a JSON string has it.
std::string RequestText() {
  const auto key =
      pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256).value();
  const std::string pem = pki::CertificateRequest::Create(
                              key, pki::DistinguishedName::ForUser(
                                       "system:node:n", {"system:nodes"}))
                              .value()
                              .ToPem();
  return absl::StrReplaceAll(pem, {{"\n", "\\n"}});
}

// Returns the constants that a file states beside its cases.
std::string Constants() {
  std::vector<std::string> parts[3];
  for (const absl::string_view name : pki::KubernetesSigners()) {
    parts[0].push_back(absl::StrCat("\"", name, "\""));
  }
  for (const pki::Usage& usage : pki::KnownUsages()) {
    parts[usage.oid.empty() ? 1 : 2].push_back(
        absl::StrCat("\"", usage.name, "\": \"", usage.x509_name, "\""));
  }
  return absl::StrCat(
      R"("signer_names": [)", absl::StrJoin(parts[0], ", "),
      R"(], "usage_strings": {"key_usage": {)", absl::StrJoin(parts[1], ", "),
      R"(}, "ext_key_usage": {)", absl::StrJoin(parts[2], ", "),
      R"(}}, "production_constants": {"backdate_seconds": 300, )",
      R"("short_seconds": 28800, "minimum_seconds": 600})");
}

// Returns how many failures a file has, and what is printed.
size_t Failures(const std::string& file, std::string* printed) {
  const Area* area = FindArea(kPath);
  if (area == nullptr || area->run_case == nullptr) return 1000;
  const TestDirectory directory;
  directory.Write("cases.json", file);
  FileReport report(kPath);
  RunCaseFile(directory.path() + "/cases.json", *area, &report);
  std::ostringstream out;
  report.Print(out, 20);
  *printed = out.str();
  return report.failed();
}

std::string FileOf(const std::string& kind, const std::string& input,
                   const std::string& expect) {
  return absl::StrCat("{", Constants(), R"(, "cases": [{"name": "a", )", kind,
                      R"("input": )", input, R"(, "expect": )", expect, "}]}");
}

struct KindCase {
  const char* name;
  const char* kind;
  // REQUEST stands for a node's request.
  std::string input;
  std::string expect;
  // Each of these, instead of `expect`, fails.
  std::vector<std::string> wrong;
};

class CsrSignersTest : public testing::TestWithParam<KindCase> {};

TEST_P(CsrSignersTest, TellsRightFromWrong) {
  const KindCase& c = GetParam();
  const std::string kind = absl::StrCat(R"("kind": ")", c.kind, "\", ");
  const std::string input =
      absl::StrReplaceAll(c.input, {{"REQUEST", RequestText()}});
  std::string printed;
  EXPECT_EQ(Failures(FileOf(kind, input, c.expect), &printed), 0) << printed;
  for (const std::string& wrong : c.wrong) {
    EXPECT_EQ(Failures(FileOf(kind, input, wrong), &printed), 1)
        << wrong << "\n"
        << printed;
  }
}

std::string SignInput(const std::string& controller, const std::string& usages,
                      const std::string& conditions) {
  return absl::StrCat(
      R"({"signer_controller": ")", controller,
      R"(", "max_ttl_seconds": 3600, "csr": {"request": "REQUEST", )",
      R"("signerName": "kubernetes.io/kube-apiserver-client-kubelet", )",
      R"("usages": [)", usages, R"(], "conditions": [)", conditions,
      R"(]}, "subject": {"cn": "system:node:n", "organizations": )",
      R"(["system:nodes"]}, "sans": {"dns": [], "ip": [], "email": [], )",
      R"("uri": []}})");
}

constexpr char kKubelet[] = "kubernetes.io/kube-apiserver-client-kubelet";
constexpr char kUsages[] = R"("client auth", "digital signature")";
constexpr char kApproved[] = R"("Approved")";

INSTANTIATE_TEST_SUITE_P(
    Signing, CsrSignersTest,
    testing::Values(
        KindCase{"signed",
                 "sign",
                 SignInput(kKubelet, kUsages, kApproved),
                 R"({"result": "signed"})",
                 {R"({"result": "ignored"})", R"({"result": "perhaps"})"}},
        KindCase{"ignored",
                 "sign",
                 SignInput(kKubelet, kUsages, ""),
                 R"({"result": "ignored"})",
                 {R"({"result": "signed"})"}},
        KindCase{"not_built",
                 "sign",
                 SignInput("example.com/x", kUsages, kApproved),
                 R"({"result": "construction_error"})",
                 {R"({"result": "ignored"})"}},
        KindCase{
            "failed",
            "sign",
            SignInput(kKubelet, R"("any")", kApproved),
            R"j({"result": "failed_condition", "condition": {"type": "Failed",
                "status": "True", "reason": "SignerValidationFailure",
                "message": "usages did not match [client auth digital )j"
            R"j(signature key encipherment]"}})j",
            {R"({"result": "failed_condition", "condition": null})",
             R"({"condition": {"type": "Denied", "status": "True",
                 "reason": "SignerValidationFailure"}})",
             R"({"condition": {"type": "Failed", "status": "True",
                 "reason": "SignerValidationFailure", "message": "x"}})"}},
        KindCase{"duration",
                 "duration",
                 R"({"max_ttl_seconds": 3600, "expiration_seconds": 700})",
                 R"({"seconds": 700})",
                 {R"({"seconds": 701})"}},
        KindCase{
            "ca_policy",
            "ca_policy",
            R"({"ttl_seconds": 60, "backdate_seconds": 30, "short_seconds": 90,
                "usages": ["client auth", "signing"],
                "ca_not_after_minus_now": 1000})",
            R"({"not_before_minus_now": -30, "not_after_minus_now": 60,
                "basic_constraints": {"present": true, "is_ca": false},
                "issuer": "CA subject", "authority_key_id": "CA subject key id",
                "ext_key_usage": ["clientAuth"],
                "key_usage": ["digitalSignature"]})",
            {R"({"not_before_minus_now": 0})", R"({"not_after_minus_now": 61})",
             R"({"basic_constraints": {"present": false}})",
             R"({"basic_constraints": {"present": true, "is_ca": true}})",
             R"({"issuer": "CN=x"})", R"({"authority_key_id": "x"})",
             R"({"ext_key_usage": []})", R"({"key_usage": []})",
             R"({"error_prefix": "the"})"}},
        KindCase{
            "ca_policy_error",
            "ca_policy",
            R"({"ttl_seconds": 60, "backdate_seconds": 0, "short_seconds": 0,
                "usages": [], "ca_not_after_minus_now": 0})",
            R"({"error_prefix": "the signer has expired: NotAfter="})",
            {R"({"error_prefix": "refusing"})",
             R"({"not_before_minus_now": 0})"}},
        KindCase{"signed_fields",
                 "signed_fields",
                 R"({"usages": ["signing", "server auth"], "csr_key": "EC",
                "csr_subject": {"cn": "n", "organizations": ["o"]},
                "expiration_seconds": 900, "max_ttl_seconds": 3600})",
                 R"({"version": 3, "key_usage": ["digitalSignature"],
                "ext_key_usage": ["serverAuth"],
                "basic_constraints": {"present": true, "is_ca": false,
                                      "path_len": null},
                "not_before_minus_now": -300, "not_after_minus_now": 900,
                "subject": {"cn": "n", "organizations": ["o"]},
                "serial": "random, below 2^128"})",
                 {R"({"version": 1})", R"({"serial": "1"})",
                  R"({"subject": {"cn": "n", "organizations": []}})",
                  R"({"basic_constraints": {"present": true, "is_ca": false,
                                       "path_len": 0}})"}},
        KindCase{"usages_to_x509",
                 "usages_to_x509",
                 R"({"usages": ["any", "crl sign"]})",
                 R"({"error": false, "error_text": null,
                     "key_usage": ["cRLSign"],
                     "ext_key_usage": ["anyExtendedKeyUsage"]})",
                 {R"({"error": true})", R"({"key_usage": null})"}},
        KindCase{"usages_unknown",
                 "usages_to_x509",
                 R"({"usages": ["x"]})",
                 R"({"error": true, "key_usage": null, "ext_key_usage": null,
                     "error_text": "unrecognized usage values: [\"x\"]"})",
                 {R"({"error": false})", R"({"error_text": null})"}}),
    [](const auto& info) { return std::string(info.param.name); });

constexpr char kNodeCsr[] =
    R"({"csr": {"request": "REQUEST", "username": "boot",
        "signerName": "kubernetes.io/kube-apiserver-client-kubelet",
        "usages": ["client auth", "digital signature"]}})";

INSTANTIATE_TEST_SUITE_P(
    Deciding, CsrSignersTest,
    testing::Values(
        KindCase{"recognize",
                 "recognize",
                 kNodeCsr,
                 R"({"nodeclient": true, "selfnodeclient": false})",
                 {R"({"nodeclient": false})", R"({"selfnodeclient": true})"}},
        KindCase{"kubelet_client_usages",
                 "kubelet_client_usages",
                 R"({"usages": ["client auth"]})",
                 R"({"accepted": false})",
                 {R"({"accepted": true})"}},
        KindCase{"auto_approve",
                 "auto_approve",
                 R"({"recognized": true, "access_review_allows": true})",
                 R"({"calls": ["create subjectaccessreview",
                          "update certificatesigningrequests/approval"],
                "error": false, "condition": {"type": "Approved",
                  "status": "True", "reason": "AutoApproved"}})",
                 {R"({"calls": []})", R"({"error": true})",
                  R"({"condition": null})"}},
        KindCase{
            "auto_approve_refused",
            "auto_approve",
            R"({"recognized": true, "access_review_allows": false})",
            R"({"calls": ["create subjectaccessreview"], "error": true,
                "condition": null})",
            {R"({"error": false})", R"({"condition": {"type": "Approved"}})"}},
        KindCase{"auto_approve_decided",
                 "auto_approve",
                 R"({"recognized": true, "access_review_allows": true,
                "conditions": ["Denied"]})",
                 R"({"calls": [], "error": false, "condition": null})",
                 {R"({"calls": ["create subjectaccessreview"]})"}},
        KindCase{
            "subject_restriction",
            "subject_restriction",
            R"({"resource": "certificatesigningrequests.certificates.k8s.io",
                "subresource": "", "object_name": "x",
                "object_type": "CertificateSigningRequest", "request": "x",
                "signerName": "kubernetes.io/kube-apiserver-client"})",
            R"j({"error": "certificatesigningrequests.certificates.k8s.io )j"
            R"j(\"x\" is forbidden: failed to parse CSR: PEM block type must )j"
            R"j(be CERTIFICATE REQUEST"})j",
            {R"({"error": ""})", R"({"error": "failed"})"}},
        KindCase{
            "subject_restriction_of_a_list",
            "subject_restriction",
            R"({"resource": "certificatesigningrequests.certificates.k8s.io",
                "subresource": "", "object_name": "x",
                "object_type": "CertificateSigningRequestList"})",
            R"j({"error": "certificatesigningrequests.certificates.k8s.io )j"
            R"j(\"x\" is forbidden: expected type CertificateSigningRequest, )j"
            R"j(got: *certificates.CertificateSigningRequestList"})j",
            {R"({"error": ""})"}},
        KindCase{"approval_admission",
                 "approval_admission",
                 R"({"old_object_type": "CertificateSigningRequest",
                "old": {"signerName": "a.b/c"}, "new": null,
                "authorizer": {"returns_error": false, "allows": {
                  "verb": "approve", "apiGroup": "certificates.k8s.io",
                  "apiVersion": "*", "resource": "signers",
                  "name": "a.b/*"}}})",
                 R"({"allowed": true})",
                 {R"({"allowed": false})"}},
        KindCase{"signing_admission",
                 "signing_admission",
                 R"({"old_object_type": "CertificateSigningRequest",
                "old": {"signerName": "a.b/c"},
                "new": {"signerName": "a.b/c", "certificate": "x"},
                "authorizer": {"returns_error": true, "allows": {
                  "verb": "sign", "apiGroup": "certificates.k8s.io",
                  "apiVersion": "*", "resource": "signers",
                  "name": "a.b/c"}}})",
                 R"({"allowed": false})",
                 {R"({"allowed": true})"}},
        KindCase{"api_validation",
                 "api_validation",
                 R"({"request": "REQUEST", "signerName": "x", "usages": ["y"],
                     "expirationSeconds": 1,
                     "conditions": [{"type": "", "status": "True"}]})",
                 R"({"errors_contain": ["spec.usages[0]: Unsupported",
                     "spec.signerName", "600 seconds", "type: Required"]})",
                 {R"({"errors_contain": []})",
                  R"({"errors_contain": ["Duplicate"]})",
                  R"({"errors_contain": null})"}},
        KindCase{"api_validation_of_a_good_one",
                 "api_validation",
                 R"({"request": "REQUEST", "signerName": "a.b/c",
                     "usages": ["any"]})",
                 R"({"errors_contain": []})",
                 {R"({"errors_contain": ["spec"]})"}},
        KindCase{"mldsa_usages",
                 "mldsa_usages",
                 R"({"usages": ["digital signature"]})",
                 R"({"errors": []})",
                 {R"({"errors": ["x"]})"}}),
    [](const auto& info) { return std::string(info.param.name); });

struct FileCase {
  const char* name;
  // What is wrong in a file that is right otherwise: this by that.
  const char* what;
  const char* by;
  size_t failures = 1;
};

class CsrSignersFileTest : public testing::TestWithParam<FileCase> {};

TEST_P(CsrSignersFileTest, ComparesWhatStandsBesideTheCases) {
  std::string file = FileOf(R"("kind": "mldsa_usages", )",
                            R"({"usages": ["crl sign"]})", R"({"errors": []})");
  std::string printed;
  ASSERT_EQ(Failures(file, &printed), 0) << printed;
  ASSERT_NE(file.find(GetParam().what), std::string::npos);
  file = absl::StrReplaceAll(file, {{GetParam().what, GetParam().by}});
  EXPECT_EQ(Failures(file, &printed), GetParam().failures) << printed;
}

INSTANTIATE_TEST_SUITE_P(
    All, CsrSignersFileTest,
    testing::Values(FileCase{"a_signer", "legacy-unknown", "legacy"},
                    FileCase{"no_signers", "signer_names", "signers", 2},
                    FileCase{"a_usage", "\"crl sign\":", "\"crlsign\":"},
                    FileCase{"a_bit", "\"keyAgreement\"", "\"keyagreement\""},
                    FileCase{"an_extended_usage", "\"msSGC\"", "\"nsSGC\""},
                    FileCase{"a_constant", "28800", "28801"},
                    FileCase{"an_unknown_constant", "{\"backdate_seconds\"",
                             "{\"x\": 1, \"backdate_seconds\""},
                    FileCase{"an_unknown_usage_list", "\"key_usage\": {",
                             "\"x\": {}, \"key_usage\": {"},
                    FileCase{"an_unknown_kind", "\"kind\": \"mldsa_usages\"",
                             "\"kind\": \"x\""},
                    FileCase{"no_kind", "\"kind\": \"mldsa_usages\", ", ""},
                    FileCase{"a_kind_that_is_no_text",
                             "\"kind\": \"mldsa_usages\"", "\"kind\": 1"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace gatehouse::conformance
