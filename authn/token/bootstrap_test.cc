#include "authn/token/bootstrap.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authn/testing/test_client.h"
#include "authn/token/bootstrap_token.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "objects/memory_store.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::TestNow;
using objects::MakeObject;
using objects::MemoryStore;

constexpr char kToken[] = "abcdef.0123456789abcdef";
constexpr char kJoined[] = "system:bootstrap:abcdef  [system:bootstrappers]";
constexpr char kNobody[] = "no credential";

void Set(k8s::Secret& secret, const std::string& key,
         const std::string& value) {
  (*secret.mutable_data())[key] = value;
}

k8s::Secret Good() {
  k8s::Secret secret;
  secret.mutable_metadata()->set_namespace_("kube-system");
  secret.mutable_metadata()->set_name("bootstrap-token-abcdef");
  secret.set_type("bootstrap.kubernetes.io/token");
  Set(secret, "token-id", "abcdef");
  Set(secret, "token-secret", "0123456789abcdef");
  Set(secret, "usage-bootstrap-authentication", "true");
  return secret;
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

Result Ask(std::shared_ptr<const objects::ObjectStore> store,
           absl::string_view token) {
  TokenContext context;
  context.now = TestNow();
  return BootstrapAuthenticator(std::move(store))
      .AuthenticateToken(token, context);
}

struct SecretCase {
  const char* name;
  std::function<void(k8s::Secret&)> change;
  const char* want;
};

class BootstrapTest : public ::testing::TestWithParam<SecretCase> {};

TEST_P(BootstrapTest, HoldsTheSecretAgainstTheToken) {
  k8s::Secret secret = Good();
  GetParam().change(secret);
  const auto store = std::make_shared<MemoryStore>();
  ASSERT_TRUE(store->Create(MakeObject(secret)).ok());
  EXPECT_EQ(Describe(Ask(store, kToken)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, BootstrapTest,
    ::testing::Values(
        SecretCase{"good", [](k8s::Secret&) {}, kJoined},
        SecretCase{"groups",
                   [](k8s::Secret& s) {
                     Set(s, "auth-extra-groups",
                         "system:bootstrappers:b,system:bootstrappers:a");
                   },
                   "system:bootstrap:abcdef  [system:bootstrappers, "
                   "system:bootstrappers:a, system:bootstrappers:b]"},
        SecretCase{"bad_group",
                   [](k8s::Secret& s) {
                     Set(s, "auth-extra-groups",
                         "system:bootstrappers:b,system:masters");
                   },
                   kNobody},
        SecretCase{"other_namespace",
                   [](k8s::Secret& s) {
                     s.mutable_metadata()->set_namespace_("default");
                   },
                   kNobody},
        SecretCase{"other_name",
                   [](k8s::Secret& s) {
                     s.mutable_metadata()->set_name("bootstrap-token-abcdeg");
                   },
                   kNobody},
        SecretCase{
            "being_deleted",
            [](k8s::Secret& s) {
              s.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(
                  absl::ToUnixSeconds(TestNow()) + 3600);
            },
            kNobody},
        SecretCase{"no_type", [](k8s::Secret& s) { s.clear_type(); }, kNobody},
        SecretCase{"other_type", [](k8s::Secret& s) { s.set_type("Opaque"); },
                   kNobody},
        SecretCase{"no_data", [](k8s::Secret& s) { s.clear_data(); }, kNobody},
        SecretCase{
            "other_secret",
            [](k8s::Secret& s) { Set(s, "token-secret", "0123456789abcdeg"); },
            kNobody},
        SecretCase{
            "longer_secret",
            [](k8s::Secret& s) { Set(s, "token-secret", "0123456789abcdef0"); },
            kNobody},
        SecretCase{"secret_with_a_line_end",
                   [](k8s::Secret& s) {
                     Set(s, "token-secret", "0123456789abcdef\n");
                   },
                   kNobody},
        SecretCase{"no_secret",
                   [](k8s::Secret& s) { Set(s, "token-secret", ""); }, kNobody},
        SecretCase{"other_id",
                   [](k8s::Secret& s) { Set(s, "token-id", "abcdeg"); },
                   kNobody},
        SecretCase{"no_id", [](k8s::Secret& s) { Set(s, "token-id", ""); },
                   kNobody},
        // What has not been merged into data by the API server is not there.
        SecretCase{"string_data",
                   [](k8s::Secret& s) {
                     s.mutable_stringdata()->insert(s.data().begin(),
                                                    s.data().end());
                     s.clear_data();
                   },
                   kNobody}),
    [](const auto& info) { return std::string(info.param.name); });

SecretCase Usage(const char* name, const char* value, const char* want) {
  return {name,
          [value](k8s::Secret& s) {
            Set(s, "usage-bootstrap-authentication", value);
          },
          want};
}

SecretCase Expires(const char* name, const std::string& when,
                   const char* want) {
  return {name, [when](k8s::Secret& s) { Set(s, "expiration", when); }, want};
}

INSTANTIATE_TEST_SUITE_P(
    UsageAndExpiry, BootstrapTest,
    ::testing::Values(
        Usage("not_for_authentication", "false", kNobody),
        Usage("empty_usage", "", kNobody), Usage("yes", "yes", kNobody),
        Usage("capital", "True", kNobody), Usage("space", "true ", kNobody),
        SecretCase{"only_for_signing",
                   [](k8s::Secret& s) {
                     s.mutable_data()->erase("usage-bootstrap-authentication");
                     Set(s, "usage-bootstrap-signing", "true");
                   },
                   kNobody},
        SecretCase{
            "also_for_signing",
            [](k8s::Secret& s) { Set(s, "usage-bootstrap-signing", "true"); },
            kJoined},
        Expires("never", "", kJoined),
        Expires("in_a_second", Rfc3339(TestNow() + absl::Seconds(1)), kJoined),
        Expires("now", Rfc3339(TestNow()), kNobody),
        Expires("a_second_ago", Rfc3339(TestNow() - absl::Seconds(1)), kNobody),
        Expires("no_time", "never", kNobody),
        Expires("infinite_future", "infinite-future", kNobody),
        Expires("offset", "2130-01-01T00:00:00+02:00", kJoined)),
    [](const auto& info) { return std::string(info.param.name); });

TEST(BootstrapAuthenticatorTest, SaysWhatItIs) {
  const auto store = std::make_shared<MemoryStore>();
  k8s::Secret secret = Good();
  Set(secret, "expiration", Rfc3339(TestNow() + absl::Hours(1)));
  ASSERT_TRUE(store->Create(MakeObject(secret)).ok());
  const Authentication found = Ask(store, kToken).authentication();
  EXPECT_EQ(found.authenticator, "bootstrap");
  EXPECT_EQ(found.credential_id, "BOOTSTRAP=abcdef");
  EXPECT_EQ(found.user.uid, "");
  EXPECT_TRUE(found.user.extra.empty());
  EXPECT_FALSE(found.audiences.has_value());
  EXPECT_EQ(found.not_after, TestNow() + absl::Hours(1) - absl::Nanoseconds(1));
}

TEST(BootstrapAuthenticatorTest, TheNextRequestSeesAChange) {
  const auto store = std::make_shared<MemoryStore>();
  EXPECT_EQ(Describe(Ask(store, kToken)), kNobody);
  ASSERT_TRUE(store->Create(MakeObject(Good())).ok());
  EXPECT_EQ(Describe(Ask(store, kToken)), kJoined);
  k8s::Secret changed = Good();
  Set(changed, "token-secret", "fedcba9876543210");
  ASSERT_TRUE(store->Update(MakeObject(changed)).ok());
  EXPECT_EQ(Describe(Ask(store, kToken)), kNobody);
  EXPECT_EQ(Describe(Ask(store, "abcdef.fedcba9876543210")), kJoined);
  ASSERT_TRUE(store
                  ->Delete(*objects::FindKind("v1", "Secret"), "kube-system",
                           "bootstrap-token-abcdef")
                  .ok());
  EXPECT_EQ(Describe(Ask(store, "abcdef.fedcba9876543210")), kNobody);
}

// Fails with one error, whatever is asked, and counts.
class BrokenStore : public objects::ObjectStore {
 public:
  explicit BrokenStore(absl::Status error) : error_(std::move(error)) {}
  absl::StatusOr<objects::Object> Get(const objects::KindInfo&,
                                      absl::string_view,
                                      absl::string_view) const override {
    ++calls;
    return error_;
  }
  absl::StatusOr<objects::ObjectList> List(const objects::KindInfo&,
                                           absl::string_view) const override {
    return error_;
  }
  absl::StatusOr<objects::Object> Create(const objects::Object&) override {
    return error_;
  }
  absl::StatusOr<objects::Object> Update(const objects::Object&) override {
    return error_;
  }
  absl::StatusOr<objects::Object> Delete(
      const objects::KindInfo&, absl::string_view, absl::string_view,
      const objects::Preconditions&) override {
    return error_;
  }
  absl::StatusOr<std::unique_ptr<objects::Watcher>> Watch(
      const objects::KindInfo&, uint64_t) override {
    return error_;
  }
  mutable int calls = 0;

 private:
  const absl::Status error_;
};

TEST(BootstrapAuthenticatorTest, AStoreThatCannotSayIsARejection) {
  const auto broken =
      std::make_shared<BrokenStore>(absl::UnavailableError("down"));
  EXPECT_EQ(Describe(Ask(broken, kToken)), ": down");
  // Not asked about what is no bootstrap token.
  EXPECT_EQ(Describe(Ask(broken, "tok")), kNobody);
  EXPECT_EQ(broken->calls, 1);
  const auto forbidden = std::make_shared<BrokenStore>(
      MakeError(absl::StatusCode::kPermissionDenied, Reason::kForbidden, "no"));
  EXPECT_EQ(Describe(Ask(forbidden, kToken)), "Forbidden: no");
}

}  // namespace
}  // namespace gatehouse::authn
