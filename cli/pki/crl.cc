#include "pki/revocation/crl.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/trust_flags.h"
#include "cli/pki/answers.pb.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"
#include "cli/pki/inspection.h"
#include "cli/pki/page.h"
#include "pki/certificate.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/revoke.h"
#include "pki/pem.h"
#include "pki/revocation/crl_writer.h"

namespace gatehouse::cli {

namespace {

constexpr char kShowExamples[] =
    R"(Prints revocation lists: issuer, number, dates, whether the signature is valid,
and who has been revoked, since when and why.

Examples:
  # That of a cluster's CA
  gatehouse pki crl show --dir pki/

  gatehouse pki crl show --client-ca-file ca.crt ca.crl)";

constexpr char kRenewExamples[] =
    R"(Signs the revocation lists of all CAs of a directory anew: the same entries, the
next number. To be run before their nextUpdate passes, since certificates of a
CA whose list is stale are refused.

Examples:
  gatehouse pki crl renew --dir pki/ --crl-expiration 168h)";

constexpr char kSignExamples[] =
    R"(Signs a revocation list with any CA's certificate and key. Each line of the
file with the serials is a serial number in hexadecimal and, if they are known,
the moment (RFC 3339) and the reason (RFC 5280): "9cf3f468
2026-11-22T18:00:00Z keyCompromise". With --base, the entries and the number go
on from that list.

Examples:
  gatehouse pki crl sign --ca-cert ca.crt --ca-key ca.key --serials leaked.txt \
    --base ca.crl --out ca.crl)";

class CrlShow : public Command {
 public:
  TrustFlags trust;
  absl::optional<absl::Time> at;
  std::string output;
  std::vector<std::string> files;

  absl::StatusOr<int> Run(const Streams& streams) override {
    TrustFlags flags = Resolved(trust);
    if (files.empty()) files = flags.revocation.crl_files;
    if (files.empty()) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "no list: give --dir with a ca.crl in it, or FILE to "
                       "'pki crl show'");
    }
    // A list that is not valid shall be shown, not refused.
    flags.revocation = pki::RevocationFiles();
    absl::optional<Trust> loaded;
    if (!flags.client_ca_file.empty()) {
      absl::StatusOr<Trust> result = LoadTrust(flags);
      if (!result.ok()) return result.status();
      loaded = *std::move(result);
    }
    JudgeOptions options;
    options.now = at.value_or(Clock::System().Now());
    const Inspector inspector(std::move(loaded), false, {}, options);
    InspectAnswer answer;
    for (const std::string& file : files) {
      const absl::StatusOr<std::string> bytes = ReadInput(file, streams);
      if (!bytes.ok()) return bytes.status();
      const absl::Status status =
          inspector.Add(*bytes, InputName(file), &answer);
      if (!status.ok()) return status;
    }
    if (output == "text") {
      PrintPages(answer, streams.out);
    } else {
      PrintMessage(answer, output, streams.out);
    }
    return kExitYes;
  }
};

class CrlRenew : public Command {
 public:
  std::string dir;
  absl::Duration crl_lifetime = absl::Hours(24 * 30);

  absl::StatusOr<int> Run(const Streams& streams) override {
    pki::ClusterDirectory directory;
    directory.path = dir;
    const absl::Status status =
        pki::RefreshCrls(directory, Clock::System().Now(), crl_lifetime);
    if (!status.ok()) return status;
    streams.out << "renewed the revocation lists\n";
    return kExitYes;
  }
};

// Returns a serial number as a certificate has it: the shortest form of a
// two's complement. "" for what is none.
std::string ParseSerial(absl::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    if (!absl::ascii_isxdigit(c)) return "";
    digits += c;
  }
  if (digits.empty()) return "";
  if (digits.size() % 2 != 0) digits.insert(0, "0");
  std::string bytes = absl::HexStringToBytes(digits);
  bytes.erase(0, std::min(bytes.find_first_not_of('\0'), bytes.size() - 1));
  if ((static_cast<unsigned char>(bytes[0]) & 0x80) != 0) bytes.insert(0, 1, 0);
  return bytes;
}

