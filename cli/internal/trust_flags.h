// The flags that say which client certificates to trust, and which of them
// have been taken back.
#ifndef GATEHOUSE_CLI_INTERNAL_TRUST_FLAGS_H_
#define GATEHOUSE_CLI_INTERNAL_TRUST_FLAGS_H_

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "pki/revocation/revocation.h"
#include "pki/revocation/revocation_files.h"
#include "pki/verify/trust_bundle.h"
#include "pki/verify/verification_policy.h"

namespace gatehouse::cli {

// TrustFlags is what the command line says of trust. Names and meaning are
// kube-apiserver's where it has such a flag.
struct TrustFlags {
  std::string dir;  // A cluster's directory, in the place of the others.
  std::string client_ca_file;
  pki::RevocationFiles revocation;
  pki::RevocationOptions options;
  // A named policy, which lives as long as the process.
  const pki::VerificationPolicy* policy = &pki::VerificationPolicy::Default();

  bool empty() const {
    return dir.empty() && client_ca_file.empty() && revocation.empty();
  }
};

// Adds --client-ca-file, --client-crl-file, --client-ocsp-file,
// --revocation-file, --stale-revocation, --require-revocation and
// --verification-policy.
void AddTrustFlags(CLI::App& app, TrustFlags* flags);

// Adds --dir, which stands for the files of that directory: ca.crt, and ca.crl
// and revoked.yaml if they exist.
void AddTrustDirFlag(CLI::App& app, TrustFlags* flags);

// Puts the files of --dir in the place of those that are not given.
TrustFlags Resolved(TrustFlags flags);

// Trust is all that is needed to judge a client certificate. Immutable.
struct Trust {
  std::shared_ptr<const pki::TrustBundle> anchors;
  std::shared_ptr<const pki::RevocationLists> revocation;
};

// TrustFiles loads the files, and again when they have changed. For one thread.
class TrustFiles {
 public:
  explicit TrustFiles(const TrustFlags& flags);

  // Reads the files if one of them is another than at the last call. Returns
  // whether there is a new Trust. kInvalid without a CA; other errors name the
  // file, and what was loaded before stays.
  absl::StatusOr<bool> Refresh();

  // Returns what was loaded last.
  const Trust& trust() const { return trust_; }

 private:
  absl::StatusOr<Trust> Load();

  const std::string ca_file_;
  pki::RevocationLoader loader_;
  std::string stamp_;  // Of the files when they were last read.
  Trust trust_;
};

// Loads the files once.
absl::StatusOr<Trust> LoadTrust(const TrustFlags& flags);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_TRUST_FLAGS_H_
