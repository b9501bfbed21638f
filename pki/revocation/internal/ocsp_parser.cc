#include "pki/revocation/internal/ocsp_parser.h"

#include <openssl/bytestring.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/internal/der.h"
#include "pki/revocation/internal/revocation_der.h"

namespace gatehouse::pki::internal {
namespace {

constexpr size_t kSha1Bytes = 20;

absl::Status Malformed(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   absl::StrCat(what, " is malformed"));
}

absl::Status TooMany(absl::string_view what, size_t limit) {
  return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                   absl::StrCat("more than ", limit, " ", what));
}

// Returns the name of a responseStatus (RFC 6960 4.2.1).
absl::string_view StatusName(uint8_t status) {
  switch (status) {
    case 1:
      return "malformedRequest";
    case 2:
      return "internalError";
    case 3:
      return "tryLater";
    case 5:
      return "sigRequired";
    case 6:
      return "unauthorized";
    default:
      return "";
  }
}

// Reads the outermost layer; *basic becomes the BasicOCSPResponse.
absl::Status UnwrapResponse(absl::string_view der, CBS* basic) {
  CBS cbs = CbsOf(der), response, status, wrapper, bytes, oid;
  if (!CBS_get_asn1(&cbs, &response, CBS_ASN1_SEQUENCE) || CBS_len(&cbs) != 0 ||
      !CBS_get_asn1(&response, &status, CBS_ASN1_ENUMERATED) ||
      CBS_len(&status) != 1) {
    return Malformed("the response");
  }
  const uint8_t code = CBS_data(&status)[0];
  if (code != 0) {
    const absl::string_view name = StatusName(code);
    if (name.empty()) return Malformed("responseStatus");
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::kInvalid,
                     absl::StrCat("the responder did not answer: ", name));
  }
  if (!CBS_get_asn1(&response, &wrapper, ContextTag(0)) ||
      CBS_len(&response) != 0 ||
      !CBS_get_asn1(&wrapper, &bytes, CBS_ASN1_SEQUENCE) ||
      CBS_len(&wrapper) != 0 || !CBS_get_asn1(&bytes, &oid, CBS_ASN1_OBJECT)) {
    return Malformed("responseBytes");
  }
  if (ViewOf(oid) != kOidOcspBasic) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                     absl::StrCat("response type ", OidToString(ViewOf(oid)),
                                  " is not known; only basic ones are"));
  }
  if (!CBS_get_asn1(&bytes, basic, CBS_ASN1_OCTETSTRING) ||
      CBS_len(&bytes) != 0) {
    return Malformed("responseBytes");
  }
  return absl::OkStatus();
}

absl::Status ParseCertificates(CBS* wrapper, OcspParts* parts) {
  CBS list;
  if (!CBS_get_asn1(wrapper, &list, CBS_ASN1_SEQUENCE) ||
      CBS_len(wrapper) != 0) {
    return Malformed("certs");
  }
  while (CBS_len(&list) > 0) {
    if (parts->certificates.size() == OcspResponse::kMaxCertificates) {
      return TooMany("certificates", OcspResponse::kMaxCertificates);
    }
    absl::string_view der;
    if (!ReadElement(&list, CBS_ASN1_SEQUENCE, &der)) {
      return Malformed("certs");
    }
    auto certificate = Certificate::FromDer(der, "certificate of the response");
    if (!certificate.ok()) return certificate.status();
    parts->certificates.push_back(*std::move(certificate));
  }
  return absl::OkStatus();
}

bool ReadCertId(CBS* cbs, OcspCertId* id) {
  CBS body, algorithm, name_hash, key_hash, null;
  absl::string_view serial;
  if (!CBS_get_asn1(cbs, &body, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1(&body, &algorithm, CBS_ASN1_SEQUENCE) ||
      !ReadOid(&algorithm, &id->hash_oid) ||
      (CBS_len(&algorithm) != 0 &&
       (!CBS_get_asn1(&algorithm, &null, CBS_ASN1_NULL) ||
        CBS_len(&null) != 0 || CBS_len(&algorithm) != 0)) ||
      !CBS_get_asn1(&body, &name_hash, CBS_ASN1_OCTETSTRING) ||
      !CBS_get_asn1(&body, &key_hash, CBS_ASN1_OCTETSTRING) ||
      !ReadInteger(&body, &serial) || serial.size() > Crl::kMaxSerial ||
      CBS_len(&body) != 0) {
    return false;
  }
  id->issuer_name_hash = std::string(ViewOf(name_hash));
  id->issuer_key_hash = std::string(ViewOf(key_hash));
  id->serial = std::string(serial);
  return true;
}

// Reads CertStatus, a CHOICE of [0] NULL, [1] RevokedInfo, [2] NULL.
bool ReadStatus(CBS* cbs, OcspSingle* single) {
  CBS content, reason;
  unsigned tag;
  if (!CBS_get_any_asn1(cbs, &content, &tag)) return false;
  if (tag != ContextTag(1)) {
    single->status = tag == PrimitiveContextTag(0) ? OcspStatus::kGood
                                                   : OcspStatus::kUnknown;
    return CBS_len(&content) == 0 &&
           (tag == PrimitiveContextTag(0) || tag == PrimitiveContextTag(2));
  }
  single->status = OcspStatus::kRevoked;
  int present;
  if (!ReadGeneralizedTime(&content, &single->revoked_at) ||
      !CBS_get_optional_asn1(&content, &reason, &present, ContextTag(0)) ||
      CBS_len(&content) != 0) {
    return false;
  }
  uint8_t number = 0;
  if (present && (!ReadReason(&reason, &number) || CBS_len(&reason) != 0)) {
    return false;
  }
  single->reason = static_cast<CrlReason>(number);
  return true;
}

// Reads an optional [1] Extensions; none that is critical is understood.
absl::Status SkipExtensions(CBS* cbs) {
  CBS list;
  int present;
  std::vector<RawExtension> extensions;
  if (!CBS_get_optional_asn1(cbs, &list, &present, ContextTag(1)) ||
      CBS_len(cbs) != 0 ||
      (present && !ReadRawExtensions(&list, &extensions))) {
    return Malformed("a list of extensions");
  }
  for (const RawExtension& extension : extensions) {
    if (!extension.critical) continue;
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kUnhandledCritical,
        absl::StrCat("critical extension ", OidToString(extension.oid),
                     " is not understood"));
  }
  return absl::OkStatus();
}

