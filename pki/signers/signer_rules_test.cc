#include "pki/signers/signer_rules.h"

#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/test_support.h"

namespace gatehouse::pki {
namespace {

using Texts = std::vector<std::string>;

const Texts kClient = {"client auth", "digital signature", "key encipherment"};
const Texts kServing = {"server auth", "digital signature", "key encipherment"};
const Texts kNodes = {"system:nodes"};
constexpr char kNode[] = "system:node:n";
constexpr char kOrganization[] = "subject organization is not system:nodes";
constexpr char kCommonName[] =
    "subject common name does not begin with system:node:";

GeneralNames Dns() {
  GeneralNames names;
  names.dns = {"node.example"};
  return names;
}
GeneralNames Ip() {
  GeneralNames names;
  names.ips = {std::string("\x0a\0\0\x01", 4)};
  return names;
}
GeneralNames Email() {
  GeneralNames names;
  names.emails = {"a@example.com"};
  return names;
}
GeneralNames Uri() {
  GeneralNames names;
  names.uris = {"spiffe://example.com/a"};
  return names;
}
GeneralNames Both(GeneralNames a, const GeneralNames& b) {
  a.dns.insert(a.dns.end(), b.dns.begin(), b.dns.end());
  a.ips.insert(a.ips.end(), b.ips.begin(), b.ips.end());
  a.emails.insert(a.emails.end(), b.emails.begin(), b.emails.end());
  a.uris.insert(a.uris.end(), b.uris.begin(), b.uris.end());
  return a;
}

struct Case {
  const char* common_name;
  Texts organizations;
  GeneralNames names;
  Texts usages;
  const char* want;  // "" if the rules are kept.
};

void ExpectRules(const char* signer, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const absl::Status status = CheckSignerRules(
        signer, MakeRequest(c.common_name, c.organizations, c.names), c.usages);
    EXPECT_EQ(status.message(), c.want) << c.common_name;
    EXPECT_EQ(ReasonOf(status), status.ok() ? Reason::kNone : Reason::kInvalid);
  }
}

TEST(SignerRulesTest, KubeletClient) {
  constexpr char kUsages[] =
      "usages did not match [client auth digital signature key encipherment]";
  ExpectRules(
      kKubeApiserverClientKubeletSigner,
      {
          {kNode, kNodes, {}, kClient, ""},
          {kNode, kNodes, {}, {"digital signature", "client auth"}, ""},
          {kNode,
           kNodes,
           {},
           {"client auth", "client auth", "digital signature"},
           ""},
          {"system:node:", kNodes, {}, kClient, ""},
          {kNode, {}, {}, kClient, kOrganization},
          {kNode, {"system:node"}, {}, kClient, kOrganization},
          {kNode, {"System:nodes"}, {}, kClient, kOrganization},
          {kNode, {"system:nodes", "x"}, {}, kClient, kOrganization},
          {kNode, {"system:nodes", "system:nodes"}, {}, kClient, kOrganization},
          {kNode, kNodes, Dns(), kClient,
           "DNS subjectAltNames are not allowed"},
          {kNode, kNodes, Email(), kClient,
           "Email subjectAltNames are not allowed"},
          {kNode, kNodes, Ip(), kClient, "IP subjectAltNames are not allowed"},
          {kNode, kNodes, Uri(), kClient,
           "URI subjectAltNames are not allowed"},
          {"n", kNodes, {}, kClient, kCommonName},
          {"", kNodes, {}, kClient, kCommonName},
          {"system:node", kNodes, {}, kClient, kCommonName},
          {kNode, kNodes, {}, kServing, kUsages},
          {kNode, kNodes, {}, {}, kUsages},
          {kNode, kNodes, {}, {"client auth"}, kUsages},
          // The other name of the same bit is another usage.
          {kNode, kNodes, {}, {"client auth", "signing"}, kUsages},
          {kNode,
           kNodes,
           {},
           {"client auth", "digital signature", "key encipherment", "any"},
           kUsages},
          // Order: organization, DNS, email, IP, URI, common name, usages.
          {"n", {}, Both(Dns(), Email()), {}, kOrganization},
          {"n",
           kNodes,
           Both(Dns(), Email()),
           {},
           "DNS subjectAltNames are not allowed"},
          {"n",
           kNodes,
           Both(Ip(), Email()),
           {},
           "Email subjectAltNames are not allowed"},
          {"n",
           kNodes,
           Both(Ip(), Uri()),
           {},
           "IP subjectAltNames are not allowed"},
          {"n", kNodes, Uri(), {}, "URI subjectAltNames are not allowed"},
          {"n", kNodes, {}, {}, kCommonName},
      });
}

TEST(SignerRulesTest, KubeletServing) {
  constexpr char kUsages[] =
      "usages did not match [digital signature key encipherment server auth]";
  constexpr char kRequired[] = "DNS or IP subjectAltName is required";
  ExpectRules(
      kKubeletServingSigner,
      {
          {kNode, kNodes, Dns(), kServing, ""},
          {kNode, kNodes, Ip(), kServing, ""},
          {kNode,
           kNodes,
           Both(Dns(), Ip()),
           {"server auth", "digital signature"},
           ""},
          {kNode, {}, Dns(), kServing, kOrganization},
          {kNode, kNodes, {}, kServing, kRequired},
          {kNode, kNodes, Uri(), kServing, kRequired},
          {kNode, kNodes, Both(Dns(), Email()), kServing,
           "Email subjectAltNames are not allowed"},
          {kNode, kNodes, Both(Ip(), Uri()), kServing,
           "URI subjectAltNames are not allowed"},
          {kNode, kNodes, Dns(), kClient, kUsages},
          {kNode,
           kNodes,
           Dns(),
           {"server auth", "client auth", "digital signature"},
           kUsages},
          {"n", kNodes, Dns(), kServing, kCommonName},
          // Order: organization, required, email, URI, usages, common name.
          {"n", {}, {}, {}, kOrganization},
          {"n", kNodes, Both(Email(), Uri()), {}, kRequired},
          {"n",
           kNodes,
           Both(Both(Dns(), Email()), Uri()),
           {},
           "Email subjectAltNames are not allowed"},
          {"n",
           kNodes,
           Both(Dns(), Uri()),
           {},
           "URI subjectAltNames are not allowed"},
          {"n", kNodes, Dns(), {}, kUsages},
      });
}

TEST(SignerRulesTest, ApiserverClient) {
  ExpectRules(
      kKubeApiserverClientSigner,
      {
          {"john", {}, {}, {"client auth"}, ""},
          {"john", {"system:masters"}, Dns(), kClient, ""},
          {"", {}, {}, {"client auth", "client auth"}, ""},
          {"john",
           {},
           {},
           {"digital signature"},
           "missing required usage for client certificate: client auth"},
          {"john",
           {},
           {},
           {},
           "missing required usage for client certificate: client auth"},
          {"john",
           {},
           {},
           {"client auth", "server auth"},
           "invalid usage for client certificate: server auth"},
          {"john",
           {},
           {},
           {"signing", "any"},
           "invalid usage for client certificate: signing"},
      });
}

TEST(SignerRulesTest, LegacyUnknownTakesAnything) {
  ExpectRules(
      kLegacyUnknownSigner,
      {{"", {}, {}, {}, ""}, {"x", {"system:masters"}, Uri(), {"any"}, ""}});
}

TEST(SignerRulesTest, OtherSignersHaveTheirOwn) {
  const absl::Status status =
      CheckSignerRules("example.com/x", MakeRequest("x", {}), {});
  EXPECT_EQ(ReasonOf(status), Reason::kUnsupported);
  EXPECT_EQ(status.message(), "unrecognized signerName: \"example.com/x\"");
}

TEST(SignerRulesTest, KubeletClientUsages) {
  EXPECT_TRUE(AreKubeletClientUsages(kClient));
  EXPECT_TRUE(AreKubeletClientUsages({"digital signature", "client auth"}));
  EXPECT_FALSE(AreKubeletClientUsages(kServing));
  EXPECT_FALSE(AreKubeletClientUsages({}));
  EXPECT_FALSE(AreKubeletClientUsages({"key encipherment", "client auth"}));
}

}  // namespace
}  // namespace gatehouse::pki
