// An Authentication in a few bytes.
#ifndef GATEHOUSE_AUTHN_TOKEN_INTERNAL_PACKED_AUTHENTICATION_H_
#define GATEHOUSE_AUTHN_TOKEN_INTERNAL_PACKED_AUTHENTICATION_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "authn/authenticator.h"

namespace gatehouse::authn::internal {

// Packs who was authenticated, and the notes about it, into bytes for this
// process alone: the form is no interchange format and may change. Names that
// Kubernetes gives to groups and extra values, UUIDs, and texts that stood
// there before take few bytes; an Authentication as an object takes eight times
// as many. `not_after` is kept to the nanosecond.
std::string Pack(const Authentication& authentication, const Notes& notes);

// Unpacked is what was packed.
struct Unpacked {
  std::shared_ptr<const Authentication> authentication;
  std::shared_ptr<const Notes> notes;  // Null if there are none.
};

// Unpacks what Pack returned.
Unpacked Unpack(absl::string_view packed);

// PackedBytes owns bytes in one allocation without slack; eight bytes itself.
// Movable.
class PackedBytes {
 public:
  PackedBytes() = default;
  explicit PackedBytes(absl::string_view bytes);

  absl::string_view view() const;

 private:
  std::unique_ptr<char[]> bytes_;  // Their number first.
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_TOKEN_INTERNAL_PACKED_AUTHENTICATION_H_
