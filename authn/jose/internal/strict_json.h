// A strict pass over the JSON of a header, without building a tree.
#ifndef GATEHOUSE_AUTHN_JOSE_INTERNAL_STRICT_JSON_H_
#define GATEHOUSE_AUTHN_JOSE_INTERNAL_STRICT_JSON_H_

#include <cstddef>
#include <cstdint>

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
  // Of all objects together. Names are compared each with each of their
  // object, so this bounds the work too.
  size_t max_members = 64;
};

// Told of each member of the outermost object. `value` is a string's
// characters, unescaped; "" for other kinds.
using OnMember = absl::FunctionRef<void(absl::string_view name, JsonKind kind,
                                        absl::string_view value)>;

// Reads `text`, which must be one object of RFC 8259 and nothing else but white
// space around it, and is written over: strings are unescaped where they
// stand, and the views given to `on_member` live as long as it does. Refuses a
// name twice in one object at any depth, UTF-8 and surrogates that are not
// valid, and U+0000 in any form. Returns the first thing that is wrong.
JoseError ScanJsonObject(absl::Span<char> text, const JsonCeilings& ceilings,
                         OnMember on_member);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_JOSE_INTERNAL_STRICT_JSON_H_
