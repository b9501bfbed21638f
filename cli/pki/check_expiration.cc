#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "base/errors.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "cli/pki/answers.pb.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"
#include "pki/cluster/expiration.h"
#include "pki/cluster/layout.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints when the certificates of a cluster's directory end, in the table of
`kubeadm certs check-expiration`. Exits with 1 if one has expired.

Examples:
  gatehouse pki check-expiration --dir pki/

  # What will have expired in a year?
  gatehouse pki check-expiration --dir pki/ --at 2027-12-01T00:00:00Z)";

// The form of kubeadm's table.
std::string Expires(const pki::ExpirationRow& row) {
  return row.missing ? ""
                     : absl::FormatTime("%b %d, %E4Y %H:%M UTC", row.expires,
                                        absl::UTCTimeZone());
}

std::string YesNo(bool value) { return value ? "yes" : "no"; }

ExpirationRowAnswer ToAnswer(const pki::ExpirationRow& row) {
  ExpirationRowAnswer answer;
  answer.set_name(row.name);
  answer.set_missing(row.missing);
  if (!row.missing) {
    answer.set_expirationdate(FormatMoment(row.expires));
    answer.set_residualtime(absl::ToInt64Seconds(row.residual));
    answer.set_expired(row.residual < absl::ZeroDuration());
  }
  answer.set_caname(row.ca_name);
  answer.set_externallymanaged(row.externally_managed);
  return answer;
}

class CheckExpiration : public Command {
 public:
  std::string dir;
  absl::optional<absl::Time> at;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    // kubeadm's table, all of it missing, would hide a misspelled directory.
    if (!std::ifstream(dir).good()) {
      return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                       absl::StrCat(dir, ": no such directory"));
    }
    pki::ClusterDirectory directory;
    directory.path = dir;
    const absl::StatusOr<pki::Expirations> all =
        pki::CheckExpiration(directory, at.value_or(Clock::System().Now()));
    if (!all.ok()) return all.status();
    if (output == "table") {
      PrintCertificates(all->certificates, streams.out);
      streams.out << '\n';
      PrintAuthorities(all->authorities, streams.out);
    } else {
      PrintAnswer(*all, streams.out);
    }
    return AnyExpired(*all) ? kExitNo : kExitYes;
  }

 private:
  static bool AnyExpired(const pki::Expirations& all) {
    for (const auto* rows : {&all.certificates, &all.authorities}) {
      for (const pki::ExpirationRow& row : *rows) {
        if (!row.missing && row.residual < absl::ZeroDuration()) return true;
      }
    }
    return false;
  }

  static void PrintCertificates(const std::vector<pki::ExpirationRow>& rows,
                                std::ostream& out) {
    Table table;
    table.AddRow({"CERTIFICATE", "EXPIRES", "RESIDUAL TIME",
                  "CERTIFICATE AUTHORITY", "EXTERNALLY MANAGED"});
    for (const pki::ExpirationRow& row : rows) {
      if (row.missing) {
        table.AddRow({"!MISSING! " + row.name, "", "", "", ""});
        continue;
      }
      table.AddRow({row.name, Expires(row), pki::HumanDuration(row.residual),
                    row.ca_name, YesNo(row.externally_managed)});
    }
    table.Print(out);
  }

  static void PrintAuthorities(const std::vector<pki::ExpirationRow>& rows,
                               std::ostream& out) {
    Table table;
    table.AddRow({"CERTIFICATE AUTHORITY", "EXPIRES", "RESIDUAL TIME",
                  "EXTERNALLY MANAGED"});
    for (const pki::ExpirationRow& row : rows) {
      if (row.missing) {
        table.AddRow({"!MISSING! " + row.name, "", "", ""});
        continue;
      }
      table.AddRow({row.name, Expires(row), pki::HumanDuration(row.residual),
                    YesNo(row.externally_managed)});
    }
    table.Print(out);
  }

  void PrintAnswer(const pki::Expirations& all, std::ostream& out) const {
    ExpirationAnswer answer;
    for (const pki::ExpirationRow& row : all.certificates) {
      *answer.add_certificates() = ToAnswer(row);
    }
    for (const pki::ExpirationRow& row : all.authorities) {
      *answer.add_certificateauthorities() = ToAnswer(row);
    }
    PrintMessage(answer, output, out);
  }
};

}  // namespace

Registered AddCheckExpiration(CLI::App& pki) {
  auto command = std::make_unique<CheckExpiration>();
  CLI::App& app = *pki.add_subcommand("check-expiration",
                                      "When do a cluster's certificates end?");
  app.footer(kExamples);
  AddDirFlag(app, &command->dir);
  AddMomentFlag(app, "--at", &command->at,
                "Moment to ask about; now if not "
                "given");
  AddOutputFlag(app, {"table", "json", "yaml"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
