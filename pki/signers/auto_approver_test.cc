#include "pki/signers/auto_approver.h"

#include <set>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/test_support.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;

constexpr char kNode[] = "system:node:n";
constexpr char kSelf[] =
    "system:node:n create certificatesigningrequests/selfnodeclient ";
constexpr char kAny[] =
    "system:node:n create certificatesigningrequests/nodeclient ";

Csr NodeCsr(const std::string& username) {
  Csr csr = MakeCsr(kKubeApiserverClientKubeletSigner,
                    {"client auth", "digital signature"},
                    MakeRequestPem(kNode, {"system:nodes"}));
  csr.mutable_spec()->set_username(username);
  return csr;
}

struct RecognizeCase {
  const char* username;
  const char* signer;
  const char* common_name;
  const char* organization;
  std::vector<std::string> usages;
  bool node;
  bool self;
};

TEST(AutoApproverTest, Recognizes) {
  const std::vector<std::string> good = {"client auth", "digital signature"};
  const char* const signer = kKubeApiserverClientKubeletSigner;
  const RecognizeCase kCases[] = {
      {kNode, signer, kNode, "system:nodes", good, true, true},
      {"boot", signer, kNode, "system:nodes", good, true, false},
      {"", signer, kNode, "system:nodes", good, true, false},
      {kNode, signer, "system:node:m", "system:nodes", good, true, false},
      {"n", signer, "n", "system:nodes", good, false, false},
      {kNode, signer, kNode, "nodes", good, false, false},
      {kNode, signer, kNode, "system:nodes", {"client auth"}, false, false},
      {kNode, kKubeletServingSigner, kNode, "system:nodes", good, false, false},
      {kNode, kLegacyUnknownSigner, kNode, "system:nodes", good, false, false},
      {kNode, "", kNode, "system:nodes", good, false, false},
  };
  for (const RecognizeCase& c : kCases) {
    const CertificateRequest request =
        MakeRequest(c.common_name, {c.organization});
    Csr csr = MakeCsr(c.signer, c.usages, request.ToPem());
    csr.mutable_spec()->set_username(c.username);
    EXPECT_EQ(IsKubeletClientCsr(csr, request), c.node) << c.common_name;
    EXPECT_EQ(IsSelfKubeletClientCsr(csr, request), c.self) << c.username;
  }
}

struct ApproveCase {
  std::set<std::string> allowed;
  const char* username;
  std::vector<std::string> asked;
  // Of the condition; or, without "Auto", of the error.
  const char* message;
};

TEST(AutoApproverTest, AsksWhetherTheRequestorMay) {
  constexpr char kSelfMessage[] =
      "Auto approving self kubelet client certificate after "
      "SubjectAccessReview.";
  constexpr char kAnyMessage[] =
      "Auto approving kubelet client certificate after SubjectAccessReview.";
  const std::string boot = "boot create certificatesigningrequests/nodeclient ";
  const ApproveCase kCases[] = {
      {{kSelf}, kNode, {kSelf}, kSelfMessage},
      {{kSelf, kAny}, kNode, {kSelf}, kSelfMessage},
      {{kAny}, kNode, {kSelf, kAny}, kAnyMessage},
      {{boot}, "boot", {boot}, kAnyMessage},
      {{kSelf, kAny},
       "boot",
       {boot},
       "recognized csr \"csr\" as [nodeclient] but subject access review was "
       "not approved"},
      {{},
       kNode,
       {kSelf, kAny},
       "recognized csr \"csr\" as [selfnodeclient nodeclient] but subject "
       "access review was not approved"},
  };
  for (const ApproveCase& c : kCases) {
    const ListAuthorizer authorizer(c.allowed);
    Csr csr = NodeCsr(c.username);
    const auto approved = AutoApprove(authorizer, TestNow(), &csr);
    EXPECT_EQ(authorizer.asked(), c.asked);
    if (!approved.ok()) {
      EXPECT_EQ(approved.status().message(), c.message);
      EXPECT_EQ(ReasonOf(approved.status()), Reason::kForbidden);
      EXPECT_EQ(csr.status().conditions_size(), 0);
      continue;
    }
    EXPECT_TRUE(*approved);
    ASSERT_EQ(csr.status().conditions_size(), 1);
    EXPECT_EQ(csr.status().conditions(0).type(), "Approved");
    EXPECT_EQ(csr.status().conditions(0).status(), "True");
    EXPECT_EQ(csr.status().conditions(0).reason(), "AutoApproved");
    EXPECT_EQ(csr.status().conditions(0).message(), c.message);
  }
}

TEST(AutoApproverTest, LeavesAloneWhatIsDecidedOrNotRecognized) {
  std::vector<Csr> cases;
  for (const char* type : {kApproved, kDenied}) {
    cases.push_back(NodeCsr(kNode));
    AddCondition(type, "", "", TestNow(), &cases.back());
  }
  cases.push_back(NodeCsr(kNode));
  cases.back().mutable_status()->set_certificate("c");
  cases.push_back(NodeCsr(kNode));
  cases.back().mutable_spec()->set_signername(kKubeApiserverClientSigner);
  for (Csr& csr : cases) {
    const ListAuthorizer authorizer({kSelf, kAny});
    const std::string before = csr.SerializeAsString();
    const auto approved = AutoApprove(authorizer, TestNow(), &csr);
    ASSERT_TRUE(approved.ok()) << approved.status();
    EXPECT_FALSE(*approved);
    EXPECT_TRUE(authorizer.asked().empty());
    EXPECT_EQ(csr.SerializeAsString(), before);
  }
}

TEST(AutoApproverTest, SaysWhatDoesNotParse) {
  Csr csr = NodeCsr(kNode);
  csr.mutable_spec()->set_request("junk");
  const absl::Status status =
      AutoApprove(ListAuthorizer(), TestNow(), &csr).status();
  EXPECT_EQ(ReasonOf(status), Reason::kMalformed);
  EXPECT_EQ(status.message(),
            "unable to parse csr \"csr\": PEM block type must be CERTIFICATE "
            "REQUEST");
}

// The question is about the requestor with all that is known of them.
class WhoIsAsking : public authz::Authorizer {
 public:
  authz::Decision Authorize(const authz::Attributes& asked) const override {
    user = *asked.user;
    return {};
  }
  mutable UserInfo user;
};

TEST(AutoApproverTest, TheRequestorIsWhole) {
  Csr csr = NodeCsr("boot");
  csr.mutable_spec()->set_uid("7");
  csr.mutable_spec()->add_groups("g");
  (*csr.mutable_spec()->mutable_extra())["k"].add_items("v");
  const WhoIsAsking authorizer;
  EXPECT_FALSE(AutoApprove(authorizer, TestNow(), &csr).ok());
  EXPECT_EQ(authorizer.user.name, "boot");
  EXPECT_EQ(authorizer.user.uid, "7");
  EXPECT_EQ(authorizer.user.groups, std::vector<std::string>{"g"});
  EXPECT_EQ(authorizer.user.extra.at("k"), std::vector<std::string>{"v"});
}

}  // namespace
}  // namespace gatehouse::pki
