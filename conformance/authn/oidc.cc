// JWT authenticators: from a token of an issuer to a user.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/config/authentication_configuration.h"
#include "authn/jose/key_set.h"
#include "authn/jose/sign.h"
#include "authn/oidc/jwt_authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "base/user_info.h"
#include "conformance/areas.h"
#include "conformance/check.h"
#include "conformance/fields.h"
#include "conformance/files.h"
#include "objects/node.h"
#include "pki/private_key.h"
#include "proto/apiserver_config.pb.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"

namespace gatehouse::conformance {
namespace {

using ::gatehouse::testing::FakeHttpClient;
using objects::Node;

// What stands for the server of the cases: nothing is sent.
constexpr char kUrl[] = "https://issuer.test";
// The hour before that of the cases, as Go shows it where it is UTC.
constexpr char kExpired[] = "2009-11-10 22:00:00 +0000 UTC";

std::string Filled(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"{{URL}}", kUrl}, {"{{EXPIRED}}", kExpired}});
}

// How an error of a class shows itself here.
struct ErrorClass {
  absl::string_view name;
  Reason reason;
  absl::string_view text;
};

constexpr ErrorClass kErrorClasses[] = {
    {"audience", Reason::kWrongAudience, "expected audience"},
    {"claim_missing", Reason::kInvalid, "claim not present"},
    {"email_not_verified", Reason::kInvalid, "email not verified"},
    {"email_verified_type", Reason::kInvalid, "'email_verified' claim"},
    {"claim_type", Reason::kInvalid, "cannot unmarshal"},
    {"expired", Reason::kExpired, "token is expired"},
    {"not_before", Reason::kNotYetValid, "not before"},
    {"required_claim", Reason::kInvalid, "required claim"},
    {"signature", Reason::kBadSignature, "failed to verify signature"},
    {"signature", Reason::kNotFound, "failed to verify signature"},
    {"signing_alg", Reason::kInvalid, "unsupported algorithm"},
    {"verify_claim_sources", Reason::kInvalid, "source does not exist"},
};

std::string ClassOf(const absl::Status& status) {
  const absl::string_view text = status.message();
  // Whatever went wrong with them.
  if (absl::StrContains(text, "distributed claims: ")) {
    return "distributed_claims";
  }
  for (const ErrorClass& known : kErrorClasses) {
    if (ReasonOf(status) == known.reason &&
        absl::StrContains(text, known.text)) {
      return std::string(known.name);
    }
  }
  return absl::StrCat("none known: ", ReasonName(ReasonOf(status)));
}

// Key is one of the file's, {key, alg} in a case.
class Key {
 public:
  Key(const Node& named, Check& check) : check_(check) {
    const Node* name = named.Find("key");
    const Node* alg = named.Find("alg");
    const Node* file = check.context().file;
    const Node* all = file == nullptr ? nullptr : file->Find("keys");
    if (name == nullptr || alg == nullptr || all == nullptr) {
      check.Fail("a key must have a name and an alg");
      return;
    }
    entry_ = all->Find(name->text());
    alg_ = alg->text();
    if (entry_ == nullptr) {
      check.Fail(absl::StrCat("there is no key \"", name->text(), "\""));
    }
  }

  std::string Jwk() const {
    const Node* jwk = entry_ == nullptr ? nullptr : entry_->Find("jwk");
    if (jwk == nullptr) return "{}";
    std::vector<std::string> members = {absl::StrCat(R"("alg":")", alg_, "\"")};
    for (const objects::MapEntry& member : jwk->entries()) {
      members.push_back(absl::StrCat("\"", member.key.text(), "\":\"",
                                     member.value.text(), "\""));
    }
    return absl::StrCat("{", absl::StrJoin(members, ","), "}");
  }

  // By the algorithm that is natural to the key: the others' tokens are given.
  std::string Sign(absl::string_view payload) const {
    const Node* file =
        entry_ == nullptr ? nullptr : entry_->Find("private_key_pem_file");
    const Node* kid = entry_ == nullptr ? nullptr : entry_->Find("kid");
    if (file == nullptr || kid == nullptr) return "";
    const auto pem =
        ReadFile(absl::StrCat(check_.context().directory, "/", file->text()));
    const auto key = pem.ok() ? pki::PrivateKey::FromPem(*pem) : pem.status();
    const auto token = key.ok()
                           ? authn::SignCompact(payload, *key, kid->text(), "")
                           : key.status();
    if (token.ok()) return *token;
    check_.Fail(std::string(token.status().message()));
    return "";
  }

 private:
  Check& check_;
  const Node* entry_ = nullptr;
  absl::string_view alg_;
};

