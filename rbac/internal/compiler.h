// From objects to a snapshot, one change at a time.
#ifndef GATEHOUSE_RBAC_INTERNAL_COMPILER_H_
#define GATEHOUSE_RBAC_INTERNAL_COMPILER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "objects/object.h"
#include "rbac/internal/rule_sets.h"
#include "rbac/internal/snapshot.h"

namespace gatehouse::rbac::internal {

// A list of numbers, each once.
struct MarkedIds {
  std::vector<uint32_t> ids;
  std::vector<bool> has;  // By number.
};

// Compiler keeps a snapshot up to date with a set of RBAC objects. A change
// costs what it touches: a binding its subjects, a role the rule sets that
// have it. Not thread-safe; the objects it is given are immutable and shared.
class Compiler {
 public:
  Compiler() : sets_(work_, rules_) {}
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;

  // Says how many objects will be put into this empty compiler, about.
  void Expect(size_t objects);

  // Adds an object, or replaces the one of the same kind, namespace and name.
  // Kinds other than the four of RBAC are passed over. Returns false if there
  // was such an object before.
  bool Put(const objects::Object& object);

  // Removes an object; nothing happens if there is none such.
  void Delete(const objects::Object& object);

  // Brings the snapshot up to date with all that was put and deleted, and
  // returns it. Copy it to publish it: the next change writes to this one.
  const Snapshot& Commit();

 private:
  using MessagePtr = std::shared_ptr<const google::protobuf::Message>;

  bool PutRole(const RoleKey& key, const MessagePtr& object,
               const RuleList& rules);
  void DeleteRole(const RoleKey& key);
  uint32_t FindRole(const RoleKey& key) const;
  uint32_t InternRole(const RoleKey& key);
  void FreeRoleIfUnused(uint32_t role);

  bool PutBinding(const MessagePtr& object);
  void DeleteBinding(const google::protobuf::Message& object);
  uint32_t FindBinding(const BindingView& view) const;
  // Enters a binding with its subjects and its role; takes it out again.
  void Link(uint32_t binding);
  void Unlink(uint32_t binding);

  // Null if there is none. Good until the next subject is entered.
  SubjectSlot* FindSubject(SubjectKind kind, absl::string_view name);
  SubjectSlot& InternSubject(SubjectKind kind, absl::string_view name);
  SubjectSlot& MutableSlot(uint32_t subject);
  SubjectInfo& MutableInfo(uint32_t subject);
  uint32_t InternScope(SubjectSlot& slot, const std::string& ns);
  IdList& BindingsAt(SubjectSlot& slot, const BindingView& view);

  void CommitScope(uint32_t scope);
  void DropScope(uint32_t scope);
  void CommitSubject(uint32_t subject);
  uint32_t AcquireSet(const IdList& bindings);
  // Numbers the names in rules anew once most may no longer be in use, so
  // that rules that come and go do not fill the memory.
  void RenumberIfStale();

  Snapshot work_;
  RuleCompiler rules_;
  RuleSets sets_;
  uint64_t next_sequence_ = 0;

  ShardedTable<IdSlot> role_index_;
  IdPool role_ids_;
  std::vector<uint32_t> role_users_;  // Bindings that refer to it; by role.
  ShardedTable<IdSlot> binding_index_;
  IdPool binding_ids_;
  IdPool subject_ids_;
  IdPool scope_ids_;
  std::vector<uint32_t> ns_users_;  // Scopes in it; by namespace.

  // What changed since the last Commit.
  MarkedIds changed_roles_, changed_scopes_, changed_subjects_;
  MarkedIds unlinked_roles_;
  size_t renumber_at_ = 65536;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_COMPILER_H_
