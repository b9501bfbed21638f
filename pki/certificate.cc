#include "pki/certificate.h"

#include <openssl/bytestring.h>
#include <openssl/sha.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "pki/internal/certificate_data.h"
#include "pki/internal/der.h"
#include "pki/internal/extension_block.h"
#include "pki/internal/signature.h"
#include "pki/pem.h"

namespace gatehouse::pki {
namespace {

using internal::CertificateData;

// RFC 5280 4.1.2.2.
constexpr size_t kMaxSerialOctets = 20;

absl::Status Bad(absl::string_view what) {
  return internal::MalformedError("", what);
}

// Reads "[0] EXPLICIT Version DEFAULT v1".
absl::Status ReadVersion(CBS* tbs, CertificateData* data) {
  CBS version;
  int present;
  if (!CBS_get_optional_asn1(tbs, &version, &present,
                             internal::ContextTag(0))) {
    return Bad("malformed version");
  }
  if (present == 0) return absl::OkStatus();
  uint64_t number;
  // Version 1 is the default, which DER leaves out.
  if (!CBS_get_asn1_uint64(&version, &number) || CBS_len(&version) != 0 ||
      number < 1 || number > 2) {
    return Bad("malformed version");
  }
  data->version = static_cast<int>(number) + 1;
  return absl::OkStatus();
}

absl::Status ReadSerial(CBS* tbs, CertificateData* data) {
  if (!internal::ReadInteger(tbs, &data->serial)) {
    return Bad("malformed serial number");
  }
  if ((data->serial[0] & 0x80) != 0) return Bad("negative serial number");
  if (data->serial.size() > kMaxSerialOctets) {
    return Bad("serial number of more than 20 octets");
  }
  return absl::OkStatus();
}

// Reads an AlgorithmIdentifier as it stands.
bool ReadAlgorithm(CBS* in, absl::string_view* element) {
  if (!internal::ReadElement(in, CBS_ASN1_SEQUENCE, element)) return false;
  CBS outer = internal::CbsOf(*element);
  CBS fields;
  std::string oid;
  return CBS_get_asn1(&outer, &fields, CBS_ASN1_SEQUENCE) &&
         internal::ReadOid(&fields, &oid) &&
         internal::AreAlgorithmParameters(fields);
}

// Returns whether Go's crypto/x509, and so Kubernetes, reads attributes of this
// type: every string but UniversalString, and nothing else.
bool IsTypeOfNames(const NameAttribute& attribute) {
  return attribute.value.has_value() &&
         static_cast<uint8_t>(attribute.der[0]) != CBS_ASN1_UNIVERSALSTRING;
}

absl::Status ReadName(CBS* tbs, absl::string_view whose,
                      DistinguishedName* out) {
  absl::string_view element;
  if (!internal::ReadElement(tbs, CBS_ASN1_SEQUENCE, &element)) {
    return Bad(absl::StrCat("malformed ", whose));
  }
  absl::StatusOr<DistinguishedName> name = DistinguishedName::FromDer(element);
  if (!name.ok())
    return internal::MalformedError(whose, name.status().message());
  for (const NameAttribute& attribute : name->attributes()) {
    if (IsTypeOfNames(attribute)) continue;
    return internal::MalformedError(
        whose, absl::StrCat("attribute ", attribute.oid,
                            " is of a type that names must not have"));
  }
  *out = *std::move(name);
  return absl::OkStatus();
}

absl::Status ReadValidity(CBS* tbs, CertificateData* data) {
  CBS validity;
  if (!CBS_get_asn1(tbs, &validity, CBS_ASN1_SEQUENCE) ||
      !internal::ReadTime(&validity, &data->not_before) ||
      !internal::ReadTime(&validity, &data->not_after) ||
      CBS_len(&validity) != 0) {
    return Bad("malformed validity");
  }
  return absl::OkStatus();
}

absl::Status ReadKey(CBS* tbs, CertificateData* data) {
  absl::string_view element;
  if (!internal::ReadElement(tbs, CBS_ASN1_SEQUENCE, &element)) {
    return Bad("malformed public key");
  }
  absl::StatusOr<PublicKey> key = PublicKey::FromDer(element);
  if (!key.ok()) return key.status();
  data->public_key = *std::move(key);
  return absl::OkStatus();
}

// Reads issuerUniqueID or subjectUniqueID, if it is there.
absl::Status SkipUniqueId(CBS* tbs, unsigned number, int version) {
  CBS id;
  int present;
  if (!CBS_get_optional_asn1(tbs, &id, &present,
                             internal::PrimitiveContextTag(number)) ||
      (present != 0 && !CBS_is_valid_asn1_bitstring(&id))) {
    return Bad("malformed unique identifier");
  }
  if (present != 0 && version == 1) {
    return Bad("a unique identifier in a certificate of version 1");
  }
  return absl::OkStatus();
}

absl::Status ReadExtensions(CBS* tbs, CertificateData* data) {
  CBS block;
  int present;
  if (!CBS_get_optional_asn1(tbs, &block, &present, internal::ContextTag(3))) {
    return Bad("malformed extensions");
  }
  if (present == 0) return absl::OkStatus();
  if (data->version != 3) {
    return Bad(
        absl::StrCat("extensions in a certificate of version ", data->version));
  }
  std::vector<Extension> all;
  absl::Status status = internal::ReadExtensionBlock(&block, &all);
  if (!status.ok()) return status;
  if (CBS_len(&block) != 0) return Bad("bytes after the extensions");
  return internal::ParseExtensions(std::move(all), &data->extensions);
}

// Reads the fields of the TBSCertificate in order (RFC 5280 4.1).
absl::Status ReadTbs(CBS tbs, CertificateData* data) {
  absl::string_view algorithm;
  absl::Status status = ReadVersion(&tbs, data);
  if (status.ok()) status = ReadSerial(&tbs, data);
  if (status.ok() && (!ReadAlgorithm(&tbs, &algorithm) ||
                      algorithm != data->signature_algorithm)) {
    status = Bad("inner and outer signature algorithms are not the same");
  }
  if (status.ok()) status = ReadName(&tbs, "issuer", &data->issuer);
  if (status.ok()) status = ReadValidity(&tbs, data);
  if (status.ok()) status = ReadName(&tbs, "subject", &data->subject);
  if (status.ok()) status = ReadKey(&tbs, data);
  if (status.ok()) status = SkipUniqueId(&tbs, 1, data->version);
  if (status.ok()) status = SkipUniqueId(&tbs, 2, data->version);
  if (status.ok()) status = ReadExtensions(&tbs, data);
  if (status.ok() && CBS_len(&tbs) != 0) {
    status = Bad("bytes after the certificate's fields");
  }
  return status;
}

absl::Status ReadCertificate(CertificateData* data) {
  CBS in = internal::CbsOf(data->der);
  CBS fields;
  CBS signature;
  if (!CBS_get_asn1(&in, &fields, CBS_ASN1_SEQUENCE)) {
    return Bad("it is not a SEQUENCE in DER");
  }
  if (CBS_len(&in) != 0) return Bad("bytes after it");
  if (!internal::ReadElement(&fields, CBS_ASN1_SEQUENCE, &data->tbs) ||
      !ReadAlgorithm(&fields, &data->signature_algorithm) ||
      !internal::ReadBitString(&fields, &signature) || CBS_len(&fields) != 0) {
    return Bad("it is not contents, algorithm and signature");
  }
  data->signature = internal::ViewOf(signature);
  CBS outer = internal::CbsOf(data->tbs);
  CBS tbs;
  CBS_get_asn1(&outer, &tbs, CBS_ASN1_SEQUENCE);
  return ReadTbs(tbs, data);
}

// Prefixes what an error is about, and keeps its code and reason.
absl::Status About(absl::string_view source, absl::string_view what,
                   const absl::Status& status) {
  return InContext(source, InContext(what, status));
}

absl::string_view AsView(const Sha256Digest& digest) {
  return absl::string_view(reinterpret_cast<const char*>(digest.data()),
                           digest.size());
}

// Returns "AA:BB" for two such bytes; "" for an id that is absent.
std::string ColonHex(const absl::optional<std::string>& id) {
  if (!id.has_value()) return "";
  return absl::StrJoin(*id, ":", [](std::string* out, char c) {
    absl::StrAppend(out, absl::AsciiStrToUpper(
                             absl::BytesToHexString(absl::string_view(&c, 1))));
  });
}

}  // namespace

Certificate::Certificate(std::shared_ptr<const CertificateData> data)
    : data_(std::move(data)) {}

absl::StatusOr<Certificate> Certificate::FromDer(absl::string_view der,
                                                 absl::string_view source) {
  if (der.size() > kMaxBytes) {
    return About(
        source, "certificate",
        MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                  absl::StrCat(der.size(), " bytes; at most ", kMaxBytes)));
  }
  auto data = std::make_shared<CertificateData>();
  data->der.assign(der.data(), der.size());
  const absl::Status status = ReadCertificate(data.get());
  if (!status.ok()) return About(source, "malformed certificate", status);
  SHA256(reinterpret_cast<const uint8_t*>(data->der.data()), data->der.size(),
         data->sha256.data());
  return Certificate(std::move(data));
}

