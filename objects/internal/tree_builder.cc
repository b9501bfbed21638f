#include "objects/internal/tree_builder.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/go_quote.h"
#include "objects/internal/shown.h"

namespace gatehouse::objects::internal {
namespace {

// No JSON kind: a node of the stack that stands for the key "<<".
constexpr uint8_t kMergeKind = 15;
// Documents over the ceiling on aliases may still have this many alias values
// for each that is written.
constexpr size_t kAliasRatio = 10;
// Longer keys are hardly ever repeated, and few are in so few values.
constexpr size_t kMaxSharedKey = 64;
constexpr size_t kSharingPays = 128;
// Up to here comparing each with each is faster than hashing.
constexpr size_t kFewKeys = 12;
// Room from the start for what a small text has of each, so that reading one
// does not grow tables step by step.
constexpr size_t kUsualFrames = 8;
constexpr size_t kUsualNodes = 32;

google::protobuf::ArenaOptions BlockSizes() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = 4 << 10;
  options.max_block_size = 1 << 20;
  return options;
}

template <typename T>
const T* CopyToArena(const T* first, size_t count,
                     google::protobuf::Arena* arena) {
  static_assert(std::is_trivially_copyable<T>::value && alignof(T) <= 8,
                "the arena gives plain memory, aligned to 8");
  char* copy =
      google::protobuf::Arena::CreateArray<char>(arena, count * sizeof(T));
  std::memcpy(copy, static_cast<const void*>(first), count * sizeof(T));
  return reinterpret_cast<const T*>(copy);
}

}  // namespace

absl::Status ErrorAt(absl::string_view file, Position position, Reason reason,
                     absl::string_view text) {
  const absl::StatusCode code = reason == Reason::kTooLarge
                                    ? absl::StatusCode::kResourceExhausted
                                    : absl::StatusCode::kInvalidArgument;
  return MakeError(code, reason,
                   absl::StrCat(Shown(file), ":", position.line, ":",
                                position.column, ": ", text));
}

absl::Status CheckSize(absl::string_view text, absl::string_view file,
                       const Limits& limits) {
  // Offsets inside the parsers have 32 bits.
  const size_t ceiling = std::min<size_t>(limits.max_bytes, UINT32_MAX - 64);
  if (text.size() <= ceiling) return absl::OkStatus();
  return ErrorAt(
      file, Position{}, Reason::kTooLarge,
      absl::StrCat(text.size(), " bytes, more than the limit of ", ceiling));
}

TreeBuilder::TreeBuilder(absl::string_view file, const Limits& limits)
    : file_(file), limits_(limits) {
  frames_.reserve(kUsualFrames);
  children_.reserve(kUsualNodes);
  entries_.reserve(kFewKeys);
}

void TreeBuilder::Reset() {
  frames_.clear();
  children_.clear();
  keys_.clear();
  anchors_.clear();
  written_ = aliased_ = 0;
  root_ = Node();
  arena_.reset();
}

google::protobuf::Arena* TreeBuilder::arena() {
  if (arena_ == nullptr) {
    arena_ = std::make_unique<google::protobuf::Arena>(BlockSizes());
  }
  return arena_.get();
}

Document TreeBuilder::Finish() {
  Document document;
  document.arena_ = std::move(arena_);
  document.root_ = root_;
  Reset();
  return document;
}

Position TreeBuilder::PositionOf(const Node& node) {
  return {node.line_, node.column_};
}

absl::Status TreeBuilder::Error(Position position, Reason reason,
                                absl::string_view text) const {
  return ErrorAt(file_, position, reason, text);
}

absl::string_view TreeBuilder::Store(absl::string_view text) {
  if (text.empty()) return absl::string_view();
  return absl::string_view(CopyToArena(text.data(), text.size(), arena()),
                           text.size());
}

Node TreeBuilder::MakeNode(NodeKind kind, absl::string_view text,
                           Position position) {
  Node node;
  node.data_ = text.data();
  node.size_ = static_cast<uint32_t>(text.size());
  node.line_ = position.line;
  node.column_ = position.column;
  node.kind_ = static_cast<uint8_t>(kind);
  return node;
}

