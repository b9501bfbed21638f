#include "pki/internal/general_names.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "pki/distinguished_name.h"
#include "pki/internal/der.h"
#include "pki/internal/uri.h"

namespace gatehouse::pki::internal {
namespace {

constexpr unsigned kEmail = PrimitiveContextTag(1);
constexpr unsigned kDns = PrimitiveContextTag(2);
constexpr unsigned kDirectoryName = ContextTag(4);
constexpr unsigned kUri = PrimitiveContextTag(6);
constexpr unsigned kIp = PrimitiveContextTag(7);

// The types that are counted, not read.
struct OtherType {
  unsigned tag;
  absl::string_view name;
};
constexpr OtherType kOtherTypes[] = {
    {ContextTag(0), "otherName"},
    {ContextTag(3), "x400Address"},
    {ContextTag(5), "ediPartyName"},
    {PrimitiveContextTag(8), "registeredID"},
};

bool IsLocalPart(absl::string_view text) {
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
    return std::all_of(text.begin(), text.end(), [](char c) {
      return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    });
  }
  for (const absl::string_view atom : absl::StrSplit(text, '.')) {
    if (atom.empty() || !std::all_of(atom.begin(), atom.end(), [](char c) {
          return c > 0x20 && c < 0x7f &&
                 !absl::StrContains("()<>[]:;@\\,\"", c);
        })) {
      return false;
    }
  }
  return true;
}

// A mailbox, or a host, or a domain with a leading dot.
bool IsEmailConstraint(absl::string_view text) {
  const size_t at = text.rfind('@');
  if (at == absl::string_view::npos) return IsValidDomain(text, true);
  const absl::string_view host = text.substr(at + 1);
  return IsLocalPart(text.substr(0, at)) && !host.empty() &&
         IsValidDomain(host, /*constraint=*/false);
}

// Returns whether text of the type `tag` is well formed. It is IA5 already.
bool IsGoodText(unsigned tag, NameRole role, absl::string_view text) {
  switch (role) {
    case NameRole::kName:
      return !text.empty() && (tag != kUri || ParseUri(text).has_value());
    case NameRole::kConstraint:
      if (tag == kEmail) return IsEmailConstraint(text);
      if (tag == kUri && IsIpAddress(text)) return false;
      return IsValidDomain(text, /*constraint=*/true);
    case NameRole::kLocation:
      return true;
  }
  return false;
}

// Returns whether the bits of `mask` are ones and then zeros.
bool IsContiguous(absl::string_view mask) {
  bool zero_seen = false;
  for (const char c : mask) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool one = (static_cast<unsigned char>(c) >> bit & 1) != 0;
      if (one && zero_seen) return false;
      zero_seen = zero_seen || !one;
    }
  }
  return true;
}

bool IsMappedIpv4(absl::string_view ip) {
  return ip.size() == 16 &&
         absl::StartsWith(
             ip, absl::string_view("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12));
}

// An address, or in a constraint an address and a mask. An IPv4 address in
// IPv6's clothes would pass by the rules for IPv4.
bool IsGoodIp(NameRole role, absl::string_view bytes) {
  if (role != NameRole::kConstraint) {
    return (bytes.size() == 4 || bytes.size() == 16) && !IsMappedIpv4(bytes);
  }
  if (bytes.size() != 8 && bytes.size() != 32) return false;
  const size_t half = bytes.size() / 2;
  return IsContiguous(bytes.substr(half)) &&
         !IsMappedIpv4(bytes.substr(0, half));
}

absl::Status Bad(absl::string_view type) {
  return MalformedError("", absl::StrCat("malformed ", type));
}

absl::Status AddText(unsigned tag, NameRole role, absl::string_view text,
                     absl::string_view type, std::vector<std::string>* list) {
  if (!IsIa5(text) || !IsGoodText(tag, role, text)) return Bad(type);
  list->emplace_back(text);
  return absl::OkStatus();
}

absl::Status AddDirectoryName(CBS contents, GeneralNames* names) {
  absl::string_view element;
  if (!ReadElement(&contents, CBS_ASN1_SEQUENCE, &element) ||
      CBS_len(&contents) != 0) {
    return Bad("directoryName");
  }
  const absl::StatusOr<DistinguishedName> name =
      DistinguishedName::FromDer(element);
  if (!name.ok()) return name.status();
  names->directory_names.emplace_back(element);
  return absl::OkStatus();
}

absl::Status AddOther(unsigned tag, GeneralNames* names) {
  for (const OtherType& type : kOtherTypes) {
    if (type.tag != tag) continue;
    names->other_types.emplace_back(type.name);
    return absl::OkStatus();
  }
  return Bad("GeneralName");
}

bool WriteTexts(CBB* out, unsigned tag, const std::vector<std::string>& texts) {
  return std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return IsIa5(text) && WriteElement(out, tag, text);
  });
}

}  // namespace

absl::Status ReadGeneralName(CBS* in, NameRole role, GeneralNames* names) {
  CBS contents;
  unsigned tag;
  if (!CBS_get_any_asn1(in, &contents, &tag)) return Bad("GeneralName");
  const absl::string_view value = ViewOf(contents);
  switch (tag) {
    case kEmail:
      return AddText(tag, role, value, "rfc822Name", &names->emails);
    case kDns:
      return AddText(tag, role, value, "dNSName", &names->dns);
    case kUri:
      return AddText(tag, role, value, "uniformResourceIdentifier",
                     &names->uris);
    case kDirectoryName:
      return AddDirectoryName(contents, names);
    case kIp:
      if (!IsGoodIp(role, value)) return Bad("iPAddress");
      names->ips.emplace_back(value);
      return absl::OkStatus();
    default:
      return AddOther(tag, names);
  }
}

absl::Status ReadGeneralNames(CBS in, NameRole role, GeneralNames* names) {
  if (CBS_len(&in) == 0) return Bad("GeneralNames: there is none");
  while (CBS_len(&in) != 0) {
    absl::Status status = ReadGeneralName(&in, role, names);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool WriteUris(CBB* out, const std::vector<std::string>& uris) {
  return WriteTexts(out, kUri, uris);
}

bool WriteGeneralNames(CBB* out, const GeneralNames& names) {
  if (!names.other_types.empty()) return false;
  for (const std::string& ip : names.ips) {
    // With a mask, in constraints, twice the length.
    const size_t size = ip.size();
    if (size != 4 && size != 8 && size != 16 && size != 32) return false;
  }
  const auto write_all = [out](unsigned tag,
                               const std::vector<std::string>& list) {
    return std::all_of(list.begin(), list.end(), [&](const std::string& value) {
      return WriteElement(out, tag, value);
    });
  };
  return WriteTexts(out, kDns, names.dns) &&
         WriteTexts(out, kEmail, names.emails) && write_all(kIp, names.ips) &&
         WriteUris(out, names.uris) &&
         write_all(kDirectoryName, names.directory_names);
}

}  // namespace gatehouse::pki::internal
