#include "authn/serviceaccount/bound.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/serviceaccount/testing/test_accounts.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

TokenContext At(absl::Time now) {
  TokenContext context;
  context.now = now;
  return context;
}

// "ok", "none", or the reason and the text.
std::string Shown(const Result& result) {
  if (result.authenticated()) return "ok";
  if (!result.rejected()) return "none";
  return absl::StrCat(ReasonName(ReasonOf(result.error())), ": ",
                      result.error().message());
}

// Returns a payload of ns/sa with `more` members before the others' end.
std::string Payload(absl::string_view more) {
  return absl::StrCat(R"({"iss":"https://issuer.example","aud":["api"],)",
                      R"("kubernetes.io":{"namespace":"ns",)",
                      R"("serviceaccount":{"name":"sa","uid":"sa-uid"}})", more,
                      "}");
}

TEST(BoundServiceAccountTest, SaysWhoItIs) {
  const TestAccounts accounts;
  const std::string token = accounts.Issue("Pod", "pod");
  const Result result =
      accounts.Bound()->AuthenticateToken(token, At(TestNow()));
  ASSERT_TRUE(result.authenticated()) << result.error();
  const Authentication& who = result.authentication();
  EXPECT_EQ(who.authenticator, "service-account");
  EXPECT_EQ(who.user.name, "system:serviceaccount:ns:sa");
  EXPECT_EQ(who.user.uid, "sa-uid");
  EXPECT_EQ(absl::StrJoin(who.user.groups, " "),
            "system:serviceaccounts system:serviceaccounts:ns");
  EXPECT_EQ(who.audiences, Audiences({kTestAudience}));
  EXPECT_EQ(who.not_after, TestNow() + absl::Hours(1) + kServiceAccountLeeway);
  EXPECT_TRUE(absl::StartsWith(who.credential_id, "JTI="));
  const std::string prefix = "authentication.kubernetes.io/";
  const ExtraValues extra = {
      {prefix + "credential-id", {who.credential_id}},
      {prefix + "node-name", {"node"}},
      {prefix + "node-uid", {"node-uid"}},
      {prefix + "pod-name", {"pod"}},
      {prefix + "pod-uid", {"pod-uid"}},
  };
  EXPECT_EQ(who.user.extra, extra);
  EXPECT_FALSE(who.certificate_thumbprint.has_value());
}

// What the articles say: a bound token dies with what it is bound to, and
// nothing that is remembered keeps it alive.
TEST(BoundServiceAccountTest, DiesWithWhatItIsBoundTo) {
  const struct {
    const char* kind;
    const char* name;
    const char* text;
  } kCases[] = {
      {"Pod", "pod", "Revoked: service account token has been invalidated"},
      {"Secret", "secret",
       "Revoked: service account token has been invalidated"},
      {"Node", "node", "Revoked: service account token has been invalidated"},
      {"ServiceAccount", "sa", "Revoked: serviceaccounts \"sa\" not found"},
  };
  for (const auto& c : kCases) {
    const TestAccounts accounts;
    const bool is_account = std::string(c.kind) == "ServiceAccount";
    const std::string token = accounts.Issue(is_account ? "" : c.kind, c.name);
    const auto authenticator = accounts.Bound();
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(Shown(authenticator->AuthenticateToken(token, At(TestNow()))),
                "ok")
          << c.kind;
    }
    accounts.Delete(c.kind, c.name);
    EXPECT_EQ(Shown(authenticator->AuthenticateToken(token, At(TestNow()))),
              c.text)
        << c.kind;
  }
}

TEST(BoundServiceAccountTest, APodThatComesAgainIsAnother) {
  const TestAccounts accounts;
  const std::string token = accounts.Issue("Pod", "pod");
  const auto authenticator = accounts.Bound();
  const auto& kind = *objects::FindKind("v1", "Pod");
  k8s::Pod again = *accounts.store->Get(kind, "ns", "pod")->As<k8s::Pod>();
  accounts.Delete("Pod", "pod");
  again.mutable_metadata()->set_uid("new");
  ASSERT_TRUE(
      accounts.store->Create(objects::MakeObject(std::move(again))).ok());
  EXPECT_EQ(Shown(authenticator->AuthenticateToken(token, At(TestNow()))),
            "Revoked: pod UID (new) does not match service account pod ref "
            "claim (pod-uid)");
}

