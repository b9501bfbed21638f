// A vector whose copies share what has not changed since.
#ifndef GATEHOUSE_RBAC_INTERNAL_PERSISTENT_VECTOR_H_
#define GATEHOUSE_RBAC_INTERNAL_PERSISTENT_VECTOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gatehouse::rbac::internal {

// PersistentVector is an array in chunks. A copy costs one pointer per chunk;
// writing to an element afterwards copies that element's chunk alone. The
// writer owns one vector and hands copies to snapshots; copies are only read.
//
// T is cheap to copy (numbers and shared pointers). Elements made by growth
// are T().
template <typename T>
class PersistentVector {
 public:
  static constexpr uint32_t kChunkBits = 8;
  static constexpr uint32_t kChunkSize = 1u << kChunkBits;

  uint32_t size() const { return size_; }

  // `i` is below size().
  const T& operator[](uint32_t i) const {
    return chunks_[i >> kChunkBits]->items[i & (kChunkSize - 1)];
  }

  // Returns element `i` to write to. The reference is good until the vector
  // is copied.
  T& Mutable(uint32_t i) {
    std::shared_ptr<Chunk>& chunk = chunks_[i >> kChunkBits];
    // Only this vector hands out copies, so a count of one cannot rise.
    if (chunk.use_count() > 1) chunk = std::make_shared<Chunk>(*chunk);
    return chunk->items[i & (kChunkSize - 1)];
  }

  // Appends T() and returns its index.
  uint32_t Grow() {
    if ((size_ & (kChunkSize - 1)) == 0) {
      chunks_.push_back(std::make_shared<Chunk>());
    }
    return size_++;
  }

 private:
  struct Chunk {
    T items[kChunkSize];
  };

  std::vector<std::shared_ptr<Chunk>> chunks_;
  uint32_t size_ = 0;
};

// A PersistentVector with a free list beside it: hands out numbers and takes
// them back, so that churn does not grow the vector. The writer's alone.
class IdPool {
 public:
  // Returns a free number; grows `vector` if there is none.
  template <typename T>
  uint32_t Take(PersistentVector<T>& vector) {
    if (free_.empty()) return vector.Grow();
    const uint32_t id = free_.back();
    free_.pop_back();
    return id;
  }

  // Empties element `id` and takes the number back.
  template <typename T>
  void Free(PersistentVector<T>& vector, uint32_t id) {
    T empty{};
    std::swap(vector.Mutable(id), empty);
    free_.push_back(id);
  }

 private:
  std::vector<uint32_t> free_;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_PERSISTENT_VECTOR_H_