absl::Status ParseSingle(CBS* list, OcspSingle* single) {
  CBS body, next;
  int present;
  if (!CBS_get_asn1(list, &body, CBS_ASN1_SEQUENCE) ||
      !ReadCertId(&body, &single->id)) {
    return Malformed("certID");
  }
  if (!ReadStatus(&body, single)) return Malformed("certStatus");
  if (!ReadGeneralizedTime(&body, &single->this_update)) {
    return Malformed("thisUpdate");
  }
  single->next_update = single->this_update;
  if (!CBS_get_optional_asn1(&body, &next, &present, ContextTag(0)) ||
      (present && (!ReadGeneralizedTime(&next, &single->next_update) ||
                   CBS_len(&next) != 0))) {
    return Malformed("nextUpdate");
  }
  if (single->next_update < single->this_update) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "nextUpdate is before thisUpdate");
  }
  return SkipExtensions(&body);
}

bool ReadResponderId(CBS* cbs, OcspParts* parts) {
  CBS content, key_hash;
  unsigned tag;
  if (!CBS_get_any_asn1(cbs, &content, &tag)) return false;
  if (tag == ContextTag(1)) {
    absl::string_view name;
    if (!ReadElement(&content, CBS_ASN1_SEQUENCE, &name)) return false;
    parts->responder_name = std::string(name);
    return CBS_len(&content) == 0;
  }
  if (tag != ContextTag(2) ||
      !CBS_get_asn1(&content, &key_hash, CBS_ASN1_OCTETSTRING)) {
    return false;
  }
  parts->responder_key_hash = std::string(ViewOf(key_hash));
  return CBS_len(&content) == 0 && CBS_len(&key_hash) == kSha1Bytes;
}

absl::Status ParseResponseData(absl::string_view der, OcspParts* parts) {
  CBS cbs = CbsOf(der), data, list;
  if (!CBS_get_asn1(&cbs, &data, CBS_ASN1_SEQUENCE)) {
    return Malformed("tbsResponseData");
  }
  // The version is 1, which DER leaves out; other versions are not known.
  if (CBS_peek_asn1_tag(&data, ContextTag(0))) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                     "the version of the response is not 1");
  }
  if (!ReadResponderId(&data, parts)) return Malformed("responderID");
  if (!ReadGeneralizedTime(&data, &parts->produced_at)) {
    return Malformed("producedAt");
  }
  if (!CBS_get_asn1(&data, &list, CBS_ASN1_SEQUENCE)) {
    return Malformed("responses");
  }
  while (CBS_len(&list) > 0) {
    if (parts->singles.size() == OcspResponse::kMaxSingles) {
      return TooMany("answers", OcspResponse::kMaxSingles);
    }
    const absl::Status status =
        ParseSingle(&list, &parts->singles.emplace_back());
    if (!status.ok()) return status;
  }
  return SkipExtensions(&data);
}

}  // namespace

absl::Status ParseOcspResponse(absl::string_view der, OcspParts* parts) {
  CBS basic, response, signature, certificates;
  absl::Status status = UnwrapResponse(der, &basic);
  if (!status.ok()) return status;
  int present;
  if (!CBS_get_asn1(&basic, &response, CBS_ASN1_SEQUENCE) ||
      CBS_len(&basic) != 0 ||
      !ReadElement(&response, CBS_ASN1_SEQUENCE, &parts->tbs) ||
      !ReadElement(&response, CBS_ASN1_SEQUENCE, &parts->algorithm) ||
      !ReadBitString(&response, &signature) ||
      !CBS_get_optional_asn1(&response, &certificates, &present,
                             ContextTag(0)) ||
      CBS_len(&response) != 0) {
    return Malformed("the basic response");
  }
  parts->signature = ViewOf(signature);
  status = ParseResponseData(parts->tbs, parts);
  if (!status.ok() || !present) return status;
  return ParseCertificates(&certificates, parts);
}

}  // namespace gatehouse::pki::internal
