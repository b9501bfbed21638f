#include "pki/distinguished_name.h"

#include <openssl/bytestring.h>

#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "pki/internal/asn1_string.h"
#include "pki/internal/der.h"

namespace gatehouse::pki {
namespace {

// The names that RFC 2253 section 2.3 and Go print attribute types by.
struct ShortName {
  absl::string_view oid;
  absl::string_view name;
};
constexpr ShortName kShortNames[] = {
    {kCommonNameOid, "CN"},     {"2.5.4.5", "SERIALNUMBER"},
    {"2.5.4.6", "C"},           {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},          {"2.5.4.9", "STREET"},
    {kOrganizationOid, "O"},    {kOrganizationalUnitOid, "OU"},
    {"2.5.4.17", "POSTALCODE"},
};

absl::string_view ShortNameOf(absl::string_view oid) {
  for (const ShortName& entry : kShortNames) {
    if (entry.oid == oid) return entry.name;
  }
  return "";
}

absl::Status BadName(absl::string_view what) {
  return internal::MalformedError("", absl::StrCat("malformed name: ", what));
}

// A value is a string, or one of the other two types that BoringSSL carries.
bool ReadValue(unsigned tag, CBS contents, NameAttribute* attribute) {
  if (internal::IsStringTag(tag)) {
    return internal::DecodeAsn1String(tag, internal::ViewOf(contents),
                                      &attribute->value.emplace());
  }
  if (tag == CBS_ASN1_BITSTRING) {
    return CBS_is_valid_asn1_bitstring(&contents) != 0;
  }
  return tag == CBS_ASN1_SEQUENCE;
}

// Reads one AttributeTypeAndValue.
absl::Status ReadAttribute(CBS* set, NameAttribute* attribute) {
  CBS pair;
  CBS value;
  unsigned tag;
  size_t header_size;
  if (!CBS_get_asn1(set, &pair, CBS_ASN1_SEQUENCE) ||
      !internal::ReadOid(&pair, &attribute->oid) ||
      !CBS_get_any_asn1_element(&pair, &value, &tag, &header_size) ||
      CBS_len(&pair) != 0) {
    return BadName("an attribute is not a type and a value");
  }
  const absl::string_view der = internal::ViewOf(value);
  attribute->der.assign(der.data(), der.size());
  if (!CBS_skip(&value, header_size) || !ReadValue(tag, value, attribute)) {
    return BadName(absl::StrCat("the value of attribute ", attribute->oid,
                                " is not valid in its type"));
  }
  return absl::OkStatus();
}

// Adds `c` as RFC 4514 escapes it: `at_start` and `at_end` are where in the
// value it stands.
void AppendEscaped(char c, bool at_start, bool at_end, std::string* out) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7f) {
    absl::StrAppend(out, "\\", absl::Hex(byte, absl::kZeroPad2));
    return;
  }
  if (absl::StrContains(",+\"\\<>;", c) || (c == ' ' && (at_start || at_end)) ||
      (c == '#' && at_start)) {
    out->push_back('\\');
  }
  out->push_back(c);
}

void AppendAttribute(const NameAttribute& attribute, std::string* out) {
  const absl::string_view name = ShortNameOf(attribute.oid);
  if (name.empty() || !attribute.value.has_value()) {
    absl::StrAppend(out, name.empty() ? attribute.oid : name, "=#",
                    absl::BytesToHexString(attribute.der));
    return;
  }
  absl::StrAppend(out, name, "=");
  const std::string& value = *attribute.value;
  for (size_t i = 0; i < value.size(); ++i) {
    AppendEscaped(value[i], i == 0, i + 1 == value.size(), out);
  }
}

// Writes one relative distinguished name with one attribute. PrintableString
// where its alphabet is enough, as Go does.
bool WriteRdn(CBB* out, absl::string_view oid, absl::string_view value) {
  const unsigned tag = internal::IsPrintableString(value)
                           ? CBS_ASN1_PRINTABLESTRING
                           : CBS_ASN1_UTF8STRING;
  return internal::WriteConstructed(out, CBS_ASN1_SET, [&](CBB* set) {
    return internal::WriteConstructed(set, CBS_ASN1_SEQUENCE, [&](CBB* pair) {
      return internal::WriteOid(pair, oid) &&
             internal::WriteElement(pair, tag, value);
    });
  });
}

}  // namespace

absl::StatusOr<DistinguishedName> DistinguishedName::FromDer(
    absl::string_view der) {
  CBS in = internal::CbsOf(der);
  CBS rdns;
  if (!CBS_get_asn1(&in, &rdns, CBS_ASN1_SEQUENCE) || CBS_len(&in) != 0) {
    return BadName("it is not one SEQUENCE");
  }
  DistinguishedName name;
  name.der_.assign(der.data(), der.size());
  for (int rdn = 0; CBS_len(&rdns) != 0; ++rdn) {
    CBS set;
    if (!CBS_get_asn1(&rdns, &set, CBS_ASN1_SET) || CBS_len(&set) == 0) {
      return BadName("a relative name is not a SET of attributes");
    }
    while (CBS_len(&set) != 0) {
      if (name.attributes_.size() == kMaxAttributes) {
        return BadName(
            absl::StrCat("more than ", kMaxAttributes, " attributes"));
      }
      NameAttribute& attribute = name.attributes_.emplace_back();
      attribute.rdn = rdn;
      absl::Status status = ReadAttribute(&set, &attribute);
      if (!status.ok()) return status;
    }
  }
  return name;
}

DistinguishedName DistinguishedName::ForUser(
    absl::string_view common_name,
    const std::vector<std::string>& organizations) {
  const std::string der = internal::BuildDer([&](CBB* out) {
    return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* rdns) {
      for (const std::string& organization : organizations) {
        if (!WriteRdn(rdns, kOrganizationOid, organization)) return false;
      }
      return common_name.empty() || WriteRdn(rdns, kCommonNameOid, common_name);
    });
  });
  absl::StatusOr<DistinguishedName> name = FromDer(der);
  if (name.ok()) return *std::move(name);
  DistinguishedName unreadable;
  unreadable.der_ = der;
  return unreadable;
}

std::string DistinguishedName::common_name() const {
  std::string common_name;
  for (const NameAttribute& attribute : attributes_) {
    if (attribute.oid == kCommonNameOid && attribute.value.has_value()) {
      common_name = *attribute.value;
    }
  }
  return common_name;
}

std::vector<std::string> DistinguishedName::organizations() const {
  std::vector<std::string> organizations;
  for (const NameAttribute& attribute : attributes_) {
    if (attribute.oid == kOrganizationOid && attribute.value.has_value()) {
      organizations.push_back(*attribute.value);
    }
  }
  return organizations;
}

std::vector<absl::optional<std::string>> DistinguishedName::ValuesOf(
    absl::string_view oid) const {
  std::vector<absl::optional<std::string>> values;
  for (const NameAttribute& attribute : attributes_) {
    if (attribute.oid == oid) values.push_back(attribute.value);
  }
  return values;
}

std::string DistinguishedName::ToString() const {
  std::string text;
  // RDNs from the last to the first, the attributes of each as they stand.
  for (size_t end = attributes_.size(); end > 0;) {
    size_t begin = end - 1;
    while (begin > 0 && attributes_[begin - 1].rdn == attributes_[begin].rdn) {
      --begin;
    }
    if (!text.empty()) text.push_back(',');
    for (size_t i = begin; i < end; ++i) {
      if (i > begin) text.push_back('+');
      AppendAttribute(attributes_[i], &text);
    }
    end = begin;
  }
  return text;
}

}  // namespace gatehouse::pki
