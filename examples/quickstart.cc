// The shortest program that decides a request. README.md shows it.
#include <iostream>

#include "objects/manifest.h"
#include "rbac/policy.h"

int main() {
  auto loaded = gatehouse::objects::LoadManifests({"examples/manifests"}, {});
  if (!loaded.ok()) return std::cerr << loaded.status() << '\n', 2;
  auto policy = gatehouse::rbac::Policy::Create(loaded->objects);
  if (!policy.ok()) return std::cerr << policy.status() << '\n', 2;

  const gatehouse::UserInfo jane{"jane", /*uid=*/"", /*groups=*/{}, {}};
  gatehouse::authz::Attributes request;
  request.user = &jane;
  request.verb = "get";
  request.namespace_ = "default";
  request.resource = "pods";
  const auto decision = (*policy)->Authorize(request);
  std::cout << decision.reason << '\n';
  return decision.outcome == gatehouse::authz::Outcome::kAllow ? 0 : 1;
}
