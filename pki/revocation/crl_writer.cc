#include "pki/revocation/crl_writer.h"

#include <openssl/bytestring.h>

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/extensions.h"
#include "pki/internal/der.h"
#include "pki/internal/extension_block.h"
#include "pki/internal/signature.h"
#include "pki/revocation/internal/revocation_der.h"

namespace gatehouse::pki {
namespace {

using internal::BuildDer;
using internal::ContextTag;
using internal::PrimitiveContextTag;
using internal::WriteBytes;
using internal::WriteConstructed;
using internal::WriteElement;
using internal::WriteRawExtension;
using internal::WriteTime;

absl::Status Invalid(absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("cannot make a CRL: ", what));
}

bool IsSerial(absl::string_view serial) {
  const CBS cbs = internal::CbsOf(serial);
  return serial.size() <= Crl::kMaxSerial &&
         CBS_is_valid_asn1_integer(&cbs, nullptr) != 0;
}

absl::Status CheckEntries(const CrlTemplate& request) {
  absl::flat_hash_set<absl::string_view> serials;
  for (const RevokedCertificate& entry : request.entries) {
    if (!IsSerial(entry.serial)) {
      return Invalid("a serial number is no integer in its shortest form");
    }
    if (!serials.insert(entry.serial).second) {
      return Invalid(absl::StrCat("serial number ",
                                  internal::IntegerToDecimal(entry.serial),
                                  " stands in it twice"));
    }
    if (entry.reason == CrlReason::kRemoveFromCrl &&
        !request.delta_base.has_value()) {
      return Invalid("removeFromCRL is for delta lists (RFC 5280 5.3.1)");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTemplate(const CrlTemplate& request,
                           const Certificate& issuer, const PrivateKey& key) {
  if (!(key.public_key() == issuer.public_key())) {
    return Invalid("the key is not that of the issuer's certificate");
  }
  const auto& usage = issuer.extensions().key_usage;
  if (usage.has_value() && (*usage & kCrlSign) == 0) {
    return MakeError(
        absl::StatusCode::kPermissionDenied, Reason::kIncompatibleUsage,
        absl::StrCat("cannot make a CRL: the key usage of ",
                     issuer.subject().ToString(), " does not have cRLSign"));
  }
  if (request.next_update <= request.this_update) {
    return Invalid("nextUpdate is not after thisUpdate");
  }
  return CheckEntries(request);
}

std::string ReasonValue(CrlReason reason) {
  return BuildDer([&](CBB* out) {
    const char value = static_cast<char>(reason);
    return WriteElement(out, CBS_ASN1_ENUMERATED, absl::string_view(&value, 1));
  });
}

bool WriteEntryExtensions(CBB* out, const RevokedCertificate& entry) {
  if (entry.reason == CrlReason::kUnspecified &&
      !entry.invalid_since.has_value()) {
    return true;
  }
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
    if (entry.reason != CrlReason::kUnspecified &&
        !WriteRawExtension(list, internal::kOidReasonCode, false,
                           ReasonValue(entry.reason))) {
      return false;
    }
    return !entry.invalid_since.has_value() ||
           WriteRawExtension(list, internal::kOidInvalidityDate, false,
                             BuildDer([&](CBB* value) {
                               return internal::WriteGeneralizedTime(
                                   value, *entry.invalid_since);
                             }));
  });
}

bool WriteEntries(CBB* out, const std::vector<RevokedCertificate>& entries) {
  // RFC 5280 5.1.2.6: no entries, no field.
  if (entries.empty()) return true;
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
    for (const RevokedCertificate& entry : entries) {
      const bool ok = WriteConstructed(list, CBS_ASN1_SEQUENCE, [&](CBB* body) {
        return WriteElement(body, CBS_ASN1_INTEGER, entry.serial) &&
               WriteTime(body, entry.revoked_at) &&
               WriteEntryExtensions(body, entry);
      });
      if (!ok) return false;
    }
    return true;
  });
}

bool WriteFlag(CBB* out, unsigned tag, bool flag) {
  return !flag || WriteElement(out, PrimitiveContextTag(tag), "\xff");
}

bool WriteReasons(CBB* out, uint16_t reasons) {
  const std::string bits = BuildDer(
      [&](CBB* value) { return internal::WriteNamedBits(value, reasons); });
  // The same content under an IMPLICIT tag; header and length are an octet
  // each.
  return bits.size() > 2 &&
         WriteElement(out, PrimitiveContextTag(3), bits.substr(2));
}

