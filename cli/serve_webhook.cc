#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "authn/client_ca.h"
#include "authn/config/chain.h"
#include "authn/token/rate_limit.h"
#include "authn/x509.h"
#include "authn/x509_files.h"
#include "base/errors.h"
#include "base/mutex.h"
#include "cli/commands.h"
#include "cli/internal/abandonable_http.h"
#include "cli/internal/arguments.h"
#include "cli/internal/authentication_flags.h"
#include "cli/internal/live_policy.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "cli/internal/webhook.h"
#include "net/certificate_files.h"
#include "net/https_client.h"
#include "net/https_server.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Answers the questions of other servers over HTTPS: whose a token is (TokenReview,
POST /authenticate) and who may do what (SubjectAccessReview, POST /authorize),
both also on the paths of the Kubernetes API. So a kube-apiserver can use it as
its authentication and authorization webhook.

Who asks must present a client certificate of --caller-ca-file, and must be named
by --allow-callers or, without that flag, be allowed by the policy to create
tokenreviews.authentication.k8s.io and subjectaccessreviews.authorization.k8s.io
(the role system:auth-delegator). /healthz, /livez and /readyz are for everybody.

All files are read again when they change, and on SIGHUP. A file that is wrong
changes nothing. On SIGTERM and SIGINT it answers what has begun and ends.

Examples:
  gatehouse serve-webhook --tls-cert-file server.crt --tls-private-key-file server.key \
    --caller-ca-file ca.crt --allow-callers kube-apiserver \
    --token-auth-file tokens.csv -f policy/)";

// How often files are looked at that nobody else watches.
constexpr time_t kLookEverySeconds = 1;
constexpr absl::Duration kGrace = absl::Seconds(10);
// What of a refused request is logged, and how often one is.
constexpr size_t kMaxLoggedBytes = 256;
constexpr double kRefusalsPerSecond = 10;
constexpr double kRefusalsAtOnce = 50;

// Blocks the signals that this command waits for, in this thread and in those
// that it starts, and waits for them.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~Signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Returns the signal that came, or -1 if there was none for a while.
  int Wait() const {
    const timespec timeout{kLookEverySeconds, 0};
    return sigtimedwait(&set_, nullptr, &timeout);
  }

 private:
  sigset_t set_;
  sigset_t before_;
};

// The beginning of what a stranger chose.
absl::string_view Short(absl::string_view text) {
  return text.substr(0, kMaxLoggedBytes);
}

// The target of a request without its query, which nobody should log.
absl::string_view PathOf(absl::string_view target) {
  return Short(target.substr(0, target.find('?')));
}

// Why a request was refused, for the log.
std::string Cause(const server::AuditRecord& record) {
  if (!record.authentication_error.ok()) {
    return std::string(record.authentication_error.message());
  }
  if (record.user == nullptr) return "it has no credentials";
  const auto reason = record.annotations.find("authorization.k8s.io/reason");
  return reason == record.annotations.end() ? "" : reason->second;
}

class ServeWebhook : public Command {
 public:
  PolicyFlags policy;
  AuthenticationFlags authentication;
  std::string tls_cert_file;
  std::string tls_private_key_file;
  std::string bind_address = "127.0.0.1";
  uint16_t secure_port = 8443;
  std::string caller_ca_file;
  std::vector<std::string> allow_callers;
  const CLI::Option* allow_callers_flag = nullptr;  // Owned by the parser.

  // What is asked of others at the end is asked for nobody.
  ~ServeWebhook() override { http_.Abandon(); }

  absl::StatusOr<int> Run(const Streams& streams) override {
    const Signals signals;
    const absl::Status started = Start(streams);
    if (!started.ok()) return started;
    streams.out << "serving on https://" << Authority() << std::endl;
    Watch(signals, streams);
    server_->Shutdown(kGrace);
    return kExitYes;
  }

 private:
  // What a URL has in the place of host and port.
  std::string Authority() const {
    const bool ipv6 = absl::StrContains(bind_address, ":");
    return absl::StrCat(ipv6 ? "[" : "", bind_address, ipv6 ? "]" : "", ":",
                        server_->port());
  }

