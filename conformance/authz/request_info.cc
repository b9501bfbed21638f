// authz/requestinfo.json: what a method and a URL ask for.
#include "server/request_info.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/percent.h"
#include "conformance/areas.h"

namespace gatehouse::conformance {

void RunRequestInfo(Check& check) {
  const std::string url = check.input().Text("url");
  const size_t mark = url.find('?');
  const absl::string_view path = absl::string_view(url).substr(0, mark);
  const absl::string_view query = mark == std::string::npos
                                      ? absl::string_view()
                                      : absl::string_view(url).substr(mark + 1);
  server::RequestInfo info;
  const absl::Status status =
      server::ParseRequestInfo(check.input().Text("method"),
                               PercentDecode(path).value_or(""), query, &info);
  check.Bool("error", !status.ok());
  check.Bool("isResourceRequest", info.resource_request);
  check.Text("verb", info.verb);
  check.Text("apiPrefix", info.api_prefix);
  check.Text("apiGroup", info.api_group);
  check.Text("apiVersion", info.api_version);
  check.Text("namespace", info.namespace_);
  check.Text("resource", info.resource);
  check.Text("subresource", info.subresource);
  check.Text("name", info.name);
  check.Text("fieldSelector", info.field_selector);
  check.Text("labelSelector", info.label_selector);
  check.Texts("parts", info.parts);
}

}  // namespace gatehouse::conformance
