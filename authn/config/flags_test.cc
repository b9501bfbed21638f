#include "authn/config/flags.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using Args = std::vector<absl::string_view>;

absl::Status Parse(const Args& args, Config* config) {
  return ParseFlags(args, config, nullptr);
}

Config FromText(const std::string& text) {
  Config config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config))
      << text;
  return config;
}

struct Good {
  Args args;
  const char* config;  // As text.
};

void ExpectParses(const std::vector<Good>& rows) {
  for (const Good& row : rows) {
    Config config;
    const absl::Status status = Parse(row.args, &config);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
        config, FromText(row.config)))
        << config.DebugString() << "want: " << row.config;
  }
}

TEST(FlagsTest, EachFlagSetsItsField) {
  ExpectParses({
      {{}, ""},
      {{"--anonymous-auth"}, "anonymous: true"},
      {{"--anonymous-auth=false"}, "anonymous: false"},
      {{"--api-audiences=a,b", "--api-audiences", "c"},
       R"(api_audiences: ["a", "b", "c"])"},
      {{"--authentication-config", "f"}, "authentication_config_file: 'f'"},
      {{"--authentication-token-webhook-config-file=f",
        "--authentication-token-webhook-version=v1",
        "--authentication-token-webhook-cache-ttl=1m30s"},
       "webhook { kubeconfig_file: 'f' version: 'v1' "
       "cache_ttl_ns: 90000000000 }"},
      {{"--client-ca-file=ca.crt"},
       "client_cas { name: 'client-ca' files: 'ca.crt' }"},
      {{"--client-ca-file=a", "--client-crl-file=b,c", "--client-crl-file=d",
        "--client-ocsp-file=e", "--revocation-file=f", "--require-revocation"},
       "client_cas { name: 'client-ca' files: 'a' } revocation { "
       "crl_files: ['b,c', 'd'] ocsp_files: 'e' deny_list_file: 'f' "
       "require_coverage: true }"},
      {{"--client-ca-file=a", "--stale-revocation=trust"},
       "client_cas { name: 'client-ca' files: 'a' } "
       "revocation { stale: TRUST }"},
      {{"--client-ca-file=a", "--stale-revocation=refuse"},
       "client_cas { name: 'client-ca' files: 'a' } "
       "revocation { stale: REFUSE }"},
      {{"--client-ca-file=a", "--stale-revocation=1h"},
       "client_cas { name: 'client-ca' files: 'a' } "
       "revocation { stale: GRACE grace_ns: 3600000000000 }"},
      {{"--verification-policy=kubernetes"}, "allow_weak_rsa: true"},
      {{"--verification-policy=default"}, "allow_weak_rsa: false"},
      {{"--enable-bootstrap-token-auth"}, "enable_bootstrap_token_auth: true"},
      {{"--token-auth-file", "t.csv"}, "token_auth_file: 't.csv'"},
  });
}

