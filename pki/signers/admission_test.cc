#include "pki/signers/admission.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/test_support.h"
#include "proto/rbac.pb.h"

namespace gatehouse::pki {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Csr = k8s::CertificateSigningRequest;
using Operation = AdmissionRequest::Operation;

constexpr char kSubject[] =
    "certificatesigningrequests.certificates.k8s.io \"csr\" is forbidden: ";

AdmissionRequest MakeWrite(Operation operation, const std::string& subresource,
                           const Csr& csr) {
  AdmissionRequest request;
  request.operation = operation;
  request.api_group = "certificates.k8s.io";
  request.resource = "certificatesigningrequests";
  request.subresource = subresource;
  request.name = "csr";
  request.object = objects::MakeObject(csr);
  request.user.name = "jane";
  return request;
}

AdmissionRequest MakeCreate(const std::string& signer,
                            const std::string& request_pem) {
  return MakeWrite(Operation::kCreate, "",
                   MakeCsr(signer, {"client auth"}, request_pem));
}

void ExpectForbidden(const absl::Status& status, const std::string& message) {
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), Reason::kForbidden);
  EXPECT_EQ(status.message(), message);
}

struct SubjectCase {
  const char* signer;
  std::vector<std::string> organizations;
  bool admitted;
};

TEST(SubjectRestrictionTest, NobodyBecomesMaster) {
  const SubjectCase kCases[] = {
      {kKubeApiserverClientSigner, {}, true},
      {kKubeApiserverClientSigner, {"dev"}, true},
      {kKubeApiserverClientSigner, {"system:master"}, true},
      {kKubeApiserverClientSigner, {"System:masters"}, true},
      {kKubeApiserverClientSigner, {"system:masters "}, true},
      {kKubeApiserverClientSigner, {"system:masters"}, false},
      {kKubeApiserverClientSigner, {"dev", "system:masters"}, false},
      {kKubeApiserverClientSigner, {"system:masters", "dev"}, false},
      {kKubeApiserverClientKubeletSigner, {"system:masters"}, true},
      {kLegacyUnknownSigner, {"system:masters"}, true},
      {"example.com/x", {"system:masters"}, true},
  };
  for (const SubjectCase& c : kCases) {
    const absl::Status status = CertificateSubjectRestriction(
        MakeCreate(c.signer, MakeRequestPem("john", c.organizations)));
    if (c.admitted) {
      EXPECT_TRUE(status.ok()) << status;
    } else {
      ExpectForbidden(status, absl::StrCat(kSubject,
                                           "use of kubernetes.io/"
                                           "kube-apiserver-client signer with "
                                           "system:masters group is not "
                                           "allowed"));
    }
  }
}

TEST(SubjectRestrictionTest, RefusesWhatItCannotRead) {
  ExpectForbidden(
      CertificateSubjectRestriction(
          MakeCreate(kKubeApiserverClientSigner, "junk")),
      absl::StrCat(kSubject,
                   "failed to parse CSR: PEM block type must be CERTIFICATE "
                   "REQUEST"));
  EXPECT_TRUE(
      CertificateSubjectRestriction(MakeCreate("example.com/x", "junk")).ok());
}

TEST(SubjectRestrictionTest, LooksOnlyAtCreations) {
  const AdmissionRequest masters = MakeCreate(
      kKubeApiserverClientSigner, MakeRequestPem("john", {"system:masters"}));
  ASSERT_FALSE(CertificateSubjectRestriction(masters).ok());
  for (const Operation operation :
       {Operation::kUpdate, Operation::kDelete, Operation::kConnect}) {
    AdmissionRequest request = masters;
    request.operation = operation;
    EXPECT_TRUE(CertificateSubjectRestriction(request).ok());
  }
  AdmissionRequest request = masters;
  request.subresource = "status";
  EXPECT_TRUE(CertificateSubjectRestriction(request).ok());
  request = masters;
  request.resource = "signers";
  EXPECT_TRUE(CertificateSubjectRestriction(request).ok());
  request = masters;
  request.api_group = "example.com";
  EXPECT_TRUE(CertificateSubjectRestriction(request).ok());
}

TEST(AdmissionTest, RefusesObjectsOfAnotherType) {
  const ListAuthorizer all(
      {"jane approve signers a.b/c", "jane sign signers a.b/c"});
  const objects::Object role = objects::MakeObject(k8s::Role());
  const std::string expected = "expected type CertificateSigningRequest, got: ";
  AdmissionRequest request = MakeCreate("a.b/c", "");
  request.object = role;
  ExpectForbidden(CertificateSubjectRestriction(request),
                  absl::StrCat(kSubject, expected, "*rbac.Role"));
  request.object = {};
  request.name = "";
  ExpectForbidden(
      CertificateSubjectRestriction(request),
      absl::StrCat("certificatesigningrequests.certificates.k8s.io is "
                   "forbidden: ",
                   expected, "<nil>"));
  request = MakeWrite(Operation::kUpdate, "approval", Csr());
  ExpectForbidden(CertificateApproval(request, all),
                  absl::StrCat(kSubject, expected, "<nil>"));
  request = MakeWrite(Operation::kUpdate, "status", Csr());
  request.old_object = role;
  ExpectForbidden(CertificateSigning(request, all),
                  absl::StrCat(kSubject, expected, "*rbac.Role"));
  request.old_object = objects::MakeObject(MakeCsr("a.b/c", {}, ""));
  request.object = role;
  ExpectForbidden(CertificateSigning(request, all),
                  absl::StrCat(kSubject, expected, "*rbac.Role"));
}

