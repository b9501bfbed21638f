#include "cli/token/token_input.h"

#include <cstddef>
#include <istream>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "base/file.h"

namespace gatehouse::cli {

namespace {

// A token that may be used, and a line break.
constexpr size_t kMaxBytes = authn::kMaxTokenBytes + 2;

absl::Status Refuse(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, text);
}

absl::StatusOr<std::string> ReadStream(std::istream& in) {
  std::string text(kMaxBytes + 1, '\0');
  in.read(&text[0], static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() <= kMaxBytes) return text;
  WipeString(&text);
  return Refuse(Reason::kTooLarge,
                absl::StrCat("stdin: more than ", authn::kMaxTokenBytes,
                             " bytes are no token"));
}

absl::StatusOr<std::string> ReadText(const TokenInput& input,
                                     const Streams& streams) {
  if (!input.file.empty()) return ReadFile(input.file, kMaxBytes);
  if (input.token.empty() || input.token == "-") return ReadStream(streams.in);
  return input.token;
}

}  // namespace

void AddTokenInput(CLI::App& app, TokenInput* input) {
  app.add_option("TOKEN", input->token,
                 "The token, or - for stdin, which is also read if none is "
                 "given; better not an argument, which others can see")
      ->type_name("");
  app.add_option("--token-file", input->file, "File with the token")
      ->type_name("FILE");
}

absl::StatusOr<Secret> ReadToken(const TokenInput& input,
                                 const Streams& streams) {
  if (!input.file.empty() && !input.token.empty()) {
    return Refuse(Reason::kInvalid,
                  "the token is given twice: as an argument and by "
                  "--token-file");
  }
  absl::StatusOr<std::string> text = ReadText(input, streams);
  if (!text.ok()) return text.status();
  Secret token(absl::StripAsciiWhitespace(*text));
  WipeString(&*text);
  if (token.empty()) return Refuse(Reason::kInvalid, "there is no token");
  return token;
}

std::vector<std::string> SplitAtCommas(const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (const std::string& value : values) {
    for (const absl::string_view part : absl::StrSplit(value, ',')) {
      parts.emplace_back(part);
    }
  }
  return parts;
}

}  // namespace gatehouse::cli
