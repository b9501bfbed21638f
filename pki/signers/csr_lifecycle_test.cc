#include "pki/signers/csr_lifecycle.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/test_support.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;

void ExpectSame(const Csr& got, const std::string& want) {
  EXPECT_EQ(got.DebugString(), ParseCsr(want).DebugString());
}

TEST(CsrLifecycleTest, CreationIsInTheNameOfTheRequestor) {
  Csr csr = ParseCsr(R"(
      spec {request: "r" signerName: "a.b/c" usages: "any"
            username: "root" uid: "0" groups: "system:masters"
            extra {key: "k" value {items: "v"}}}
      status {conditions {type: "Approved"} certificate: "c"})");
  UserInfo john;
  john.name = "john";
  john.uid = "7";
  john.groups = {"dev", "system:authenticated"};
  john.extra["scopes"] = {"a", "b"};
  PrepareCsrCreate(john, &csr);
  ExpectSame(csr, R"(
      spec {request: "r" signerName: "a.b/c" usages: "any"
            username: "john" uid: "7"
            groups: "dev" groups: "system:authenticated"
            extra {key: "scopes" value {items: "a" items: "b"}}})");
}

TEST(CsrLifecycleTest, CreationByNobodyIsInNobodysName) {
  Csr csr = ParseCsr(R"(spec {username: "root" groups: "g"})");
  PrepareCsrCreate(UserInfo(), &csr);
  ExpectSame(csr, R"(spec {username: "" uid: ""})");
}

constexpr char kOld[] = R"(
    metadata {name: "x"} spec {username: "john"}
    status {certificate: "c"
            conditions {type: "Approved" status: "True"
                        lastUpdateTime {seconds: 5}
                        lastTransitionTime {seconds: 5}}})";
constexpr char kSent[] = R"(
    metadata {name: "x" labels {key: "k" value: "v"}} spec {username: "root"}
    status {certificate: "d"
            conditions {type: "Approved" status: "True" reason: "forged"}
            conditions {type: "Failed" status: "True"
                        lastUpdateTime {seconds: 6}}})";

struct UpdateCase {
  CsrEndpoint endpoint;
  const char* status;  // Of the object that is stored at second 9.
};

TEST(CsrLifecycleTest, UpdateKeepsWhatItsEndpointMayNotChange) {
  const UpdateCase kCases[] = {
      {CsrEndpoint::kObject, R"(certificate: "c"
          conditions {type: "Approved" status: "True"
                      lastUpdateTime {seconds: 5}
                      lastTransitionTime {seconds: 5}})"},
      {CsrEndpoint::kApproval, R"(certificate: "c"
          conditions {type: "Approved" status: "True" reason: "forged"
                      lastUpdateTime {seconds: 9}
                      lastTransitionTime {seconds: 5}}
          conditions {type: "Failed" status: "True"
                      lastUpdateTime {seconds: 6}
                      lastTransitionTime {seconds: 9}})"},
      {CsrEndpoint::kStatus, R"(certificate: "d"
          conditions {type: "Approved" status: "True"
                      lastUpdateTime {seconds: 5}
                      lastTransitionTime {seconds: 5}}
          conditions {type: "Failed" status: "True"
                      lastUpdateTime {seconds: 6}
                      lastTransitionTime {seconds: 9}})"},
  };
  for (const UpdateCase& c : kCases) {
    Csr csr = ParseCsr(kSent);
    PrepareCsrUpdate(ParseCsr(kOld), c.endpoint, absl::FromUnixSeconds(9),
                     &csr);
    ExpectSame(csr, absl::StrCat(R"(metadata {name: "x"
                                    labels {key: "k" value: "v"}}
                                    spec {username: "john"} status {)",
                                 c.status, "}"));
  }
}

TEST(CsrLifecycleTest, ConditionsThatCameOrWentAreLeftToValidation) {
  Csr csr = ParseCsr(R"(status {conditions {type: "Denied" status: "True"
      lastUpdateTime {seconds: 1} lastTransitionTime {seconds: 1}}})");
  const Csr sent = csr;
  PrepareCsrUpdate(ParseCsr(kOld), CsrEndpoint::kStatus, TestNow(), &csr);
  EXPECT_EQ(csr.status().DebugString(), sent.status().DebugString());
}

TEST(CsrLifecycleTest, AChangedStatusIsATransition) {
  Csr csr = ParseCsr(R"(status {conditions {type: "x" status: "False"}})");
  PrepareCsrUpdate(ParseCsr(R"(status {conditions {type: "x" status: "True"
          lastTransitionTime {seconds: 5}}})"),
                   CsrEndpoint::kStatus, absl::FromUnixSeconds(9), &csr);
  EXPECT_EQ(csr.status().conditions(0).lasttransitiontime().seconds(), 9);
}

struct GarbageCase {
  const char* conditions;  // Types.
  bool issued;
  int age;  // Seconds since creation and since the conditions.
  bool garbage;
};

TEST(CsrLifecycleTest, Garbage) {
  const std::string pem = MakeAuthority().certificate().ToPem();
  constexpr int kHour = 3600;
  const GarbageCase kCases[] = {
      {"", false, 24 * kHour, false},
      {"", false, 24 * kHour + 1, true},
      {"Denied", false, kHour, false},
      {"Denied", false, kHour + 1, true},
      {"Failed", false, kHour, false},
      {"Failed", false, kHour + 1, true},
      {"Approved", true, kHour, false},
      {"Approved", true, kHour + 1, true},
      // Approved but not signed yet: kept.
      {"Approved", false, 1000 * kHour, false},
      {"x", false, 1000 * kHour, false},
      {"x", true, 1000 * kHour, false},
  };
  for (const GarbageCase& c : kCases) {
    Csr csr;
    const absl::Time then = TestNow() - absl::Seconds(c.age);
    *csr.mutable_metadata()->mutable_creationtimestamp() = ToTime(then);
    if (c.conditions[0] != '\0') AddCondition(c.conditions, "", "", then, &csr);
    if (c.issued) csr.mutable_status()->set_certificate(pem);
    EXPECT_EQ(IsCsrGarbage(csr, TestNow()), c.garbage)
        << c.conditions << " " << c.age;
  }
}

TEST(CsrLifecycleTest, AnExpiredCertificateIsGarbageAtOnce) {
  Csr csr;
  AddCondition(kApproved, "", "", TestNow(), &csr);
  csr.mutable_status()->set_certificate(
      MakeAuthority(absl::Seconds(10)).certificate().ToPem());
  EXPECT_FALSE(IsCsrGarbage(csr, TestNow() + absl::Seconds(10)));
  EXPECT_TRUE(IsCsrGarbage(csr, TestNow() + absl::Seconds(11)));
  csr.mutable_status()->set_certificate("no certificate");
  EXPECT_FALSE(IsCsrGarbage(csr, TestNow() + absl::Seconds(11)));
}

TEST(CsrLifecycleTest, WhatHasNoTimeIsNotOld) {
  EXPECT_FALSE(IsCsrGarbage(Csr(), TestNow()));
  EXPECT_FALSE(IsCsrGarbage(ParseCsr(R"(status {conditions {type: "Denied"}})"),
                            TestNow()));
}

}  // namespace
}  // namespace gatehouse::pki
