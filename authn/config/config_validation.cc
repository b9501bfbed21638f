// Contradictions of a configuration, in kube-apiserver's words where it has
// some.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/config/authentication_configuration.h"
#include "authn/config/flags.h"
#include "authn/config/internal/go_url.h"
#include "authn/serviceaccount/issuers.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

using Texts = std::vector<std::string>;
using TextSet = absl::flat_hash_set<absl::string_view>;

template <typename List>
bool HasBlank(const List& values) {
  return absl::c_any_of(values, [](const std::string& value) {
    return absl::StripAsciiWhitespace(value).empty();
  });
}

// Of a list that must not have entries of white space.
template <typename List>
void CheckNames(absl::string_view flag, const List& values, Texts* wrong) {
  if (HasBlank(values)) {
    wrong->push_back(absl::StrCat("empty value in ", GoQuote(flag)));
  }
}

template <typename List>
void CheckUnique(absl::string_view flag, const List& values, Texts* wrong) {
  TextSet seen;
  for (const std::string& value : values) {
    if (seen.insert(value).second) continue;
    wrong->push_back(
        absl::StrCat("--", flag, ": ", GoQuote(value), " is given twice"));
  }
}

void CheckClientCas(const Config& config, Texts* wrong) {
  TextSet names;
  for (const Config::ClientCa& ca : config.client_cas()) {
    const std::string shown = absl::StrCat("client CA ", GoQuote(ca.name()));
    if (ca.name().empty()) {
      wrong->push_back("a client CA without a name");
    } else if (!names.insert(ca.name()).second) {
      wrong->push_back(absl::StrCat(shown, " is there twice"));
    }
    if (ca.files().empty() || HasBlank(ca.files())) {
      wrong->push_back(absl::StrCat(shown, " has no file"));
    }
    CheckNames("allowed_common_names", ca.allowed_common_names(), wrong);
    CheckNames("refused_groups", ca.refused_groups(), wrong);
  }
}

void CheckRevocation(const Config& config, Texts* wrong) {
  if (!config.has_revocation()) return;
  const Config::Revocation& revocation = config.revocation();
  if (config.client_cas().empty() && !config.has_request_header()) {
    wrong->push_back(
        "revocation flags are set without --client-ca-file or "
        "--requestheader-client-ca-file");
  }
  CheckNames("client-crl-file", revocation.crl_files(), wrong);
  CheckUnique("client-crl-file", revocation.crl_files(), wrong);
  CheckNames("client-ocsp-file", revocation.ocsp_files(), wrong);
  CheckUnique("client-ocsp-file", revocation.ocsp_files(), wrong);
  if (revocation.grace_ns() < 0) {
    wrong->push_back("--stale-revocation must not be negative");
  }
}

void CheckRequestHeader(const Config& config, Texts* wrong) {
  if (!config.has_request_header()) return;
  const Config::RequestHeader& header = config.request_header();
  if (header.client_ca_file().empty()) {
    wrong->push_back(
        "--requestheader-client-ca-file is required when any requestheader-* "
        "flags are set");
  }
  if (header.username_headers().empty()) {
    wrong->push_back(
        "--requestheader-username-headers is required when any requestheader-* "
        "flags are set");
  }
  CheckNames("requestheader-username-headers", header.username_headers(),
             wrong);
  CheckNames("requestheader-uid-headers", header.uid_headers(), wrong);
  CheckNames("requestheader-group-headers", header.group_headers(), wrong);
  CheckNames("requestheader-extra-headers-prefix",
             header.extra_header_prefixes(), wrong);
  CheckNames("requestheader-allowed-names", header.allowed_names(), wrong);
  const bool standard_uid =
      absl::c_any_of(header.uid_headers(), [](const std::string& name) {
        return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(name),
                                      "X-Remote-Uid");
      });
  if (!header.uid_headers().empty() && !standard_uid) {
    wrong->push_back(
        "--requestheader-uid-headers is set without specifying the standard "
        "X-Remote-Uid header - API aggregation will not work");
  }
}

void CheckServiceAccountIssuers(const Config::ServiceAccount& accounts,
                                Texts* wrong) {
  if (accounts.issuers().empty()) {
    wrong->push_back("service-account-issuer is a required flag");
  }
  TextSet seen;
  for (const std::string& issuer : accounts.issuers()) {
    if (issuer.empty()) {
      wrong->push_back("service-account-issuer should not be an empty string");
      continue;
    }
    if (absl::StrContains(issuer, ":")) {
      const auto url = internal::ParseGoUrl(issuer);
      if (!url.ok()) {
        wrong->push_back(absl::StrCat("service-account-issuer ",
                                      GoQuote(issuer),
                                      " contained a ':' but was not a valid "
                                      "URL: ",
                                      url.status().message()));
        continue;
      }
    }
    if (!seen.insert(issuer).second) {
      wrong->push_back(absl::StrCat("service-account-issuer ", GoQuote(issuer),
                                    " is already specified"));
    }
  }
}

