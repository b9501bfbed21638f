#include "server/status.h"

#include <utility>

#include "objects/codec.h"

namespace gatehouse::server {
namespace {

// What Kubernetes calls a status, and says where nobody says more.
struct CodeText {
  int code;
  absl::string_view reason;
  absl::string_view message;
};
constexpr CodeText kCodes[] = {
    {400, "BadRequest", "the server rejected our request"},
    {401, "Unauthorized", "Unauthorized"},
    {403, "Forbidden", "forbidden"},
    {404, "NotFound", "the server could not find the requested resource"},
    {405, "MethodNotAllowed",
     "the server does not allow this method on the requested resource"},
    {406, "NotAcceptable", "only application/json is produced here"},
    {408, "Timeout", "the request took too long"},
    {409, "Conflict", "the request is in conflict with the present state"},
    {413, "RequestEntityTooLarge", "the request is too large"},
    {415, "UnsupportedMediaType",
     "the body of the request was in an unknown format - accepted media types "
     "include: application/json"},
    {422, "Invalid", "the object is invalid"},
    {429, "TooManyRequests", "too many requests, please try again later"},
    {500, "InternalError", "an error on the server has occurred"},
    {503, "ServiceUnavailable", "the server is unable to handle the request"},
    {504, "Timeout", "the server did not answer in time"},
};

const CodeText* FindCode(int code) {
  for (const CodeText& text : kCodes) {
    if (text.code == code) return &text;
  }
  return nullptr;
}

}  // namespace

k8s::Status FailureStatus(int code, absl::string_view message) {
  k8s::Status status;
  status.mutable_metadata();
  status.set_status("Failure");
  status.set_message(std::string(message));
  status.set_code(code);
  const CodeText* text = FindCode(code);
  if (text != nullptr) status.set_reason(std::string(text->reason));
  return status;
}

HttpResponse StatusResponse(const k8s::Status& status) {
  return JsonResponse(status.code(),
                      objects::ToJson(status, objects::JsonStyle::kCompact));
}

HttpResponse FailureResponse(int code, absl::string_view message) {
  const CodeText* text = FindCode(code);
  if (message.empty() && text != nullptr) message = text->message;
  return StatusResponse(FailureStatus(code, message));
}

HttpResponse ForbiddenResponse(absl::string_view message,
                               absl::string_view api_group,
                               absl::string_view resource,
                               absl::string_view name) {
  k8s::Status status = FailureStatus(403, message);
  k8s::StatusDetails& details = *status.mutable_details();
  if (!name.empty()) details.set_name(std::string(name));
  if (!api_group.empty()) details.set_group(std::string(api_group));
  if (!resource.empty()) details.set_kind(std::string(resource));
  return StatusResponse(status);
}

HttpResponse JsonResponse(int code, std::string json) {
  HttpResponse response;
  response.status = code;
  response.headers.Add("Content-Type", "application/json");
  response.headers.Add("Cache-Control", "no-cache, private");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body = std::move(json);
  return response;
}

std::string WarningHeader(absl::string_view text) {
  std::string out = "299 - \"";
  for (const char c : text.substr(0, kMaxWarningBytes)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    const bool control = (c >= 0 && c < ' ') || c == 0x7f;
    out.push_back(control ? ' ' : c);
  }
  out.push_back('"');
  return out;
}

}  // namespace gatehouse::server
