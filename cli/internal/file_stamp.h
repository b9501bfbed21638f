// Noticing that a file is another than before.
#ifndef GATEHOUSE_CLI_INTERNAL_FILE_STAMP_H_
#define GATEHOUSE_CLI_INTERNAL_FILE_STAMP_H_

#include <string>

namespace gatehouse::cli {

// Returns what changes when a file is written to or replaced, through symlinks,
// or who may read it; a text of its own if it cannot be looked at. Take it
// before the file is read: what changes in between is then noticed next time.
std::string FileStamp(const std::string& path);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_FILE_STAMP_H_
