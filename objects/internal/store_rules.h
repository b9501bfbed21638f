// The rules of Kubernetes' storage that do not depend on where objects are
// kept: what may be written, what a write fills in, and how errors read.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_STORE_RULES_H_
#define GATEHOUSE_OBJECTS_INTERNAL_STORE_RULES_H_

#include <cstdint>
#include <string>

#include "absl/random/bit_gen_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "objects/object.h"
#include "objects/object_store.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects::internal {

// Draft is a copy of an object that nobody else sees yet, so that metadata can
// still be written. Plain data; used by one thread.
struct Draft {
  Object object;
  k8s::ObjectMeta* metadata;  // Of `object`, and lives as long.
};

// Copies an object that is to be stored. Clears the namespace of a kind that
// has none. Errors: those that ObjectStore lists for all methods.
absl::StatusOr<Draft> MakeDraft(const Object& object);

// Copies an object that has been stored.
Draft CopyOf(const Object& stored);

// Fills uid and creationTimestamp where they are empty. A Time without seconds
// counts as empty: so Kubernetes encodes its zero time.
void FillNew(absl::Time now, absl::BitGenRef random, k8s::ObjectMeta& metadata);

// Returns a random UUID as text (RFC 9562, section 5.4).
std::string NewUuid(absl::BitGenRef random);

// Returns an error unless `draft` may replace the stored object. An empty uid
// or resourceVersion holds for any; so does version "0", as in Kubernetes.
absl::Status CheckUpdate(const k8s::ObjectMeta& stored, const Draft& draft);

// Returns an error unless the stored object may be deleted.
absl::Status CheckDelete(const KindInfo& kind, const k8s::ObjectMeta& stored,
                         const Preconditions& preconditions);

// Gives `metadata` what an update cannot change, and the stored version: then
// an update that changes nothing is equal to what is stored.
void KeepIdentity(const k8s::ObjectMeta& stored, k8s::ObjectMeta& metadata);

// Errors of ObjectStore and Watcher. `source` is Object::source, put in front
// if there is one.
absl::Status NotFound(absl::string_view source, const KindInfo& kind,
                      absl::string_view name);
absl::Status AlreadyExists(const Object& object);
absl::Status TooOld(uint64_t version, uint64_t oldest);
absl::Status TooLarge(uint64_t version, uint64_t current);

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_STORE_RULES_H_
