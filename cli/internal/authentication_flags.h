// kube-apiserver's authentication flags on a command line.
#ifndef GATEHOUSE_CLI_INTERNAL_AUTHENTICATION_FLAGS_H_
#define GATEHOUSE_CLI_INTERNAL_AUTHENTICATION_FLAGS_H_

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authn/config/flags.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::cli {

// AuthenticationFlags keeps what was typed for each of the flags in
// authn/config/flags.h. For one thread.
class AuthenticationFlags {
 public:
  AuthenticationFlags() = default;
  AuthenticationFlags(const AuthenticationFlags&) = delete;
  AuthenticationFlags& operator=(const AuthenticationFlags&) = delete;

  // Adds all of them to `app`, whose parser then writes into this object.
  void AddTo(CLI::App& app);

  // Adds those about tokens. The others are errors of ToConfig that say so:
  // what a TokenReview does not carry would be passed over in silence.
  void AddTokenFlagsTo(CLI::App& app);

  // Adds those of these names, which are flags of authn/config/flags.h.
  void AddTo(CLI::App& app, absl::Span<const absl::string_view> names);

  // Returns what the flags say, once they are parsed. Errors:
  // authn::ApplyFlags', which name the flag, and those of AddTokenFlagsTo.
  absl::StatusOr<authn::Config> ToConfig() const;

 private:
  // One flag and its values, in the order in which they were typed; "true"
  // for one that stood alone.
  struct Given {
    std::string name;  // Without the dashes.
    std::vector<std::string> values;
    bool refused = false;
  };

  CLI::Option* Add(CLI::App& app, const authn::Flag& flag);

  // By pointer: the parser keeps theirs.
  std::vector<std::unique_ptr<Given>> flags_;
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_AUTHENTICATION_FLAGS_H_
