#include "conformance/authn/stubs.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "conformance/authz/decode.h"

namespace gatehouse::conformance {
namespace {

std::vector<std::string> ExtraTexts(const UserInfo& user) {
  std::vector<std::string> texts;
  for (const auto& [key, values] : user.extra) {
    for (const std::string& value : values) {
      texts.push_back(absl::StrCat(key, "=", value));
    }
  }
  return texts;
}

}  // namespace

authn::Result DecodeAnswer(Fields& fields) {
  const std::string result = fields.Text("result");
  authn::Authentication found;
  found.user.name = fields.Text("user");
  if (fields.Has("audiences")) found.audiences = fields.Texts("audiences");
  const std::string error = fields.OptionalText("error").value_or("failed");
  if (result == "ok") return found;
  if (result == "error") return absl::UnauthenticatedError(error);
  if (result != "no") fields.Problem("result", "want ok, no or error");
  return authn::Result();
}

void CompareResult(const authn::Result& result, Check& check) {
  check.Bool("ok", result.authenticated());
  check.Bool("error", result.rejected());
  check.Text("error_text", result.error().message());
  check.TextOrNull("user_name", result.authentication().user.name);
  check.Texts("audiences", result.authentication().audiences.value_or(
                               std::vector<std::string>()));
  if (!check.Expects("user")) return;
  const objects::Node* user = check.Expected("user");
  if (user != nullptr && user->is(objects::NodeKind::kString)) {
    check.Same("user", user->text(), result.authentication().user.name);
    return;
  }
  absl::optional<UserInfo> want;
  if (user != nullptr) {
    Fields fields = check.ExpectedObject("user");
    want = DecodeUser(fields);
  }
  CompareUsers(want, UserOf(result), check);
}

void CompareUsers(const absl::optional<UserInfo>& want,
                  const absl::optional<UserInfo>& got, Check& check) {
  check.Same("user", want.has_value() ? "a user" : "nobody",
             got.has_value() ? "a user" : "nobody");
  if (!want.has_value() || !got.has_value()) return;
  check.Same("user.name", want->name, got->name);
  check.Same("user.uid", want->uid, got->uid);
  check.Same("user.groups", want->groups, got->groups);
  check.Same("user.extra", ExtraTexts(*want), ExtraTexts(*got));
}

absl::optional<UserInfo> UserOf(const authn::Result& result) {
  if (!result.authenticated()) return absl::nullopt;
  return result.authentication().user;
}

}  // namespace gatehouse::conformance
