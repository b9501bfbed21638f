#include "pki/signers/usages.h"

#include <iterator>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "pki/extensions.h"

namespace gatehouse::pki {
namespace {

constexpr char kIpsecEndSystem[] = "1.3.6.1.5.5.7.3.5";
constexpr char kIpsecTunnel[] = "1.3.6.1.5.5.7.3.6";
constexpr char kIpsecUser[] = "1.3.6.1.5.5.7.3.7";
constexpr char kCodeSigning[] = "1.3.6.1.5.5.7.3.3";
constexpr char kEmailProtection[] = "1.3.6.1.5.5.7.3.4";
constexpr char kTimeStamping[] = "1.3.6.1.5.5.7.3.8";
constexpr char kMicrosoftSgc[] = "1.3.6.1.4.1.311.10.3.3";
constexpr char kNetscapeSgc[] = "2.16.840.1.113730.4.1";

// In the order of the names, which messages list.
constexpr Usage kUsages[] = {
    {"any", 0, kAnyExtendedKeyUsage, "anyExtendedKeyUsage"},
    {"cert sign", kKeyCertSign, "", "keyCertSign"},
    {kClientAuthUsage, 0, kClientAuth, "clientAuth"},
    {"code signing", 0, kCodeSigning, "codeSigning"},
    {"content commitment", kContentCommitment, "", "contentCommitment"},
    {"crl sign", kCrlSign, "", "cRLSign"},
    {"data encipherment", kDataEncipherment, "", "dataEncipherment"},
    {"decipher only", kDecipherOnly, "", "decipherOnly"},
    {kDigitalSignatureUsage, kDigitalSignature, "", "digitalSignature"},
    {"email protection", 0, kEmailProtection, "emailProtection"},
    {"encipher only", kEncipherOnly, "", "encipherOnly"},
    {"ipsec end system", 0, kIpsecEndSystem, "ipsecEndSystem"},
    {"ipsec tunnel", 0, kIpsecTunnel, "ipsecTunnel"},
    {"ipsec user", 0, kIpsecUser, "ipsecUser"},
    {"key agreement", kKeyAgreement, "", "keyAgreement"},
    {kKeyEnciphermentUsage, kKeyEncipherment, "", "keyEncipherment"},
    {"microsoft sgc", 0, kMicrosoftSgc, "msSGC"},
    {"netscape sgc", 0, kNetscapeSgc, "nsSGC"},
    {"ocsp signing", 0, kOcspSigning, "OCSPSigning"},
    {"s/mime", 0, kEmailProtection, "emailProtection"},
    {kServerAuthUsage, 0, kServerAuth, "serverAuth"},
    {"signing", kDigitalSignature, "", "digitalSignature"},
    {"timestamping", 0, kTimeStamping, "timeStamping"},
};

// The order of Go's x509.ExtKeyUsage, by which Kubernetes sorts.
constexpr absl::string_view kOidOrder[] = {
    kAnyExtendedKeyUsage, kServerAuth,     kClientAuth,   kCodeSigning,
    kEmailProtection,     kIpsecEndSystem, kIpsecTunnel,  kIpsecUser,
    kTimeStamping,        kOcspSigning,    kMicrosoftSgc, kNetscapeSgc,
};

// What an ML-DSA key cannot do, and what it must do one of.
constexpr absl::string_view kNotForMlDsa[] = {
    "data encipherment", "decipher only", "encipher only", "key agreement",
    kKeyEnciphermentUsage};
constexpr absl::string_view kMlDsaSigns[] = {
    "cert sign", "content commitment", "crl sign", kDigitalSignatureUsage};

}  // namespace

absl::Span<const Usage> KnownUsages() { return kUsages; }

const Usage* FindUsage(absl::string_view name) {
  const auto* found =
      absl::c_find_if(kUsages, [&](const Usage& u) { return u.name == name; });
  return found == std::end(kUsages) ? nullptr : found;
}

absl::StatusOr<CertificateUsages> UsagesToX509(
    absl::Span<const std::string> usages) {
  CertificateUsages out;
  std::set<absl::string_view> oids;
  std::vector<std::string> unknown;
  for (const std::string& name : usages) {
    const Usage* usage = FindUsage(name);
    if (usage == nullptr) {
      unknown.push_back(GoQuote(name));
      continue;
    }
    out.key_usage |= usage->key_usage;
    if (!usage->oid.empty()) oids.insert(usage->oid);
  }
  if (!unknown.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     absl::StrCat("unrecognized usage values: [",
                                  absl::StrJoin(unknown, " "), "]"));
  }
  for (const absl::string_view oid : kOidOrder) {
    if (oids.count(oid) != 0) out.extended_key_usages.emplace_back(oid);
  }
  return out;
}

std::vector<std::string> CheckMlDsaUsages(
    absl::Span<const std::string> usages) {
  const std::set<std::string> sorted(usages.begin(), usages.end());
  std::vector<std::string> faults;
  bool signs = false;
  for (const std::string& usage : sorted) {
    if (absl::c_linear_search(kNotForMlDsa, usage)) {
      faults.push_back(
          absl::StrCat("usage ", usage,
                       " cannot be used with an ML-DSA signed certificate "
                       "request"));
    }
    signs |= absl::c_linear_search(kMlDsaSigns, usage);
  }
  if (!signs) {
    faults.push_back(absl::StrCat("usages must contain at least one of [",
                                  absl::StrJoin(kMlDsaSigns, " "), "]"));
  }
  return faults;
}

}  // namespace gatehouse::pki
