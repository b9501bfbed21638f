// Users whom a proxy names in headers.
#include "authn/request_header.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/authenticator.h"
#include "base/headers.h"
#include "conformance/areas.h"
#include "conformance/authn/stubs.h"
#include "conformance/check.h"

namespace gatehouse::conformance {
namespace {

// Values by name, one line each.
std::vector<std::string> HeaderTexts(const Headers& headers) {
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& [name, value] : headers.fields()) {
    values[name].push_back(value);
  }
  std::vector<std::string> texts;
  for (const auto& [name, list] : values) {
    texts.push_back(absl::StrCat(name, ": ", absl::StrJoin(list, ", ")));
  }
  return texts;
}

Headers DecodeHeaders(Fields fields) {
  Headers headers;
  for (const objects::MapEntry& entry : fields.TakeAll()) {
    for (const std::string& value : fields.Texts(entry.key.text())) {
      headers.Add(entry.key.text(), value);
    }
  }
  return headers;
}

}  // namespace

void RunRequestHeader(Check& check) {
  authn::RequestHeaderConfig config;
  config.username_headers = check.input().Texts("name_headers");
  config.uid_headers = check.input().Texts("uid_headers");
  config.group_headers = check.input().Texts("group_headers");
  config.extra_header_prefixes = check.input().Texts("extra_header_prefixes");
  Headers headers = DecodeHeaders(check.input().Object("request_headers"));
  const auto authenticator = authn::RequestHeaderAuthenticator::Create(config);
  if (!authenticator.ok()) {
    return check.Fail(std::string(authenticator.status().message()));
  }
  authn::Request request;
  request.headers = &headers;
  CompareResult((*authenticator)->Authenticate(request), check);
  if (!check.Expects("final_headers")) return;
  check.Same("final_headers",
             HeaderTexts(DecodeHeaders(check.ExpectedObject("final_headers"))),
             HeaderTexts(headers));
}

void CompareRequestHeaderRules(const objects::Node& root, FileReport* report) {
  const objects::Node* rules = root.Find("constructor_rules");
  if (rules == nullptr) return;
  for (const objects::Node& rule : rules->items()) {
    const objects::Node* header = rule.Find("configured_header");
    const objects::Node* result = rule.Find("result");
    if (header == nullptr || result == nullptr) {
      report->AddProblem("constructor_rules: want configured_header, result");
      continue;
    }
    authn::RequestHeaderConfig config;
    config.username_headers = {std::string(header->text())};
    const auto valid = authn::ValidateRequestHeaders(std::move(config));
    const std::string got =
        valid.ok()
            ? absl::StrCat("accepted, trimmed to ", valid->username_headers[0])
            : absl::StrCat("rejected: ", valid.status().message());
    if (result->text() != got) {
      report->AddProblem(absl::StrCat("constructor_rules: want ",
                                      result->text(), ", got ", got));
    }
  }
}

}  // namespace gatehouse::conformance
