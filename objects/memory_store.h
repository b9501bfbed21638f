// ObjectStore in memory.
#ifndef GATEHOUSE_OBJECTS_MEMORY_STORE_H_
#define GATEHOUSE_OBJECTS_MEMORY_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "objects/object.h"
#include "objects/object_store.h"

namespace gatehouse::objects {

// MemoryStoreOptions has defaults that fit a server.
struct MemoryStoreOptions {
  // Gives creationTimestamp. Not owned; must outlive the store.
  const Clock* clock = &Clock::System();
  // How many events of each kind are remembered. A watcher that falls further
  // behind must list again. 0 remembers none.
  size_t history = 4096;
};

// MemoryStore is an ObjectStore whose objects live as long as it does. Any
// thread may call any method. One lock guards all; under it no object is
// copied in Create and LoadAll, and List only counts references.
//
// Stored are copies of the objects given, since the version is written into
// them; what the store hands out is shared, never copied.
class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(const MemoryStoreOptions& options = {});

  // Ends all watches: their watchers return kCancelled.
  ~MemoryStore() override;

  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  absl::StatusOr<Object> Get(const KindInfo& kind,
                             absl::string_view object_namespace,
                             absl::string_view name) const override;
  absl::StatusOr<ObjectList> List(
      const KindInfo& kind, absl::string_view object_namespace) const override;
  absl::StatusOr<Object> Create(const Object& object) override;
  absl::StatusOr<Object> Update(const Object& object) override;
  using ObjectStore::Delete;
  absl::StatusOr<Object> Delete(const KindInfo& kind,
                                absl::string_view object_namespace,
                                absl::string_view name,
                                const Preconditions& preconditions) override;
  absl::StatusOr<std::unique_ptr<Watcher>> Watch(const KindInfo& kind,
                                                 uint64_t from) override;

  // Creates many objects, of any kinds, as one step: all or, on error, none;
  // readers see none or all. Each object gets a version and an event of its
  // own, in the order given. Errors are those of Create, for the first object
  // that cannot be stored at all, else for the first that is there already or
  // repeats an earlier one.
  absl::Status LoadAll(absl::Span<const Object> objects);

 private:
  class State;
  class StateWatcher;

  // Shared with the watchers, which may outlive the store.
  const std::shared_ptr<State> state_;
};

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_MEMORY_STORE_H_
