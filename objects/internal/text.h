// Characters and their places in UTF-8 text.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_TEXT_H_
#define GATEHOUSE_OBJECTS_INTERNAL_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "objects/internal/tree_builder.h"

namespace gatehouse::objects::internal {

// Returns how many bytes of `text`, from its start, are whole characters of
// UTF-8: text.size() if all are.
size_t ValidUtf8Prefix(absl::string_view text);

// Returns `text` with each byte that is not UTF-8 replaced by U+FFFD, as Go's
// encoding/json writes it.
std::string ReplaceBadUtf8(absl::string_view text);

// PositionTracker turns offsets into lines and characters. Offsets must not
// go back; all calls together take time linear in the text.
class PositionTracker {
 public:
  explicit PositionTracker(absl::string_view text);

  // Returns the position of the byte at `offset`, which may be the end.
  Position At(size_t offset);

 private:
  absl::string_view text_;
  // Where the first line ends, or the first character that is not ASCII stands:
  // up to there an offset is a column. JSON of machines is often all of this.
  size_t plain_end_;
  size_t offset_;
  Position position_;  // Of offset_.
};

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_TEXT_H_
