#include "conformance/authz/authorizer_tree.h"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "authz/conditional_union.h"
#include "authz/conditions.h"
#include "conformance/authz/decode.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using authz::ConditionalDecision;

// Answers with a decision, or with one condition that later evaluates to one.
class TreeLeaf : public authz::ConditionalAuthorizer {
 public:
  explicit TreeLeaf(Fields& fields) {
    if (fields.Has("conditionEffect")) {
      effect_ = DecodeOutcome(fields, "conditionEffect");
      evaluated_.outcome = DecodeOutcome(fields, "evalDecision");
      evaluated_.error = StatusOf(fields.Text("evalErr"));
    } else {
      decision_.outcome = DecodeOutcome(fields, "decision");
      decision_.error = StatusOf(fields.Text("authorizeErr"));
    }
  }

  ConditionalDecision AuthorizeConditionally(
      const authz::Attributes&) const override {
    if (!effect_.has_value())
      return ConditionalDecision::FromDecision(decision_);
    authz::ConditionsMap map;
    auto& conditions = *effect_ == authz::Outcome::kDeny    ? map.deny
                       : *effect_ == authz::Outcome::kAllow ? map.allow
                                                            : map.no_opinion;
    conditions.emplace_back().id = "test-cond";
    return ConditionalDecision::FromConditions(std::move(map));
  }

  authz::Decision EvaluateConditions(
      const ConditionalDecision&, const authz::ConditionsData&) const override {
    return evaluated_;
  }

 private:
  absl::optional<authz::Outcome> effect_;
  authz::Decision decision_;
  authz::Decision evaluated_;
};

// Builder makes the authorizers of a tree, from the outermost one.
class Builder {
 public:
  explicit Builder(Check& check) : check_(check) {
    Fields tree = check.input().Object("tree");
    for (const objects::MapEntry& entry : tree.TakeAll()) {
      const std::string name(entry.key.text());
      unions_[name] = tree.Texts(name);
      for (const std::string& member : unions_[name]) members_.insert(member);
    }
    Fields authorizers = check.input().Object("authorizers");
    for (const objects::MapEntry& entry : authorizers.TakeAll()) {
      Fields leaf = authorizers.Object(entry.key.text());
      leaves_[std::string(entry.key.text())] = std::make_shared<TreeLeaf>(leaf);
    }
  }

  // Returns the one union that is nobody's member; null if there is no such
  // one, or the tree is not a tree: the case has failed then.
  std::shared_ptr<const authz::ConditionalAuthorizer> BuildRoot() {
    std::string root;
    for (const auto& entry : unions_) {
      if (members_.count(entry.first) > 0) continue;
      if (!root.empty()) return Refuse("tree: there are two outermost unions");
      root = entry.first;
    }
    if (root.empty()) return Refuse("tree: there is no outermost union");
    return Build(root);
  }

 private:
  std::shared_ptr<const authz::ConditionalAuthorizer> Build(
      const std::string& name) {
    const auto leaf = leaves_.find(name);
    if (leaf != leaves_.end()) return leaf->second;
    const auto found = unions_.find(name);
    if (found == unions_.end()) {
      return Refuse(absl::StrCat("tree: nobody is called ", name));
    }
    // Each union is used once, so that a circle comes to an end.
    const std::vector<std::string> members = std::move(found->second);
    unions_.erase(found);
    std::vector<authz::NamedConditionalAuthorizer> chain;
    for (const std::string& member : members) {
      auto built = Build(member);
      if (built == nullptr) return nullptr;
      chain.push_back({member, std::move(built)});
    }
    auto united = authz::ConditionalUnion::Create(std::move(chain));
    if (!united.ok()) return Refuse(ErrorText(united.status()));
    return *std::move(united);
  }

  std::nullptr_t Refuse(std::string what) {
    check_.Fail(std::move(what));
    return nullptr;
  }

  Check& check_;
  std::map<std::string, std::vector<std::string>> unions_;
  std::set<std::string> members_;
  std::map<std::string, std::shared_ptr<const TreeLeaf>> leaves_;
};

}  // namespace

void CheckAuthorizerTree(Check& check) {
  const auto root = Builder(check).BuildRoot();
  if (root == nullptr) return;
  const ConditionalDecision decision =
      root->AuthorizeConditionally(authz::Attributes());
  ConditionalDecision final_decision = decision;
  if (!decision.IsUnconditional()) {
    final_decision = ConditionalDecision::FromDecision(
        root->EvaluateConditions(decision, authz::ConditionsData()));
  }
  check.Text("authorize", decision.ToString());
  check.Text("final", final_decision.ToString());
}

}  // namespace gatehouse::conformance
