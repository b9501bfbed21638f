// The area of client certificates, with cases of the runner's own: they show
// that it compares, not what Kubernetes does.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "conformance/areas.h"
#include "conformance/authn/x509_inputs.h"
#include "conformance/report.h"
#include "conformance/test_directory.h"
#include "gtest/gtest.h"
#include "pki/distinguished_name.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::conformance {
namespace {

using pki::testing::Leaf;
using pki::testing::NameDer;
using pki::testing::TestCa;
using pki::testing::TestCertificate;

constexpr char kPath[] = "authn/x509.json";

pki::Certificate Jane() {
  TestCertificate leaf = Leaf("jane", TestCa("root"));
  leaf.not_before = absl::FromUnixSeconds(1577836800);  // 2020.
  leaf.not_after = absl::FromUnixSeconds(2208988800);   // 2040.
  leaf.subject = NameDer(
      {{"2.5.4.10", "dev"}, {pki::kUserUidOid, "u1"}, {"2.5.4.3", "jane"}});
  return leaf.Build();
}

std::string Pem(const pki::Certificate& certificate) {
  return absl::StrReplaceAll(certificate.ToPem(), {{"\n", "\\n"}});
}

// Returns a file with one case; "@ID@" is jane's credential id.
std::string File(const std::string& authenticator, const std::string& input,
                 const std::string& expect, const std::string& facts = "") {
  const std::string text = absl::StrCat(
      R"j({"subject_uid_oid": "1.3.6.1.4.1.57683.2", "certificates": {)j",
      R"j("root": {"pem": ")j", Pem(TestCa("root").Build()),
      R"j("}, "other": {"pem": ")j", Pem(TestCa("other").Build()),
      R"j("}, "jane": {"pem": ")j", Pem(Jane()), "\"", facts,
      R"j(}}, "cases": [{"name": "x", "authenticator": ")j", authenticator,
      R"j(", "input": )j", input, R"j(, "expect": )j", expect, "}]}");
  return absl::StrReplaceAll(text, {{"@ID@", Jane().CredentialId()}});
}

size_t Failures(const std::string& text) {
  const TestDirectory directory;
  directory.Write("x509.json", text);
  FileReport report(kPath);
  RunCaseFile(directory.path() + "/x509.json", *FindArea(kPath), &report);
  return report.failed();
}

#define VERIFY(root)                                           \
  R"j("verify": {"roots": [")j" root R"j("], "key_usages": )j" \
  R"j(["clientAuth"], "current_time": "2030-01-01T00:00:00Z"}})j"
#define INPUT(more, root) \
  R"j({"tls": true, "peer_certificates": ["jane"], )j" more VERIFY(root)
#define USER(name, uid, group)                                    \
  R"j({"ok": true, "error": false, "user": {"name": ")j" name     \
  R"j(", "uid": ")j" uid R"j(", "groups": [")j" group R"j("], )j" \
  R"j("extra": {"authentication.kubernetes.io/credential-id": ["@ID@"]}}})j"

constexpr char kCommonName[] =
    INPUT(R"j("conversion": "common_name", )j", "root");

struct AreaCase {
  const char* name;
  const char* authenticator;
  const char* input;
  const char* expect;
  std::vector<const char*> wrong;  // Each, instead of `expect`, fails.
};

class X509AreaTest : public testing::TestWithParam<AreaCase> {};

TEST_P(X509AreaTest, ComparesEverything) {
  const AreaCase& test = GetParam();
  EXPECT_EQ(Failures(File(test.authenticator, test.input, test.expect)), 0u);
  for (const char* wrong : test.wrong) {
    EXPECT_NE(Failures(File(test.authenticator, test.input, wrong)), 0u)
        << wrong;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, X509AreaTest,
    testing::Values(
        AreaCase{"user",
                 "x509",
                 kCommonName,
                 USER("jane", "u1", "dev"),
                 {USER("john", "u1", "dev"), USER("jane", "u2", "dev"),
                  USER("jane", "u1", "ops"),
                  R"j({"ok": true, "error": false, "user": null})j",
                  R"j({"ok": false, "error": false, "user": null})j",
                  R"j({"ok": true, "user": {"name": "jane", "uid": "u1",
                      "groups": ["dev"], "extra": {}}})j",
                  R"j({"ok": true, "more": 1})j", R"j({})j"}},
        AreaCase{"unknown_authority",
                 "x509",
                 INPUT(R"j("conversion": "common_name", )j", "other"),
                 R"j({"ok": false, "error": true, "user": null,
                     "error_contains": "signed by unknown authority"})j",
                 {R"j({"ok": false, "error": false, "user": null})j",
                  R"j({"error_contains": "expired"})j"}},
        AreaCase{
            "gate",
            "x509",
            INPUT(R"j("conversion": "common_name", )j"
                  R"j("feature_AllowParsingUserUIDFromCertAuth": false, )j",
                  "root"),
            USER("jane", "", "dev"),
            {USER("jane", "u1", "dev")}},
        AreaCase{"empty_uid",
                 "x509",
                 INPUT(R"j("conversion": "common_name", )j"
                       R"j("subject_uid_mutation": "empty string", )j",
                       "root"),
                 R"j({"error_contains": "UID cannot be an empty string"})j",
                 {R"j({"error_contains": "unable to parse UID"})j"}},
        AreaCase{"uid_of_another_type",
                 "x509",
                 INPUT(R"j("conversion": "common_name", )j"
                       R"j("subject_uid_mutation": )j"
                       R"j("ASN.1 value that is not a string", )j",
                       "root"),
                 R"j({"error_contains": "unable to parse UID"})j",
                 {R"j({"ok": true})j"}},
        AreaCase{"custom_success",
                 "x509",
                 INPUT(R"j("conversion": "custom_success", )j", "root"),
                 R"j({"ok": true, "groups_compare": "as a set", "user":
                     {"name": "custom", "uid": "", "groups": [],
                      "extra": {}}})j",
                 {R"j({"ok": true, "groups_compare": "somehow", "user":
                     {"name": "custom", "uid": "", "groups": [],
                      "extra": {}}})j"}},
        AreaCase{"custom_error",
                 "x509",
                 INPUT(R"j("conversion": "custom_error", )j", "root"),
                 R"j({"ok": false, "error": true, "user": null})j",
                 {R"j({"ok": false, "error": false})j"}},
        AreaCase{"verifier",
                 "verifier",
                 INPUT(R"j("allowed_common_names": ["jane"], )j", "root"),
                 R"j({"ok": true, "error": false, "inner_called": true})j",
                 {R"j({"inner_called": false})j"}},
        AreaCase{"verifier_refuses",
                 "verifier",
                 INPUT(R"j("allowed_common_names": ["john"], )j", "root"),
                 R"j({"error": true, "inner_called": false, "error_text":
                     "x509: subject with cn=jane is not in the allowed list"})j",
                 {R"j({"inner_called": true})j",
                  R"j({"error_text": "x509: subject with cn=jane"})j"}},
        AreaCase{"identifier",
                 "certificate_identifier",
                 R"j({"certificate": "jane", "mutation": "empty AKID"})j",
                 R"j({"identifier": "SN=1, SKID=, AKID="})j",
                 {R"j({"identifier": "SN=2, SKID=, AKID="})j"}}),
    [](const auto& info) { return std::string(info.param.name); });

