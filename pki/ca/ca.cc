#include "pki/ca/ca.h"

#include <openssl/bytestring.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/internal/der.h"
#include "pki/internal/extension_block.h"
#include "pki/internal/general_names.h"
#include "pki/internal/signature.h"
#include "pki/verify/verification_policy.h"

namespace gatehouse::pki {
namespace {

constexpr size_t kSerialBytes = 16;
constexpr absl::Duration kBackdate = absl::Minutes(5);

absl::Status Invalid(absl::string_view subject, absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("certificate for \"", subject, "\": ", what));
}

// Returns the content octets of a random INTEGER: from 1 to 2^128 - 1, in its
// shortest form, with a zero octet before a set top bit.
std::string RandomSerial() {
  std::array<uint8_t, kSerialBytes> bytes = {};
  const auto not_zero = [](uint8_t byte) { return byte != 0; };
  auto first = bytes.end();
  while (first == bytes.end()) {
    RAND_bytes(bytes.data(), bytes.size());  // It does not fail.
    first = std::find_if(bytes.begin(), bytes.end(), not_zero);
  }
  std::string serial(first, bytes.end());
  if ((*first & 0x80) != 0) serial.insert(0, 1, '\0');
  return serial;
}

// What a certificate is made of beside its template.
struct Issuance {
  DistinguishedName issuer;
  std::string authority_key_id;  // "": no extension.
  std::string serial;
  const PublicKey& public_key;
  const CertificateTemplate& request;
};

// A name that was not parsed and has nothing in it has no encoding of its own.
bool WriteName(CBB* out, const DistinguishedName& name) {
  return name.empty() ? internal::WriteElement(out, CBS_ASN1_SEQUENCE, "")
                      : internal::WriteBytes(out, name.der());
}

bool WriteValidity(CBB* out, const CertificateTemplate& request) {
  return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* times) {
    return internal::WriteTime(times, request.not_before) &&
           internal::WriteTime(times, request.not_after);
  });
}

bool WriteUsages(CBB* list, const CertificateTemplate& request) {
  if (request.key_usage != 0 &&
      !internal::WriteExtension(
          list, internal::kKeyUsageOid, true, [&](CBB* out) {
            return internal::WriteNamedBits(out, request.key_usage);
          })) {
    return false;
  }
  return request.extended_key_usages.empty() ||
         internal::WriteExtension(
             list, internal::kExtendedKeyUsageOid, false, [&](CBB* out) {
               return internal::WriteOids(out, request.extended_key_usages);
             });
}

bool WriteKeyIds(CBB* list, const Issuance& issuance) {
  if (!internal::WriteExtension(
          list, internal::kSubjectKeyIdOid, false, [&](CBB* out) {
            return internal::WriteElement(out, CBS_ASN1_OCTETSTRING,
                                          issuance.public_key.SubjectKeyId());
          })) {
    return false;
  }
  return issuance.authority_key_id.empty() ||
         internal::WriteExtension(list, internal::kAuthorityKeyIdOid, false,
                                  [&](CBB* out) {
                                    return internal::WriteAuthorityKeyId(
                                        out, issuance.authority_key_id);
                                  });
}

bool WriteNames(CBB* list, const CertificateTemplate& request) {
  if (!request.subject_alt_names.empty() &&
      !internal::WriteExtension(list, internal::kSubjectAltNameOid,
                                request.subject.empty(), [&](CBB* out) {
                                  return internal::WriteConstructed(
                                      out, CBS_ASN1_SEQUENCE, [&](CBB* names) {
                                        return internal::WriteGeneralNames(
                                            names, request.subject_alt_names);
                                      });
                                })) {
    return false;
  }
  return !request.name_constraints.has_value() ||
         internal::WriteExtension(list, internal::kNameConstraintsOid, true,
                                  [&](CBB* out) {
                                    return internal::WriteNameConstraints(
                                        out, *request.name_constraints);
                                  });
}

