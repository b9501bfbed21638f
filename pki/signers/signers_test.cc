#include "pki/signers/signers.h"

#include <vector>

#include "absl/status/status.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/test_support.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;
using Result = SigningController::Result;

SigningController MakeController(SigningOptions options = {}) {
  return SigningController::Create(kKubeApiserverClientSigner, MakeAuthority(),
                                   std::move(options))
      .value();
}

Csr Approved(const std::vector<std::string>& usages = {"client auth"}) {
  Csr csr = MakeCsr(kKubeApiserverClientSigner, usages,
                    MakeRequestPem("john", {"dev"}));
  AddCondition(kApproved, "r", "m", TestNow(), &csr);
  return csr;
}

Certificate CertificateOf(const Csr& csr) {
  const auto chain = Certificate::FromPem(csr.status().certificate());
  EXPECT_TRUE(chain.ok()) << chain.status();
  EXPECT_EQ(chain->size(), 1);
  return chain->front();
}

TEST(SignersTest, Create) {
  for (const absl::string_view name : KubernetesSigners()) {
    const auto controller = SigningController::Create(name, MakeAuthority());
    ASSERT_TRUE(controller.ok()) << controller.status();
    EXPECT_EQ(controller->signer_name(), name);
  }
  for (const char* name : {"example.com/x", "kubernetes.io/other", ""}) {
    const absl::Status status =
        SigningController::Create(name, MakeAuthority()).status();
    EXPECT_EQ(ReasonOf(status), Reason::kUnsupported);
    EXPECT_EQ(status.message(),
              std::string("unrecognized signerName: \"") + name + "\"");
  }
}

struct IgnoreCase {
  const char* conditions;  // In text format, of the status.
  const char* signer = kKubeApiserverClientSigner;
  const char* certificate = "";
};

TEST(SignersTest, IgnoresWhatIsNotItsBusiness) {
  const IgnoreCase kCases[] = {
      {""},
      {R"(conditions {type: "Denied" status: "True"})"},
      {R"(conditions {type: "Failed" status: "True"})"},
      {R"(conditions {type: "Approved"} conditions {type: "Denied"})"},
      {R"(conditions {type: "Approved"} conditions {type: "Failed"})"},
      {R"(conditions {type: "Approved"}
          conditions {type: "Failed" status: "True"})"},
      {R"(conditions {type: "Approved"})", kLegacyUnknownSigner},
      {R"(conditions {type: "Approved"})", kKubeletServingSigner},
      {R"(conditions {type: "Approved"})", kKubeApiserverClientSigner, "old"},
  };
  for (const IgnoreCase& c : kCases) {
    Csr csr = Approved();
    *csr.mutable_status() =
        ParseCsr(std::string("status {") + c.conditions + "}").status();
    csr.mutable_spec()->set_signername(c.signer);
    csr.mutable_status()->set_certificate(c.certificate);
    const std::string before = csr.SerializeAsString();
    const auto result = MakeController().Handle(TestNow(), &csr);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, Result::kIgnored) << c.conditions;
    EXPECT_EQ(csr.SerializeAsString(), before) << c.conditions;
  }
}

TEST(SignersTest, SignsWhatIsApproved) {
  Csr csr = Approved({"client auth", "digital signature"});
  const SigningController controller = MakeController();
  const auto result = controller.Handle(TestNow(), &csr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, Result::kSigned);
  EXPECT_EQ(ConditionText(csr), "Approved,Issued");
  const Certificate leaf = CertificateOf(csr);
  EXPECT_EQ(leaf.version(), 3);
  EXPECT_EQ(leaf.subject().common_name(), "john");
  EXPECT_EQ(leaf.subject().organizations(), std::vector<std::string>{"dev"});
  EXPECT_EQ(leaf.issuer(), controller.authority().certificate().subject());
  EXPECT_TRUE(leaf.SignedBy(controller.authority().certificate().public_key()));
  EXPECT_EQ(leaf.public_key(), TestKey().public_key());
  EXPECT_EQ(leaf.not_before(), TestNow() - absl::Minutes(5));
  EXPECT_EQ(leaf.not_after(), TestNow() + absl::Hours(8760) - absl::Minutes(5));
  const Extensions& extensions = leaf.extensions();
  EXPECT_EQ(extensions.key_usage.value_or(0), kDigitalSignature);
  EXPECT_EQ(extensions.extended_key_usages.value_or(std::vector<std::string>()),
            std::vector<std::string>{kClientAuth});
  ASSERT_TRUE(extensions.basic_constraints.has_value());
  EXPECT_FALSE(extensions.basic_constraints->is_ca);
  // And once is enough.
  const auto again = controller.Handle(TestNow(), &csr);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, Result::kIgnored);
}

struct LifetimeCase {
  int wish;  // 0: none.
  int max;
  int want;
};

