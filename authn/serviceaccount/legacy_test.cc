#include "authn/serviceaccount/legacy.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "authn/serviceaccount/testing/test_accounts.h"
#include "authn/serviceaccount/token_secret.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

TokenContext AtNow(Notes* notes = nullptr) {
  TokenContext context;
  context.now = TestNow();
  context.notes = notes;
  return context;
}

std::string Shown(const Result& result) {
  if (result.authenticated()) return "ok";
  if (!result.rejected()) return "none";
  return absl::StrCat(ReasonName(ReasonOf(result.error())), ": ",
                      result.error().message());
}

k8s::Secret SecretOf(const TestAccounts& accounts) {
  const auto object =
      accounts.store->Get(*objects::FindKind("v1", "Secret"), "ns", "secret");
  return *object->As<k8s::Secret>();
}

template <typename T>
void Store(const TestAccounts& accounts, T object) {
  ASSERT_TRUE(
      accounts.store->Update(objects::MakeObject(std::move(object))).ok());
}

std::string LastUsed(const TestAccounts& accounts) {
  return SecretOf(accounts).metadata().labels().at(kLegacyTokenLastUsedLabel);
}

TEST(LegacyServiceAccountTest, SaysWhoItIs) {
  const TestAccounts accounts;
  const Result result =
      accounts.Legacy()->AuthenticateToken(accounts.legacy_token(), AtNow());
  ASSERT_TRUE(result.authenticated()) << result.error();
  const Authentication& who = result.authentication();
  EXPECT_EQ(who.authenticator, "legacy-service-account");
  EXPECT_EQ(who.credential_id, "SECRET=ns/secret");
  EXPECT_EQ(who.user.name, "system:serviceaccount:ns:sa");
  EXPECT_EQ(who.user.uid, "sa-uid");
  EXPECT_EQ(absl::StrJoin(who.user.groups, " "),
            "system:serviceaccounts system:serviceaccounts:ns");
  EXPECT_TRUE(who.user.extra.empty());
  EXPECT_EQ(who.audiences, Audiences({kTestAudience}));
  EXPECT_EQ(who.not_after, absl::InfiniteFuture());
}

// What the articles say: who deletes the Secret has taken the token back, and
// nothing that is remembered keeps it alive.
TEST(LegacyServiceAccountTest, ADeletedSecretIsADeadTokenAtOnce) {
  const TestAccounts accounts;
  const auto authenticator = accounts.Legacy();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Shown(authenticator->AuthenticateToken(accounts.legacy_token(),
                                                     AtNow())),
              "ok");
  }
  accounts.Delete("Secret", "secret");
  EXPECT_EQ(
      Shown(authenticator->AuthenticateToken(accounts.legacy_token(), AtNow())),
      "Revoked: Token has been invalidated");
}

TEST(LegacyServiceAccountTest, LooksAtWhatIsThereNow) {
  const auto change_data = [](const std::string& token) {
    return [token](const TestAccounts& accounts) {
      k8s::Secret secret = SecretOf(accounts);
      (*secret.mutable_data())[kServiceAccountTokenKey] = token;
      Store(accounts, std::move(secret));
    };
  };
  const struct {
    const char* name;
    std::function<void(const TestAccounts&)> change;
    const char* want;
  } kCases[] = {
      {"nothing", [](const TestAccounts&) {}, "ok"},
      {"Secret being deleted",
       [](const TestAccounts& a) {
         a.MarkDeleted("Secret", "secret", TestNow() + absl::Hours(1));
       },
       "Revoked: Token has been invalidated"},
      {"another token", change_data("another"),
       "Revoked: Token does not match server's copy"},
      {"an empty token", change_data(""),
       "Revoked: Token does not match server's copy"},
      {"no token",
       [](const TestAccounts& a) {
         k8s::Secret secret = SecretOf(a);
         secret.clear_data();
         Store(a, std::move(secret));
       },
       "Revoked: Token does not match server's copy"},
      {"account gone",
       [](const TestAccounts& a) { a.Delete("ServiceAccount", "sa"); },
       "Revoked: serviceaccounts \"sa\" not found"},
      {"account being deleted, without leeway",
       [](const TestAccounts& a) {
         a.MarkDeleted("ServiceAccount", "sa", TestNow() + absl::Hours(1));
       },
       "Revoked: ServiceAccount ns/sa has been deleted"},
      {"account made anew",
       [](const TestAccounts& a) {
         a.Delete("ServiceAccount", "sa");
         k8s::ServiceAccount account;
         account.mutable_metadata()->set_namespace_("ns");
         account.mutable_metadata()->set_name("sa");
         account.mutable_metadata()->set_uid("new");
         ASSERT_TRUE(
             a.store->Create(objects::MakeObject(std::move(account))).ok());
       },
       "Revoked: ServiceAccount UID (new) does not match claim (sa-uid)"},
  };
  for (const auto& c : kCases) {
    const TestAccounts accounts;
    const auto authenticator = accounts.Legacy();
    EXPECT_EQ(Shown(authenticator->AuthenticateToken(accounts.legacy_token(),
                                                     AtNow())),
              "ok");
    c.change(accounts);
    EXPECT_EQ(Shown(authenticator->AuthenticateToken(accounts.legacy_token(),
                                                     AtNow())),
              c.want)
        << c.name;
    // Without look-ups nothing of that matters.
    auto options = accounts.LegacyOptions();
    options.lookup = false;
    options.objects = nullptr;
    EXPECT_EQ(Shown((*LegacyServiceAccountAuthenticator::Create(options))
                        ->AuthenticateToken(accounts.legacy_token(), AtNow())),
              "ok")
        << c.name;
  }
}

