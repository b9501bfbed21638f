#include "pki/signers/test_support.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "pki/distinguished_name.h"

namespace gatehouse::pki {

absl::Time TestNow() { return absl::FromUnixSeconds(1800000000); }

const PrivateKey& TestKey() {
  static const auto* const key =
      new PrivateKey(PrivateKey::Generate(KeyAlgorithm::kEcdsaP256).value());
  return *key;
}

CertificateRequest MakeRequest(const std::string& common_name,
                               const std::vector<std::string>& organizations,
                               const GeneralNames& names) {
  return CertificateRequest::Create(
             TestKey(), DistinguishedName::ForUser(common_name, organizations),
             names)
      .value();
}

std::string MakeRequestPem(const std::string& common_name,
                           const std::vector<std::string>& organizations) {
  return MakeRequest(common_name, organizations).ToPem();
}

CertificateAuthority MakeAuthority(absl::Duration remaining) {
  const absl::Duration age = absl::Hours(1);
  return CertificateAuthority::SelfSigned("ca", TestKey(), TestNow() - age,
                                          age + remaining)
      .value();
}

k8s::CertificateSigningRequest MakeCsr(const std::string& signer,
                                       const std::vector<std::string>& usages,
                                       const std::string& request_pem) {
  k8s::CertificateSigningRequest csr;
  csr.mutable_metadata()->set_name("csr");
  csr.mutable_spec()->set_signername(signer);
  csr.mutable_spec()->set_request(request_pem);
  for (const std::string& usage : usages) csr.mutable_spec()->add_usages(usage);
  return csr;
}

k8s::CertificateSigningRequest ParseCsr(const std::string& text) {
  k8s::CertificateSigningRequest csr;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &csr))
      << text;
  return csr;
}

authz::Decision ListAuthorizer::Authorize(
    const authz::Attributes& asked) const {
  EXPECT_EQ(asked.api_group, "certificates.k8s.io");
  EXPECT_EQ(asked.api_version, "*");
  EXPECT_EQ(asked.namespace_, "");
  EXPECT_TRUE(asked.resource_request);
  const std::string slash = asked.subresource.empty() ? "" : "/";
  std::string question =
      absl::StrCat(asked.user->name, " ", asked.verb, " ", asked.resource,
                   slash, asked.subresource, " ", asked.name);
  asked_.push_back(question);
  const bool allow = allowed_.count(question) != 0;
  return {allow ? authz::Outcome::kAllow : authz::Outcome::kNoOpinion, "",
          error_};
}

}  // namespace gatehouse::pki
