// authz/validation.json: what an API server finds wrong with an object.
#include "rbac/validation.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "objects/codec.h"
#include "objects/node.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/field_error.h"

namespace gatehouse::conformance {
namespace {

using objects::Node;
using rbac::FieldError;

constexpr char kRbacV1[] = "rbac.authorization.k8s.io/v1";

// Reads the object at `key`, which says its kind but no version. Without a
// message if that is not possible.
objects::Object DecodeObjectAt(absl::string_view key, Check& check) {
  const Node* node = check.input().Take(key);
  const Node* kind_node = node == nullptr ? nullptr : node->Find("kind");
  const objects::KindInfo* kind =
      kind_node == nullptr ? nullptr
                           : objects::FindKind(kRbacV1, kind_node->text());
  if (kind == nullptr) {
    check.Fail(absl::StrCat(key, ": want an object of a kind that is known"));
    return {};
  }
  objects::DecodeOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  absl::StatusOr<objects::Object> object =
      objects::DecodeObjectAs(*kind, *node, "cases", options, nullptr);
  if (object.ok()) return *std::move(object);
  check.Fail(absl::StrCat(key, ": ", object.status().message()));
  return {};
}

template <typename T>
bool ValidateAs(const objects::Object& object, const objects::Object* old,
                std::vector<FieldError> (*create)(const T&),
                std::vector<FieldError> (*update)(const T&, const T&),
                Check& check, std::vector<FieldError>* errors) {
  const T* message = object.As<T>();
  if (message == nullptr) return false;
  if (old == nullptr) {
    *errors = create(*message);
  } else if (const T* old_message = old->As<T>()) {
    *errors = update(*message, *old_message);
  } else {
    check.Fail("object and oldObject are of different kinds");
  }
  return true;
}

std::vector<FieldError> ValidateAny(const objects::Object& object,
                                    const objects::Object* old, Check& check) {
  std::vector<FieldError> errors;
  if (!ValidateAs<k8s::Role>(object, old, rbac::ValidateRole,
                             rbac::ValidateRoleUpdate, check, &errors) &&
      !ValidateAs<k8s::ClusterRole>(object, old, rbac::ValidateClusterRole,
                                    rbac::ValidateClusterRoleUpdate, check,
                                    &errors) &&
      !ValidateAs<k8s::RoleBinding>(object, old, rbac::ValidateRoleBinding,
                                    rbac::ValidateRoleBindingUpdate, check,
                                    &errors) &&
      !ValidateAs<k8s::ClusterRoleBinding>(
          object, old, rbac::ValidateClusterRoleBinding,
          rbac::ValidateClusterRoleBindingUpdate, check, &errors)) {
    check.Fail("want an RBAC object");
  }
  return errors;
}

// Compares type and field of each error in order, and the detail where the
// case gives one.
void CheckErrors(const std::vector<FieldError>& errors, Check& check) {
  if (!check.Expects("errors")) return;
  std::vector<std::string> expected;
  std::vector<std::string> got;
  const Node* list = check.Expected("errors");
  if (list == nullptr || !list->is(objects::NodeKind::kList)) {
    return check.Fail("errors: want a list");
  }
  Problems* problems = check.input().problems();
  for (const Node& node : list->items()) {
    Fields error(&node, "expect.errors", problems);
    std::string text =
        absl::StrCat(error.Text("type"), " ", error.Text("field"));
    const bool with_detail = error.Has("detail");
    const std::string detail = error.Text("detail");
    const size_t i = expected.size();
    expected.push_back(with_detail ? absl::StrCat(text, ": ", detail) : text);
    if (i >= errors.size()) continue;
    got.push_back(absl::StrCat(rbac::FieldErrorTypeName(errors[i].type), " ",
                               errors[i].field));
    if (with_detail) absl::StrAppend(&got.back(), ": ", errors[i].detail);
  }
  for (size_t i = got.size(); i < errors.size(); ++i) {
    got.push_back(rbac::ToString(errors[i]));
  }
  check.Same("errors", expected, got);
}

// Returns the text at a path such as "subjects[0].apiGroup"; "" if absent.
std::string TextAt(const Node& root, absl::string_view path) {
  const Node* node = &root;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    const std::pair<absl::string_view, absl::string_view> name =
        absl::StrSplit(part, absl::MaxSplits('[', 1));
    node = node->Find(name.first);
    if (node == nullptr) return "";
    if (name.second.empty()) continue;
    size_t index = 0;
    if (!absl::SimpleAtoi(name.second.substr(0, name.second.size() - 1),
                          &index) ||
        index >= node->items().size()) {
      return "(no such element)";
    }
    node = &node->items()[index];
  }
  return std::string(node->text());
}

void CheckDefault(Check& check) {
  const objects::Object object = DecodeObjectAt("object", check);
  std::string json;
  if (const auto* binding = object.As<k8s::RoleBinding>()) {
    k8s::RoleBinding defaulted = *binding;
    rbac::Default(defaulted);
    json = TextOf(defaulted);
  } else if (const auto* cluster = object.As<k8s::ClusterRoleBinding>()) {
    k8s::ClusterRoleBinding defaulted = *cluster;
    rbac::Default(defaulted);
    json = TextOf(defaulted);
  } else {
    return check.Fail("only bindings are defaulted");
  }
  const auto document = objects::ParseJson(json, "the defaulted object");
  if (!document.ok()) return check.Fail(ErrorText(document.status()));
  Fields fields = check.ExpectedObject("fields");
  if (fields.TakeAll().empty()) check.Fail("fields: nothing is expected");
  for (const objects::MapEntry& entry : fields.TakeAll()) {
    const absl::string_view path = entry.key.text();
    check.Same(path, fields.Text(path), TextAt(document->root(), path));
  }
}

}  // namespace

void RunValidation(Check& check) {
  const std::string op = check.input().Text("op");
  if (op == "default") return CheckDefault(check);
  if (!op.empty()) {
    return check.Fail(absl::StrCat("the op \"", op, "\" is not known"));
  }
  const objects::Object object = DecodeObjectAt("object", check);
  objects::Object old;
  const bool update = check.input().Has("oldObject");
  if (update) old = DecodeObjectAt("oldObject", check);
  if (object.message == nullptr || (update && old.message == nullptr)) return;
  const std::vector<FieldError> errors =
      ValidateAny(object, update ? &old : nullptr, check);
  check.Bool("valid", errors.empty());
  CheckErrors(errors, check);
}

}  // namespace gatehouse::conformance
