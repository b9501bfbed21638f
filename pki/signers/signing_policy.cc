#include "pki/signers/signing_policy.h"

#include <openssl/bytestring.h>

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/internal/der.h"
#include "pki/signers/usages.h"

namespace gatehouse::pki {
namespace {

// What Go's pkix.Name writes, in its order: every value of the first, the last
// one of the others.
constexpr absl::string_view kRepeatedAttributes[] = {
    "2.5.4.6", kOrganizationOid, kOrganizationalUnitOid, "2.5.4.7", "2.5.4.8",
    "2.5.4.9", "2.5.4.17"};
constexpr absl::string_view kSingleAttributes[] = {kCommonNameOid, "2.5.4.5"};

// PrintableString as Go writes it: without '*' and '&'.
bool IsPrintable(absl::string_view text) {
  return absl::c_all_of(text, [](char c) {
    return absl::ascii_isalnum(c) ||
           absl::string_view(" '()+,-./:=?").find(c) != absl::string_view::npos;
  });
}

bool WriteAttribute(CBB* out, absl::string_view oid, absl::string_view value) {
  const unsigned tag =
      IsPrintable(value) ? CBS_ASN1_PRINTABLESTRING : CBS_ASN1_UTF8STRING;
  return internal::WriteConstructed(out, CBS_ASN1_SET, [&](CBB* rdn) {
    return internal::WriteConstructed(rdn, CBS_ASN1_SEQUENCE, [&](CBB* pair) {
      return internal::WriteOid(pair, oid) &&
             internal::WriteElement(pair, tag, value);
    });
  });
}

bool WriteSubject(CBB* out, const DistinguishedName& requested) {
  for (const absl::string_view oid : kRepeatedAttributes) {
    for (const absl::optional<std::string>& value : requested.ValuesOf(oid)) {
      if (value.has_value() && !WriteAttribute(out, oid, *value)) return false;
    }
  }
  for (const absl::string_view oid : kSingleAttributes) {
    std::string last;
    for (const absl::optional<std::string>& value : requested.ValuesOf(oid)) {
      if (value.has_value()) last = *value;
    }
    if (!last.empty() && !WriteAttribute(out, oid, last)) return false;
  }
  return true;
}

absl::StatusOr<DistinguishedName> SubjectOf(
    const DistinguishedName& requested) {
  return DistinguishedName::FromDer(internal::BuildDer([&](CBB* out) {
    return internal::WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* name) {
      return WriteSubject(name, requested);
    });
  }));
}

GeneralNames NamesOf(const GeneralNames& requested) {
  GeneralNames names;
  names.dns = requested.dns;
  names.ips = requested.ips;
  names.emails = requested.emails;
  names.uris = requested.uris;
  return names;
}

absl::Status Expired(absl::string_view what, absl::Time not_after) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::kExpired,
      absl::StrCat(what, ": NotAfter=",
                   absl::FormatTime("%Y-%m-%d %H:%M:%S +0000 UTC", not_after,
                                    absl::UTCTimeZone())));
}

}  // namespace

absl::Duration ChooseLifetime(absl::optional<int32_t> expiration_seconds,
                              absl::Duration max) {
  if (!expiration_seconds.has_value()) return max;
  const absl::Duration requested = absl::Seconds(*expiration_seconds);
  // In this order: the least lifetime wins over a maximum below it.
  if (requested > max) return max;
  return std::max(requested, kMinLifetime);
}

absl::StatusOr<CertificateTemplate> ApplySigningPolicy(
    const SigningPolicy& policy, const CertificateRequest& request,
    absl::Time ca_not_after, absl::Time now) {
  absl::StatusOr<CertificateUsages> usages = UsagesToX509(policy.usages);
  if (!usages.ok()) return usages.status();
  CertificateTemplate out;
  out.not_before = now - policy.backdate;
  out.not_after = now + policy.lifetime;
  if (policy.lifetime >= policy.short_lifetime) {
    out.not_after -= policy.backdate;
  }
  out.not_after = std::min(out.not_after, ca_not_after);
  if (out.not_before >= ca_not_after) {
    return Expired("the signer has expired", ca_not_after);
  }
  if (now >= ca_not_after) {
    return Expired("refusing to sign a certificate that expired in the past",
                   ca_not_after);
  }
  absl::StatusOr<DistinguishedName> subject = SubjectOf(request.subject());
  if (!subject.ok()) return subject.status();
  out.subject = *std::move(subject);
  out.subject_alt_names = NamesOf(request.subject_alt_names());
  out.allow_nameless = true;
  out.key_usage = usages->key_usage;
  out.extended_key_usages = std::move(usages->extended_key_usages);
  return out;
}

}  // namespace gatehouse::pki
