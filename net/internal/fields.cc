#include "net/internal/fields.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gatehouse::net::internal {
namespace {

constexpr absl::string_view kFraming[] = {
    "Connection",        "Keep-Alive", "Content-Length",
    "Transfer-Encoding", "Trailer",    "Upgrade",
};

bool IsTokenChar(char c) {
  return absl::ascii_isalnum(c) ||
         absl::StrContains("!#$%&'*+-.^_`|~", absl::string_view(&c, 1));
}

}  // namespace

bool IsToken(absl::string_view text) {
  return !text.empty() && absl::c_all_of(text, IsTokenChar);
}

bool IsWritable(const Headers::Field& field) {
  return IsToken(field.first) && absl::c_none_of(field.second, [](char c) {
           return absl::ascii_iscntrl(c) && c != '\t';
         });
}

bool IsFraming(absl::string_view name) {
  return absl::c_any_of(kFraming, [name](absl::string_view framing) {
    return absl::EqualsIgnoreCase(framing, name);
  });
}

void AppendField(absl::string_view name, absl::string_view value,
                 std::string* out) {
  absl::StrAppend(out, name, ": ", value, "\r\n");
}

}  // namespace gatehouse::net::internal