std::string DecodeJwks(Check& check) {
  std::vector<std::string> keys;
  for (const Node& node : check.input().List("jwks")) {
    keys.push_back(Key(node, check).Jwk());
  }
  return absl::StrCat("{\"keys\":[", absl::StrJoin(keys, ","), "]}");
}

k8s::JWTAuthenticator DecodeConfig(Check& check) {
  auto config =
      check.input().Message<k8s::JWTAuthenticator>("jwt_authenticator");
  for (std::string* url : {config.mutable_issuer()->mutable_url(),
                           config.mutable_issuer()->mutable_discoveryurl()}) {
    *url = Filled(*url);
  }
  return config;
}

HttpResponse Answered(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

// The endpoints of distributed claims: each wants its header and returns a
// token of the key that signs everything.
void ServeEndpoints(const absl::optional<Key>& key, FakeHttpClient* http,
                    Check& check) {
  Fields endpoints = check.input().Object("distributed_endpoints");
  for (const objects::MapEntry& entry : endpoints.TakeAll()) {
    Fields endpoint = endpoints.Object(entry.key.text());
    const std::string claims = Filled(endpoint.Text("claims_json"));
    const std::string want = endpoint.Text("require_authorization");
    if (endpoint.Text("signed_with") != "signing_key" || !key.has_value()) {
      check.Fail("signed_with: want \"signing_key\", and one");
      continue;
    }
    http->AnswerWith(
        absl::StrCat(kUrl, entry.key.text()),
        [want, token = key->Sign(claims)](
            const HttpRequest& request) -> absl::StatusOr<HttpResponse> {
          const auto got = request.headers.First("Authorization");
          if (got.value_or("") != want) return Answered(401, "");
          return Answered(200, token);
        });
  }
}

// Makes the server of the case.
std::shared_ptr<FakeHttpClient> DecodeServer(const k8s::Issuer& issuer,
                                             const std::string& jwks,
                                             const absl::optional<Key>& key,
                                             Check& check) {
  auto http = std::make_shared<FakeHttpClient>();
  // Nobody is there who is not told of below.
  absl::string_view host = issuer.url();
  host.remove_prefix(std::min<size_t>(host.size(), 8));
  http->Fail(absl::StrCat(issuer.url(), "/.well-known/openid-configuration"),
             absl::UnavailableError(
                 absl::StrCat("dial tcp: lookup ", host, ": no such host")));
  if (check.input().Has("discovery_document_json")) {
    const std::string document =
        Filled(check.input().Text("discovery_document_json"));
    for (const char* path : {"", "/c/d/bar"}) {
      http->Answer(
          absl::StrCat(kUrl, path, "/.well-known/openid-configuration"), 200,
          document);
    }
  }
  http->Answer(absl::StrCat(kUrl, "/.testing/keys"), 200, jwks);
  ServeEndpoints(key, http.get(), check);
  return http;
}

// Gives the authenticator its way to the server, as the case says.
void DecodeClient(std::shared_ptr<FakeHttpClient> http,
                  authn::JwtAuthenticatorOptions* options, Check& check) {
  const std::string client = check.input().Text("http_client");
  absl::string_view failure = client;
  if (client.empty()) {
    options->http_client_factory = http->Factory();
  } else if (client == "default client") {
    options->http_client = http;
    options->http_client_factory = http->Factory();
  } else if (absl::ConsumePrefix(&failure,
                                 "transport that fails every request with: ")) {
    auto failing = std::make_shared<FakeHttpClient>();
    failing->Fail(absl::StrCat(kUrl, "/groups"),
                  absl::UnavailableError(failure));
    options->http_client = failing;
  } else {
    check.Fail(absl::StrCat("http_client: \"", client, "\" is not known"));
  }
}

authn::JwtAuthenticatorOptions DecodeOptions(const std::string& jwks,
                                             Check& check) {
  authn::JwtAuthenticatorOptions options;
  options.algorithms = {};
  for (const std::string& name :
       check.input().Texts("supported_signing_algs")) {
    const auto algorithm = authn::ParseJwsAlgorithm(name);
    if (algorithm.has_value()) options.algorithms.Add(*algorithm);
  }
  const bool given = check.input().Bool("static_key_set_given");
  if (check.input().Bool("keys_from_remote") && !given) return options;
  authn::KeySetOptions key_set;
  key_set.key_ids = authn::KeyIdRule::kOptional;
  auto keys = authn::KeySet::FromJwks(jwks, "jwks", key_set);
  if (!keys.ok()) {
    check.Fail(std::string(keys.status().message()));
  } else {
    options.static_keys =
        std::make_shared<const authn::KeySet>(*std::move(keys));
  }
  return options;
}

bool NeedsCel(const k8s::JWTAuthenticator& config) {
  k8s::AuthenticationConfiguration all;
  *all.add_jwt() = config;
  return !authn::FindCel(all).empty();
}

// Compares what `error` and its kin say.
void CompareError(const absl::Status& status, Check& check) {
  if (check.Expects("error")) {
    const Node* want = check.Expected("error");
    check.Same("error", Filled(want->text()), status.message());
  }
  check.Text("error_class", ClassOf(status));
  check.Contains("error_contains", status.message());
  if (check.Expects("health_error_prefix")) {
    const std::string want =
        Filled(check.Expected("health_error_prefix")->text());
    check.Same("health_error_prefix", want,
               status.message().substr(0, want.size()));
  }
}

void CompareUser(const UserInfo& got, Check& check) {
  if (!check.Expects("user")) return;
  Fields user = check.ExpectedObject("user");
  check.Same("user.name", user.Text("name"), got.name);
  check.Same("user.uid", user.Text("uid"), got.uid);
  check.Same("user.groups", user.Texts("groups"), got.groups);
  std::vector<std::string> want_extra;
  Fields extra = user.Object("extra");
  for (const objects::MapEntry& entry : extra.TakeAll()) {
    want_extra.push_back(
        absl::StrCat(entry.key.text(), "=",
                     absl::StrJoin(extra.Texts(entry.key.text()), ",")));
  }
  std::vector<std::string> got_extra;
  for (const auto& [key, values] : got.extra) {
    got_extra.push_back(absl::StrCat(key, "=", absl::StrJoin(values, ",")));
  }
  check.SameInAnyOrder("user.extra", want_extra, got_extra);
}

void Authenticate(const authn::JwtAuthenticator& authenticator,
                  const std::string& token, absl::Time now, Check& check) {
  const absl::Status health = authenticator.Health();
  if (!health.ok()) {
    check.Text("result", "unhealthy");
    return CompareError(health, check);
  }
  authn::TokenContext context;
  context.now = now;
  const authn::Result result = authenticator.AuthenticateToken(token, context);
  check.Text("result", result.authenticated() ? "ok"
                       : result.rejected()    ? "error"
                                              : "no_opinion");
  if (result.rejected()) CompareError(result.error(), check);
  if (result.authenticated()) CompareUser(result.authentication().user, check);
}

absl::Time DecodeNow(Check& check) {
  const std::string text = check.input().Text("now");
  absl::Time now = Clock::System().Now();
  std::string error;
  if (!text.empty() &&
      !absl::ParseTime(absl::RFC3339_full, text, &now, &error)) {
    check.Fail(absl::StrCat("now: ", error));
  }
  return now;
}

}  // namespace

