// The law: a kubeconfig that is read and written reads back equal, and is
// written the same again. And the leak check takes any text.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "pki/kubeconfig/kubeconfig.h"
#include "pki/kubeconfig/leak_check.h"

namespace {

using gatehouse::Secret;
using gatehouse::SecretAccess;
using gatehouse::pki::Kubeconfig;
using gatehouse::pki::KubeconfigToYaml;
using gatehouse::pki::ParseKubeconfig;
using gatehouse::pki::UnknownFields;

void CheckReadsBack(const Kubeconfig& config) {
  const Secret text = KubeconfigToYaml(config);
  const absl::string_view yaml = text.Reveal(SecretAccess::Get());
  const absl::StatusOr<Kubeconfig> again = ParseKubeconfig(yaml, "f");
  if (again.ok() && *again == config && KubeconfigToYaml(*again) == text) {
    return;
  }
  std::fprintf(stderr, "does not read back: %s\n%.*s\n",
               again.status().ToString().c_str(), static_cast<int>(yaml.size()),
               yaml.data());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const UnknownFields unknown :
       {UnknownFields::kError, UnknownFields::kIgnore}) {
    const absl::StatusOr<Kubeconfig> config =
        ParseKubeconfig(text, "f", unknown);
    if (config.ok()) CheckReadsBack(*config);
  }
  const auto report =
      gatehouse::pki::CheckForLeaks(text, "f", absl::FromUnixSeconds(0));
  if (!report.ok()) return 0;
  for (const auto& finding : report->findings) {
    if (finding.line < 1) std::abort();
  }
  return 0;
}
