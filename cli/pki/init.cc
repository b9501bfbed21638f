#include "pki/cluster/init.h"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"
#include "cli/internal/moments.h"
#include "cli/internal/table.h"
#include "cli/pki/commands.h"
#include "cli/pki/files.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Makes the files that `kubeadm init` makes, in one directory: the CAs (ca,
front-proxy-ca, etcd/ca), the certificates they sign, sa.key and sa.pub, and
the kubeconfigs (admin.conf, super-admin.conf, ...). Besides, for each CA an
empty revocation list (ca.crl), a deny list (revoked.yaml) and the journal of
what was issued (journal.db). Files that exist and are right are kept; without
--force nothing is overwritten.

Examples:
  # A cluster's certificates, with kubeadm's defaults
  gatehouse pki init --dir pki/

  # With names, on elliptic curves, for a server behind a balancer
  gatehouse pki init --dir pki/ --node-name cp-1 --key-algorithm ECDSA-P256 \
    --apiserver-advertise-address 10.0.0.1 --server https://api.example.com:6443 \
    --apiserver-cert-extra-sans api.example.com)";

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return absl::AsciiStrToLower(name.data());
}

// Returns the first address of an IPv4 or IPv6 range that is not the network's
// own: "10.96.0.0/12" is 10.96.0.1, "fd00::/108" is fd00::1 (Kubernetes
// behaviour).
absl::StatusOr<std::string> FirstAddress(const std::string& range) {
  const std::vector<std::string> parts = absl::StrSplit(range, '/');
  int bits = 0;
  if (parts.size() == 2 && absl::SimpleAtoi(parts[1], &bits) && bits >= 0) {
    const bool v6 = absl::StrContains(parts[0], ':');
    if (v6 && bits <= 127 && absl::EndsWith(parts[0], "::")) {
      return absl::StrCat(parts[0], "1");
    }
    std::vector<std::string> octets = absl::StrSplit(parts[0], '.');
    int last = 0;
    if (!v6 && bits <= 31 && octets.size() == 4 &&
        absl::SimpleAtoi(octets[3], &last) && last % 2 == 0) {
      octets[3] = absl::StrCat(last + 1);
      return absl::StrJoin(octets, ".");
    }
  }
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("--service-cidr: want a range such as "
                                "10.96.0.0/12, got ",
                                GoQuote(range)));
}

class Init : public Command {
 public:
  std::string dir;
  pki::InitOptions options;
  std::string key_algorithm = "RSA-2048";
  std::string service_range = "10.96.0.0/12";

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::StatusOr<pki::KeyAlgorithm> algorithm =
        pki::ParseKeyAlgorithm(key_algorithm);
    if (!algorithm.ok()) return algorithm.status();
    options.key_algorithm = *algorithm;
    absl::StatusOr<std::string> service = FirstAddress(service_range);
    if (!service.ok()) return service.status();
    options.names.service_address = *std::move(service);
    options.names.node_name = absl::AsciiStrToLower(options.names.node_name);
    pki::ClusterDirectory directory;
    directory.path = dir;
    const absl::StatusOr<pki::InitReport> report =
        pki::InitCluster(directory, options, Clock::System().Now());
    if (!report.ok()) return AdviseForce(report.status());
    for (const std::string& path : report->created) {
      streams.out << "created " << Printable(path) << '\n';
    }
    for (const std::string& path : report->kept) {
      streams.out << "kept " << Printable(path) << '\n';
    }
    return kExitYes;
  }
};

void AddNames(CLI::App& app, Init* command) {
  pki::ClusterNames& names = command->options.names;
  names.node_name = HostName();
  names.advertise_address = "127.0.0.1";
  app.add_option("--node-name", names.node_name, "Name of the node")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--apiserver-advertise-address", names.advertise_address,
                 "Address at which the API server is reached")
      ->type_name("IP")
      ->capture_default_str();
  app.add_option("--service-cidr", command->service_range,
                 "Range of the services' addresses; the API server bears the "
                 "first")
      ->type_name("RANGE")
      ->capture_default_str();
  app.add_option("--service-dns-domain", names.dns_domain,
                 "Domain of the services' names")
      ->type_name("DOMAIN")
      ->capture_default_str();
  AddStrings(app, "--apiserver-cert-extra-sans", &names.extra_sans,
             "More names and addresses of the API server")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--server", command->options.server,
                 "Where kubeconfigs find the API server; port 6443 of the "
                 "advertised address if not given")
      ->type_name("URL");
}

}  // namespace

Registered AddInit(CLI::App& pki) {
  auto command = std::make_unique<Init>();
  CLI::App& app = *pki.add_subcommand(
      "init", "Make a cluster's CAs, certificates and kubeconfigs");
  app.footer(kExamples);
  AddDirFlag(app, &command->dir);
  AddNames(app, command.get());
  app.add_option("--key-algorithm", command->key_algorithm,
                 "Kind of the keys: RSA-2048, RSA-3072, RSA-4096, ECDSA-P256, "
                 "ECDSA-P384 or Ed25519")
      ->type_name("NAME")
      ->capture_default_str();
  AddDurationFlag(app, "--ca-expiration", &command->options.ca_lifetime,
                  "Life of the CAs");
  AddDurationFlag(app, "--expiration", &command->options.certificate_lifetime,
                  "Life of the certificates");
  AddDurationFlag(app, "--crl-expiration", &command->options.crl_lifetime,
                  "Time until a revocation list must be renewed");
  app.add_flag("--force", command->options.force,
               "Make everything anew, CAs and keys too, over what exists");
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
