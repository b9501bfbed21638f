#include "pki/kubeconfig/kubeconfig.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "base/errors.h"
#include "cli/commands.h"
#include "cli/internal/answers.pb.h"
#include "cli/internal/arguments.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "cli/pki/files.h"
#include "pki/certificate.h"
#include "pki/kubeconfig/edit.h"
#include "pki/kubeconfig/files.h"
#include "pki/kubeconfig/leak_check.h"
#include "pki/kubeconfig/validation.h"
#include "pki/private_key.h"

namespace gatehouse::cli {

namespace {

constexpr char kCreateExamples[] =
    R"(Writes a kubeconfig (0600) for a user with a client certificate. The files are
taken into it; with --embed-certs=false it names them.

Examples:
  gatehouse kubeconfig create --server https://10.0.0.1:6443 \
    --certificate-authority pki/ca.crt --client-certificate john.crt \
    --client-key john.key --out john.conf)";

constexpr char kInspectExamples[] =
    R"(Looks for credentials in kubeconfigs, or in any text such as the log of a job:
certificates with their keys, tokens, passwords, also in base64. It says whose
they are and until when, and never shows them.

Examples:
  gatehouse kubeconfig inspect ~/.kube/config

  # As a check: exits with 1 if there is a credential that has not expired
  gatehouse kubeconfig inspect --exit-code job.log)";

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

// Returns a path that holds wherever the kubeconfig is put.
std::string Absolute(const std::string& path) {
  std::array<char, PATH_MAX> directory{};
  if (absl::StartsWith(path, "/") ||
      getcwd(directory.data(), directory.size()) == nullptr) {
    return path;
  }
  return absl::StrCat(directory.data(), "/", path);
}

class Create : public Command {
 public:
  std::string server;
  std::string certificate_authority;
  std::string client_certificate;
  std::string client_key;
  bool embed_certs = true;
  std::string user;
  std::string cluster = "kubernetes";
  std::string context;
  std::string namespace_name;
  std::string out;
  bool force = false;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (out == "-" || IsDevice(out)) {
      return Invalid("--out: a kubeconfig is not printed");
    }
    absl::Status status = CheckCredential(streams);
    if (!status.ok()) return status;
    absl::StatusOr<pki::Kubeconfig> config = Build();
    if (!config.ok()) return config.status();
    status = pki::ValidateKubeconfig(*config);
    if (!status.ok()) return status;
    status = AdviseForce(pki::SaveKubeconfig(out, *config, force));
    if (!status.ok()) return status;
    streams.out << "created " << Printable(out) << " with the context "
                << Printable(config->current_context) << '\n';
    return kExitYes;
  }

 private:
  // Checks that key and certificate belong together, and takes the user's name
  // from the certificate where none is given.
  absl::Status CheckCredential(const Streams& streams) {
    const absl::StatusOr<std::vector<pki::Certificate>> certificates =
        ReadCertificates(client_certificate, streams);
    if (!certificates.ok()) return certificates.status();
    const absl::StatusOr<pki::PrivateKey> key = ReadPrivateKey(client_key);
    if (!key.ok()) return key.status();
    const pki::Certificate& leaf = certificates->front();
    if (!(leaf.public_key() == key->public_key())) {
      return Invalid(absl::StrCat(client_key, ": not the key of ",
                                  client_certificate, " (",
                                  leaf.subject().ToString(), ")"));
    }
    if (user.empty()) user = leaf.subject().common_name();
    if (user.empty()) {
      return Invalid(absl::StrCat(client_certificate,
                                  ": no CommonName: give --user NAME"));
    }
    if (context.empty()) context = absl::StrCat(user, "@", cluster);
    return absl::OkStatus();
  }

  std::string PathOf(const std::string& path) const {
    return embed_certs ? path : Absolute(path);
  }

  absl::StatusOr<pki::Kubeconfig> Build() const {
    pki::Kubeconfig config;
    pki::ClusterChange to_cluster;
    to_cluster.server = server;
    to_cluster.certificate_authority = PathOf(certificate_authority);
    to_cluster.embed_certs = embed_certs;
    absl::Status status = pki::SetCluster(cluster, to_cluster, &config);
    if (!status.ok()) return status;
    pki::CredentialsChange to_user;
    to_user.client_certificate = PathOf(client_certificate);
    to_user.client_key = PathOf(client_key);
    to_user.embed_certs = embed_certs;
    status = pki::SetCredentials(user, to_user, &config);
    if (!status.ok()) return status;
    pki::ContextChange to_context;
    to_context.cluster = cluster;
    to_context.user = user;
    if (!namespace_name.empty()) to_context.namespace_name = namespace_name;
    status = pki::SetContext(context, to_context, &config);
    if (status.ok()) status = pki::UseContext(context, &config);
    if (!status.ok()) return status;
    return config;
  }
};

