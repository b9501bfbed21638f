// The laws: who is read out of headers is read again from the headers that a
// client would send for that user; and of a request that goes on, no header of
// impersonation is left, whatever the case of its letters.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "authz/impersonation/headers.h"
#include "authz/impersonation/impersonation.h"
#include "base/headers.h"
#include "base/user_info.h"

namespace {

using gatehouse::Headers;
using gatehouse::UserInfo;
namespace authz = gatehouse::authz;

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

bool Same(const UserInfo& a, const UserInfo& b) {
  return a.name == b.name && a.uid == b.uid && a.groups == b.groups &&
         a.extra == b.extra;
}

// Lets everybody be anybody.
class Anybody : public authz::Impersonator {
 public:
  authz::ImpersonationResult Decide(
      const UserInfo& wanted,
      const authz::Attributes& /*request*/) const override {
    return authz::ImpersonationResult::Impersonated(wanted, "");
  }
};

// A line "name:value" is a field.
Headers HeadersFrom(absl::string_view text) {
  Headers headers;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    headers.Add(field.first, field.second);
  }
  return headers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Headers headers = HeadersFrom({reinterpret_cast<const char*>(data), size});
  const auto asked = authz::ParseImpersonation(headers);
  const auto result =
      authz::Impersonate(Anybody(), authz::Attributes(), &headers);
  Check(asked.ok() == (result.outcome != authz::ImpersonationOutcome::kRefused),
        "what does not parse goes on");
  if (!asked.ok()) return 0;
  for (const Headers::Field& field : headers.fields()) {
    Check(!absl::StartsWithIgnoreCase(field.first, "impersonate-"),
          "a header is left");
  }
  Check(asked->has_value() ==
            (result.outcome == authz::ImpersonationOutcome::kImpersonated),
        "somebody else was asked for");
  if (!asked->has_value()) return 0;
  Check(Same(result.user, **asked), "another user comes out");
  Headers again;
  authz::AddImpersonation(**asked, &again);
  const auto read = authz::ParseImpersonation(again);
  Check(read.ok() && read->has_value() && Same(**read, **asked),
        "another user reads back");
  return 0;
}
