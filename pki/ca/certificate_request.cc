#include "pki/ca/certificate_request.h"

#include <openssl/bytestring.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "pki/internal/der.h"
#include "pki/internal/extension_block.h"
#include "pki/internal/general_names.h"
#include "pki/internal/signature.h"
#include "pki/pem.h"

namespace gatehouse::pki {
namespace {

constexpr char kLabel[] = "CERTIFICATE REQUEST";
constexpr char kExtensionRequestOid[] = "1.2.840.113549.1.9.14";
constexpr int kMaxAttributes = 64;

using internal::MalformedError;

absl::Status TooLarge(absl::string_view source, absl::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
      source.empty() ? std::string(what) : absl::StrCat(source, ": ", what));
}

// Writes the attribute extensionRequest (RFC 2985 5.4.2), asking for `names`.
bool WriteExtensionRequest(CBB* out, bool critical, const GeneralNames& names) {
  const auto write_names = [&](CBB* value) {
    return internal::WriteConstructed(value, CBS_ASN1_SEQUENCE, [&](CBB* list) {
      return internal::WriteGeneralNames(list, names);
    });
  };
  const auto write_extensions = [&](CBB* set) {
    return internal::WriteConstructed(set, CBS_ASN1_SEQUENCE, [&](CBB* list) {
      return internal::WriteExtension(list, internal::kSubjectAltNameOid,
                                      critical, write_names);
    });
  };
  return internal::WriteConstructed(
      out, CBS_ASN1_SEQUENCE, [&](CBB* attribute) {
        return internal::WriteOid(attribute, kExtensionRequestOid) &&
               internal::WriteConstructed(attribute, CBS_ASN1_SET,
                                          write_extensions);
      });
}

// A name that was not parsed and has nothing in it has no encoding of its own.
bool WriteName(CBB* out, const DistinguishedName& name) {
  return name.empty() ? internal::WriteElement(out, CBS_ASN1_SEQUENCE, "")
                      : internal::WriteBytes(out, name.der());
}

// Writes a CertificationRequestInfo (RFC 2986 4.1).
bool WriteInfo(CBB* out, const PublicKey& key, const DistinguishedName& subject,
               const GeneralNames& names) {
  return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* info) {
    return CBB_add_asn1_uint64(info, 0) == 1 && WriteName(info, subject) &&
           internal::WriteBytes(info, key.der()) &&
           internal::WriteConstructed(
               info, internal::ContextTag(0), [&](CBB* attributes) {
                 return names.empty() ||
                        WriteExtensionRequest(attributes, subject.empty(),
                                              names);
               });
  });
}

// Reads one Attribute. Those that are not extensionRequest are passed over.
absl::Status ReadAttribute(CBS* in, absl::string_view source,
                           std::vector<Extension>* extensions) {
  CBS attribute;
  CBS values;
  std::string oid;
  if (CBS_get_asn1(in, &attribute, CBS_ASN1_SEQUENCE) != 1 ||
      !internal::ReadOid(&attribute, &oid) ||
      CBS_get_asn1(&attribute, &values, CBS_ASN1_SET) != 1 ||
      CBS_len(&attribute) != 0) {
    return MalformedError(source, "malformed attribute");
  }
  if (oid != kExtensionRequestOid) return absl::OkStatus();
  if (!extensions->empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kDuplicate,
                     absl::StrCat(source, source.empty() ? "" : ": ",
                                  "two extensionRequest attributes"));
  }
  absl::Status status = internal::ReadExtensionBlock(&values, extensions);
  if (!status.ok()) return InContext(source, status);
  if (CBS_len(&values) != 0) {
    return MalformedError(source, "extensionRequest has several values");
  }
  return absl::OkStatus();
}