struct UnknownCase {
  const char* name;
  const char* authenticator;
  const char* input;
  const char* expect;
};

TEST(X509AreaTest, WhatIsNotKnownFails) {
  constexpr char kNoUser[] = R"j({"ok": false, "error": true})j";
  const UnknownCase kCases[] = {
      {"authenticator", "token", kCommonName, kNoUser},
      {"conversion", "x509", INPUT(R"j("conversion": "uri", )j", "other"),
       kNoUser},
      {"mutation", "x509",
       INPUT(R"j("conversion": "common_name", )j"
             R"j("subject_uid_mutation": "longer", )j",
             "other"),
       kNoUser},
      {"root", "x509", INPUT(R"j("conversion": "common_name", )j", "nobody"),
       R"j({"ok": false, "error": false})j"},
      {"input", "x509",
       INPUT(R"j("conversion": "common_name", "more": 1, )j", "other"),
       kNoUser},
      {"identifier's mutation", "certificate_identifier",
       R"j({"certificate": "jane", "mutation": "no name"})j",
       R"j({"identifier": "x"})j"},
      {"certificate", "certificate_identifier", R"j({"certificate": "x"})j",
       R"j({"identifier": "x"})j"},
  };
  for (const UnknownCase& test : kCases) {
    EXPECT_NE(Failures(File(test.authenticator, test.input, test.expect)), 0u)
        << test.name;
  }
}

TEST(X509AreaTest, CertificatesAreCompared) {
  constexpr char kExpect[] = R"j({"ok": true})j";
  const struct {
    const char* facts;
    size_t failures;
  } kCases[] = {
      {"", 0},
      {R"j(, "not_before": "2020-01-01T00:00:00+00:00")j", 0},
      {R"j(, "not_before": "2020-01-01T00:00:01+00:00")j", 1},
      {R"j(, "not_after": "2040-01-01T00:00:00+00:00")j", 0},
      {R"j(, "not_after": "2040-01-02T00:00:00+00:00")j", 1},
      {R"j(, "signature_algorithm": "ecdsa-with-SHA256")j", 0},
      {R"j(, "signature_algorithm": "ED25519")j", 1},
      {R"j(, "sha256": "00")j", 1},
      {R"j(, "subject": "for people")j", 0},
      {R"j(, "more": "x")j", 1},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Failures(File("x509", kCommonName, kExpect, test.facts)),
              test.failures)
        << test.facts;
  }
}

TEST(WithUidTest, ReplacesTheValueAndNothingElse) {
  const pki::DistinguishedName subject = Jane().subject();
  const auto same = WithUid(subject, std::string("\x0c\x02u1"));
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->der(), subject.der());
  const std::string long_value = "\x0c\x81\xc8" + std::string(200, 'u');
  const auto longer = WithUid(subject, long_value);
  ASSERT_TRUE(longer.ok()) << longer.status();
  EXPECT_EQ(longer->ValuesOf(pki::kUserUidOid)[0], std::string(200, 'u'));
  EXPECT_EQ(longer->common_name(), "jane");
}

}  // namespace
}  // namespace gatehouse::conformance
