// A client certificate that is renewed while it is in use.
#ifndef GATEHOUSE_PKI_ROTATION_RENEWING_CERTIFICATE_H_
#define GATEHOUSE_PKI_ROTATION_RENEWING_CERTIFICATE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "pki/certificate.h"
#include "pki/private_key.h"
#include "pki/rotation/renewal_time.h"

namespace gatehouse::pki {

// ClientCertificate is what a TLS client shows. Copies are cheap.
struct ClientCertificate {
  std::vector<Certificate> chain;  // The leaf first, then intermediates.
  PrivateKey key;
};

// Reads a certificate, the intermediates after it, and its key; both paths may
// be the same (Kubernetes behaviour: kubelet-client-current.pem). Errors as
// for ReadFile and of parsing; kInvalid if they do not belong together.
absl::StatusOr<ClientCertificate> LoadClientCertificate(
    const std::string& certificate_path, const std::string& key_path);

// Writes both into one file, 0600, so that no reader ever sees the one without
// the other. Errors as for WriteFile.
absl::Status SaveClientCertificate(const std::string& path,
                                   const ClientCertificate& certificate);

// RenewalStatus is how the renewal goes.
struct RenewalStatus {
  uint64_t generation = 0;  // How often a certificate was taken; from 1.
  absl::Time not_after;     // Of the certificate in use.
  absl::Time renewal_time;  // When it is to be renewed.
  // When RenewIfDue will do something: the renewal time, or after a failure
  // the time to try again.
  absl::Time next_attempt;
  int failures = 0;         // In a row, since the last success.
  absl::Status last_error;  // Of the last attempt; OK if it succeeded.
};

// RenewingCertificate holds a client certificate and replaces it in time: the
// old one stays in use until a new one has been obtained, belongs to its key,
// is valid now and has passed the check. If any of that fails the old one
// stays, the status says why, and it is tried again after a while.
//
// Any thread may call any method. Current takes no lock and never waits.
// Attempts are made one at a time, on the thread that asks for them; nothing
// happens by itself: call RenewIfDue from a timer (it costs a comparison) and,
// where files are the source, Renew from a FileWatcher's callback.
class RenewingCertificate {
 public:
  struct Options {
    // Obtains a certificate: by a CSR, or from files that somebody else renews,
    // as in
    //   [=] { return LoadClientCertificate(certificate_path, key_path); }
    std::function<absl::StatusOr<ClientCertificate>()> obtain;
    // Tells whether a new certificate works, such as by a request to the
    // server. Absent: it does.
    std::function<absl::Status(const ClientCertificate&)> check;
    RandomSource random = SystemRandom();
    const Clock* clock = &Clock::System();  // Outlives the object.
  };

  // Starts with `initial` if it is there and valid, else with one that is
  // obtained now (and checked), of which errors are returned.
  static absl::StatusOr<std::unique_ptr<RenewingCertificate>> Create(
      Options options, absl::optional<ClientCertificate> initial = {});

  // Returns the certificate in use. Never null; it may have expired if renewal
  // fails for long.
  std::shared_ptr<const ClientCertificate> Current() const;

  // Renews if it is time. OK if it is not, or if it succeeded.
  absl::Status RenewIfDue();

  // Tries to renew now, due or not: for a source that has something new.
  // Obtaining the certificate that is in use already is OK before its renewal
  // is due and kStale after. Errors: those of obtain and check; kInvalid for no
  // certificate or another's key, kExpired, kNotYetValid.
  absl::Status Renew();

  RenewalStatus status() const;

 private:
  RenewingCertificate(Options options, ClientCertificate first);

  // Obtains and examines; publishes nothing.
  absl::StatusOr<ClientCertificate> Obtain() const;
  absl::Status Try() ABSL_EXCLUSIVE_LOCKS_REQUIRED(renew_mutex_);
  void Take(ClientCertificate next) ABSL_EXCLUSIVE_LOCKS_REQUIRED(renew_mutex_);
  absl::Status Keep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(renew_mutex_);
  absl::Status Fail(const absl::Status& error)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(renew_mutex_);

  using Held = std::shared_ptr<const ClientCertificate>;

  // Constant after construction.
  const Options options_;

  // Held for the length of an attempt; taken before status_mutex_.
  Mutex renew_mutex_;
  SnapshotCell<Held> current_;  // Published with renew_mutex_ held.

  mutable Mutex status_mutex_;
  RenewalStatus status_ ABSL_GUARDED_BY(status_mutex_);
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_ROTATION_RENEWING_CERTIFICATE_H_
