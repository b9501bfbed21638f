#include "authn/anonymous.h"

#include "base/user_info.h"

namespace gatehouse::authn {
namespace {

Authentication Anybody() {
  Authentication anybody;
  anybody.user.name = kAnonymousUser;
  anybody.user.groups = {kUnauthenticatedGroup};
  anybody.authenticator = "anonymous";
  return anybody;
}

}  // namespace

AnonymousAuthenticator::AnonymousAuthenticator(std::vector<std::string> paths)
    : paths_(paths.begin(), paths.end()), anybody_(Anybody()) {}

Result AnonymousAuthenticator::Authenticate(const Request& request) const {
  if (!paths_.empty() && !paths_.contains(request.path)) return Result();
  if (request.audiences == nullptr) return anybody_;
  Authentication anybody = anybody_.authentication();
  anybody.audiences = *request.audiences;
  return anybody;
}

}  // namespace gatehouse::authn
