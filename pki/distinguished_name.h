// The name of a certificate's subject or issuer (RFC 5280 section 4.1.2.4).
#ifndef GATEHOUSE_PKI_DISTINGUISHED_NAME_H_
#define GATEHOUSE_PKI_DISTINGUISHED_NAME_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse::pki {

// Attribute types that mean something here, as dotted object identifiers.
inline constexpr char kCommonNameOid[] = "2.5.4.3";
inline constexpr char kOrganizationOid[] = "2.5.4.10";
inline constexpr char kOrganizationalUnitOid[] = "2.5.4.11";
// Kubernetes' own: the user's UID in a client certificate's subject.
inline constexpr char kUserUidOid[] = "1.3.6.1.4.1.57683.2";

// NameAttribute is one attribute of a name. `value` is UTF-8, converted from
// whichever ASN.1 string type stood there, and absent where the value is no
// string. A NUL in it is kept, as Go keeps it: compare whole strings only.
struct NameAttribute {
  std::string oid;
  absl::optional<std::string> value;
  std::string der;  // The value as it is encoded, with tag and length.
  int rdn = 0;      // Which relative distinguished name it is in, from 0.
};

// DistinguishedName is a name, its attributes in the order of the encoding,
// those of multi-valued RDNs too. A plain value.
class DistinguishedName {
 public:
  // The most attributes that are parsed.
  static constexpr size_t kMaxAttributes = 1024;

  // The empty RDNSequence, whose der() is "" where one was made, not parsed.
  DistinguishedName() = default;

  // Parses an RDNSequence in DER. kMalformed, also for a string that is not
  // valid in its type, for an empty relative name, and for a value that is
  // neither a string nor one of the types BoringSSL carries in names (BIT
  // STRING, SEQUENCE). The order within a multi-valued RDN, which DER would
  // sort, is taken as it is: old Kubernetes clients did not sort groups.
  static absl::StatusOr<DistinguishedName> FromDer(absl::string_view der);

  // Makes CN=`common_name` after an O for each organization, as Kubernetes'
  // clients write subjects: UTF8String or PrintableString, one RDN each
  // organization (Go: one multi-valued RDN, sorted). An empty common name is
  // left out. The values must be UTF-8; others make a name without attributes
  // whose DER nothing here will parse.
  static DistinguishedName ForUser(
      absl::string_view common_name,
      const std::vector<std::string>& organizations);

  const std::vector<NameAttribute>& attributes() const { return attributes_; }
  bool empty() const { return attributes_.empty(); }

  // Returns the last CommonName in encoding order that is a string, as Go does;
  // "" for none.
  std::string common_name() const;

  // Returns every Organization that is a string in encoding order, duplicates
  // too.
  std::vector<std::string> organizations() const;

  // Returns every value of attribute `oid` in encoding order; a value that is
  // no string is absent.
  std::vector<absl::optional<std::string>> ValuesOf(
      absl::string_view oid) const;

  // Returns the RDNSequence's DER.
  const std::string& der() const { return der_; }

  // Returns the name as RFC 2253 and Go's RDNSequence print it, last RDN first:
  // "CN=john,O=dev". An attribute without a short name there, or that is no
  // string, is "1.2.3=#<DER in hex>"; control characters are "\\0A" (RFC 4514).
  std::string ToString() const;

  friend bool operator==(const DistinguishedName& a,
                         const DistinguishedName& b) {
    return a.der_ == b.der_;
  }

 private:
  std::string der_;
  std::vector<NameAttribute> attributes_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_DISTINGUISHED_NAME_H_
