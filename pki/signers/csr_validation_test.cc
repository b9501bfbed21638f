#include "pki/signers/csr_validation.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "pki/ca/certificate_request.h"
#include "pki/pem.h"
#include "pki/signers/test_support.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;

std::string GoodRequest() {
  static const auto* const pem = new std::string(MakeRequestPem("john"));
  return *pem;
}

// A valid object, with the fields of `text` merged over it.
Csr Merged(const std::string& text) {
  Csr csr = MakeCsr("example.com/s", {}, GoodRequest());
  csr.MergeFrom(ParseCsr(text));
  if (csr.spec().usages().empty()) csr.mutable_spec()->add_usages("any");
  return csr;
}

// Each error must begin as one that is wanted, in order.
void ExpectErrors(const std::vector<objects::FieldError>& errors,
                  const std::vector<std::string>& want,
                  const std::string& which) {
  std::string all;
  for (const auto& error : errors) all += objects::ToString(error) + "\n";
  ASSERT_EQ(errors.size(), want.size()) << which << "\n" << all;
  for (size_t i = 0; i < errors.size(); ++i) {
    EXPECT_TRUE(absl::StartsWith(objects::ToString(errors[i]), want[i]))
        << which << "\n"
        << objects::ToString(errors[i]) << "\nwant: " << want[i];
  }
}

struct Case {
  std::string text;
  std::vector<std::string> want;
};

TEST(CsrValidationTest, Create) {
  const Case kCases[] = {
      {"", {}},
      {R"(spec {usages: "client auth" usages: "signing"})", {}},
      // Two names of the same bit are two usages.
      {R"(spec {usages: "signing" usages: "digital signature"})", {}},
      {R"(spec {expirationSeconds: 600})", {}},
      {R"(spec {expirationSeconds: 2147483647})", {}},
      {R"(spec {expirationSeconds: 599})",
       {"spec.expirationSeconds: Invalid value: 599: may not specify a "
        "duration less than 600 seconds (10 minutes)"}},
      {R"(spec {expirationSeconds: -1})",
       {"spec.expirationSeconds: Invalid value: -1: may not"}},
      {R"(spec {usages: "foo" usages: "any"})",
       {"spec.usages[0]: Unsupported value: \"foo\": supported values: "
        "\"any\", \"cert sign\", \"client auth\", \"code signing\", "}},
      {R"(spec {usages: "any" usages: "any"})",
       {"spec.usages[1]: Duplicate value: \"any\""}},
      {R"(spec {usages: "x" usages: "x"})",
       {"spec.usages[0]: Unsupported value: \"x\"",
        "spec.usages[1]: Unsupported value: \"x\"",
        "spec.usages[1]: Duplicate value: \"x\""}},
      {R"(spec {signerName: "com/x"})",
       {"spec.signerName: Invalid value: \"com\": should be a domain"}},
      {R"(spec {signerName: "kubernetes.io/legacy-unknown"})",
       {"spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the "
        "legacy signerName is not allowed via this API version"}},
      {R"(metadata {name: "a/b"})", {"metadata.name: Invalid value: \"a/b\""}},
      {R"(metadata {namespace: "dev"})", {"metadata.namespace: Forbidden"}},
      {R"(metadata {name: "Any:name really"})", {}},
      // In the API server's order.
      {R"(metadata {namespace: "dev"}
          spec {usages: "x" signerName: "x" expirationSeconds: 1}
          status {conditions {} certificate: "x"})",
       {"metadata.namespace", "spec.usages[0]", "spec.signerName",
        "spec.expirationSeconds", "status.conditions[0].type",
        "status.conditions[0].status", "status.certificate"}},
  };
  for (const Case& c : kCases) {
    ExpectErrors(ValidateCertificateSigningRequest(Merged(c.text)), c.want,
                 c.text);
  }
}

