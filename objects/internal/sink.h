// Writers of JSON and YAML, fed one event after another.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_SINK_H_
#define GATEHOUSE_OBJECTS_INTERNAL_SINK_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "objects/node.h"

namespace gatehouse::objects::internal {

// Sink takes one value as events: in a map, each value comes after its Key.
// For one thread at a time.
class Sink {
 public:
  virtual ~Sink() = default;

  virtual void Open(NodeKind kind) = 0;   // kList or kMap.
  virtual void Close(NodeKind kind) = 0;  // As it was opened.
  virtual void Key(absl::string_view text) = 0;
  virtual void String(absl::string_view text) = 0;
  // A number, "true", "false" or "null".
  virtual void Word(absl::string_view text) = 0;
  // Ends the output; to be called once, after the value.
  virtual void Finish() = 0;
};

// Returns a writer that appends to `*out`, which must outlive it. `indent` is
// the spaces per level; 0 writes one line without spaces.
std::unique_ptr<Sink> NewJsonSink(int indent, std::string* out);

// Returns a writer of one YAML document in block style.
std::unique_ptr<Sink> NewYamlSink(std::string* out);

// Feeds a parsed value, map keys in sorted order.
void Write(const Node& node, Sink* sink);

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_SINK_H_
