#include "conformance/areas.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "conformance/files.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using objects::Node;
using objects::NodeKind;

// What files say beside their cases.
constexpr absl::string_view kCsrSignersKeys[] = {
    "signer_names", "usage_strings", "production_constants"};

constexpr absl::string_view kImpersonationKeys[] = {"authorizers", "common",
                                                    "headers"};

// The keys that cases refer to.
constexpr absl::string_view kOidcKeys[] = {"keys"};

constexpr absl::string_view kX509Keys[] = {"subject_uid_oid", "certificates"};
// The cases that use the keys compare their names.
constexpr absl::string_view kServiceAccountKeys[] = {"keys"};
constexpr absl::string_view kWebhookTokenKeys[] = {"retryable"};
constexpr absl::string_view kWebSocketKeys[] = {"bearer_protocol_prefix"};
constexpr absl::string_view kBootstrapKeys[] = {"constants"};
constexpr absl::string_view kRequestHeaderKeys[] = {"constructor_rules",
                                                    "kube_apiserver_defaults"};
// For people: whoever puts the chain together has cases of its own.
constexpr absl::string_view kChainKeys[] = {"kube_apiserver_order",
                                            "token_authenticator_order"};

constexpr Area kAreas[] = {
    {"authn/anonymous.json", RunAnonymous},
    {"authn/authn_config.json", RunAuthnConfig},
    {"authn/bearer.json", RunBearer},
    {"authn/bootstrap.json", RunBootstrap, nullptr, false, kBootstrapKeys,
     CompareBootstrapConstants, "kind"},
    {"authn/chain.json", RunChain, nullptr, false, kChainKeys, nullptr, "kind"},
    {"authn/csr_signers.json", RunCsrSigners, nullptr, false, kCsrSignersKeys,
     CompareCsrSignerConstants, "kind"},
    {"authn/impersonation.json", RunImpersonation, nullptr, false,
     kImpersonationKeys},
    {"authn/oidc.json", RunOidc, nullptr, false, kOidcKeys},
    {"authn/requestheader.json", RunRequestHeader, nullptr, false,
     kRequestHeaderKeys, CompareRequestHeaderRules},
    {"authn/serviceaccount.json", RunServiceAccount, nullptr, false,
     kServiceAccountKeys, nullptr, "kind"},
    {"authn/tokenfile.json", RunTokenFile},
    {"authn/webhook_token.json", RunWebhookToken, nullptr, false,
     kWebhookTokenKeys, CompareWebhookRetries, "kind"},
    {"authn/websocket.json", RunWebSocket, nullptr, false, kWebSocketKeys,
     CompareWebSocketPrefix},
    {"authn/x509.json", RunX509, nullptr, false, kX509Keys,
     CompareX509Certificates, "authenticator"},
    {"authz/aggregation.json", RunAggregation},
    {"authz/compact_rules.json", RunCompactRules},
    {"authz/conditions.json", RunConditions},
    {"authz/covers.json", RunCovers},
    {"authz/default_policy.yaml", nullptr, RunDefaultPolicy},
    {"authz/escalation.json", RunEscalation},
    {"authz/impersonation_authz.json", RunImpersonationAuthz},
    {"authz/nonresource.json", RunNonResource},
    {"authz/rbac_authorize.json", RunRbacAuthorize},
    {"authz/reconcile.json", RunReconcile},
    {"authz/requestinfo.json", RunRequestInfo},
    {"authz/rule_match.json", RunRuleMatch},
    {"authz/rules_for.json", RunRulesFor},
    {"authz/subject_locator.json", RunSubjectLocator},
    {"authz/union.json", RunUnion},
    {"authz/validation.json", RunValidation},
    {"rbac_decisions", nullptr, RunRbacDecisions, true},
    {"wycheproof/json_web_key_test.json", nullptr, RunWycheproof},
    {"wycheproof/json_web_signature_test.json", nullptr, RunWycheproof},
};

// The keys of a file and of a case. What is not compared informs people.
constexpr absl::string_view kFileKeys[] = {"_schema", "_source", "cases"};
constexpr absl::string_view kCaseKeys[] = {"name", "input", "expect", "derived",
                                           "note"};

// `known` are those of all areas, `further` those of this one.
void RefuseUnknownKeys(const Node& node,
                       absl::Span<const absl::string_view> known,
                       absl::Span<const absl::string_view> further,
                       std::vector<std::string>* problems) {
  for (const objects::MapEntry& entry : node.entries()) {
    const absl::string_view key = entry.key.text();
    if (!absl::c_linear_search(known, key) &&
        !absl::c_linear_search(further, key)) {
      problems->push_back(
          absl::StrCat(entry.key.text(), ": this key is not known"));
    }
  }
}

// Returns what the case says of itself under `key`; a problem if it must, and
// does not.
std::string KindOf(const Node& node, absl::string_view key,
                   std::vector<std::string>* problems) {
  if (key.empty()) return "";
  const Node* kind = node.Find(key);
  if (kind != nullptr && kind->is(NodeKind::kString)) {
    return std::string(kind->text());
  }
  problems->push_back(absl::StrCat(key, ": want a string"));
  return "";
}

// `file` is what the case stands in, `directory` where that is.
void RunCase(const Node& node, size_t index, const Area& area, const Node& file,
             const std::string& directory, FileReport* report) {
  const Node* name = node.Find("name");
  const std::string shown = name != nullptr && name->is(NodeKind::kString)
                                ? std::string(name->text())
                                : absl::StrCat("case ", index);
  const Node* input = node.Find("input");
  const Node* expect = node.Find("expect");
  if (input == nullptr || expect == nullptr) {
    report->AddCase(shown, {{"", "", "want input and expect"}});
    return;
  }
  std::vector<std::string> problems;
  RefuseUnknownKeys(node, kCaseKeys, {area.kind_key}, &problems);
  bool needs_cel = false;
  std::vector<Mismatch> mismatches = RunCheck(
      area.run_case, input, expect,
      {KindOf(node, area.kind_key, &problems), &file, directory, &needs_cel});
  for (std::string& problem : problems) {
    mismatches.push_back({"", "", std::move(problem)});
  }
  if (needs_cel) {
    report->AddCaseThatNeedsCel(shown, std::move(mismatches));
  } else {
    report->AddCase(shown, std::move(mismatches));
  }
}

}  // namespace

const Area* FindArea(absl::string_view path) {
  for (const Area& area : kAreas) {
    if (area.path == path) return &area;
    if (area.directories && absl::StartsWith(path, area.path) &&
        absl::StartsWith(path.substr(area.path.size()), "/")) {
      return &area;
    }
  }
  return nullptr;
}

void RunCaseFile(const std::string& path, const Area& area,
                 FileReport* report) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok())
    return report->AddProblem(std::string(text.status().message()));
  const absl::StatusOr<objects::Document> document =
      objects::ParseJson(*text, path);
  if (!document.ok()) {
    return report->AddProblem(std::string(document.status().message()));
  }
  std::vector<std::string> problems;
  RefuseUnknownKeys(document->root(), kFileKeys, area.file_keys, &problems);
  for (const std::string& problem : problems) report->AddProblem(problem);
  if (area.run_file != nullptr) area.run_file(document->root(), report);
  const Node* cases = document->root().Find("cases");
  if (cases == nullptr || cases->items().empty()) {
    return report->AddProblem("there are no cases in it");
  }
  const std::string directory =
      std::filesystem::path(path).parent_path().generic_string();
  size_t index = 0;
  for (const Node& node : cases->items()) {
    RunCase(node, index++, area, document->root(), directory, report);
  }
}

}  // namespace gatehouse::conformance
