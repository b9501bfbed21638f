#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
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
#include "pki/ca/journal.h"
#include "pki/cluster/layout.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Lists the certificates that a directory's CAs have issued, from the journal:
those that are valid and not revoked, or all. A user may hold several.

Examples:
  # Which certificates does john hold, until when?
  gatehouse pki list --dir pki/ --user john

  # Users with more than one live certificate
  gatehouse pki list --dir pki/ --several

  # What was ever issued, as objects
  gatehouse pki list --dir pki/ --all -o json)";

absl::string_view StateName(pki::JournalEntry::State state) {
  switch (state) {
    case pki::JournalEntry::State::kSigned:
      return "signed";
    case pki::JournalEntry::State::kHandedOut:
      return "issued";
    case pki::JournalEntry::State::kRevoked:
      return "revoked";
  }
  return "";
}

// Returns the state for people: what else there is to say of it.
std::string Status(const pki::JournalEntry& entry, absl::Time now) {
  if (entry.state == pki::JournalEntry::State::kRevoked) {
    return absl::StrCat("revoked (", entry.revocation_reason, ")");
  }
  if (entry.certificate.not_after() < now) return "expired";
  return entry.state == pki::JournalEntry::State::kSigned
             ? "signed, perhaps never handed out"
             : "live";
}

IssuedAnswer ToAnswer(const pki::JournalEntry& entry, absl::Time now) {
  IssuedAnswer answer;
  const pki::Certificate& certificate = entry.certificate;
  answer.set_user(entry.user);
  for (const std::string& group : certificate.subject().organizations()) {
    answer.add_groups(group);
  }
  answer.set_serialnumber(certificate.SerialHex());
  answer.set_credentialid(certificate.CredentialId());
  answer.set_signername(entry.signer_name);
  answer.set_notbefore(FormatMoment(certificate.not_before()));
  answer.set_notafter(FormatMoment(certificate.not_after()));
  answer.set_recordedat(FormatMoment(entry.recorded_at));
  answer.set_state(std::string(StateName(entry.state)));
  answer.set_expired(certificate.not_after() < now);
  if (entry.revoked_at) {
    answer.set_revokedat(FormatMoment(*entry.revoked_at));
    answer.set_revocationreason(entry.revocation_reason);
  }
  return answer;
}

class List : public Command {
 public:
  std::string dir;
  absl::optional<std::string> user;
  bool all = false;
  bool several = false;
  absl::optional<absl::Time> at;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::Time now = at.value_or(Clock::System().Now());
    const absl::StatusOr<std::unique_ptr<pki::Journal>> journal =
        OpenJournal(absl::StrCat(dir, "/", pki::kJournalFile));
    if (!journal.ok()) return journal.status();
    pki::Journal::Filter filter;
    filter.user = user;
    if (!all) filter.live_at = now;
    absl::StatusOr<std::vector<pki::JournalEntry>> entries =
        (*journal)->List(filter);
    if (!entries.ok()) return entries.status();
    if (several) {
      const absl::Status kept = KeepSeveral(**journal, now, &*entries);
      if (!kept.ok()) return kept;
    }
    if (output == "table") {
      PrintTable(*entries, now, streams.out);
    } else {
      IssuedListAnswer answer;
      for (const pki::JournalEntry& entry : *entries) {
        *answer.add_certificates() = ToAnswer(entry, now);
      }
      PrintMessage(answer, output, streams.out);
    }
    return kExitYes;
  }

 private:
  // Opens the journal that exists; a question makes none.
  static absl::StatusOr<std::unique_ptr<pki::Journal>> OpenJournal(
      const std::string& path) {
    if (!std::ifstream(path).good()) {
      return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                       absl::StrCat(path,
                                    ": no journal that can be read; "
                                    "gatehouse pki init makes one"));
    }
    return pki::Journal::Open(path);
  }

  static absl::Status KeepSeveral(const pki::Journal& journal, absl::Time now,
                                  std::vector<pki::JournalEntry>* entries) {
    const absl::StatusOr<std::vector<std::string>> users =
        journal.UsersWithSeveral(now);
    if (!users.ok()) return users.status();
    entries->erase(std::remove_if(entries->begin(), entries->end(),
                                  [&users](const pki::JournalEntry& entry) {
                                    return !absl::c_linear_search(*users,
                                                                  entry.user);
                                  }),
                   entries->end());
    absl::c_stable_sort(
        *entries, [](const auto& a, const auto& b) { return a.user < b.user; });
    return absl::OkStatus();
  }

  static void PrintTable(const std::vector<pki::JournalEntry>& entries,
                         absl::Time now, std::ostream& out) {
    Table table;
    table.AddRow({"USER", "GROUPS", "SERIAL", "EXPIRES", "SIGNER", "STATE"});
    for (const pki::JournalEntry& entry : entries) {
      table.AddRow({entry.user,
                    GoList(entry.certificate.subject().organizations()),
                    entry.certificate.SerialHex(),
                    FormatMoment(entry.certificate.not_after()),
                    entry.signer_name, Status(entry, now)});
    }
    table.Print(out);
  }
};

}  // namespace

Registered AddList(CLI::App& pki) {
  auto command = std::make_unique<List>();
  CLI::App& app =
      *pki.add_subcommand("list", "Who holds which certificates, until when?");
  app.footer(kExamples);
  AddDirFlag(app, &command->dir);
  app.add_option("--user", command->user, "Only those of this user")
      ->type_name("NAME");
  app.add_flag("--all", command->all,
               "Also those that have expired or were revoked");
  app.add_flag("--several", command->several,
               "Only users with more than one live certificate");
  AddMomentFlag(app, "--at", &command->at,
                "Moment to ask about; now if not given");
  AddOutputFlag(app, {"table", "json", "yaml"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
