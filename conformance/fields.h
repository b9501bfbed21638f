// Strict reading of the JSON objects in a file of cases.
#ifndef GATEHOUSE_CONFORMANCE_FIELDS_H_
#define GATEHOUSE_CONFORMANCE_FIELDS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "google/protobuf/map.h"
#include "google/protobuf/message.h"
#include "objects/node.h"

namespace gatehouse::conformance {

// Problems collects what is wrong with a case, one line each.
using Problems = std::vector<std::string>;

// Fields reads one JSON object. A value of the wrong type is a problem, and so
// is, once the Fields go out of scope, every key that nobody asked for: a case
// that says more than the runner understands must not pass.
//
// Null is as good as absent. Borrows the node and the problems, which must
// outlive it. For one thread.
class Fields {
 public:
  // `path` is the object's place in the case, such as "input.request". A null
  // `node` reads as an object without keys.
  Fields(const objects::Node* node, std::string path, Problems* problems);
  ~Fields();
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  // Returns true if the key is there and not null. Does not count as asking.
  bool Has(absl::string_view key) const;
  // The same, also for a null.
  bool Names(absl::string_view key) const;

  // Return the value; the default if there is none or on a problem.
  std::string Text(absl::string_view key);
  absl::optional<std::string> OptionalText(absl::string_view key);
  bool Bool(absl::string_view key, bool default_value = false);
  int Number(absl::string_view key);
  std::vector<std::string> Texts(absl::string_view key);
  absl::Span<const objects::Node> List(absl::string_view key);

  // Adds the entries of an object of strings to `map`.
  void StringMap(absl::string_view key,
                 google::protobuf::Map<std::string, std::string>* map);

  // Returns the object at `key`, to be read in its turn.
  Fields Object(absl::string_view key);

  // Decodes a message as a manifest is decoded, unknown fields being problems.
  template <typename T>
  T Message(absl::string_view key) {
    T message;
    if (const objects::Node* node = Take(key)) Decode(*node, key, &message);
    return message;
  }
  template <typename T>
  std::vector<T> Messages(absl::string_view key) {
    std::vector<T> messages;
    for (const objects::Node& node : List(key)) {
      messages.emplace_back();
      Decode(node, key, &messages.back());
    }
    return messages;
  }

  // Returns the value, counted as asked for; null if absent or null.
  const objects::Node* Take(absl::string_view key);
  // Returns the keys in the order of the text, all counted as asked for.
  absl::Span<const objects::MapEntry> TakeAll();

  // Returns the path of a key, such as "input.request.verb".
  std::string PathOf(absl::string_view key) const;
  void Problem(absl::string_view key, absl::string_view what);
  Problems* problems() { return problems_; }

 private:
  const objects::Node* TakeKind(absl::string_view key, objects::NodeKind kind,
                                absl::string_view want);
  void Decode(const objects::Node& node, absl::string_view key,
              google::protobuf::Message* message);

  const objects::Node* node_;
  const std::string path_;
  Problems* const problems_;
  absl::flat_hash_set<std::string> taken_;
};

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_FIELDS_H_
