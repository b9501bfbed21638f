// Service account tokens: issued, verified, and what they are made of.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/jose/claims.h"
#include "authn/jose/jws.h"
#include "authn/serviceaccount/bound.h"
#include "authn/serviceaccount/claims.h"
#include "authn/serviceaccount/keys.h"
#include "authn/serviceaccount/legacy.h"
#include "authn/serviceaccount/token_request.h"
#include "authn/serviceaccount/token_secret.h"
#include "authn/serviceaccount/username.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/service_account_name.h"
#include "conformance/areas.h"
#include "conformance/authn/stubs.h"
#include "conformance/authz/decode.h"
#include "conformance/check.h"
#include "conformance/files.h"
#include "objects/field_error.h"
#include "objects/memory_store.h"
#include "objects/object.h"
#include "pki/private_key.h"
#include "pki/public_key.h"
#include "proto/authentication.pb.h"
#include "proto/core.pb.h"

namespace gatehouse::conformance {
namespace {

using objects::MakeObject;
using objects::Node;
using objects::NodeKind;

// Returns a value as JSON on one line with sorted names.
std::string Json(const Node& node) {
  if (node.is(NodeKind::kString)) return GoQuote(node.text());
  if (node.is(NodeKind::kNull)) return "null";
  std::vector<std::string> parts;
  for (const Node& item : node.items()) parts.push_back(Json(item));
  for (const objects::MapEntry& entry : node.entries()) {
    parts.push_back(
        absl::StrCat(GoQuote(entry.key.text()), ":", Json(entry.value)));
  }
  if (node.is(NodeKind::kList)) {
    return absl::StrCat("[", absl::StrJoin(parts, ","), "]");
  }
  if (!node.is(NodeKind::kMap)) return std::string(node.text());
  std::sort(parts.begin(), parts.end());
  return absl::StrCat("{", absl::StrJoin(parts, ","), "}");
}

std::string Json(absl::string_view json) {
  const auto document = objects::ParseJson(json, "claims");
  return document.ok() ? Json(document->root()) : "no JSON";
}

int64_t Seconds(Fields& fields, absl::string_view key) {
  const Node* node = fields.Take(key);
  int64_t seconds = 0;
  if (node != nullptr && !absl::SimpleAtoi(node->text(), &seconds)) {
    fields.Problem(key, "want a number of seconds");
  }
  return seconds;
}

absl::Time Moment(Check& check) {
  return absl::FromUnixSeconds(Seconds(check.input(), "now"));
}

// Fails the case, as something that it builds on cannot be made.
template <typename T>
bool Made(const absl::StatusOr<T>& made, Check& check) {
  if (!made.ok()) check.Fail(std::string(made.status().message()));
  return made.ok();
}

std::string ReadPem(absl::string_view key, absl::string_view half,
                    Check& check) {
  const auto text = ReadFile(absl::StrCat(check.context().directory,
                                          "/testdata/serviceaccount/", key, ".",
                                          half, ".pem"));
  return Made(text, check) ? *text : "";
}

std::vector<pki::PublicKey> PublicKeys(Check& check) {
  std::vector<pki::PublicKey> keys;
  for (const std::string& name : check.input().Texts("public_keys")) {
    const auto key = pki::PublicKey::FromPem(ReadPem(name, "public", check));
    if (Made(key, check)) keys.push_back(*key);
  }
  return keys;
}

std::shared_ptr<const authn::ServiceAccountKeyRing> KeyRing(Check& check) {
  auto keys = authn::ServiceAccountKeys::Create(PublicKeys(check));
  if (!Made(keys, check)) keys = authn::ServiceAccountKeys();
  return std::make_shared<authn::ServiceAccountKeyRing>(*std::move(keys));
}

// Reads the metadata of an object, and a Secret's data.
template <typename T>
T Decode(Fields& fields) {
  T object;
  k8s::ObjectMeta* metadata = object.mutable_metadata();
  metadata->set_namespace_(fields.Text("namespace"));
  metadata->set_name(fields.Text("name"));
  metadata->set_uid(fields.Text("uid"));
  fields.StringMap("labels", metadata->mutable_labels());
  fields.StringMap("annotations", metadata->mutable_annotations());
  const int64_t deleted = Seconds(fields, "deletion_timestamp");
  if (deleted != 0) {
    metadata->mutable_deletiontimestamp()->set_seconds(deleted);
  }
  return object;
}

objects::Object DecodeKind(absl::string_view kind, Fields& fields) {
  if (kind == "service_account" || kind == "ServiceAccount") {
    return MakeObject(Decode<k8s::ServiceAccount>(fields));
  }
  if (kind == "pod") return MakeObject(Decode<k8s::Pod>(fields));
  if (kind == "node") return MakeObject(Decode<k8s::Node>(fields));
  auto secret = Decode<k8s::Secret>(fields);
  google::protobuf::Map<std::string, std::string> data;
  fields.StringMap("data", &data);
  for (const auto& [key, value] : data) (*secret.mutable_data())[key] = value;
  return MakeObject(std::move(secret));
}

// Reads the objects that exist: by kind, or a list of objects that say theirs.
std::shared_ptr<objects::MemoryStore> Objects(Check& check) {
  auto store = std::make_shared<objects::MemoryStore>();
  Problems* problems = check.input().problems();
  const Node* objects = check.input().Take("objects");
  if (objects == nullptr) return store;
  std::vector<objects::Object> all;
  for (const objects::MapEntry& entry : objects->entries()) {
    Fields fields(&entry.value, "objects", problems);
    all.push_back(DecodeKind(entry.key.text(), fields));
  }
  for (const Node& node : objects->items()) {
    Fields fields(&node, "objects", problems);
    all.push_back(DecodeKind(fields.Text("kind"), fields));
  }
  const absl::Status status = store->LoadAll(all);
  if (!status.ok()) check.Fail(std::string(status.message()));
  return store;
}

absl::optional<authn::ObjectClaim> DecodeClaim(absl::string_view key,
                                               Fields& input) {
  if (!input.Has(key)) {
    input.Take(key);
    return absl::nullopt;
  }
  Fields fields = input.Object(key);
  fields.Take("namespace");
  return authn::ObjectClaim{fields.Text("name"), fields.Text("uid")};
}

void RunBuildClaims(Check& check) {
  Fields& input = check.input();
  authn::BoundClaims claims;
  {
    Fields account = input.Object("service_account");
    claims.object_namespace = account.Text("namespace");
    claims.service_account = {account.Text("name"), account.Text("uid")};
  }
  claims.pod = DecodeClaim("pod", input);
  claims.secret = DecodeClaim("secret", input);
  claims.node = DecodeClaim("node", input);
  authn::RegisteredClaims& registered = claims.registered;
  registered.subject = ServiceAccountUsername(claims.object_namespace,
                                              claims.service_account.name);
  registered.audiences = input.Texts("audience");
  registered.id = input.Text("uuid");
  const absl::Time now = Moment(check);
  registered.issued_at = now;
  registered.not_before = now;
  registered.expires =
      now + absl::Seconds(Seconds(input, "expiration_seconds"));
  const int64_t warn_after = Seconds(input, "warn_after_seconds");
  if (warn_after > 0) claims.warn_after = now + absl::Seconds(warn_after);

  const absl::StatusOr<std::string> json = authn::WriteBoundClaims(claims);
  check.Text("error", json.status().message());
  const Node* want = check.Expected("claims");
  if (want != nullptr && Made(json, check)) {
    check.Same("claims", Json(*want), Json(*json));
  }
}

void CompareAnnotations(const authn::Notes& notes, Check& check) {
  if (!check.Expects("audit_annotations")) return;
  std::vector<std::string> want;
  for (const auto& entry :
       check.ExpectedObject("audit_annotations").TakeAll()) {
    want.push_back(absl::StrCat(entry.key.text(), "=", entry.value.text()));
  }
  std::vector<std::string> got;
  for (const auto& [key, value] : notes.audit_annotations) {
    got.push_back(absl::StrCat(key, "=", value));
  }
  check.SameInAnyOrder("audit_annotations", want, got);
}

void CompareUser(const absl::optional<UserInfo>& got, Check& check) {
  if (!check.Expects("user")) return;
  Fields want = check.ExpectedObject("user");
  CompareUsers(DecodeUser(want), got, check);
}

void RunValidateBound(Check& check) {
  const Node* json = check.input().Take("claims");
  const auto parsed = authn::Claims::Parse(json == nullptr ? "" : Json(*json));
  if (!Made(parsed, check)) return;
  const auto claims = authn::ParseBoundClaims(*parsed);
  if (!Made(claims, check)) return;
  const auto objects = Objects(check);
  authn::Notes notes;
  const absl::Status status =
      authn::CheckBoundClaims(*claims, *objects, Moment(check), &notes);
  check.Text("error", status.message());
  CompareUser(status.ok()
                  ? absl::make_optional(authn::BoundServiceAccountUser(*claims))
                  : absl::nullopt,
              check);
  CompareAnnotations(notes, check);
}

// Asks an authenticator about the case's token, as somebody that is limited to
// the audiences of the case.
void Authenticate(const authn::TokenAuthenticator& authenticator,
                  absl::Time now, Check& check) {
  Fields& input = check.input();
  const bool limited = input.Has("requested_audiences");
  const std::vector<std::string> requested = input.Texts("requested_audiences");
  authn::TokenContext context;
  context.now = now;
  context.audiences = limited ? &requested : nullptr;
  const std::string token = input.Text("token");
  const authn::Result result = authenticator.AuthenticateToken(token, context);
  CompareResult(result, check);
  check.Contains("error_contains", result.error().message());
  // What is remembered gives the same answer.
  const authn::Result again = authenticator.AuthenticateToken(token, context);
  check.Same("again", result.error().message(), again.error().message());
  check.Same("again", result.authentication().user.name,
             again.authentication().user.name);
}

void RunLegacy(Check& check) {
  Fields& input = check.input();
  authn::LegacyServiceAccountOptions options;
  options.issuers = input.Texts("issuers");
  options.api_audiences = input.Texts("implicit_audiences");
  options.lookup = input.Bool("lookup");
  options.keys = KeyRing(check);
  options.objects = Objects(check);
  const auto authenticator =
      authn::LegacyServiceAccountAuthenticator::Create(options);
  if (!Made(authenticator, check)) return;
  Authenticate(**authenticator, absl::FromUnixSeconds(1'700'000'000), check);
}

void RunBound(Check& check) {
  Fields& input = check.input();
  input.Take("claims");  // For people: what is in the token.
  authn::BoundServiceAccountOptions options;
  options.issuers = input.Texts("issuers");
  options.api_audiences = input.Texts("implicit_audiences");
  options.keys = KeyRing(check);
  options.objects = Objects(check);
  const auto authenticator =
      authn::BoundServiceAccountAuthenticator::Create(options);
  if (!Made(authenticator, check)) return;
  Authenticate(**authenticator, Moment(check), check);
}

// Returns the public key of a name such as "ecdsa.private", or of PEM.
absl::StatusOr<pki::PublicKey> StaticKey(absl::string_view name, Check& check) {
  if (!absl::ConsumeSuffix(&name, ".private")) {
    return pki::PublicKey::FromPem(name);
  }
  const auto key = pki::PrivateKey::FromPem(ReadPem(name, "private", check));
  if (!key.ok()) return key.status();
  return key->public_key();
}

void RunStaticKeys(Check& check) {
  std::vector<pki::PublicKey> public_keys;
  bool error = false;
  for (const std::string& name : check.input().Texts("keys")) {
    const auto key = StaticKey(name, check);
    error = error || !key.ok();
    if (key.ok()) public_keys.push_back(*key);
  }
  const auto keys = authn::ServiceAccountKeys::Create(public_keys);
  check.Bool("error", error || !keys.ok());
  const Node* want = check.Expected("keys");
  if (want == nullptr || error || !Made(keys, check)) return;
  std::vector<std::string> wanted;
  for (const Node& node : want->items()) {
    Fields fields(&node, "expect.keys", check.input().problems());
    const auto key =
        pki::PublicKey::FromPem(ReadPem(fields.Text("key"), "public", check));
    if (!Made(key, check)) return;
    wanted.push_back(absl::StrCat(fields.Text("kid"), " ", key->ToPem()));
  }
  std::vector<std::string> got;
  for (const authn::VerificationKey& key : keys->verifying.keys()) {
    got.push_back(absl::StrCat(*key.key_id(), " ", key.public_key()->ToPem()));
  }
  check.Same("keys", wanted, got);
}

absl::optional<authn::ObjectClaim> DecodePair(absl::string_view prefix,
                                              Fields& input) {
  return authn::ObjectClaim{input.Text(absl::StrCat(prefix, "_name")),
                            input.Text(absl::StrCat(prefix, "_uid"))};
}

void RunUserInfo(Check& check) {
  Fields& input = check.input();
  authn::BoundClaims claims;
  claims.object_namespace = input.Text("namespace");
  claims.service_account = {input.Text("name"), input.Text("uid")};
  claims.pod = DecodePair("pod", input);
  claims.node = DecodePair("node", input);
  claims.validating_webhook = DecodePair("vwc", input);
  claims.mutating_webhook = DecodePair("mwc", input);
  claims.admission_review_api_groups =
      input.Texts("attestation_admission_review_api_groups");
  CompareUser(authn::BoundServiceAccountUser(claims), check);
}

void RunSplitUsername(Check& check) {
  const auto name = ParseServiceAccountUsername(check.input().Text("username"));
  check.Bool("error", !name.has_value());
  check.TextOrNull("namespace", name.has_value() ? name->namespace_ : "");
  check.TextOrNull("name", name.has_value() ? name->name : "");
}

void RunMatchUsername(Check& check) {
  Fields& input = check.input();
  check.Bool("match", authn::MatchesServiceAccountUsername(
                          input.Text("namespace"), input.Text("name"),
                          input.Text("username")));
}

void RunIsTokenSecret(Check& check) {
  Fields given = check.input().Object("secret");
  auto secret = Decode<k8s::Secret>(given);
  secret.set_type(given.Text("type"));
  Fields account = check.input().Object("service_account");
  check.Bool("result", authn::IsServiceAccountTokenSecret(
                           secret, Decode<k8s::ServiceAccount>(account)));
}

void RunRequestValidation(Check& check) {
  k8s::TokenRequest request;
  *request.mutable_spec() =
      check.input().Message<k8s::TokenRequestSpec>("spec");
  std::vector<std::string> messages;
  for (const objects::FieldError& error :
       authn::ValidateTokenRequest(request)) {
    messages.push_back(objects::ToString(error));
  }
  check.Text("error", AggregateMessages(messages));
  check.Contains("error_contains", AggregateMessages(messages));
}

// Returns the objects of an account and its pod, named "s" and "p".
std::shared_ptr<objects::MemoryStore> AccountAndPod() {
  auto store = std::make_shared<objects::MemoryStore>();
  k8s::ServiceAccount account;
  account.mutable_metadata()->set_namespace_("n");
  account.mutable_metadata()->set_name("s");
  k8s::Pod pod;
  pod.mutable_metadata()->set_namespace_("n");
  pod.mutable_metadata()->set_name("p");
  pod.mutable_spec()->set_serviceaccountname("s");
  store->LoadAll({MakeObject(std::move(account)), MakeObject(std::move(pod))})
      .IgnoreError();
  return store;
}

absl::StatusOr<std::unique_ptr<authn::TokenIssuer>> MakeIssuer(Check& check) {
  Fields& input = check.input();
  auto key = pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  if (!key.ok()) return key.status();
  auto keys = authn::ServiceAccountKeys::Create({}, *std::move(key));
  if (!keys.ok()) return keys.status();
  authn::TokenIssuerOptions options;
  options.issuer = "https://issuer.example";
  options.keys =
      std::make_shared<authn::ServiceAccountKeyRing>(*std::move(keys));
  options.api_audiences = input.Texts("api_audiences");
  options.objects = AccountAndPod();
  options.lifetime.extend = input.Bool("extend_expiration");
  options.lifetime.max_seconds = Seconds(input, "max_expiration_seconds");
  options.lifetime.extended_seconds = Seconds(input, "max_extended_seconds");
  return authn::TokenIssuer::Create(std::move(options));
}

int SecondsBetween(absl::Time from, absl::optional<absl::Time> to) {
  return to.has_value() ? static_cast<int>(absl::ToInt64Seconds(*to - from))
                        : 0;
}

void RunTokenIssue(Check& check) {
  Fields& input = check.input();
  const auto issuer = MakeIssuer(check);
  if (!Made(issuer, check)) return;
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  k8s::TokenRequest request;
  k8s::TokenRequestSpec* spec = request.mutable_spec();
  for (const std::string& audience : input.Texts("audiences")) {
    spec->add_audiences(audience);
  }
  spec->set_expirationseconds(Seconds(input, "requested_seconds"));
  if (input.Bool("pod_bound")) {
    spec->mutable_boundobjectref()->set_kind("Pod");
    spec->mutable_boundobjectref()->set_apiversion("v1");
    spec->mutable_boundobjectref()->set_name("p");
  }
  authn::Notes notes;
  const auto answer = (*issuer)->Issue("n", "s", request, now, &notes);
  if (!Made(answer, check)) return;
  const auto jws = authn::Jws::Parse(answer->status().token());
  if (!Made(jws, check)) return;
  const auto parsed = authn::Claims::Parse(jws->unverified_payload());
  if (!Made(parsed, check)) return;
  const auto claims = authn::ParseBoundClaims(*parsed);
  if (!Made(claims, check)) return;

  const absl::Time issued = claims->registered.issued_at.value_or(now);
  check.Number("token_exp_minus_iat",
               SecondsBetween(issued, claims->registered.expires));
  if (check.Expects("warnafter_minus_iat")) {
    const Node* want = check.Expected("warnafter_minus_iat");
    check.Same("warnafter_minus_iat",
               want == nullptr ? "0" : std::string(want->text()),
               absl::StrCat(SecondsBetween(issued, claims->warn_after)));
  }
  check.Number("status_expiration_minus_now",
               SecondsBetween(
                   now, absl::FromUnixSeconds(
                            answer->status().expirationtimestamp().seconds())));
  check.Text("warning", notes.warnings.empty() ? "" : notes.warnings.front());
  check.Texts("audiences", claims->registered.audiences);
}

}  // namespace

void RunServiceAccount(Check& check) {
  const std::pair<const char*, void (*)(Check&)> kinds[] = {
      {"build_claims", RunBuildClaims},
      {"validate_bound", RunValidateBound},
      {"legacy_authenticate", RunLegacy},
      {"bound_authenticate", RunBound},
      {"static_keys", RunStaticKeys},
      {"user_info", RunUserInfo},
      {"split_username", RunSplitUsername},
      {"match_username", RunMatchUsername},
      {"is_token_secret", RunIsTokenSecret},
      {"token_request_validation", RunRequestValidation},
      {"token_issue", RunTokenIssue},
  };
  for (const auto& [kind, run] : kinds) {
    if (check.context().kind == kind) return run(check);
  }
  check.Fail(
      absl::StrCat("the kind \"", check.context().kind, "\" is not known"));
}

}  // namespace gatehouse::conformance
