#include "pki/signers/csr_handler.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/memory_store.h"
#include "pki/certificate.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/test_support.h"
#include "testing/fake_clock.h"

namespace gatehouse::pki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Csr = k8s::CertificateSigningRequest;

constexpr char kMayApprove[] = "admin approve signers kubernetes.io/*";
constexpr char kMaySign[] =
    "signer sign signers kubernetes.io/kube-apiserver-client";
constexpr char kNodeMay[] =
    "john create certificatesigningrequests/nodeclient ";

UserInfo User(const char* name) {
  UserInfo user;
  user.name = name;
  return user;
}

class CsrHandlerTest : public ::testing::Test {
 protected:
  CsrHandlerTest()
      : clock_(TestNow()),
        store_({&clock_}),
        authorizer_({kMayApprove, kMaySign, kNodeMay}),
        handler_(&store_, &authorizer_, &clock_),
        signer_(SigningController::Create(kKubeApiserverClientSigner,
                                          MakeAuthority())
                    .value()) {}

  // Creates "csr" in the name of john.
  Csr Create(const std::string& usage = "client auth") {
    const auto created = handler_.Create(
        User("john"), MakeCsr(kKubeApiserverClientSigner, {usage},
                              MakeRequestPem("john", {"dev"})));
    EXPECT_TRUE(created.ok()) << created.status();
    return *created;
  }

  testing::FakeClock clock_;
  objects::MemoryStore store_;
  ListAuthorizer authorizer_;
  CsrHandler handler_;
  SigningController signer_;
};

TEST_F(CsrHandlerTest, FromCreationToCertificate) {
  Csr csr = MakeCsr(kKubeApiserverClientSigner, {"client auth"},
                    MakeRequestPem("john", {"dev"}));
  csr.mutable_spec()->set_username("root");
  AddCondition(kApproved, "", "", TestNow(), &csr);
  auto step = handler_.Create(User("john"), csr);
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(step->spec().username(), "john");
  EXPECT_EQ(ConditionText(*step), "Pending");

  step = handler_.Sign(User("signer"), "csr", signer_);
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(ConditionText(*step), "Pending");

  step = handler_.Approve(User("admin"), "csr", "Asked", "in person");
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(ConditionText(*step), "Approved");
  EXPECT_EQ(step->status().conditions(0).reason(), "Asked");
  EXPECT_EQ(step->status().conditions(0).message(), "in person");
  EXPECT_EQ(FromTime(step->status().conditions(0).lasttransitiontime()),
            TestNow());

  step = handler_.Sign(User("signer"), "csr", signer_);
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(ConditionText(*step), "Approved,Issued");
  const auto chain = Certificate::FromPem(step->status().certificate());
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_EQ(chain->front().subject().common_name(), "john");

  const auto stored = handler_.Get("csr");
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->DebugString(), step->DebugString());
}

TEST_F(CsrHandlerTest, DeniedIsFinal) {
  Create();
  const auto denied = handler_.Deny(User("admin"), "csr", "No", "not here");
  ASSERT_TRUE(denied.ok()) << denied.status();
  EXPECT_EQ(ConditionText(*denied), "Denied");
  const absl::Status status =
      handler_.Approve(User("admin"), "csr", "", "").status();
  EXPECT_EQ(ReasonOf(status), Reason::kInvalid);
  EXPECT_EQ(status.message(),
            "CertificateSigningRequest.certificates.k8s.io \"csr\" is "
            "invalid: status.conditions[1].type: Invalid value: \"Approved\": "
            "Approved and Denied conditions are mutually exclusive");
  const auto ignored = handler_.Sign(User("signer"), "csr", signer_);
  ASSERT_TRUE(ignored.ok());
  EXPECT_EQ(ConditionText(*ignored), "Denied");
}