TEST(BoundServiceAccountTest, AnObjectBeingDeletedHasAMinute) {
  for (const char* kind : {"Pod", "Secret", "Node", "ServiceAccount"}) {
    const TestAccounts accounts;
    const bool is_account = std::string(kind) == "ServiceAccount";
    const std::string name = is_account ? "sa" : absl::AsciiStrToLower(kind);
    const std::string token = accounts.Issue(is_account ? "" : kind, name);
    const auto authenticator = accounts.Bound();
    accounts.MarkDeleted(kind, name, TestNow());
    for (const int seconds : {-3600, 0, 60}) {
      const absl::Time now =
          TestNow() + absl::Seconds(seconds < 0 ? 0 : seconds);
      EXPECT_EQ(Shown(authenticator->AuthenticateToken(token, At(now))), "ok")
          << kind << seconds;
    }
    const Result after = authenticator->AuthenticateToken(
        token, At(TestNow() + absl::Seconds(61)));
    EXPECT_EQ(Shown(after),
              is_account
                  ? "Revoked: service account ns/sa has been deleted"
                  : "Revoked: service account token has been invalidated");
  }
}

TEST(BoundServiceAccountTest, ANodeOfAPodIsARemark) {
  const TestAccounts accounts;
  const std::string token = accounts.Issue("Pod", "pod");
  accounts.Delete("Node", "node");
  EXPECT_EQ(Shown(accounts.Bound()->AuthenticateToken(token, At(TestNow()))),
            "ok");
}

TEST(BoundServiceAccountTest, Times) {
  const int64_t now = absl::ToUnixSeconds(TestNow());
  const struct {
    const char* name;
    std::string claims;
    const char* want;
  } kCases[] = {
      {"none", "", "ok"},
      {"exp now", absl::StrCat(",\"exp\":", now), "ok"},
      {"exp a minute ago", absl::StrCat(",\"exp\":", now - 60), "ok"},
      {"exp earlier", absl::StrCat(",\"exp\":", now - 61),
       "Expired: service account token has expired"},
      {"exp long ago", ",\"exp\":0",
       "Expired: service account token has expired"},
      {"exp with a fraction", absl::StrCat(",\"exp\":", now - 60, ".9"), "ok"},
      {"nbf in a minute", absl::StrCat(",\"nbf\":", now + 60), "ok"},
      {"nbf later", absl::StrCat(",\"nbf\":", now + 61),
       "NotYetValid: service account token is not valid yet"},
      {"iat in a minute", absl::StrCat(",\"iat\":", now + 60), "ok"},
      {"iat later", absl::StrCat(",\"iat\":", now + 61),
       "NotYetValid: service account token is issued in the future"},
      {"nbf before exp",
       absl::StrCat(",\"exp\":0,\"nbf\":", now + 61, ",\"iat\":", now + 61),
       "NotYetValid: service account token is not valid yet"},
      {"exp before iat", absl::StrCat(",\"exp\":0,\"iat\":", now + 61),
       "Expired: service account token has expired"},
      {"exp as text", ",\"exp\":\"9\"",
       "Invalid: the claim exp is not a number of seconds"},
      {"exp null", ",\"exp\":null",
       "Invalid: the claim exp is not a number of seconds"},
      {"exp beyond time", ",\"exp\":1e300",
       "Invalid: the claim exp is not a number of seconds"},
  };
  const TestAccounts accounts;
  const auto authenticator = accounts.Bound();
  for (const auto& c : kCases) {
    const std::string token = accounts.Sign(Payload(c.claims));
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(Shown(authenticator->AuthenticateToken(token, At(TestNow()))),
                c.want)
          << c.name;
    }
  }
}

