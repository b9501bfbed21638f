#include "pki/internal/extension_block.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "pki/internal/der.h"
#include "pki/internal/general_names.h"

namespace gatehouse::pki::internal {
namespace {

// Reads one Extension.
bool ReadExtension(CBS* in, Extension* extension) {
  CBS fields;
  CBS value;
  int critical;
  if (!CBS_get_asn1(in, &fields, CBS_ASN1_SEQUENCE) ||
      !ReadOid(&fields, &extension->oid)) {
    return false;
  }
  if (CBS_peek_asn1_tag(&fields, CBS_ASN1_BOOLEAN)) {
    // FALSE is the default, which DER leaves out.
    if (!CBS_get_asn1_bool(&fields, &critical) || critical == 0) return false;
    extension->critical = true;
  }
  if (!CBS_get_asn1(&fields, &value, CBS_ASN1_OCTETSTRING) ||
      CBS_len(&fields) != 0) {
    return false;
  }
  extension->value = std::string(ViewOf(value));
  return true;
}

// Reads a DistributionPointName: a full name, or one relative to the issuer.
absl::Status ReadDistributionPointName(CBS choice,
                                       std::vector<std::string>* uris) {
  CBS name;
  unsigned tag;
  if (!CBS_get_any_asn1(&choice, &name, &tag) || CBS_len(&choice) != 0 ||
      (tag != ContextTag(0) && tag != ContextTag(1))) {
    return MalformedError("", "malformed name of a distribution point");
  }
  if (tag == ContextTag(1)) return absl::OkStatus();
  GeneralNames locations;
  absl::Status status = ReadGeneralNames(name, NameRole::kLocation, &locations);
  uris->insert(uris->end(), locations.uris.begin(), locations.uris.end());
  return status;
}

// Writes the names of one list as GeneralSubtrees, each in its own SEQUENCE;
// nothing if there is none.
bool WriteSubtrees(CBB* out, unsigned number, const GeneralNames& names) {
  if (names.empty()) return true;
  const std::string der =
      BuildDer([&](CBB* list) { return WriteGeneralNames(list, names); });
  if (der.empty()) return false;
  return WriteConstructed(out, ContextTag(number), [&](CBB* subtrees) {
    CBS rest = CbsOf(der);
    while (CBS_len(&rest) != 0) {
      CBS name;
      if (!CBS_get_any_asn1_element(&rest, &name, nullptr, nullptr) ||
          !WriteElement(subtrees, CBS_ASN1_SEQUENCE, ViewOf(name))) {
        return false;
      }
    }
    return true;
  });
}

}  // namespace

absl::Status ReadExtensionBlock(CBS* in, std::vector<Extension>* extensions) {
  CBS list;
  if (!CBS_get_asn1(in, &list, CBS_ASN1_SEQUENCE) || CBS_len(&list) == 0) {
    return MalformedError("", "malformed list of extensions");
  }
  while (CBS_len(&list) != 0) {
    if (extensions->size() == kMaxExtensions) {
      return MakeError(
          absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
          absl::StrCat("more than ", kMaxExtensions, " extensions"));
    }
    Extension extension;
    if (!ReadExtension(&list, &extension)) {
      return MalformedError(
          "", absl::StrCat("malformed extension ", extension.oid));
    }
    const auto same = [&](const Extension& e) {
      return e.oid == extension.oid;
    };
    if (std::any_of(extensions->begin(), extensions->end(), same)) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kDuplicate,
                       absl::StrCat("extension ", extension.oid, " twice"));
    }
    extensions->push_back(std::move(extension));
  }
  return absl::OkStatus();
}

absl::Status ReadAuthorityKeyId(absl::string_view value, std::string* key_id) {
  CBS in = CbsOf(value);
  CBS fields;
  CBS id;
  CBS issuer;
  CBS serial;
  int has_id;
  int has_issuer;
  int has_serial;
  if (!CBS_get_asn1(&in, &fields, CBS_ASN1_SEQUENCE) || CBS_len(&in) != 0 ||
      !CBS_get_optional_asn1(&fields, &id, &has_id, PrimitiveContextTag(0)) ||
      !CBS_get_optional_asn1(&fields, &issuer, &has_issuer, ContextTag(1)) ||
      !CBS_get_optional_asn1(&fields, &serial, &has_serial,
                             PrimitiveContextTag(2)) ||
      CBS_len(&fields) != 0) {
    return MalformedError("", "it is not an AuthorityKeyIdentifier");
  }
  // RFC 5280 4.2.1.1: issuer and serial come together or not at all.
  if (has_issuer != has_serial ||
      (has_serial != 0 && !CBS_is_valid_asn1_integer(&serial, nullptr))) {
    return MalformedError("",
                          "an issuer without a serial number, or the reverse");
  }
  *key_id = has_id != 0 ? std::string(ViewOf(id)) : "";
  if (has_issuer == 0) return absl::OkStatus();
  GeneralNames names;
  return ReadGeneralNames(issuer, NameRole::kLocation, &names);
}

