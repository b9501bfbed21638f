#include "pki/verify/internal/certificate_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/extensions.h"
#include "pki/internal/certificate_data.h"
#include "pki/internal/extension_block.h"
#include "pki/internal/signature.h"
#include "pki/public_key.h"
#include "pki/verify/internal/certificate_error.h"

namespace gatehouse::pki::internal {
namespace {

const Extension* Find(const Certificate& certificate, absl::string_view oid) {
  for (const Extension& extension : certificate.extensions().all) {
    if (extension.oid == oid) return &extension;
  }
  return nullptr;
}

bool IsCritical(const Certificate& certificate, absl::string_view oid) {
  const Extension* extension = Find(certificate, oid);
  return extension != nullptr && extension->critical;
}

// Returns the critical extension that cannot be heeded in full; "" for none.
absl::string_view UnhandledCritical(const Certificate& certificate) {
  const Extensions& extensions = certificate.extensions();
  if (!extensions.unhandled_critical.empty()) {
    return extensions.unhandled_critical.front();
  }
  // Go's rule: somebody wanted these names heeded, and none of them can be.
  const absl::optional<GeneralNames>& names = extensions.subject_alt_names;
  if (names.has_value() && names->dns.empty() && names->ips.empty() &&
      names->emails.empty() && names->uris.empty() &&
      IsCritical(certificate, kSubjectAltNameOid)) {
    return kSubjectAltNameOid;
  }
  return "";
}

absl::Status CheckCriticalExtensions(const Certificate& certificate,
                                     size_t index, Position position) {
  absl::string_view unhandled = UnhandledCritical(certificate);
  // A demand for an explicit policy would need the policy tree of RFC 5280
  // 6.1, which nothing here builds; so it is refused, critical or not. Trust
  // anchors' policies do not count.
  if (unhandled.empty() && position != Position::kAnchor &&
      Find(certificate, kPolicyConstraintsOid) != nullptr) {
    unhandled = kPolicyConstraintsOid;
  }
  if (unhandled.empty()) return absl::OkStatus();
  return CertificateError(Reason::kUnhandledCritical, certificate, index,
                          "x509: unhandled critical extension");
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

absl::Status CheckTime(const Certificate& certificate, size_t index,
                       absl::Time now) {
  const bool early = now < certificate.not_before();
  if (!early && now <= certificate.not_after()) return absl::OkStatus();
  return CertificateError(
      early ? Reason::kNotYetValid : Reason::kExpired, certificate, index,
      absl::StrCat(
          "x509: certificate has expired or is not yet valid: current "
          "time ",
          Rfc3339(now), early ? " is before " : " is after ",
          Rfc3339(early ? certificate.not_before() : certificate.not_after())));
}

absl::Status CheckKeyStrength(const Certificate& certificate, size_t index,
                              const VerificationPolicy& policy) {
  const PublicKey& key = certificate.public_key();
  switch (key.type()) {
    case KeyType::kRsa:
      if (key.bits() >= policy.min_rsa_bits &&
          key.bits() <= policy.max_rsa_bits) {
        return absl::OkStatus();
      }
      return CertificateError(
          Reason::kWeakCryptography, certificate, index,
          absl::StrCat("x509: certificate has a key that the policy refuses: ",
                       key.ToString(), ", allowed are ", policy.min_rsa_bits,
                       " to ", policy.max_rsa_bits, " bits"));
    case KeyType::kEcdsa:
      if (key.bits() >= 256) return absl::OkStatus();
      break;
    case KeyType::kEd25519:
      return absl::OkStatus();
    case KeyType::kUnknown:
      break;
  }
  return CertificateError(
      Reason::kWeakCryptography, certificate, index,
      absl::StrCat("x509: certificate has a key that the policy refuses: ",
                   key.ToString()));
}

absl::Status CheckPathLength(const Certificate& certificate, size_t index) {
  const absl::optional<BasicConstraints>& constraints =
      certificate.extensions().basic_constraints;
  // Every intermediate counts, self-issued ones too: that is Go's rule, and
  // stricter than RFC 5280's.
  if (index == 0 || !constraints.has_value() ||
      !constraints->path_length.has_value() ||
      index - 1 <= static_cast<size_t>(*constraints->path_length)) {
    return absl::OkStatus();
  }
  return CertificateError(
      Reason::kNotAuthorizedToSign, certificate, index,
      "x509: too many intermediates for path length constraint");
}

// Returns Go's name of a digest that is too weak.
std::string InsecureAlgorithm(const std::string& name) {
  if (name == "sha1WithRSAEncryption" || name == "sha1WithRSA") {
    return "SHA1-RSA";
  }
  if (name == "md5WithRSAEncryption") return "MD5-RSA";
  if (name == "md2WithRSAEncryption") return "MD2-RSA";
  if (name == "ecdsa-with-SHA1") return "ECDSA-SHA1";
  return name;
}

// Returns Go's text for a signature by `key` that did not verify.
absl::string_view VerificationFailure(const PublicKey& key) {
  switch (key.type()) {
    case KeyType::kRsa:
      return "crypto/rsa: verification error";
    case KeyType::kEd25519:
      return "x509: Ed25519 verification failure";
    case KeyType::kEcdsa:
    case KeyType::kUnknown:
      break;
  }
  return "x509: ECDSA verification failure";
}

bool Allows(const Certificate& certificate, const std::string& usage) {
  const absl::optional<std::vector<std::string>>& allowed =
      certificate.extensions().extended_key_usages;
  if (!allowed.has_value()) return true;
  return std::any_of(
      allowed->begin(), allowed->end(), [&usage](const std::string& candidate) {
        return candidate == usage || candidate == kAnyExtendedKeyUsage;
      });
}

// Returns the certificate nearest to the anchor that does not allow `usage`;
// path.size() if all do.
size_t FirstRefusal(Path path, const std::string& usage) {
  for (size_t i = path.size(); i-- > 0;) {
    if (!Allows(*path[i], usage)) return i;
  }
  return path.size();
}

absl::string_view ViewOf(const absl::optional<std::string>& id) {
  return id.has_value() ? absl::string_view(*id) : absl::string_view();
}

bool SameAltNames(const Certificate& a, const Certificate& b) {
  const Extension* names_a = Find(a, kSubjectAltNameOid);
  const Extension* names_b = Find(b, kSubjectAltNameOid);
  if (names_a == nullptr || names_b == nullptr) return names_a == names_b;
  return names_a->value == names_b->value;
}

}  // namespace

absl::Status CheckCertificate(const Certificate& certificate, size_t index,
                              Position position, absl::Time now,
                              const VerificationPolicy& policy) {
  absl::Status status = CheckCriticalExtensions(certificate, index, position);
  if (!status.ok()) return status;
  status = CheckTime(certificate, index, now);
  if (!status.ok()) return status;
  const absl::optional<BasicConstraints>& constraints =
      certificate.extensions().basic_constraints;
  if (position == Position::kIntermediate &&
      (!constraints.has_value() || !constraints->is_ca)) {
    return CertificateError(
        Reason::kNotAuthorizedToSign, certificate, index,
        "x509: certificate is not authorized to sign other certificates");
  }
  status = CheckPathLength(certificate, index);
  if (!status.ok()) return status;
  return CheckKeyStrength(certificate, index, policy);
}

absl::Status CheckMaySign(const Certificate& parent, size_t index) {
  const Extensions& extensions = parent.extensions();
  const bool is_ca = extensions.basic_constraints.has_value()
                         ? extensions.basic_constraints->is_ca
                         : parent.version() < 3;
  const bool may_sign = !extensions.key_usage.has_value() ||
                        (*extensions.key_usage & kKeyCertSign) != 0;
  if (is_ca && may_sign) return absl::OkStatus();
  return CertificateError(
      Reason::kNotAuthorizedToSign, parent, index,
      "x509: invalid signature: parent certificate cannot sign this kind of "
      "certificate");
}

absl::Status VerifyLink(const Certificate& child, size_t index,
                        const Certificate& parent) {
  const CertificateData& data = child.data();
  const absl::Status status = VerifySignature(
      data.signature_algorithm, data.tbs, data.signature, parent.public_key());
  if (status.ok()) return status;
  const Reason reason = ReasonOf(status);
  if (reason == Reason::kWeakCryptography) {
    return CertificateError(
        reason, child, index,
        absl::StrCat("x509: cannot verify signature: insecure algorithm ",
                     InsecureAlgorithm(child.signature_algorithm())));
  }
  if (reason == Reason::kUnsupported) {
    return CertificateError(
        reason, child, index,
        "x509: cannot verify signature: algorithm unimplemented");
  }
  // Where the key ids say that it is another key, the right one is missing.
  return CertificateError(
      KeyIdDistance(child, parent) == 2 ? Reason::kUnknownAuthority
                                        : Reason::kBadSignature,
      child, index, VerificationFailure(parent.public_key()));
}

absl::Status CheckExtendedKeyUsages(Path path,
                                    const std::vector<std::string>& usages) {
  static const auto* const server_auth =
      new std::vector<std::string>{kServerAuth};
  size_t refused = 0;
  for (const std::string& usage : usages.empty() ? *server_auth : usages) {
    if (usage == kAnyExtendedKeyUsage) return absl::OkStatus();
    refused = FirstRefusal(path, usage);
    if (refused == path.size()) return absl::OkStatus();
  }
  return CertificateError(
      Reason::kIncompatibleUsage, *path[refused], refused,
      "x509: certificate specifies an incompatible key usage");
}

bool InPath(const Certificate& candidate, Path path) {
  return std::any_of(path.begin(), path.end(), [&](const Certificate* other) {
    return candidate.subject() == other->subject() &&
           candidate.public_key() == other->public_key() &&
           SameAltNames(candidate, *other);
  });
}

int KeyIdDistance(const Certificate& child, const Certificate& parent) {
  const absl::string_view a = ViewOf(child.extensions().authority_key_id);
  const absl::string_view b = ViewOf(parent.extensions().subject_key_id);
  if (a == b) return 0;
  return a.empty() || b.empty() ? 1 : 2;
}

}  // namespace gatehouse::pki::internal