TEST(CsrValidationTest, EmptyObject) {
  ExpectErrors(
      ValidateCertificateSigningRequest(Csr()),
      {"metadata.name: Required value",
       "spec.request: Invalid value: \"\": PEM block type must be "
       "CERTIFICATE REQUEST",
       "spec.usages: Required value", "spec.signerName: Required value"},
      "");
}

std::string Relabelled(const std::string& label) {
  return absl::StrReplaceAll(GoodRequest(), {{"CERTIFICATE REQUEST", label}});
}

// Returns the good request with a byte of its DER changed, from the end.
std::string Damaged(size_t from_end) {
  const CertificateRequest request = MakeRequest("john", {});
  std::string der(request.der());
  der[der.size() - from_end] ^= 1;
  return EncodePem("CERTIFICATE REQUEST", der);
}

TEST(CsrValidationTest, Request) {
  const std::string invalid = "spec.request: Invalid value: \"";
  const std::string type = "PEM block type must be CERTIFICATE REQUEST";
  const std::string good = GoodRequest();
  struct RequestCase {
    std::string request;
    bool valid;
    std::string detail;  // The end of the error.
  };
  const RequestCase kCases[] = {
      {good, true, ""},
      {"text before\n" + good, true, ""},
      // What follows the first block is ignored.
      {good + "trailing", true, ""},
      {good + good, true, ""},
      {good + EncodePem("CERTIFICATE", "x"), true, ""},
      {"", false, type},
      {"this is not PEM", false, type},
      {Relabelled("NEW CERTIFICATE REQUEST"), false, type},
      {Relabelled("CERTIFICATE"), false, type},
      {EncodePem("CERTIFICATE", "x") + good, false, type},
      {EncodePem("CERTIFICATE REQUEST", ""), false, ""},
      {EncodePem("CERTIFICATE REQUEST", "x"), false, ""},
      {EncodePem("CERTIFICATE REQUEST",
                 std::string(MakeRequest("john", {}).der()) + "x"),
       false, ""},
      {Damaged(1), false, ""},
      {Damaged(100), false, ""},
  };
  for (const RequestCase& c : kCases) {
    const auto errors =
        ValidateCertificateSigningRequest(MakeCsr("a.b/c", {"any"}, c.request));
    ASSERT_EQ(errors.size(), c.valid ? 0 : 1) << c.request;
    if (c.valid) continue;
    const std::string text = objects::ToString(errors[0]);
    EXPECT_TRUE(absl::StartsWith(
        text, invalid + absl::Base64Escape(c.request) + "\": "))
        << text;
    EXPECT_TRUE(absl::EndsWith(text, c.detail)) << text;
  }
}

TEST(CsrValidationTest, Conditions) {
  const Case kCases[] = {
      {R"(conditions {type: "Approved" status: "True"})", {}},
      {R"(conditions {type: "x" status: "False"}
          conditions {type: "y" status: "Unknown"})",
       {}},
      {R"(conditions {status: "True"})",
       {"status.conditions[0].type: Required value"}},
      {R"(conditions {type: "x"})",
       {"status.conditions[0].status: Required value"}},
      {R"(conditions {type: "x" status: "true"})",
       {"status.conditions[0].status: Unsupported value: \"true\": supported "
        "values: \"False\", \"True\", \"Unknown\""}},
      {R"(conditions {type: "Approved" status: "False"})",
       {"status.conditions[0].status: Unsupported value: \"False\": supported "
        "values: \"True\""}},
      {R"(conditions {type: "Denied" status: "Unknown"})",
       {"status.conditions[0].status: Unsupported value: \"Unknown\""}},
      {R"(conditions {type: "Failed" status: "False"})",
       {"status.conditions[0].status: Unsupported value: \"False\""}},
      {R"(conditions {type: "Approved" status: "True"}
          conditions {type: "Failed" status: "True"}
          conditions {type: "Denied" status: "True"})",
       {"status.conditions[2].type: Invalid value: \"Denied\": Approved and "
        "Denied conditions are mutually exclusive"}},
      {R"(conditions {type: "Denied" status: "True"}
          conditions {type: "Approved" status: "True"})",
       {"status.conditions[1].type: Invalid value: \"Approved\": Approved "
        "and"}},
      {R"(conditions {type: "x" status: "True"}
          conditions {type: "x" status: "False"})",
       {"status.conditions[1].type: Duplicate value: \"x\""}},
  };
  for (const Case& c : kCases) {
    ExpectErrors(
        ValidateCertificateSigningRequest(Merged("status {" + c.text + "}")),
        c.want, c.text);
  }
}

