#include "cli/internal/authentication_answer.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "cli/internal/answers.pb.h"
#include "objects/codec.h"

namespace gatehouse::cli {

namespace {

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

// What there is none of is null.
std::string JsonStringOrNull(absl::string_view text) {
  return text.empty() ? "null" : JsonString(text);
}

void WriteNoCredential(const std::string& id, std::ostream& out) {
  out << R"({"id":)" << id
      << R"(,"authenticated":false,"user":null,"audiences":null,)"
      << R"("authenticator":null,"credentialId":null,"error":null,)"
      << R"("reason":null})" << '\n';
}

}  // namespace

void WriteAuthenticationError(const std::string& id, absl::string_view reason,
                              absl::string_view message, std::ostream& out) {
  out << R"({"id":)" << id
      << R"(,"authenticated":false,"user":null,"audiences":null,)"
      << R"("authenticator":null,"credentialId":null,"error":)"
      << JsonString(message) << R"(,"reason":)" << JsonStringOrNull(reason)
      << "}\n";
}

void WriteAuthentication(const std::string& id, const authn::Result& result,
                         std::ostream& out) {
  if (result.rejected()) {
    return WriteAuthenticationError(id, ReasonName(ReasonOf(result.error())),
                                    result.error().message(), out);
  }
  if (!result.authenticated()) return WriteNoCredential(id, out);
  const authn::Authentication& found = result.authentication();
  out << R"({"id":)" << id << R"(,"authenticated":true,"user":)"
      << JsonUser(found.user) << R"(,"audiences":)"
      << (found.audiences ? JsonList(*found.audiences) : "null")
      << R"(,"authenticator":)" << JsonString(found.authenticator)
      << R"(,"credentialId":)" << JsonStringOrNull(found.credential_id)
      << R"(,"error":null,"reason":null})" << '\n';
}

}  // namespace gatehouse::cli
