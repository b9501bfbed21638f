#include "testing/allocation_count.h"

#include <cstdlib>
#include <new>

namespace {

// Of the calling thread.
thread_local size_t g_allocations = 0;

void* Allocate(size_t size) {
  ++g_allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* Allocate(size_t size, std::align_val_t alignment) {
  ++g_allocations;
  const size_t align = static_cast<size_t>(alignment);
  return std::aligned_alloc(align, (size + align) / align * align);
}

// A test that cannot allocate is at its end.
void* OrExit(void* memory) {
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(size_t n) { return OrExit(Allocate(n)); }
void* operator new[](size_t n) { return OrExit(Allocate(n)); }
void* operator new(size_t n, const std::nothrow_t&) noexcept {
  return Allocate(n);
}
void* operator new[](size_t n, const std::nothrow_t&) noexcept {
  return Allocate(n);
}
void* operator new(size_t n, std::align_val_t a) {
  return OrExit(Allocate(n, a));
}
void* operator new[](size_t n, std::align_val_t a) {
  return OrExit(Allocate(n, a));
}
void* operator new(size_t n, std::align_val_t a,
                   const std::nothrow_t&) noexcept {
  return Allocate(n, a);
}
void* operator new[](size_t n, std::align_val_t a,
                     const std::nothrow_t&) noexcept {
  return Allocate(n, a);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept {
  std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, size_t, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::align_val_t,
                     const std::nothrow_t&) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::align_val_t,
                       const std::nothrow_t&) noexcept {
  std::free(p);
}

namespace gatehouse::testing {

size_t AllocationCount() { return g_allocations; }

}  // namespace gatehouse::testing