void CheckJwksUri(const std::string& uri, Texts* wrong) {
  if (uri.empty()) return;
  const auto url = internal::ParseGoUrl(uri);
  if (!url.ok()) {
    wrong->push_back(
        absl::StrCat("service-account-jwks-uri must be a valid "
                     "URL: ",
                     url.status().message()));
  } else if (url->scheme != "https") {
    wrong->push_back(absl::StrCat(
        "service-account-jwks-uri requires https scheme, parsed as: ", uri));
  }
}

void CheckServiceAccount(const Config& config, Texts* wrong) {
  if (!config.has_service_account()) return;
  const Config::ServiceAccount& accounts = config.service_account();
  CheckServiceAccountIssuers(accounts, wrong);
  if (accounts.key_files().empty() && accounts.jwks_files().empty()) {
    wrong->push_back(
        "either `--service-account-key-file` or `--service-account-jwks-file` "
        "must be set");
  }
  CheckNames("service-account-key-file", accounts.key_files(), wrong);
  CheckUnique("service-account-key-file", accounts.key_files(), wrong);
  CheckNames("service-account-jwks-file", accounts.jwks_files(), wrong);
  CheckUnique("service-account-jwks-file", accounts.jwks_files(), wrong);
  CheckJwksUri(accounts.jwks_uri(), wrong);
  const absl::Status most = ValidateMaxTokenLifetime(
      absl::Nanoseconds(accounts.max_token_expiration_ns()));
  if (!most.ok()) wrong->emplace_back(most.message());
}

void CheckOidc(const Config& config, Texts* wrong) {
  if (!config.has_oidc()) return;
  const Config::Oidc& oidc = config.oidc();
  if (!config.authentication_config_file().empty()) {
    wrong->push_back(
        "authentication-config file and oidc-* flags are mutually exclusive");
    return;
  }
  if (oidc.issuer_url().empty() || oidc.client_id().empty()) {
    wrong->push_back(
        "oidc-issuer-url and oidc-client-id must be specified together when "
        "any oidc-* flags are set");
    return;
  }
  if (!oidc.groups_prefix().empty() && oidc.groups_claim().empty()) {
    wrong->push_back("--oidc-groups-prefix is set without --oidc-groups-claim");
  }
  k8s::AuthenticationConfiguration configuration;
  *configuration.add_jwt() = JwtAuthenticatorOfFlags(oidc, "");
  const std::vector<std::string> taken(
      config.service_account().issuers().begin(),
      config.service_account().issuers().end());
  AuthenticationConfigurationOptions options;
  options.disallowed_issuers = taken;
  const absl::Status status =
      CheckAuthenticationConfiguration(configuration, options);
  if (!status.ok()) {
    wrong->push_back(
        absl::StrCat("oidc-* flags: invalid authentication configuration: ",
                     status.message()));
  }
}

void CheckWebhook(const Config& config, Texts* wrong) {
  if (!config.has_webhook()) return;
  const Config::Webhook& webhook = config.webhook();
  if (webhook.kubeconfig_file().empty()) {
    wrong->push_back(
        "--authentication-token-webhook-config-file is required when any "
        "authentication-token-webhook-* flags are set");
  }
  if (webhook.version() != "v1" && webhook.version() != "v1beta1") {
    wrong->push_back(
        absl::StrCat("unsupported authentication webhook version ",
                     GoQuote(webhook.version()),
                     ", supported versions are \"v1\", \"v1beta1\" "
                     "(--authentication-token-webhook-version)"));
  }
  if (webhook.cache_ttl_ns() < 0) {
    wrong->push_back(
        "--authentication-token-webhook-cache-ttl must not be negative");
  }
}

}  // namespace

absl::Status ValidateConfig(const Config& config) {
  Texts wrong;
  CheckClientCas(config, &wrong);
  CheckRevocation(config, &wrong);
  CheckRequestHeader(config, &wrong);
  CheckServiceAccount(config, &wrong);
  CheckNames("api-audiences", config.api_audiences(), &wrong);
  CheckUnique("api-audiences", config.api_audiences(), &wrong);
  CheckOidc(config, &wrong);
  CheckWebhook(config, &wrong);
  if (config.token_cache().success_ttl_ns() < 0 ||
      config.token_cache().failure_ttl_ns() < 0) {
    wrong.push_back("the times of the token cache must not be negative");
  }
  if (wrong.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   AggregateMessages(wrong));
}

}  // namespace gatehouse::authn
