#include "authn/serviceaccount/token_secret.h"

#include <string>

#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

TEST(TokenSecretTest, WhoseItIs) {
  constexpr char kType[] = "kubernetes.io/service-account-token";
  const struct {
    const char* type;
    const char* name;  // Annotations; null: none.
    const char* uid;
    bool is;
  } kCases[] = {
      {kType, "sa", "u", true},     {kType, "sa", "", true},
      {kType, "sa", nullptr, true}, {kType, "sa", "other", false},
      {kType, "other", "u", false}, {kType, "", "u", false},
      {kType, nullptr, "u", false}, {"Opaque", "sa", "u", false},
      {"", "sa", "u", false},
  };
  k8s::ServiceAccount account;
  account.mutable_metadata()->set_name("sa");
  account.mutable_metadata()->set_uid("u");
  for (const auto& c : kCases) {
    k8s::Secret secret;
    secret.set_type(c.type);
    auto& annotations = *secret.mutable_metadata()->mutable_annotations();
    if (c.name != nullptr) annotations[kServiceAccountNameAnnotation] = c.name;
    if (c.uid != nullptr) annotations[kServiceAccountUidAnnotation] = c.uid;
    EXPECT_EQ(IsServiceAccountTokenSecret(secret, account), c.is)
        << secret.ShortDebugString();
  }
}

}  // namespace
}  // namespace gatehouse::authn
