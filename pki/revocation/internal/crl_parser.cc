#include "pki/revocation/internal/crl_parser.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/distinguished_name.h"
#include "pki/internal/der.h"
#include "pki/internal/extension_block.h"

namespace gatehouse::pki::internal {
namespace {

absl::Status Malformed(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   what);
}

absl::Status Invalid(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, what);
}

absl::Status Unhandled(absl::string_view oid) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   Reason::kUnhandledCritical,
                   absl::StrCat("critical extension ", OidToString(oid),
                                " is not understood"));
}

// Reads a BOOLEAN DEFAULT FALSE under an IMPLICIT tag.
bool ReadFlag(CBS* cbs, unsigned tag, bool* flag) {
  CBS content;
  int present;
  if (!CBS_get_optional_asn1(cbs, &content, &present,
                             PrimitiveContextTag(tag))) {
    return false;
  }
  *flag = present != 0;
  return !*flag || (CBS_len(&content) == 1 && CBS_data(&content)[0] == 0xff);
}

bool ReadPoint(absl::string_view value, absl::string_view issuer,
               IssuingDistributionPoint* point) {
  CBS cbs = CbsOf(value), body, part;
  int present;
  if (!CBS_get_asn1(&cbs, &body, CBS_ASN1_SEQUENCE) || CBS_len(&cbs) != 0 ||
      CBS_len(&body) == 0 ||
      !CBS_get_optional_asn1(&body, &part, &present, ContextTag(0)) ||
      (present && !ReadDistributionPointName(&part, issuer, &point->names)) ||
      !ReadFlag(&body, 1, &point->only_user_certificates) ||
      !ReadFlag(&body, 2, &point->only_ca_certificates) ||
      !CBS_get_optional_asn1(&body, &part, &present, PrimitiveContextTag(3)) ||
      (present &&
       !ReadReasonFlags(part, &point->only_some_reasons.emplace()))) {
    return false;
  }
  return ReadFlag(&body, 4, &point->indirect) &&
         ReadFlag(&body, 5, &point->only_attribute_certificates) &&
         CBS_len(&body) == 0;
}

absl::Status ParsePoint(absl::string_view value, CrlInfo* info) {
  IssuingDistributionPoint point;
  if (!ReadPoint(value, info->issuer.der(), &point)) {
    return Malformed("issuingDistributionPoint is malformed");
  }
  if (point.only_user_certificates + point.only_ca_certificates +
          point.only_attribute_certificates >
      1) {
    return Invalid(
        "issuingDistributionPoint contains only certificates of several kinds "
        "each (RFC 5280 5.2.5)");
  }
  info->scope = std::string(value);
  info->distribution_point = std::move(point);
  return absl::OkStatus();
}

absl::Status ParseNumber(absl::string_view value, absl::string_view what,
                         absl::optional<std::string>* number) {
  CBS cbs = CbsOf(value);
  if (!ReadNumber(&cbs, &number->emplace()) || CBS_len(&cbs) != 0) {
    return Malformed(absl::StrCat(what, " is malformed"));
  }
  return absl::OkStatus();
}

absl::Status ParseExtension(const RawExtension& extension, CrlInfo* info) {
  if (extension.oid == kOidCrlNumber) {
    return ParseNumber(extension.value, "cRLNumber", &info->number);
  }
  if (extension.oid == kOidDeltaCrl) {
    return ParseNumber(extension.value, "deltaCRLIndicator", &info->delta_base);
  }
  if (extension.oid == kOidIssuingDistributionPoint) {
    return ParsePoint(extension.value, info);
  }
  if (extension.oid == kOidAuthorityKeyId) {
    std::string key_id;
    const absl::Status status = ReadAuthorityKeyId(extension.value, &key_id);
    if (!key_id.empty()) info->authority_key_id = std::move(key_id);
    return status;
  }
  if (extension.oid == kOidFreshestCrl) {
    std::vector<DistributionPoint> points;
    info->has_freshest_crl = true;
    return ReadDistributionPoints(extension.value, info->issuer.der(), &points)
               ? absl::OkStatus()
               : Malformed("freshestCRL is malformed");
  }
  return extension.critical ? Unhandled(extension.oid) : absl::OkStatus();
}