TEST(BoundServiceAccountTest, TimePassesOverWhatIsRemembered) {
  const TestAccounts accounts;
  const std::string token = accounts.Issue();
  const auto authenticator = accounts.Bound();
  const struct {
    absl::Duration after;
    const char* want;
  } kCases[] = {
      {absl::ZeroDuration(), "ok"},
      {absl::Minutes(61), "ok"},
      {absl::Minutes(61) + absl::Seconds(1),
       "Expired: service account token has expired"},
      {absl::ZeroDuration(), "ok"},
      {-absl::Minutes(1), "ok"},
      {-absl::Minutes(2),
       "NotYetValid: service account token is not valid yet"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(
        Shown(authenticator->AuthenticateToken(token, At(TestNow() + c.after))),
        c.want)
        << c.after;
  }
}

TEST(BoundServiceAccountTest, AnEndCanBeRequired) {
  const TestAccounts accounts;
  auto options = accounts.BoundOptions();
  options.require_expiry = true;
  const auto authenticator = *BoundServiceAccountAuthenticator::Create(options);
  EXPECT_EQ(Shown(authenticator->AuthenticateToken(accounts.Sign(Payload("")),
                                                   At(TestNow()))),
            "Invalid: exp claim is missing");
  EXPECT_EQ(
      Shown(authenticator->AuthenticateToken(accounts.Issue(), At(TestNow()))),
      "ok");
}

// What is nobody's here is left to others; what is ours and wrong is not.
TEST(BoundServiceAccountTest, Routing) {
  const TestAccounts accounts;
  const std::string foreign =
      accounts.Sign(R"({"iss":"https://other.example","aud":["api"]})");
  const std::string good = accounts.Issue();
  const struct {
    const char* name;
    std::string token;
    const char* want;
  } kCases[] = {
      {"nothing", "", "none"},
      {"no JWT", "abcdef.0123456789abcdef", "none"},
      {"another issuer", foreign, "none"},
      {"the second issuer",
       accounts.Sign(absl::StrReplaceAll(Payload(""),
                                         {{"issuer.example", "old.example"}})),
       "ok"},
      {"issuer with a slash",
       accounts.Sign(absl::StrReplaceAll(
           Payload(""), {{"issuer.example", "issuer.example/"}})),
       "none"},
      {"legacy", accounts.legacy_token(), "none"},
      {"ours, header cut off", good.substr(1), "none"},
      {"ours, padded", good + "=", "none"},
      {"ours, another part", good + ".e30", "none"},
      {"ours, unsigned", good.substr(0, good.rfind('.') + 1),
       "BadSignature: signature of 0 bytes; want 64"},
      {"ours, without sub", accounts.Sign(Payload("")), "ok"},
      {"ours, another's sub",
       accounts.Sign(Payload(R"(,"sub":"system:serviceaccount:ns:other")")),
       "Invalid: sub claim is invalid"},
      {"ours, without an account",
       accounts.Sign(R"({"iss":"https://issuer.example","aud":["api"]})"),
       "Revoked: serviceaccounts \"\" not found"},
      {"ours, a claim twice", accounts.Sign(Payload(R"(,"jti":"a","jti":"b")")),
       "Duplicate: claims: DuplicateMember"},
  };
  const auto authenticator = accounts.Bound();
  for (const auto& c : kCases) {
    const Result result =
        authenticator->AuthenticateToken(c.token, At(TestNow()));
    if (!result.rejected()) {
      EXPECT_EQ(Shown(result), c.want) << c.name;
    } else {
      // The texts of other packages are theirs.
      const absl::string_view want(c.want);
      EXPECT_EQ(ReasonName(ReasonOf(result.error())),
                want.substr(0, want.find(':')))
          << c.name << ": " << result.error();
      EXPECT_FALSE(absl::StrContains(result.error().message(), c.token));
    }
  }
}

TEST(BoundServiceAccountTest, AudiencesOfTheTokenAndOfTheRequest) {
  const std::string without =
      absl::StrReplaceAll(Payload(""), {{R"("aud":["api"],)", ""}});
  using List = std::vector<std::string>;
  const struct {
    const char* name;
    std::string aud;  // "" for none.
    const List* requested;
    std::string want;
  } kCases[] = {
      {"for us", R"("api")", nullptr, "api"},
      {"for us among others", R"(["x","api","y"])", nullptr, "api"},
      {"for others", R"(["x","y"])", nullptr,
       R"(WrongAudience: token audiences ["x" "y"] is invalid for the target )"
       R"(audiences ["api"])"},
      {"asked for", R"(["x","y"])", new List{"y", "z", "x"}, "y x"},
      {"asked for others", R"(["api"])", new List{"x"},
       R"(WrongAudience: token audiences ["api"] is invalid for the target )"
       R"(audiences ["x"])"},
      {"asked for none", R"(["api"])", new List{},
       R"(WrongAudience: token audiences ["api"] is invalid for the target )"
       R"(audiences [])"},
      {"for nobody in particular", "", nullptr, "api"},
      {"an empty list", "[]", nullptr, "api"},
      {"nobody in particular, asked for others", "", new List{"x"},
       R"(WrongAudience: token audiences ["api"] is invalid for the target )"
       R"(audiences ["x"])"},
      {"a number", "1", nullptr,
       "Invalid: the claim aud is not a list of strings"},
      {"numbers", "[1]", nullptr,
       "Invalid: the claim aud is not a list of strings"},
      {"null", "null", nullptr,
       "Invalid: the claim aud is not a list of strings"},
  };
  const TestAccounts accounts;
  const auto authenticator = accounts.Bound();
  for (const auto& c : kCases) {
    const std::unique_ptr<const List> owned(c.requested);
    const std::string token = accounts.Sign(
        c.aud.empty()
            ? without
            : absl::StrReplaceAll(Payload(""), {{R"(["api"])", c.aud}}));
    TokenContext context = At(TestNow());
    context.audiences = c.requested;
    for (int i = 0; i < 2; ++i) {
      const Result result = authenticator->AuthenticateToken(token, context);
      EXPECT_EQ(result.authenticated()
                    ? absl::StrJoin(*result.authentication().audiences, " ")
                    : Shown(result),
                c.want)
          << c.name;
    }
  }
}

TEST(BoundServiceAccountTest, WithoutAudiencesTheIssuersAre) {
  const TestAccounts accounts;
  auto options = accounts.BoundOptions();
  options.api_audiences.clear();
  const auto authenticator = *BoundServiceAccountAuthenticator::Create(options);
  EXPECT_EQ(
      ReasonOf(authenticator->AuthenticateToken(accounts.Issue(), At(TestNow()))
                   .error()),
      Reason::kWrongAudience);
  const std::string own = accounts.Sign(absl::StrReplaceAll(
      Payload(""), {{R"(["api"])", R"(["https://old.example"])"}}));
  EXPECT_EQ(Shown(authenticator->AuthenticateToken(own, At(TestNow()))), "ok");
}

TEST(BoundServiceAccountTest, NotesSayWhatAnAuditorWantsToKnow) {
  const int64_t now = absl::ToUnixSeconds(TestNow());
  const auto stale = [](int64_t seconds) {
    return absl::StrReplaceAll(
        Payload(R"(,"sub":"system:serviceaccount:ns:sa")"),
        {{R"("namespace")",
          absl::StrCat("\"warnafter\":", seconds, ",\"namespace\"")}});
  };
  const struct {
    const char* name;
    std::string payload;
    const char* want;
  } kCases[] = {
      {"nothing", Payload(""), ""},
      {"warnafter past", stale(now - 5),
       "authentication.k8s.io/stale-token=subject: "
       "system:serviceaccount:ns:sa, seconds after warning threshold: 5"},
      {"warnafter now", stale(now), ""},
      {"warnafter to come", stale(now + 5), ""},
      {"warnafter 0", stale(0), ""},
      {"no audience",
       absl::StrReplaceAll(Payload(R"(,"sub":"system:serviceaccount:ns:sa")"),
                           {{R"("aud":["api"],)", ""}}),
       "authentication.k8s.io/legacy-token=system:serviceaccount:ns:sa"},
  };
  const TestAccounts accounts;
  const auto authenticator = accounts.Bound();
  for (const auto& c : kCases) {
    const std::string token = accounts.Sign(c.payload);
    for (int i = 0; i < 2; ++i) {
      Notes notes;
      TokenContext context = At(TestNow());
      context.notes = &notes;
      EXPECT_EQ(Shown(authenticator->AuthenticateToken(token, context)), "ok");
      std::vector<std::string> got;
      for (const auto& [key, value] : notes.audit_annotations) {
        got.push_back(absl::StrCat(key, "=", value));
      }
      EXPECT_EQ(absl::StrJoin(got, "\n"), c.want) << c.name;
      EXPECT_TRUE(notes.warnings.empty());
    }
  }
}

TEST(BoundServiceAccountTest, ACertificateMayBeNeeded) {
  const TestAccounts accounts;
  const auto authenticator = accounts.Bound();
  const std::string thumbprint(43, 'A');
  const Result bound = authenticator->AuthenticateToken(
      accounts.Sign(
          Payload(absl::StrCat(R"(,"cnf":{"x5t#S256":")", thumbprint, "\"}"))),
      At(TestNow()));
  ASSERT_TRUE(bound.authenticated()) << bound.error();
  EXPECT_EQ(bound.authentication().certificate_thumbprint,
            (std::array<uint8_t, 32>{}));
  for (const char* cnf : {R"(,"cnf":{})", R"(,"cnf":{"jwk":{}})",
                          R"(,"cnf":{"x5t#S256":"AAAA"})", R"(,"cnf":1)"}) {
    EXPECT_TRUE(
        authenticator
            ->AuthenticateToken(accounts.Sign(Payload(cnf)), At(TestNow()))
            .rejected())
        << cnf;
  }
}

// Kinds that are no objects here do not exist.
TEST(BoundServiceAccountTest, WebhookConfigurationsAreNotThere) {
  const TestAccounts accounts;
  for (const char* kind :
       {"validatingwebhookconfiguration", "mutatingwebhookconfiguration"}) {
    const std::string payload = absl::StrReplaceAll(
        Payload(""),
        {{R"("namespace")",
          absl::StrCat("\"", kind,
                       R"(":{"name":"w","uid":"u"},"namespace")")}});
    EXPECT_EQ(Shown(accounts.Bound()->AuthenticateToken(accounts.Sign(payload),
                                                        At(TestNow()))),
              "Revoked: service account token has been invalidated");
  }
}

TEST(BoundServiceAccountTest, KeysRotate) {
  const TestAccounts accounts(JwsAlgorithm::kEs256);
  const auto authenticator = accounts.Bound();
  const std::string old = accounts.Issue();
  const auto ask = [&](const std::string& token) {
    return Shown(authenticator->AuthenticateToken(token, At(TestNow())));
  };
  EXPECT_EQ(ask(old), "ok");
  // The new key signs, the old one still verifies.
  accounts.ring->Update(*ServiceAccountKeys::Create(
      {TestPrivateKey(JwsAlgorithm::kEs256).public_key()},
      TestPrivateKey(JwsAlgorithm::kRs256)));
  const std::string next = accounts.Issue();
  EXPECT_EQ(ask(old), "ok");
  EXPECT_EQ(ask(next), "ok");
  // The old one is gone, and with it what was remembered of it.
  accounts.ring->Update(TestKeys(JwsAlgorithm::kRs256));
  EXPECT_TRUE(absl::StrContains(ask(old), "invalid signature, no keys found"))
      << ask(old);
  EXPECT_EQ(ask(next), "ok");
  accounts.ring->Update(ServiceAccountKeys());
  EXPECT_NE(ask(next), "ok");
}

TEST(BoundServiceAccountTest, EveryAlgorithmOfAKeyWithAndWithoutKeyId) {
  for (const JwsAlgorithm algorithm : kAllAlgorithms) {
    if (!JwsAlgorithmSet::Asymmetric().Contains(algorithm)) continue;
    TestAccounts accounts;
    const pki::PublicKey& key = TestPrivateKey(algorithm).public_key();
    accounts.ring->Update(*ServiceAccountKeys::Create({key}));
    const auto authenticator = accounts.Bound();
    const std::string alg =
        absl::StrCat("{\"alg\":\"", JwsAlgorithmName(algorithm), "\"");
    const struct {
      std::string header;
      const char* want;
    } kCases[] = {
        {alg + "}", "ok"},
        {absl::StrCat(alg, ",\"kid\":\"", KubernetesKeyId(key), "\"}"), "ok"},
        {alg + ",\"kid\":\"other\"}", "invalid signature, no keys found"},
    };
    for (const auto& c : kCases) {
      const std::string got = Shown(authenticator->AuthenticateToken(
          TestToken(algorithm, c.header, Payload("")), At(TestNow())));
      EXPECT_TRUE(absl::EndsWith(got, c.want)) << c.header << ": " << got;
    }
  }
}

// A public key is no secret of an HMAC.
TEST(BoundServiceAccountTest, NoHmac) {
  const TestAccounts accounts(JwsAlgorithm::kRs256);
  EXPECT_TRUE(
      accounts.Bound()
          ->AuthenticateToken(TestToken(JwsAlgorithm::kHs256,
                                        R"({"alg":"HS256"})", Payload("")),
                              At(TestNow()))
          .rejected());
}

TEST(BoundServiceAccountTest, WithoutMemoryTheAnswersAreTheSame) {
  const TestAccounts accounts;
  auto options = accounts.BoundOptions();
  options.cache_entries = 0;
  const auto authenticator = *BoundServiceAccountAuthenticator::Create(options);
  const std::string token = accounts.Issue("Pod", "pod");
  EXPECT_EQ(Shown(authenticator->AuthenticateToken(token, At(TestNow()))),
            "ok");
  accounts.Delete("Pod", "pod");
  EXPECT_NE(Shown(authenticator->AuthenticateToken(token, At(TestNow()))),
            "ok");
}

TEST(BoundServiceAccountTest, WantsItsOptions) {
  const TestAccounts accounts;
  const auto reason = [](const BoundServiceAccountOptions& options) {
    return ReasonOf(BoundServiceAccountAuthenticator::Create(options).status());
  };
  auto options = accounts.BoundOptions();
  options.issuers.clear();
  EXPECT_EQ(reason(options), Reason::kInvalid);
  options.issuers = {"a", "a"};
  EXPECT_EQ(reason(options), Reason::kDuplicate);
  options = accounts.BoundOptions();
  options.keys = nullptr;
  EXPECT_EQ(reason(options), Reason::kInvalid);
  options = accounts.BoundOptions();
  options.objects = nullptr;
  EXPECT_EQ(reason(options), Reason::kInvalid);
}

}  // namespace
}  // namespace gatehouse::authn