struct PermissionCase {
  const char* allowed;  // What jane may do.
  bool admitted;
};

TEST(ApprovalAdmissionTest, NeedsThePermissionForTheSigner) {
  const PermissionCase kCases[] = {
      {"jane approve signers a.b/c", true},
      {"jane approve signers a.b/*", true},
      {"jane approve signers a.b/d", false},
      {"jane approve signers a.b", false},
      {"jane approve signers *", false},
      {"jane approve signers ", false},
      {"jane sign signers a.b/c", false},
      {"john approve signers a.b/c", false},
      {"", false},
  };
  const Csr old = MakeCsr("a.b/c", {}, "");
  AdmissionRequest request = MakeWrite(Operation::kUpdate, "approval", old);
  request.old_object = objects::MakeObject(old);
  for (const PermissionCase& c : kCases) {
    const ListAuthorizer authorizer({c.allowed});
    const absl::Status status = CertificateApproval(request, authorizer);
    if (c.admitted) {
      EXPECT_TRUE(status.ok()) << c.allowed << status;
    } else {
      ExpectForbidden(status,
                      absl::StrCat(kSubject,
                                   "user not permitted to approve requests "
                                   "with signerName \"a.b/c\""));
    }
  }
}

TEST(ApprovalAdmissionTest, TheOldSignerDecides) {
  AdmissionRequest request =
      MakeWrite(Operation::kUpdate, "approval", MakeCsr("mine.com/x", {}, ""));
  request.old_object = objects::MakeObject(MakeCsr("theirs.com/x", {}, ""));
  const ListAuthorizer authorizer({"jane approve signers mine.com/x"});
  EXPECT_FALSE(CertificateApproval(request, authorizer).ok());
  EXPECT_THAT(authorizer.asked(),
              ElementsAre("jane approve signers theirs.com/x",
                          "jane approve signers theirs.com/*"));
}

TEST(ApprovalAdmissionTest, LooksOnlyAtApprovals) {
  const ListAuthorizer nothing;
  for (const char* subresource : {"", "status", "Approval"}) {
    EXPECT_TRUE(CertificateApproval(
                    MakeWrite(Operation::kUpdate, subresource, Csr()), nothing)
                    .ok());
  }
  EXPECT_TRUE(CertificateApproval(
                  MakeWrite(Operation::kCreate, "approval", Csr()), nothing)
                  .ok());
  EXPECT_THAT(nothing.asked(), IsEmpty());
}

struct SigningCase {
  const char* old;  // The status, in text format.
  const char* csr;
  bool asks;
};

TEST(SigningAdmissionTest, AsksWhereTheOutcomeChanges) {
  const SigningCase kCases[] = {
      {"", "", false},
      {R"(certificate: "c")", R"(certificate: "c")", false},
      {R"(conditions {type: "x"})", R"(conditions {type: "x"})", false},
      {"", R"(certificate: "c")", true},
      {R"(certificate: "c")", R"(certificate: "d")", true},
      {R"(certificate: "c")", "", true},
      {"", R"(conditions {type: "Failed"})", true},
      {R"(conditions {type: "x"})", "", true},
      {R"(conditions {type: "x" reason: "a"})",
       R"(conditions {type: "x" reason: "b"})", true},
      {R"(conditions {type: "x"} conditions {type: "y"})",
       R"(conditions {type: "y"} conditions {type: "x"})", true},
  };
  for (const SigningCase& c : kCases) {
    const auto with = [](const char* status) {
      Csr csr = MakeCsr("a.b/c", {}, "");
      *csr.mutable_status() =
          ParseCsr(absl::StrCat("status {", status, "}")).status();
      return csr;
    };
    AdmissionRequest request =
        MakeWrite(Operation::kUpdate, "status", with(c.csr));
    request.old_object = objects::MakeObject(with(c.old));
    const ListAuthorizer nothing;
    const absl::Status status = CertificateSigning(request, nothing);
    EXPECT_EQ(nothing.asked().size(), c.asks ? 2 : 0) << c.csr;
    if (!c.asks) {
      EXPECT_TRUE(status.ok()) << status;
      continue;
    }
    ExpectForbidden(status, absl::StrCat(kSubject,
                                         "user not permitted to sign requests "
                                         "with signerName \"a.b/c\""));
    EXPECT_TRUE(
        CertificateSigning(request, ListAuthorizer({"jane sign signers a.b/*"}))
            .ok());
  }
}

TEST(SigningAdmissionTest, LooksOnlyAtStatus) {
  const ListAuthorizer nothing;
  for (const char* subresource : {"", "approval"}) {
    EXPECT_TRUE(CertificateSigning(
                    MakeWrite(Operation::kUpdate, subresource, Csr()), nothing)
                    .ok());
  }
}

TEST(IsAuthorizedForSignerTest, AnErrorNeverAllowsNorEndsTheQuestions) {
  ListAuthorizer authorizer(
      {"jane sign signers a.b/c", "jane sign signers a.b/*"});
  UserInfo jane;
  jane.name = "jane";
  EXPECT_TRUE(IsAuthorizedForSigner(authorizer, jane, "sign", "a.b/c"));
  EXPECT_EQ(authorizer.asked().size(), 1);
  authorizer.FailWith(absl::InternalError("no answer"));
  EXPECT_FALSE(IsAuthorizedForSigner(authorizer, jane, "sign", "a.b/c"));
  EXPECT_EQ(authorizer.asked().size(), 3);
}

}  // namespace
}  // namespace gatehouse::pki
