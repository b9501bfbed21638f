#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/client_ca.h"
#include "authn/x509.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "cli/commands.h"
#include "cli/internal/answers.pb.h"
#include "cli/internal/line_source.h"
#include "cli/internal/request_line.h"
#include "cli/internal/table.h"
#include "cli/internal/trust_flags.h"
#include "objects/codec.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Reads requests, one JSON object on each line, and writes who sent each, in the
same order: a line with the id, whether it was authenticated, and the user; or
the error and its stable reason; null for the rest. A request without a
credential is not authenticated, and that is no error. In the place of a line
that is no request stands an error with the reason Malformed; the others are
answered all the same, and the exit status is 2. When a file changes it is read
again, so that what has been revoked is refused from the next request on.

A request has any of: id, method, uri, headers (lists of values by name),
peerCertificates (PEM, the client's own first), remoteAddress, now (RFC 3339;
the clock if not given).

Examples:
  gatehouse authenticate --client-ca-file pki/ca.crt < requests.jsonl

  # With all that has been taken back
  gatehouse authenticate --client-ca-file pki/ca.crt \
    --client-crl-file pki/ca.crl --revocation-file pki/revoked.yaml \
    --requests requests.jsonl)";

// Returns `text` as a JSON string; bytes that are not UTF-8 become U+FFFD.
std::string JsonString(absl::string_view text) {
  if (text.empty()) return "\"\"";
  AuthenticateError message;
  message.set_error(std::string(text));
  const std::string json =
      objects::ToJson(message, objects::JsonStyle::kCompact);
  constexpr absl::string_view kHead = "{\"error\":";
  return json.substr(kHead.size(), json.size() - kHead.size() - 1);
}

std::string JsonList(const std::vector<std::string>& texts) {
  return absl::StrCat(
      "[",
      absl::StrJoin(texts, ",",
                    [](std::string* out, const std::string& text) {
                      out->append(JsonString(text));
                    }),
      "]");
}

std::string JsonUser(const UserInfo& user) {
  return absl::StrCat(R"({"username":)", JsonString(user.name), R"(,"uid":)",
                      JsonString(user.uid), R"(,"groups":)",
                      JsonList(user.groups), R"(,"extra":{)",
                      absl::StrJoin(user.extra, ",",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(
                                          out, JsonString(entry.first), ":",
                                          JsonList(entry.second));
                                    }),
                      "}}");
}

// Every answer has every key, null where there is nothing to say, so that
// whoever reads them need not ask which are there.
void WriteError(const std::string& id, absl::string_view reason,
                absl::string_view message, std::ostream& out) {
  out << R"({"id":)" << id
      << R"(,"authenticated":false,"user":null,"audiences":null,)"
      << R"("authenticator":null,"credentialId":null,"error":)"
      << JsonString(message) << R"(,"reason":)" << JsonString(reason) << "}\n";
}

void WriteNoCredential(const std::string& id, std::ostream& out) {
  out << R"({"id":)" << id
      << R"(,"authenticated":false,"user":null,"audiences":null,)"
      << R"("authenticator":null,"credentialId":null,"error":null,)"
      << R"("reason":null})" << '\n';
}

void WriteResult(const std::string& id, const authn::Result& result,
                 std::ostream& out) {
  if (result.rejected()) {
    return WriteError(id, ReasonName(ReasonOf(result.error())),
                      result.error().message(), out);
  }
  if (!result.authenticated()) return WriteNoCredential(id, out);
  const authn::Authentication& found = result.authentication();
  out << R"({"id":)" << id << R"(,"authenticated":true,"user":)"
      << JsonUser(found.user) << R"(,"audiences":)"
      << (found.audiences ? JsonList(*found.audiences) : "null")
      << R"(,"authenticator":)" << JsonString(found.authenticator)
      << R"(,"credentialId":)" << JsonString(found.credential_id)
      << R"(,"error":null,"reason":null})" << '\n';
}

class Authenticate : public Command {
 public:
  TrustFlags trust;
  std::string requests;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::StatusOr<std::unique_ptr<LineSource>> source =
        LineSource::Open(requests, streams.in);
    if (!source.ok()) return source.status();
    TrustFiles files(trust);
    const absl::Status loaded = Refresh(files);
    if (!loaded.ok()) return loaded;
    return AnswerAll(**source, files, streams);
  }

 private:
  // Reads the files if they changed, and puts what they say in effect.
  absl::Status Refresh(TrustFiles& files) {
    const absl::StatusOr<bool> changed = files.Refresh();
    if (!changed.ok() || !*changed) return changed.status();
    authn::ClientCa ca;
    ca.name = "client-ca";
    ca.trust = files.trust().anchors;
    ca.policy = *trust.policy;
    authn::X509Config config;
    config.client_cas.push_back(std::move(ca));
    config.revocation = files.trust().revocation;
    return authenticator_.Update(std::move(config));
  }

  absl::StatusOr<int> AnswerAll(LineSource& source, TrustFiles& files,
                                const Streams& streams) {
    int status = kExitYes;
    RequestReader reader(source, streams.err);
    std::string line;
    while (streams.out.good()) {
      const absl::StatusOr<LineSource::Kind> kind = source.Next(line);
      if (!kind.ok()) return kind.status();
      if (*kind == LineSource::Kind::kEnd) break;
      const absl::Status refreshed = Refresh(files);
      if (!refreshed.ok()) {
        streams.err << "Warning: " << Printable(refreshed.message())
                    << "; what was read before stays in effect\n";
      }
      if (*kind == LineSource::Kind::kTooLong) {
        WriteError("null", ReasonName(Reason::kTooLarge),
                   absl::StrCat(source.Place(), ": longer than ",
                                LineSource::kMaxLine, " bytes"),
                   streams.out);
        status = kExitError;
      } else if (!absl::StripAsciiWhitespace(line).empty()) {
        if (!Answer(reader, line, streams.out)) status = kExitError;
      }
      // Whoever waits for an answer before asking on shall get it.
      if (!source.MoreIsWaiting()) streams.out.flush();
    }
    return status;
  }

  // Writes the answer to one line. Returns false if the line is no request.
  bool Answer(RequestReader& reader, const std::string& line,
              std::ostream& out) {
    RequestLine read;
    const absl::Status status = reader.Read(line, &read);
    if (!status.ok()) {
      WriteError(read.id, ReasonName(Reason::kMalformed), status.message(),
                 out);
      return false;
    }
    if (!read.certificates_error.ok()) {
      WriteError(read.id, ReasonName(Reason::kMalformed),
                 read.certificates_error.message(), out);
      return true;
    }
    const std::vector<absl::string_view> certificates(read.certificates.begin(),
                                                      read.certificates.end());
    authn::Request request;
    request.tls = read.tls;
    request.peer_certificates = certificates;
    request.now = read.now.value_or(Clock::System().Now());
    WriteResult(read.id, authenticator_.Authenticate(request), out);
    return true;
  }

  authn::X509Authenticator authenticator_;
};

}  // namespace

Registered AddAuthenticate(CLI::App& parent) {
  auto command = std::make_unique<Authenticate>();
  CLI::App& app = *parent.add_subcommand(
      "authenticate", "Say who sent each request, one on each line");
  app.footer(kExamples);
  AddTrustFlags(app, &command->trust);
  app.add_option("--requests", command->requests,
                 "File with the requests; stdin if not given")
      ->type_name("FILE");
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
