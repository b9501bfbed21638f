// What stands around authenticators: anonymous, unions, groups, audiences, and
// the filter.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/anonymous.h"
#include "authn/audience_agnostic.h"
#include "authn/audiences.h"
#include "authn/authenticator.h"
#include "authn/filter.h"
#include "authn/group_adder.h"
#include "authn/union.h"
#include "base/percent.h"
#include "conformance/areas.h"
#include "conformance/authn/stubs.h"
#include "conformance/authz/decode.h"
#include "conformance/check.h"

namespace gatehouse::conformance {
namespace {

// Returns the path of a URL, percent-decoded: what a server makes of it. Cases
// have no malformed escapes.
std::string PathOf(absl::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) {
    url.remove_prefix(scheme + 3);
    const size_t slash = url.find('/');
    url = slash == absl::string_view::npos ? "" : url.substr(slash);
  }
  return PercentDecode(url).value_or("");
}

// Asks the variant for requests and the one for tokens; fails the case where
// they differ.
void CompareBoth(const authn::Authenticator& requests,
                 const authn::TokenAuthenticator& tokens,
                 const std::vector<std::string>* audiences, Check& check) {
  authn::Request request;
  request.audiences = audiences;
  authn::TokenContext context;
  context.audiences = audiences;
  CompareResult(requests.Authenticate(request), check);
  CompareResult(tokens.AuthenticateToken("token", context), check);
}

void RunAudienceAgnostic(Check& check) {
  Fields& input = check.input();
  const bool limited = input.Has("requested_audiences");
  const std::vector<std::string> requested = input.Texts("requested_audiences");
  const std::vector<std::string> implicit = input.Texts("implicit_audiences");
  Fields fields = input.Object("delegate");
  const authn::Result answer = DecodeAnswer(fields);
  CompareBoth(authn::AudienceAgnostic(implicit, std::make_shared<Stub>(answer)),
              authn::TokenAudienceAgnostic(
                  implicit, std::make_shared<StubTokens>(answer)),
              limited ? &requested : nullptr, check);
}

authn::Result AnswerOfUser(Check& check) {
  authn::Authentication found;
  found.user = DecodeUser(check.input(), "user").value_or(UserInfo());
  return found;
}

void RunAuthenticatedGroup(Check& check) {
  const authn::Result answer = AnswerOfUser(check);
  CompareBoth(
      authn::AuthenticatedGroupAdder(std::make_shared<Stub>(answer)),
      authn::TokenAuthenticatedGroupAdder(std::make_shared<StubTokens>(answer)),
      nullptr, check);
}

void RunGroupAdder(Check& check) {
  const authn::Result answer = AnswerOfUser(check);
  const std::vector<std::string> groups = check.input().Texts("groups");
  CompareBoth(
      authn::GroupAdder(std::make_shared<Stub>(answer), groups),
      authn::TokenGroupAdder(std::make_shared<StubTokens>(answer), groups),
      nullptr, check);
}

void RunAuthnUnion(Check& check) {
  const auto on_rejection = check.input().Bool("fail_on_error")
                                ? authn::OnRejection::kStop
                                : authn::OnRejection::kContinue;
  std::vector<std::shared_ptr<const authn::Authenticator>> members;
  std::vector<std::shared_ptr<const authn::TokenAuthenticator>> token_members;
  std::vector<std::shared_ptr<Stub>> stubs;
  for (const objects::Node& node : check.input().List("handlers")) {
    Fields fields(&node, "input.handlers", check.input().problems());
    const authn::Result answer = DecodeAnswer(fields);
    stubs.push_back(std::make_shared<Stub>(answer));
    members.push_back(stubs.back());
    token_members.push_back(std::make_shared<StubTokens>(answer));
  }
  CompareBoth(authn::Union(members, on_rejection),
              authn::TokenUnion(token_members, on_rejection), nullptr, check);
  int called = 0;
  for (const auto& stub : stubs) called += stub->calls();
  check.Number("called", called);
}

void RunFilter(Check& check) {
  authn::FilterOptions options;
  options.api_audiences = check.input().Texts("api_audiences");
  const int http_major =
      check.input().Has("http_major") ? check.input().Number("http_major") : 1;
  Fields fields = check.input().Object("authenticator");
  const Stub stub(DecodeAnswer(fields));
  const authn::Admission admission =
      authn::AdmitRequest(stub, options, authn::Request(), http_major);
  check.Number("code", admission.result.authenticated() ? 200 : 401);
  check.Text("message",
             admission.result.authenticated() ? "" : authn::kUnauthorized);
  if (!check.Expects("response_headers")) return;
  Fields headers = check.ExpectedObject("response_headers");
  check.Same("Connection", headers.Text("Connection"),
             admission.close_connection ? "close" : "");
}

}  // namespace

void RunAnonymous(Check& check) {
  std::vector<std::string> paths;
  for (const objects::Node& node : check.input().List("conditions")) {
    Fields fields(&node, "input.conditions", check.input().problems());
    paths.push_back(fields.Text("path"));
  }
  const std::string path = PathOf(check.input().Text("url"));
  const bool limited = check.input().Has("requested_audiences");
  const auto requested = check.input().Texts("requested_audiences");
  authn::Request request;
  request.path = path;
  request.audiences = limited ? &requested : nullptr;
  CompareResult(authn::AnonymousAuthenticator(paths).Authenticate(request),
                check);
}

void RunChain(Check& check) {
  const std::string& kind = check.context().kind;
  if (kind == "audience_agnostic") return RunAudienceAgnostic(check);
  if (kind == "authenticated_group_adder") return RunAuthenticatedGroup(check);
  if (kind == "group_adder") return RunGroupAdder(check);
  if (kind == "union") return RunAuthnUnion(check);
  if (kind == "authentication_filter") return RunFilter(check);
  if (kind == "audience_intersect") {
    const auto a = check.input().Texts("a");
    const auto b = check.input().Texts("b");
    return check.Texts("result", authn::IntersectAudiences(a, b));
  }
  check.Fail(absl::StrCat("the kind \"", kind, "\" is not known"));
}

}  // namespace gatehouse::conformance
