#include "authn/serviceaccount/token_request.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "authn/jose/claims.h"
#include "authn/jose/jws.h"
#include "authn/serviceaccount/testing/test_accounts.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "objects/codec.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

k8s::TokenRequest Request(absl::string_view json) {
  k8s::TokenRequest request;
  objects::DecodeOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  const absl::Status status =
      objects::FromJson(json, "request", options, &request);
  EXPECT_TRUE(status.ok()) << status << json;
  return request;
}

std::string PayloadOf(const k8s::TokenRequest& answer) {
  const auto jws = Jws::Parse(answer.status().token());
  EXPECT_TRUE(jws.ok()) << jws.status();
  return jws.ok() ? std::string(jws->unverified_payload()) : "";
}

std::unique_ptr<TokenIssuer> IssuerWithId(const TestAccounts& accounts) {
  TokenIssuerOptions options = accounts.IssuerOptions();
  options.make_id = [] { return "id"; };
  return *TokenIssuer::Create(std::move(options));
}

TEST(TokenIssuerTest, WritesTheClaims) {
  constexpr char kTimes[] =
      R"("iat":1800000000,"iss":"https://issuer.example",)"
      R"("jti":"id","kubernetes.io":{"namespace":"ns",)";
  constexpr char kAccount[] =
      R"("serviceaccount":{"name":"sa","uid":"sa-uid"}},)"
      R"("nbf":1800000000,"sub":"system:serviceaccount:ns:sa"})";
  const struct {
    const char* request;
    const char* head;
    const char* bound;
  } kCases[] = {
      {"{}", R"({"aud":["api"],"exp":1800003600,)", ""},
      {R"({"spec":{"audiences":["a","b"],"expirationSeconds":600}})",
       R"({"aud":["a","b"],"exp":1800000600,)", ""},
      {R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1",)"
       R"("name":"pod"}}})",
       R"({"aud":["api"],"exp":1800003600,)",
       R"("node":{"name":"node","uid":"node-uid"},)"
       R"("pod":{"name":"pod","uid":"pod-uid"},)"},
      {R"({"spec":{"boundObjectRef":{"kind":"Node","apiVersion":"v7",)"
       R"("name":"node","uid":"node-uid"}}})",
       R"({"aud":["api"],"exp":1800003600,)",
       R"("node":{"name":"node","uid":"node-uid"},)"},
      {R"({"spec":{"boundObjectRef":{"kind":"Secret","name":"secret"}}})",
       R"({"aud":["api"],"exp":1800003600,)",
       R"("secret":{"name":"secret","uid":"secret-uid"},)"},
  };
  const TestAccounts accounts;
  for (const auto& c : kCases) {
    Notes notes;
    const auto answer = IssuerWithId(accounts)->Issue(
        "ns", "sa", Request(c.request), TestNow(), &notes);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(PayloadOf(*answer),
              absl::StrCat(c.head, kTimes, c.bound, kAccount));
    ASSERT_EQ(notes.audit_annotations.size(), 1u);
    EXPECT_EQ(notes.audit_annotations[0].first,
              "authentication.kubernetes.io/issued-credential-id");
    EXPECT_EQ(notes.audit_annotations[0].second, "JTI=id");
    EXPECT_TRUE(notes.warnings.empty());
  }
}

TEST(TokenIssuerTest, AnswersAsTheApiServerDoes) {
  const TestAccounts accounts;
  auto answer = *IssuerWithId(accounts)->Issue(
      "ns", "sa", Request(R"({"status":{"token":"x"}})"), TestNow(), nullptr);
  answer.mutable_status()->set_token("T");
  EXPECT_EQ(objects::ToJson(answer, objects::JsonStyle::kCompact),
            R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest",)"
            R"("metadata":{"creationTimestamp":"2027-01-15T08:00:00Z",)"
            R"("name":"sa","namespace":"ns"},)"
            R"("spec":{"audiences":["api"],"expirationSeconds":3600},)"
            R"("status":{"expirationTimestamp":"2027-01-15T09:00:00Z",)"
            R"("token":"T"}})");
}

