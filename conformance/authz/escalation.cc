// authz/escalation.json: who may write which role or binding.
#include "rbac/escalation.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "authz/authorizer.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "google/protobuf/repeated_field.h"
#include "proto/rbac.pb.h"
#include "rbac/subjects.h"

namespace gatehouse::conformance {
namespace {

// Answers by verb alone, and remembers what it was asked.
class AnsweringAuthorizer : public authz::Authorizer {
 public:
  explicit AnsweringAuthorizer(Fields can)
      : bind_(can.Bool("bind")), escalate_(can.Bool("escalate")) {}

  authz::Decision Authorize(const authz::Attributes& a) const override {
    asked_.push_back({absl::nullopt, a.resource_request, std::string(a.verb),
                      std::string(a.namespace_), std::string(a.api_group),
                      std::string(a.api_version), std::string(a.resource),
                      std::string(a.subresource), std::string(a.name),
                      std::string(a.path)});
    const bool allow =
        (a.verb == "bind" && bind_) || (a.verb == "escalate" && escalate_);
    authz::Decision decision;
    decision.outcome =
        allow ? authz::Outcome::kAllow : authz::Outcome::kNoOpinion;
    return decision;
  }

  const std::vector<Request>& asked() const { return asked_; }

 private:
  const bool bind_;
  const bool escalate_;
  mutable std::vector<Request> asked_;
};

// The parts of the input that every write has.
struct Input {
  explicit Input(Check& check)
      : kind(check.input().Text("kind")),
        name(check.input().Text("name")),
        namespace_(check.input().Text("namespace")),
        user_rules(check.input().Messages<k8s::PolicyRule>("userRules")),
        authorizer(check.input().Object("can")) {
    // A case that says nothing of the user is about anybody; null is nobody.
    const bool anybody = !check.input().Names("user");
    user = DecodeUser(check.input(), "user");
    if (anybody) user.emplace().name = "u";
  }

  rbac::RbacWrite Write() const {
    rbac::RbacWrite write;
    write.user = user.has_value() ? &*user : nullptr;
    write.user_rules = user_rules;
    write.authorizer = &authorizer;
    write.namespace_ = namespace_;
    return write;
  }

  const std::string kind;
  const std::string name;
  const std::string namespace_;
  absl::optional<UserInfo> user;
  const std::vector<k8s::PolicyRule> user_rules;
  const AnsweringAuthorizer authorizer;
};

// Makes `object` differ in a field of its metadata, by the field's name.
template <typename T>
void ChangeField(absl::string_view field, T* object, Check& check) {
  k8s::ObjectMeta* metadata = object->mutable_metadata();
  absl::ConsumePrefix(&field, "metadata.");
  if (field == "ownerReferences") {
    metadata->add_ownerreferences()->set_name("other");
  } else if (field == "finalizers") {
    metadata->add_finalizers("other");
  } else if (field == "managedFields") {
    metadata->add_managedfields()->set_manager("other");
  } else if (field == "selfLink") {
    metadata->set_selflink("/other");
  } else if (field == "annotations") {
    (*metadata->mutable_annotations())["other"] = "x";
  } else if (field == "labels") {
    (*metadata->mutable_labels())["other"] = "x";
  } else {
    check.Fail(absl::StrCat("changed: the field \"", field, "\" is not known"));
  }
}

// Makes of a copy of the new object the one that it replaces.
template <typename T>
T OldOf(const T& object, Check& check) {
  T old = object;
  if (!check.input().Has("changed")) {
    ChangeField("labels", &old, check);
  }
  for (const std::string& field : check.input().Texts("changed")) {
    ChangeField(field, &old, check);
  }
  return old;
}

int CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    default:
      return 500;
  }
}

// Compares every question that was asked with the one expected.
void CheckQuestion(const std::vector<Request>& asked, Check& check) {
  if (!check.Expects("check")) return;
  const Request expected = DecodeRequest(check.ExpectedObject("check"));
  if (asked.empty()) check.Fail("check: no question was asked");
  const auto text = [](const Request& r) {
    return absl::StrCat(
        r.verb, " group=", r.api_group, " version=", r.api_version,
        " resource=", r.resource, "/", r.subresource, " name=", r.name,
        " namespace=", r.namespace_, " resourceRequest=", r.resource_request,
        " path=", r.path);
  };
  for (const Request& question : asked) {
    check.Same("check", text(expected), text(question));
  }
}

void CheckAnswer(const absl::Status& status, const Input& input, Check& check) {
  check.Bool("allowed", status.ok());
  check.Number("code", CodeOf(status));
  check.Text("message", ErrorText(status));
  check.Contains("messageContains", ErrorText(status));
  CheckQuestion(input.authorizer.asked(), check);
}