bool WriteLocations(CBB* list, const CertificateTemplate& request) {
  if (!request.ocsp_servers.empty() &&
      !internal::WriteExtension(
          list, internal::kAuthorityInfoAccessOid, false, [&](CBB* out) {
            return internal::WriteOcspServers(out, request.ocsp_servers);
          })) {
    return false;
  }
  return request.crl_distribution_points.empty() ||
         internal::WriteExtension(list, internal::kCrlDistributionPointsOid,
                                  false, [&](CBB* out) {
                                    return internal::WriteCrlDistributionPoints(
                                        out, request.crl_distribution_points);
                                  });
}

bool WriteExtensions(CBB* out, const Issuance& issuance) {
  const CertificateTemplate& request = issuance.request;
  return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
    return WriteUsages(list, request) &&
           internal::WriteExtension(list, internal::kBasicConstraintsOid, true,
                                    [&](CBB* value) {
                                      return internal::WriteBasicConstraints(
                                          value, request.basic_constraints);
                                    }) &&
           WriteKeyIds(list, issuance) && WriteNames(list, request) &&
           WriteLocations(list, request);
  });
}

// Writes a TBSCertificate (RFC 5280 4.1), version 3.
bool WriteTbs(CBB* out, const Issuance& issuance, absl::string_view algorithm) {
  return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* tbs) {
    return internal::WriteConstructed(
               tbs, internal::ContextTag(0),
               [](CBB* version) { return CBB_add_asn1_uint64(version, 2); }) &&
           internal::WriteElement(tbs, CBS_ASN1_INTEGER, issuance.serial) &&
           internal::WriteBytes(tbs, algorithm) &&
           internal::WriteBytes(tbs, issuance.issuer.der()) &&
           WriteValidity(tbs, issuance.request) &&
           WriteName(tbs, issuance.request.subject) &&
           internal::WriteBytes(tbs, issuance.public_key.der()) &&
           internal::WriteConstructed(
               tbs, internal::ContextTag(3), [&](CBB* extensions) {
                 return WriteExtensions(extensions, issuance);
               });
  });
}

absl::StatusOr<Certificate> SignCertificate(const Issuance& issuance,
                                            const PrivateKey& key) {
  const std::string subject = issuance.request.subject.ToString();
  const absl::StatusOr<std::string> algorithm =
      internal::SignatureAlgorithmFor(key.public_key());
  if (!algorithm.ok()) return algorithm.status();
  const std::string tbs = internal::BuildDer(
      [&](CBB* out) { return WriteTbs(out, issuance, *algorithm); });
  if (tbs.empty()) {
    return Invalid(subject, "a name, address, URI or usage has no encoding");
  }
  absl::StatusOr<std::string> der = internal::SignedSequence(tbs, key);
  if (!der.ok()) return der.status();
  // Also the last check: what we issue, we read.
  return Certificate::FromDer(*der, "certificate just signed");
}

absl::Status CheckKeyStrength(const PublicKey& key) {
  const VerificationPolicy& policy = VerificationPolicy::Default();
  const bool strong =
      key.type() == KeyType::kEd25519 ||
      (key.type() == KeyType::kEcdsa && !key.curve().empty() &&
       key.bits() >= 256) ||
      (key.type() == KeyType::kRsa && key.bits() >= policy.min_rsa_bits &&
       key.bits() <= policy.max_rsa_bits);
  if (strong) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kWeakCryptography,
      absl::StrCat("public key ", key.ToString(),
                   ": certificates are signed for RSA from ",
                   policy.min_rsa_bits, " to ", policy.max_rsa_bits,
                   " bits, P-256, P-384, P-521 and Ed25519"));
}

// What a CA template must say, and what only a CA's may (RFC 5280 4.2.1.3,
// 4.2.1.9, 4.2.1.10).
absl::Status CheckCaFields(const CertificateTemplate& request) {
  const BasicConstraints& constraints = request.basic_constraints;
  const std::string subject = request.subject.ToString();
  const bool signs = (request.key_usage & kKeyCertSign) != 0;
  if (constraints.is_ca != signs) {
    return Invalid(subject, "CA:TRUE and key usage cert sign go together");
  }
  if (constraints.is_ca && request.subject.empty()) {
    return Invalid(subject, "a CA must have a subject");
  }
  if (!constraints.is_ca && constraints.path_length.has_value()) {
    return Invalid(subject, "a path length, but not a CA");
  }
  if (constraints.path_length.has_value() && *constraints.path_length < 0) {
    return Invalid(subject, "a negative path length");
  }
  if (!constraints.is_ca && request.name_constraints.has_value()) {
    return Invalid(subject, "name constraints, but not a CA");
  }
  return absl::OkStatus();
}

