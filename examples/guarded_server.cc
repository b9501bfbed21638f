// A server of its own behind Kubernetes' authentication and authorization:
// notes under /apis/notes.example.com/v1/namespaces/NAMESPACE/notes[/NAME].
//
//   guarded_server --tls-cert-file=F --tls-private-key-file=F --policy=F...
//       [--secure-port=N] [kube-apiserver's flags for authentication...]
//
// Certificate, policy, CAs, revocation lists and tokens are read again whenever
// their files change. notes.h is what it serves.
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "authn/config/chain.h"
#include "authn/config/flags.h"
#include "authz/builtin.h"
#include "authz/impersonation/constrained.h"
#include "authz/union.h"
#include "base/file_watcher.h"
#include "examples/notes.h"
#include "net/certificate_files.h"
#include "net/https_client.h"
#include "net/https_server.h"
#include "objects/manifest.h"
#include "rbac/policy.h"
#include "server/guard.h"

namespace {

namespace authn = gatehouse::authn;
namespace authz = gatehouse::authz;
namespace net = gatehouse::net;
namespace rbac = gatehouse::rbac;
namespace server = gatehouse::server;
using gatehouse::HttpResponse;
using gatehouse::examples::Notes;

struct Options {
  int port = 0;
  std::string certificate_file, key_file;
  std::vector<std::string> policy_files;
  authn::Config authentication;
};

absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& args) {
  Options options;
  std::vector<absl::string_view> others;
  for (absl::string_view arg : args) {
    if (absl::ConsumePrefix(&arg, "--tls-cert-file=")) {
      options.certificate_file = std::string(arg);
    } else if (absl::ConsumePrefix(&arg, "--tls-private-key-file=")) {
      options.key_file = std::string(arg);
    } else if (absl::ConsumePrefix(&arg, "--policy=")) {
      options.policy_files.emplace_back(arg);
    } else if (absl::ConsumePrefix(&arg, "--secure-port=")) {
      if (!absl::SimpleAtoi(arg, &options.port) || options.port >> 16 != 0) {
        return absl::InvalidArgumentError("--secure-port: it is no port");
      }
    } else {
      others.push_back(arg);
    }
  }
  const absl::Status status =
      authn::ParseFlags(others, &options.authentication, nullptr);
  if (!status.ok()) return status;
  return options;
}

void Report(absl::string_view what, const absl::Status& status) {
  if (!status.ok()) std::cerr << what << ": " << status.message() << std::endl;
}

// Reads the policy, all of it or nothing.
absl::Status LoadPolicy(const Options& options, rbac::Policy* policy) {
  gatehouse::objects::LoadOptions strict;
  strict.field_validation = gatehouse::objects::FieldValidation::kStrict;
  const auto loaded =
      gatehouse::objects::LoadManifests(options.policy_files, strict);
  if (!loaded.ok()) return loaded.status();
  return policy->Replace(loaded->objects);
}

absl::StatusOr<std::unique_ptr<server::Guard>> NewGuard(
    const Options& options, const std::shared_ptr<const rbac::Policy>& policy) {
  authn::ChainDependencies dependencies;
  dependencies.http_clients = net::MakeHttpsClient;
  dependencies.observe = [](const authn::SourceStatus& source) {
    Report(source.name, source.last_error);
  };
  auto chain =
      authn::AuthenticatorChain::Create(options.authentication, dependencies);
  if (!chain.ok()) return chain.status();
  auto masters = std::make_shared<authz::PrivilegedGroups>(
      std::vector<std::string>{"system:masters"});
  auto authorizer = authz::Union::Create(
      {{"system:masters", std::move(masters)}, {"RBAC", policy}});
  if (!authorizer.ok()) return authorizer.status();

  server::GuardOptions parts;
  parts.authorizer = *std::move(authorizer);
  parts.impersonator =
      std::make_shared<authz::ConstrainedImpersonator>(parts.authorizer);
  parts.filter.api_audiences = (*chain)->api_audiences();
  if ((*chain)->request_headers() != nullptr) {
    parts.filter.request_headers = *(*chain)->request_headers();
  }
  parts.authenticator = *std::move(chain);
  return server::Guard::Create(std::move(parts));
}

HttpResponse Answer(const server::Guard& guard, Notes* notes,
                    net::ServerRequest& http) {
  server::Request request;
  request.method = http.method;
  request.target = http.target;
  request.path = http.path;
  request.query = http.query;
  request.headers = &http.headers;
  request.body = http.body;
  request.peer_certificates = http.peer_certificates;
  request.remote_address = http.remote_address;
  request.now = absl::Now();
  const server::Access access = guard.Check(request);
  if (!access.admitted) return access.response;
  HttpResponse response = notes->Handle(access.info, std::move(http.body));
  access.Finish(&response);
  return response;
}

absl::Status Serve(const Options& options, const sigset_t& stop) {
  const auto policy = std::make_shared<rbac::Policy>();
  const auto reload = [&] { return LoadPolicy(options, policy.get()); };
  auto watcher = gatehouse::FileWatcher::Start(
      options.policy_files, [&] { Report("policy", reload()); }, {});
  if (!watcher.ok()) return watcher.status();
  absl::Status status = reload();
  if (!status.ok()) return status;
  const auto guard = NewGuard(options, policy);
  if (!guard.ok()) return guard.status();
  auto pair = net::ReadKeyPair(options.certificate_file, options.key_file);
  if (!pair.ok()) return pair.status();

  Notes notes;
  net::HttpsServerOptions https;
  https.port = static_cast<uint16_t>(options.port);
  https.certificate_pem = pair->certificate_pem;
  https.key_pem = pair->key_pem;
  https.handler = [&](net::ServerRequest& request) {
    return Answer(**guard, &notes, request);
  };
  const auto started = net::HttpsServer::Start(std::move(https));
  if (!started.ok()) return started.status();

  net::CertificateFilesOptions files;
  files.certificate_file = options.certificate_file;
  files.key_file = options.key_file;
  files.apply = [&](absl::string_view pem, const gatehouse::Secret& key) {
    return (*started)->ReplaceCertificate(pem, key);
  };
  files.observe = [](const net::CertificateFilesStatus& now) {
    Report("certificate", now.last_error);
  };
  const auto watched = net::CertificateFiles::Start(std::move(files));
  if (!watched.ok()) return watched.status();
  std::cout << (*started)->port() << std::endl;
  int signal = 0;
  sigwait(&stop, &signal);
  (*started)->Shutdown(absl::Seconds(10));
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  // Before there are threads, which are born with the same mask.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  const auto options = ParseOptions({argv + 1, argv + argc});
  const absl::Status status =
      options.ok() ? Serve(*options, stop) : options.status();
  Report("guarded_server", status);
  return status.ok() ? 0 : 2;
}
