#include "base/dns_name.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace gatehouse {

// [a-z0-9]([-a-z0-9]*[a-z0-9])?
bool HasDnsLabelForm(absl::string_view value) {
  return !value.empty() && value.front() != '-' && value.back() != '-' &&
         absl::c_all_of(value, [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

bool HasDnsSubdomainForm(absl::string_view value) {
  const std::vector<absl::string_view> labels = absl::StrSplit(value, '.');
  return absl::c_all_of(labels, HasDnsLabelForm);
}

bool IsDnsLabel(absl::string_view value) {
  return value.size() <= kMaxDnsLabel && HasDnsLabelForm(value);
}

bool IsDnsSubdomain(absl::string_view value) {
  return value.size() <= kMaxDnsSubdomain && HasDnsSubdomainForm(value);
}

}  // namespace gatehouse
