#include "authn/token/bootstrap_token.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using Texts = std::vector<std::string>;

struct FormCase {
  std::string text;
  bool want;
};

TEST(BootstrapTokenTest, Form) {
  const FormCase cases[] = {
      {"abcdef.0123456789abcdef", true},
      {"000000.zzzzzzzzzzzzzzzz", true},
      {"", false},
      {".", false},
      {"abcdef", false},
      {"abcdef.", false},
      {".0123456789abcdef", false},
      {"abcde.0123456789abcdef", false},
      {"abcdef.0123456789abcde", false},
      {"abcdef.0123456789abcdef0", false},
      {"abcdefg.0123456789abcdef", false},
      {"abcdef:0123456789abcdef", false},
      {"abcdef.01234567.9abcdef", false},
      {"Abcdef.0123456789abcdef", false},
      {"abcdef.0123456789abcdeF", false},
      {"abc-ef.0123456789abcdef", false},
      {"abcd\xc3\xa9.0123456789abcdef", false},
      {"abcdef.0123456789abcdef\n", false},
      {" abcdef.0123456789abcdef", false},
      {"abcdef.0123456789abcde\n", false},
      {std::string("abcdef.0123456789abcde\0", 23), false},
      {std::string("abc\0ef.0123456789abcdef", 23), false},
  };
  for (const FormCase& c : cases) {
    const auto token = ParseBootstrapToken(c.text);
    EXPECT_EQ(token.has_value(), c.want) << c.text;
    if (token.has_value()) {
      EXPECT_EQ(absl::StrCat(token->id, ".", token->secret), c.text);
      EXPECT_TRUE(IsBootstrapTokenId(token->id));
    }
  }
}

TEST(BootstrapTokenTest, NamesOfSecrets) {
  EXPECT_EQ(BootstrapTokenIdOf("bootstrap-token-abc123"), "abc123");
  for (const char* name :
       {"", "bootstrap-token-", "bootstrap-token-abc", "bootstrap-token-ABC123",
        "bootstrap-token-abc1234", "Bootstrap-token-abc123", "abc123",
        "x-bootstrap-token-abc123", "bootstrap-token-abc12/"}) {
    EXPECT_FALSE(BootstrapTokenIdOf(name).has_value()) << name;
  }
}

TEST(BootstrapTokenTest, Groups) {
  const std::string prefix = "system:bootstrappers:";
  const FormCase cases[] = {
      {prefix + "a", true},
      {prefix + "0", true},
      {prefix + "kubeadm:default-node-token", true},
      {prefix + ":a", true},
      {prefix + "-a", true},
      {prefix + "a::b--c", true},
      {prefix + std::string(255, '-') + "a", true},
      {prefix + std::string(256, '-') + "a", false},
      {prefix, false},
      {"system:bootstrappers", false},
      {"system:bootstrappersx", false},
      {"system:masters", false},
      {"", false},
      {"dev", false},
      {prefix + "a:", false},
      {prefix + "a-", false},
      {prefix + "A", false},
      {prefix + "a b", false},
      {prefix + "a.b", false},
      {prefix + "a_b", false},
      {prefix + "a\n", false},
      {prefix + std::string("a\0b", 3), false},
      {" " + prefix + "a", false},
      {"System:bootstrappers:a", false},
  };
  for (const FormCase& c : cases) {
    EXPECT_EQ(IsBootstrapGroup(c.text), c.want) << c.text;
  }
}

struct GroupsCase {
  const char* extra;  // Null: none.
  Texts want;         // Empty: an error.
};

TEST(BootstrapTokenTest, GroupsOfSecrets) {
  const std::string b = "system:bootstrappers";
  const GroupsCase cases[] = {
      {nullptr, {b}},
      {"", {b}},
      {"system:bootstrappers:z,system:bootstrappers:a,system:bootstrappers:z",
       {b, b + ":a", b + ":z"}},
      {"system:bootstrappers", {}},
      {"system:masters", {}},
      {"system:bootstrappers:a,system:masters", {}},
      {"system:bootstrappers:a, system:bootstrappers:b", {}},
      {"system:bootstrappers:a,", {}},
      {",system:bootstrappers:a", {}},
      {",", {}},
      {" ", {}},
  };
  for (const GroupsCase& c : cases) {
    k8s::Secret secret;
    if (c.extra != nullptr) {
      (*secret.mutable_data())[kBootstrapExtraGroups] = c.extra;
    }
    const auto groups = BootstrapGroups(secret);
    EXPECT_EQ(groups.ok() ? *groups : Texts(), c.want);
    if (!groups.ok()) {
      EXPECT_EQ(ReasonOf(groups.status()), Reason::kInvalid);
    }
  }
}

TEST(BootstrapTokenTest, Expiration) {
  k8s::Secret secret;
  EXPECT_EQ(BootstrapExpiration(secret), absl::InfiniteFuture());
  std::string& expiration = (*secret.mutable_data())[kBootstrapExpiration];
  EXPECT_EQ(BootstrapExpiration(secret), absl::InfiniteFuture());
  expiration = "2030-01-01T02:00:00+02:00";
  EXPECT_EQ(BootstrapExpiration(secret), absl::FromUnixSeconds(1893456000));
  for (const char* bad : {"soon", " ", "2030-01-01", "infinite-future",
                          "2030-01-01T00:00:00Z\n", "1893456000"}) {
    expiration = bad;
    EXPECT_EQ(BootstrapExpiration(secret), absl::InfinitePast()) << bad;
  }
}

TEST(BootstrapTokenTest, Usages) {
  EXPECT_TRUE(ValidateBootstrapUsages({}).ok());
  EXPECT_TRUE(ValidateBootstrapUsages(Texts{"signing", "authentication"}).ok());
  for (const char* bad : {"", "Signing", "sign", "signing "}) {
    EXPECT_EQ(ReasonOf(ValidateBootstrapUsages(Texts{"signing", bad})),
              Reason::kInvalid)
        << bad;
  }
}

}  // namespace
}  // namespace gatehouse::authn
