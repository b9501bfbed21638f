#include "server/request_info.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/percent.h"
#include "objects/names.h"
#include "server/internal/selectors.h"

namespace gatehouse::server {
namespace {

using Segments = absl::Span<const absl::string_view>;

std::vector<absl::string_view> SplitPath(absl::string_view path) {
  while (absl::ConsumePrefix(&path, "/")) {
  }
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  if (path.empty()) return {};
  return absl::StrSplit(path, '/');
}

absl::string_view VerbOfMethod(absl::string_view method) {
  constexpr std::pair<absl::string_view, absl::string_view> kVerbs[] = {
      {"POST", "create"}, {"GET", "get"},     {"HEAD", "get"},
      {"PUT", "update"},  {"PATCH", "patch"}, {"DELETE", "delete"},
  };
  for (const auto& [name, verb] : kVerbs) {
    if (name == method) return verb;
  }
  return "";
}

// The query's parameters that say something here: the first value of each.
struct ListQuery {
  absl::optional<std::string> watch;
  std::string field_selector;
  std::string label_selector;
  // False if an API server could not read it as the options of a list.
  bool readable = true;
};

bool IsInteger(absl::string_view text) {
  int64_t number = 0;
  return text.empty() || absl::SimpleAtoi(text, &number);
}

ListQuery ReadQuery(absl::string_view query) {
  ListQuery out;
  bool has_field = false;
  bool has_label = false;
  for (const absl::string_view part : absl::StrSplit(query, '&')) {
    // Go splits at "&" alone and drops a part with a semicolon in it.
    if (absl::StrContains(part, ';')) continue;
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    const absl::optional<std::string> key = QueryDecode(pair.first);
    const absl::optional<std::string> value = QueryDecode(pair.second);
    // What does not decode is no parameter, as in Go.
    if (!key.has_value() || !value.has_value()) continue;
    if (*key == "watch" && !out.watch.has_value()) {
      out.watch = value;
    } else if (*key == "fieldSelector" && !std::exchange(has_field, true)) {
      out.field_selector = *value;
    } else if (*key == "labelSelector" && !std::exchange(has_label, true)) {
      out.label_selector = *value;
    } else if (*key == "limit" || *key == "timeoutSeconds") {
      out.readable = out.readable && IsInteger(*value);
    }
  }
  return out;
}

bool SaysWatch(const ListQuery& query) {
  if (!query.watch.has_value()) return false;
  const std::string value = absl::AsciiStrToLower(*query.watch);
  return value != "false" && value != "0";
}

// The X of a field selector metadata.name=X; "" if it does not ask for one
// object.
std::string SelectedName(const ListQuery& query) {
  if (!query.readable || !internal::IsLabelSelector(query.label_selector)) {
    return "";
  }
  const auto terms = internal::ParseFieldSelector(query.field_selector);
  if (!terms.has_value()) return "";
  for (const internal::FieldTerm& term : *terms) {
    if (term.field != "metadata.name" || !term.equal) continue;
    return objects::CheckPathSegment(term.value).empty() ? term.value : "";
  }
  return "";
}

// Reads the namespace and leaves what begins with the resource.
Segments ReadNamespace(Segments parts, RequestInfo& info) {
  if (parts.empty() || parts[0] != "namespaces" || parts.size() < 2) {
    return parts;
  }
  info.namespace_ = std::string(parts[1]);
  // The namespace itself, or a part of it.
  if (parts.size() < 3 || parts[2] == "status" || parts[2] == "finalize") {
    return parts;
  }
  return parts.subspan(2);
}

// What a request for no particular object asks for.
void ReadCollection(absl::string_view query_text, bool verb_in_path,
                    RequestInfo& info) {
  const ListQuery query = ReadQuery(query_text);
  if (info.name.empty() && info.verb == "get") {
    info.verb = SaysWatch(query) ? "watch" : "list";
    info.name = SelectedName(query);
  }
  if (info.name.empty() && info.verb == "delete") {
    info.verb = "deletecollection";
  }
  if (!verb_in_path && (info.verb == "list" || info.verb == "watch" ||
                        info.verb == "deletecollection")) {
    info.field_selector = query.field_selector;
    info.label_selector = query.label_selector;
  }
}

}  // namespace

authz::Attributes RequestInfo::attributes(const UserInfo* user) const {
  authz::Attributes attributes;
  attributes.user = user;
  attributes.verb = verb;
  attributes.resource_request = resource_request;
  attributes.path = path;
  attributes.namespace_ = namespace_;
  attributes.api_group = api_group;
  attributes.api_version = api_version;
  attributes.resource = resource;
  attributes.subresource = subresource;
  attributes.name = name;
  return attributes;
}

absl::Status ParseRequestInfo(absl::string_view method, absl::string_view path,
                              absl::string_view query, RequestInfo* info) {
  *info = RequestInfo();
  info->path = std::string(path);
  info->verb = absl::AsciiStrToLower(method);
  const std::vector<absl::string_view> segments = SplitPath(path);
  Segments parts(segments);
  if (parts.size() < 3 || (parts[0] != "api" && parts[0] != "apis")) {
    return absl::OkStatus();
  }
  const bool grouped = parts[0] == "apis";
  if (grouped && parts.size() < 4) return absl::OkStatus();
  info->resource_request = true;
  info->api_prefix = std::string(parts[0]);
  if (grouped) info->api_group = std::string(parts[1]);
  info->api_version = std::string(parts[grouped ? 2 : 1]);
  parts.remove_prefix(grouped ? 3 : 2);

  const bool verb_in_path = parts[0] == "proxy" || parts[0] == "watch";
  if (verb_in_path) {
    if (parts.size() < 2) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kMalformed,
          absl::StrCat("unable to determine kind and namespace from url, ",
                       GoQuote(path)));
    }
    info->verb = std::string(parts[0]);
    parts.remove_prefix(1);
  } else {
    info->verb = std::string(VerbOfMethod(method));
  }
  parts = ReadNamespace(parts, *info);
  info->parts = std::vector<std::string>(parts.begin(), parts.end());
  if (!parts.empty()) info->resource = std::string(parts[0]);
  if (parts.size() > 1) info->name = std::string(parts[1]);
  // What follows a proxy's target is the target's own.
  if (parts.size() > 2 && info->verb != "proxy") {
    info->subresource = std::string(parts[2]);
  }
  ReadCollection(query, verb_in_path, *info);
  return absl::OkStatus();
}

}  // namespace gatehouse::server
