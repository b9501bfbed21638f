// What became of the files that a configuration names.
#ifndef GATEHOUSE_AUTHN_CONFIG_SOURCE_STATUS_H_
#define GATEHOUSE_AUTHN_CONFIG_SOURCE_STATUS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace gatehouse::authn {

// SourceStatus is what became of one source: the files of one flag, or of a few
// that belong together. A plain value.
struct SourceStatus {
  std::string name;                // Such as "client-ca-file".
  std::vector<std::string> files;  // That are watched.
  // How often something new was put in effect; 1 from the start.
  uint64_t generation = 0;
  absl::Time loaded_at = absl::InfinitePast();     // Of what is in effect.
  absl::Time attempted_at = absl::InfinitePast();  // Of the last attempt.
  // Why the last attempt failed, naming the file; OK if it did not. What was in
  // effect before still is.
  absl::Status last_error;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_CONFIG_SOURCE_STATUS_H_
