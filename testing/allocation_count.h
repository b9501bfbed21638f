// Counts what the calling thread allocates.
#ifndef GATEHOUSE_TESTING_ALLOCATION_COUNT_H_
#define GATEHOUSE_TESTING_ALLOCATION_COUNT_H_

#include <cstddef>

namespace gatehouse::testing {

// Returns how often the calling thread has called the global operator new, in
// any of its forms, since it began. Whoever links this gets that operator
// replaced (under a sanitizer, too: the malloc below it is the sanitizer's).
size_t AllocationCount();

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_ALLOCATION_COUNT_H_