// The rules of the role that is written. An update that says which fields
// change, but not the rules, is of a role that the user does not hold.
template <typename T>
void SetRules(Check& check, T* role) {
  for (auto& rule : check.input().Messages<k8s::PolicyRule>("rules")) {
    *role->add_rules() = std::move(rule);
  }
  if (check.input().Has("rules") || !check.input().Has("changed")) return;
  k8s::PolicyRule* all = role->add_rules();
  all->add_verbs("*");
  all->add_apigroups("*");
  all->add_resources("*");
}

void SetAggregation(bool aggregated, k8s::ClusterRole* role) {
  role->clear_aggregationrule();
  if (!aggregated) return;
  (*role->mutable_aggregationrule()
        ->add_clusterroleselectors()
        ->mutable_matchlabels())["a"] = "b";
}

void CheckRole(bool update, Check& check) {
  const Input input(check);
  const rbac::RbacWrite write = input.Write();
  if (input.kind == "ClusterRole") {
    k8s::ClusterRole role;
    role.mutable_metadata()->set_name(input.name);
    SetRules(check, &role);
    SetAggregation(check.input().Bool("aggregationRule"), &role);
    k8s::ClusterRole old;
    if (update) {
      old = OldOf(role, check);
      SetAggregation(check.input().Bool("oldAggregationRule"), &old);
    }
    return CheckAnswer(
        rbac::CheckRoleWrite(write, role, update ? &old : nullptr), input,
        check);
  }
  if (input.kind != "Role") return check.Fail("kind: want a kind of role");
  k8s::Role role;
  role.mutable_metadata()->set_name(input.name);
  role.mutable_metadata()->set_namespace_(input.namespace_);
  SetRules(check, &role);
  k8s::Role old;
  if (update) old = OldOf(role, check);
  CheckAnswer(rbac::CheckRoleWrite(write, role, update ? &old : nullptr), input,
              check);
}

// Returns a getter of the rules that the case gives; without any there is no
// such role.
rbac::RoleRuleGetter RulesOf(Check& check) {
  const bool exists = check.input().Has("roleRules");
  const auto rules = check.input().Messages<k8s::PolicyRule>("roleRules");
  return [exists, rules](const k8s::RoleRef& ref, absl::string_view)
             -> absl::StatusOr<std::vector<k8s::PolicyRule>> {
    if (!exists) return absl::NotFoundError(absl::StrCat(ref.name(), ": none"));
    return rules;
  };
}

template <typename T>
void CheckBindingOf(const Input& input, bool update, Check& check) {
  T binding;
  binding.mutable_metadata()->set_name(input.name);
  binding.mutable_metadata()->set_namespace_(input.namespace_);
  *binding.mutable_roleref() = check.input().Message<k8s::RoleRef>("roleRef");
  if (!binding.roleref().has_apigroup()) {
    binding.mutable_roleref()->set_apigroup(rbac::kRbacGroup);
  }
  T old;
  if (update) old = OldOf(binding, check);
  CheckAnswer(rbac::CheckBindingWrite(input.Write(), binding,
                                      update ? &old : nullptr, RulesOf(check)),
              input, check);
}

void CheckBinding(bool update, Check& check) {
  const Input input(check);
  if (input.kind == "RoleBinding") {
    CheckBindingOf<k8s::RoleBinding>(input, update, check);
  } else if (input.kind == "ClusterRoleBinding") {
    CheckBindingOf<k8s::ClusterRoleBinding>(input, update, check);
  } else {
    check.Fail("kind: want a kind of binding");
  }
}

template <typename T>
bool OnlyGcFields(const std::vector<std::string>& changed, Check& check) {
  const T object;
  T other;
  for (const std::string& field : changed) ChangeField(field, &other, check);
  return rbac::OnlyGcFieldsChanged(object, other);
}

void CheckOnlyGcFields(Check& check) {
  const std::vector<std::string> changed = check.input().Texts("changed");
  const bool result = OnlyGcFields<k8s::Role>(changed, check);
  if (OnlyGcFields<k8s::ClusterRole>(changed, check) != result ||
      OnlyGcFields<k8s::RoleBinding>(changed, check) != result ||
      OnlyGcFields<k8s::ClusterRoleBinding>(changed, check) != result) {
    check.Fail("the four kinds of objects differ");
  }
  check.Bool("result", result);
}

}  // namespace

void RunEscalation(Check& check) {
  const std::string op = check.input().Text("op");
  if (op == "createRole") return CheckRole(false, check);
  if (op == "updateRole") return CheckRole(true, check);
  if (op == "createBinding") return CheckBinding(false, check);
  if (op == "updateBinding") return CheckBinding(true, check);
  if (op == "onlyGCFields") return CheckOnlyGcFields(check);
  check.Fail(absl::StrCat("the op \"", op, "\" is not known"));
}

}  // namespace gatehouse::conformance