void RunOidc(Check& check) {
  const testing::FakeClock clock(DecodeNow(check));
  const std::string jwks = DecodeJwks(check);
  const k8s::JWTAuthenticator config = DecodeConfig(check);
  authn::JwtAuthenticatorOptions options = DecodeOptions(jwks, check);
  const Node* signing = check.input().Take("signing_key");
  absl::optional<Key> key;
  if (signing != nullptr) key.emplace(*signing, check);
  DecodeClient(DecodeServer(config.issuer(), jwks, key, check), &options,
               check);
  // Without CEL none of these cases gets as far.
  check.input().Take("egress_lookup");
  options.clock = &clock;
  const std::string claims = Filled(check.input().Text("claims_json"));
  std::string token = check.input().Text("token");
  const auto authenticator = authn::JwtAuthenticator::Create(config, options);
  const absl::Status& created = authenticator.status();
  if (NeedsCel(config) && ReasonOf(created) != Reason::kInvalid) {
    return check.NeedsCel(created);
  }
  if (!created.ok()) {
    check.Text("result", "init_error");
    return CompareError(created, check);
  }
  if (token.empty() && key.has_value()) token = key->Sign(claims);
  (*authenticator)->RefreshIfDue();
  Authenticate(**authenticator, token, clock.Now(), check);
}

}  // namespace gatehouse::conformance
