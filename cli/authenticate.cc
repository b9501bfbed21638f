#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/config/chain.h"
#include "authn/config/source_status.h"
#include "authn/filter.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/mutex.h"
#include "cli/commands.h"
#include "cli/internal/abandonable_http.h"
#include "cli/internal/authentication_answer.h"
#include "cli/internal/authentication_flags.h"
#include "cli/internal/file_stamp.h"
#include "cli/internal/line_source.h"
#include "cli/internal/moments.h"
#include "cli/internal/object_files.h"
#include "cli/internal/request_line.h"
#include "cli/internal/table.h"
#include "net/https_client.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::cli {

namespace {

// How often it is asked whether there are keys.
constexpr std::chrono::milliseconds kHealthInterval{20};

constexpr char kExamples[] =
    R"(Reads requests, one JSON object on each line, and writes who sent each, in the
same order: a line with the id, whether it was authenticated, and the user; or
the error and its stable reason; null for the rest. The flags are those of
kube-apiserver, and so is what they mean: a request without a credential is
anonymous unless --anonymous-auth=false; then it is not authenticated, and that
is no error. In the place of a line that is no request stands an error with the
reason Malformed; the others are answered all the same, and the exit status is
2. When a file of a flag changes it is read again, so that what has been revoked
is refused from the next request on. Those of -f are read once.

A request has any of: id, method, uri, headers (lists of values by name),
peerCertificates (PEM, the client's own first), remoteAddress, audiences (that
the credential must be good for; --api-audiences if not given), now (RFC 3339;
the clock if not given).

Examples:
  gatehouse authenticate --client-ca-file pki/ca.crt < requests.jsonl

  # Bootstrap tokens and those of service accounts, from a cluster's objects
  kubectl get sa,secrets,pods,nodes -A -o yaml > objects.yaml
  gatehouse authenticate -f objects.yaml --enable-bootstrap-token-auth \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file sa.pub --requests requests.jsonl

  # With all that has been taken back
  gatehouse authenticate --client-ca-file pki/ca.crt \
    --client-crl-file pki/ca.crl --revocation-file pki/revoked.yaml \
    --requests requests.jsonl)";

class Authenticate : public Command {
 public:
  AuthenticationFlags flags;
  ObjectFlags objects;
  std::string requests;
  absl::Duration issuer_timeout = absl::Seconds(10);