TEST(TokenIssuerTest, Refuses) {
  const auto bound = [](const char* reference) {
    return absl::StrCat(R"({"spec":{"boundObjectRef":)", reference, "}}");
  };
  const struct {
    std::string request;
    absl::StatusCode code;
    Reason reason;
    const char* message;
  } kCases[] = {
      {R"({"metadata":{"name":"other"}})", absl::StatusCode::kInvalidArgument,
       Reason::kInvalid,
       "TokenRequest.authentication.k8s.io \"sa\" is invalid: metadata.name: "
       "Invalid value: \"other\": must match the service account name if "
       "specified"},
      {R"({"metadata":{"namespace":"other"}})",
       absl::StatusCode::kInvalidArgument, Reason::kInvalid,
       "TokenRequest.authentication.k8s.io \"sa\" is invalid: "
       "metadata.namespace: Invalid value: \"other\": must match the service "
       "account namespace if specified"},
      {R"({"metadata":{"uid":"other"}})", absl::StatusCode::kAborted,
       Reason::kConflict,
       "Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "
       "\"sa\": the UID in the token request (other) does not match the UID "
       "of the service account (sa-uid)"},
      {R"({"spec":{"expirationSeconds":599}})",
       absl::StatusCode::kInvalidArgument, Reason::kInvalid,
       "TokenRequest.authentication.k8s.io \"\" is invalid: "
       "spec.expirationSeconds: Invalid value: 599: may not specify a "
       "duration less than 10 minutes"},
      {R"({"spec":{"expirationSeconds":0}})",
       absl::StatusCode::kInvalidArgument, Reason::kInvalid,
       "TokenRequest.authentication.k8s.io \"\" is invalid: "
       "spec.expirationSeconds: Invalid value: 0: may not specify a "
       "duration less than 10 minutes"},
      {bound(R"({"kind":"Pod","name":"gone"})"), absl::StatusCode::kNotFound,
       Reason::kNotFound, "pods \"gone\" not found"},
      {bound(R"({"kind":"Node","name":"gone"})"), absl::StatusCode::kNotFound,
       Reason::kNotFound, "nodes \"gone\" not found"},
      {bound(R"({"kind":"Secret","name":"gone"})"), absl::StatusCode::kNotFound,
       Reason::kNotFound, "secrets \"gone\" not found"},
      {bound(R"({"kind":"Pod","name":"stranger"})"),
       absl::StatusCode::kFailedPrecondition, Reason::kInvalid,
       "cannot bind token for serviceaccount \"sa\" to pod running with "
       "different serviceaccount name."},
      {bound(R"({"kind":"Pod","name":"pod","uid":"other"})"),
       absl::StatusCode::kAborted, Reason::kConflict,
       "Operation cannot be fulfilled on Pod \"pod\": the UID in the bound "
       "object reference (other) does not match the UID in record. The object "
       "might have been deleted and then recreated"},
      {bound(R"({"kind":"ConfigMap","apiVersion":"v1","name":"c"})"),
       absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
       "cannot bind token to object of type /v1, Kind=ConfigMap"},
      {bound(R"({"kind":"Pod","apiVersion":"apps/v1","name":"pod"})"),
       absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
       "cannot bind token to object of type apps/v1, Kind=Pod"},
      {bound("{}"), absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
       "cannot bind token to object of type /, Kind="},
      {R"({"spec":{"audiences":["https://w.example"],)"
       R"("attestations":{"admissionReviewAPIGroups":["*"]},)"
       R"("boundObjectRef":{"apiVersion":"admissionregistration.k8s.io/v1",)"
       R"("kind":"MutatingWebhookConfiguration","name":"w"}}})",
       absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
       "cannot bind token to object of type admissionregistration.k8s.io/v1, "
       "Kind=MutatingWebhookConfiguration"},
  };
  const TestAccounts accounts;
  k8s::Pod stranger;
  stranger.mutable_metadata()->set_namespace_("ns");
  stranger.mutable_metadata()->set_name("stranger");
  stranger.mutable_spec()->set_serviceaccountname("other");
  ASSERT_TRUE(
      accounts.store->Create(objects::MakeObject(std::move(stranger))).ok());
  for (const auto& c : kCases) {
    const absl::Status status =
        accounts.Issuer()
            ->Issue("ns", "sa", Request(c.request), TestNow(), nullptr)
            .status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(c.reason)) << c.request;
    EXPECT_EQ(status.message(), c.message);
  }
  EXPECT_EQ(accounts.Issuer()
                ->Issue("ns", "gone", {}, TestNow(), nullptr)
                .status()
                .message(),
            "serviceaccounts \"gone\" not found");
}

TEST(TokenIssuerTest, ANodeThatIsGoneIsNamed) {
  const TestAccounts accounts;
  accounts.Delete("Node", "node");
  const auto answer = IssuerWithId(accounts)->Issue(
      "ns", "sa", RequestBoundTo("Pod", "pod"), TestNow(), nullptr);
  const auto claims = ParseBoundClaims(*Claims::Parse(PayloadOf(*answer)));
  ASSERT_TRUE(claims->node.has_value());
  EXPECT_EQ(claims->node->name, "node");
  EXPECT_EQ(claims->node->uid, "");
}

TEST(TokenIssuerTest, WithoutASigningKeyNothingIsIssued) {
  const TestAccounts accounts;
  accounts.ring->Update(ServiceAccountKeys());
  EXPECT_EQ(ReasonOf(accounts.Issuer()
                         ->Issue("ns", "sa", {}, TestNow(), nullptr)
                         .status()),
            Reason::kUnsupported);
}

TEST(TokenIssuerTest, IdsAreRandomUuids) {
  const TestAccounts accounts;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto answer =
        accounts.Issuer()->Issue("ns", "sa", {}, TestNow(), nullptr);
    const auto claims = ParseBoundClaims(*Claims::Parse(PayloadOf(*answer)));
    const std::string& id = claims->registered.id;
    ASSERT_EQ(id.size(), 36u);
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100u);
}

