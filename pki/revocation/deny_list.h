// The deny list: what is refused whatever any CA says.
#ifndef GATEHOUSE_PKI_REVOCATION_DENY_LIST_H_
#define GATEHOUSE_PKI_REVOCATION_DENY_LIST_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/certificate.h"
#include "pki/revocation/crl.h"

namespace gatehouse::pki {

inline constexpr char kDenyListApiVersion[] = "pki.gatehouse.dev/v1alpha1";
inline constexpr char kDenyListKind[] = "RevocationList";

// DenyEntry is one line of the list. It names what it refuses in exactly one
// of four ways.
struct DenyEntry {
  absl::optional<Sha256Digest> certificate;  // SHA-256 of a certificate.
  // A certificate by issuer, as DistinguishedName::ToString or `openssl x509
  // -issuer -nameopt RFC2253` writes it, and serial, as Certificate::serial().
  std::string issuer;
  std::string serial;
  absl::optional<Sha256Digest> public_key;  // SHA-256 of a key's SPKI.
  // A user: every certificate, or those whose notBefore is earlier than
  // `issued_before`.
  std::string user;
  absl::optional<absl::Time> issued_before;

  // For people and logs.
  CrlReason reason = CrlReason::kUnspecified;
  absl::optional<absl::Time> revoked_at;
  std::string comment;
};

// DenyList is an immutable list of entries, found in constant time. Any thread
// may ask it.
class DenyList {
 public:
  // Indexes `entries`. The same twice is fine: the first is shown. kInvalid for
  // an entry that names nothing, or two things.
  static absl::StatusOr<std::shared_ptr<const DenyList>> Create(
      std::vector<DenyEntry> entries);

  // Parses one YAML or JSON document (docs/revocation.md has the format).
  // Errors are "file:line:column: text": an unknown or missing field, a value
  // that does not parse, another apiVersion or kind, an empty text. An explicit
  // empty list of entries is fine.
  static absl::StatusOr<std::shared_ptr<const DenyList>> Parse(
      absl::string_view text, absl::string_view file);

  const std::vector<DenyEntry>& entries() const { return entries_; }

  // Returns the entry that names `certificate` by its digest, by issuer and
  // serial or by its key; null if there is none. Lives as long as the list.
  const DenyEntry* FindCertificate(const Certificate& certificate) const;

  // Returns the entry that refuses `user` a certificate that is valid from
  // `not_before`; null if there is none.
  const DenyEntry* FindUser(absl::string_view user,
                            absl::Time not_before) const;

  // Returns the list as YAML that Parse reads to the same entries.
  std::string ToYaml() const;

 private:
  DenyList() = default;
  void Index(size_t place);

  std::vector<DenyEntry> entries_;
  // Places in entries_. By digest; of users, the one that refuses most.
  absl::flat_hash_map<std::string, size_t> certificates_;
  absl::flat_hash_map<std::string, size_t> public_keys_;
  absl::flat_hash_map<std::string, size_t> users_;
  // By serial: issuers are compared only once the serial was met.
  absl::flat_hash_map<std::string, std::vector<size_t>> serials_;
};

// Returns what an entry refuses, for errors: `user "john"`.
std::string DescribeDenyEntry(const DenyEntry& entry);

// Adds `entries` to the list in `path`, atomically; what stands there is kept
// (comments of the YAML text are not). A file that does not exist is made, one
// that does not parse is an error and stays as it is. One writer at a time.
absl::Status AddToDenyListFile(const std::string& path,
                               const std::vector<DenyEntry>& entries);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_DENY_LIST_H_
