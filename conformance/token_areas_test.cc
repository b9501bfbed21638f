// The areas of tokens, proxies' headers and the chain, with cases of the
// runner's own: they show that it compares, not what Kubernetes does.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "conformance/areas.h"
#include "conformance/report.h"
#include "conformance/test_directory.h"
#include "gtest/gtest.h"

namespace gatehouse::conformance {
namespace {

struct AreaCase {
  const char* name;
  const char* area;
  const char* kind;  // "": the area has none.
  const char* input;
  const char* expect;
  std::vector<const char*> wrong;  // Each, instead of `expect`, fails.
};

size_t Failures(const AreaCase& c, absl::string_view expect,
                absl::string_view more = "") {
  const std::string kind =
      *c.kind == '\0' ? "" : absl::StrCat("\"kind\": \"", c.kind, "\", ");
  const TestDirectory directory;
  directory.Write(
      "cases.json",
      absl::StrCat("{", more, R"("cases": [{"name": "x", )", kind,
                   "\"input\": ", c.input, ", \"expect\": ", expect, "}]}"));
  const std::string path = absl::StrCat("authn/", c.area, ".json");
  FileReport report(path);
  RunCaseFile(directory.path() + "/cases.json", *FindArea(path), &report);
  return report.failed();
}

class TokenAreaTest : public ::testing::TestWithParam<AreaCase> {};

TEST_P(TokenAreaTest, Compares) {
  EXPECT_EQ(Failures(GetParam(), GetParam().expect), 0U);
  for (const char* wrong : GetParam().wrong) {
    EXPECT_EQ(Failures(GetParam(), wrong), 1U) << wrong;
  }
}

#define SECRET                                                          \
  R"j({"token": "abcdef.0123456789abcdef", "secrets": [{"namespace":)j" \
  R"j( "kube-system", "name": "bootstrap-token-abcdef", "type":)j"      \
  R"j( "bootstrap.kubernetes.io/token", "data": {"token-id":)j"         \
  R"j( "abcdef", "token-secret": "0123456789abcdef",)j"                 \
  R"j( "usage-bootstrap-authentication": "true"}}]})j"

INSTANTIATE_TEST_SUITE_P(
    All, TokenAreaTest,
    ::testing::Values(
        AreaCase{"bearer",
                 "bearer",
                 "",
                 R"j({"authorization_headers": ["Bearer t"],
                     "token_authenticator": {"result": "ok", "user": "u",
                       "expect_token": "t"}})j",
                 R"j({"ok": true, "error": false, "user_name": "u",
                     "authorization_headers_after": []})j",
                 {R"j({"ok": false})j", R"j({"user_name": "v"})j",
                  R"j({"authorization_headers_after": ["Bearer t"]})j",
                  R"j({"ok": true, "warning": "w"})j", R"j({})j",
                  R"j({"ok": true, "okay": true})j"}},
        AreaCase{"websocket",
                 "websocket",
                 "",
                 R"j({"connection": ["upgrade"], "upgrade": ["websocket"],
                     "sec_websocket_protocol": ["a"],
                     "token_authenticator": null})j",
                 R"j({"ok": false, "error": false,
                     "protocol_headers_after": ["a"]})j",
                 {R"j({"ok": true})j", R"j({"error": true})j",
                  R"j({"protocol_headers_after": []})j"}},
        AreaCase{"token_file",
                 "tokenfile",
                 "",
                 R"j({"csv": "t,u,1,g\n", "token": "t"})j",
                 R"j({"load_error": false, "record_count": 1, "ok": true,
                     "user": {"name": "u", "uid": "1", "groups": ["g"]}})j",
                 {R"j({"load_error": true})j", R"j({"record_count": 2})j",
                  R"j({"user": {"name": "u", "uid": "1"}})j",
                  R"j({"user": null})j"}},
        AreaCase{"token_file_error",
                 "tokenfile",
                 "",
                 R"j({"csv": "t,u\n"})j",
                 R"j({"load_error": true, "load_error_text": "token file )j"
                 R"j('<path>' must have at least 3 columns (token, user )j"
                 R"j(name, user uid), found 2"})j",
                 {R"j({"load_error_text": "found 2"})j"}},
        AreaCase{"bootstrap",
                 "bootstrap",
                 "authenticate",
                 SECRET,
                 R"j({"ok": true, "user": {"name": "system:bootstrap:abcdef",
                     "groups": ["system:bootstrappers"]}})j",
                 {R"j({"ok": false})j",
                  R"j({"user": {"name": "system:bootstrap:abcdef"}})j"}},
        AreaCase{"bootstrap_format",
                 "bootstrap",
                 "token_format",
                 R"j({"token": "a.b"})j",
                 R"j({"valid": false})j",
                 {R"j({"valid": true})j"}},
        AreaCase{
            "request_header",
            "requestheader",
            "",
            R"j({"name_headers": ["U"], "extra_header_prefixes": ["E-"],
                     "request_headers": {"U": ["u"], "E-k": ["v"],
                       "Accept": ["x"]}})j",
            R"j({"ok": true, "user": {"name": "u", "extra": {"k": ["v"]}},
                     "final_headers": {"Accept": ["x"]}})j",
            {R"j({"user": {"name": "u"}})j", R"j({"final_headers": {}})j"}},
        AreaCase{"anonymous",
                 "anonymous",
                 "",
                 R"j({"conditions": [{"path": "/a"}], "url": "/%61?b"})j",
                 R"j({"ok": true, "user": {"name": "system:anonymous",
                     "groups": ["system:unauthenticated"]}})j",
                 {R"j({"ok": false})j", R"j({"audiences": ["a"]})j"}},
        AreaCase{"union",
                 "chain",
                 "union",
                 R"j({"fail_on_error": true, "handlers": [
                     {"result": "error", "error": "e"},
                     {"result": "ok", "user": "u"}]})j",
                 R"j({"ok": false, "error": true, "error_text": "e",
                     "called": 1})j",
                 {R"j({"called": 2})j", R"j({"error_text": "f"})j"}},
        AreaCase{"filter",
                 "chain",
                 "authentication_filter",
                 R"j({"http_major": 2, "authenticator": {"result": "no"}})j",
                 R"j({"code": 401, "response_headers": {"Connection":
                     "close"}})j",
                 {R"j({"code": 200})j",
                  R"j({"response_headers": {"Connection": ""}})j"}}),
    [](const auto& info) { return std::string(info.param.name); });

struct FileCase {
  const char* area;
  const char* good;
  const char* bad;
};

TEST(TokenAreaFilesTest, CompareWhatStandsBesideTheCases) {
  const FileCase cases[] = {
      {"websocket",
       R"("bearer_protocol_prefix": "base64url.bearer.authorization.k8s.io.",)",
       R"("bearer_protocol_prefix": "bearer.",)"},
      {"bootstrap", R"("constants": {"namespace": "kube-system"},)",
       R"("constants": {"namespace": "default"},)"},
      {"requestheader",
       R"("constructor_rules": [{"configured_header": " ",)"
       R"( "result": "rejected: empty header \" \""}],)",
       R"("constructor_rules": [{"configured_header": " ",)"
       R"( "result": "accepted"}],)"},
  };
  for (const FileCase& c : cases) {
    // The case itself fails in both.
    const AreaCase any = {"", c.area, "", "{}", "{}", {}};
    EXPECT_LT(Failures(any, "{}", c.good), Failures(any, "{}", c.bad))
        << c.area;
  }
}

}  // namespace
}  // namespace gatehouse::conformance
