#include "door.h"

#include "objects/manifest.h"

absl::StatusOr<std::unique_ptr<gatehouse::rbac::Policy>> PolicyFrom(
    absl::string_view text) {
  gatehouse::objects::LoadOptions options;
  options.field_validation = gatehouse::objects::FieldValidation::kStrict;
  auto loaded =
      gatehouse::objects::LoadManifestText(text, "policy.yaml", options);
  if (!loaded.ok()) return loaded.status();
  return gatehouse::rbac::Policy::Create(loaded->objects);
}

bool MayReadPrices(const gatehouse::rbac::Policy& policy,
                   const std::string& user, std::string* reason) {
  gatehouse::UserInfo who;
  who.name = user;
  gatehouse::authz::Attributes request;
  request.user = &who;
  request.verb = "get";
  request.namespace_ = "shop";
  request.resource = "configmaps";
  request.name = "prices";
  const gatehouse::authz::Decision decision = policy.Authorize(request);
  *reason = decision.reason;
  return decision.outcome == gatehouse::authz::Outcome::kAllow;
}
