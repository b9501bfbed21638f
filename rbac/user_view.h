// One user's part of a policy, resolved once and asked many times.
#ifndef GATEHOUSE_RBAC_USER_VIEW_H_
#define GATEHOUSE_RBAC_USER_VIEW_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "rbac/policy.h"

namespace gatehouse::rbac {

namespace internal {
struct RuleSetEntry;
struct SubjectSlot;
}  // namespace internal

// UserView answers for one user, say the one of a connection, without looking
// the user and the groups up again. It sees every change of the policy: the
// first decision after one resolves the user anew.
//
// Keeps no version of the policy alive. Not thread-safe: one thread at a time.
// The policy must outlive it. Decide allocates nothing.
class UserView {
 public:
  UserView(const Policy& policy, UserInfo user);
  UserView(const UserView&) = delete;
  UserView& operator=(const UserView&) = delete;

  // Answers as the policy would for this user; `attributes.user` is not looked
  // at and may be null.
  authz::Outcome Decide(const authz::Attributes& attributes);

  // The same with the reason. No faster than the policy's own.
  authz::Decision Authorize(authz::Attributes attributes) const;

  const UserInfo& user() const { return user_; }

 private:
  // What the user is granted. Points into the version `generation_`.
  using RuleSets = std::vector<const internal::RuleSetEntry*>;

  struct NamespaceSets {
    std::string name;  // "": not in use.
    RuleSets sets;
  };
  static constexpr size_t kNamespaces = 8;

  void Resolve(const internal::Snapshot& snapshot);
  const RuleSets& SetsIn(const internal::Snapshot& snapshot,
                         absl::string_view ns);

  const Policy& policy_;
  const UserInfo user_;

  // The version that what follows is about. It is looked at only while that
  // version is the current one and an EpochGuard keeps it.
  uint64_t generation_ = 0;
  RuleSets cluster_sets_;
  // Those with grants in a namespace.
  std::vector<const internal::SubjectSlot*> scoped_subjects_;
  // The namespaces asked for lately, and the hashes of their names to find them
  // by. The next new one takes the place of `next_`.
  std::array<uint32_t, kNamespaces> hashes_{};
  std::array<NamespaceSets, kNamespaces> namespaces_;
  size_t next_ = 0;
};

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_USER_VIEW_H_
