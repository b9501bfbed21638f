// One Kubernetes object: its kind and its message.
#ifndef GATEHOUSE_OBJECTS_OBJECT_H_
#define GATEHOUSE_OBJECTS_OBJECT_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects {

// KindInfo describes a kind of object that this library knows.
struct KindInfo {
  absl::string_view api_version;  // Such as "rbac.authorization.k8s.io/v1".
  absl::string_view kind;         // Such as "RoleBinding".
  absl::string_view resource;     // Such as "rolebindings".
  bool namespaced;
  // An empty message of this kind; lives as long as the process.
  const google::protobuf::Message* prototype;

  // Returns the API group: "" for core.
  absl::string_view group() const;
};

// Returns the kind, or null if it is not known here. Older versions of a kind
// that have the same fields (rbac v1beta1, v1alpha1) are found too and lead to
// the v1 entry.
const KindInfo* FindKind(absl::string_view api_version, absl::string_view kind);

// Returns the kind of a message, or null if the message is no object.
const KindInfo* KindOf(const google::protobuf::Message& message);

// Object is an immutable object. Copies share the message; any thread may
// read it.
struct Object {
  const KindInfo* kind = nullptr;
  std::shared_ptr<const google::protobuf::Message> message;
  // Where it was read, as "file:line:column"; "" if it was not read.
  std::string source;

  // Returns the message as `T`, or null if it is of another kind.
  template <typename T>
  const T* As() const {
    return message != nullptr && message->GetDescriptor() == T::descriptor()
               ? static_cast<const T*>(message.get())
               : nullptr;
  }

  // Returns the object's metadata; that of a default object if unset.
  const k8s::ObjectMeta& metadata() const;
};

// Returns the metadata of any object of a known kind.
const k8s::ObjectMeta& MetadataOf(const google::protobuf::Message& message);

// Wraps a message of a known kind.
template <typename T>
Object MakeObject(T message, std::string source = "") {
  auto shared = std::make_shared<const T>(std::move(message));
  const KindInfo* kind = KindOf(*shared);
  return Object{kind, std::move(shared), std::move(source)};
}

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_OBJECT_H_