CredentialAnswer ToAnswer(const pki::LeakFinding& finding) {
  CredentialAnswer answer;
  answer.set_kind(std::string(pki::CredentialKindName(finding.kind)));
  answer.set_user(finding.user);
  for (const std::string& group : finding.groups) answer.add_groups(group);
  if (finding.not_after) answer.set_notafter(FormatMoment(*finding.not_after));
  answer.set_verdict(std::string(pki::CredentialVerdictName(finding.verdict)));
  answer.set_entry(finding.entry);
  answer.set_file(finding.file);
  answer.set_line(finding.line);
  answer.set_note(finding.note);
  return answer;
}

class Inspect : public Command {
 public:
  absl::optional<absl::Time> at;
  bool exit_code = false;
  std::string output;
  std::vector<std::string> files;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::Time now = at.value_or(Clock::System().Now());
    KubeconfigAnswer answer;
    bool usable = false;
    for (const std::string& file : files) {
      const absl::StatusOr<std::string> text = ReadInput(file, streams);
      if (!text.ok()) return text.status();
      const absl::StatusOr<pki::LeakReport> report =
          pki::CheckForLeaks(*text, InputName(file), now);
      if (!report.ok()) return report.status();
      for (const pki::LeakFinding& finding : report->findings) {
        usable |= finding.verdict != pki::CredentialVerdict::kExpired;
        *answer.add_credentials() = ToAnswer(finding);
      }
      for (const std::string& path : report->referenced_files) {
        answer.add_referencedfiles(path);
      }
    }
    if (output == "table") {
      PrintTable(answer, streams.out);
    } else {
      PrintMessage(answer, output, streams.out);
    }
    return exit_code && usable ? kExitNo : kExitYes;
  }

 private:
  static void PrintTable(const KubeconfigAnswer& answer, std::ostream& out) {
    if (answer.credentials().empty()) {
      out << "no credential found\n";
    } else {
      Table table;
      table.AddRow({"PLACE", "CREDENTIAL", "ENTRY", "USER", "GROUPS", "STATE",
                    "EXPIRES", "NOTE"});
      for (const CredentialAnswer& row : answer.credentials()) {
        table.AddRow(
            {absl::StrCat(row.file(), ":", row.line()), row.kind(), row.entry(),
             row.user(), GoList({row.groups().begin(), row.groups().end()}),
             row.verdict(), row.has_notafter() ? row.notafter() : "not known",
             row.note()});
      }
      table.Print(out);
    }
    for (const std::string& path : answer.referencedfiles()) {
      out << "names a file with a credential: " << Printable(path) << '\n';
    }
  }
};

Registered AddCreate(CLI::App& kubeconfig) {
  auto command = std::make_unique<Create>();
  CLI::App& app = *kubeconfig.add_subcommand(
      "create", "Write a kubeconfig for a user with a client certificate");
  app.footer(kCreateExamples);
  const auto file = [&app](const char* name, std::string* value,
                           const char* description) {
    app.add_option(name, *value, description)->type_name("FILE")->required();
  };
  app.add_option("--server", command->server, "The API server's address")
      ->type_name("URL")
      ->required();
  file("--certificate-authority", &command->certificate_authority,
       "The CA that the server is known by");
  file("--client-certificate", &command->client_certificate,
       "The user's certificate");
  file("--client-key", &command->client_key, "Its private key");
  file("--out", &command->out, "The kubeconfig to write");
  app.add_flag("--embed-certs", command->embed_certs,
               "Take the files in (the default); =false: only name them");
  app.add_option("--user", command->user,
                 "Name of the entry; the certificate's CommonName if not given")
      ->type_name("NAME");
  app.add_option("--cluster", command->cluster, "Name of the cluster's entry")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--context", command->context,
                 "Name of the context; USER@CLUSTER if not given")
      ->type_name("NAME");
  app.add_option("-n,--namespace", command->namespace_name,
                 "Namespace of the context")
      ->type_name("NAMESPACE");
  app.add_flag("--force", command->force, "Overwrite a file that exists");
  return Registered{&app, std::move(command)};
}

Registered AddInspect(CLI::App& kubeconfig) {
  auto command = std::make_unique<Inspect>();
  CLI::App& app = *kubeconfig.add_subcommand(
      "inspect", "Does this file hold a credential, whose, until when?");
  app.footer(kInspectExamples);
  AddMomentFlag(app, "--at", &command->at,
                "Moment to ask about; now if not given");
  app.add_flag("--exit-code", command->exit_code,
               "Exit with 1 if there is a credential that has not expired");
  AddOutputFlag(app, {"table", "json", "yaml"}, &command->output);
  AddStrings(app, "FILE", &command->files, "Files to look into, or - for stdin")
      ->type_name("")
      ->required();
  return Registered{&app, std::move(command)};
}

}  // namespace

void AddKubeconfig(CLI::App& parent, std::vector<Registered>* commands) {
  CLI::App& kubeconfig = *parent.add_subcommand(
      "kubeconfig", "Write kubeconfigs, and look for credentials in files");
  kubeconfig.require_subcommand(0, 1);
  kubeconfig.footer(parent.get_footer());
  commands->push_back(AddCreate(kubeconfig));
  commands->push_back(AddInspect(kubeconfig));
}

}  // namespace gatehouse::cli
