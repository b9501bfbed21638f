// A list of numbers of which nearly all have one element.
#ifndef GATEHOUSE_RBAC_INTERNAL_ID_LIST_H_
#define GATEHOUSE_RBAC_INTERNAL_ID_LIST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gatehouse::rbac::internal {

// IdList is an unordered list of ids in sixteen bytes, one of them without
// allocation. A large policy has some hundred thousand such lists.
class IdList {
 public:
  IdList() = default;
  IdList(const IdList& other)
      : size_(other.size_),
        one_(other.one_),
        many_(other.many_ == nullptr
                  ? nullptr
                  : std::make_unique<std::vector<uint32_t>>(*other.many_)) {}
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

  const uint32_t* begin() const {
    return many_ == nullptr ? &one_ : many_->data();
  }
  const uint32_t* end() const { return begin() + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint32_t back() const { return *(end() - 1); }

  void Add(uint32_t id) {
    if (size_ == 0 && many_ == nullptr) {
      one_ = id;
    } else {
      if (many_ == nullptr) {
        many_ = std::make_unique<std::vector<uint32_t>>(1, one_);
      }
      many_->push_back(id);
    }
    ++size_;
  }

  // Removes `id` once, if it is there.
  void Remove(uint32_t id) {
    const uint32_t* found = std::find(begin(), end(), id);
    if (found == end()) return;
    if (many_ != nullptr) {
      (*many_)[found - begin()] = many_->back();
      many_->pop_back();
    }
    --size_;
  }

 private:
  uint32_t size_ = 0;
  uint32_t one_ = 0;                             // While many_ is null.
  std::unique_ptr<std::vector<uint32_t>> many_;  // Once there were two.
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_ID_LIST_H_
