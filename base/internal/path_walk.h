// The directory entries that a path goes through.
#ifndef GATEHOUSE_BASE_INTERNAL_PATH_WALK_H_
#define GATEHOUSE_BASE_INTERNAL_PATH_WALK_H_

#include <map>
#include <set>
#include <string>

namespace gatehouse::internal {

// Entries are names in one directory that matter.
struct Entries {
  // A change of any of these entries, by which another file would be reached.
  std::set<std::string> names;
  // Those of them that are the files themselves: their content matters too.
  std::set<std::string> files;

  friend bool operator==(const Entries& a, const Entries& b) {
    return a.names == b.names && a.files == b.files;
  }
};

// By the directory's path, which is absolute and free of symlinks.
using EntriesByDirectory = std::map<std::string, Entries>;

// Adds the entries that the kernel goes through to find `path`, which must be
// absolute: every directory's, every symlink's and, if it gets there, the
// file's. Ends where something is missing, or after 40 symlinks.
void WalkPath(const std::string& path, EntriesByDirectory* entries);

}  // namespace gatehouse::internal

#endif  // GATEHOUSE_BASE_INTERNAL_PATH_WALK_H_