// Rules between the fields of a list.
absl::Status CheckInfo(const CrlInfo& info) {
  if (info.next_update < info.this_update) {
    return Invalid("nextUpdate is before thisUpdate");
  }
  if (!info.is_delta()) return absl::OkStatus();
  if (!info.number.has_value()) {
    return Invalid("a delta list without a cRLNumber (RFC 5280 5.2.4)");
  }
  if (CompareCrlNumbers(*info.number, *info.delta_base) < 0) {
    return Invalid("a delta list with a number below its base");
  }
  return absl::OkStatus();
}

// Reads what is before the entries.
absl::Status ParseHead(CBS* tbs, CrlParts* parts) {
  CrlInfo& info = parts->info;
  if (CBS_peek_asn1_tag(tbs, CBS_ASN1_INTEGER)) {
    uint64_t version;
    if (!CBS_get_asn1_uint64(tbs, &version) || version != 1) {
      return Malformed("the version is not 2");
    }
    info.version = 2;
  }
  absl::string_view algorithm, issuer;
  if (!ReadElement(tbs, CBS_ASN1_SEQUENCE, &algorithm)) {
    return Malformed("the signature algorithm is malformed");
  }
  if (algorithm != parts->algorithm) {
    return Malformed("the two signature algorithms differ");
  }
  if (!ReadElement(tbs, CBS_ASN1_SEQUENCE, &issuer)) {
    return Malformed("the issuer is malformed");
  }
  auto name = DistinguishedName::FromDer(issuer);
  if (!name.ok()) return Malformed("the issuer is malformed");
  if (name->empty()) return Invalid("the issuer is empty (RFC 5280 5.1.2.3)");
  info.issuer = *std::move(name);
  if (!ReadTime(tbs, &info.this_update)) {
    return Malformed("thisUpdate is malformed");
  }
  if (!CBS_peek_asn1_tag(tbs, CBS_ASN1_UTCTIME) &&
      !CBS_peek_asn1_tag(tbs, CBS_ASN1_GENERALIZEDTIME)) {
    return Invalid(
        "no nextUpdate, so that the list would never turn stale (RFC 5280 "
        "5.1.2.5)");
  }
  if (!ReadTime(tbs, &info.next_update)) {
    return Malformed("nextUpdate is malformed");
  }
  return absl::OkStatus();
}

