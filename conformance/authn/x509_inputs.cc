#include "conformance/authn/x509_inputs.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/user_info.h"
#include "pki/extensions.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verification_policy.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::conformance {
namespace {

using Converted = absl::StatusOr<absl::optional<UserInfo>>;

// One element of DER, of at most 65535 bytes.
std::string Element(uint8_t tag, absl::string_view content) {
  std::string out(1, static_cast<char>(tag));
  const size_t size = content.size();
  if (size > 0xff) {
    absl::StrAppend(&out, "\x82", std::string(1, static_cast<char>(size >> 8)));
  } else if (size > 0x7f) {
    absl::StrAppend(&out, "\x81");
  }
  return absl::StrCat(out, std::string(1, static_cast<char>(size)), content);
}

std::string ObjectIdentifier(absl::string_view dotted) {
  std::vector<uint64_t> arcs;
  for (const absl::string_view part : absl::StrSplit(dotted, '.')) {
    arcs.emplace_back();
    if (!absl::SimpleAtoi(part, &arcs.back())) return "";
  }
  arcs[1] += 40 * arcs[0];
  std::string content;
  for (size_t i = 1; i < arcs.size(); ++i) {
    std::string base128(1, static_cast<char>(arcs[i] & 0x7f));
    while ((arcs[i] >>= 7) > 0) {
      base128.insert(0, 1, static_cast<char>(0x80 | (arcs[i] & 0x7f)));
    }
    content += base128;
  }
  return Element(0x06, content);
}

std::string KeyUsageOid(const std::string& name, Check& check) {
  if (name == "clientAuth") return pki::kClientAuth;
  if (name == "serverAuth") return pki::kServerAuth;
  if (name == "any") return pki::kAnyExtendedKeyUsage;
  check.Fail(absl::StrCat("key_usages: \"", name, "\" is not known"));
  return "";
}

// Returns the DER of a value that is no UID, by what the case calls it.
std::string BadUid(const std::string& name, Check& check) {
  if (name == "empty string") return Element(0x0c, "");
  if (name == "ASN.1 value that is not a string") {
    return Element(0x03, absl::string_view("\0x", 2));
  }
  check.Fail(absl::StrCat("subject_uid_mutation: \"", name, "\" is not known"));
  return "";
}

authn::UserConversion DecodeConversion(Check& check) {
  authn::CommonNameOptions options;
  options.parse_uid =
      check.input().Bool("feature_AllowParsingUserUIDFromCertAuth", true);
  const std::string mutation = check.input().Text("subject_uid_mutation");
  const std::string name = check.input().Text("conversion");
  if (name == "common_name" && mutation.empty()) {
    return authn::CommonNameConversion(options);
  }
  if (name == "common_name") {
    return [options, der = BadUid(mutation, check)](
               const pki::VerifiedChain& chain) -> Converted {
      const auto subject = WithUid(chain.leaf().subject(), der);
      if (!subject.ok()) return subject.status();
      return authn::UserFromSubject(*subject, chain.leaf().CredentialId(),
                                    options);
    };
  }
  if (name == "custom_error") {
    return [](const pki::VerifiedChain&) -> Converted {
      return absl::InvalidArgumentError("custom error");
    };
  }
  if (name == "custom_success") {
    return [](const pki::VerifiedChain&) -> Converted {
      UserInfo user;
      user.name = "custom";
      return absl::optional<UserInfo>(std::move(user));
    };
  }
  check.Fail(absl::StrCat("conversion: \"", name, "\" is not known"));
  return authn::CommonNameConversion(options);
}

}  // namespace

absl::StatusOr<pki::DistinguishedName> WithUid(
    const pki::DistinguishedName& subject, absl::string_view der) {
  std::string rdns;
  for (const pki::NameAttribute& attribute : subject.attributes()) {
    const absl::string_view value =
        attribute.oid == pki::kUserUidOid ? der : attribute.der;
    const std::string oid = ObjectIdentifier(attribute.oid);
    absl::StrAppend(&rdns,
                    Element(0x31, Element(0x30, absl::StrCat(oid, value))));
  }
  return pki::DistinguishedName::FromDer(Element(0x30, rdns));
}

absl::optional<pki::Certificate> CertificateNamed(absl::string_view name,
                                                  Check& check) {
  const objects::Node* file = check.context().file;
  const objects::Node* all =
      file == nullptr ? nullptr : file->Find("certificates");
  const objects::Node* entry = all == nullptr ? nullptr : all->Find(name);
  const objects::Node* pem = entry == nullptr ? nullptr : entry->Find("pem");
  if (pem == nullptr) {
    check.Fail(absl::StrCat("there is no certificate \"", name, "\""));
    return absl::nullopt;
  }
  const auto parsed = pki::Certificate::FromPem(pem->text(), name);
  if (!parsed.ok()) {
    check.Fail(std::string(parsed.status().message()));
    return absl::nullopt;
  }
  return parsed->front();
}

std::vector<pki::Certificate> CertificatesNamed(absl::string_view key,
                                                Fields& fields, Check& check) {
  std::vector<pki::Certificate> certificates;
  for (const std::string& name : fields.Texts(key)) {
    auto certificate = CertificateNamed(name, check);
    if (certificate.has_value()) {
      certificates.push_back(*std::move(certificate));
    }
  }
  return certificates;
}

authn::X509Config DecodeX509Config(Check& check, absl::Time* now) {
  Fields verify = check.input().Object("verify");
  const std::string time = verify.Text("current_time");
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, time, now, &error)) {
    check.Fail(absl::StrCat("current_time: ", error));
  }
  authn::ClientCa ca;
  ca.name = "roots";
  ca.policy = pki::VerificationPolicy::Kubernetes();
  ca.key_usages.clear();
  for (const std::string& name : verify.Texts("key_usages")) {
    ca.key_usages.push_back(KeyUsageOid(name, check));
  }
  authn::X509Config config;
  auto trust =
      pki::TrustBundle::Create(CertificatesNamed("roots", verify, check));
  if (check.context().kind == "x509") ca.conversion = DecodeConversion(check);
  if (!trust.ok()) return config;
  ca.trust = *std::move(trust);
  config.client_cas.push_back(std::move(ca));
  return config;
}

}  // namespace gatehouse::conformance
