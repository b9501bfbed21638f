// JSON read strictly, in one pass and in place.
#ifndef GATEHOUSE_AUTHN_JOSE_INTERNAL_STRICT_JSON_H_
#define GATEHOUSE_AUTHN_JOSE_INTERNAL_STRICT_JSON_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn::internal {

enum class JsonKind : uint8_t {
  kNull,
  kBool,
  kNumber,
  kString,
  kList,
  kObject,
};

// The ceilings on one text. An object with nothing nested has depth 1.
struct JsonCeilings {
  int max_depth = 8;
  // Of all objects together.
  size_t max_members = 64;
  // Of all kinds, the outermost object too.
  size_t max_values = 8192;
};

// JsonValue is one value of a tree that lies flat, in the order of the text: a
// list or object, then all that is in it. From a value, the first in it is the
// next, and the next beside it is `span` further. Small on purpose: see
// JsonTree.
struct JsonValue {
  JsonValue() : span(1), kind(JsonKind::kNull) {}

  // Of a member; "" for elements of lists.
  absl::string_view name() const { return {name_data, name_size}; }
  void set_name(absl::string_view name) {
    name_data = name.data();
    name_size = static_cast<uint32_t>(name.size());
  }
  bool IsNamed(absl::string_view other) const;

  // A string's characters, unescaped; a number, true or false as written.
  absl::string_view text() const { return {text_data, text_size}; }
  void set_text(absl::string_view text) {
    text_data = text.data();
    text_size = static_cast<uint32_t>(text.size());
  }

  const char* name_data = nullptr;
  const char* text_data = nullptr;
  uint32_t name_size = 0;
  uint32_t text_size = 0;
  uint32_t size = 0;   // Elements or members.
  uint32_t span : 29;  // Values, from this to the last in it.
  JsonKind kind : 3;
};
static_assert(sizeof(JsonValue) <= 32, "a tree is to fit into a small block");

// Returns whether two names are the same. Those that are compared often begin
// or end alike and are of one length, as the registered claims are: nothing is
// called for most that differ.
inline bool IsSameName(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  return a.empty() ||
         (a.front() == b.front() && a.back() == b.back() && a == b);
}

inline bool JsonValue::IsNamed(absl::string_view other) const {
  return IsSameName(name(), other);
}

// As many as a token of Kubernetes has, with some more, need no allocation; no
// more than malloc hands out from what the thread has at hand (1,032 bytes).
using JsonTree = absl::InlinedVector<JsonValue, 30>;

// Reads `text`, which must be one object of RFC 8259 and nothing else but white
// space around it, into `*tree`, which must be empty. `text` is written over:
// strings are unescaped where they stand, and the tree points into it. Refuses
// a name twice in one object at any depth, UTF-8 and surrogates that are not
// valid, U+0000 in any form, and texts of 512 MiB and more. Returns the first
// thing that is wrong; then the tree is rubbish.
JoseError ReadJsonObject(absl::Span<char> text, const JsonCeilings& ceilings,
                         JsonTree* tree);

// Told of a member of the outermost object, as in JsonValue.
using OnMember = absl::FunctionRef<void(absl::string_view name, JsonKind kind,
                                        absl::string_view text)>;

// Reads `text` as ReadJsonObject does. If nothing is wrong with it, tells
// `on_member` of each member in turn.
JoseError ScanJsonObject(absl::Span<char> text, const JsonCeilings& ceilings,
                         OnMember on_member);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_JOSE_INTERNAL_STRICT_JSON_H_