absl::StatusOr<std::vector<Certificate>> Certificate::FromPem(
    absl::string_view pem, absl::string_view source) {
  const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(pem, source);
  if (!blocks.ok()) return blocks.status();
  const absl::string_view name = source.empty() ? "PEM text" : source;
  std::vector<Certificate> certificates;
  for (const PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE") continue;
    absl::StatusOr<Certificate> certificate =
        FromDer(block.der, absl::StrCat(name, ":", block.line));
    if (!certificate.ok()) return certificate.status();
    certificates.push_back(*std::move(certificate));
  }
  if (certificates.empty()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat(name, ": no certificate in it"));
  }
  return certificates;
}

absl::string_view Certificate::der() const { return data_->der; }
const Sha256Digest& Certificate::sha256() const { return data_->sha256; }
int Certificate::version() const { return data_->version; }
absl::string_view Certificate::serial() const { return data_->serial; }
absl::Time Certificate::not_before() const { return data_->not_before; }
absl::Time Certificate::not_after() const { return data_->not_after; }

const DistinguishedName& Certificate::subject() const { return data_->subject; }
const DistinguishedName& Certificate::issuer() const { return data_->issuer; }
const PublicKey& Certificate::public_key() const { return *data_->public_key; }
const Extensions& Certificate::extensions() const { return data_->extensions; }

