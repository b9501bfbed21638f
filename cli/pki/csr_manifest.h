// CertificateSigningRequest objects in files, and who may decide on them.
#ifndef GATEHOUSE_CLI_PKI_CSR_MANIFEST_H_
#define GATEHOUSE_CLI_PKI_CSR_MANIFEST_H_

#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/internal/command.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/user_flags.h"
#include "proto/certificates.pb.h"

namespace gatehouse::cli {

// CsrManifest is the one object of a file.
struct CsrManifest {
  k8s::CertificateSigningRequest csr;
  std::string path;   // "-" for stdin.
  bool json = false;  // How it is written.
};

// Parses the object of `text`, YAML or JSON. An error if there is none, more
// than one, or a field that the object does not have.
absl::StatusOr<CsrManifest> ParseCsrManifest(absl::string_view text,
                                             const std::string& path);

// Writes the object where it came from, stdout for stdin; or to `out` unless
// that is "".
absl::Status WriteCsrManifest(const CsrManifest& manifest,
                              const std::string& out, const Streams& streams);

// Permission is the question whether somebody may approve or sign.
struct Permission {
  PolicyFlags policy;
  UserFlags user;
};

// Adds -f and the others of a policy, --as and the others of a user.
void AddPermissionFlags(CLI::App& app, Permission* permission);

// Asks the policy whether the user may do `verb` ("approve", "sign") for the
// signer. OK also where no policy and no user was given: whoever can write the
// file may. kForbidden in the API server's words.
absl::Status CheckPermission(const Permission& permission,
                             absl::string_view verb,
                             const k8s::CertificateSigningRequest& csr,
                             const Streams& streams);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_CSR_MANIFEST_H_
