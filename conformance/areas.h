// The areas: which file of cases is run by what.
#ifndef GATEHOUSE_CONFORMANCE_AREAS_H_
#define GATEHOUSE_CONFORMANCE_AREAS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "conformance/check.h"
#include "conformance/report.h"
#include "objects/node.h"

namespace gatehouse::conformance {

// CaseFunction runs one case of a JSON file: it reads check.input() and names
// all that check's `expect` may say. To add an area, write one and register it
// in areas.cc.
using CaseFunction = void (*)(Check& check);

void RunRbacAuthorize(Check& check);
void RunRuleMatch(Check& check);
void RunCovers(Check& check);
void RunEscalation(Check& check);
void RunRulesFor(Check& check);
void RunSubjectLocator(Check& check);
void RunAggregation(Check& check);
void RunValidation(Check& check);
void RunCompactRules(Check& check);
void RunReconcile(Check& check);
void RunNonResource(Check& check);
void RunUnion(Check& check);
void RunConditions(Check& check);
void RunCsrSigners(Check& check);
void RunServiceAccount(Check& check);
void RunAuthnConfig(Check& check);
void RunX509(Check& check);
void RunOidc(Check& check);
void RunImpersonation(Check& check);
void RunImpersonationAuthz(Check& check);
void RunRequestInfo(Check& check);
void RunBearer(Check& check);
void RunWebSocket(Check& check);
void RunWebhookToken(Check& check);
void RunTokenFile(Check& check);
void RunBootstrap(Check& check);
void RunRequestHeader(Check& check);
void RunAnonymous(Check& check);
void RunChain(Check& check);

// PathFunction runs a file that is no list of cases, or a directory that is
// read as a whole. `path` is where it is on disk.
using PathFunction = void (*)(const std::string& path, FileReport* report);

// The default policy, object by object.
void RunDefaultPolicy(const std::string& path, FileReport* report);
// rbac.yaml, requests.jsonl.gz and decisions.txt.gz, request by request.
void RunRbacDecisions(const std::string& path, FileReport* report);

// A file in Wycheproof's format: of JWS, of JWK.
void RunWycheproof(const std::string& path, FileReport* report);

// FileFunction compares what a file says beside its cases; `root` is all of it.
using FileFunction = void (*)(const objects::Node& root, FileReport* report);

// The names, usages and constants of the signers.
void CompareCsrSignerConstants(const objects::Node& root, FileReport* report);
// The certificates that cases refer to, as they are parsed.
void CompareX509Certificates(const objects::Node& root, FileReport* report);
// Which answers a webhook is asked again for.
void CompareWebhookRetries(const objects::Node& root, FileReport* report);
// The prefix of tokens among websocket protocols.
void CompareWebSocketPrefix(const objects::Node& root, FileReport* report);
// The names around bootstrap tokens.
void CompareBootstrapConstants(const objects::Node& root, FileReport* report);
// What names of headers may be configured.
void CompareRequestHeaderRules(const objects::Node& root, FileReport* report);

// Area is what is registered for a path below the directory of cases. One of
// the functions is set.
struct Area {
  // Such as "authz/covers.json".
  absl::string_view path;
  CaseFunction run_case = nullptr;
  PathFunction run_path = nullptr;
  // True if `path` is a directory, each directory in which is run as a whole.
  bool directories = false;
  // What a file may say beside its cases, and what compares it; null: nothing.
  absl::Span<const absl::string_view> file_keys = {};
  FileFunction run_file = nullptr;
  // The key beside `input` by which each case says what it is, such as "kind";
  // its text is Check::context().kind. "": there is none.
  absl::string_view kind_key = "";
};

// Returns the area of a file, by its path below the directory of cases, or of
// the directory that it belongs to; null if nothing here runs it.
const Area* FindArea(absl::string_view path);

// Runs all cases of a JSON file of `area`, which has a run_case. Not one case:
// a failure.
void RunCaseFile(const std::string& path, const Area& area, FileReport* report);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AREAS_H_
