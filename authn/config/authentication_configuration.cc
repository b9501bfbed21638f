#include "authn/config/authentication_configuration.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/codec.h"
#include "objects/node.h"

namespace gatehouse::authn {
namespace {

using objects::Document;
using objects::Node;
using objects::NodeKind;

constexpr absl::string_view kVersions[] = {"v1", "v1beta1", "v1alpha1"};

absl::Status At(absl::string_view file, const Node& node, Reason reason,
                absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason,
                   absl::StrCat(objects::Place(file, node), ": ", text));
}

objects::Limits FileLimits() {
  objects::Limits limits;
  limits.max_bytes = kMaxAuthenticationConfigurationBytes;
  limits.max_depth = 16;
  limits.max_nodes = 100'000;
  return limits;
}

// Reads the only document of `reader`.
absl::StatusOr<Document> ReadOne(objects::DocumentReader* reader,
                                 absl::string_view file) {
  Document document;
  bool found = false;
  while (true) {
    Document next;
    const absl::StatusOr<bool> more = reader->Next(&next);
    if (!more.ok()) return more.status();
    if (!*more) break;
    if (next.root().is(NodeKind::kNull)) continue;
    if (found) {
      return At(file, next.root(), Reason::kMalformed,
                "a second document; there must be one");
    }
    found = true;
    document = std::move(next);
  }
  if (found) return document;
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   absl::StrCat(file, ": empty config data"));
}

absl::StatusOr<Document> ReadDocument(absl::string_view text,
                                      absl::string_view file) {
  const objects::Limits limits = FileLimits();
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) {
    absl::StatusOr<Document> json =
        ReadOne(objects::NewJsonReader(text, file, limits).get(), file);
    if (ReasonOf(json.status()) != Reason::kMalformed) return json;
    // YAML may start with { too; where it is neither, it was meant to be JSON.
    absl::StatusOr<Document> yaml =
        ReadOne(objects::NewYamlReader(text, file, limits).get(), file);
    return yaml.ok() ? std::move(yaml) : std::move(json);
  }
  return ReadOne(objects::NewYamlReader(text, file, limits).get(), file);
}

// Returns the string at `key`.
absl::StatusOr<absl::string_view> HeaderField(const Node& root,
                                              absl::string_view file,
                                              absl::string_view key) {
  const Node* value = root.Find(key);
  if (value == nullptr || value->is(NodeKind::kNull) ||
      (value->is(NodeKind::kString) && value->text().empty())) {
    return At(file, root, Reason::kInvalid,
              absl::StrCat("an object without ", key));
  }
  if (!value->is(NodeKind::kString)) {
    return At(file, *value, Reason::kInvalid,
              absl::StrCat(key, ": want a string"));
  }
  return value->text();
}

bool IsKnown(absl::string_view api_version, absl::string_view kind) {
  if (kind != kAuthenticationConfigurationKind) return false;
  for (const absl::string_view version : kVersions) {
    if (api_version == absl::StrCat(kApiServerConfigGroup, "/", version)) {
      return true;
    }
  }
  return false;
}

absl::Status CheckHeader(const Node& root, absl::string_view file) {
  if (!root.is(NodeKind::kMap)) {
    return At(file, root, Reason::kInvalid,
              "want an object with apiVersion and kind");
  }
  const auto api_version = HeaderField(root, file, "apiVersion");
  if (!api_version.ok()) return api_version.status();
  const auto kind = HeaderField(root, file, "kind");
  if (!kind.ok()) return kind.status();
  if (IsKnown(*api_version, *kind)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kUnimplemented, Reason::kUnsupported,
      absl::StrCat(objects::Place(file, root), ": kind ", GoQuote(*kind),
                   " of ", GoQuote(*api_version), " is not known here, want ",
                   kAuthenticationConfigurationKind, " of ",
                   kApiServerConfigGroup, "/", kVersions[0], ", ", kVersions[1],
                   " or ", kVersions[2]));
}

// Returns what stands at a step of a path, "jwt" or "0"; null for nothing.
const Node* Step(const Node& node, absl::string_view step) {
  size_t index = 0;
  if (!node.is(NodeKind::kList)) return node.Find(step);
  if (!absl::SimpleAtoi(step, &index)) return nullptr;
  return index < node.items().size() ? &node.items()[index] : nullptr;
}

// Returns "file:line:column: " of a field such as "jwt[0].issuer.url", or of
// the innermost part of the path that there is; "" without a document.
std::string Where(const AuthenticationConfigurationOptions& options,
                  absl::string_view path) {
  if (options.document == nullptr) return "";
  const Node* node = &options.document->root();
  for (const absl::string_view step :
       absl::StrSplit(path, absl::ByAnyChar(".[]"), absl::SkipEmpty())) {
    const Node* const next = Step(*node, step);
    if (next == nullptr) break;
    node = next;
  }
  return absl::StrCat(objects::Place(options.file, *node), ": ");
}

void AddCel(const std::string& path, absl::string_view expression,
            std::vector<std::string>* found) {
  if (!expression.empty()) found->push_back(path);
}

