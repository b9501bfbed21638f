#include <arpa/inet.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"
#include "pki/ca/certificate_request.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Makes a private key (0600, never printed) and a certificate signing request
for a user and groups. What signs it (pki sign, or a cluster) decides the rest.

Examples:
  # A key and a request for john, a member of examplegroup: john.key, john.csr
  gatehouse pki csr --user john --group examplegroup --out john.csr

  # For a kubelet's serving certificate, with the key that exists
  gatehouse pki csr --user system:node:n1 --group system:nodes --dns n1 \
    --ip 10.0.0.7 --key n1.key --out n1.csr)";

// Returns the 4 or 16 bytes of an address.
absl::StatusOr<std::string> ParseAddress(const std::string& text) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), 4);
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), 16);
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kInvalid,
      absl::StrCat("--ip: want an IP address, got ", GoQuote(text)));
}

class Csr : public Command {
 public:
  std::string user;
  std::vector<std::string> groups;
  pki::GeneralNames names;
  std::vector<std::string> addresses;
  std::string key_algorithm = "RSA-2048";
  std::string key;      // An existing one.
  std::string key_out;  // A new one.
  std::string out;
  bool force = false;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (user.empty()) return Invalid("--user: want a name, got none");
    for (const std::string& address : addresses) {
      absl::StatusOr<std::string> bytes = ParseAddress(address);
      if (!bytes.ok()) return bytes.status();
      names.ips.push_back(*std::move(bytes));
    }
    const absl::StatusOr<pki::PrivateKey> private_key = KeyToUse();
    if (!private_key.ok()) return private_key.status();
    const absl::StatusOr<pki::CertificateRequest> request =
        pki::CertificateRequest::Create(
            *private_key, pki::DistinguishedName::ForUser(user, groups), names);
    if (!request.ok()) return request.status();
    const absl::Status written = WritePublic(out, request->ToPem(), streams);
    if (!written.ok()) return written;
    return kExitYes;
  }

 private:
  static absl::Status Invalid(absl::string_view text) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     text);
  }

  // Reads the key that exists, or makes one and writes it.
  absl::StatusOr<pki::PrivateKey> KeyToUse() const {
    if (!key.empty()) {
      if (!key_out.empty()) {
        return Invalid("--key reads a key and --key-out makes one: give one");
      }
      return ReadPrivateKey(key);
    }
    const absl::StatusOr<std::string> path = KeyPath();
    if (!path.ok()) return path.status();
    const absl::StatusOr<pki::KeyAlgorithm> algorithm =
        pki::ParseKeyAlgorithm(key_algorithm);
    if (!algorithm.ok()) return algorithm.status();
    absl::StatusOr<pki::PrivateKey> made =
        pki::PrivateKey::Generate(*algorithm);
    if (!made.ok()) return made.status();
    const absl::Status written = WritePrivateKey(*path, made->ToPem(), force);
    if (!written.ok()) return written;
    return made;
  }

  // Where the new key goes: beside the request if nothing else is said.
  absl::StatusOr<std::string> KeyPath() const {
    if (key_out == "-") return Invalid("--key-out: a key is not printed");
    if (!key_out.empty()) {
      if (key_out == out) return Invalid("--out and --key-out are one file");
      return key_out;
    }
    if (out.empty() || out == "-") {
      return Invalid(
          "where should the key go? Give --key-out FILE, or --out FILE.csr");
    }
    return absl::StrCat(absl::StripSuffix(out, ".csr"), ".key");
  }
};

}  // namespace

Registered AddCsr(CLI::App& pki) {
  auto command = std::make_unique<Csr>();
  CLI::App& app = *pki.add_subcommand(
      "csr", "Make a key and a certificate signing request");
  app.footer(kExamples);
  app.add_option("--user", command->user, "The user's name: the CommonName")
      ->type_name("NAME")
      ->required();
  AddStrings(app, "--group", &command->groups,
             "A group: an Organization; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  AddStrings(app, "--dns", &command->names.dns,
             "A DNS name to ask for; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  AddStrings(app, "--ip", &command->addresses,
             "An IP address to ask for; may be repeated")
      ->type_name("IP")
      ->allow_extra_args(false);
  AddStrings(app, "--uri", &command->names.uris,
             "A URI to ask for, such as a SPIFFE id; may be repeated")
      ->type_name("URI")
      ->allow_extra_args(false);
  app.add_option("--key-algorithm", command->key_algorithm,
                 "Kind of the new key: RSA-2048, RSA-3072, RSA-4096, "
                 "ECDSA-P256, ECDSA-P384 or Ed25519")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--key", command->key, "Private key to use, which exists")
      ->type_name("FILE");
  app.add_option("--key-out", command->key_out,
                 "Where the new key goes; without it, --out with .key for "
                 ".csr")
      ->type_name("FILE");
  app.add_option("--out", command->out,
                 "Where the request goes; stdout if not given")
      ->type_name("FILE");
  app.add_flag("--force", command->force, "Overwrite a key that exists");
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
