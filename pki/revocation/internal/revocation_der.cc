#include "pki/revocation/internal/revocation_der.h"

#include "absl/strings/str_cat.h"
#include "pki/internal/der.h"

namespace gatehouse::pki::internal {
namespace {

constexpr size_t kMaxInList = 32;
constexpr size_t kMaxNames = 100;

// Reads GeneralNames without their tag.
bool ReadNames(CBS names, std::vector<std::string>* out) {
  if (CBS_len(&names) == 0) return false;
  while (CBS_len(&names) > 0) {
    CBS name;
    if (out->size() >= kMaxNames ||
        !CBS_get_any_asn1_element(&names, &name, nullptr, nullptr)) {
      return false;
    }
    out->emplace_back(ViewOf(name));
  }
  return true;
}

bool ReadPoint(CBS* cbs, absl::string_view issuer, DistributionPoint* point) {
  CBS body, part;
  int present;
  if (!CBS_get_asn1(cbs, &body, CBS_ASN1_SEQUENCE) ||
      !CBS_get_optional_asn1(&body, &part, &present, ContextTag(0)) ||
      (present && !ReadDistributionPointName(&part, issuer, &point->names)) ||
      !CBS_get_optional_asn1(&body, &part, &present, PrimitiveContextTag(1))) {
    return false;
  }
  if (present && !ReadReasonFlags(part, &point->reasons.emplace())) {
    return false;
  }
  return CBS_get_optional_asn1(&body, &part, &present, ContextTag(2)) &&
         (!present || ReadNames(part, &point->crl_issuers)) &&
         CBS_len(&body) == 0;
}

}  // namespace

bool ReadNumber(CBS* cbs, std::string* number) {
  absl::string_view content;
  // A number of 20 octets may need a zero before it to be positive.
  if (!ReadInteger(cbs, &content) || content.size() > 21 ||
      (static_cast<uint8_t>(content[0]) & 0x80) != 0) {
    return false;
  }
  if (content[0] == 0) content.remove_prefix(1);
  if (content.size() > 20) return false;
  *number = std::string(content);
  return true;
}

bool ReadReason(CBS* cbs, uint8_t* reason) {
  CBS value;
  if (!CBS_get_asn1(cbs, &value, CBS_ASN1_ENUMERATED) || CBS_len(&value) != 1) {
    return false;
  }
  *reason = CBS_data(&value)[0];
  return *reason <= 10 && *reason != 7;
}

bool ReadRawExtension(CBS* extensions, RawExtension* extension) {
  CBS body, oid, value;
  int critical = 0;
  if (!CBS_get_asn1(extensions, &body, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1(&body, &oid, CBS_ASN1_OBJECT) || CBS_len(&oid) == 0) {
    return false;
  }
  // DER leaves a FALSE out.
  if (CBS_peek_asn1_tag(&body, CBS_ASN1_BOOLEAN) &&
      (!CBS_get_asn1_bool(&body, &critical) || critical == 0)) {
    return false;
  }
  if (!CBS_get_asn1(&body, &value, CBS_ASN1_OCTETSTRING) ||
      CBS_len(&body) != 0) {
    return false;
  }
  *extension = {ViewOf(oid), critical != 0, ViewOf(value)};
  return true;
}

bool ReadRawExtensions(CBS* cbs, std::vector<RawExtension>* extensions) {
  CBS list;
  if (!CBS_get_asn1(cbs, &list, CBS_ASN1_SEQUENCE) || CBS_len(cbs) != 0 ||
      CBS_len(&list) == 0) {
    return false;
  }
  extensions->clear();
  while (CBS_len(&list) > 0) {
    RawExtension next;
    if (extensions->size() == kMaxInList || !ReadRawExtension(&list, &next)) {
      return false;
    }
    for (const RawExtension& other : *extensions) {
      if (other.oid == next.oid) return false;
    }
    extensions->push_back(next);
  }
  return true;
}

bool ReadDistributionPointName(CBS* cbs, absl::string_view issuer,
                               std::vector<std::string>* names) {
  CBS choice;
  unsigned tag;
  if (!CBS_get_any_asn1(cbs, &choice, &tag) || CBS_len(cbs) != 0) return false;
  if (tag == ContextTag(0)) return ReadNames(choice, names);
  CBS name = CbsOf(issuer), rdns;
  if (tag != ContextTag(1) || CBS_len(&choice) == 0 ||
      !CBS_get_asn1(&name, &rdns, CBS_ASN1_SEQUENCE)) {
    return false;
  }
  names->push_back(DirectoryName(BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* sequence) {
      return WriteBytes(sequence, ViewOf(rdns)) &&
             WriteElement(sequence, CBS_ASN1_SET, ViewOf(choice));
    });
  })));
  return true;
}

bool ReadReasonFlags(const CBS& bits, uint16_t* reasons) {
  // An empty bit string is well-formed, and says nothing.
  if (!CBS_is_valid_asn1_bitstring(&bits) || CBS_len(&bits) > 3) return false;
  *reasons = 0;
  for (unsigned bit = 0; bit <= 8; ++bit) {
    if (CBS_asn1_bitstring_has_bit(&bits, bit)) {
      *reasons = static_cast<uint16_t>(*reasons | (1u << bit));
    }
  }
  return *reasons != 0;
}

bool ReadDistributionPoints(absl::string_view value, absl::string_view issuer,
                            std::vector<DistributionPoint>* points) {
  CBS cbs = CbsOf(value), list;
  if (!CBS_get_asn1(&cbs, &list, CBS_ASN1_SEQUENCE) || CBS_len(&cbs) != 0 ||
      CBS_len(&list) == 0) {
    return false;
  }
  while (CBS_len(&list) > 0) {
    if (points->size() == kMaxNames ||
        !ReadPoint(&list, issuer, &points->emplace_back())) {
      return false;
    }
  }
  return true;
}

bool ReadDirectoryName(CBS* cbs, absl::string_view* name) {
  CBS names;
  if (!CBS_get_asn1(cbs, &names, CBS_ASN1_SEQUENCE)) return false;
  bool found = false;
  while (CBS_len(&names) > 0) {
    CBS next;
    unsigned tag;
    if (!CBS_get_any_asn1(&names, &next, &tag)) return false;
    if (found || tag != ContextTag(4)) continue;
    found = ReadElement(&next, CBS_ASN1_SEQUENCE, name) && CBS_len(&next) == 0;
    if (!found) return false;
  }
  return found;
}

std::string DirectoryName(absl::string_view name) {
  return BuildDer(
      [&](CBB* out) { return WriteElement(out, ContextTag(4), name); });
}

bool WriteNumber(CBB* out, absl::string_view number) {
  const bool zero_first =
      number.empty() || (static_cast<uint8_t>(number[0]) & 0x80) != 0;
  return WriteElement(
      out, CBS_ASN1_INTEGER,
      absl::StrCat(zero_first ? absl::string_view("\0", 1) : "", number));
}

bool WriteRawExtension(CBB* out, absl::string_view oid, bool critical,
                       absl::string_view value) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* body) {
    return WriteElement(body, CBS_ASN1_OBJECT, oid) &&
           (!critical || CBB_add_asn1_bool(body, 1) != 0) &&
           WriteElement(body, CBS_ASN1_OCTETSTRING, value);
  });
}

}  // namespace gatehouse::pki::internal
