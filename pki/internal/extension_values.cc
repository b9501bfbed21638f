// The values of the extensions that certificates have, one function each.
#include <algorithm>
#include <climits>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "pki/internal/der.h"
#include "pki/internal/extension_block.h"
#include "pki/internal/general_names.h"

namespace gatehouse::pki::internal {
namespace {

absl::Status Bad(absl::string_view what) { return MalformedError("", what); }

// What a handler says of an extension that it could read: whether it may be
// critical and be taken as understood.
struct Handled {
  bool understood = true;
};

using Handler = absl::Status (*)(const Extension& extension, Extensions* parsed,
                                 Handled* handled);

// Opens the one `tag` that `value` must be.
bool OpenOnly(absl::string_view value, unsigned tag, CBS* contents) {
  CBS in = CbsOf(value);
  return CBS_get_asn1(&in, contents, tag) && CBS_len(&in) == 0;
}

// Opens a SEQUENCE that must not be empty.
bool OpenList(absl::string_view value, CBS* list) {
  return OpenOnly(value, CBS_ASN1_SEQUENCE, list) && CBS_len(list) != 0;
}

absl::Status ParseBasicConstraints(const Extension& extension,
                                   Extensions* parsed, Handled*) {
  CBS fields;
  BasicConstraints& out = parsed->basic_constraints.emplace();
  if (!OpenOnly(extension.value, CBS_ASN1_SEQUENCE, &fields)) {
    return Bad("it is not a SEQUENCE");
  }
  if (CBS_peek_asn1_tag(&fields, CBS_ASN1_BOOLEAN)) {
    int is_ca;
    if (!CBS_get_asn1_bool(&fields, &is_ca) || is_ca == 0) {
      return Bad("cA is not TRUE or left out");
    }
    out.is_ca = true;
  }
  if (CBS_len(&fields) == 0) return absl::OkStatus();
  uint64_t path_length;
  if (!CBS_get_asn1_uint64(&fields, &path_length) || path_length > INT_MAX ||
      CBS_len(&fields) != 0) {
    return Bad("malformed pathLenConstraint");
  }
  // RFC 5280 4.2.1.9 forbids one that no CA has.
  if (!out.is_ca) return Bad("a pathLenConstraint without cA");
  out.path_length = static_cast<int>(path_length);
  return absl::OkStatus();
}

absl::Status ParseKeyUsage(const Extension& extension, Extensions* parsed,
                           Handled*) {
  CBS contents;
  if (!OpenOnly(extension.value, CBS_ASN1_BITSTRING, &contents) ||
      !ParseNamedBits(contents, &parsed->key_usage.emplace())) {
    return Bad("it is not a BIT STRING of usages");
  }
  if (*parsed->key_usage == 0) return Bad("no usage");
  return absl::OkStatus();
}

absl::Status ParseExtendedKeyUsage(const Extension& extension,
                                   Extensions* parsed, Handled*) {
  CBS list;
  if (!OpenList(extension.value, &list)) return Bad("no usage");
  auto& usages = parsed->extended_key_usages.emplace();
  while (CBS_len(&list) != 0) {
    if (!ReadOid(&list, &usages.emplace_back())) return Bad("malformed usage");
  }
  return absl::OkStatus();
}

absl::Status ParseSubjectAltName(const Extension& extension, Extensions* parsed,
                                 Handled* handled) {
  CBS list;
  if (!OpenOnly(extension.value, CBS_ASN1_SEQUENCE, &list)) {
    return Bad("it is not a SEQUENCE");
  }
  GeneralNames& names = parsed->subject_alt_names.emplace();
  // RFC 5280 4.2.1.6 wants at least one; certificates without are about, and
  // Go takes them.
  absl::Status status = CBS_len(&list) == 0
                            ? absl::OkStatus()
                            : ReadGeneralNames(list, NameRole::kName, &names);
  // Names of unknown types only: nobody has been named (Go's rule).
  handled->understood = !names.dns.empty() || !names.ips.empty() ||
                        !names.emails.empty() || !names.uris.empty() ||
                        !names.directory_names.empty();
  return status;
}

// Reads GeneralSubtrees. `minimum` and `maximum` must be left out, as RFC 5280
// 4.2.1.10 wants.
absl::Status ReadSubtrees(CBS subtrees, GeneralNames* names) {
  if (CBS_len(&subtrees) == 0) return Bad("no subtree");
  while (CBS_len(&subtrees) != 0) {
    CBS subtree;
    if (!CBS_get_asn1(&subtrees, &subtree, CBS_ASN1_SEQUENCE)) {
      return Bad("malformed subtree");
    }
    absl::Status status =
        ReadGeneralName(&subtree, NameRole::kConstraint, names);
    if (!status.ok()) return status;
    if (CBS_len(&subtree) != 0) return Bad("a minimum or maximum");
  }
  return absl::OkStatus();
}

absl::Status ParseNameConstraints(const Extension& extension,
                                  Extensions* parsed, Handled* handled) {
  CBS fields;
  if (!OpenList(extension.value, &fields)) {
    return Bad("neither permitted nor excluded subtrees");
  }
  NameConstraints& out = parsed->name_constraints.emplace();
  GeneralNames* const parts[] = {&out.permitted, &out.excluded};
  for (unsigned i = 0; i < 2; ++i) {
    CBS subtrees;
    int present;
    if (!CBS_get_optional_asn1(&fields, &subtrees, &present, ContextTag(i))) {
      return Bad("malformed subtrees");
    }
    if (present == 0) continue;
    absl::Status status = ReadSubtrees(subtrees, parts[i]);
    if (!status.ok()) return status;
  }
  if (CBS_len(&fields) != 0) return Bad("bytes after the subtrees");
  handled->understood =
      out.permitted.other_types.empty() && out.excluded.other_types.empty();
  return absl::OkStatus();
}

absl::Status ParseSubjectKeyId(const Extension& extension, Extensions* parsed,
                               Handled*) {
  CBS key_id;
  if (!OpenOnly(extension.value, CBS_ASN1_OCTETSTRING, &key_id)) {
    return Bad("it is not an OCTET STRING");
  }
  if (extension.critical) return Bad("it must not be critical");
  parsed->subject_key_id = std::string(ViewOf(key_id));
  return absl::OkStatus();
}

absl::Status ParseAuthorityKeyId(const Extension& extension, Extensions* parsed,
                                 Handled*) {
  if (extension.critical) return Bad("it must not be critical");
  std::string key_id;
  absl::Status status = ReadAuthorityKeyId(extension.value, &key_id);
  if (status.ok() && !key_id.empty()) {
    parsed->authority_key_id = std::move(key_id);
  }
  return status;
}

absl::Status ParseAuthorityInfoAccess(const Extension& extension,
                                      Extensions* parsed, Handled*) {
  if (extension.critical) return Bad("it must not be critical");
  CBS list;
  if (!OpenList(extension.value, &list)) return Bad("no access description");
  while (CBS_len(&list) != 0) {
    CBS access;
    std::string method;
    if (!CBS_get_asn1(&list, &access, CBS_ASN1_SEQUENCE) ||
        !ReadOid(&access, &method)) {
      return Bad("malformed access description");
    }
    GeneralNames location;
    absl::Status status =
        ReadGeneralName(&access, NameRole::kLocation, &location);
    if (!status.ok()) return status;
    if (CBS_len(&access) != 0) return Bad("malformed access description");
    if (method != kOcspAccessOid) continue;
    for (std::string& uri : location.uris) {
      parsed->ocsp_servers.push_back(std::move(uri));
    }
  }
  return absl::OkStatus();
}

absl::Status ParseCrlDistributionPoints(const Extension& extension,
                                        Extensions* parsed, Handled*) {
  CBS list;
  if (!OpenList(extension.value, &list)) return Bad("no distribution point");
  while (CBS_len(&list) != 0) {
    absl::Status status =
        ReadDistributionPoint(&list, &parsed->crl_distribution_points);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ParseCertificatePolicies(const Extension& extension, Extensions*,
                                      Handled*) {
  CBS list;
  if (!OpenList(extension.value, &list)) return Bad("no policy");
  std::vector<std::string> seen;
  while (CBS_len(&list) != 0) {
    CBS policy;
    std::string oid;
    if (!CBS_get_asn1(&list, &policy, CBS_ASN1_SEQUENCE) ||
        !ReadOid(&policy, &oid)) {
      return Bad("malformed policy");
    }
    CBS qualifiers;
    if (CBS_len(&policy) != 0 &&
        (!CBS_get_asn1(&policy, &qualifiers, CBS_ASN1_SEQUENCE) ||
         CBS_len(&qualifiers) == 0 || CBS_len(&policy) != 0)) {
      return Bad("malformed policy qualifiers");
    }
    seen.push_back(std::move(oid));
  }
  std::sort(seen.begin(), seen.end());
  if (std::adjacent_find(seen.begin(), seen.end()) != seen.end()) {
    return Bad("a policy twice");
  }
  return absl::OkStatus();
}

absl::Status ParsePolicyMappings(const Extension& extension, Extensions*,
                                 Handled*) {
  CBS list;
  if (!OpenList(extension.value, &list)) return Bad("no mapping");
  while (CBS_len(&list) != 0) {
    CBS mapping;
    std::string issuer;
    std::string subject;
    if (!CBS_get_asn1(&list, &mapping, CBS_ASN1_SEQUENCE) ||
        !ReadOid(&mapping, &issuer) || !ReadOid(&mapping, &subject) ||
        CBS_len(&mapping) != 0) {
      return Bad("malformed mapping");
    }
  }
  return absl::OkStatus();
}

bool IsSkipCount(const CBS& contents) {
  int negative;
  return CBS_is_valid_asn1_integer(&contents, &negative) && negative == 0;
}

absl::Status ParsePolicyConstraints(const Extension& extension, Extensions*,
                                    Handled*) {
  CBS fields;
  if (!OpenList(extension.value, &fields)) return Bad("no constraint");
  for (unsigned i = 0; i < 2; ++i) {
    CBS count;
    int present;
    if (!CBS_get_optional_asn1(&fields, &count, &present,
                               PrimitiveContextTag(i)) ||
        (present != 0 && !IsSkipCount(count))) {
      return Bad("malformed constraint");
    }
  }
  if (CBS_len(&fields) != 0) return Bad("bytes after the constraints");
  return absl::OkStatus();
}

absl::Status ParseInhibitAnyPolicy(const Extension& extension, Extensions*,
                                   Handled*) {
  CBS count;
  if (!OpenOnly(extension.value, CBS_ASN1_INTEGER, &count) ||
      !IsSkipCount(count)) {
    return Bad("it is not a number of certificates");
  }
  return absl::OkStatus();
}

struct KnownExtension {
  absl::string_view oid;
  absl::string_view name;
  Handler handler;
};
// Those of Go's crypto/x509, which is what Kubernetes takes as understood.
constexpr KnownExtension kKnown[] = {
    {kKeyUsageOid, "keyUsage", ParseKeyUsage},
    {kExtendedKeyUsageOid, "extKeyUsage", ParseExtendedKeyUsage},
    {kBasicConstraintsOid, "basicConstraints", ParseBasicConstraints},
    {kSubjectKeyIdOid, "subjectKeyIdentifier", ParseSubjectKeyId},
    {kAuthorityKeyIdOid, "authorityKeyIdentifier", ParseAuthorityKeyId},
    {kSubjectAltNameOid, "subjectAltName", ParseSubjectAltName},
    {kNameConstraintsOid, "nameConstraints", ParseNameConstraints},
    {kCrlDistributionPointsOid, "cRLDistributionPoints",
     ParseCrlDistributionPoints},
    {kAuthorityInfoAccessOid, "authorityInfoAccess", ParseAuthorityInfoAccess},
    {kCertificatePoliciesOid, "certificatePolicies", ParseCertificatePolicies},
    {kPolicyMappingsOid, "policyMappings", ParsePolicyMappings},
    {kPolicyConstraintsOid, "policyConstraints", ParsePolicyConstraints},
    {kInhibitAnyPolicyOid, "inhibitAnyPolicy", ParseInhibitAnyPolicy},
};

// Parses one extension, if it is known.
absl::Status ParseExtension(const Extension& extension, Extensions* parsed,
                            Handled* handled) {
  for (const KnownExtension& known : kKnown) {
    if (known.oid != extension.oid) continue;
    const absl::Status status = known.handler(extension, parsed, handled);
    if (status.ok()) return status;
    return MalformedError(absl::StrCat("malformed extension ", known.name),
                          status.message());
  }
  handled->understood = false;
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseExtensions(std::vector<Extension> all, Extensions* parsed) {
  parsed->all = std::move(all);
  for (const Extension& extension : parsed->all) {
    Handled handled;
    absl::Status status = ParseExtension(extension, parsed, &handled);
    if (!status.ok()) return status;
    if (extension.critical && !handled.understood) {
      parsed->unhandled_critical.push_back(extension.oid);
    }
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::pki::internal