class CrlSign : public Command {
 public:
  std::string ca_cert;
  std::string ca_key;
  std::string serials;
  std::string base;
  std::string out;
  absl::Duration crl_lifetime = absl::Hours(24 * 30);

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::StatusOr<std::vector<pki::Certificate>> issuer =
        ReadCertificates(ca_cert, streams);
    if (!issuer.ok()) return issuer.status();
    const absl::StatusOr<pki::PrivateKey> key = ReadPrivateKey(ca_key);
    if (!key.ok()) return key.status();
    const absl::Time now = Clock::System().Now();
    absl::StatusOr<pki::CrlTemplate> list = Begin(streams);
    if (!list.ok()) return list.status();
    list->this_update = now;
    list->next_update = now + crl_lifetime;
    const absl::Status added = AddSerials(streams, now, &*list);
    if (!added.ok()) return added;
    const absl::StatusOr<pki::Crl> crl =
        pki::WriteCrl(*list, issuer->front(), *key);
    if (!crl.ok()) return crl.status();
    const absl::Status written = WritePublic(out, crl->ToPem(), streams);
    if (!written.ok()) return written;
    return kExitYes;
  }

 private:
  // Returns the list to go on from: that of --base, or an empty one.
  absl::StatusOr<pki::CrlTemplate> Begin(const Streams& streams) const {
    if (base.empty()) return pki::CrlTemplate();
    const absl::StatusOr<std::string> bytes = ReadInput(base, streams);
    if (!bytes.ok()) return bytes.status();
    if (IsDer(*bytes)) {
      const auto crl = pki::Crl::FromDer(*bytes, InputName(base));
      if (!crl.ok()) return crl.status();
      return pki::NextCrl(*crl);
    }
    const auto crls = pki::Crl::FromPem(*bytes, InputName(base));
    if (!crls.ok()) return crls.status();
    return pki::NextCrl(crls->front());
  }

  absl::Status AddSerials(const Streams& streams, absl::Time now,
                          pki::CrlTemplate* list) const {
    if (serials.empty()) return absl::OkStatus();
    const absl::StatusOr<std::string> text = ReadInput(serials, streams);
    if (!text.ok()) return text.status();
    int number = 0;
    for (absl::string_view line : absl::StrSplit(*text, '\n')) {
      ++number;
      line = absl::StripAsciiWhitespace(line);
      if (line.empty() || line[0] == '#') continue;
      const std::string place = absl::StrCat(InputName(serials), ":", number);
      const absl::Status status = AddEntry(line, place, now, list);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  static absl::Status AddEntry(absl::string_view line, const std::string& place,
                               absl::Time now, pki::CrlTemplate* list) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    pki::RevokedCertificate entry;
    entry.serial = ParseSerial(words[0]);
    entry.revoked_at = now;
    if (entry.serial.empty() || words.size() > 3) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kMalformed,
          absl::StrCat(place,
                       ": want a serial number in hexadecimal, then "
                       "perhaps a time and a reason, got ",
                       GoQuote(line)));
    }
    if (words.size() > 1) {
      const absl::StatusOr<absl::Time> at = ParseMoment(words[1], place);
      if (!at.ok()) return at.status();
      entry.revoked_at = *at;
    }
    if (words.size() > 2) {
      const auto reason = pki::ParseCrlReason(words[2]);
      if (!reason.ok()) return InContext(place, reason.status());
      entry.reason = *reason;
    }
    // What the base has already stays as it is there.
    const bool known = std::any_of(
        list->entries.begin(), list->entries.end(),
        [&](const auto& other) { return other.serial == entry.serial; });
    if (!known) list->entries.push_back(std::move(entry));
    return absl::OkStatus();
  }
};

void AddShowFlags(CLI::App& app, CrlShow* command) {
  AddTrustDirFlag(app, &command->trust);
  app.add_option("--client-ca-file", command->trust.client_ca_file,
                 "PEM file with the CAs that may have signed the lists")
      ->type_name("FILE");
  AddMomentFlag(app, "--at", &command->at,
                "Moment to ask about; now if not given");
  AddOutputFlag(app, {"text", "json", "yaml"}, &command->output);
}

// `crl` alone is `crl show`, of a directory: a FILE there would take what was
// meant for the name of a subcommand.
Registered AddBare(CLI::App& crl) {
  auto command = std::make_unique<CrlShow>();
  AddShowFlags(crl, command.get());
  return Registered{&crl, std::move(command)};
}

Registered AddShow(CLI::App& crl) {
  auto command = std::make_unique<CrlShow>();
  CLI::App& app = *crl.add_subcommand("show", "Print revocation lists");
  app.footer(kShowExamples);
  AddShowFlags(app, command.get());
  AddStrings(app, "FILE", &command->files,
             "Files with lists, PEM or DER, or - for stdin")
      ->type_name("");
  return Registered{&app, std::move(command)};
}

Registered AddCrlRenew(CLI::App& crl) {
  auto command = std::make_unique<CrlRenew>();
  CLI::App& app =
      *crl.add_subcommand("renew", "Sign a directory's revocation lists anew");
  app.footer(kRenewExamples);
  AddDirFlag(app, &command->dir);
  AddDurationFlag(app, "--crl-expiration", &command->crl_lifetime,
                  "Time until they must be renewed again");
  return Registered{&app, std::move(command)};
}

Registered AddCrlSign(CLI::App& crl) {
  auto command = std::make_unique<CrlSign>();
  CLI::App& app =
      *crl.add_subcommand("sign", "Sign a revocation list of serial numbers");
  app.footer(kSignExamples);
  app.add_option("--ca-cert", command->ca_cert, "The CA's certificate")
      ->type_name("FILE")
      ->required();
  app.add_option("--ca-key", command->ca_key, "The CA's private key")
      ->type_name("FILE")
      ->required();
  app.add_option("--serials", command->serials,
                 "File with the serial numbers, or - for stdin; none if not "
                 "given")
      ->type_name("FILE");
  app.add_option("--base", command->base, "List to go on from")
      ->type_name("FILE");
  AddDurationFlag(app, "--crl-expiration", &command->crl_lifetime,
                  "Time until the list must be renewed");
  app.add_option("--out", command->out,
                 "Where the list goes; stdout if not given")
      ->type_name("FILE");
  return Registered{&app, std::move(command)};
}

}  // namespace

void AddCrl(CLI::App& pki, std::vector<Registered>* commands) {
  CLI::App& crl =
      *pki.add_subcommand("crl", "Show, renew and sign revocation lists");
  crl.require_subcommand(0, 1);
  crl.footer(pki.get_footer());
  commands->push_back(AddBare(crl));
  commands->push_back(AddShow(crl));
  commands->push_back(AddCrlRenew(crl));
  commands->push_back(AddCrlSign(crl));
}

}  // namespace gatehouse::cli
