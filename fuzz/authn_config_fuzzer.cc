// The law: an AuthenticationConfiguration that is accepted is accepted again,
// with the same meaning, when it is written. And one that asks for CEL never
// is. The same text, line by line, as flags: whatever they are, what they make
// passes validation, or nothing is made.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "authn/config/authentication_configuration.h"
#include "authn/config/flags.h"
#include "base/errors.h"
#include "google/protobuf/util/message_differencer.h"
#include "proto/apiserver_config.pb.h"
#include "proto/authn_config.pb.h"

namespace {

using gatehouse::Reason;
using gatehouse::ReasonOf;
using gatehouse::authn::AuthenticationConfigurationOptions;
using gatehouse::authn::CheckAuthenticationConfiguration;
using gatehouse::authn::Config;
using gatehouse::authn::DecodeAuthenticationConfiguration;
using gatehouse::authn::EncodeAuthenticationConfiguration;
using gatehouse::authn::FindCel;
using gatehouse::k8s::AuthenticationConfiguration;

[[noreturn]] void Fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
  std::abort();
}

void CheckFile(absl::string_view text) {
  const auto decoded = DecodeAuthenticationConfiguration(text, "f");
  if (!decoded.ok()) {
    if (ReasonOf(decoded.status()) == Reason::kNone) {
      Fail("an error without a reason", decoded.status().ToString());
    }
    return;
  }
  const std::string written = EncodeAuthenticationConfiguration(*decoded);
  const auto again = DecodeAuthenticationConfiguration(written, "f");
  if (!again.ok() ||
      !google::protobuf::util::MessageDifferencer::Equals(*again, *decoded)) {
    Fail("does not read back", written);
  }
  const AuthenticationConfigurationOptions options;
  const absl::Status status =
      CheckAuthenticationConfiguration(*decoded, options);
  if (status != CheckAuthenticationConfiguration(*again, options)) {
    Fail("is judged otherwise when it is written", written);
  }
  if (status.ok() && !FindCel(*decoded).empty()) {
    Fail("CEL was accepted", written);
  }
}

void CheckFlags(absl::string_view text) {
  const std::vector<absl::string_view> args = absl::StrSplit(text, '\n');
  Config config;
  const absl::Status status =
      gatehouse::authn::ParseFlags(args, &config, nullptr);
  if (status.ok() ? !gatehouse::authn::ValidateConfig(config).ok()
                  : config.ByteSizeLong() > 0) {
    Fail("flags made what is not valid", config.DebugString());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  CheckFile(text);
  CheckFlags(text);
  return 0;
}