absl::Status ReadAttributes(CBS in, absl::string_view source,
                            std::vector<Extension>* extensions) {
  for (int count = 0; CBS_len(&in) != 0; ++count) {
    if (count == kMaxAttributes) {
      return TooLarge(source, "over 64 attributes");
    }
    absl::Status status = ReadAttribute(&in, source, extensions);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

struct CertificateRequest::Data {
  std::string der;
  absl::string_view info;  // Into `der`, tag and all; so are these two.
  absl::string_view algorithm;
  absl::string_view signature;
  DistinguishedName subject;
  absl::optional<PublicKey> public_key;  // Always there once parsed.
  GeneralNames subject_alt_names;
  std::vector<Extension> extensions;

  absl::Status ReadOuter(absl::string_view source);
  absl::Status ReadInfo(absl::string_view source);
  absl::Status ReadExtensions(CBS attributes, absl::string_view source);
};

absl::Status CertificateRequest::Data::ReadOuter(absl::string_view source) {
  CBS in = internal::CbsOf(der);
  CBS request;
  CBS octets;
  if (CBS_get_asn1(&in, &request, CBS_ASN1_SEQUENCE) != 1 ||
      CBS_len(&in) != 0 ||
      !internal::ReadElement(&request, CBS_ASN1_SEQUENCE, &info) ||
      !internal::ReadElement(&request, CBS_ASN1_SEQUENCE, &algorithm) ||
      !internal::ReadBitString(&request, &octets) || CBS_len(&request) != 0) {
    return MalformedError(source, "malformed certificate request");
  }
  signature = internal::ViewOf(octets);
  return absl::OkStatus();
}

absl::Status CertificateRequest::Data::ReadInfo(absl::string_view source) {
  CBS in = internal::CbsOf(info);
  CBS fields;
  uint64_t version = 0;
  absl::string_view name;
  absl::string_view spki;
  CBS attributes;
  int has_attributes = 0;
  if (CBS_get_asn1(&in, &fields, CBS_ASN1_SEQUENCE) != 1 ||
      CBS_get_asn1_uint64(&fields, &version) != 1 || version != 0 ||
      !internal::ReadElement(&fields, CBS_ASN1_SEQUENCE, &name) ||
      !internal::ReadElement(&fields, CBS_ASN1_SEQUENCE, &spki) ||
      CBS_get_optional_asn1(&fields, &attributes, &has_attributes,
                            internal::ContextTag(0)) != 1 ||
      CBS_len(&fields) != 0) {
    return MalformedError(source, "malformed certificate request");
  }
  absl::StatusOr<DistinguishedName> parsed = DistinguishedName::FromDer(name);
  if (!parsed.ok()) return InContext(source, parsed.status());
  subject = *std::move(parsed);
  absl::StatusOr<PublicKey> key = PublicKey::FromDer(spki);
  if (!key.ok()) return InContext(source, key.status());
  public_key = *std::move(key);
  // Some makers leave the attributes out, which they must not; Go lets them.
  if (has_attributes == 0) return absl::OkStatus();
  return ReadExtensions(attributes, source);
}

absl::Status CertificateRequest::Data::ReadExtensions(
    CBS attributes, absl::string_view source) {
  absl::Status status = ReadAttributes(attributes, source, &extensions);
  if (!status.ok()) return status;
  for (const Extension& extension : extensions) {
    if (extension.oid != internal::kSubjectAltNameOid) continue;
    CBS in = internal::CbsOf(extension.value);
    CBS names;
    if (CBS_get_asn1(&in, &names, CBS_ASN1_SEQUENCE) != 1 ||
        CBS_len(&in) != 0) {
      return MalformedError(source, "malformed subjectAltName");
    }
    status = internal::ReadGeneralNames(names, internal::NameRole::kName,
                                        &subject_alt_names);
    if (!status.ok()) return InContext(source, status);
  }
  return absl::OkStatus();
}

CertificateRequest::CertificateRequest(std::shared_ptr<const Data> data)
    : data_(std::move(data)) {}

absl::StatusOr<CertificateRequest> CertificateRequest::Create(
    const PrivateKey& key, const DistinguishedName& subject,
    const GeneralNames& subject_alt_names) {
  const std::string info = internal::BuildDer([&](CBB* out) {
    return WriteInfo(out, key.public_key(), subject, subject_alt_names);
  });
  if (info.empty()) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kInvalid,
        absl::StrCat("certificate request for \"", subject.ToString(),
                     "\": a name, address or URI has no encoding"));
  }
  absl::StatusOr<std::string> der = internal::SignedSequence(info, key);
  if (!der.ok()) return der.status();
  return FromDer(*der, "certificate request just signed");
}

absl::StatusOr<CertificateRequest> CertificateRequest::FromPem(
    absl::string_view pem, absl::string_view source) {
  if (pem.size() > kMaxPemBytes) return TooLarge(source, "over 1 MiB of PEM");
  absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(pem, source);
  if (!blocks.ok()) return blocks.status();
  if (blocks->empty() || blocks->front().label != kLabel) {
    return MalformedError(source, "PEM block type must be CERTIFICATE REQUEST");
  }
  return FromDer(blocks->front().der, source);
}

absl::StatusOr<CertificateRequest> CertificateRequest::FromDer(
    absl::string_view der, absl::string_view source) {
  if (der.size() > kMaxBytes) {
    return TooLarge(source, "certificate request over 64 KiB");
  }
  auto data = std::make_shared<Data>();
  data->der = std::string(der);
  absl::Status status = data->ReadOuter(source);
  if (status.ok()) status = data->ReadInfo(source);
  if (!status.ok()) return status;
  status = internal::VerifySignature(data->algorithm, data->info,
                                     data->signature, *data->public_key);
  if (!status.ok()) return InContext(source, status);
  return CertificateRequest(std::move(data));
}

const DistinguishedName& CertificateRequest::subject() const {
  return data_->subject;
}

const PublicKey& CertificateRequest::public_key() const {
  return *data_->public_key;
}

const GeneralNames& CertificateRequest::subject_alt_names() const {
  return data_->subject_alt_names;
}

const std::vector<Extension>& CertificateRequest::extensions() const {
  return data_->extensions;
}

absl::string_view CertificateRequest::der() const { return data_->der; }

std::string CertificateRequest::ToPem() const {
  return EncodePem(kLabel, data_->der);
}

}  // namespace gatehouse::pki