TEST(CsrValidationTest, Certificate) {
  const std::string pem = MakeAuthority().certificate().ToPem();
  const std::string invalid =
      "status.certificate: Invalid value: \"<certificate data>\": ";
  std::string with_headers = pem;
  with_headers.insert(with_headers.find('\n') + 1, "Key: value\n\n");
  const Case kCases[] = {
      {"", {}},
      {pem, {}},
      {"text\n" + pem + "text\n" + pem, {}},
      {"text", {invalid + "must contain at least one CERTIFICATE PEM block"}},
      {GoodRequest(),
       {invalid +
        "only CERTIFICATE PEM blocks are allowed, found \"CERTIFICATE "
        "REQUEST\""}},
      {pem + EncodePem("PRIVATE KEY", "x"),
       {invalid +
        "only CERTIFICATE PEM blocks are allowed, found \"PRIVATE KEY\""}},
      {with_headers, {invalid + "no PEM block headers are permitted"}},
      {EncodePem("CERTIFICATE", "x"), {invalid}},
      {pem + EncodePem("CERTIFICATE", "x"), {invalid}},
  };
  for (const Case& c : kCases) {
    Csr csr = Merged("");
    csr.mutable_status()->set_certificate(c.text);
    ExpectErrors(ValidateCertificateSigningRequest(csr), c.want, c.text);
  }
}

struct UpdateCase {
  std::string old;
  std::string csr;
  // Of an update by the object itself, by approval, by status.
  std::vector<std::string> object;
  std::vector<std::string> approval;
  std::vector<std::string> status;
};

constexpr char kApprove[] =
    R"(status {conditions {type: "Approved" status: "True"}})";
constexpr char kDeny[] =
    R"(status {conditions {type: "Denied" status: "True"}})";
constexpr char kFail[] =
    R"(status {conditions {type: "Failed" status: "True"}})";

constexpr char kBoth[] =
    R"(status {conditions {type: "Approved" status: "True"}
               conditions {type: "Denied" status: "True"}})";

std::string Forbids(const std::string& what) {
  return "status.conditions: Forbidden: updates may not " + what;
}

TEST(CsrValidationTest, UpdateOfConditions) {
  const std::string changed =
      R"(status {conditions {type: "Approved" status: "True" reason: "x"}})";
  const std::string adds = Forbids("add a condition of type \"Approved\"");
  const std::string modifies =
      Forbids("modify a condition of type \"Approved\"");
  const std::string removes =
      Forbids("remove a condition of type \"Approved\"");
  const std::string denies = Forbids("add a condition of type \"Denied\"");
  const std::string exclusive = "status.conditions[1].type: Invalid value";
  const UpdateCase kCases[] = {
      {"", "", {}, {}, {}},
      {"", kApprove, {adds}, {}, {adds}},
      {"", kDeny, {denies}, {}, {denies}},
      {"", kFail, {}, {}, {}},
      {kApprove, kApprove, {}, {}, {}},
      {kApprove, changed, {modifies}, {}, {modifies}},
      {kApprove, "", {removes}, {removes}, {removes}},
      {kFail,
       "",
       {Forbids("remove a condition of type \"Failed\"")},
       {Forbids("remove a condition of type \"Failed\"")},
       {Forbids("remove a condition of type \"Failed\"")}},
      {R"(status {conditions {type: "x" status: "True"}})", "", {}, {}, {}},
      {kApprove, kBoth, {exclusive, denies}, {exclusive}, {exclusive, denies}},
  };
  for (const UpdateCase& c : kCases) {
    const Csr old = Merged(c.old);
    const Csr csr = Merged(c.csr);
    const auto validate = [&](CsrEndpoint endpoint) {
      return ValidateCertificateSigningRequestUpdate(csr, old, endpoint);
    };
    ExpectErrors(validate(CsrEndpoint::kObject), c.object, c.csr);
    ExpectErrors(validate(CsrEndpoint::kApproval), c.approval, c.csr);
    ExpectErrors(validate(CsrEndpoint::kStatus), c.status, c.csr);
  }
}

