// Random UUIDs for names that nobody may foresee.
#ifndef GATEHOUSE_AUTHN_INTERNAL_UUID_H_
#define GATEHOUSE_AUTHN_INTERNAL_UUID_H_

#include <string>

namespace gatehouse::authn::internal {

// Returns a random UUID (RFC 9562 section 5.4) as text, of the randomness that
// keys are made of. Any thread may call it.
std::string RandomUuid();

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_INTERNAL_UUID_H_
