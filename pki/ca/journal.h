// The issuance journal: which certificates exist, who holds them, until when.
#ifndef GATEHOUSE_PKI_CA_JOURNAL_H_
#define GATEHOUSE_PKI_CA_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/certificate.h"

namespace gatehouse::pki {

// JournalEntry is one certificate that was issued.
struct JournalEntry {
  // kSigned: signed, and perhaps never handed out (a crash came between).
  enum class State : uint8_t { kSigned, kHandedOut, kRevoked };
  Certificate certificate;
  State state = State::kSigned;
  std::string user;         // The subject's common name.
  std::string signer_name;  // Such as "kubernetes.io/kube-apiserver-client".
  absl::Time recorded_at;   // To the microsecond.
  absl::optional<absl::Time> revoked_at;
  std::string revocation_reason;  // As RFC 5280 names it: "keyCompromise".
};

// Journal is a SQLite database of issued certificates. A certificate is
// recorded durably before anybody gets it, so that none exists unknown; what a
// crash left between signing and handing out is listed as such. Any thread and
// any number of processes may use one file; a call waits up to 10 seconds for
// another process' write, then it is kConflict.
//
// Errors name the path. A file that is damaged or no journal is kMalformed, one
// of a newer schema kUnsupported; nothing is mended or thrown away.
class Journal {
 public:
  // Opens the database, and creates it, 0600, where there is none: whole or
  // not at all. Beside it SQLite keeps "<path>-wal" and "<path>-shm" while it
  // is open; they have its permissions and belong to it.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& path);

  virtual ~Journal() = default;

  // Records a certificate as signed. Call before anybody else can see it. One
  // that is recorded already stays as it is.
  virtual absl::Status Signed(const Certificate& certificate,
                              absl::string_view signer_name,
                              absl::Time now) = 0;
  // Records that it was handed out (written, returned). One that was revoked
  // stays revoked. kNotFound.
  virtual absl::Status HandedOut(const Certificate& certificate) = 0;
  // Records its revocation. Revoking twice keeps the first. kNotFound.
  virtual absl::Status Revoked(const Certificate& certificate,
                               absl::string_view reason, absl::Time now) = 0;

  // What to list. Absent: any.
  struct Filter {
    absl::optional<std::string> user;
    absl::optional<absl::Time> live_at;  // Valid then, and not revoked.
    absl::optional<JournalEntry::State> state;
  };
  // Returns the entries that match, oldest first.
  virtual absl::StatusOr<std::vector<JournalEntry>> List(
      const Filter& filter) const = 0;
  // Returns the users that hold more than one live certificate at `now`, in
  // order. Certificates of CAs and without a common name are no user's.
  virtual absl::StatusOr<std::vector<std::string>> UsersWithSeveral(
      absl::Time now) const = 0;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CA_JOURNAL_H_
