#include "benchmarks/rbac_workload.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rbac/subjects.h"
#include "rbac/testing/reference.h"

namespace gatehouse::bench {
namespace {

using authz::Attributes;
using rbac::Request;

constexpr uint64_t kSeed = 20250101;
constexpr uint64_t kRequests = 20'000;
constexpr uint64_t kSessions = 64;
constexpr size_t kRequestsPerSession = 32;

// Requests of one user in the namespaces where it has rights: allowed ones out
// of its rules, and as many that no rule grants.
std::vector<Request> RequestsOf(const rbac::Policy& policy,
                                const UserInfo& user,
                                const std::set<std::string>& namespaces) {
  std::vector<Request> allowed;
  std::vector<Request> refused;
  for (const std::string& ns : namespaces) {
    for (const k8s::PolicyRule& rule :
         policy.PolicyRulesFor(user, ns, nullptr)) {
      if (rule.resources_size() == 0) continue;
      Request request;
      request.user = user;
      request.namespace_ = ns;
      request.verb = rule.verbs(0);
      request.api_group = rule.apigroups(0);
      request.resource = rule.resources(0);
      if (rule.resourcenames_size() > 0) request.name = rule.resourcenames(0);
      Request other = request;
      other.resource = "flowschemas";
      if (policy.Decide(other.Attributes()) == authz::Outcome::kAllow ||
          policy.Decide(request.Attributes()) != authz::Outcome::kAllow) {
        continue;
      }
      allowed.push_back(std::move(request));
      refused.push_back(std::move(other));
    }
  }
  std::vector<Request> out;
  for (size_t i = 0; i < kRequestsPerSession / 2 && !allowed.empty(); ++i) {
    // A stride that is no divisor: all namespaces have their turn.
    out.push_back(allowed[i * 7 % allowed.size()]);
    out.push_back(refused[i * 11 % refused.size()]);
  }
  return out;
}

}  // namespace

std::vector<objects::Object> ToObjects(const rbac::PolicyObjects& policy) {
  std::vector<objects::Object> out;
  const auto add = [&out](const auto& list) {
    for (const auto& object : list) out.push_back(objects::MakeObject(object));
  };
  add(policy.cluster_roles);
  add(policy.roles);
  add(policy.cluster_role_bindings);
  add(policy.role_bindings);
  return out;
}

template <typename Bindings>
void LookupFloor::AddSubjects(const Bindings& bindings) {
  for (const auto& binding : bindings) {
    for (const k8s::Subject& subject : binding.subjects()) {
      if (subject.kind() == rbac::kServiceAccountKind) {
        const std::string& ns = subject.namespace_().empty()
                                    ? binding.metadata().namespace_()
                                    : subject.namespace_();
        ++subjects_[rbac::ServiceAccountUsername(ns, subject.name())];
      } else {
        ++subjects_[subject.name()];
      }
    }
  }
}

template <typename Roles>
void LookupFloor::AddNames(const Roles& roles) {
  for (const auto& role : roles) {
    for (const k8s::PolicyRule& rule : role.rules()) {
      for (const std::string& name : rule.verbs()) ++verbs_[name];
      for (const std::string& name : rule.apigroups()) ++groups_[name];
      for (const std::string& name : rule.resources()) ++resources_[name];
    }
  }
}

LookupFloor::LookupFloor(const rbac::PolicyObjects& policy) {
  AddSubjects(policy.cluster_role_bindings);
  AddSubjects(policy.role_bindings);
  AddNames(policy.cluster_roles);
  AddNames(policy.roles);
}

uint64_t LookupFloor::Subjects(const Attributes& attributes) const {
  uint64_t found = subjects_.count(attributes.user->name);
  for (const std::string& group : attributes.user->groups) {
    found += subjects_.count(group);
  }
  return found;
}

uint64_t LookupFloor::Names(const Attributes& attributes) const {
  return verbs_.count(attributes.verb) + groups_.count(attributes.api_group) +
         resources_.count(attributes.resource);
}

Workload::Workload(int bindings, int groups_per_user)
    : generator_(kSeed, rbac::WorkloadOptions{bindings, groups_per_user}),
      objects_(ToObjects(generator_.policy())),
      floor_(generator_.policy()) {
  policy_.Replace(objects_).IgnoreError();  // Check() would tell.
  for (uint64_t i = 0; i < kRequests; ++i) {
    requests_.push_back(generator_.MakeRequest(i));
  }
  for (const Request& request : requests_) {
    attributes_.push_back(request.Attributes());
  }
  MakeSessions();
}

void Workload::MakeSessions() {
  // The namespaces in which a subject is named, by its name.
  absl::flat_hash_map<std::string, std::set<std::string>> namespaces;
  for (const auto& binding : generator_.policy().role_bindings) {
    for (const k8s::Subject& subject : binding.subjects()) {
      std::set<std::string>& of = namespaces[subject.name()];
      if (of.size() < 8) of.insert(binding.metadata().namespace_());
    }
  }
  for (uint64_t i = 0; i < 10 * kSessions && sessions_.size() < kSessions;
       ++i) {
    const UserInfo user = generator_.MakeUser(i * 7919);
    std::set<std::string> of = namespaces[user.name];
    for (const std::string& group : user.groups) {
      const std::set<std::string>& more = namespaces[group];
      if (of.size() < 4) of.insert(more.begin(), more.end());
    }
    while (of.size() > 4) of.erase(of.begin());
    Session session;
    session.requests = RequestsOf(policy_, user, of);
    if (session.requests.empty()) continue;
    for (const Request& request : session.requests) {
      session.attributes.push_back(request.Attributes());
    }
    session.view = std::make_unique<rbac::UserView>(policy_, user);
    sessions_.push_back(std::move(session));
  }
}

std::string Workload::Check() const {
  const rbac::ReferenceAuthorizer reference(generator_.policy());
  const size_t sample =
      generator_.policy().role_bindings.size() > 100'000 ? 300 : 2000;
  size_t allowed = 0;
  for (size_t i = 0; i < sample; ++i) {
    const authz::Outcome want = reference.Authorize(attributes_[i]).outcome;
    if (policy_.Decide(attributes_[i]) != want) {
      return absl::StrCat("wrong answer to ", requests_[i].DebugString());
    }
    if (want == authz::Outcome::kAllow) ++allowed;
  }
  if (allowed < sample / 3 || allowed > sample - sample / 3) {
    return absl::StrCat("not half of the requests are allowed: ", allowed,
                        " of ", sample);
  }
  if (sessions_.empty()) return "no user has rights in a namespace";
  for (const Session& session : sessions_) {
    for (size_t i = 0; i < session.attributes.size(); ++i) {
      const authz::Outcome want =
          i % 2 == 0 ? authz::Outcome::kAllow : authz::Outcome::kNoOpinion;
      if (session.view->Decide(session.attributes[i]) != want) {
        return absl::StrCat("wrong answer of a resolved user to ",
                            session.requests[i].DebugString());
      }
    }
  }
  return "";
}

}  // namespace gatehouse::bench
