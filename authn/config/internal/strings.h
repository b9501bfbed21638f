// Lists of protobuf as lists of C++.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_STRINGS_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_STRINGS_H_

#include <string>
#include <vector>

namespace gatehouse::authn::internal {

// Copies a repeated field of strings.
template <typename List>
std::vector<std::string> Strings(const List& list) {
  return {list.begin(), list.end()};
}

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_STRINGS_H_
