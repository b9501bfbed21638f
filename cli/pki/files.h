// Reading and writing the files of certificates, requests and keys.
#ifndef GATEHOUSE_CLI_PKI_FILES_H_
#define GATEHOUSE_CLI_PKI_FILES_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "cli/internal/command.h"
#include "pki/certificate.h"
#include "pki/private_key.h"

namespace gatehouse::cli {

// Reads a file, or stdin if `path` is "-". Errors name it.
absl::StatusOr<std::string> ReadInput(const std::string& path,
                                      const Streams& streams);

// Returns how errors name an input: the path, or "stdin".
std::string InputName(const std::string& path);

// Returns whether `bytes` begin as DER does, and are no PEM.
bool IsDer(absl::string_view bytes);

// Returns whether `path` is a pipe or a device, which a file must not replace:
// /dev/stdout always, since it may be redirected to a file.
bool IsDevice(const std::string& path);

// Reads the certificates of a file, PEM (all) or DER (one). Never empty.
absl::StatusOr<std::vector<pki::Certificate>> ReadCertificates(
    const std::string& path, const Streams& streams);

// Reads a private key, PEM.
absl::StatusOr<pki::PrivateKey> ReadPrivateKey(const std::string& path);

// Writes a private key with mode 0600. One that exists is kConflict without
// `force`, and stays; a pipe or a device is kInvalid.
absl::Status WritePrivateKey(const std::string& path, const Secret& pem,
                             bool force);

// Returns `status` as it is, or, where a file that exists was not to be
// overwritten, with the advice to use --force.
absl::Status AdviseForce(absl::Status status);

// Writes what is no secret to `path`, 0644, or to stdout if it is "" or "-".
// A file that holds a private key is kConflict, and stays; a pipe or a device
// is written to, not replaced.
absl::Status WritePublic(const std::string& path, absl::string_view text,
                         const Streams& streams);

// Adds --dir, the cluster's directory, which is required.
void AddDirFlag(CLI::App& app, std::string* dir);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_PKI_FILES_H_