void FindCelOf(const k8s::JWTAuthenticator& jwt, const std::string& path,
               std::vector<std::string>* found) {
  for (int i = 0; i < jwt.claimvalidationrules_size(); ++i) {
    AddCel(absl::StrCat(path, ".claimValidationRules[", i, "].expression"),
           jwt.claimvalidationrules(i).expression(), found);
  }
  const k8s::ClaimMappings& mappings = jwt.claimmappings();
  const std::string to = absl::StrCat(path, ".claimMappings");
  AddCel(absl::StrCat(to, ".username.expression"),
         mappings.username().expression(), found);
  AddCel(absl::StrCat(to, ".groups.expression"), mappings.groups().expression(),
         found);
  AddCel(absl::StrCat(to, ".uid.expression"), mappings.uid().expression(),
         found);
  for (int i = 0; i < mappings.extra_size(); ++i) {
    AddCel(absl::StrCat(to, ".extra[", i, "].valueExpression"),
           mappings.extra(i).valueexpression(), found);
  }
  for (int i = 0; i < jwt.uservalidationrules_size(); ++i) {
    AddCel(absl::StrCat(path, ".userValidationRules[", i, "].expression"),
           jwt.uservalidationrules(i).expression(), found);
  }
}

absl::Status Unsupported(absl::string_view text) {
  return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                   text);
}

std::string UsernamePrefix(const Config::Oidc& oidc) {
  if (oidc.username_prefix() == "-") return "";
  if (oidc.username_prefix().empty() && oidc.username_claim() != "email") {
    return absl::StrCat(oidc.issuer_url(), "#");
  }
  return oidc.username_prefix();
}

}  // namespace

absl::StatusOr<k8s::AuthenticationConfiguration>
DecodeAuthenticationConfiguration(absl::string_view text,
                                  absl::string_view file,
                                  objects::Document* document) {
  absl::StatusOr<Document> read = ReadDocument(text, file);
  if (!read.ok()) return read.status();
  absl::Status status = CheckHeader(read->root(), file);
  if (!status.ok()) return status;
  objects::DecodeOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  k8s::AuthenticationConfiguration configuration;
  status = objects::DecodeMessage(read->root(), file, options, nullptr,
                                  &configuration);
  if (!status.ok()) return status;
  if (document != nullptr) *document = *std::move(read);
  return configuration;
}

std::string EncodeAuthenticationConfiguration(
    const k8s::AuthenticationConfiguration& configuration) {
  const bool empty =
      configuration.jwt().empty() && !configuration.has_anonymous();
  return absl::StrCat("apiVersion: ", kApiServerConfigGroup,
                      "/v1\nkind: ", kAuthenticationConfigurationKind, "\n",
                      empty ? "" : objects::ToYaml(configuration));
}

std::vector<std::string> FindCel(
    const k8s::AuthenticationConfiguration& configuration) {
  std::vector<std::string> found;
  for (int i = 0; i < configuration.jwt_size(); ++i) {
    FindCelOf(configuration.jwt(i), absl::StrCat("jwt[", i, "]"), &found);
  }
  return found;
}

absl::Status CheckAuthenticationConfiguration(
    const k8s::AuthenticationConfiguration& configuration,
    const AuthenticationConfigurationOptions& options) {
  std::vector<std::string> texts;
  for (const objects::FieldError& error :
       ValidateAuthenticationConfiguration(configuration, options)) {
    texts.push_back(
        absl::StrCat(Where(options, error.field), objects::ToString(error)));
  }
  if (!texts.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     AggregateMessages(texts));
  }
  const std::vector<std::string> cel = FindCel(configuration);
  if (!cel.empty()) {
    return Unsupported(absl::StrCat(Where(options, cel.front()),
                                    absl::StrJoin(cel, ", "),
                                    ": CEL expressions are not supported"));
  }
  for (int i = 0; i < configuration.jwt_size(); ++i) {
    const std::string& type =
        configuration.jwt(i).issuer().egressselectortype();
    if (type.empty()) continue;
    const std::string path =
        absl::StrCat("jwt[", i, "].issuer.egressSelectorType");
    return Unsupported(absl::StrCat(Where(options, path), path,
                                    ": oidc: egress lookup for ", GoQuote(type),
                                    " is not configured"));
  }
  return absl::OkStatus();
}

k8s::JWTAuthenticator JwtAuthenticatorOfFlags(const Config::Oidc& oidc,
                                              absl::string_view ca_pem) {
  k8s::JWTAuthenticator jwt;
  jwt.mutable_issuer()->set_url(oidc.issuer_url());
  jwt.mutable_issuer()->add_audiences(oidc.client_id());
  if (!ca_pem.empty()) {
    jwt.mutable_issuer()->set_certificateauthority(std::string(ca_pem));
  }
  auto* username = jwt.mutable_claimmappings()->mutable_username();
  username->set_claim(oidc.username_claim());
  username->set_prefix(UsernamePrefix(oidc));
  if (!oidc.groups_claim().empty()) {
    auto* groups = jwt.mutable_claimmappings()->mutable_groups();
    groups->set_claim(oidc.groups_claim());
    groups->set_prefix(oidc.groups_prefix());
  }
  // In order, so that which of two missing claims is complained of is certain.
  const std::map<std::string, std::string> required(
      oidc.required_claims().begin(), oidc.required_claims().end());
  for (const auto& [claim, value] : required) {
    k8s::ClaimValidationRule* rule = jwt.add_claimvalidationrules();
    rule->set_claim(claim);
    rule->set_requiredvalue(value);
  }
  return jwt;
}

}  // namespace gatehouse::authn
