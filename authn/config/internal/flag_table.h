// The table of flags: what each is, and what it sets.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_FLAG_TABLE_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_FLAG_TABLE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authn/config/flags.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn::internal {

// FlagEntry is one flag, with the one setter that its form needs. Those of
// lists are called for each entry.
struct FlagEntry {
  Flag flag;
  absl::Status (*set_text)(const std::string& value, Config* config) = nullptr;
  void (*set_bool)(bool value, Config* config) = nullptr;
  void (*set_duration)(int64_t nanoseconds, Config* config) = nullptr;
  bool may_be_empty = false;
};

// Returns all entries, by name.
absl::Span<const FlagEntry> FlagEntries();

// Returns the entry of that name, or null.
const FlagEntry* FindFlagEntry(absl::string_view name);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_FLAG_TABLE_H_
