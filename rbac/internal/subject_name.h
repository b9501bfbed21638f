// How the tables name and hash subjects, and where they have grants.
#ifndef GATEHOUSE_RBAC_INTERNAL_SUBJECT_NAME_H_
#define GATEHOUSE_RBAC_INTERNAL_SUBJECT_NAME_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/user_info.h"
#include "rbac/internal/symbols.h"

namespace gatehouse::rbac::internal {

// Who a binding can name. Callers say kUser of a service account too: it is the
// user of its name.
enum class SubjectKind : uint32_t {
  kUser = 0,
  kGroup = 1,
  kServiceAccount = 2
};

// A subject as the tables have it. The name of a service account is kept
// without the prefix that all of them bear: what is left fits into a slot.
struct SubjectName {
  SubjectName(SubjectKind k, absl::string_view n) : kind(k), name(n) {
    if (kind == SubjectKind::kUser &&
        absl::ConsumePrefix(&name, kServiceAccountUserPrefix)) {
      kind = SubjectKind::kServiceAccount;
    }
  }
  SubjectKind kind;
  absl::string_view name;
};

inline uint32_t HashSubject(SubjectKind k, absl::string_view n) {
  const SubjectName subject(k, n);
  constexpr uint32_t kSalts[] = {0, 0x5bd1e995u, 0x27d4eb2fu};
  return HashName(subject.name) ^ kSalts[static_cast<uint32_t>(subject.kind)];
}

inline uint64_t NamespaceBit(uint32_t ns) { return uint64_t{1} << (ns % 64); }

// Made from the subject's hash, not its number: it can be looked for before the
// subject is found.
inline uint32_t HashScope(uint32_t hash_of_subject, uint32_t ns) {
  return static_cast<uint32_t>(Fold(hash_of_subject, ns, HashSeed::Get()));
}

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_SUBJECT_NAME_H_
