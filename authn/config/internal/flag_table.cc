#include "authn/config/internal/flag_table.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/config/internal/flag_values.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {
namespace {

absl::Status Refuse(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, text);
}

// Returns the one client CA that flags make.
Config::ClientCa* FlagCa(Config* config) {
  if (config->client_cas().empty()) {
    config->add_client_cas()->set_name("client-ca");
  }
  return config->mutable_client_cas(0);
}

absl::Status AddRequiredClaim(const std::string& value, Config* config) {
  const auto pair = ParseGoPair(value);
  if (!pair.ok()) return pair.status();
  if (pair->first.empty()) {
    return Refuse(Reason::kInvalid, "the claim has no name");
  }
  auto& claims = *config->mutable_oidc()->mutable_required_claims();
  if (!claims.insert({pair->first, pair->second}).second) {
    return Refuse(Reason::kDuplicate, "the claim is required twice");
  }
  return absl::OkStatus();
}

absl::Status AddSigningAlgorithm(const std::string& value, Config* config) {
  static constexpr absl::string_view kAlgorithms[] = {
      "RS256", "RS384", "RS512", "ES256", "ES384",
      "ES512", "PS256", "PS384", "PS512"};
  if (!absl::c_linear_search(kAlgorithms, value)) {
    return Refuse(Reason::kInvalid,
                  "want RS, ES or PS with 256, 384 or 512, such as RS256");
  }
  config->mutable_oidc()->add_signing_algs(value);
  return absl::OkStatus();
}

absl::Status SetStale(const std::string& value, Config* config) {
  Config::Revocation* revocation = config->mutable_revocation();
  if (value == "refuse") {
    revocation->set_stale(Config::Revocation::REFUSE);
    return absl::OkStatus();
  }
  if (value == "trust") {
    revocation->set_stale(Config::Revocation::TRUST);
    return absl::OkStatus();
  }
  const absl::StatusOr<absl::Duration> grace = ParseGoDuration(value);
  if (!grace.ok() || *grace < absl::ZeroDuration()) {
    return Refuse(Reason::kMalformed,
                  "want refuse, trust, or a duration such as 1h");
  }
  revocation->set_stale(Config::Revocation::GRACE);
  revocation->set_grace_ns(absl::ToInt64Nanoseconds(*grace));
  return absl::OkStatus();
}

absl::Status SetPolicy(const std::string& value, Config* config) {
  if (value != "default" && value != "kubernetes") {
    return Refuse(Reason::kInvalid, "want default or kubernetes");
  }
  config->set_allow_weak_rsa(value == "kubernetes");
  return absl::OkStatus();
}

// Flag::for_tokens of what is about more than a token.
constexpr bool kOfRequests = false;

