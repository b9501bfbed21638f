#include "net/internal/request.h"

#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/percent.h"
#include "net/internal/fields.h"

namespace gatehouse::net::internal {
namespace {

struct StatusText {
  int status;
  absl::string_view text;
};

// Those that are common here (RFC 9110 section 15). Others go without: the
// phrase means nothing.
constexpr StatusText kStatusTexts[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

absl::string_view StatusTextOf(int status) {
  const auto* const found = absl::c_find_if(
      kStatusTexts,
      [status](const StatusText& s) { return s.status == status; });
  return found == std::end(kStatusTexts) ? "" : found->text;
}

// RFC 9110 section 5.6.7.
std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time,
                          absl::UTCTimeZone());
}

bool CanBeSent(const HttpResponse& response) {
  return response.status >= 200 && response.status <= 599 &&
         absl::c_all_of(response.headers.fields(), IsWritable);
}

bool HasBody(int status) { return status != 204 && status != 304; }

}  // namespace

int CompleteRequest(ServerRequest* request) {
  const absl::string_view target = request->target;
  // The absolute form, which names a host of its own beside Host, the
  // authority form and "*" are for proxies.
  if (!absl::StartsWith(target, "/")) return 400;
  if (absl::StrContains(target, '#')) return 400;
  const size_t question = target.find('?');
  auto path = PercentDecode(target.substr(0, question));
  if (!path.has_value()) return 400;
  request->path = *std::move(path);
  if (question != absl::string_view::npos) {
    request->query = std::string(target.substr(question + 1));
  }
  return request->headers.All("Host").size() == 1 ? 0 : 400;
}

HttpResponse PlainResponse(int status) {
  HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.body = absl::StrCat(status, " ", StatusTextOf(status), "\n");
  return response;
}

std::string SerializeResponse(const HttpResponse& response,
                              const ResponseFrame& frame) {
  if (!CanBeSent(response)) {
    return SerializeResponse(PlainResponse(500), frame);
  }
  std::string out = absl::StrCat("HTTP/1.1 ", response.status, " ",
                                 StatusTextOf(response.status), "\r\n");
  for (const auto& [name, value] : response.headers.fields()) {
    if (IsFraming(name) || absl::EqualsIgnoreCase(name, "Date")) continue;
    AppendField(name, value, &out);
  }
  AppendField("Date", HttpDate(frame.now), &out);
  if (frame.close) AppendField("Connection", "close", &out);
  if (HasBody(response.status)) {
    AppendField("Content-Length", absl::StrCat(response.body.size()), &out);
  }
  out.append("\r\n");
  if (HasBody(response.status) && !frame.head) out.append(response.body);
  return out;
}

}  // namespace gatehouse::net::internal
