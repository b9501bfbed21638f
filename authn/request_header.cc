#include "authn/request_header.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/internal/digest.h"
#include "authn/token/websocket.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/percent.h"
#include "base/user_info.h"

namespace gatehouse::authn {
namespace {

// What no client may set for the servers behind this one, whatever is
// configured.
constexpr absl::string_view kAlwaysRemoved[] = {
    "Authorization", "X-Remote-User", "X-Remote-Uid", "X-Remote-Group"};
constexpr absl::string_view kAlwaysRemovedPrefix = "X-Remote-Extra-";

// Returns the first value of the first of `names` whose first value is not
// empty; "" if there is none.
absl::string_view FirstValue(const std::vector<std::string>& names,
                             const Headers& headers) {
  for (const std::string& name : names) {
    const auto value = headers.First(name);
    if (value.has_value() && !value->empty()) return *value;
  }
  return "";
}

std::vector<std::string> AllValues(const std::vector<std::string>& names,
                                   const Headers& headers) {
  std::vector<std::string> values;
  for (const std::string& name : names) {
    for (const absl::string_view value : headers.All(name)) {
      if (!value.empty()) values.emplace_back(value);
    }
  }
  return values;
}

ExtraValues Extra(const std::vector<std::string>& prefixes,
                  const Headers& headers) {
  ExtraValues extra;
  for (const std::string& prefix : prefixes) {
    for (const auto& [name, value] : headers.fields()) {
      if (!absl::StartsWithIgnoreCase(name, prefix)) continue;
      const absl::string_view rest =
          absl::string_view(name).substr(prefix.size());
      extra[ExtraKeyFromHeader(rest)].push_back(value);
    }
  }
  return extra;
}

std::string CredentialId(const Request& request) {
  if (!request.tls || request.peer_certificates.empty()) return "";
  const auto digest = internal::Sha256(request.peer_certificates[0]);
  return absl::StrCat(
      "X509SHA256=",
      absl::BytesToHexString(absl::string_view(
          reinterpret_cast<const char*>(digest.data()), digest.size())));
}

absl::Status TrimAll(std::vector<std::string>* names) {
  for (std::string& name : *names) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(name);
    if (trimmed.empty()) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       absl::StrCat("empty header ", GoQuote(name)));
    }
    name = std::string(trimmed);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RequestHeaderConfig> ValidateRequestHeaders(
    RequestHeaderConfig config) {
  for (std::vector<std::string>* names :
       {&config.username_headers, &config.uid_headers, &config.group_headers,
        &config.extra_header_prefixes}) {
    absl::Status status = TrimAll(names);
    if (!status.ok()) return status;
  }
  return config;
}

RequestHeaderAuthenticator::RequestHeaderAuthenticator(
    RequestHeaderConfig config)
    : config_(std::move(config)) {}

absl::StatusOr<std::shared_ptr<const RequestHeaderAuthenticator>>
RequestHeaderAuthenticator::Create(RequestHeaderConfig config) {
  absl::StatusOr<RequestHeaderConfig> valid =
      ValidateRequestHeaders(std::move(config));
  if (!valid.ok()) return valid.status();
  return std::shared_ptr<const RequestHeaderAuthenticator>(
      new RequestHeaderAuthenticator(*std::move(valid)));
}

Result RequestHeaderAuthenticator::Authenticate(const Request& request) const {
  if (request.headers == nullptr) return Result();
  const Headers& headers = *request.headers;
  const absl::string_view name = FirstValue(config_.username_headers, headers);
  if (name.empty()) return Result();
  Authentication found;
  found.user.name = std::string(name);
  found.user.uid = std::string(FirstValue(config_.uid_headers, headers));
  found.user.groups = AllValues(config_.group_headers, headers);
  found.user.extra = Extra(config_.extra_header_prefixes, headers);
  found.authenticator = "request-header";
  found.credential_id = CredentialId(request);
  RemoveRequestHeaders(config_, request.headers);
  return found;
}

absl::StatusOr<std::shared_ptr<X509Verifier>> NewFrontProxy(
    RequestHeaderConfig config, X509Options options) {
  auto headers = RequestHeaderAuthenticator::Create(std::move(config));
  if (!headers.ok()) return headers.status();
  return std::make_shared<X509Verifier>(*std::move(headers),
                                        std::move(options));
}

void RemoveRequestHeaders(const RequestHeaderConfig& config, Headers* headers) {
  for (const std::vector<std::string>* names :
       {&config.username_headers, &config.uid_headers, &config.group_headers}) {
    for (const std::string& name : *names) headers->Remove(name);
  }
  for (const std::string& prefix : config.extra_header_prefixes) {
    headers->RemovePrefix(prefix);
  }
}

void StripCredentialHeaders(const RequestHeaderConfig* config,
                            Headers* headers) {
  for (const absl::string_view name : kAlwaysRemoved) headers->Remove(name);
  headers->RemovePrefix(kAlwaysRemovedPrefix);
  RemoveWebSocketTokens(headers);
  if (config != nullptr) RemoveRequestHeaders(*config, headers);
}

}  // namespace gatehouse::authn
