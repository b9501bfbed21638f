// Parsed JSON and YAML: an immutable tree that knows where everything stood.
#ifndef GATEHOUSE_OBJECTS_NODE_H_
#define GATEHOUSE_OBJECTS_NODE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/arena.h"

namespace gatehouse::objects {

namespace internal {
class TreeBuilder;
}  // namespace internal

// Limits are the ceilings on one input. Over any of them: Reason::kTooLarge.
struct Limits {
  // Bytes of one file or text.
  size_t max_bytes = size_t{256} << 20;
  // Lists and maps inside each other; a scalar alone has depth 0.
  int max_depth = 64;
  // Values in one document, with every YAML alias counted as if its anchor's
  // content stood there.
  size_t max_nodes = 32'000'000;
  // Values that aliases and merge keys may add to one document. A document
  // with more is refused once they are also over ten times what is written.
  size_t max_alias_nodes = 10'000;
};

// NodeKind is the kind of a JSON value.
enum class NodeKind : uint8_t { kNull, kBool, kNumber, kString, kList, kMap };

struct MapEntry;

// Node is one value. It belongs to a Document and must not outlive it; copying
// one copies a handle. Any thread may read it.
class Node {
 public:
  Node() = default;

  NodeKind kind() const { return static_cast<NodeKind>(kind_); }
  bool is(NodeKind kind) const { return this->kind() == kind; }

  // Returns a scalar's value: a string's characters, a number as JSON writes
  // it, "true" or "false"; "" for null, lists and maps. Always valid UTF-8.
  absl::string_view text() const;

  // Returns where the value starts: lines and characters, both from 1.
  int line() const { return static_cast<int>(line_); }
  int column() const { return static_cast<int>(column_); }

  // Returns a list's elements; empty for anything else.
  absl::Span<const Node> items() const;

  // Returns a map's entries in the order of the text; empty for anything else.
  // No two have the same key.
  absl::Span<const MapEntry> entries() const;

  // Returns the value of `key`, or null if this is no map or has no such key.
  // Takes time linear in the number of entries.
  const Node* Find(absl::string_view key) const;

 private:
  friend class internal::TreeBuilder;

  // Characters, Node[] or MapEntry[], by kind; size_ counts them.
  const void* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t line_ = 0;
  uint32_t column_ = 0;
  uint8_t kind_ = 0;
};

// MapEntry is one key, always of kind kString, and its value.
struct MapEntry {
  Node key;
  Node value;
};

// Document owns one parsed value. Movable; nodes stay valid when it is moved.
class Document {
 public:
  Document() = default;

  // Returns the value; a null if the document is empty or default-made.
  const Node& root() const { return root_; }

 private:
  friend class internal::TreeBuilder;

  std::unique_ptr<google::protobuf::Arena> arena_;
  Node root_;
};

// Returns "file:line:column" of a node; the form of every place in this room.
// A file name with characters that do not show as themselves is quoted.
std::string Place(absl::string_view file, const Node& node);

// Parses `text`, which must be one JSON value by RFC 8259 and nothing else
// around it but white space. `file` is the name to show in errors.
//
// Errors are "file:line:column: text" with kMalformed (not JSON, or not
// UTF-8), kDuplicate (a key twice in one object) or kTooLarge.
absl::StatusOr<Document> ParseJson(absl::string_view text,
                                   absl::string_view file,
                                   const Limits& limits = Limits());

// DocumentReader reads the documents of one text, one after the other. For
// one thread at a time.
class DocumentReader {
 public:
  virtual ~DocumentReader() = default;

  // Stores the next document in `*document`. Returns false at the end of the
  // text. After an error, and after the end, the reader is used up: it returns
  // false.
  virtual absl::StatusOr<bool> Next(Document* document) = 0;
};

// Told how many bytes of the text have been read so far; called often.
using ReadProgress = std::function<void(size_t bytes)>;

// Returns a reader of JSON values that stand one after another with nothing
// but white space between them: one value, JSON lines, or what several
// commands printed. `text` must outlive it. Errors as for ParseJson.
std::unique_ptr<DocumentReader> NewJsonReader(absl::string_view text,
                                              absl::string_view file,
                                              const Limits& limits = Limits(),
                                              ReadProgress progress = nullptr);

// Returns a reader of a stream of YAML documents. `text` must outlive it.
//
// Plain scalars mean what they mean to kubectl (YAML 1.1 as sigs.k8s.io/yaml
// reads it): yes, on and y are true, 0x1F and 017 are integers, ~ and nothing
// are null; dates stay strings. Quoted scalars are strings. A key that is a
// number or a boolean becomes its JSON text. Anchors, aliases and merge keys
// are followed within the limits. Tags other than those of JSON's types, and
// numbers that JSON has not (.inf, .nan), are errors.
//
// Errors as for ParseJson.
std::unique_ptr<DocumentReader> NewYamlReader(absl::string_view text,
                                              absl::string_view file,
                                              const Limits& limits = Limits(),
                                              ReadProgress progress = nullptr);

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_NODE_H_
