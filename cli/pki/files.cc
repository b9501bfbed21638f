#include "cli/pki/files.h"

#include <sys/stat.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"

namespace gatehouse::cli {

namespace {

constexpr size_t kMaxInput = size_t{256} << 20;
constexpr size_t kMaxKeyFile = size_t{1} << 20;

absl::Status WriteDevice(const std::string& path, absl::string_view text) {
  std::ofstream device(path, std::ios::app);
  device << text << std::flush;
  if (device.good()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, Reason::kNone,
                   absl::StrCat(path, ": cannot be written"));
}

// Returns whether the file holds a private key, by itself or in a kubeconfig.
// One that is too large to be read for that holds none.
bool HoldsPrivateKey(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxKeyFile);
  if (!text.ok()) return false;
  const bool holds = absl::StrContains(*text, "PRIVATE KEY-----") ||
                     absl::StrContains(*text, "client-key-data:");
  WipeString(&*text);
  return holds;
}

}  // namespace

bool IsDevice(const std::string& path) {
  if (path == "/dev/stdout" || path == "/dev/stderr" ||
      absl::StartsWith(path, "/dev/fd/")) {
    return true;
  }
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) &&
         !S_ISDIR(info.st_mode);
}

std::string InputName(const std::string& path) {
  return path == "-" ? "stdin" : path;
}

bool IsDer(absl::string_view bytes) {
  return absl::StartsWith(bytes, "\x30") && !absl::StrContains(bytes, "-----");
}

absl::StatusOr<std::string> ReadInput(const std::string& path,
                                      const Streams& streams) {
  if (path != "-") return ReadFile(path, kMaxInput);
  std::string text;
  std::string chunk(size_t{1} << 16, '\0');
  while (streams.in.read(&chunk[0], static_cast<std::streamsize>(chunk.size())),
         streams.in.gcount() > 0) {
    text.append(chunk, 0, static_cast<size_t>(streams.in.gcount()));
    if (text.size() > kMaxInput) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
                       absl::StrCat("stdin: over ", kMaxInput, " bytes"));
    }
  }
  return text;
}

absl::StatusOr<std::vector<pki::Certificate>> ReadCertificates(
    const std::string& path, const Streams& streams) {
  const absl::StatusOr<std::string> bytes = ReadInput(path, streams);
  if (!bytes.ok()) return bytes.status();
  if (!IsDer(*bytes)) {
    return pki::Certificate::FromPem(*bytes, InputName(path));
  }
  absl::StatusOr<pki::Certificate> certificate =
      pki::Certificate::FromDer(*bytes, InputName(path));
  if (!certificate.ok()) return certificate.status();
  return std::vector<pki::Certificate>{*std::move(certificate)};
}

absl::StatusOr<pki::PrivateKey> ReadPrivateKey(const std::string& path) {
  absl::StatusOr<std::string> pem = ReadFile(path, kMaxKeyFile);
  if (!pem.ok()) return pem.status();
  absl::StatusOr<pki::PrivateKey> key = pki::PrivateKey::FromPem(*pem, path);
  WipeString(&*pem);
  return key;
}

absl::Status AdviseForce(absl::Status status) {
  if (ReasonOf(status) != Reason::kConflict) return status;
  return MakeError(status.code(), Reason::kConflict,
                   absl::StrCat(status.message(), "; --force overwrites it"));
}

absl::Status WritePrivateKey(const std::string& path, const Secret& pem,
                             bool force) {
  if (IsDevice(path)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     absl::StrCat(path, ": no file; a key is not printed"));
  }
  WriteOptions options;
  options.mode = 0600;
  options.overwrite = force;
  return AdviseForce(WriteFile(path, pem.Reveal(SecretAccess::Get()), options));
}

absl::Status WritePublic(const std::string& path, absl::string_view text,
                         const Streams& streams) {
  if (path.empty() || path == "-") {
    streams.out << text;
    return absl::OkStatus();
  }
  if (IsDevice(path)) return WriteDevice(path, text);
  if (HoldsPrivateKey(path)) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, Reason::kConflict,
        absl::StrCat(path, ": holds a private key, and is not overwritten"));
  }
  return WriteFile(path, text);
}

void AddDirFlag(CLI::App& app, std::string* dir) {
  app.add_option("--dir", *dir, "The cluster's directory")
      ->type_name("DIR")
      ->required();
}

}  // namespace gatehouse::cli