  // An issuer that does not answer holds up the end no more.
  ~Authenticate() override { http_.Abandon(); }

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (absl::c_linear_search(objects.filenames, "-") &&
        (requests.empty() || requests == "-")) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "-f - reads the objects from stdin: name the requests "
                       "with --requests FILE");
    }
    absl::StatusOr<std::unique_ptr<LineSource>> source =
        LineSource::Open(requests, streams.in);
    if (!source.ok()) return source.status();
    absl::Status status = MakeChain(streams);
    if (!status.ok()) return status;
    AwaitIssuers(streams);
    return AnswerAll(**source, streams);
  }

 private:
  absl::Status MakeChain(const Streams& streams) {
    absl::StatusOr<authn::Config> config = flags.ToConfig();
    if (!config.ok()) return config.status();
    // Each request has a moment of its own, so no answer holds for another.
    config->mutable_token_cache()->set_success_ttl_ns(0);
    config->mutable_token_cache()->set_failure_ttl_ns(0);
    auto store = LoadObjects(objects, streams);
    if (!store.ok()) return store.status();
    authn::ChainDependencies dependencies;
    dependencies.objects = *store;
    dependencies.http_clients = http_.factory();
    auto chain = authn::AuthenticatorChain::Create(*config, dependencies);
    if (!chain.ok()) return chain.status();
    chain_ = *std::move(chain);
    if (chain_->request_headers() != nullptr) {
      filter_.request_headers = *chain_->request_headers();
    }
    stamp_ = Stamp();
    return absl::OkStatus();
  }

  // Gives the issuers of JWTs the time to be asked for their keys: without,
  // none of their tokens is good.
  void AwaitIssuers(const Streams& streams) const {
    const auto deadline = std::chrono::steady_clock::now() +
                          absl::ToChronoNanoseconds(issuer_timeout);
    absl::Status health = chain_->Health();
    Mutex mutex;
    CondVar never;
    while (!health.ok() && std::chrono::steady_clock::now() < deadline) {
      MutexLock lock(mutex);
      never.WaitUntil(mutex,
                      std::chrono::steady_clock::now() + kHealthInterval);
      health = chain_->Health();
    }
    if (health.ok()) return;
    streams.err << "Warning: " << Printable(health.message()) << '\n';
  }

  // Returns what changes when a file does that is read.
  std::string Stamp() const {
    std::string stamp;
    for (const authn::SourceStatus& source : chain_->status()) {
      for (const std::string& file : source.files) {
        stamp += FileStamp(file);
      }
    }
    return stamp;
  }

  // Reads the files again if they changed.
  void Refresh(const Streams& streams) {
    std::string stamp = Stamp();
    if (stamp == stamp_) return;
    stamp_ = std::move(stamp);
    const absl::Status status = chain_->Reload();
    if (status.ok()) return;
    streams.err << "Warning: " << Printable(status.message())
                << "; what was read before stays in effect\n";
  }

  absl::StatusOr<int> AnswerAll(LineSource& source, const Streams& streams) {
    int status = kExitYes;
    RequestReader reader(source, streams.err);
    std::string line;
    while (streams.out.good()) {
      const absl::StatusOr<LineSource::Kind> kind = source.Next(line);
      if (!kind.ok()) return kind.status();
      if (*kind == LineSource::Kind::kEnd) break;
      Refresh(streams);
      if (*kind == LineSource::Kind::kTooLong) {
        WriteAuthenticationError("null", ReasonName(Reason::kTooLarge),
                                 absl::StrCat(source.Place(), ": longer than ",
                                              LineSource::kMaxLine, " bytes"),
                                 streams.out);
        status = kExitError;
      } else if (!absl::StripAsciiWhitespace(line).empty()) {
        if (!Answer(source, reader, line, streams)) status = kExitError;
      }
      // Whoever waits for an answer before asking on shall get it.
      if (!source.MoreIsWaiting()) streams.out.flush();
    }
    return status;
  }

  // Writes the answer to one line. Returns false if the line is no request.
  bool Answer(const LineSource& source, RequestReader& reader,
              const std::string& line, const Streams& streams) {
    RequestLine read;
    const absl::Status status = reader.Read(line, &read);
    if (!status.ok()) {
      WriteAuthenticationError(read.id, ReasonName(Reason::kMalformed),
                               status.message(), streams.out);
      return false;
    }
    if (!read.certificates_error.ok()) {
      WriteAuthenticationError(read.id, ReasonName(Reason::kMalformed),
                               read.certificates_error.message(), streams.out);
      return true;
    }
    authn::Notes notes;
    WriteAuthentication(read.id, Ask(read, &notes), streams.out);
    for (const std::string& warning : notes.warnings) {
      streams.err << "Warning: " << source.Place() << ": " << Printable(warning)
                  << '\n';
    }
    return true;
  }

  authn::Result Ask(RequestLine& read, authn::Notes* notes) {
    const std::vector<absl::string_view> certificates(read.certificates.begin(),
                                                      read.certificates.end());
    authn::Request request;
    request.tls = read.tls;
    request.peer_certificates = certificates;
    request.now = read.now.value_or(Clock::System().Now());
    request.headers = &read.headers;
    request.path = read.path;
    request.notes = notes;
    filter_.api_audiences =
        read.audiences.empty() ? chain_->api_audiences() : read.audiences;
    return authn::AdmitRequest(*chain_, filter_, request).result;
  }

  AbandonableHttp http_{net::MakeHttpsClient};
  std::unique_ptr<authn::AuthenticatorChain> chain_;
  authn::FilterOptions filter_;
  std::string stamp_;  // Of the files when they were last read.
};

}  // namespace

Registered AddAuthenticate(CLI::App& parent) {
  auto command = std::make_unique<Authenticate>();
  CLI::App& app = *parent.add_subcommand(
      "authenticate", "Say who sent each request, one on each line");
  app.footer(kExamples);
  command->flags.AddTo(app);
  AddObjectFlags(app, &command->objects);
  AddDurationFlag(app, "--issuer-timeout", &command->issuer_timeout,
                  "How long to wait for the keys of JWT issuers at the start");
  app.add_option("--requests", command->requests,
                 "File with the requests; stdin if not given")
      ->type_name("FILE");
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