bool Certificate::self_issued() const {
  return data_->subject == data_->issuer;
}

std::string Certificate::ToPem() const {
  return EncodePem("CERTIFICATE", data_->der);
}

std::string Certificate::CredentialId() const {
  return absl::StrCat("X509SHA256=",
                      absl::BytesToHexString(AsView(data_->sha256)));
}

std::string Certificate::SerialDecimal() const {
  return internal::IntegerToDecimal(data_->serial);
}

std::string Certificate::SerialHex() const {
  absl::string_view serial = data_->serial;
  // The octet that keeps the number positive is no part of it.
  if (serial.size() > 1 && serial[0] == 0) serial.remove_prefix(1);
  return absl::BytesToHexString(serial);
}

std::string Certificate::signature_algorithm() const {
  return internal::SignatureAlgorithmName(data_->signature_algorithm);
}

bool Certificate::SignedBy(const PublicKey& key) const {
  return internal::VerifySignature(data_->signature_algorithm, data_->tbs,
                                   data_->signature, key)
      .ok();
}

std::string Certificate::Identifier() const {
  return CertificateIdentifier(SerialDecimal(), extensions().subject_key_id,
                               extensions().authority_key_id);
}

std::string CertificateIdentifier(
    const absl::optional<std::string>& serial,
    const absl::optional<std::string>& subject_key_id,
    const absl::optional<std::string>& authority_key_id) {
  return absl::StrCat("SN=", serial.value_or("<nil>"),
                      ", SKID=", ColonHex(subject_key_id),
                      ", AKID=", ColonHex(authority_key_id));
}

}  // namespace gatehouse::pki
