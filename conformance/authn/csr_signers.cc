// authn/csr_signers.json: the signers of kube-controller-manager, the automatic
// approver, the admission plugins, and validation.
#include "conformance/authn/csr_signers.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "conformance/areas.h"
#include "objects/field_error.h"
#include "objects/node.h"
#include "pki/ca/certificate_request.h"
#include "pki/signers/auto_approver.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/csr_validation.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/signer_rules.h"
#include "pki/signers/signing_policy.h"
#include "pki/signers/usages.h"

namespace gatehouse::conformance {
namespace {

using objects::Node;

void CheckDuration(Check& check) {
  Fields& input = check.input();
  absl::optional<int32_t> wish;
  if (input.Has("expiration_seconds"))
    wish = input.Number("expiration_seconds");
  input.Take("expiration_seconds");
  const absl::Duration lifetime =
      pki::ChooseLifetime(wish, absl::Seconds(input.Number("max_ttl_seconds")));
  check.Number("seconds", static_cast<int>(absl::ToInt64Seconds(lifetime)));
}

void CheckUsages(Check& check) {
  const absl::StatusOr<pki::CertificateUsages> usages =
      pki::UsagesToX509(check.input().Texts("usages"));
  check.Bool("error", !usages.ok());
  check.TextOrNull("error_text", usages.status().message());
  const pki::CertificateUsages got =
      usages.ok() ? *usages : pki::CertificateUsages();
  check.Texts("key_usage", KeyUsageNames(got.key_usage));
  check.Texts("ext_key_usage", ExtendedKeyUsageNames(got.extended_key_usages));
}

void CheckRecognize(Check& check) {
  const k8s::CertificateSigningRequest csr =
      DecodeCsr(check.input().Object("csr"));
  const auto request = pki::CertificateRequest::FromPem(csr.spec().request());
  if (!request.ok()) {
    return check.Fail(absl::StrCat("request: ", request.status().message()));
  }
  check.Bool("nodeclient", pki::IsKubeletClientCsr(csr, *request));
  check.Bool("selfnodeclient", pki::IsSelfKubeletClientCsr(csr, *request));
}

void CheckApiValidation(Check& check) {
  Fields& input = check.input();
  k8s::CertificateSigningRequest csr;
  csr.mutable_metadata()->set_name("csr");
  k8s::CertificateSigningRequestSpec* spec = csr.mutable_spec();
  spec->set_request(input.Text("request"));
  spec->set_signername(input.Text("signerName"));
  for (std::string& usage : input.Texts("usages")) {
    spec->add_usages(std::move(usage));
  }
  if (input.Has("expirationSeconds")) {
    spec->set_expirationseconds(input.Number("expirationSeconds"));
  }
  for (auto& condition :
       input.Messages<k8s::CertificateSigningRequestCondition>("conditions")) {
    *csr.mutable_status()->add_conditions() = std::move(condition);
  }
  std::vector<std::string> got;
  for (const objects::FieldError& error :
       pki::ValidateCertificateSigningRequest(csr)) {
    got.push_back(objects::ToString(error));
  }
  const Node* parts = check.Expected("errors_contain");
  if (parts == nullptr || !parts->is(objects::NodeKind::kList)) {
    return check.Fail("errors_contain: want a list");
  }
  if (parts->items().empty()) check.Same("errors_contain", {}, got);
  const std::string all = absl::StrJoin(got, "; ");
  for (const Node& part : parts->items()) {
    if (!absl::StrContains(all, part.text())) {
      check.Same("errors_contain", part.text(), all);
    }
  }
}

struct Kind {
  absl::string_view name;
  void (*run)(Check&);
};

constexpr Kind kKinds[] = {
    {"sign", CheckSign},
    {"duration", CheckDuration},
    {"ca_policy", CheckCaPolicy},
    {"usages_to_x509", CheckUsages},
    {"signed_fields", CheckSignedFields},
    {"recognize", CheckRecognize},
    {"kubelet_client_usages",
     [](Check& check) {
       check.Bool("accepted",
                  pki::AreKubeletClientUsages(check.input().Texts("usages")));
     }},
    {"auto_approve", CheckAutoApprove},
    {"subject_restriction", CheckSubjectRestriction},
    {"approval_admission", CheckApprovalAdmission},
    {"signing_admission", CheckSigningAdmission},
    {"api_validation", CheckApiValidation},
    {"mldsa_usages",
     [](Check& check) {
       check.Texts("errors",
                   pki::CheckMlDsaUsages(check.input().Texts("usages")));
     }},
};

// Adds the two lists as a problem if they differ.
void Compare(absl::string_view what, const std::vector<std::string>& expected,
             const std::vector<std::string>& got, FileReport* report) {
  if (expected == got) return;
  report->AddProblem(absl::StrCat(what, ": expected ",
                                  absl::StrJoin(expected, ", "), "; got ",
                                  absl::StrJoin(got, ", ")));
}

std::vector<std::string> SortedEntries(Fields fields) {
  std::vector<std::string> entries;
  for (const objects::MapEntry& entry : fields.TakeAll()) {
    entries.push_back(absl::StrCat(entry.key.text(), "=", entry.value.text()));
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace

k8s::CertificateSigningRequest DecodeCsr(Fields fields) {
  k8s::CertificateSigningRequest csr;
  k8s::CertificateSigningRequestSpec* spec = csr.mutable_spec();
  spec->set_signername(fields.Text("signerName"));
  spec->set_username(fields.Text("username"));
  spec->set_request(fields.Text("request"));
  for (std::string& usage : fields.Texts("usages")) {
    spec->add_usages(std::move(usage));
  }
  if (fields.Has("expirationSeconds")) {
    spec->set_expirationseconds(fields.Number("expirationSeconds"));
  }
  for (const std::string& type : fields.Texts("conditions")) {
    pki::AddCondition(type, "", "", absl::UnixEpoch(), &csr);
  }
  const std::string certificate = fields.Text("certificate");
  if (!certificate.empty()) {
    csr.mutable_status()->set_certificate(certificate);
  }
  return csr;
}

std::vector<std::string> KeyUsageNames(uint16_t key_usage) {
  std::vector<std::string> names;
  for (int bit = 0; bit < 16; ++bit) {
    const int mask = key_usage & (1 << bit);
    if (mask == 0) continue;
    for (const pki::Usage& usage : pki::KnownUsages()) {
      if (usage.key_usage != mask) continue;
      names.emplace_back(usage.x509_name);
      break;
    }
  }
  return names;
}

std::vector<std::string> ExtendedKeyUsageNames(
    const std::vector<std::string>& oids) {
  std::vector<std::string> names;
  for (const std::string& oid : oids) {
    names.push_back(oid);
    for (const pki::Usage& usage : pki::KnownUsages()) {
      if (usage.oid == oid) names.back() = std::string(usage.x509_name);
    }
  }
  return names;
}

void CompareCondition(const k8s::CertificateSigningRequest& csr, Check& check) {
  if (!check.Expects("condition")) return;
  const bool want = check.Expected("condition") != nullptr;
  Fields expected = check.ExpectedObject("condition");
  const int count = csr.status().conditions_size();
  if (!want || count == 0) {
    return check.Same("condition", want ? "a condition" : "none",
                      count == 0 ? "none" : csr.status().DebugString());
  }
  const auto& got = csr.status().conditions(count - 1);
  check.Same("condition.type", expected.Text("type"), got.type());
  check.Same("condition.status", expected.Text("status"), got.status());
  check.Same("condition.reason", expected.Text("reason"), got.reason());
  if (!expected.Has("message")) return;
  check.Same("condition.message", expected.Text("message"), got.message());
}

void RunCsrSigners(Check& check) {
  for (const Kind& kind : kKinds) {
    if (kind.name == check.context().kind) return kind.run(check);
  }
  check.Fail(
      absl::StrCat("the kind \"", check.context().kind, "\" is not known"));
}

void CompareCsrSignerConstants(const Node& root, FileReport* report) {
  Problems problems;
  {
    Fields file(&root, "", &problems);
    file.TakeAll();
    std::vector<std::string> signers;
    for (const absl::string_view name : pki::KubernetesSigners()) {
      signers.emplace_back(name);
    }
    Compare("signer_names", file.Texts("signer_names"), signers, report);
    std::vector<std::string> bits;
    std::vector<std::string> oids;
    for (const pki::Usage& usage : pki::KnownUsages()) {
      (usage.oid.empty() ? bits : oids)
          .push_back(absl::StrCat(usage.name, "=", usage.x509_name));
    }
    Fields usages = file.Object("usage_strings");
    Compare("key_usage", SortedEntries(usages.Object("key_usage")), bits,
            report);
    Compare("ext_key_usage", SortedEntries(usages.Object("ext_key_usage")),
            oids, report);
    Fields constants = file.Object("production_constants");
    for (const auto& [key, got] :
         {std::make_pair("backdate_seconds", pki::kBackdate),
          std::make_pair("short_seconds", pki::kShortLifetime),
          std::make_pair("minimum_seconds", pki::kMinLifetime)}) {
      Compare(key, {absl::StrCat(constants.Number(key))},
              {absl::StrCat(absl::ToInt64Seconds(got))}, report);
    }
  }
  for (const std::string& problem : problems) report->AddProblem(problem);
}

}  // namespace gatehouse::conformance