TEST(SignersTest, LifetimeIsTheWishUpToTheMost) {
  const LifetimeCase kCases[] = {
      {0, 3600, 3600}, {1800, 3600, 1800}, {7200, 3600, 3600}, {60, 3600, 600}};
  for (const LifetimeCase& c : kCases) {
    SigningOptions options;
    options.max_lifetime = absl::Seconds(c.max);
    Csr csr = Approved();
    if (c.wish != 0) csr.mutable_spec()->set_expirationseconds(c.wish);
    ASSERT_TRUE(MakeController(options).Handle(TestNow(), &csr).ok());
    EXPECT_EQ(CertificateOf(csr).not_after(),
              TestNow() + absl::Seconds(c.want));
  }
}

TEST(SignersTest, FailsWhatBreaksTheRules) {
  Csr csr = Approved({"client auth", "server auth"});
  const auto result = MakeController().Handle(TestNow(), &csr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, Result::kFailed);
  EXPECT_TRUE(csr.status().certificate().empty());
  ASSERT_EQ(csr.status().conditions_size(), 2);
  const auto& condition = csr.status().conditions(1);
  EXPECT_EQ(condition.type(), "Failed");
  EXPECT_EQ(condition.status(), "True");
  EXPECT_EQ(condition.reason(), "SignerValidationFailure");
  EXPECT_EQ(condition.message(),
            "invalid usage for client certificate: server auth");
  // Never again.
  csr.mutable_spec()->mutable_usages()->RemoveLast();
  const auto again = MakeController().Handle(TestNow(), &csr);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, Result::kIgnored);
}

TEST(SignersTest, LegacyUnknownSignsWithoutSubjectAndNames) {
  const auto controller =
      SigningController::Create(kLegacyUnknownSigner, MakeAuthority());
  ASSERT_TRUE(controller.ok());
  Csr csr = MakeCsr(kLegacyUnknownSigner, {}, MakeRequestPem(""));
  AddCondition(kApproved, "", "", TestNow(), &csr);
  const auto result = controller->Handle(TestNow(), &csr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, Result::kSigned);
  EXPECT_FALSE(CertificateOf(csr).extensions().key_usage.has_value());
}

TEST(SignersTest, ErrorsLeaveTheObjectAlone) {
  struct ErrorCase {
    const char* request;
    const char* usage;
    absl::Duration ca_ends;
    Reason reason;
    const char* message;
  };
  const std::string good = MakeRequestPem("john");
  const ErrorCase kCases[] = {
      {"junk", "any", absl::Hours(1), Reason::kMalformed,
       "unable to parse csr \"csr\": PEM block type must be CERTIFICATE "
       "REQUEST"},
      {good.c_str(), "root", absl::Hours(1), Reason::kInvalid,
       "error auto signing csr: unrecognized usage values: [\"root\"]"},
      {good.c_str(), "any", absl::ZeroDuration(), Reason::kExpired,
       "error auto signing csr: refusing to sign a certificate that expired "
       "in the past: NotAfter=2027-01-15 08:00:00 +0000 UTC"},
      {good.c_str(), "any", absl::Minutes(-5), Reason::kExpired,
       "error auto signing csr: the signer has expired: NotAfter=2027-01-15 "
       "07:55:00 +0000 UTC"},
  };
  for (const ErrorCase& c : kCases) {
    const auto controller = SigningController::Create(kLegacyUnknownSigner,
                                                      MakeAuthority(c.ca_ends));
    ASSERT_TRUE(controller.ok());
    Csr csr = MakeCsr(kLegacyUnknownSigner, {c.usage}, c.request);
    AddCondition(kApproved, "", "", TestNow(), &csr);
    const std::string before = csr.SerializeAsString();
    const absl::Status status = controller->Handle(TestNow(), &csr).status();
    EXPECT_EQ(status.message(), c.message);
    EXPECT_EQ(ReasonOf(status), c.reason) << status;
    EXPECT_EQ(csr.SerializeAsString(), before);
  }
}

TEST(SignersTest, AnotherMaySign) {
  const CertificateAuthority other = MakeAuthority();
  absl::Time at;
  SigningOptions options;
  options.issue = [&](const PublicKey& key, const CertificateTemplate& wanted,
                      absl::Time now) {
    at = now;
    return other.Issue(key, wanted);
  };
  Csr csr = Approved();
  ASSERT_TRUE(MakeController(options).Handle(TestNow(), &csr).ok());
  EXPECT_EQ(at, TestNow());
  EXPECT_FALSE(csr.status().certificate().empty());

  options.issue = [](const PublicKey&, const CertificateTemplate&,
                     absl::Time) -> absl::StatusOr<Certificate> {
    return MakeError(absl::StatusCode::kUnavailable, Reason::kStale,
                     "the journal is full");
  };
  csr = Approved();
  const absl::Status status =
      MakeController(options).Handle(TestNow(), &csr).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "error auto signing csr: the journal is full");
  EXPECT_TRUE(csr.status().certificate().empty());
}

}  // namespace
}  // namespace gatehouse::pki
