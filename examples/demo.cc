// Asks the questions of three articles about Kubernetes' access control, and
// prints the answers and the reasons.
//
//   demo [DIRECTORY]     DIRECTORY holds the manifests, examples/manifests if
//                        it is not given.
//
// Exits with 1 if an answer is not the one that the articles' readers saw, and
// with 2 if there is no policy to ask.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "authz/builtin.h"
#include "authz/union.h"
#include "base/user_info.h"
#include "objects/manifest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/explain.h"
#include "rbac/policy.h"
#include "rbac/who_can.h"

namespace {

using gatehouse::UserInfo;
using gatehouse::authz::Attributes;
using gatehouse::authz::Decision;
using gatehouse::authz::Outcome;
using gatehouse::objects::Object;
using gatehouse::rbac::Policy;

// Question is who wants to do what, and the answer that it has to get.
struct Question {
  UserInfo user;
  std::string verb;
  std::string resource;
  std::string object_namespace;
  bool expected = false;
};

Attributes AttributesOf(const Question& question) {
  Attributes attributes;
  attributes.user = &question.user;
  attributes.verb = question.verb;
  attributes.resource = question.resource;
  attributes.namespace_ = question.object_namespace;
  return attributes;
}

UserInfo User(std::string name, std::vector<std::string> groups = {}) {
  UserInfo user;
  user.name = std::move(name);
  user.groups = std::move(groups);
  return user;
}

// Loads manifests strictly: a misspelled field must not widen a rule. Kinds
// that say nothing about access, such as Deployment, are passed over.
absl::StatusOr<std::vector<Object>> Load(
    const std::string& directory, const std::vector<std::string>& names) {
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    paths.push_back(absl::StrCat(directory, "/", name));
  }
  gatehouse::objects::LoadOptions options;
  options.field_validation = gatehouse::objects::FieldValidation::kStrict;
  auto loaded = gatehouse::objects::LoadManifests(paths, options);
  if (!loaded.ok()) return loaded.status();
  return std::move(loaded->objects);
}

// Demo asks a policy, alone and behind the authorizer that a Kubernetes API
// server puts before it.
class Demo {
 public:
  // Loads what holds at the beginning.
  static absl::StatusOr<Demo> Create(std::string directory) {
    auto objects =
        Load(directory, {"flask.yaml", "pod-reader.yaml", "cluster-admin.yaml",
                         "add-on-cluster-admin.yaml"});
    if (!objects.ok()) return objects.status();
    auto policy = Policy::Create(*objects);
    if (!policy.ok()) return policy.status();
    std::shared_ptr<Policy> shared = *std::move(policy);
    auto masters = std::make_shared<gatehouse::authz::PrivilegedGroups>(
        std::vector<std::string>{gatehouse::kMastersGroup});
    auto chain = gatehouse::authz::Union::Create(
        {{"system:masters", std::move(masters)}, {"rbac", shared}});
    if (!chain.ok()) return chain.status();
    return Demo(std::move(directory), std::move(shared), *std::move(chain));
  }

  void Section(absl::string_view title) {
    std::cout << "\n== " << title << " ==\n";
  }

  // Asks as an API server does.
  void Ask(const Question& question) {
    const Attributes attributes = AttributesOf(question);
    const Decision decision = chain_->Authorize(attributes);
    Print("", question, decision, Why(decision, attributes));
  }

  // Asks RBAC alone, without the authorizer before it.
  void AskRbacAlone(const Question& question) {
    const Attributes attributes = AttributesOf(question);
    const Decision decision = policy_->Authorize(attributes);
    Print("by RBAC alone, ", question, decision, Why(decision, attributes));
  }

  // Asks for everybody who may do it, and expects these bindings.
  void AskWho(const Question& question,
              const std::vector<std::string>& expected) {
    const gatehouse::rbac::WhoCanResult who =
        WhoCan(*policy_, AttributesOf(question));
    std::cout << "\n  Question  who may " << question.verb << " "
              << question.resource << " in " << question.object_namespace
              << "?\n  Answer    Group \"" << gatehouse::kMastersGroup
              << "\", by the authorizer before RBAC\n";
    std::vector<std::string> bindings;
    for (const gatehouse::rbac::Grant& grant : who.grants) {
      bindings.push_back(grant.binding_name);
      std::cout << "            " << gatehouse::rbac::GrantDescription(grant)
                << '\n';
    }
    if (bindings != expected || !who.errors.empty()) {
      Complain(absl::StrJoin(expected, ", "));
    }
  }

  // Adds the objects of a file while the policy is in use.
  absl::Status Add(const std::string& name) {
    auto objects = Load(directory_, {name});
    if (!objects.ok()) return objects.status();
    gatehouse::rbac::PolicyUpdate update;
    update.put = *std::move(objects);
    policy_->Apply(update);
    std::cout << "\n  Applied   " << name << ", no restart\n";
    return absl::OkStatus();
  }

