// Manifests: files of Kubernetes objects, as kubectl reads and prints them.
#ifndef GATEHOUSE_OBJECTS_MANIFEST_H_
#define GATEHOUSE_OBJECTS_MANIFEST_H_

#include <cstddef>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "objects/codec.h"
#include "objects/node.h"
#include "objects/object.h"

namespace gatehouse::objects {

struct LoadOptions {
  // What becomes of unknown fields.
  FieldValidation field_validation = FieldValidation::kWarn;
  // Ceilings on each file.
  Limits limits;
  // What the path "-" reads; not owned. Null makes "-" an error.
  std::istream* stdin_stream = nullptr;
  // Called at most once per megabyte read, and at the end, with the bytes read
  // of all files and their total size ("-" counts once it has been read).
  std::function<void(size_t bytes_done, size_t bytes_total)> progress;
};

struct LoadResult {
  // In the order of paths, files and text. Object::source is where each
  // starts.
  std::vector<Object> objects;
  // One line each: unknown fields, and kinds that are not known here.
  std::vector<std::string> warnings;
};

// Loads the objects of `paths`. A path is a file, a directory, or "-" for
// options.stdin_stream. Of a directory, the files named *.yaml, *.yml, *.json
// and *.jsonl are read, in it and below it, in the order of their names; names
// that start with a dot are passed over.
//
// A file holds YAML documents, or JSON values one after another (JSON lines
// among them); what starts with { or [ is taken for JSON, and for YAML if it
// is no JSON and the file is not named *.json or *.jsonl. A List, or a
// FooList, stands for its items; items without apiVersion and kind have those
// of the list, and a list without items is empty. Empty documents are nothing.
// Objects of a kind that is not known here are passed over, with one warning
// for each kind in a file.
//
// Errors, each with its place: what NewYamlReader, NewJsonReader and
// DecodeObject refuse; an object without apiVersion or kind (kInvalid); two
// objects of one kind, namespace (where the kind has one) and name (kDuplicate,
// naming both places); under kStrict, an object of RBAC's group whose kind or
// version is not known (kUnsupported), since the answers would miss its rules;
// a path that is not there (kNotFound) or cannot be read. On error nothing is
// loaded.
//
// Takes time linear in the size of the input. Blocks; any thread may call it.
absl::StatusOr<LoadResult> LoadManifests(absl::Span<const std::string> paths,
                                         const LoadOptions& options);

// As LoadManifests, for one text in memory; `file` is its name in errors and
// sources, and its ending counts as above.
absl::StatusOr<LoadResult> LoadManifestText(absl::string_view text,
                                            absl::string_view file,
                                            const LoadOptions& options);

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_MANIFEST_H_
