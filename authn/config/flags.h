// kube-apiserver's authentication flags.
#ifndef GATEHOUSE_AUTHN_CONFIG_FLAGS_H_
#define GATEHOUSE_AUTHN_CONFIG_FLAGS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn {

// FlagForm is how a flag is written, as in Go's pflag.
enum class FlagForm {
  kBool,      // "--f" or "--f=false"; never "--f false".
  kText,      // "--f=x" or "--f x".
  kDuration,  // The same; "2m", "1h30m", "0".
  kList,  // The same; several by commas, quoted as in CSV, or by repetition.
  kRepeated,  // The same; repeated, and commas are part of the value.
};

// Flag describes one flag, for a command line library or a manual.
struct Flag {
  absl::string_view name;  // Without the dashes, such as "client-ca-file".
  FlagForm form;
  absl::string_view value;  // What stands for the value: "FILE"; "" of kBool.
  absl::string_view help;   // One sentence without a full stop.
  // Whether it says anything about a token that comes without a request, as in
  // a TokenReview: not the flags of certificates, proxies and anonymous access.
  bool for_tokens = true;
};

// Returns all flags, by name. They live as long as the process.
absl::Span<const Flag> AuthenticationFlags();

// Returns the flag of that name, or null.
const Flag* FindAuthenticationFlag(absl::string_view name);

// FlagValue is one flag as it was given. Borrows.
struct FlagValue {
  absl::string_view name;   // Without the dashes.
  absl::string_view value;  // Of a kBool that stood alone: "true".
};

// Fills `*config`, which is cleared first, from flags in the order in which
// they were given, and checks that they make sense together. What the flags do
// not say is what kube-apiserver does by default.
//
// Names and forms are those of kube-apiserver, meaning too; --client-crl-file,
// --client-ocsp-file, --revocation-file, --stale-revocation,
// --require-revocation, --verification-policy and --service-account-jwks-file
// are ours. Refused, although kube-apiserver takes it in silence: an empty
// value, an empty entry of a list, a flag that may stand once and stands twice
// (pflag takes the last), and flags without the one that they belong to
// (--requestheader-* without its CA file, --authentication-token-webhook-*
// without its kubeconfig, CRLs without a CA). --oidc-username-prefix and
// --oidc-groups-prefix may be empty.
//
// Errors are kInvalidArgument and name the flag, kube-apiserver's texts where
// it has one: kUnknownField, kMalformed (a bool, duration or list that is
// none), kDuplicate, kInvalid. Several contradictions: "[a, b]". On error
// `*config` is empty. No file is read.
absl::Status ApplyFlags(absl::Span<const FlagValue> flags, Config* config);

// Splits command line arguments (without the program's name) as pflag does and
// applies them. What is no flag, and all after "--", is appended to `*rest`; if
// that is null it is an error. Errors of ApplyFlags, and kMalformed for a flag
// that lacks its value.
absl::Status ParseFlags(absl::Span<const absl::string_view> args,
                        Config* config, std::vector<absl::string_view>* rest);

// Checks a configuration that no flags made: the contradictions that ApplyFlags
// refuses. AuthenticatorChain::Create does so itself.
absl::Status ValidateConfig(const Config& config);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_CONFIG_FLAGS_H_