TEST(FlagsTest, RequestHeader) {
  ExpectParses({
      {{"--requestheader-client-ca-file=ca", "--requestheader-username-headers",
        "X-Remote-User,X-User", "--requestheader-uid-headers=x-remote-uid",
        "--requestheader-group-headers=G",
        "--requestheader-extra-headers-prefix=E-,F-",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-allowed-names=other"},
       "request_header { client_ca_file: 'ca' "
       "username_headers: ['X-Remote-User', 'X-User'] "
       "uid_headers: 'x-remote-uid' group_headers: 'G' "
       "extra_header_prefixes: ['E-', 'F-'] "
       "allowed_names: ['front-proxy', 'other'] }"},
  });
}

TEST(FlagsTest, ServiceAccounts) {
  ExpectParses({
      {{"--service-account-issuer=https://a,b", "--service-account-issuer=c",
        "--service-account-key-file=k1", "--service-account-key-file=k2",
        "--service-account-jwks-file=j",
        "--service-account-jwks-uri=https://a/jwks",
        "--service-account-signing-key-file=s",
        "--service-account-lookup=false",
        "--service-account-extend-token-expiration=0",
        "--service-account-max-token-expiration=48h"},
       "service_account { issuers: ['https://a,b', 'c'] "
       "key_files: ['k1', 'k2'] jwks_files: 'j' jwks_uri: 'https://a/jwks' "
       "signing_key_file: 's' lookup: false extend_token_expiration: false "
       "max_token_expiration_ns: 172800000000000 }"},
  });
  const Config config;
  EXPECT_TRUE(config.service_account().lookup());
  EXPECT_TRUE(config.service_account().extend_token_expiration());
}

TEST(FlagsTest, Oidc) {
  ExpectParses({
      {{"--oidc-issuer-url=https://i", "--oidc-client-id=c"},
       "oidc { issuer_url: 'https://i' client_id: 'c' }"},
      {{"--oidc-issuer-url=https://i", "--oidc-client-id=c",
        "--oidc-username-claim=email", "--oidc-username-prefix=-",
        "--oidc-groups-claim=g", "--oidc-groups-prefix=",
        "--oidc-required-claim=a=b,c=d", "--oidc-required-claim",
        "e=", "--oidc-signing-algs=ES256,PS512", "--oidc-ca-file=f"},
       "oidc { issuer_url: 'https://i' client_id: 'c' username_claim: 'email' "
       "username_prefix: '-' groups_claim: 'g' groups_prefix: '' "
       "required_claims { key: 'a' value: 'b,c=d' } "
       "required_claims { key: 'e' value: '' } "
       "signing_algs: ['ES256', 'PS512'] ca_file: 'f' }"},
      {{"--oidc-issuer-url=https://i", "--oidc-client-id=c",
        "--oidc-username-prefix="},
       "oidc { issuer_url: 'https://i' client_id: 'c' username_prefix: '' }"},
  });
  const Config config;
  EXPECT_EQ(config.oidc().username_claim(), "sub");
  EXPECT_EQ(config.webhook().version(), "v1beta1");
  EXPECT_EQ(config.webhook().cache_ttl_ns(), 120'000'000'000);
  EXPECT_EQ(config.token_cache().success_ttl_ns(), 10'000'000'000);
}

struct Bad {
  Args args;
  Reason reason;
  const char* error;
};

void ExpectRefused(const std::vector<Bad>& rows) {
  for (const Bad& row : rows) {
    Config config;
    config.set_token_auth_file("before");
    const absl::Status status = Parse(row.args, &config);
    EXPECT_EQ(status.message(), row.error);
    EXPECT_EQ(ReasonOf(status), row.reason) << row.error;
    EXPECT_EQ(config.ByteSizeLong(), 0) << row.error;
  }
}

TEST(FlagsTest, Syntax) {
  ExpectRefused({
      {{"--nope"}, Reason::kUnknownField, "unknown flag: --nope"},
      {{"--nope=1"}, Reason::kUnknownField, "unknown flag: --nope"},
      {{"--client_ca_file=x"},
       Reason::kUnknownField,
       "unknown flag: --client_ca_file"},
      {{"-c"}, Reason::kUnknownField, "unknown shorthand flag: \"c\" in -c"},
      {{"--=x"}, Reason::kMalformed, "bad flag syntax: --=x"},
      {{"---client-ca-file=x"},
       Reason::kMalformed,
       "bad flag syntax: ---client-ca-file=x"},
      {{"--client-ca-file"},
       Reason::kMalformed,
       "flag needs an argument: --client-ca-file"},
      {{"stray"}, Reason::kMalformed, "unexpected argument \"stray\""},
      {{"--anonymous-auth", "false"},
       Reason::kMalformed,
       "unexpected argument \"false\""},
      {{"--anonymous-auth=no"},
       Reason::kMalformed,
       "invalid argument \"no\" for \"--anonymous-auth\" flag: "
       "strconv.ParseBool: parsing \"no\": invalid syntax"},
      {{absl::StrCat("--anonymous-auth=", std::string(65, 'x'))},
       Reason::kMalformed,
       "invalid argument of 65 bytes for \"--anonymous-auth\" flag: invalid "
       "syntax"},
      {{std::string(65, 'x')},
       Reason::kMalformed,
       "unexpected argument of 65 bytes"},
      {{"--authentication-token-webhook-cache-ttl=5"},
       Reason::kMalformed,
       "invalid argument \"5\" for "
       "\"--authentication-token-webhook-cache-ttl\" flag: time: missing unit "
       "in duration \"5\""},
      {{"--api-audiences=\"a"},
       Reason::kMalformed,
       "invalid argument \"\\\"a\" for \"--api-audiences\" flag: extraneous or "
       "missing \" in quoted-field"},
      {{"--token-auth-file=a", "--token-auth-file=b"},
       Reason::kDuplicate,
       "--token-auth-file is given twice"},
      {{"--anonymous-auth", "--anonymous-auth=false"},
       Reason::kDuplicate,
       "--anonymous-auth is given twice"},
  });
}

TEST(FlagsTest, EmptyValues) {
  for (const Flag& flag : AuthenticationFlags()) {
    if (flag.form == FlagForm::kBool || flag.form == FlagForm::kDuration ||
        flag.name == "oidc-username-prefix" ||
        flag.name == "oidc-groups-prefix") {
      continue;
    }
    const std::string empty = absl::StrCat("--", flag.name, "=");
    Config config;
    const absl::Status status = Parse({empty}, &config);
    EXPECT_EQ(status.message(),
              absl::StrCat("empty value in \"--", flag.name, "\""));
    EXPECT_EQ(ReasonOf(status), Reason::kInvalid);
  }
  ExpectRefused({
      {{"--api-audiences=a,,b"},
       Reason::kInvalid,
       "empty value in \"--api-audiences\""},
      {{"--requestheader-allowed-names=a,"},
       Reason::kInvalid,
       "empty value in \"--requestheader-allowed-names\""},
  });
}

TEST(FlagsTest, ValuesThatMakeNoSense) {
  ExpectRefused({
      {{"--oidc-signing-algs=RS256,none"},
       Reason::kInvalid,
       "invalid argument \"RS256,none\" for \"--oidc-signing-algs\" flag: want "
       "RS, ES or PS with 256, 384 or 512, such as RS256"},
      {{"--oidc-signing-algs=HS256"},
       Reason::kInvalid,
       "invalid argument \"HS256\" for \"--oidc-signing-algs\" flag: want RS, "
       "ES or PS with 256, 384 or 512, such as RS256"},
      {{"--oidc-required-claim=a"},
       Reason::kMalformed,
       "invalid argument \"a\" for \"--oidc-required-claim\" flag: malformed "
       "pair, expect string=string"},
      {{"--oidc-required-claim==b"},
       Reason::kInvalid,
       "invalid argument \"=b\" for \"--oidc-required-claim\" flag: the claim "
       "has no name"},
      {{"--oidc-required-claim=a=b", "--oidc-required-claim=a=c"},
       Reason::kDuplicate,
       "invalid argument \"a=c\" for \"--oidc-required-claim\" flag: the claim "
       "is required twice"},
      {{"--stale-revocation=maybe"},
       Reason::kMalformed,
       "invalid argument \"maybe\" for \"--stale-revocation\" flag: want "
       "refuse, trust, or a duration such as 1h"},
      {{"--stale-revocation=-1h"},
       Reason::kMalformed,
       "invalid argument \"-1h\" for \"--stale-revocation\" flag: want refuse, "
       "trust, or a duration such as 1h"},
      {{"--verification-policy=weak"},
       Reason::kInvalid,
       "invalid argument \"weak\" for \"--verification-policy\" flag: want "
       "default or kubernetes"},
      {{"--authentication-token-webhook-config-file=f",
        "--authentication-token-webhook-version=v2"},
       Reason::kInvalid,
       "unsupported authentication webhook version \"v2\", supported versions "
       "are \"v1\", \"v1beta1\" (--authentication-token-webhook-version)"},
      {{"--authentication-token-webhook-config-file=f",
        "--authentication-token-webhook-cache-ttl", "-1s"},
       Reason::kInvalid,
       "--authentication-token-webhook-cache-ttl must not be negative"},
      {{"--api-audiences=a,a"},
       Reason::kInvalid,
       "--api-audiences: \"a\" is given twice"},
      {{"--client-ca-file=a", "--client-crl-file=b", "--client-crl-file=b"},
       Reason::kInvalid,
       "--client-crl-file: \"b\" is given twice"},
  });
}

TEST(FlagsTest, FlagsThatNeedOthers) {
  ExpectRefused({
      {{"--authentication-token-webhook-version=v1"},
       Reason::kInvalid,
       "--authentication-token-webhook-config-file is required when any "
       "authentication-token-webhook-* flags are set"},
      {{"--client-crl-file=a"},
       Reason::kInvalid,
       "revocation flags are set without --client-ca-file or "
       "--requestheader-client-ca-file"},
      {{"--requestheader-group-headers=a"},
       Reason::kInvalid,
       "[--requestheader-client-ca-file is required when any requestheader-* "
       "flags are set, --requestheader-username-headers is required when any "
       "requestheader-* flags are set]"},
      {{"--requestheader-client-ca-file=f",
        "--requestheader-username-headers=X-Remote-User, "},
       Reason::kInvalid,
       "empty value in \"requestheader-username-headers\""},
      {{"--requestheader-client-ca-file=f",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-uid-headers=X-Uid"},
       Reason::kInvalid,
       "--requestheader-uid-headers is set without specifying the standard "
       "X-Remote-Uid header - API aggregation will not work"},
      {{"--service-account-lookup"},
       Reason::kInvalid,
       "[service-account-issuer is a required flag, either "
       "`--service-account-key-file` or `--service-account-jwks-file` must be "
       "set]"},
      {{"--service-account-key-file=k", "--service-account-issuer=a",
        "--service-account-issuer=a"},
       Reason::kInvalid,
       "service-account-issuer \"a\" is already specified"},
      {{"--service-account-key-file=k", "--service-account-issuer=:a"},
       Reason::kInvalid,
       "service-account-issuer \":a\" contained a ':' but was not a valid URL: "
       "parse \":a\": missing protocol scheme"},
      {{"--service-account-key-file=k", "--service-account-issuer=a",
        "--service-account-max-token-expiration=59m"},
       Reason::kInvalid,
       "the service-account-max-token-expiration must be between 1 hour and "
       "2^32 seconds"},
      {{"--service-account-key-file=k", "--service-account-issuer=a",
        "--service-account-jwks-uri=http://a"},
       Reason::kInvalid,
       "service-account-jwks-uri requires https scheme, parsed as: http://a"},
      {{"--service-account-key-file=k", "--service-account-issuer=a",
        "--service-account-jwks-uri=https://a:b"},
       Reason::kInvalid,
       "service-account-jwks-uri must be a valid URL: parse \"https://a:b\": "
       "invalid port \":b\" after host"},
      {{"--oidc-issuer-url=https://a"},
       Reason::kInvalid,
       "oidc-issuer-url and oidc-client-id must be specified together when any "
       "oidc-* flags are set"},
      {{"--oidc-groups-prefix="},
       Reason::kInvalid,
       "oidc-issuer-url and oidc-client-id must be specified together when any "
       "oidc-* flags are set"},
      {{"--authentication-config=f", "--oidc-client-id=a"},
       Reason::kInvalid,
       "authentication-config file and oidc-* flags are mutually exclusive"},
      {{"--oidc-issuer-url=http://a", "--oidc-client-id=c"},
       Reason::kInvalid,
       "oidc-* flags: invalid authentication configuration: "
       "jwt[0].issuer.url: Invalid value: \"http://a\": URL scheme must be "
       "https"},
      {{"--oidc-issuer-url=https://a", "--oidc-client-id=c",
        "--service-account-issuer=https://a", "--service-account-key-file=k"},
       Reason::kInvalid,
       "oidc-* flags: invalid authentication configuration: "
       "jwt[0].issuer.url: Invalid value: \"https://a\": URL must not overlap "
       "with disallowed issuers: [https://a]"},
  });
}

TEST(FlagsTest, ConfigurationsThatNoFlagsMade) {
  const std::pair<const char*, const char*> kRows[] = {
      {"client_cas { files: 'a' }", "a client CA without a name"},
      {"client_cas { name: 'a' files: 'x' } client_cas { name: 'a' files: 'y' "
       "}",
       "client CA \"a\" is there twice"},
      {"client_cas { name: 'a' }", "client CA \"a\" has no file"},
      {"client_cas { name: 'a' files: '' }", "client CA \"a\" has no file"},
      {"client_cas { name: 'a' files: 'x' refused_groups: ' ' }",
       "empty value in \"refused_groups\""},
      {"service_account { key_files: 'a' issuers: '' }",
       "service-account-issuer should not be an empty string"},
      {"token_cache { success_ttl_ns: -1 }",
       "the times of the token cache must not be negative"},
  };
  for (const auto& [text, error] : kRows) {
    EXPECT_EQ(ValidateConfig(FromText(text)).message(), error);
  }
}

TEST(FlagsTest, RestIsHandedOn) {
  std::vector<absl::string_view> rest;
  Config config;
  const absl::Status status =
      ParseFlags({"a", "--token-auth-file", "t", "-", "--anonymous-auth", "b",
                  "--", "--nope", "c"},
                 &config, &rest);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(rest, Args({"a", "-", "b", "--nope", "c"}));
  EXPECT_TRUE(config.anonymous());
}

// What a manual and a command line library rely on.
TEST(FlagsTest, TableIsSound) {
  absl::string_view last;
  for (const Flag& flag : AuthenticationFlags()) {
    EXPECT_LT(last, flag.name);
    last = flag.name;
    EXPECT_EQ(flag.value.empty(), flag.form == FlagForm::kBool) << flag.name;
    EXPECT_FALSE(flag.help.empty()) << flag.name;
    EXPECT_FALSE(absl::EndsWith(flag.help, ".")) << flag.name;
    ASSERT_NE(FindAuthenticationFlag(flag.name), nullptr) << flag.name;
    EXPECT_EQ(FindAuthenticationFlag(flag.name)->help, flag.help) << flag.name;
  }
  EXPECT_EQ(FindAuthenticationFlag(""), nullptr);
  EXPECT_EQ(FindAuthenticationFlag("zzz"), nullptr);
}

}  // namespace
}  // namespace gatehouse::authn
