#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/serviceaccount/issuers.h"
#include "authn/serviceaccount/key_files.h"
#include "authn/serviceaccount/token_request.h"
#include "base/clock.h"
#include "base/errors.h"
#include "cli/internal/arguments.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/object_files.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "cli/token/commands.h"
#include "cli/token/token_input.h"
#include "proto/authentication.pb.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Issues a token of a service account, as `kubectl create token` asks an API
server for one: the account, and what the token is bound to, must be among the
objects, since their uids are in it. It is good wherever the public half of the
signing key verifies tokens of the issuer; that the one who asks may have it,
nobody checks here. Prints the token, or the TokenRequest with -o.

Examples:
  kubectl get sa,pods,nodes,secrets -n ci -o yaml > objects.yaml
  gatehouse token create builder -n ci -f objects.yaml \
    --service-account-signing-key-file sa.key \
    --service-account-issuer https://kubernetes.default.svc > token

  # For somebody else, ten minutes, and no longer than the pod lives
  gatehouse token create builder -n ci -f objects.yaml \
    --service-account-signing-key-file sa.key \
    --service-account-issuer https://kubernetes.default.svc \
    --audience https://vault.example --duration 10m \
    --bound-object-kind Pod --bound-object-name runner)";

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

class CreateToken : public Command {
 public:
  std::string account;
  std::string namespace_;
  std::vector<std::string> audiences;
  absl::Duration duration = absl::ZeroDuration();  // The server's default.
  std::string bound_kind;
  std::string bound_name;
  std::string bound_uid;
  std::string signing_key_file;
  std::vector<std::string> issuers;
  std::vector<std::string> api_audiences;
  absl::Duration max_expiration = absl::ZeroDuration();  // No limit.
  bool extend_expiration = true;
  ObjectFlags objects;
  absl::optional<absl::Time> at;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    absl::StatusOr<k8s::TokenRequest> request = Request();
    if (!request.ok()) return request.status();
    const auto issuer = Issuer(streams);
    if (!issuer.ok()) return issuer.status();
    authn::Notes notes;
    const auto answer =
        (*issuer)->Issue(namespace_, account, *request,
                         at.value_or(Clock::System().Now()), &notes);
    if (!answer.ok()) return answer.status();
    for (const std::string& warning : notes.warnings) {
      streams.err << "Warning: " << Printable(warning) << '\n';
    }
    if (output == "token") {
      streams.out << answer->status().token() << '\n';
    } else {
      PrintMessage(*answer, output, streams.out);
    }
    return kExitYes;
  }

 private:
  // The texts are kubectl's.
  absl::Status CheckFlags() const {
    if (account.empty()) return Invalid("service account name is required");
    if (duration % absl::Seconds(1) != absl::ZeroDuration()) {
      return Invalid(
          "--duration cannot be expressed in units less than seconds");
    }
    if (bound_kind.empty()) {
      if (!bound_name.empty()) {
        return Invalid(
            "--bound-object-name may only be set if "
            "--bound-object-kind is provided");
      }
      if (!bound_uid.empty()) {
        return Invalid(
            "--bound-object-uid may only be set if "
            "--bound-object-kind is provided");
      }
    } else if (bound_name.empty()) {
      return Invalid(
          "--bound-object-name is required if --bound-object-kind "
          "is provided");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<k8s::TokenRequest> Request() const {
    absl::Status status = CheckFlags();
    if (status.ok()) status = CheckAudiences(audiences);
    if (!status.ok()) return status;
    k8s::TokenRequest request;
    k8s::TokenRequestSpec* spec = request.mutable_spec();
    *spec->mutable_audiences() = {audiences.begin(), audiences.end()};
    if (duration > absl::ZeroDuration()) {
      spec->set_expirationseconds(absl::ToInt64Seconds(duration));
    }
    if (!bound_kind.empty()) {
      k8s::BoundObjectReference* reference = spec->mutable_boundobjectref();
      reference->set_kind(bound_kind);
      reference->set_apiversion("v1");
      reference->set_name(bound_name);
      if (!bound_uid.empty()) reference->set_uid(bound_uid);
    }
    return request;
  }

  absl::StatusOr<std::unique_ptr<authn::TokenIssuer>> Issuer(
      const Streams& streams) const {
    absl::Status status = authn::ValidateIssuers(issuers);
    if (status.ok()) status = authn::ValidateMaxTokenLifetime(max_expiration);
    if (!status.ok()) return status;
    authn::ServiceAccountKeyFiles files;
    files.signing_key_file = signing_key_file;
    auto keys = authn::LoadServiceAccountKeys(files, Clock::System().Now());
    if (!keys.ok()) return keys.status();
    auto store = LoadObjects(objects, streams);
    if (!store.ok()) return store.status();
    authn::TokenIssuerOptions options;
    options.issuer = issuers.front();
    options.keys =
        std::make_shared<authn::ServiceAccountKeyRing>(*std::move(keys));
    options.api_audiences =
        api_audiences.empty() ? issuers : SplitAtCommas(api_audiences);
    options.lifetime.max_seconds = absl::ToInt64Seconds(max_expiration);
    options.lifetime.extend = extend_expiration;
    options.objects = *std::move(store);
    return authn::TokenIssuer::Create(std::move(options));
  }
};

void AddServerFlags(CLI::App& app, CreateToken* command) {
  constexpr char kGroup[] = "Of the server (kube-apiserver's flags)";
  app.add_option("--service-account-signing-key-file",
                 command->signing_key_file, "Private key that signs")
      ->type_name("FILE")
      ->required()
      ->group(kGroup);
  AddStrings(app, "--service-account-issuer", &command->issuers,
             "Issuer; of several the first is in the token")
      ->type_name("URL")
      ->allow_extra_args(false)
      ->required()
      ->group(kGroup);
  AddStrings(app, "--api-audiences", &command->api_audiences,
             "What no --audience means; the issuers if not given")
      ->type_name("NAMES")
      ->allow_extra_args(false)
      ->group(kGroup);
  AddDurationOrZeroFlag(app, "--service-account-max-token-expiration",
                        &command->max_expiration,
                        "Longest life of a token, 1h or more; 0, or not given: "
                        "no limit");
  app.add_flag("--service-account-extend-token-expiration",
               command->extend_expiration,
               "Let a pod's token of 3607 seconds live for a year, as API "
               "servers do")
      ->group(kGroup);
}

}  // namespace