bool TreeBuilder::KeyIsDue() const {
  return !frames_.empty() && frames_.back().node.is(NodeKind::kMap) &&
         (children_.size() - frames_.back().first_child) % 2 == 0;
}

absl::Status TreeBuilder::Count(size_t written, size_t aliased,
                                Position position) {
  written_ += written;
  aliased_ += aliased;
  if (written_ + aliased_ > limits_.max_nodes) {
    return Error(position, Reason::kTooLarge,
                 absl::StrCat("more than ", limits_.max_nodes,
                              " values in one document"));
  }
  if (aliased_ > limits_.max_alias_nodes && aliased_ / kAliasRatio > written_) {
    return Error(position, Reason::kTooLarge,
                 "aliases make the document many times its size");
  }
  return absl::OkStatus();
}

absl::Status TreeBuilder::Open(NodeKind kind, Position position,
                               absl::string_view anchor) {
  if (KeyIsDue()) {
    return Error(position, Reason::kMalformed,
                 "a key must be a string, not a list or a map");
  }
  if (static_cast<int>(frames_.size()) >= limits_.max_depth) {
    return Error(
        position, Reason::kTooLarge,
        absl::StrCat("lists and maps nested deeper than ", limits_.max_depth));
  }
  // From here on the name means this node, which is not complete: a value
  // cannot contain itself.
  if (!anchor.empty()) anchors_.erase(anchor);
  Frame frame;
  frame.node = MakeNode(kind, absl::string_view(), position);
  frame.first_child = children_.size();
  frame.anchor = std::string(anchor);
  frames_.push_back(std::move(frame));
  return Count(1, 0, position);
}

absl::Status TreeBuilder::Scalar(NodeKind kind, absl::string_view text,
                                 Position position, absl::string_view anchor) {
  absl::Status status = Count(1, 0, position);
  if (!status.ok()) return status;
  if (KeyIsDue()) {
    if (!anchor.empty()) {
      anchors_[anchor] = {MakeNode(kind, Store(text), position)};
    }
    return AddKey(MakeNode(kind, text, position));
  }
  const Sized value{MakeNode(kind, Store(text), position)};
  if (!anchor.empty()) anchors_[anchor] = value;
  return Add(value);
}

absl::Status TreeBuilder::AddKey(Node node) {
  if (node.is(NodeKind::kNull)) {
    return Error(PositionOf(node), Reason::kMalformed,
                 "a key must be a string, not null");
  }
  const absl::string_view text = node.text();
  absl::string_view stored;
  if (text.size() > kMaxSharedKey || written_ < kSharingPays) {
    stored = Store(text);
  } else {
    auto it = keys_.find(text);
    if (it == keys_.end()) it = keys_.insert(Store(text)).first;
    stored = *it;
  }
  children_.push_back(MakeNode(NodeKind::kString, stored, PositionOf(node)));
  return absl::OkStatus();
}

absl::Status TreeBuilder::MergeKey(Position position) {
  Node node = MakeNode(NodeKind::kNull, absl::string_view(), position);
  node.kind_ = kMergeKind;
  children_.push_back(node);
  return Count(1, 0, position);
}

absl::Status TreeBuilder::Alias(absl::string_view anchor, Position position) {
  const auto it = anchors_.find(anchor);
  if (it == anchors_.end()) {
    return Error(position, Reason::kMalformed,
                 absl::StrCat("alias *", Shown(anchor),
                              " names nothing that is complete before it"));
  }
  Sized value = it->second;
  absl::Status status = Count(0, value.size, position);
  if (!status.ok()) return status;
  if (static_cast<int>(frames_.size()) + value.height > limits_.max_depth) {
    return Error(
        position, Reason::kTooLarge,
        absl::StrCat("lists and maps nested deeper than ", limits_.max_depth));
  }
  value.node.line_ = position.line;
  value.node.column_ = position.column;
  if (!KeyIsDue()) return Add(value);
  if (value.height > 0) {
    return Error(position, Reason::kMalformed,
                 "a key must be a string, not a list or a map");
  }
  return AddKey(value.node);
}

