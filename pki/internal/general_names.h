// GeneralName and GeneralNames (RFC 5280 section 4.2.1.6), read and written.
#ifndef GATEHOUSE_PKI_INTERNAL_GENERAL_NAMES_H_
#define GATEHOUSE_PKI_INTERNAL_GENERAL_NAMES_H_

#include <openssl/bytestring.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "pki/extensions.h"

namespace gatehouse::pki::internal {

// What the names are there for, which decides what is well formed.
enum class NameRole {
  kName,        // Names of somebody: addresses, whole absolute URIs.
  kConstraint,  // Addresses have masks, domains leading dots, URIs are hosts.
  kLocation,    // Where something is: a URI is any text without NUL.
};

// Takes one GeneralName off `*in` and adds it to `*names`. kMalformed says
// what was wrong with it: text that is not IA5, a NUL, an address of another
// length, a mask with holes, a URI that does not parse, a bad type.
absl::Status ReadGeneralName(CBS* in, NameRole role, GeneralNames* names);

// Takes names off `in` until it is empty; none at all is an error.
absl::Status ReadGeneralNames(CBS in, NameRole role, GeneralNames* names);

// Writes every name, each as a GeneralName: DNS, e-mail, IP, URI, directory.
// False for one that has no encoding, and if `other_types` is not empty.
bool WriteGeneralNames(CBB* out, const GeneralNames& names);

// Writes `uris` as GeneralNames of type uniformResourceIdentifier.
bool WriteUris(CBB* out, const std::vector<std::string>& uris);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_GENERAL_NAMES_H_