// By name.
constexpr FlagEntry kEntries[] = {
    {{"anonymous-auth", FlagForm::kBool, "",
      "Let requests without a credential in as system:anonymous; on by "
      "default",
      kOfRequests},
     nullptr,
     [](bool value, Config* config) { config->set_anonymous(value); }},
    {{"api-audiences", FlagForm::kList, "AUDIENCES",
      "Whom tokens must be good for, the first is this server's name; the "
      "service account issuers by default"},
     [](const std::string& value, Config* config) {
       config->add_api_audiences(value);
       return absl::OkStatus();
     }},
    {{"authentication-config", FlagForm::kText, "FILE",
      "AuthenticationConfiguration: JWT issuers and anonymous access"},
     [](const std::string& value, Config* config) {
       config->set_authentication_config_file(value);
       return absl::OkStatus();
     }},
    {{"authentication-token-webhook-cache-ttl", FlagForm::kDuration, "DURATION",
      "How long answers of the webhook are remembered; 2m by default"},
     nullptr,
     nullptr,
     [](int64_t nanoseconds, Config* config) {
       config->mutable_webhook()->set_cache_ttl_ns(nanoseconds);
     }},
    {{"authentication-token-webhook-config-file", FlagForm::kText, "FILE",
      "kubeconfig of the server that is asked about tokens by TokenReview"},
     [](const std::string& value, Config* config) {
       config->mutable_webhook()->set_kubeconfig_file(value);
       return absl::OkStatus();
     }},
    {{"authentication-token-webhook-version", FlagForm::kText, "VERSION",
      "Version of TokenReview, v1 or v1beta1; v1beta1 by default"},
     [](const std::string& value, Config* config) {
       config->mutable_webhook()->set_version(value);
       return absl::OkStatus();
     }},
    {{"client-ca-file", FlagForm::kText, "FILE",
      "PEM file with the CAs whose client certificates are trusted",
      kOfRequests},
     [](const std::string& value, Config* config) {
       FlagCa(config)->add_files(value);
       return absl::OkStatus();
     }},
    {{"client-crl-file", FlagForm::kRepeated, "FILE",
      "File with certificate revocation lists of those CAs, PEM or DER",
      kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_revocation()->add_crl_files(value);
       return absl::OkStatus();
     }},
    {{"client-ocsp-file", FlagForm::kRepeated, "FILE",
      "File with an OCSP response, DER", kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_revocation()->add_ocsp_files(value);
       return absl::OkStatus();
     }},
    {{"enable-bootstrap-token-auth", FlagForm::kBool, "",
      "Let Secrets of type bootstrap.kubernetes.io/token in kube-system "
      "authenticate"},
     nullptr,
     [](bool value, Config* config) {
       config->set_enable_bootstrap_token_auth(value);
     }},
    {{"oidc-ca-file", FlagForm::kText, "FILE",
      "PEM file with the CAs of the OIDC issuer; the system's by default"},
     [](const std::string& value, Config* config) {
       config->mutable_oidc()->set_ca_file(value);
       return absl::OkStatus();
     }},
    {{"oidc-client-id", FlagForm::kText, "ID",
      "Audience that tokens of the OIDC issuer must have"},
     [](const std::string& value, Config* config) {
       config->mutable_oidc()->set_client_id(value);
       return absl::OkStatus();
     }},
    {{"oidc-groups-claim", FlagForm::kText, "CLAIM",
      "Claim with the user's groups; none by default"},
     [](const std::string& value, Config* config) {
       config->mutable_oidc()->set_groups_claim(value);
       return absl::OkStatus();
     }},
    {{"oidc-groups-prefix", FlagForm::kText, "PREFIX",
      "What is put before each group"},
     [](const std::string& value, Config* config) {
       config->mutable_oidc()->set_groups_prefix(value);
       return absl::OkStatus();
     },
     nullptr,
     nullptr,
     true},
    {{"oidc-issuer-url", FlagForm::kText, "URL",
      "OIDC issuer whose tokens are accepted, https only"},
     [](const std::string& value, Config* config) {
       config->mutable_oidc()->set_issuer_url(value);
       return absl::OkStatus();
     }},
    {{"oidc-required-claim", FlagForm::kRepeated, "CLAIM=VALUE",
      "Claim that a token must have, with this value"},
     &AddRequiredClaim},
    {{"oidc-signing-algs", FlagForm::kList, "ALGORITHMS",
      "Algorithms that the OIDC issuer may sign with; RS256 by default"},
     &AddSigningAlgorithm},
    {{"oidc-username-claim", FlagForm::kText, "CLAIM",
      "Claim with the user's name; sub by default"},
     [](const std::string& value, Config* config) {
       config->mutable_oidc()->set_username_claim(value);
       return absl::OkStatus();
     }},
    {{"oidc-username-prefix", FlagForm::kText, "PREFIX",
      "What is put before each user name, - for nothing; the issuer's URL and "
      "# by default, except for the claim email"},
     [](const std::string& value, Config* config) {
       config->mutable_oidc()->set_username_prefix(value);
       return absl::OkStatus();
     },
     nullptr,
     nullptr,
     true},
    {{"requestheader-allowed-names", FlagForm::kList, "NAMES",
      "CommonNames of the proxies that may name users in headers; all of the "
      "CA by default",
      kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_request_header()->add_allowed_names(value);
       return absl::OkStatus();
     }},
    {{"requestheader-client-ca-file", FlagForm::kText, "FILE",
      "PEM file with the CAs of the proxies that may name users in headers",
      kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_request_header()->set_client_ca_file(value);
       return absl::OkStatus();
     }},
    {{"requestheader-extra-headers-prefix", FlagForm::kList, "PREFIXES",
      "Prefixes of headers with more about the user, such as X-Remote-Extra-",
      kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_request_header()->add_extra_header_prefixes(value);
       return absl::OkStatus();
     }},
    {{"requestheader-group-headers", FlagForm::kList, "HEADERS",
      "Headers with groups, such as X-Remote-Group", kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_request_header()->add_group_headers(value);
       return absl::OkStatus();
     }},
    {{"requestheader-uid-headers", FlagForm::kList, "HEADERS",
      "Headers with the uid; X-Remote-Uid must be among them", kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_request_header()->add_uid_headers(value);
       return absl::OkStatus();
     }},
    {{"requestheader-username-headers", FlagForm::kList, "HEADERS",
      "Headers with the user's name, such as X-Remote-User", kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_request_header()->add_username_headers(value);
       return absl::OkStatus();
     }},
    {{"require-revocation", FlagForm::kBool, "",
      "Refuse a certificate if no CRL or OCSP response covers its issuer",
      kOfRequests},
     nullptr,
     [](bool value, Config* config) {
       config->mutable_revocation()->set_require_coverage(value);
     }},
    {{"revocation-file", FlagForm::kText, "FILE",
      "Deny list of certificates, keys and users, YAML or JSON", kOfRequests},
     [](const std::string& value, Config* config) {
       config->mutable_revocation()->set_deny_list_file(value);
       return absl::OkStatus();
     }},
    {{"service-account-extend-token-expiration", FlagForm::kBool, "",
      "Let tokens for pods that ask for the customary hour live a year; on by "
      "default"},
     nullptr,
     [](bool value, Config* config) {
       config->mutable_service_account()->set_extend_token_expiration(value);
     }},
    {{"service-account-issuer", FlagForm::kRepeated, "ISSUER",
      "Accepted issuer of service account tokens; the first one signs"},
     [](const std::string& value, Config* config) {
       config->mutable_service_account()->add_issuers(value);
       return absl::OkStatus();
     }},
    {{"service-account-jwks-file", FlagForm::kRepeated, "FILE",
      "JSON Web Key Set whose keys verify service account tokens"},
     [](const std::string& value, Config* config) {
       config->mutable_service_account()->add_jwks_files(value);
       return absl::OkStatus();
     }},
    {{"service-account-jwks-uri", FlagForm::kText, "URL",
      "Where the discovery document says that the keys are, https only"},
     [](const std::string& value, Config* config) {
       config->mutable_service_account()->set_jwks_uri(value);
       return absl::OkStatus();
     }},
    {{"service-account-key-file", FlagForm::kRepeated, "FILE",
      "PEM file with keys that verify service account tokens, public or "
      "private"},
     [](const std::string& value, Config* config) {
       config->mutable_service_account()->add_key_files(value);
       return absl::OkStatus();
     }},
    {{"service-account-lookup", FlagForm::kBool, "",
      "Accept a stored token only as long as its Secret exists; on by default"},
     nullptr,
     [](bool value, Config* config) {
       config->mutable_service_account()->set_lookup(value);
     }},
    {{"service-account-max-token-expiration", FlagForm::kDuration, "DURATION",
      "Longest life of a token, 1h or more; not limited by default"},
     nullptr,
     nullptr,
     [](int64_t nanoseconds, Config* config) {
       config->mutable_service_account()->set_max_token_expiration_ns(
           nanoseconds);
     }},
    {{"service-account-signing-key-file", FlagForm::kText, "FILE",
      "PEM file with the private key that signs service account tokens"},
     [](const std::string& value, Config* config) {
       config->mutable_service_account()->set_signing_key_file(value);
       return absl::OkStatus();
     }},
    {{"stale-revocation", FlagForm::kText, "MODE",
      "What a list past its nextUpdate is worth: refuse the certificate, trust "
      "the list, or trust it for a DURATION more; refuse by default",
      kOfRequests},
     &SetStale},
    {{"token-auth-file", FlagForm::kText, "FILE",
      "CSV file of static tokens: token, user, uid, groups"},
     [](const std::string& value, Config* config) {
       config->set_token_auth_file(value);
       return absl::OkStatus();
     }},
    {{"verification-policy", FlagForm::kText, "NAME",
      "What is strong enough: default (RSA from 2048 bits) or kubernetes (from "
      "1024)",
      kOfRequests},
     &SetPolicy},
};

}  // namespace

absl::Span<const FlagEntry> FlagEntries() { return kEntries; }

const FlagEntry* FindFlagEntry(absl::string_view name) {
  const auto* found =
      std::lower_bound(std::begin(kEntries), std::end(kEntries), name,
                       [](const FlagEntry& entry, absl::string_view wanted) {
                         return entry.flag.name < wanted;
                       });
  return found != std::end(kEntries) && found->flag.name == name ? found
                                                                 : nullptr;
}

}  // namespace gatehouse::authn::internal