absl::Status TreeBuilder::Add(const Sized& value) {
  if (frames_.empty()) {
    root_ = value.node;
    return absl::OkStatus();
  }
  children_.push_back(value.node);
  Frame& frame = frames_.back();
  frame.size += value.size;
  frame.height = std::max(frame.height, value.height);
  return absl::OkStatus();
}

absl::Status TreeBuilder::Close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  absl::Status status =
      frame.node.is(NodeKind::kMap) ? CloseMap(frame) : CloseList(frame);
  if (!status.ok()) return status;
  children_.resize(frame.first_child);
  const Sized value{frame.node, frame.size, frame.height + 1};
  if (!frame.anchor.empty()) anchors_[frame.anchor] = value;
  return Add(value);
}

absl::Status TreeBuilder::CloseList(Frame& frame) {
  const size_t size = children_.size() - frame.first_child;
  if (size == 0) return absl::OkStatus();
  frame.node.data_ = CopyToArena(&children_[frame.first_child], size, arena());
  frame.node.size_ = static_cast<uint32_t>(size);
  return absl::OkStatus();
}

absl::Status TreeBuilder::CloseMap(Frame& frame) {
  entries_.clear();
  std::vector<MapEntry> merges;
  for (size_t i = frame.first_child; i + 1 < children_.size(); i += 2) {
    const MapEntry entry{children_[i], children_[i + 1]};
    if (entry.key.kind_ == kMergeKind) {
      merges.push_back(entry);
    } else {
      entries_.push_back(entry);
    }
  }
  absl::Status status = CheckDuplicates(entries_);
  if (!status.ok()) return status;
  if (merges.size() > 1) {
    return Error(PositionOf(merges[1].key), Reason::kDuplicate,
                 "duplicate key \"<<\"");
  }
  for (const MapEntry& merge : merges) {
    status = Merge(merge.value, PositionOf(merge.key), &entries_);
    if (!status.ok()) return status;
  }
  if (entries_.empty()) return absl::OkStatus();
  frame.node.data_ = CopyToArena(entries_.data(), entries_.size(), arena());
  frame.node.size_ = static_cast<uint32_t>(entries_.size());
  return absl::OkStatus();
}

absl::Status TreeBuilder::CheckDuplicates(
    const std::vector<MapEntry>& entries) {
  const auto error = [this](const Node& key, const Node& first) {
    return Error(
        PositionOf(key), Reason::kDuplicate,
        absl::StrCat("duplicate key ", GoQuote(key.text()), ", first at ",
                     first.line(), ":", first.column()));
  };
  if (entries.size() <= kFewKeys) {
    for (size_t i = 1; i < entries.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (entries[i].key.text() == entries[j].key.text()) {
          return error(entries[i].key, entries[j].key);
        }
      }
    }
    return absl::OkStatus();
  }
  seen_keys_.clear();
  for (const MapEntry& entry : entries) {
    const auto [it, inserted] =
        seen_keys_.try_emplace(entry.key.text(), &entry.key);
    if (!inserted) return error(entry.key, *it->second);
  }
  return absl::OkStatus();
}

// What the map says itself goes before what is merged in; of several merged
// maps the first that has a key (YAML's merge key type).
absl::Status TreeBuilder::Merge(const Node& source, Position position,
                                std::vector<MapEntry>* entries) {
  std::vector<const Node*> maps;
  if (source.is(NodeKind::kList)) {
    for (const Node& item : source.items()) maps.push_back(&item);
  } else {
    maps.push_back(&source);
  }
  absl::flat_hash_set<absl::string_view> present;
  for (const MapEntry& entry : *entries) present.insert(entry.key.text());
  for (const Node* map : maps) {
    if (!map->is(NodeKind::kMap)) {
      return Error(position, Reason::kMalformed,
                   "the value of << must be a map or a list of maps");
    }
    absl::Status status = Count(0, map->entries().size(), position);
    if (!status.ok()) return status;
    for (const MapEntry& entry : map->entries()) {
      if (present.insert(entry.key.text()).second) entries->push_back(entry);
    }
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::objects::internal
