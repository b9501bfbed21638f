#include "authn/serviceaccount/claims.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/jose/claims.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

// Returns what reading and writing makes of a payload, or the error.
std::string Rewritten(absl::string_view json) {
  const absl::StatusOr<Claims> claims = Claims::Parse(json);
  if (!claims.ok()) return std::string(claims.status().message());
  const absl::StatusOr<BoundClaims> bound = ParseBoundClaims(*claims);
  if (!bound.ok()) {
    EXPECT_EQ(ReasonOf(bound.status()), Reason::kInvalid);
    return std::string(bound.status().message());
  }
  const absl::StatusOr<std::string> written = WriteBoundClaims(*bound);
  return written.ok() ? *written : std::string(written.status().message());
}

TEST(ServiceAccountClaimsTest, ReadsWhatItWrites) {
  const std::string kPayloads[] = {
      "{}",
      R"({"aud":["a","b"],"exp":3,"iat":1,"iss":"i","jti":"j","nbf":2})",
      R"({"iss":"i","nbf":-1,"sub":"s"})",
      R"({"cnf":{"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})",
      R"({"kubernetes.io":{"namespace":"n","node":{"name":"o","uid":"p"}}})",
      R"({"kubernetes.io":{"pod":{"name":"q","uid":"r"},"warnafter":5}})",
      R"({"kubernetes.io":{"serviceaccount":{"name":"a","uid":"b"}}})",
      R"({"kubernetes.io":{"namespace":"n","node":{"name":"o"}}})",
      R"({"kubernetes.io":{"secret":{"name":"a","uid":"b"}}})",
      R"({"kubernetes.io":{"attestations":{"admissionReviewAPIGroups":[""]}}})",
      R"({"kubernetes.io":{"mutatingwebhookconfiguration":{"name":"a"}}})",
      R"({"kubernetes.io":{"validatingwebhookconfiguration":{"uid":"d"}}})",
      "{\"iss\":\"\\\"\\\\\\u0001\u00e9\"}",
  };
  for (const std::string& payload : kPayloads) {
    EXPECT_EQ(Rewritten(payload), payload);
  }
}

