#include "pki/cluster/renew.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "base/clock.h"
#include "base/errors.h"
#include "cli/internal/arguments.h"
#include "cli/internal/moments.h"
#include "cli/internal/table.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/rotate_ca.h"

namespace gatehouse::cli {

namespace {

constexpr char kRenewExamples[] =
    R"(Replaces certificates of a cluster's directory and their keys, as `kubeadm
certs renew` does: the same subject, names and usages, a new key. NAME is one
of `pki check-expiration`, or all. CAs are replaced by `pki rotate-ca`.

Examples:
  gatehouse pki renew --dir pki/ all

  gatehouse pki renew --dir pki/ apiserver admin.conf --expiration 720h)";

constexpr char kRotateExamples[] =
    R"(Replaces a CA in two steps, so that nobody is refused on the way. After
trust-both the new CA signs, and both are trusted. Then let servers and clients
read the new files, renew the certificates (pki renew, pki sign), and drop the
old. drop-old refuses while live certificates hang on the old CA, and says
whose, unless --force is given. A step that was interrupted can be run again.

Examples:
  gatehouse pki rotate-ca --dir pki/ --step trust-both
  gatehouse pki renew --dir pki/ all
  gatehouse pki rotate-ca --dir pki/ --step drop-old)";

class Renew : public Command {
 public:
  std::string dir;
  std::vector<std::string> names;
  pki::RenewOptions options;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (!absl::c_linear_search(names, "all")) {
      options.names = names;
    } else if (names.size() > 1) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "NAME: all stands for every name: give it alone");
    }
    pki::ClusterDirectory directory;
    directory.path = dir;
    const absl::StatusOr<std::vector<std::string>> renewed =
        pki::RenewCertificates(directory, options, Clock::System().Now());
    if (!renewed.ok()) return renewed.status();
    for (const std::string& name : *renewed) {
      streams.out << "renewed " << Printable(name) << '\n';
    }
    return kExitYes;
  }
};

class RotateCa : public Command {
 public:
  std::string dir;
  std::string step;
  pki::RotateOptions options;

  absl::StatusOr<int> Run(const Streams& streams) override {
    pki::ClusterDirectory directory;
    directory.path = dir;
    const absl::StatusOr<std::vector<std::string>> changed =
        pki::RotateCa(directory,
                      step == "drop-old" ? pki::RotationStep::kDropOld
                                         : pki::RotationStep::kTrustBoth,
                      options, Clock::System().Now());
    if (!changed.ok()) return changed.status();
    for (const std::string& path : *changed) {
      streams.out << "changed " << Printable(path) << '\n';
    }
    return kExitYes;
  }
};

}  // namespace

Registered AddRenew(CLI::App& pki) {
  auto command = std::make_unique<Renew>();
  CLI::App& app =
      *pki.add_subcommand("renew", "Renew a cluster's certificates");
  app.footer(kRenewExamples);
  AddDirFlag(app, &command->dir);
  AddDurationFlag(app, "--expiration", &command->options.certificate_lifetime,
                  "Life of the new certificates");
  AddStrings(app, "NAME", &command->names, "Certificates to renew, or all")
      ->type_name("")
      ->required();
  return Registered{&app, std::move(command)};
}

Registered AddRotateCa(CLI::App& pki) {
  auto command = std::make_unique<RotateCa>();
  CLI::App& app = *pki.add_subcommand("rotate-ca", "Replace a CA in two steps");
  app.footer(kRotateExamples);
  AddDirFlag(app, &command->dir);
  app.add_option("--step", command->step, "trust-both, then drop-old")
      ->type_name("STEP")
      ->check(CLI::IsMember({"trust-both", "drop-old"}).description(""))
      ->required();
  app.add_option("--ca", command->options.ca_name,
                 "Which: ca, etcd-ca or front-proxy-ca")
      ->type_name("NAME")
      ->capture_default_str();
  AddDurationFlag(app, "--ca-expiration", &command->options.ca_lifetime,
                  "Life of the new CA");
  AddDurationFlag(app, "--crl-expiration", &command->options.crl_lifetime,
                  "Time until its revocation list must be renewed");
  app.add_flag("--force", command->options.force,
               "Drop the old CA although certificates hang on it");
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
