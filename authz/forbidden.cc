#include "authz/forbidden.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/go_quote.h"

namespace gatehouse::authz {
namespace {

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

// `User "u" cannot <what was asked>`.
std::string Sentence(const Attributes& a) {
  const absl::string_view name =
      a.user == nullptr ? absl::string_view() : a.user->name;
  std::string text = absl::StrCat("User ", GoQuote(name), " cannot ", a.verb);
  if (!a.resource_request) {
    absl::StrAppend(&text, " path ", GoQuote(a.path));
    return text;
  }
  const std::string resource =
      a.subresource.empty() ? std::string(a.resource)
                            : absl::StrCat(a.resource, "/", a.subresource);
  absl::StrAppend(&text, " resource ", GoQuote(resource), " in API group ",
                  GoQuote(a.api_group));
  if (a.namespace_.empty()) {
    absl::StrAppend(&text, " at the cluster scope");
  } else {
    absl::StrAppend(&text, " in the namespace ", GoQuote(a.namespace_));
  }
  return text;
}

// `pods "p" is forbidden`, as far as there is a resource and a name.
std::string Head(const Attributes& a) {
  if (a.resource.empty() && a.api_group.empty()) return "forbidden";
  std::string text(a.resource);
  if (!a.api_group.empty()) absl::StrAppend(&text, ".", a.api_group);
  if (!a.name.empty()) absl::StrAppend(&text, " ", GoQuote(a.name));
  return absl::StrCat(text, " is forbidden");
}

}  // namespace

std::string ForbiddenMessage(const Attributes& attributes,
                             absl::string_view reason) {
  std::string message =
      absl::StrCat(Head(attributes), ": ", EscapeHtml(Sentence(attributes)));
  if (!reason.empty()) absl::StrAppend(&message, ": ", reason);
  return message;
}

std::string InternalErrorMessage(absl::string_view request_uri,
                                 const absl::Status& error) {
  return EscapeHtml(absl::StrCat(
      "Internal Server Error: ", GoQuote(request_uri), ": ", error.message()));
}

Response ResponseTo(const Decision& decision) {
  if (decision.outcome == Outcome::kAllow) return Response::kPass;
  return decision.error.ok() ? Response::kForbidden : Response::kInternalError;
}

std::map<std::string, std::string> AuditAnnotations(const Decision& decision) {
  switch (ResponseTo(decision)) {
    case Response::kPass:
      return {{kDecisionAnnotation, "allow"},
              {kReasonAnnotation, decision.reason}};
    case Response::kForbidden:
      return {{kDecisionAnnotation, "forbid"},
              {kReasonAnnotation, decision.reason}};
    case Response::kInternalError:
      break;
  }
  return {{kReasonAnnotation, "internal error"}};
}

}  // namespace gatehouse::authz
