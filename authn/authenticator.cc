#include "authn/authenticator.h"

namespace gatehouse::authn {

const Authentication& Result::Nobody() {
  static const auto* const nobody = new Authentication();
  return *nobody;
}

}  // namespace gatehouse::authn
