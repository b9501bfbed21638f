// The file of --authentication-config: JWT issuers and anonymous access.
#ifndef GATEHOUSE_AUTHN_CONFIG_AUTHENTICATION_CONFIGURATION_H_
#define GATEHOUSE_AUTHN_CONFIG_AUTHENTICATION_CONFIGURATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "objects/field_error.h"
#include "objects/node.h"
#include "proto/apiserver_config.pb.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn {

inline constexpr char kApiServerConfigGroup[] = "apiserver.config.k8s.io";
inline constexpr char kAuthenticationConfigurationKind[] =
    "AuthenticationConfiguration";

// The largest file that is read: 64 issuers with their CAs are far less.
inline constexpr size_t kMaxAuthenticationConfigurationBytes = size_t{4} << 20;

// Decodes a file: one YAML or JSON document of apiserver.config.k8s.io/v1,
// v1beta1 or v1alpha1, which have the same fields. Strict, as kube-apiserver
// is: an unknown field (kUnknownField), a field twice (kDuplicate), a second
// document, an empty text (kMalformed), another kind or version (kUnsupported)
// are errors. `file` is its name in errors, "file:line:column: text".
//
// What it says is not looked at: see ValidateAuthenticationConfiguration. If
// `document` is not null it gets the text as a tree, by which
// CheckAuthenticationConfiguration tells where a field stands.
absl::StatusOr<k8s::AuthenticationConfiguration>
DecodeAuthenticationConfiguration(absl::string_view text,
                                  absl::string_view file,
                                  objects::Document* document = nullptr);

// Encodes as YAML of version v1, which decodes to an equal message.
std::string EncodeAuthenticationConfiguration(
    const k8s::AuthenticationConfiguration& configuration);

// What validation knows besides the configuration.
struct AuthenticationConfigurationOptions {
  // Issuers that are taken, which are those of service accounts.
  absl::Span<const std::string> disallowed_issuers;
  // The configuration at the start of the server, whose section "anonymous" a
  // later one must repeat; null: this is the first.
  const k8s::AuthenticationConfiguration* initial = nullptr;
  // Kubernetes' gate StructuredAuthenticationConfigurationEgressSelector.
  bool egress_selector = true;
  // The text and the file that the configuration is from, for the places in
  // CheckAuthenticationConfiguration's errors; null: no file.
  const objects::Document* document = nullptr;
  absl::string_view file;
};

// Returns what is wrong with a configuration, in kube-apiserver's words and
// order, except that no CEL expression is compiled: see FindCel.
std::vector<objects::FieldError> ValidateAuthenticationConfiguration(
    const k8s::AuthenticationConfiguration& configuration,
    const AuthenticationConfigurationOptions& options);

// The parts of the same, for a message that stands at `path`, such as
// "jwt[0].issuer".
std::vector<objects::FieldError> ValidateIssuer(
    const k8s::Issuer& issuer, absl::string_view path,
    const AuthenticationConfigurationOptions& options);
std::vector<objects::FieldError> ValidateClaimValidationRules(
    const k8s::JWTAuthenticator& jwt, absl::string_view path);
std::vector<objects::FieldError> ValidateClaimMappings(
    const k8s::ClaimMappings& mappings, absl::string_view path);
std::vector<objects::FieldError> ValidateUserValidationRules(
    const k8s::JWTAuthenticator& jwt, absl::string_view path);

// Returns the paths of all fields that hold a CEL expression, such as
// "jwt[0].claimMappings.username.expression".
std::vector<std::string> FindCel(
    const k8s::AuthenticationConfiguration& configuration);

// Checks that a configuration can be put in effect: kInvalid with
// kube-apiserver's aggregated text, "[a, b]", for what
// ValidateAuthenticationConfiguration finds; else kUnsupported where CEL is
// asked for or an egress selector, naming each field: what is not understood is
// refused and never passed over. With a document, "file:line:column: " stands
// before each field: its own place, or that of the object that lacks it.
absl::Status CheckAuthenticationConfiguration(
    const k8s::AuthenticationConfiguration& configuration,
    const AuthenticationConfigurationOptions& options);

// Returns what the --oidc-* flags mean, as one JWT authenticator: the prefix of
// usernames by default is the issuer's url and "#", except for the claim
// "email"; "-" is none (Kubernetes behaviour). `ca_pem` is the content of
// --oidc-ca-file, or "".
k8s::JWTAuthenticator JwtAuthenticatorOfFlags(const Config::Oidc& oidc,
                                              absl::string_view ca_pem);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_CONFIG_AUTHENTICATION_CONFIGURATION_H_