absl::Status CheckTemplate(const CertificateTemplate& request) {
  const std::string subject = request.subject.ToString();
  if (request.subject.empty() && request.subject_alt_names.empty() &&
      !request.allow_nameless) {
    return Invalid(subject, "neither a subject nor alternative names");
  }
  if (request.not_after <= request.not_before) {
    return Invalid(subject, absl::StrCat("it would end at ",
                                         absl::FormatTime(request.not_after),
                                         ", not after its beginning at ",
                                         absl::FormatTime(request.not_before)));
  }
  return CheckCaFields(request);
}

// Whether a CA of `constraints` may sign one of `child`.
bool PathLengthAllows(const BasicConstraints& constraints,
                      const BasicConstraints& child) {
  if (!child.is_ca || !constraints.path_length.has_value()) return true;
  return child.path_length.value_or(0) < *constraints.path_length;
}

uint16_t CaKeyUsage(const PublicKey& key) {
  // Only RSA keys encipher.
  const int encipher = key.type() == KeyType::kRsa ? kKeyEncipherment : 0;
  return static_cast<uint16_t>(kDigitalSignature | encipher | kKeyCertSign |
                               kCrlSign);
}

}  // namespace

CertificateAuthority::CertificateAuthority(Certificate certificate,
                                           PrivateKey key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}

absl::StatusOr<CertificateAuthority> CertificateAuthority::Create(
    Certificate certificate, PrivateKey key) {
  const std::string subject = certificate.subject().ToString();
  const Extensions& extensions = certificate.extensions();
  if (!extensions.basic_constraints.has_value() ||
      !extensions.basic_constraints->is_ca) {
    return Invalid(subject, "not a CA's: basic constraints do not say CA:TRUE");
  }
  if (extensions.key_usage.has_value() &&
      (*extensions.key_usage & kKeyCertSign) == 0) {
    return Invalid(subject, "not a CA's: key usage lacks cert sign");
  }
  if (!(certificate.public_key() == key.public_key())) {
    return Invalid(subject, "the CA's key is not this certificate's");
  }
  return CertificateAuthority(std::move(certificate), std::move(key));
}

absl::StatusOr<CertificateAuthority> CertificateAuthority::SelfSigned(
    absl::string_view common_name, PrivateKey key, absl::Time now,
    absl::Duration lifetime) {
  CertificateTemplate request;
  request.subject = DistinguishedName::ForUser(common_name, {});
  request.not_before = now - kBackdate;
  request.not_after = now + lifetime;
  request.key_usage = CaKeyUsage(key.public_key());
  request.basic_constraints.is_ca = true;
  absl::Status status = CheckTemplate(request);
  if (status.ok()) status = CheckKeyStrength(key.public_key());
  if (!status.ok()) return status;
  absl::StatusOr<Certificate> certificate =
      SignCertificate({request.subject, key.public_key().SubjectKeyId(),
                       RandomSerial(), key.public_key(), request},
                      key);
  if (!certificate.ok()) return certificate.status();
  return Create(*std::move(certificate), std::move(key));
}

absl::StatusOr<Certificate> CertificateAuthority::Issue(
    const PublicKey& public_key, const CertificateTemplate& request) const {
  CertificateTemplate cut = request;
  cut.not_after = std::min(cut.not_after, certificate_.not_after());
  absl::Status status = CheckTemplate(cut);
  if (status.ok()) status = CheckKeyStrength(public_key);
  if (!status.ok()) return status;
  if (!PathLengthAllows(*certificate_.extensions().basic_constraints,
                        cut.basic_constraints)) {
    return Invalid(cut.subject.ToString(),
                   "the path length of the CA does not let it sign this CA");
  }
  return SignCertificate({certificate_.subject(),
                          certificate_.extensions().subject_key_id.value_or(""),
                          RandomSerial(), public_key, cut},
                         key_);
}

}  // namespace gatehouse::pki
