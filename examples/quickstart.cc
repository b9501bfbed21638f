// The shortest program that decides a request. README.md shows it.
#include <iostream>

#include "absl/status/statusor.h"
#include "objects/manifest.h"
#include "rbac/policy.h"

absl::StatusOr<gatehouse::authz::Decision> MayJaneReadPods() {
  auto loaded = gatehouse::objects::LoadManifests({"examples/manifests"}, {});
  if (!loaded.ok()) return loaded.status();
  auto policy = gatehouse::rbac::Policy::Create(loaded->objects);
  if (!policy.ok()) return policy.status();

  const gatehouse::UserInfo jane{"jane", /*uid=*/"", /*groups=*/{}, {}};
  gatehouse::authz::Attributes request;
  request.user = &jane;
  request.verb = "get";
  request.namespace_ = "default";
  request.resource = "pods";
  return (*policy)->Authorize(request);
}

int main() {
  const auto decision = MayJaneReadPods();
  if (!decision.ok()) {
    std::cerr << decision.status() << '\n';
    return 2;
  }
  std::cout << decision->reason << '\n';
  return decision->outcome == gatehouse::authz::Outcome::kAllow ? 0 : 1;
}