Registered AddCreateToken(CLI::App& token) {
  auto command = std::make_unique<CreateToken>();
  CLI::App& app =
      *token.add_subcommand("create", "Issue a token of a service account");
  app.footer(kExamples);
  app.add_option("SERVICEACCOUNT", command->account, "Name of the account")
      ->required();
  AddNamespaceFlag(app, "Namespace of the account", &command->namespace_);
  AddStrings(app, "--audience", &command->audiences,
             "Whom the token is for; may be repeated; the server if not given")
      ->type_name("NAME")
      ->allow_extra_args(false);
  AddDurationOrZeroFlag(app, "--duration", &command->duration,
                        "How long it lives; 0, or not given: an hour");
  app.add_option("--bound-object-kind", command->bound_kind,
                 "Kind of an object without which the token is void")
      ->check(CLI::IsMember({"Node", "Pod", "Secret"}));
  app.add_option("--bound-object-name", command->bound_name, "Its name");
  app.add_option("--bound-object-uid", command->bound_uid,
                 "The uid that it must have; any if not given");
  AddServerFlags(app, command.get());
  command->objects.warn_without_uid = true;
  AddObjectFlags(app, &command->objects);
  // The account may come after it.
  app.get_option("--filename")->allow_extra_args(false);
  AddMomentFlag(app, "--at", &command->at,
                "Moment at which it is issued; now if not given");
  AddOutputFlag(app, {"token", "json", "yaml"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