TEST(ServiceAccountClaimsTest, ReadsStrictly) {
  const struct {
    const char* json;
    const char* want;  // What is written again, or the error.
  } kCases[] = {
      {R"({"aud":"a"})", R"({"aud":["a"]})"},
      {R"({"exp":1.9})", R"({"exp":1})"},
      {R"({"other":{"iss":1},"ISS":2})", "{}"},
      {R"({"kubernetes.io":{"other":1,"pod":{"name":"a","other":1}}})",
       R"({"kubernetes.io":{"pod":{"name":"a"}}})"},
      {R"({"iss":1})", "the claim iss is not a string"},
      {R"({"sub":null})", "the claim sub is not a string"},
      {R"({"jti":[]})", "the claim jti is not a string"},
      {R"({"aud":{}})", "the claim aud is not a list of strings"},
      {R"({"aud":["a",1]})", "the claim aud is not a list of strings"},
      {R"({"exp":"1"})", "the claim exp is not a number of seconds"},
      {R"({"nbf":true})", "the claim nbf is not a number of seconds"},
      {R"({"iat":1e999})", "the claim iat is not a number of seconds"},
      {R"({"kubernetes.io":[]})", "the claim kubernetes.io is not an object"},
      {R"({"kubernetes.io":null})", "the claim kubernetes.io is not an object"},
      {R"({"kubernetes.io":{"namespace":1}})",
       "the claim kubernetes.io.namespace is not a string"},
      {R"({"kubernetes.io":{"pod":"p"}})",
       "the claim kubernetes.io.pod is not an object"},
      {R"({"kubernetes.io":{"pod":null}})",
       "the claim kubernetes.io.pod is not an object"},
      {R"({"kubernetes.io":{"serviceaccount":{"uid":1}}})",
       "the claim serviceaccount.uid is not a string"},
      {R"({"kubernetes.io":{"warnafter":"1"}})",
       "the claim kubernetes.io.warnafter is not a number of seconds"},
      {R"({"kubernetes.io":{"attestations":{"admissionReviewAPIGroups":"*"}}})",
       "the claim attestations.admissionReviewAPIGroups is not a list of "
       "strings"},
      {R"({"kubernetes.io":{"pod":{"name":"a"},"secret":{"name":"b"}}})",
       "internal error, token can only be bound to one object type"},
      {R"({"kubernetes.io":{"node":{"name":"a"},"secret":{"name":"b"}}})",
       "internal error, token can only be bound to one object type"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Rewritten(c.json), c.want) << c.json;
}

TEST(ServiceAccountClaimsTest, WritesNoTextThatReadersRefuse) {
  for (const std::string& text :
       {std::string("\0", 1), std::string("\xff"), std::string("a\xc3")}) {
    BoundClaims claims;
    claims.registered.issuer = text;
    EXPECT_EQ(ReasonOf(WriteBoundClaims(claims).status()), Reason::kInvalid);
  }
}

TEST(ServiceAccountClaimsTest, ReadsLegacyClaims) {
  const auto claims = Claims::Parse(
      R"({"iss":"kubernetes/serviceaccount","sub":"s",)"
      R"("kubernetes.io/serviceaccount/namespace":"a",)"
      R"("kubernetes.io/serviceaccount/secret.name":"b",)"
      R"("kubernetes.io/serviceaccount/service-account.name":"c",)"
      R"("kubernetes.io/serviceaccount/service-account.uid":"d"})");
  const auto legacy = ParseLegacyClaims(*claims);
  ASSERT_TRUE(legacy.ok()) << legacy.status();
  EXPECT_EQ(absl::StrCat(
                legacy->registered.issuer, " ", legacy->registered.subject, " ",
                legacy->object_namespace, " ", legacy->secret_name, " ",
                legacy->service_account_name, " ", legacy->service_account_uid),
            "kubernetes/serviceaccount s a b c d");
  const UserInfo user = LegacyServiceAccountUser(*legacy);
  EXPECT_EQ(user.name, "system:serviceaccount:a:c");
  EXPECT_EQ(user.uid, "d");
  const auto bad = ParseLegacyClaims(
      *Claims::Parse(R"({"kubernetes.io/serviceaccount/secret.name":1})"));
  EXPECT_EQ(bad.status().message(),
            "the claim kubernetes.io/serviceaccount/secret.name is not a "
            "string");
}

std::string Extra(const BoundClaims& claims) {
  std::string text;
  for (const auto& [key, values] : BoundServiceAccountUser(claims).extra) {
    const absl::string_view name = key;
    absl::StrAppend(&text, name.substr(name.find('/') + 1), "=", values[0],
                    " ");
  }
  return text;
}

TEST(ServiceAccountClaimsTest, ExtraNeedsItsParts) {
  using Claim = absl::optional<ObjectClaim>;
  const struct {
    Claim pod;
    Claim node;
    Claim webhook;
    const char* id;
    const char* want;
  } kCases[] = {
      {absl::nullopt, absl::nullopt, absl::nullopt, "", ""},
      {absl::nullopt, absl::nullopt, absl::nullopt, "j",
       "credential-id=JTI=j "},
      {ObjectClaim{"p", "u"}, absl::nullopt, absl::nullopt, "",
       "pod-name=p pod-uid=u "},
      {ObjectClaim{"p", ""}, absl::nullopt, absl::nullopt, "", ""},
      {ObjectClaim{"", "u"}, absl::nullopt, absl::nullopt, "", ""},
      {absl::nullopt, ObjectClaim{"n", "u"}, absl::nullopt, "",
       "node-name=n node-uid=u "},
      {absl::nullopt, ObjectClaim{"n", ""}, absl::nullopt, "", "node-name=n "},
      {absl::nullopt, ObjectClaim{"", "u"}, absl::nullopt, "", ""},
      {absl::nullopt, absl::nullopt, ObjectClaim{"w", "u"}, "",
       "validatingwebhookconfiguration-name=w "
       "validatingwebhookconfiguration-uid=u "},
      {absl::nullopt, absl::nullopt, ObjectClaim{"w", ""}, "", ""},
  };
  for (const auto& c : kCases) {
    BoundClaims claims;
    claims.pod = c.pod;
    claims.node = c.node;
    claims.validating_webhook = c.webhook;
    claims.registered.id = c.id;
    EXPECT_EQ(Extra(claims), c.want);
  }
}

}  // namespace
}  // namespace gatehouse::authn