TEST(LegacyServiceAccountTest, ClaimsInKubernetesOrder) {
  constexpr char kPrefix[] = "kubernetes.io/serviceaccount/";
  const std::vector<std::pair<std::string, std::string>> kAll = {
      {"sub", "system:serviceaccount:ns:sa"},
      {absl::StrCat(kPrefix, "namespace"), "ns"},
      {absl::StrCat(kPrefix, "secret.name"), "secret"},
      {absl::StrCat(kPrefix, "service-account.name"), "sa"},
      {absl::StrCat(kPrefix, "service-account.uid"), "sa-uid"},
  };
  // How many of them there are, the others being "", and one that is another.
  const struct {
    size_t there;
    int another;
    const char* value;
    const char* want;
  } kCases[] = {
      {5, -1, "", "ok"},
      {0, -1, "", "Invalid: sub claim is missing"},
      {1, -1, "", "Invalid: namespace claim is missing"},
      {2, -1, "", "Invalid: secretName claim is missing"},
      {3, -1, "", "Invalid: serviceAccountName claim is missing"},
      {4, -1, "", "Invalid: serviceAccountUID claim is missing"},
      {5, 0, "system:serviceaccount:ns:other", "Invalid: sub claim is invalid"},
      {5, 0, "system:serviceaccount:other:sa", "Invalid: sub claim is invalid"},
      {5, 0, "jane", "Invalid: sub claim is invalid"},
      {5, 2, "other", "Revoked: Token has been invalidated"},
  };
  const TestAccounts accounts;
  for (const auto& c : kCases) {
    std::string payload = R"({"iss":"kubernetes/serviceaccount","exp":1)";
    for (size_t i = 0; i < kAll.size(); ++i) {
      std::string value = i < c.there ? kAll[i].second : "";
      if (static_cast<int>(i) == c.another) value = c.value;
      absl::StrAppend(&payload, ",\"", kAll[i].first, "\":\"", value, "\"");
    }
    const std::string token = accounts.Sign(payload + "}");
    if (c.there == 5 && c.another == -1) {
      k8s::Secret secret = SecretOf(accounts);
      (*secret.mutable_data())[kServiceAccountTokenKey] = token;
      Store(accounts, std::move(secret));
    }
    EXPECT_EQ(Shown(accounts.Legacy()->AuthenticateToken(token, AtNow())),
              c.want);
  }
}

TEST(LegacyServiceAccountTest, LeavesTheTokensOfOthers) {
  const TestAccounts accounts;
  const struct {
    std::string token;
    const char* want;
  } kCases[] = {
      {"", "none"},
      {"invalid token", "none"},
      {accounts.Issue(), "none"},
      {accounts.Sign(R"({"iss":"kubernetes/serviceaccount/"})"), "none"},
      {accounts.legacy_token() + ".e30", "none"},
      {accounts.Sign(R"({"iss":"kubernetes/serviceaccount"})"),
       "Invalid: sub claim is missing"},
      {accounts.Sign(
           R"({"iss":"kubernetes/serviceaccount","sub":["system:x"]})"),
       "Invalid: the claim sub is not a string"},
      {accounts.Sign(R"({"iss":"kubernetes/serviceaccount","aud":"x"})"),
       R"(WrongAudience: token audiences ["x"] is invalid for the target )"
       R"(audiences ["api"])"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Shown(accounts.Legacy()->AuthenticateToken(c.token, AtNow())),
              c.want);
  }
}

TEST(LegacyServiceAccountTest, AnUnknownKeyIsRefused) {
  const TestAccounts accounts;
  accounts.ring->Update(TestKeys(JwsAlgorithm::kRs256));
  const Result result =
      accounts.Legacy()->AuthenticateToken(accounts.legacy_token(), AtNow());
  EXPECT_TRUE(result.rejected());
  EXPECT_EQ(result.error().message(), "invalid signature, no keys found");
}

struct NotesCase {
  const char* name;
  bool listed;  // Among the account's Secrets.
  bool invalid;
  const char* annotations;
  bool warned;
  const char* want;
};

