#include "authz/authorizer.h"

namespace gatehouse::authz {

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDeny:
      return "Deny";
    case Outcome::kAllow:
      return "Allow";
    case Outcome::kNoOpinion:
      return "NoOpinion";
  }
  return "Deny";
}

}  // namespace gatehouse::authz