TEST(TokenIssuerTest, WantsItsOptions) {
  const TestAccounts accounts;
  for (int missing = 0; missing < 5; ++missing) {
    TokenIssuerOptions options = accounts.IssuerOptions();
    if (missing == 1) options.issuer.clear();
    if (missing == 2) options.keys = nullptr;
    if (missing == 3) options.objects = nullptr;
    if (missing == 4) options.api_audiences.clear();
    EXPECT_EQ(TokenIssuer::Create(std::move(options)).ok(), missing == 0);
  }
}

TEST(TokenLifetimeTest, Rules) {
  constexpr int64_t kYear = 31536000;
  const struct {
    int64_t requested;
    bool pod;
    bool server;
    bool extend;
    int64_t max;
    int64_t seconds;
    int64_t warn_after;
    int64_t reported;
    const char* warning;
  } kCases[] = {
      {600, false, true, true, 0, 600, 0, 600, ""},
      {3607, true, true, true, 0, kYear, 3607, 3607, ""},
      {3607, true, true, false, 0, 3607, 0, 3607, ""},
      {3607, false, true, true, 0, 3607, 0, 3607, ""},
      {3607, true, false, true, 0, 3607, 0, 3607, ""},
      {3606, true, true, true, 0, 3606, 0, 3606, ""},
      {3608, true, true, true, 0, 3608, 0, 3608, ""},
      // A limit of at least what is asked for does not limit the extension.
      {3607, true, true, true, 3607, kYear, 3607, 3607, ""},
      {3607, true, true, true, 3600, 3600, 0, 3600,
       "requested expiration of 3607 seconds shortened to 3600 seconds"},
      {4000, true, true, true, 3607, kYear, 3607, 3607,
       "requested expiration of 4000 seconds shortened to 3607 seconds"},
      {3600, true, true, true, 3600, 3600, 0, 3600, ""},
  };
  for (const auto& c : kCases) {
    LifetimeRules rules;
    rules.extend = c.extend;
    rules.max_seconds = c.max;
    const TokenLifetime got =
        ComputeTokenLifetime(c.requested, c.pod, c.server, rules);
    EXPECT_EQ(got.seconds, c.seconds) << c.requested;
    EXPECT_EQ(got.warn_after_seconds, c.warn_after) << c.requested;
    EXPECT_EQ(got.reported_seconds, c.reported) << c.requested;
    EXPECT_EQ(got.warning, c.warning) << c.requested;
  }
}

TEST(TokenRequestValidationTest, Rules) {
  constexpr char kWebhook[] =
      R"("boundObjectRef":{"apiVersion":"admissionregistration.k8s.io/v1",)"
      R"("kind":"ValidatingWebhookConfiguration","name":"w"})";
  const auto webhook = [&](absl::string_view more) {
    return absl::StrCat(R"({"spec":{"expirationSeconds":600,)", kWebhook, ",",
                        more, "}}");
  };
  const struct {
    std::string request;
    const char* want;
  } kCases[] = {
      {R"({"spec":{"expirationSeconds":600}})", ""},
      {R"({"spec":{"expirationSeconds":4294967296}})", ""},
      {R"({"spec":{"expirationSeconds":4294967297}})",
       "spec.expirationSeconds: Invalid value: 4294967297: may not specify a "
       "duration larger than 2^32 seconds"},
      {R"({"spec":{"expirationSeconds":-1}})",
       "spec.expirationSeconds: Invalid value: -1: may not specify a duration "
       "less than 10 minutes"},
      {R"({"spec":{"expirationSeconds":1,"attestations":{"a":["b"]}}})",
       "spec.attestations: Invalid value: {\"a\":[\"b\"]}: attestations may "
       "only be specified with a webhook bound object reference"},
      {webhook(R"("audiences":["a"],)"
               R"("attestations":{"admissionReviewAPIGroups":["apps"]})"),
       ""},
      {webhook(R"("audiences":["a"])"),
       "spec.attestations: Invalid value: null: webhook bound requests require "
       "exactly one admissionReviewAPIGroups attestation"},
      {webhook(R"("attestations":{"admissionReviewAPIGroups":["A"]})"),
       "spec.audiences: Invalid value: null: must be length 1 when bound to a "
       "webhook config\nspec.attestations[admissionReviewAPIGroups]: Invalid "
       "value: \"A\": must specify a valid API Group: a lowercase RFC 1123 "
       "subdomain must consist of lower case alphanumeric characters, '-' or "
       "'.', and must start and end with an alphanumeric character (e.g. "
       "'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*"
       "[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
  };
  for (const auto& c : kCases) {
    std::vector<std::string> got;
    for (const auto& error : ValidateTokenRequest(Request(c.request))) {
      got.push_back(objects::ToString(error));
    }
    EXPECT_EQ(absl::StrJoin(got, "\n"), c.want) << c.request;
  }
}

}  // namespace
}  // namespace gatehouse::authn
