// The text form of deny lists.
#ifndef GATEHOUSE_PKI_REVOCATION_INTERNAL_DENY_LIST_CODEC_H_
#define GATEHOUSE_PKI_REVOCATION_INTERNAL_DENY_LIST_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pki/revocation/deny_list.h"

namespace gatehouse::pki {

// Checks that an entry names one thing to refuse. kInvalid.
absl::Status CheckDenyEntry(const DenyEntry& entry);

namespace internal {

// Reads the entries of one YAML or JSON document. Errors as DenyList::Parse.
absl::StatusOr<std::vector<DenyEntry>> ParseDenyEntries(absl::string_view text,
                                                        absl::string_view file);

// Returns the YAML text of `entries`.
std::string DenyEntriesToYaml(const std::vector<DenyEntry>& entries);

}  // namespace internal
}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_INTERNAL_DENY_LIST_CODEC_H_
