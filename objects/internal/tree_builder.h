// Builds a Document from the events of a parser.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_TREE_BUILDER_H_
#define GATEHOUSE_OBJECTS_INTERNAL_TREE_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "objects/node.h"

namespace gatehouse::objects::internal {

// Position is a place in a text: line and character, both from 1.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
};

// Returns the error "file:line:column: text".
absl::Status ErrorAt(absl::string_view file, Position position, Reason reason,
                     absl::string_view text);

// Returns the error for a text over limits.max_bytes, OK if it is not.
absl::Status CheckSize(absl::string_view text, absl::string_view file,
                       const Limits& limits);

// TreeBuilder turns open, close and scalar events into nodes. It keeps the
// limits, refuses duplicate keys, and resolves anchors and merge keys. After
// an error it may only be destroyed or reset. For one thread at a time.
//
// Children are gathered on a stack and copied into the arena when their parent
// closes, so that every list and map is one array. An alias copies the handle
// of what it names: expansion costs nothing until somebody walks the tree, and
// is counted here against the limits because somebody will.
class TreeBuilder {
 public:
  // `file` and `limits` must outlive the builder.
  TreeBuilder(absl::string_view file, const Limits& limits);

  // Starts a new document; drops what was not finished.
  void Reset();

  // Opens a list or a map. `anchor` is its name, "" for none.
  absl::Status Open(NodeKind kind, Position position,
                    absl::string_view anchor = "");

  // Closes what was opened last.
  absl::Status Close();

  // Adds a scalar; where a key is due, it becomes one.
  absl::Status Scalar(NodeKind kind, absl::string_view text, Position position,
                      absl::string_view anchor = "");

  // Adds the key "<<", whose value is merged into the map around it.
  absl::Status MergeKey(Position position);

  // Adds a copy of what stands at `anchor`.
  absl::Status Alias(absl::string_view anchor, Position position);

  // Whether the next event stands where a key is due.
  bool KeyIsDue() const;

  // Whether lists or maps are open.
  bool IsOpen() const { return !frames_.empty(); }

  // Returns the document, null if nothing was added. All must be closed.
  Document Finish();

 private:
  // A value with what the limits need to know of it.
  struct Sized {
    Node node;
    size_t size = 1;  // Values in it, itself counted.
    int height = 0;   // Lists and maps inside each other.
  };
  struct Frame {
    Node node;
    size_t first_child;
    size_t size = 1;
    int height = 0;
    std::string anchor;
  };

  google::protobuf::Arena* arena();
  Node MakeNode(NodeKind kind, absl::string_view text, Position position);
  absl::string_view Store(absl::string_view text);
  absl::Status Add(const Sized& value);
  absl::Status AddKey(Node node);
  absl::Status Count(size_t written, size_t aliased, Position position);
  absl::Status CloseList(Frame& frame);
  absl::Status CloseMap(Frame& frame);
  absl::Status CheckDuplicates(const std::vector<MapEntry>& entries);
  absl::Status Merge(const Node& source, Position position,
                     std::vector<MapEntry>* entries);
  absl::Status Error(Position position, Reason reason,
                     absl::string_view text) const;
  static Position PositionOf(const Node& node);

  const absl::string_view file_;
  const Limits& limits_;

  std::unique_ptr<google::protobuf::Arena> arena_;  // Null until needed.
  std::vector<Frame> frames_;
  std::vector<Node> children_;  // Of open lists; of open maps by key, value.
  std::vector<MapEntry> entries_;
  absl::flat_hash_map<absl::string_view, const Node*> seen_keys_;
  // Keys repeat in every object of a long list; each is stored once there.
  absl::flat_hash_set<absl::string_view> keys_;
  absl::flat_hash_map<std::string, Sized> anchors_;
  size_t written_ = 0;
  size_t aliased_ = 0;
  Node root_;
};

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_TREE_BUILDER_H_