TEST_F(CsrHandlerTest, ApprovingTwiceChangesNothing) {
  Create();
  const auto once = handler_.Approve(User("admin"), "csr", "a", "");
  clock_.Advance(absl::Minutes(1));
  const auto twice = handler_.Approve(User("admin"), "csr", "b", "");
  ASSERT_TRUE(once.ok() && twice.ok());
  EXPECT_EQ(once->DebugString(), twice->DebugString());
}

TEST_F(CsrHandlerTest, PermissionsAreAsked) {
  Create();
  absl::Status status = handler_.Approve(User("john"), "csr", "", "").status();
  EXPECT_EQ(ReasonOf(status), Reason::kForbidden);
  EXPECT_TRUE(absl::StrContains(status.message(),
                                "user not permitted to approve requests"))
      << status;
  EXPECT_FALSE(handler_.Deny(User("signer"), "csr", "", "").ok());
  ASSERT_TRUE(handler_.Approve(User("admin"), "csr", "", "").ok());
  status = handler_.Sign(User("admin"), "csr", signer_).status();
  EXPECT_EQ(ReasonOf(status), Reason::kForbidden);
  EXPECT_TRUE(absl::StrContains(status.message(),
                                "user not permitted to sign requests"))
      << status;
  const auto stored = handler_.Get("csr");
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(ConditionText(*stored), "Approved");
}

TEST_F(CsrHandlerTest, CreationIsValidatedAndAdmitted) {
  const absl::Status invalid = handler_.Create(User("john"), Csr()).status();
  EXPECT_EQ(ReasonOf(invalid), Reason::kInvalid);
  EXPECT_TRUE(absl::StartsWith(
      invalid.message(),
      "CertificateSigningRequest.certificates.k8s.io \"\" is invalid: ["))
      << invalid;
  const absl::Status masters =
      handler_
          .Create(User("john"),
                  MakeCsr(kKubeApiserverClientSigner, {"client auth"},
                          MakeRequestPem("john", {"system:masters"})))
          .status();
  EXPECT_EQ(ReasonOf(masters), Reason::kForbidden);
  Create();
  const absl::Status twice =
      handler_
          .Create(User("john"), MakeCsr(kKubeApiserverClientSigner, {"any"},
                                        MakeRequestPem("john")))
          .status();
  EXPECT_EQ(ReasonOf(twice), Reason::kDuplicate);
}

TEST_F(CsrHandlerTest, FailureIsStored) {
  Create("server auth");
  ASSERT_TRUE(handler_.Approve(User("admin"), "csr", "", "").ok());
  const auto failed = handler_.Sign(User("signer"), "csr", signer_);
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_EQ(ConditionText(*failed), "Approved,Failed");
  const auto stored = handler_.Get("csr");
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(ConditionText(*stored), "Approved,Failed");
}

TEST_F(CsrHandlerTest, UpdatesKeepTheSpecAndTheVersion) {
  Csr stale = Create();
  Csr csr = stale;
  csr.mutable_spec()->set_username("root");
  (*csr.mutable_metadata()->mutable_labels())["team"] = "dev";
  csr.mutable_metadata()->clear_resourceversion();
  const auto updated = handler_.Update(User("john"), csr, CsrEndpoint::kObject);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->spec().username(), "john");
  EXPECT_EQ(updated->metadata().labels().at("team"), "dev");
  (*stale.mutable_metadata()->mutable_labels())["team"] = "ops";
  EXPECT_EQ(
      ReasonOf(
          handler_.Update(User("john"), stale, CsrEndpoint::kObject).status()),
      Reason::kConflict);
}

// InterruptingAuthorizer allows everything, and does something once meanwhile.
class InterruptingAuthorizer : public authz::Authorizer {
 public:
  explicit InterruptingAuthorizer(std::function<void()> interrupt)
      : interrupt_(std::move(interrupt)) {}

  authz::Decision Authorize(const authz::Attributes&) const override {
    if (interrupt_ != nullptr) std::exchange(interrupt_, nullptr)();
    return {authz::Outcome::kAllow, "", absl::OkStatus()};
  }

 private:
  mutable std::function<void()> interrupt_;
};