bool WritePointName(CBB* out, const std::vector<std::string>& names) {
  if (names.empty()) return true;
  return WriteConstructed(out, ContextTag(0), [&](CBB* point) {
    return WriteConstructed(point, ContextTag(0), [&](CBB* list) {
      for (const std::string& name : names) {
        if (!WriteBytes(list, name)) return false;
      }
      return true;
    });
  });
}

std::string PointValue(const IssuingDistributionPoint& point) {
  return BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* body) {
      return WritePointName(body, point.names) &&
             WriteFlag(body, 1, point.only_user_certificates) &&
             WriteFlag(body, 2, point.only_ca_certificates) &&
             (!point.only_some_reasons.has_value() ||
              WriteReasons(body, *point.only_some_reasons)) &&
             WriteFlag(body, 4, point.indirect) &&
             WriteFlag(body, 5, point.only_attribute_certificates);
    });
  });
}

std::string NumberValue(absl::string_view number) {
  return BuildDer([&](CBB* out) { return internal::WriteNumber(out, number); });
}

// The key id as the certificate has it, so that readers can compare.
std::string KeyIdValue(const Certificate& issuer) {
  const auto& key_id = issuer.extensions().subject_key_id;
  return BuildDer([&](CBB* out) {
    return internal::WriteAuthorityKeyId(
        out, key_id.has_value() ? *key_id : issuer.public_key().SubjectKeyId());
  });
}

bool WriteExtensions(CBB* out, const CrlTemplate& request,
                     const Certificate& issuer) {
  return WriteConstructed(out, ContextTag(0), [&](CBB* explicit_tag) {
    return WriteConstructed(explicit_tag, CBS_ASN1_SEQUENCE, [&](CBB* list) {
      return WriteRawExtension(list, internal::kOidAuthorityKeyId, false,
                               KeyIdValue(issuer)) &&
             WriteRawExtension(list, internal::kOidCrlNumber, false,
                               NumberValue(request.number)) &&
             (!request.delta_base.has_value() ||
              WriteRawExtension(list, internal::kOidDeltaCrl, true,
                                NumberValue(*request.delta_base))) &&
             (!request.distribution_point.has_value() ||
              WriteRawExtension(list, internal::kOidIssuingDistributionPoint,
                                true, PointValue(*request.distribution_point)));
    });
  });
}

std::string TbsCertList(const CrlTemplate& request, const Certificate& issuer,
                        absl::string_view algorithm) {
  return BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* tbs) {
      return CBB_add_asn1_uint64(tbs, 1) != 0 && WriteBytes(tbs, algorithm) &&
             WriteBytes(tbs, issuer.subject().der()) &&
             WriteTime(tbs, request.this_update) &&
             WriteTime(tbs, request.next_update) &&
             WriteEntries(tbs, request.entries) &&
             WriteExtensions(tbs, request, issuer);
    });
  });
}

}  // namespace

std::string NextCrlNumber(absl::string_view number) {
  std::string next(number);
  for (size_t i = next.size(); i-- > 0;) {
    next[i] = static_cast<char>(static_cast<uint8_t>(next[i]) + 1);
    if (next[i] != 0) return next;
  }
  return "\1" + next;
}

absl::StatusOr<CrlTemplate> NextCrl(const Crl& crl) {
  const CrlInfo& info = crl.info();
  if (info.is_delta() || info.distribution_point.has_value()) {
    return Invalid(absl::StrCat(
        info.source, info.source.empty() ? "" : ": ",
        "the list before it is a delta list or has a scope of its own"));
  }
  CrlTemplate next;
  next.number = NextCrlNumber(info.number.value_or(""));
  next.this_update = info.this_update;
  next.next_update = info.next_update;
  next.entries.reserve(info.entry_count);
  crl.ForEachEntry([&next](const CrlEntry& entry) {
    next.entries.push_back({std::string(entry.serial), entry.revoked_at,
                            entry.reason, entry.invalid_since});
  });
  return next;
}

absl::StatusOr<Crl> WriteCrl(const CrlTemplate& request,
                             const Certificate& issuer, const PrivateKey& key) {
  const absl::Status status = CheckTemplate(request, issuer, key);
  if (!status.ok()) return status;
  const auto algorithm = internal::SignatureAlgorithmFor(key.public_key());
  if (!algorithm.ok()) return algorithm.status();
  const std::string tbs = TbsCertList(request, issuer, *algorithm);
  if (tbs.empty()) return Invalid("a time or a number cannot be encoded");
  const auto list = internal::SignedSequence(tbs, key);
  if (!list.ok()) return list.status();
  return Crl::FromDer(*list);
}

}  // namespace gatehouse::pki
