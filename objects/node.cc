#include "objects/node.h"

#include "absl/strings/str_cat.h"
#include "objects/internal/shown.h"

namespace gatehouse::objects {

absl::string_view Node::text() const {
  if (is(NodeKind::kList) || is(NodeKind::kMap)) return absl::string_view();
  return absl::string_view(static_cast<const char*>(data_), size_);
}

absl::Span<const Node> Node::items() const {
  if (!is(NodeKind::kList)) return {};
  return absl::MakeConstSpan(static_cast<const Node*>(data_), size_);
}

absl::Span<const MapEntry> Node::entries() const {
  if (!is(NodeKind::kMap)) return {};
  return absl::MakeConstSpan(static_cast<const MapEntry*>(data_), size_);
}

const Node* Node::Find(absl::string_view key) const {
  for (const MapEntry& entry : entries()) {
    if (entry.key.text() == key) return &entry.value;
  }
  return nullptr;
}

std::string Place(absl::string_view file, const Node& node) {
  return absl::StrCat(internal::Shown(file), ":", node.line(), ":",
                      node.column());
}

}  // namespace gatehouse::objects