  absl::Status Start(const Streams& streams) {
    const absl::StatusOr<authn::Config> config = authentication.ToConfig();
    if (!config.ok()) return config.status();
    absl::Status status = CheckAllowCallers();
    if (!status.ok()) return status;
    auto loaded = LivePolicy::Load(policy, streams);
    if (!loaded.ok()) return loaded.status();
    policy_ = *std::move(loaded);
    authn::ChainDependencies dependencies;
    dependencies.objects = policy_->objects();
    dependencies.http_clients = http_.factory();
    dependencies.observe = [this, &streams](const authn::SourceStatus& source) {
      Observe(source.name, source.last_error, streams);
    };
    auto chain = authn::AuthenticatorChain::Create(*config, dependencies);
    if (!chain.ok()) return chain.status();
    chain_ = *std::move(chain);
    status = StartCallers(streams);
    if (status.ok()) status = StartWebhook(streams);
    if (status.ok()) status = StartServer(streams);
    const MutexLock lock(log_mutex_);
    started_ = status.ok();
    return status;
  }

  // Nobody named is not the same as the flag not given, by which the policy
  // says who may ask.
  absl::Status CheckAllowCallers() const {
    if (allow_callers_flag->count() == 0 ||
        (!allow_callers.empty() && !absl::c_linear_search(allow_callers, ""))) {
      return absl::OkStatus();
    }
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "--allow-callers: a name is empty; without the flag the "
                     "policy says who may ask");
  }

  absl::Status StartCallers(const Streams& streams) {
    callers_ = std::make_shared<authn::X509Authenticator>();
    authn::X509FilesOptions options;
    authn::ClientCaFiles ca;
    ca.ca.name = "caller-ca";
    ca.bundle_files = {caller_ca_file};
    options.client_cas.push_back(std::move(ca));
    options.apply = [this](authn::X509Config config) {
      return callers_->Update(std::move(config));
    };
    options.observe = [this, &streams](const authn::X509FilesStatus& files) {
      Observe("caller-ca-file", files.last_error, streams);
    };
    auto files = authn::X509Files::Start(std::move(options));
    if (!files.ok()) return files.status();
    caller_files_ = *std::move(files);
    return absl::OkStatus();
  }

  absl::Status StartWebhook(const Streams& streams) {
    WebhookOptions options;
    options.tokens = &chain_->token_authenticator();
    options.audiences = chain_->api_audiences();
    options.authorizer = policy_;
    options.callers = callers_;
    options.allowed_callers = allow_callers;
    options.ready = [this] { return chain_->Health(); };
    options.refused = [this, &streams](const server::AuditRecord& record) {
      // Strangers write no more of the log than this.
      if (!refusals_.Take(absl::Now())) {
        ++unsaid_;
        return;
      }
      const uint64_t unsaid = unsaid_.exchange(0);
      if (unsaid > 0) {
        Log(absl::StrCat("refused ", unsaid, " more, not logged"), streams);
      }
      Log(absl::StrCat(
              "refused with ", record.code, ": ", Short(record.request.method),
              " ", PathOf(record.request.target), " of ",
              record.user == nullptr ? "a stranger" : Short(record.user->name),
              " (", record.credential_id, ") at ",
              record.request.remote_address, ": ", Cause(record)),
          streams);
    };
    auto webhook = Webhook::Create(std::move(options));
    if (!webhook.ok()) return webhook.status();
    webhook_ = *std::move(webhook);
    return absl::OkStatus();
  }

  absl::Status StartServer(const Streams& streams) {
    absl::StatusOr<net::KeyPair> pair =
        net::ReadKeyPair(tls_cert_file, tls_private_key_file);
    if (!pair.ok()) return pair.status();
    net::HttpsServerOptions options;
    options.address = bind_address;
    options.port = secure_port;
    options.certificate_pem = pair->certificate_pem;
    options.key_pem = std::move(pair->key_pem);
    options.handler = [this](const net::ServerRequest& request) {
      return webhook_->Answer(request);
    };
    auto server = net::HttpsServer::Start(std::move(options));
    if (!server.ok()) return server.status();
    server_ = *std::move(server);

    net::CertificateFilesOptions files;
    files.certificate_file = tls_cert_file;
    files.key_file = tls_private_key_file;
    files.apply = [this](absl::string_view certificate, const Secret& key) {
      return server_->ReplaceCertificate(certificate, key);
    };
    files.observe = [this,
                     &streams](const net::CertificateFilesStatus& status) {
      Observe("tls-cert-file", status.last_error, streams);
    };
    auto watched = net::CertificateFiles::Start(std::move(files));
    if (!watched.ok()) return watched.status();
    certificate_files_ = *std::move(watched);
    return absl::OkStatus();
  }

  // Returns when the process shall end.
  void Watch(const Signals& signals, const Streams& streams) {
    while (true) {
      const int signal = signals.Wait();
      if (signal == SIGTERM || signal == SIGINT) return;
      const bool asked = signal == SIGHUP;
      const absl::StatusOr<bool> changed = policy_->Refresh(asked);
      Complain(changed.status(), streams);
      if (changed.ok() && *changed) Log("read the policy again", streams);
      if (!asked) continue;
      ForgetComplaints();  // Observe says what is still wrong.
      const bool chain = chain_->Reload().ok();
      const bool callers = caller_files_->Reload().ok();
      const bool certificate = certificate_files_->Reload().ok();
      Log(chain && callers && certificate && changed.ok()
              ? "read all files again"
              : "not all files could be read again",
          streams);
    }
  }

  // Told after each attempt to read files: an error is complained of once.
  void Observe(const std::string& source, const absl::Status& error,
               const Streams& streams) {
    {
      const MutexLock lock(log_mutex_);
      if (!started_) return;  // Then it is an error, and said as one.
      std::string& said = complaints_[source];
      if (said == error.message()) return;
      said = std::string(error.message());
    }
    if (error.ok()) return;
    Complain(
        absl::Status(error.code(), absl::StrCat(source, ": ", error.message())),
        streams);
  }

  void ForgetComplaints() {
    const MutexLock lock(log_mutex_);
    complaints_.clear();
  }

  void Complain(const absl::Status& status, const Streams& streams) {
    if (status.ok()) return;
    Log(absl::StrCat("Warning: ", status.message(),
                     "; what was read before stays in effect"),
        streams);
  }

  void Log(absl::string_view line, const Streams& streams) {
    const MutexLock lock(log_mutex_);
    streams.err << Printable(line) << std::endl;
  }

  Mutex log_mutex_;
  bool started_ ABSL_GUARDED_BY(log_mutex_) = false;
  // What is wrong with a source, as it was last said.
  std::map<std::string, std::string> complaints_ ABSL_GUARDED_BY(log_mutex_);
  authn::RateLimit refusals_{kRefusalsPerSecond, kRefusalsAtOnce};
  std::atomic<uint64_t> unsaid_{0};  // Refusals that were not logged.
  // In the order in which they need each other; the server goes first.
  std::shared_ptr<LivePolicy> policy_;
  AbandonableHttp http_{net::MakeHttpsClient};
  std::unique_ptr<authn::AuthenticatorChain> chain_;
  std::shared_ptr<authn::X509Authenticator> callers_;
  std::unique_ptr<authn::X509Files> caller_files_;
  std::unique_ptr<Webhook> webhook_;
  std::unique_ptr<net::HttpsServer> server_;
  std::unique_ptr<net::CertificateFiles> certificate_files_;
};