  // Removes a ClusterRoleBinding while the policy is in use.
  void RemoveClusterRoleBinding(const std::string& name) {
    gatehouse::k8s::ClusterRoleBinding binding;
    binding.mutable_metadata()->set_name(name);
    gatehouse::rbac::PolicyUpdate update;
    update.remove = {gatehouse::objects::MakeObject(std::move(binding))};
    policy_->Apply(update);
    std::cout << "\n  Removed   ClusterRoleBinding \"" << name
              << "\", no restart\n";
  }

  int surprises() const { return surprises_; }

 private:
  Demo(std::string directory, std::shared_ptr<Policy> policy,
       std::unique_ptr<gatehouse::authz::Union> chain)
      : directory_(std::move(directory)),
        policy_(std::move(policy)),
        chain_(std::move(chain)) {}

  // Returns the grounds of a decision, for a no those that came nearest.
  std::string Why(const Decision& decision, const Attributes& attributes) {
    if (!decision.error.ok()) return std::string(decision.error.message());
    if (decision.outcome == Outcome::kAllow) {
      // PrivilegedGroups gives no reason; RBAC always does.
      return !decision.reason.empty()
                 ? decision.reason
                 : absl::StrCat(
                       "the authorizer before RBAC lets the group ",
                       gatehouse::kMastersGroup,
                       " do everything; no binding is looked at, and none can "
                       "take it away");
    }
    const auto explanation = gatehouse::rbac::Explain(*policy_, attributes);
    if (!explanation.near_misses.empty()) {
      return explanation.near_misses.front().text;
    }
    return decision.reason.empty()
               ? "no binding that names this user comes near"
               : decision.reason;
  }

  void Print(absl::string_view how, const Question& question,
             const Decision& decision, absl::string_view why) {
    const bool allowed = decision.outcome == Outcome::kAllow;
    std::cout << "\n  Question  " << how << "may " << question.user.name;
    for (const std::string& group : question.user.groups) {
      std::cout << ", of " << group << ",";
    }
    std::cout << " " << question.verb << " " << question.resource << " in "
              << question.object_namespace << "?\n  Answer    "
              << (allowed ? "yes" : "no") << "\n  Reason    " << why << '\n';
    if (allowed != question.expected) {
      Complain(question.expected ? "yes" : "no");
    }
  }

  void Complain(absl::string_view expected) {
    ++surprises_;
    std::cout << "  WRONG     expected: " << expected << '\n';
  }

  const std::string directory_;
  const std::shared_ptr<Policy> policy_;
  const std::shared_ptr<const gatehouse::authz::Union> chain_;
  int surprises_ = 0;
};

void ServiceAccounts(Demo& demo) {
  const UserInfo backend = User("system:serviceaccount:flask:flask-backend");
  const UserInfo other = User("system:serviceaccount:default:default");
  demo.Section("A service account has the rights of its role");
  demo.Ask({other, "list", "pods", "default", false});
  demo.Ask({backend, "list", "pods", "default", false});
  demo.Ask({backend, "list", "pods", "flask", true});
  demo.Ask({backend, "create", "pods", "flask", false});
}

void Users(Demo& demo) {
  const UserInfo jane = User("jane");
  demo.Section("A user has the rights of a role in its namespace");
  demo.Ask({jane, "get", "pods", "default", true});
  demo.Ask({jane, "get", "pods", "kube-system", false});
}

absl::Status Groups(Demo& demo) {
  const UserInfo john = User("john", {"examplegroup"});
  const UserInfo mary = User("mary", {"examplegroup"});
  demo.Section(
      "A certificate's organization is a group, and a group is enough");
  demo.Ask({john, "list", "pods", "default", false});
  if (absl::Status added = demo.Add("examplegroup-admin-binding.yaml");
      !added.ok()) {
    return added;
  }
  demo.Ask({john, "list", "pods", "default", true});
  demo.Ask({mary, "list", "pods", "default", true});
  return absl::OkStatus();
}

void Riddle(Demo& demo) {
  const UserInfo admin = User("kubernetes-admin", {gatehouse::kMastersGroup});
  demo.Section("The riddle: the binding is gone, the administrator is not");
  demo.Ask({admin, "list", "pods", "kube-system", true});
  demo.RemoveClusterRoleBinding("cluster-admin");
  demo.AskRbacAlone({admin, "list", "pods", "kube-system", false});
  demo.Ask({admin, "list", "pods", "kube-system", true});
}

absl::Status Run(Demo& demo) {
  ServiceAccounts(demo);
  Users(demo);
  if (absl::Status status = Groups(demo); !status.ok()) return status;
  Riddle(demo);
  demo.Section("Who else");
  demo.AskWho({UserInfo(), "delete", "secrets", "kube-system"},
              {"add-on-cluster-admin", "examplegroup-admin-binding"});
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  auto demo = Demo::Create(argc > 1 ? argv[1] : "examples/manifests");
  if (!demo.ok()) {
    std::cerr << "demo: " << demo.status().message() << '\n';
    return 2;
  }
  if (absl::Status status = Run(*demo); !status.ok()) {
    std::cerr << "demo: " << status.message() << '\n';
    return 2;
  }
  return demo->surprises() == 0 ? 0 : 1;
}