// Reads what is after the entries.
absl::Status ParseTail(CBS* tbs, CrlInfo* info) {
  CBS list;
  int present;
  std::vector<RawExtension> extensions;
  if (!CBS_get_optional_asn1(tbs, &list, &present, ContextTag(0)) ||
      CBS_len(tbs) != 0) {
    return Malformed("something else stands where extensions should");
  }
  if (!present) return absl::OkStatus();
  if (info->version != 2 || !ReadRawExtensions(&list, &extensions)) {
    return Malformed("the extensions are malformed, or one is there twice");
  }
  for (const RawExtension& extension : extensions) {
    const absl::Status status = ParseExtension(extension, info);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ParseEntries(CrlParts* parts) {
  EntryReader reader(*parts);
  CrlEntry entry;
  while (!reader.Done()) {
    ++parts->info.entry_count;
    const absl::Status status = reader.Next(&entry);
    if (!status.ok()) {
      return InContext(absl::StrCat("entry ", parts->info.entry_count), status);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseCrl(absl::string_view der, CrlParts* parts) {
  CBS cbs = CbsOf(der), list, tbs, signature, entries;
  if (!CBS_get_asn1(&cbs, &list, CBS_ASN1_SEQUENCE)) {
    return Malformed("not a SEQUENCE in DER");
  }
  if (CBS_len(&cbs) != 0) return Malformed("bytes after the list");
  if (!ReadElement(&list, CBS_ASN1_SEQUENCE, &parts->tbs) ||
      !ReadElement(&list, CBS_ASN1_SEQUENCE, &parts->algorithm) ||
      !ReadBitString(&list, &signature) || CBS_len(&list) != 0) {
    return Malformed("not a list, its algorithm and its signature");
  }
  parts->signature = ViewOf(signature);
  cbs = CbsOf(parts->tbs);
  if (!CBS_get_asn1(&cbs, &tbs, CBS_ASN1_SEQUENCE)) {
    return Malformed("the list proper is malformed");
  }
  absl::Status status = ParseHead(&tbs, parts);
  if (!status.ok()) return status;
  // RFC 5280 5.1.2.6 wants an empty SEQUENCE left out; some write it.
  if (CBS_peek_asn1_tag(&tbs, CBS_ASN1_SEQUENCE)) {
    if (!CBS_get_asn1(&tbs, &entries, CBS_ASN1_SEQUENCE)) {
      return Malformed("revokedCertificates is malformed");
    }
    parts->entries = ViewOf(entries);
  }
  status = ParseTail(&tbs, &parts->info);
  if (status.ok()) status = CheckInfo(parts->info);
  // Last, for what an entry may say depends on the extensions.
  return status.ok() ? ParseEntries(parts) : status;
}

EntryReader::EntryReader(const CrlParts& parts)
    : info_(parts.info),
      indirect_(parts.info.distribution_point.has_value() &&
                parts.info.distribution_point->indirect),
      rest_(CbsOf(parts.entries)),
      issuer_(parts.info.issuer.der()) {}

absl::Status EntryReader::Next(CrlEntry* entry) {
  CBS body;
  if (!CBS_get_asn1(&rest_, &body, CBS_ASN1_SEQUENCE)) {
    return Malformed("not a SEQUENCE in DER");
  }
  if (!ReadInteger(&body, &entry->serial) ||
      entry->serial.size() > Crl::kMaxSerial) {
    return Malformed("the serial number is malformed");
  }
  if (!ReadTime(&body, &entry->revoked_at)) {
    return Malformed("revocationDate is malformed");
  }
  entry->reason = CrlReason::kUnspecified;
  entry->invalid_since = absl::nullopt;
  if (CBS_len(&body) > 0) {
    const absl::Status status = ReadExtensions(&body, entry);
    if (!status.ok()) return status;
  }
  entry->certificate_issuer = issuer_;
  if (entry->reason == CrlReason::kRemoveFromCrl && !info_.is_delta()) {
    return Invalid("removeFromCRL in a complete list (RFC 5280 5.3.1)");
  }
  return absl::OkStatus();
}

absl::Status EntryReader::ReadExtensions(CBS* body, CrlEntry* entry) {
  if (info_.version != 2 || !ReadRawExtensions(body, &extensions_)) {
    return Malformed("the extensions are malformed, or one is there twice");
  }
  for (const RawExtension& extension : extensions_) {
    CBS value = CbsOf(extension.value);
    if (extension.oid == kOidReasonCode) {
      uint8_t reason;
      if (!ReadReason(&value, &reason) || CBS_len(&value) != 0) {
        return Malformed("reasonCode is malformed");
      }
      entry->reason = static_cast<CrlReason>(reason);
    } else if (extension.oid == kOidInvalidityDate) {
      if (!ReadGeneralizedTime(&value, &entry->invalid_since.emplace()) ||
          CBS_len(&value) != 0) {
        return Malformed("invalidityDate is malformed");
      }
    } else if (extension.oid == kOidCertificateIssuer) {
      if (!indirect_) {
        return Invalid("certificateIssuer in a list that is not indirect");
      }
      if (!ReadDirectoryName(&value, &issuer_) || CBS_len(&value) != 0) {
        return Malformed("certificateIssuer is malformed or has no name");
      }
    } else if (extension.critical) {
      return Unhandled(extension.oid);
    }
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::pki::internal
