// Revocation lists from files.
#ifndef GATEHOUSE_PKI_REVOCATION_REVOCATION_FILES_H_
#define GATEHOUSE_PKI_REVOCATION_REVOCATION_FILES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/revocation/crl_set.h"
#include "pki/revocation/deny_list.h"
#include "pki/revocation/ocsp.h"
#include "pki/revocation/revocation.h"

namespace gatehouse::pki {

// RevocationFiles are the paths of everything that says what is revoked.
struct RevocationFiles {
  std::vector<std::string> crl_files;   // PEM (several lists) or DER (one).
  std::vector<std::string> ocsp_files;  // DER, one response each.
  std::string deny_list_file;           // YAML or JSON; "" for none.

  bool empty() const {
    return crl_files.empty() && ocsp_files.empty() && deny_list_file.empty();
  }
  // Returns all of them, for a watcher.
  std::vector<std::string> All() const;
};

// RevocationLoader reads the files, again and again: what has not changed since
// the last Load (by SHA-256 of the content, and of the issuers) is not parsed,
// verified and indexed again, so that a changed deny list is in effect at once
// beside a CRL of 55 MB. For one thread at a time; what it returns is for any.
class RevocationLoader {
 public:
  explicit RevocationLoader(RevocationFiles files,
                            RevocationOptions options = RevocationOptions());

  // Reads everything. `issuers` are the certificates that may have signed the
  // lists: the anchors, and intermediate CAs. An error names the file; what was
  // loaded before stays good, and the loader too.
  absl::StatusOr<std::shared_ptr<const RevocationLists>> Load(
      absl::Span<const Certificate> issuers);

  const RevocationFiles& files() const { return files_; }

  // How many files the last Load had to parse.
  size_t parsed() const { return parsed_; }

  // Whether the last Load, if it succeeded, found something else than the one
  // before: also where it had nothing to parse, because one file now says what
  // another said already.
  bool changed() const { return changed_; }

 private:
  using CrlPart = std::vector<std::shared_ptr<const VerifiedCrl>>;
  struct Parts {
    absl::flat_hash_map<std::string, CrlPart> crls;  // By digest.
    absl::flat_hash_map<std::string, OcspResponse> ocsp;
    absl::flat_hash_map<std::string, std::shared_ptr<const DenyList>> deny;
  };

  absl::Status LoadCrls(absl::Span<const Certificate> issuers, Parts* next,
                        CrlPart* lists);
  absl::Status LoadOcsp(Parts* next, std::vector<OcspResponse>* responses);
  absl::Status LoadDenyList(Parts* next, std::shared_ptr<const DenyList>* list);

  const RevocationFiles files_;
  const RevocationOptions options_;
  Parts parts_;  // Of the last Load that succeeded.
  size_t parsed_ = 0;
  bool changed_ = false;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_REVOCATION_FILES_H_
