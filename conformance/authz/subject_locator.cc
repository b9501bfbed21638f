// authz/subject_locator.json: who may make a request.
#include <memory>
#include <string>

#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"
#include "rbac/testing/reference.h"
#include "rbac/who_can.h"

namespace gatehouse::conformance {

void RunSubjectLocator(Check& check) {
  const rbac::PolicyObjects objects =
      DecodeState(check.input().Object("state"));
  const Request request = DecodeRequest(check.input().Object("request"));
  const std::string super_user = check.input().Text("superUser");
  const std::unique_ptr<rbac::Policy> policy = Compile(objects, check);
  if (policy == nullptr) return;

  const rbac::SubjectsResult result =
      rbac::AllowedSubjects(*policy, request.attributes(), super_user);
  const rbac::AllowedSubjectsResult reference =
      rbac::ReferenceAuthorizer(objects).AllowedSubjects(request.attributes(),
                                                         super_user);
  check.Same("subjects, as the reference evaluator",
             TextsOf(reference.subjects), TextsOf(result.subjects));
  check.Same("error, as the reference evaluator", ErrorText(reference.error),
             ErrorText(result.error));
  check.Messages<k8s::Subject>("subjects", result.subjects);
  check.TextOrNull("error", ErrorText(result.error));
}

}  // namespace gatehouse::conformance
