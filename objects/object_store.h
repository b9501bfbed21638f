// Where objects live: get, list, watch, and writes with conflict detection.
#ifndef GATEHOUSE_OBJECTS_OBJECT_STORE_H_
#define GATEHOUSE_OBJECTS_OBJECT_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "objects/object.h"

namespace gatehouse::objects {

// ObjectList is what a kind held at one moment.
struct ObjectList {
  std::vector<Object> items;  // By (namespace, name), bytewise.
  // Version of the store at that moment, never 0. A Watch from here misses
  // nothing and repeats nothing.
  uint64_t resource_version = 0;
};

// Event is one change of one object.
struct Event {
  enum class Type { kAdded, kModified, kDeleted };
  Type type = Type::kAdded;
  // The object after the change. For kDeleted: the last state, with the
  // resourceVersion of the deletion.
  Object object;
};

// Preconditions must hold for a Delete to happen. Unset means: any.
struct Preconditions {
  absl::optional<std::string> uid;
  absl::optional<std::string> resource_version;
};

// Watcher hands out the changes of one kind, in order, to a consumer that pulls
// them. It may outlive its store. Any thread may call any method; each event
// goes to one caller. A Watcher that nobody pulls costs its store nothing.
//
// Both ways to pull fail with
// - Reason::kExpired (kOutOfRange), "too old resource version: N (M)", when the
//   consumer has fallen behind what the store remembers: N was read last, M is
//   the oldest version that can be watched from. List again, watch from there.
// - kCancelled after Stop, or when the store is gone.
// An error is final: every later call returns one too.
class Watcher {
 public:
  virtual ~Watcher() = default;

  // Returns the next event, or nullopt if there is none at present. Does not
  // block.
  virtual absl::StatusOr<absl::optional<Event>> Next() = 0;

  // Returns the next event. Blocks until there is one, and no longer than
  // `timeout`: then returns nullopt. The timeout is real time, on the system's
  // steady clock; absl::InfiniteDuration() waits for ever.
  virtual absl::StatusOr<absl::optional<Event>> Wait(
      absl::Duration timeout) = 0;

  // Ends the watch and wakes who waits in it. May be called again.
  virtual void Stop() = 0;
};

// ObjectStore keeps objects as the storage of a Kubernetes API server does.
// Any thread may call any method. Objects handed out are immutable and stay
// valid after the store has changed or gone.
//
// Every write that changes something takes a new version. Versions are of the
// whole store, increase strictly, and stand in metadata.resourceVersion of the
// stored object. The store does not validate or default objects, and deletes at
// once: finalizers and grace periods are not its business.
//
// For kinds without namespaces the namespace is ignored, and cleared in what is
// stored. Errors name the object in Kubernetes' wording, such as
//   rolebindings.rbac.authorization.k8s.io "x" not found
// Errors of all methods that take an object: Reason::kUnsupported for one
// without kind or message, Reason::kInvalid for a message of another kind and
// for a missing name or namespace (kInvalidArgument).
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Returns the object. Error: Reason::kNotFound (kNotFound).
  virtual absl::StatusOr<Object> Get(const KindInfo& kind,
                                     absl::string_view object_namespace,
                                     absl::string_view name) const = 0;

  // Returns all objects of `kind` in the namespace, or in all namespaces if it
  // is empty. A kind or namespace never heard of has none.
  virtual absl::StatusOr<ObjectList> List(
      const KindInfo& kind, absl::string_view object_namespace) const = 0;

  // Stores a new object and returns what was stored. Empty metadata.uid and
  // creationTimestamp are filled (random UUID, now); a resourceVersion in
  // `object` is ignored, so that what was exported can be loaded again.
  // Error: Reason::kDuplicate (kAlreadyExists).
  virtual absl::StatusOr<Object> Create(const Object& object) = 0;

  // Replaces an object and returns what was stored. The stored uid and
  // creationTimestamp remain. If `object` carries a resourceVersion, or a uid,
  // it must be that of the stored object; without, the update is
  // unconditional. An update that changes nothing keeps the resourceVersion
  // and makes no event. Errors: Reason::kNotFound (kNotFound),
  // Reason::kConflict (kAborted): get again, change that, try again.
  virtual absl::StatusOr<Object> Update(const Object& object) = 0;

  // Removes an object and returns its last state, with the resourceVersion of
  // the deletion. Errors: Reason::kNotFound (kNotFound), Reason::kConflict
  // (kAborted) if a precondition does not hold.
  virtual absl::StatusOr<Object> Delete(const KindInfo& kind,
                                        absl::string_view object_namespace,
                                        absl::string_view name,
                                        const Preconditions& preconditions) = 0;

  // The same without preconditions.
  absl::StatusOr<Object> Delete(const KindInfo& kind,
                                absl::string_view object_namespace,
                                absl::string_view name) {
    return Delete(kind, object_namespace, name, Preconditions());
  }

  // Returns a watcher of every change of `kind` made after version `from`. If
  // `from` is 0, the objects that exist come first, as kAdded, in List's order.
  // Errors: Reason::kExpired (kOutOfRange) if the store no longer remembers all
  // changes since `from`: list again; Reason::kInvalid (kOutOfRange), "Too
  // large resource version: N, current: M", if `from` has not come yet.
  virtual absl::StatusOr<std::unique_ptr<Watcher>> Watch(const KindInfo& kind,
                                                         uint64_t from) = 0;
};

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_OBJECT_STORE_H_
