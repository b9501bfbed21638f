// The raw parts of certificates, for people. What is shown has been parsed
// strictly before; this only finds the bytes again.
#ifndef GATEHOUSE_CLI_PKI_ASN1_TEXT_H_
#define GATEHOUSE_CLI_PKI_ASN1_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/pki/answers.pb.h"
#include "pki/extensions.h"
#include "pki/public_key.h"

namespace gatehouse::cli {

// Returns the bytes in lower-case hexadecimal.
std::string Hex(absl::string_view bytes);

// Returns hexadecimal digits as openssl prints bytes: "a1:b2:c3".
std::string WithColons(absl::string_view hex);

// Returns the signature bits of a signed object (certificate, request, list)
// in hexadecimal; "" if they are not found.
std::string SignatureHex(absl::string_view der);

// Returns what there is to know of a key.
PublicKeyAnswer DescribeKey(const pki::PublicKey& key);

// Returns the extensions with their names and values as openssl prints them;
// what is not known here in hexadecimal.
std::vector<ExtensionAnswer> DescribeExtensions(
    const pki::Extensions& extensions);

// Returns the names as "DNS:a", "IP Address:10.0.0.1", "URI:spiffe://...".
std::vector<std::string> DescribeNames(const pki::GeneralNames& names);

// Returns what is asked for in a request, of which only the names are known.
std::vector<ExtensionAnswer> DescribeRequested(
    const std::vector<pki::Extension>& extensions,
    const pki::GeneralNames& names);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_ASN1_TEXT_H_
