#include "base/internal/path_walk.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace gatehouse::internal {
namespace {

constexpr int kMaxSymlinks = 40;  // As Linux.

// Puts the components of `path` before those that are left.
void Prepend(absl::string_view path, std::deque<std::string>* left) {
  const std::vector<std::string> components =
      absl::StrSplit(path, '/', absl::SkipEmpty());
  left->insert(left->begin(), components.begin(), components.end());
}

std::string Join(const std::string& directory, const std::string& name) {
  return absl::StrCat(directory, directory == "/" ? "" : "/", name);
}

// Returns the parent of a directory; the root is its own.
std::string ParentOf(const std::string& directory) {
  const size_t slash = directory.rfind('/');
  return slash == 0 ? "/" : directory.substr(0, slash);
}

}  // namespace

void WalkPath(const std::string& path, EntriesByDirectory* entries) {
  std::deque<std::string> left;
  Prepend(path, &left);
  std::string directory = "/";
  int symlinks = 0;
  while (!left.empty()) {
    const std::string name = left.front();
    left.pop_front();
    if (name == ".") continue;
    if (name == "..") {
      directory = ParentOf(directory);
      continue;
    }
    Entries& here = (*entries)[directory];
    here.names.insert(name);
    const std::string child = Join(directory, name);
    struct stat info = {};
    const bool exists = ::lstat(child.c_str(), &info) == 0;
    if (exists && S_ISLNK(info.st_mode)) {
      char target[PATH_MAX];
      const ssize_t size = ::readlink(child.c_str(), target, sizeof(target));
      if (size <= 0 || ++symlinks > kMaxSymlinks) return;
      const absl::string_view view(target, static_cast<size_t>(size));
      if (view[0] == '/') directory = "/";
      Prepend(view, &left);
      continue;
    }
    if (left.empty()) here.files.insert(name);
    if (!exists || !S_ISDIR(info.st_mode)) return;
    directory = child;
  }
}

}  // namespace gatehouse::internal
