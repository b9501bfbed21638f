// The grammar of certificate lists (RFC 5280 section 5.1).
#ifndef GATEHOUSE_PKI_REVOCATION_INTERNAL_CRL_PARSER_H_
#define GATEHOUSE_PKI_REVOCATION_INTERNAL_CRL_PARSER_H_

#include <openssl/bytestring.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/internal/revocation_der.h"

namespace gatehouse::pki::internal {

// CrlParts are the pieces of one list. Views point into its encoding.
struct CrlParts {
  CrlInfo info;
  absl::string_view tbs;        // TBSCertList, tag and all.
  absl::string_view algorithm;  // AlgorithmIdentifier, tag and all.
  absl::string_view signature;  // Octets of the BIT STRING.
  absl::string_view entries;    // What is in revokedCertificates.
};

// Parses a list, its entries too. Fills parts->info but for its source.
absl::Status ParseCrl(absl::string_view der, CrlParts* parts);

// EntryReader walks over the entries of a list.
class EntryReader {
 public:
  // `parts` must outlive it and all but its entries be filled in.
  explicit EntryReader(const CrlParts& parts);

  bool Done() const { return CBS_len(&rest_) == 0; }
  // Reads the next entry. The error does not say which one it is.
  absl::Status Next(CrlEntry* entry);

 private:
  absl::Status ReadExtensions(CBS* body, CrlEntry* entry);

  const CrlInfo& info_;
  const bool indirect_;
  CBS rest_;
  absl::string_view issuer_;              // Of the entry before, if indirect.
  std::vector<RawExtension> extensions_;  // Kept for its memory.
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_REVOCATION_INTERNAL_CRL_PARSER_H_