// Who guesses the version that the next change will have, or names none, must
// not replace what he was not held against: here, a denial.
TEST_F(CsrHandlerTest, ADenialMeanwhileIsAConflict) {
  for (const bool guess : {false, true}) {
    for (const std::string none : {"", "0"}) {
      const std::string name =
          absl::StrCat("csr", guess ? "-guessed" : "-none", none);
      Csr request = MakeCsr(kKubeApiserverClientSigner, {"client auth"},
                            MakeRequestPem("john"));
      request.mutable_metadata()->set_name(name);
      Csr csr = handler_.Create(User("john"), request).value();
      int64_t version = 0;
      ASSERT_TRUE(absl::SimpleAtoi(csr.metadata().resourceversion(), &version));
      csr.mutable_metadata()->set_resourceversion(
          guess ? absl::StrCat(version + 1) : none);
      AddCondition(kFailed, "", "", TestNow(), &csr);
      const InterruptingAuthorizer authorizer([&] {
        EXPECT_TRUE(handler_.Deny(User("admin"), name, "No", "").ok());
      });
      CsrHandler handler(&store_, &authorizer, &clock_);
      const absl::Status status =
          handler.Update(User("signer"), csr, CsrEndpoint::kStatus).status();
      EXPECT_EQ(ReasonOf(status), Reason::kConflict) << name << status;
      EXPECT_NE(ConditionText(handler_.Get(name).value()), "Pending,Failed");
    }
  }
}

TEST_F(CsrHandlerTest, WhatIsNotThere) {
  EXPECT_EQ(ReasonOf(handler_.Get("x").status()), Reason::kNotFound);
  EXPECT_EQ(ReasonOf(handler_.Approve(User("admin"), "x", "", "").status()),
            Reason::kNotFound);
  EXPECT_EQ(ReasonOf(handler_.Sign(User("signer"), "x", signer_).status()),
            Reason::kNotFound);
  EXPECT_EQ(ReasonOf(handler_.AutoApprove(User("admin"), "x").status()),
            Reason::kNotFound);
  EXPECT_EQ(
      ReasonOf(
          handler_.Update(User("admin"), Csr(), CsrEndpoint::kStatus).status()),
      Reason::kNotFound);
}

TEST_F(CsrHandlerTest, KubeletsAreApproved) {
  Csr csr = MakeCsr(kKubeApiserverClientKubeletSigner,
                    {"client auth", "digital signature"},
                    MakeRequestPem("system:node:n", {"system:nodes"}));
  ASSERT_TRUE(handler_.Create(User("john"), csr).ok());
  const auto approved = handler_.AutoApprove(User("admin"), "csr");
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(ConditionText(*approved), "Approved");
  EXPECT_EQ(approved->status().conditions(0).reason(), "AutoApproved");
  // The one that approves needs the permission too.
  csr.mutable_metadata()->set_name("second");
  ASSERT_TRUE(handler_.Create(User("john"), csr).ok());
  EXPECT_EQ(ReasonOf(handler_.AutoApprove(User("john"), "second").status()),
            Reason::kForbidden);
}

TEST_F(CsrHandlerTest, OtherRequestsAreLeftToPeople) {
  Create();
  const auto pending = handler_.AutoApprove(User("admin"), "csr");
  ASSERT_TRUE(pending.ok()) << pending.status();
  EXPECT_EQ(ConditionText(*pending), "Pending");
}

TEST_F(CsrHandlerTest, CollectGarbage) {
  Create();
  clock_.Advance(absl::Hours(24));
  auto deleted = handler_.CollectGarbage();
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_THAT(*deleted, IsEmpty());
  clock_.Advance(absl::Seconds(1));
  deleted = handler_.CollectGarbage();
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_THAT(*deleted, ElementsAre("csr"));
  EXPECT_EQ(ReasonOf(handler_.Get("csr").status()), Reason::kNotFound);
}

}  // namespace
}  // namespace gatehouse::pki
