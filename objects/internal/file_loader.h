// Loads the objects of one manifest.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_FILE_LOADER_H_
#define GATEHOUSE_OBJECTS_INTERNAL_FILE_LOADER_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "objects/codec.h"
#include "objects/manifest.h"
#include "objects/node.h"

namespace gatehouse::objects::internal {

// Whether the name ends as manifests' names do.
bool IsManifestName(absl::string_view file);

// FileLoader gathers the objects of one file, before they are held against the
// other files'. Load, then Take, once each; for one thread at a time.
class FileLoader {
 public:
  // Of `options` the field validation and the limits are taken.
  FileLoader(absl::string_view file, const LoadOptions& options,
             ReadProgress progress);

  // Reads the file's text. Errors as for LoadManifests, save duplicates.
  absl::Status Load(absl::string_view text);

  // Returns what was loaded.
  LoadResult Take();

 private:
  // Names are a list's for its items that have none.
  struct Names {
    std::string api_version;
    std::string kind;
  };
  struct PassedOver {
    std::string place;
    size_t count = 0;
  };

  absl::Status Read(DocumentReader* reader);
  absl::Status Add(const Node& node, const Names& inherited);
  absl::Status AddItems(const Node& items, Names names);
  absl::Status AddUnknown(const Node& node, const Names& names);
  // Reads apiVersion and kind; those that are missing stay as they are.
  absl::Status ReadNames(const Node& node, Names* names) const;

  const std::string file_;
  const ReadProgress progress_;
  const Limits limits_;
  DecodeOptions decode_;
  LoadResult result_;
  // By apiVersion and kind.
  std::map<std::pair<std::string, std::string>, PassedOver> passed_over_;
};

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_FILE_LOADER_H_
