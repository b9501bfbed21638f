#include "authn/token/bootstrap_secret.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "authn/token/bootstrap.h"
#include "authn/token/bootstrap_token.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "objects/memory_store.h"
#include "objects/object.h"

namespace gatehouse::authn {
namespace {

constexpr char kToken[] = "abcdef.0123456789abcdef";

TEST(BootstrapSecretTest, NewTokensAreTokensAndDiffer) {
  std::set<std::string> tokens;
  std::set<char> characters;
  for (int i = 0; i < 200; ++i) {
    const std::string token = NewBootstrapToken();
    EXPECT_TRUE(ParseBootstrapToken(token).has_value()) << token;
    characters.insert(token.begin(), token.end());
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 200u);
  EXPECT_EQ(characters.size(), 37u);
}

// Puts what was made into a store, as an API server would.
Result Ask(k8s::Secret secret, absl::Time now) {
  for (const auto& [key, value] : secret.stringdata()) {
    (*secret.mutable_data())[key] = value;
  }
  auto store = std::make_shared<objects::MemoryStore>();
  EXPECT_TRUE(store->Create(objects::MakeObject(std::move(secret))).ok());
  TokenContext context;
  context.now = now;
  return BootstrapAuthenticator(store).AuthenticateToken(kToken, context);
}

TEST(BootstrapSecretTest, TheTokenIsGoodUntilItExpires) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  BootstrapSecretOptions options;
  options.expires = now + absl::Hours(24);
  options.description = "for a node";
  const auto secret = MakeBootstrapSecret(kToken, options);
  ASSERT_TRUE(secret.ok()) << secret.status();
  EXPECT_EQ(secret->metadata().name(), "bootstrap-token-abcdef");
  EXPECT_EQ(secret->metadata().namespace_(), "kube-system");
  EXPECT_EQ(secret->stringdata().at("expiration"), "2027-01-16T08:00:00Z");
  EXPECT_EQ(secret->stringdata().at("description"), "for a node");
  const Result result = Ask(*secret, now);
  ASSERT_TRUE(result.authenticated());
  EXPECT_EQ(result.authentication().user.name, "system:bootstrap:abcdef");
  EXPECT_EQ(result.authentication().user.groups.size(), 2u);
  EXPECT_FALSE(Ask(*secret, now + absl::Hours(24)).authenticated());
  options.expires.reset();
  EXPECT_TRUE(
      Ask(*MakeBootstrapSecret(kToken, options), now + absl::Hours(24 * 365))
          .authenticated());
}

TEST(BootstrapSecretTest, OnlyForSigningAuthenticatesNobody) {
  BootstrapSecretOptions options;
  options.usages = {"signing"};
  options.groups.clear();
  const auto secret = MakeBootstrapSecret(kToken, options);
  ASSERT_TRUE(secret.ok()) << secret.status();
  EXPECT_EQ(secret->stringdata().count("auth-extra-groups"), 0u);
  EXPECT_FALSE(Ask(*secret, absl::UnixEpoch()).authenticated());
}

TEST(BootstrapSecretTest, RefusesWhatWouldNotBeGood) {
  const struct {
    const char* token;
    std::vector<std::string> usages;
    std::vector<std::string> groups;
  } kCases[] = {
      {"", {"signing"}, {}},
      {"hunter2.hunter2hunter2hu", {"signing"}, {}},
      {"abcdef.0123456789ABCDEF", {"signing"}, {}},
      {kToken, {}, {}},
      {kToken, {"hunter"}, {}},
      {kToken, {"signing"}, {"system:masters"}},
      {kToken, {"signing"}, {"system:bootstrappers"}},
      {kToken, {"signing"}, {"system:bootstrappers:a,system:masters"}},
  };
  for (const auto& c : kCases) {
    BootstrapSecretOptions options;
    options.usages = c.usages;
    options.groups = c.groups;
    const absl::Status status = MakeBootstrapSecret(c.token, options).status();
    EXPECT_EQ(ReasonOf(status), Reason::kInvalid) << c.token;
    EXPECT_FALSE(absl::StrContains(status.message(), "hunter2"));
  }
}

}  // namespace
}  // namespace gatehouse::authn
