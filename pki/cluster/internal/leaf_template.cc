#include "pki/cluster/internal/leaf_template.h"

#include <arpa/inet.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "pki/distinguished_name.h"

namespace gatehouse::pki::internal {
namespace {

constexpr size_t kMaxDnsName = 253;
constexpr size_t kMaxLabel = 63;

absl::Status Invalid(absl::string_view option, absl::string_view value,
                     absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(option, ": \"", value, "\" is not ", what));
}

// Returns the 4 or 16 bytes of an IP address; "" if `text` is none.
std::string ParseIp(const std::string& text) {
  std::array<char, 16> bytes = {};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), 4);
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), bytes.size());
  }
  return "";
}

bool IsDnsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel &&
         absl::ascii_isalnum(static_cast<unsigned char>(label.front())) &&
         absl::ascii_isalnum(static_cast<unsigned char>(label.back())) &&
         absl::c_all_of(label, [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  c == '-';
         });
}

// A name by RFC 1123 in lower case; its first label may be "*".
bool IsDnsName(absl::string_view name) {
  if (name.size() > kMaxDnsName) return false;
  absl::ConsumePrefix(&name, "*.");
  return absl::c_all_of(
      std::vector<absl::string_view>(absl::StrSplit(name, '.')), IsDnsLabel);
}

void AddOnce(std::string value, std::vector<std::string>* list) {
  if (!absl::c_linear_search(*list, value)) list->push_back(std::move(value));
}

absl::Status AddDns(absl::string_view option, const std::string& name,
                    GeneralNames* names) {
  if (!IsDnsName(name)) return Invalid(option, name, "a DNS name");
  AddOnce(name, &names->dns);
  return absl::OkStatus();
}

absl::Status AddIp(absl::string_view option, const std::string& address,
                   GeneralNames* names) {
  std::string bytes = ParseIp(address);
  if (bytes.empty()) return Invalid(option, address, "an IP address");
  AddOnce(std::move(bytes), &names->ips);
  return absl::OkStatus();
}

absl::Status AddApiServerNames(const ClusterNames& from, GeneralNames* names) {
  for (const char* name :
       {"kubernetes", "kubernetes.default", "kubernetes.default.svc"}) {
    AddOnce(name, &names->dns);
  }
  absl::Status status =
      AddDns("dns domain",
             absl::StrCat("kubernetes.default.svc.", from.dns_domain), names);
  if (status.ok()) {
    status = AddIp("service address", from.service_address, names);
  }
  for (const std::string& extra : from.extra_sans) {
    if (!status.ok()) return status;
    status = ParseIp(extra).empty() ? AddDns("extra SAN", extra, names)
                                    : AddIp("extra SAN", extra, names);
  }
  return status;
}

bool Contains(const std::vector<std::string>& all,
              const std::vector<std::string>& wanted) {
  return absl::c_all_of(wanted, [&](const std::string& value) {
    return absl::c_linear_search(all, value);
  });
}

}  // namespace

absl::StatusOr<GeneralNames> AltNamesOf(const ClusterCertificate& leaf,
                                        const ClusterNames& names) {
  GeneralNames result;
  if (leaf.alt_names == ClusterCertificate::AltNames::kNone) return result;
  absl::Status status = AddDns("node name", names.node_name, &result);
  if (status.ok()) {
    status = AddIp("advertise address", names.advertise_address, &result);
  }
  if (!status.ok()) return status;
  if (leaf.alt_names == ClusterCertificate::AltNames::kApiServer) {
    status = AddApiServerNames(names, &result);
    if (!status.ok()) return status;
    return result;
  }
  AddOnce("localhost", &result.dns);
  AddOnce(ParseIp("127.0.0.1"), &result.ips);
  AddOnce(ParseIp("::1"), &result.ips);
  return result;
}

bool BearsNames(const Certificate& certificate, const GeneralNames& wanted) {
  const GeneralNames none;
  const auto& present = certificate.extensions().subject_alt_names;
  const GeneralNames& names = present.has_value() ? *present : none;
  return Contains(names.dns, wanted.dns) && Contains(names.ips, wanted.ips);
}

CertificateTemplate NewLeafTemplate(const ClusterCertificate& leaf,
                                    const GeneralNames& alt_names, KeyType key,
                                    absl::Time now, absl::Duration lifetime) {
  CertificateTemplate request;
  request.subject =
      DistinguishedName::ForUser(leaf.common_name, leaf.organizations);
  request.subject_alt_names = alt_names;
  request.not_before = now - kBackdate;
  request.not_after = now + lifetime;
  request.key_usage = kDigitalSignature;
  if (key == KeyType::kRsa) request.key_usage |= kKeyEncipherment;
  request.extended_key_usages = leaf.extended_key_usages;
  return request;
}

CertificateTemplate RenewalTemplate(const Certificate& certificate,
                                    absl::Time now, absl::Duration lifetime) {
  const Extensions& extensions = certificate.extensions();
  CertificateTemplate request;
  request.subject = certificate.subject();
  request.not_before = now - kBackdate;
  request.not_after = now + lifetime;
  request.key_usage = extensions.key_usage.value_or(0);
  if (extensions.subject_alt_names.has_value()) {
    request.subject_alt_names = *extensions.subject_alt_names;
  }
  if (extensions.extended_key_usages.has_value()) {
    request.extended_key_usages = *extensions.extended_key_usages;
  }
  request.crl_distribution_points = extensions.crl_distribution_points;
  request.ocsp_servers = extensions.ocsp_servers;
  return request;
}

absl::StatusOr<KeyAlgorithm> SameAlgorithm(const PublicKey& key) {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kRsa2048, KeyAlgorithm::kRsa3072, KeyAlgorithm::kRsa4096,
        KeyAlgorithm::kEcdsaP256, KeyAlgorithm::kEcdsaP384,
        KeyAlgorithm::kEd25519}) {
    if (KeyAlgorithmName(algorithm) == key.ToString()) return algorithm;
  }
  return MakeError(
      absl::StatusCode::kUnimplemented, Reason::kUnsupported,
      absl::StrCat("a key of the kind ", key.ToString(), " is not made here"));
}

}  // namespace gatehouse::pki::internal
