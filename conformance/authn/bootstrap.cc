// Bootstrap tokens: the authenticator, and the rules that it is made of.
#include "authn/token/bootstrap.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "authn/token/bootstrap_token.h"
#include "base/rfc3339.h"
#include "conformance/areas.h"
#include "conformance/authn/stubs.h"
#include "conformance/check.h"
#include "objects/memory_store.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::conformance {
namespace {

void DecodeData(Fields& fields, k8s::Secret* secret) {
  google::protobuf::Map<std::string, std::string> data;
  fields.StringMap("data", &data);
  for (const auto& [key, value] : data) (*secret->mutable_data())[key] = value;
}

k8s::Secret DecodeSecret(Fields fields, absl::Time now) {
  k8s::Secret secret;
  secret.mutable_metadata()->set_namespace_(fields.Text("namespace"));
  secret.mutable_metadata()->set_name(fields.Text("name"));
  secret.set_type(fields.Text("type"));
  DecodeData(fields, &secret);
  const std::string deleted = fields.Text("deletionTimestamp");
  if (deleted.empty()) return secret;
  const absl::Time time =
      deleted == "now" ? now : ParseRfc3339(deleted).value_or(now);
  secret.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(
      absl::ToUnixSeconds(time));
  return secret;
}

void RunAuthenticate(Check& check) {
  const std::string moment = check.input().Text("now");
  const absl::optional<absl::Time> now = ParseRfc3339(moment);
  if (!moment.empty() && !now.has_value()) check.Fail("input.now: no time");
  authn::TokenContext context;
  context.now = now.value_or(absl::Now());
  const auto store = std::make_shared<objects::MemoryStore>();
  for (const objects::Node& node : check.input().List("secrets")) {
    const auto created = store->Create(objects::MakeObject(
        DecodeSecret(Fields(&node, "input.secrets", check.input().problems()),
                     context.now)));
    if (!created.ok()) check.Fail(std::string(created.status().message()));
  }
  const authn::BootstrapAuthenticator authenticator(store);
  CompareResult(
      authenticator.AuthenticateToken(check.input().Text("token"), context),
      check);
}

void RunSecretGroups(Check& check) {
  k8s::Secret secret;
  DecodeData(check.input(), &secret);
  const auto groups = authn::BootstrapGroups(secret);
  check.Bool("error", !groups.ok());
  check.Texts("groups", groups.ok() ? *groups : std::vector<std::string>());
}

}  // namespace

void RunBootstrap(Check& check) {
  const std::string& kind = check.context().kind;
  Fields& input = check.input();
  if (kind == "authenticate") return RunAuthenticate(check);
  if (kind == "secret_groups") return RunSecretGroups(check);
  if (kind == "token_format") {
    return check.Bool(
        "valid", authn::ParseBootstrapToken(input.Text("token")).has_value());
  }
  if (kind == "token_id_format") {
    return check.Bool("valid",
                      authn::IsBootstrapTokenId(input.Text("token_id")));
  }
  if (kind == "group_name") {
    return check.Bool("valid", authn::IsBootstrapGroup(input.Text("group")));
  }
  if (kind == "secret_name") {
    const std::string name = input.Text("secret_name");
    return check.TextOrNull("token_id",
                            authn::BootstrapTokenIdOf(name).value_or(""));
  }
  if (kind == "usages") {
    return check.Bool(
        "valid", authn::ValidateBootstrapUsages(input.Texts("usages")).ok());
  }
  check.Fail(absl::StrCat("the kind \"", kind, "\" is not known"));
}

void CompareBootstrapConstants(const objects::Node& root, FileReport* report) {
  const objects::Node* constants = root.Find("constants");
  if (constants == nullptr) return;
  const std::pair<const char*, const char*> rows[] = {
      {"secret_type", authn::kBootstrapSecretType},
      {"secret_name_prefix", authn::kBootstrapSecretPrefix},
      {"namespace", authn::kBootstrapNamespace},
      {"user_prefix", authn::kBootstrapUserPrefix},
      {"default_group", authn::kBootstrappersGroup},
  };
  for (const auto& [key, got] : rows) {
    const objects::Node* want = constants->Find(key);
    if (want == nullptr || want->text() == got) continue;
    report->AddProblem(
        absl::StrCat(key, ": want ", want->text(), ", got ", got));
  }
}

}  // namespace gatehouse::conformance