TEST(CsrValidationTest, UpdateOfTheCertificate) {
  const std::string one = MakeAuthority().certificate().ToPem();
  const std::string two = MakeAuthority().certificate().ToPem();
  const std::string sets =
      "status.certificate: Forbidden: updates may not set certificate content";
  const std::string resets =
      "status.certificate: Forbidden: updates may not modify existing "
      "certificate content";
  const UpdateCase kCases[] = {
      {"", one, {sets}, {sets}, {}},
      {one, one, {}, {}, {}},
      {one, two, {sets}, {sets}, {resets}},
      {one, "", {sets}, {sets}, {resets}},
      {"",
       "junk",
       {"status.certificate: Invalid value", sets},
       {"status.certificate: Invalid value", sets},
       {"status.certificate: Invalid value"}},
      // What was bad before may stay.
      {"junk", "junk", {}, {}, {}},
  };
  for (const UpdateCase& c : kCases) {
    Csr old = Merged("");
    Csr csr = Merged("");
    if (!c.old.empty()) old.mutable_status()->set_certificate(c.old);
    if (!c.csr.empty()) csr.mutable_status()->set_certificate(c.csr);
    const auto validate = [&](CsrEndpoint endpoint) {
      return ValidateCertificateSigningRequestUpdate(csr, old, endpoint);
    };
    ExpectErrors(validate(CsrEndpoint::kObject), c.object, c.csr);
    ExpectErrors(validate(CsrEndpoint::kApproval), c.approval, c.csr);
    ExpectErrors(validate(CsrEndpoint::kStatus), c.status, c.csr);
  }
}

TEST(CsrValidationTest, UpdateToleratesWhatWasThere) {
  const char* const kCases[] = {
      R"(spec {signerName: "kubernetes.io/legacy-unknown"})",
      R"(spec {usages: "x"})",
      R"(spec {usages: "any" usages: "any"})",
      R"(status {conditions {status: "True"}})",
      R"(status {conditions {type: "x" status: "True"}
                 conditions {type: "x" status: "True"}})",
      R"(status {conditions {type: "Approved" status: "True"}
                 conditions {type: "Denied" status: "True"}})",
  };
  for (const char* text : kCases) {
    const Csr csr = Merged(text);
    EXPECT_EQ(ValidateCertificateSigningRequest(csr).size(), 1) << text;
    for (const CsrEndpoint endpoint :
         {CsrEndpoint::kObject, CsrEndpoint::kApproval, CsrEndpoint::kStatus}) {
      ExpectErrors(ValidateCertificateSigningRequestUpdate(csr, csr, endpoint),
                   {}, text);
    }
  }
}

TEST(CsrValidationTest, UpdateOfTheName) {
  ExpectErrors(ValidateCertificateSigningRequestUpdate(
                   Merged(R"(metadata {name: "other"})"), Merged(""),
                   CsrEndpoint::kObject),
               {"metadata.name: Invalid value: \"other\": field is immutable"},
               "");
}

}  // namespace
}  // namespace gatehouse::pki