absl::Status ReadDistributionPoint(CBS* in, std::vector<std::string>* uris) {
  CBS fields;
  CBS name;
  CBS reasons;
  CBS issuer;
  int has_name;
  int has_reasons;
  int has_issuer;
  uint16_t bits;
  if (!CBS_get_asn1(in, &fields, CBS_ASN1_SEQUENCE) ||
      !CBS_get_optional_asn1(&fields, &name, &has_name, ContextTag(0)) ||
      !CBS_get_optional_asn1(&fields, &reasons, &has_reasons,
                             PrimitiveContextTag(1)) ||
      !CBS_get_optional_asn1(&fields, &issuer, &has_issuer, ContextTag(2)) ||
      CBS_len(&fields) != 0) {
    return MalformedError("", "malformed distribution point");
  }
  if (has_reasons != 0 && !ParseNamedBits(reasons, &bits)) {
    return MalformedError("", "malformed reasons of a distribution point");
  }
  absl::Status status;
  GeneralNames issuers;
  if (has_issuer != 0) {
    status = ReadGeneralNames(issuer, NameRole::kLocation, &issuers);
  }
  if (!status.ok() || has_name == 0) return status;
  return ReadDistributionPointName(name, uris);
}

bool WriteExtension(CBB* list, absl::string_view oid, bool critical,
                    absl::FunctionRef<bool(CBB*)> value) {
  return WriteConstructed(list, CBS_ASN1_SEQUENCE, [&](CBB* fields) {
    return WriteOid(fields, oid) &&
           (!critical || CBB_add_asn1_bool(fields, 1)) &&
           WriteConstructed(fields, CBS_ASN1_OCTETSTRING, value);
  });
}

bool WriteBasicConstraints(CBB* out, const BasicConstraints& value) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* fields) {
    if (value.is_ca && !CBB_add_asn1_bool(fields, 1)) return false;
    return !value.path_length.has_value() ||
           (*value.path_length >= 0 &&
            CBB_add_asn1_uint64(fields,
                                static_cast<uint64_t>(*value.path_length)));
  });
}

bool WriteAuthorityKeyId(CBB* out, absl::string_view key_id) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* fields) {
    return WriteElement(fields, PrimitiveContextTag(0), key_id);
  });
}

bool WriteNameConstraints(CBB* out, const NameConstraints& value) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* fields) {
    return WriteSubtrees(fields, 0, value.permitted) &&
           WriteSubtrees(fields, 1, value.excluded);
  });
}

bool WriteOids(CBB* out, const std::vector<std::string>& oids) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
    return std::all_of(
        oids.begin(), oids.end(),
        [list](const std::string& oid) { return WriteOid(list, oid); });
  });
}

bool WriteCrlDistributionPoints(CBB* out,
                                const std::vector<std::string>& uris) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
    return std::all_of(
        uris.begin(), uris.end(), [list](const std::string& uri) {
          const auto write_name = [&uri](CBB* full_name) {
            return WriteUris(full_name, {uri});
          };
          const auto write_choice = [&](CBB* choice) {
            return WriteConstructed(choice, ContextTag(0), write_name);
          };
          return WriteConstructed(list, CBS_ASN1_SEQUENCE, [&](CBB* point) {
            return WriteConstructed(point, ContextTag(0), write_choice);
          });
        });
  });
}

bool WriteOcspServers(CBB* out, const std::vector<std::string>& uris) {
  return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
    return std::all_of(
        uris.begin(), uris.end(), [list](const std::string& uri) {
          return WriteConstructed(list, CBS_ASN1_SEQUENCE, [&](CBB* access) {
            return WriteOid(access, kOcspAccessOid) && WriteUris(access, {uri});
          });
        });
  });
}

}  // namespace gatehouse::pki::internal