void AddServerFlags(CLI::App& app, ServeWebhook* command) {
  app.add_option("--tls-cert-file", command->tls_cert_file,
                 "PEM with this server's certificate and its chain")
      ->type_name("FILE")
      ->required();
  app.add_option("--tls-private-key-file", command->tls_private_key_file,
                 "PEM with its private key")
      ->type_name("FILE")
      ->required();
  app.add_option("--bind-address", command->bind_address,
                 "IP address to listen on; 0.0.0.0 or :: for all")
      ->type_name("ADDRESS")
      ->capture_default_str();
  app.add_option("--secure-port", command->secure_port,
                 "Port to listen on; 0 for any that is free")
      ->type_name("PORT")
      ->capture_default_str();
  app.add_option("--caller-ca-file", command->caller_ca_file,
                 "PEM of the CAs that vouch for those who ask here. Not "
                 "--client-ca-file, which is about the users asked for")
      ->type_name("FILE")
      ->required();
  command->allow_callers_flag =
      AddStrings(app, "--allow-callers", &command->allow_callers,
                 "Names in the certificates of those who may ask; without it, "
                 "whom the policy allows to create the reviews")
          ->type_name("NAME,...")
          ->delimiter(',')
          ->allow_extra_args(false);
}

}  // namespace

Registered AddServeWebhook(CLI::App& parent) {
  auto command = std::make_unique<ServeWebhook>();
  CLI::App& app = *parent.add_subcommand(
      "serve-webhook",
      "Answer TokenReviews and SubjectAccessReviews over HTTPS");
  app.footer(kExamples);
  AddServerFlags(app, command.get());
  AddPolicyFlags(app, /*many=*/true, &command->policy);
  AddChainFlags(app, &command->policy);
  command->authentication.AddTokenFlagsTo(app);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
