// Tokens in headers, and in a file.
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/token/bearer.h"
#include "authn/token/token_file.h"
#include "authn/token/websocket.h"
#include "base/headers.h"
#include "conformance/areas.h"
#include "conformance/authn/stubs.h"
#include "conformance/check.h"

namespace gatehouse::conformance {
namespace {

// The stub of the token authenticator, and what it must be asked.
struct Tokens {
  explicit Tokens(Check& check) {
    must_be_called = check.input().Has("token_authenticator");
    Fields fields = check.input().Object("token_authenticator");
    if (!must_be_called) {
      stub = std::make_shared<StubTokens>(authn::Result());
      return;
    }
    token = fields.OptionalText("expect_token");
    stub = std::make_shared<StubTokens>(DecodeAnswer(fields));
  }

  void Compare(Check& check) const {
    check.Same("calls of the token authenticator", must_be_called ? "1" : "0",
               absl::StrCat(stub->tokens().size()));
    if (token.has_value() && !stub->tokens().empty()) {
      check.Same("the token", *token, stub->tokens()[0]);
    }
  }

  bool must_be_called = false;
  absl::optional<std::string> token;
  std::shared_ptr<StubTokens> stub;
};

void AddAll(const std::vector<std::string>& values, absl::string_view name,
            Headers* headers) {
  for (const std::string& value : values) headers->Add(name, value);
}

std::vector<std::string> ValuesOf(const Headers& headers,
                                  absl::string_view name) {
  const std::vector<absl::string_view> values = headers.All(name);
  return {values.begin(), values.end()};
}

constexpr char kAuthorization[] = "Authorization";
constexpr char kProtocol[] = "Sec-WebSocket-Protocol";

// In the place of a path that cases leave open.
constexpr char kSource[] = "<path>";

}  // namespace

void RunBearer(Check& check) {
  Headers headers;
  AddAll(check.input().Texts("authorization_headers"), kAuthorization,
         &headers);
  const Tokens tokens(check);
  authn::Notes notes;
  authn::Request request;
  request.headers = &headers;
  request.notes = &notes;
  CompareResult(authn::BearerAuthenticator(tokens.stub).Authenticate(request),
                check);
  tokens.Compare(check);
  check.Texts("authorization_headers_after", ValuesOf(headers, kAuthorization));
  if (check.Expects("warning")) {
    check.Text("warning", notes.warnings.empty() ? "" : notes.warnings[0]);
  } else {
    check.Same("warnings", std::vector<std::string>(), notes.warnings);
  }
}

void RunWebSocket(Check& check) {
  Headers headers;
  AddAll(check.input().Texts("connection"), "Connection", &headers);
  AddAll(check.input().Texts("upgrade"), "Upgrade", &headers);
  AddAll(check.input().Texts("sec_websocket_protocol"), kProtocol, &headers);
  const Tokens tokens(check);
  authn::Request request;
  request.headers = &headers;
  CompareResult(
      authn::WebSocketAuthenticator(tokens.stub).Authenticate(request), check);
  tokens.Compare(check);
  check.Texts("protocol_headers_after", ValuesOf(headers, kProtocol));
}

void CompareWebSocketPrefix(const objects::Node& root, FileReport* report) {
  const objects::Node* prefix = root.Find("bearer_protocol_prefix");
  if (prefix != nullptr && prefix->text() != authn::kWebSocketTokenPrefix) {
    report->AddProblem(absl::StrCat("bearer_protocol_prefix: got ",
                                    authn::kWebSocketTokenPrefix));
  }
}

void RunTokenFile(Check& check) {
  const std::string csv = check.input().Text("csv");
  const auto token = check.input().OptionalText("token");
  const absl::StatusOr<authn::TokenFile> file =
      authn::TokenFile::Parse(csv, kSource);
  check.Bool("load_error", !file.ok());
  if (check.Expects("load_error_text")) {
    // Before it stands the place.
    const absl::string_view text = file.status().message();
    const size_t start = text.find("token file '");
    check.Text("load_error_text",
               start == absl::string_view::npos ? text : text.substr(start));
  }
  if (!file.ok()) return;
  check.Number("record_count", static_cast<int>(file->size()));
  if (!token.has_value()) return;
  const authn::TokenFileAuthenticator authenticator(*file);
  CompareResult(authenticator.AuthenticateToken(*token, authn::TokenContext()),
                check);
}

}  // namespace gatehouse::conformance
