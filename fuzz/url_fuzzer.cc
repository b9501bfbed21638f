// The law: a URL that is taken, written down and read again is the same; what
// is written has nothing in it that another reader could split elsewhere.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "net/url.h"

namespace {

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = gatehouse::net::ParseHttpsUrl(text);
  if (!url.ok()) {
    Check(gatehouse::ReasonOf(url.status()) != gatehouse::Reason::kNone,
          "refused without a reason");
    return 0;
  }
  const std::string written = url->ToString();
  const auto again = gatehouse::net::ParseHttpsUrl(written);
  Check(again.ok() && *again == *url, "it reads as another URL");
  Check(again->ToString() == written, "it is written in two ways");
  Check(absl::c_all_of(written, absl::ascii_isgraph), "a character in it");
  Check(url->Authority().find_first_of("/?#@\\%") == std::string::npos,
        "the authority could be read otherwise");
  Check(url->port != 0 && !url->host.empty() && url->target[0] == '/',
        "a part is missing");
  return 0;
}
