// A list of numbers of which nearly all have one element.
#ifndef GATEHOUSE_RBAC_INTERNAL_ID_LIST_H_
#define GATEHOUSE_RBAC_INTERNAL_ID_LIST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace gatehouse::rbac::internal {

// IdList is an unordered list of ids in sixteen bytes, one of them without
// allocation. A large policy has some hundred thousand such lists.
class IdList {
 public:
  IdList() = default;
  IdList(const IdList& other) : size_(other.size_), one_(other.one_) {
    if (other.many_ == nullptr) return;
    many_ = std::make_unique<uint32_t[]>(other.one_);
    std::copy(other.begin(), other.end(), many_.get());
  }
  IdList(IdList&& other) noexcept
      : size_(std::exchange(other.size_, 0)),
        one_(other.one_),
        many_(std::move(other.many_)) {}
  IdList& operator=(IdList other) noexcept {
    size_ = other.size_;
    one_ = other.one_;
    many_ = std::move(other.many_);
    return *this;
  }

  const uint32_t* begin() const { return many_ ? many_.get() : &one_; }
  const uint32_t* end() const { return begin() + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint32_t back() const { return *(end() - 1); }

  void Add(uint32_t id) {
    if (many_ == nullptr && size_ == 0) {
      one_ = id;
    } else {
      if (many_ == nullptr || size_ == one_) Grow();
      many_[size_] = id;
    }
    ++size_;
  }

  // Removes `id` once, if it is there.
  void Remove(uint32_t id) {
    const uint32_t* found = std::find(begin(), end(), id);
    if (found == end()) return;
    --size_;
    if (many_ != nullptr) many_[found - begin()] = many_[size_];
  }

 private:
  void Grow() {
    // What fits into the blocks that an allocator hands out.
    const uint32_t capacity = many_ == nullptr ? 6 : 2 * one_ + 2;
    auto more = std::make_unique<uint32_t[]>(capacity);
    std::copy(begin(), end(), more.get());
    many_ = std::move(more);
    one_ = capacity;
  }

  uint32_t size_ = 0;
  uint32_t one_ = 0;                  // The element; or the room in many_.
  std::unique_ptr<uint32_t[]> many_;  // Once there were two.
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_ID_LIST_H_