void RunNotesCase(const NotesCase& c) {
  const TestAccounts accounts;
  if (c.listed) {
    auto account =
        *accounts.store
             ->Get(*objects::FindKind("v1", "ServiceAccount"), "ns", "sa")
             ->As<k8s::ServiceAccount>();
    account.add_secrets()->set_name("other");
    account.add_secrets()->set_name("secret");
    Store(accounts, std::move(account));
  }
  if (c.invalid) {
    k8s::Secret secret = SecretOf(accounts);
    auto& labels = *secret.mutable_metadata()->mutable_labels();
    labels[kLegacyTokenInvalidSinceLabel] = "2026-01-02";
    Store(accounts, std::move(secret));
  }
  Notes notes;
  EXPECT_EQ(Shown(accounts.Legacy()->AuthenticateToken(accounts.legacy_token(),
                                                       AtNow(&notes))),
            c.want)
      << c.name;
  std::vector<std::string> got;
  for (const auto& [key, value] : notes.audit_annotations) {
    got.push_back(absl::StrCat(key, "=", value));
  }
  EXPECT_EQ(absl::StrJoin(got, "\n"), c.annotations) << c.name;
  EXPECT_EQ(absl::StrJoin(notes.warnings, "\n"),
            c.warned ? "Use tokens from the TokenRequest API or manually "
                       "created secret-based tokens instead of "
                       "auto-generated secret-based tokens."
                     : "")
      << c.name;
  // Also of one that is invalid: somebody still uses it.
  EXPECT_EQ(LastUsed(accounts), "2027-01-15") << c.name;
}

TEST(LegacyServiceAccountTest, NotesSayWhatIsUsed) {
  const NotesCase kCases[] = {
      {"made by hand", false, false,
       "authentication.k8s.io/legacy-token=system:serviceaccount:ns:sa\n"
       "authentication.k8s.io/legacy-token-manual-secret=secret",
       false, "ok"},
      {"made by the controller", true, false,
       "authentication.k8s.io/legacy-token=system:serviceaccount:ns:sa\n"
       "authentication.k8s.io/legacy-token-autogenerated-secret=secret",
       true, "ok"},
      {"marked invalid", true, true,
       "authentication.k8s.io/legacy-token=system:serviceaccount:ns:sa\n"
       "authentication.k8s.io/legacy-token-invalidated=secret/ns",
       false,
       "Revoked: the token in secret ns/secret for service account ns/sa has "
       "been marked invalid. Use tokens from the TokenRequest API or manually "
       "created secret-based tokens, or remove the "
       "'kubernetes.io/legacy-token-invalid-since' label from the secret to "
       "temporarily allow use of this token"},
  };
  for (const NotesCase& c : kCases) RunNotesCase(c);
}

TEST(LegacyServiceAccountTest, TheDayOfUseIsWrittenOnceADay) {
  const TestAccounts accounts;
  const auto authenticator = accounts.Legacy();
  const struct {
    absl::Duration after;
    const char* day;
    bool written;
  } kCases[] = {
      {absl::ZeroDuration(), "2027-01-15", true},
      {absl::Hours(1), "2027-01-15", false},
      {absl::Hours(24), "2027-01-16", true},
      {absl::ZeroDuration(), "2027-01-16", false},  // Tomorrow will do.
      {absl::Hours(72), "2027-01-18", true},
      {absl::ZeroDuration(), "2027-01-15", true},
  };
  for (const auto& c : kCases) {
    const std::string before = SecretOf(accounts).metadata().resourceversion();
    TokenContext context = AtNow();
    context.now += c.after;
    EXPECT_EQ(Shown(authenticator->AuthenticateToken(accounts.legacy_token(),
                                                     context)),
              "ok");
    EXPECT_EQ(LastUsed(accounts), c.day);
    EXPECT_EQ(SecretOf(accounts).metadata().resourceversion() != before,
              c.written)
        << c.after;
  }
}

TEST(LegacyServiceAccountTest, NothingIsWrittenWithoutAWriter) {
  const TestAccounts accounts;
  auto options = accounts.LegacyOptions();
  options.writer = nullptr;
  EXPECT_EQ(Shown((*LegacyServiceAccountAuthenticator::Create(options))
                      ->AuthenticateToken(accounts.legacy_token(), AtNow())),
            "ok");
  EXPECT_TRUE(SecretOf(accounts).metadata().labels().empty());
}

TEST(LegacyServiceAccountTest, WantsItsOptions) {
  const TestAccounts accounts;
  const auto ok = [](const LegacyServiceAccountOptions& options) {
    return LegacyServiceAccountAuthenticator::Create(options).ok();
  };
  auto options = accounts.LegacyOptions();
  EXPECT_TRUE(ok(options));
  options.objects = nullptr;
  EXPECT_FALSE(ok(options));
  options.lookup = false;
  EXPECT_TRUE(ok(options));
  options.api_audiences.clear();
  EXPECT_FALSE(ok(options));
  options = accounts.LegacyOptions();
  options.keys = nullptr;
  EXPECT_FALSE(ok(options));
  options = accounts.LegacyOptions();
  options.issuers.clear();
  EXPECT_FALSE(ok(options));
}

}  // namespace
}  // namespace gatehouse::authn
