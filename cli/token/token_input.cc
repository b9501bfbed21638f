#include "cli/token/token_input.h"

#include <cstddef>
#include <istream>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "base/file.h"
#include "cli/internal/usage_error.h"

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
  if (input.from_stdin()) return ReadStream(streams.in);
  if (input.file.empty()) return input.token;
  absl::StatusOr<std::string> text = ReadFile(input.file, kMaxBytes);
  // Some take the flag for one that is given the token itself.
  if (text.ok() || absl::StrContains(input.file, "/") ||
      !MayBeToken(input.file)) {
    return text;
  }
  return MakeError(text.status().code(), ReasonOf(text.status()),
                   "--token-file: it cannot be read, and is not named here, as "
                   "it may be a token: want a file that has the token");
}

bool Given(const CLI::Option* option) {
  return option != nullptr && option->count() > 0;
}

// A variable of the shell that is not set must not mean something else.
absl::Status CheckPlace(const TokenInput& input) {
  if (Given(input.argument) && Given(input.file_flag)) {
    return Refuse(Reason::kInvalid,
                  "the token is given twice: as an argument and by "
                  "--token-file");
  }
  if (Given(input.file_flag) && input.file.empty()) {
    return Refuse(Reason::kInvalid,
                  "--token-file: want a file, or - for stdin");
  }
  if (Given(input.argument) && input.token.empty()) {
    return Refuse(Reason::kInvalid,
                  "the token is an empty argument; - is for stdin");
  }
  return absl::OkStatus();
}

// What people copy together with a token, and what editors add to it.
absl::Status CheckText(absl::string_view text) {
  if (text.empty()) return Refuse(Reason::kInvalid, "there is no token");
  if (absl::StartsWith(text, "\xef\xbb\xbf")) {
    return Refuse(Reason::kInvalid,
                  "a byte order mark stands before the token: save it as UTF-8 "
                  "without one");
  }
  if (absl::StartsWith(text, "\xff\xfe") ||
      absl::StartsWith(text, "\xfe\xff")) {
    return Refuse(Reason::kInvalid,
                  "the token is written as UTF-16: save it as UTF-8 without a "
                  "byte order mark");
  }
  for (const absl::string_view prefix : {"Bearer ", "Authorization:"}) {
    if (!absl::StartsWithIgnoreCase(text, prefix)) continue;
    return Refuse(Reason::kInvalid,
                  absl::StrCat("\"", absl::StripAsciiWhitespace(prefix),
                               "\" is a part of the header, not of the token: "
                               "give what follows it alone"));
  }
  return absl::OkStatus();
}

}  // namespace

bool TokenInput::given() const { return Given(argument) || Given(file_flag); }

bool TokenInput::from_stdin() const {
  return file == "-" || token == "-" || !given();
}

void AddTokenInput(CLI::App& app, TokenInput* input,
                   absl::string_view otherwise) {
  input->argument =
      app.add_option("TOKEN", input->token,
                     absl::StrCat("The token, or - for stdin; if it is not "
                                  "given, ",
                                  otherwise,
                                  "; better not an argument, which others can "
                                  "see"))
          ->type_name("");
  input->file_flag = app.add_option("--token-file", input->file,
                                    "File with the token, or - for stdin")
                         ->type_name("FILE");
}

absl::StatusOr<Secret> ReadToken(const TokenInput& input,
                                 const Streams& streams) {
  absl::Status status = CheckPlace(input);
  if (!status.ok()) return status;
  absl::StatusOr<std::string> text = ReadText(input, streams);
  if (!text.ok()) return text.status();
  status = CheckText(absl::StripAsciiWhitespace(*text));
  Secret token(status.ok() ? absl::StripAsciiWhitespace(*text) : "");
  WipeString(&*text);
  if (!status.ok()) return status;
  return token;
}

absl::Status CheckAudiences(const std::vector<std::string>& audiences) {
  if (!absl::c_linear_search(audiences, "")) return absl::OkStatus();
  return Refuse(Reason::kInvalid, "--audience: a name is empty");
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
