#include "objects/internal/store_rules.h"

#include <memory>
#include <utility>

#include "absl/random/distributions.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "objects/internal/shown.h"

namespace gatehouse::objects::internal {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

// "rolebindings.rbac.authorization.k8s.io", or "pods" of the core group.
std::string Qualified(absl::string_view name, const KindInfo& kind) {
  if (kind.group().empty()) return std::string(name);
  return absl::StrCat(name, ".", kind.group());
}

std::string Where(absl::string_view source) {
  return source.empty() ? "" : absl::StrCat(source, ": ");
}

// `type` is the resource or, as Kubernetes has it for deletions, the kind.
absl::Status Conflict(absl::string_view source, absl::string_view type,
                      absl::string_view name, absl::string_view why) {
  return MakeError(
      absl::StatusCode::kAborted, Reason::kConflict,
      absl::StrCat(Where(source), "Operation cannot be fulfilled on ", type,
                   " ", GoQuote(name), ": ", why));
}

absl::Status Invalid(const Object& object, absl::string_view why) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kInvalid,
      absl::StrCat(Where(object.source),
                   Qualified(object.kind->kind, *object.kind), " ",
                   GoQuote(object.metadata().name()), " is invalid: ", why));
}

// The field "metadata", or null for a message that is no object.
const FieldDescriptor* MetadataField(const Message& message) {
  const FieldDescriptor* field =
      message.GetDescriptor()->FindFieldByName("metadata");
  const bool found = field != nullptr &&
                     field->message_type() == k8s::ObjectMeta::descriptor();
  return found ? field : nullptr;
}

absl::Status CheckObject(const Object& object) {
  if (object.kind == nullptr || object.message == nullptr ||
      MetadataField(*object.message) == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                     absl::StrCat(Where(object.source),
                                  "cannot store an object without a known "
                                  "kind, a message and metadata"));
  }
  const Descriptor* type = object.message->GetDescriptor();
  if (type != object.kind->prototype->GetDescriptor()) {
    return Invalid(object, absl::StrCat("the message is a ", type->name()));
  }
  if (object.metadata().name().empty()) {
    return Invalid(object, "metadata.name: Required value: name is required");
  }
  if (object.kind->namespaced && object.metadata().namespace_().empty()) {
    return Invalid(object, "metadata.namespace: Required value");
  }
  return absl::OkStatus();
}

// Kubernetes reads "0" as no version.
bool IsSetVersion(absl::string_view version) {
  return !version.empty() && version != "0";
}

}  // namespace

absl::StatusOr<Draft> MakeDraft(const Object& object) {
  absl::Status status = CheckObject(object);
  if (!status.ok()) return status;
  Draft draft = CopyOf(object);
  if (!object.kind->namespaced) draft.metadata->clear_namespace_();
  return draft;
}

Draft CopyOf(const Object& stored) {
  std::shared_ptr<Message> message(stored.message->New());
  message->CopyFrom(*stored.message);
  Message* metadata = message->GetReflection()->MutableMessage(
      message.get(), MetadataField(*message));
  return {Object{stored.kind, std::move(message), stored.source},
          static_cast<k8s::ObjectMeta*>(metadata)};
}

void FillNew(absl::Time now, absl::BitGenRef random,
             k8s::ObjectMeta& metadata) {
  if (metadata.uid().empty()) metadata.set_uid(NewUuid(random));
  if (!metadata.creationtimestamp().has_seconds()) {
    metadata.mutable_creationtimestamp()->set_seconds(absl::ToUnixSeconds(now));
  }
}

std::string NewUuid(absl::BitGenRef random) {
  const uint64_t high = absl::Uniform<uint64_t>(random);
  const uint64_t low = absl::Uniform<uint64_t>(random);
  const auto hex = [](uint64_t bits, absl::PadSpec digits) {
    return absl::Hex(bits, digits);
  };
  return absl::StrCat(hex(high >> 32, absl::kZeroPad8), "-",
                      hex((high >> 16) & 0xffff, absl::kZeroPad4), "-",
                      hex(0x4000 | (high & 0xfff), absl::kZeroPad4), "-",
                      hex(0x8000 | ((low >> 48) & 0x3fff), absl::kZeroPad4),
                      "-", hex(low & 0xffffffffffff, absl::kZeroPad12));
}

absl::Status CheckUpdate(const k8s::ObjectMeta& stored, const Draft& draft) {
  const KindInfo& kind = *draft.object.kind;
  const k8s::ObjectMeta& wanted = *draft.metadata;
  std::string why;
  if (!wanted.uid().empty() && wanted.uid() != stored.uid()) {
    why = absl::StrCat(
        "Precondition failed: UID in precondition: ", Shown(wanted.uid()),
        ", UID in object meta: ", Shown(stored.uid()));
  } else if (IsSetVersion(wanted.resourceversion()) &&
             wanted.resourceversion() != stored.resourceversion()) {
    why =
        "the object has been modified; please apply your changes to the "
        "latest version and try again";
  } else {
    return absl::OkStatus();
  }
  return Conflict(draft.object.source, Qualified(kind.resource, kind),
                  stored.name(), why);
}

absl::Status CheckDelete(const KindInfo& kind, const k8s::ObjectMeta& stored,
                         const Preconditions& preconditions) {
  const auto& [uid, version] = preconditions;
  std::string why;
  if (uid.has_value() && *uid != stored.uid()) {
    why = absl::StrCat("the UID in the precondition (", Shown(*uid),
                       ") does not match the UID in record (",
                       Shown(stored.uid()),
                       "). The object might have been deleted and then "
                       "recreated");
  } else if (version.has_value() && *version != stored.resourceversion()) {
    why = absl::StrCat(
        "the ResourceVersion in the precondition (", Shown(*version),
        ") does not match the ResourceVersion in record (",
        stored.resourceversion(), "). The object might have been modified");
  } else {
    return absl::OkStatus();
  }
  return Conflict("", Qualified(kind.kind, kind), stored.name(), why);
}

void KeepIdentity(const k8s::ObjectMeta& stored, k8s::ObjectMeta& metadata) {
  metadata.set_uid(stored.uid());
  metadata.set_resourceversion(stored.resourceversion());
  *metadata.mutable_creationtimestamp() = stored.creationtimestamp();
}

absl::Status NotFound(absl::string_view source, const KindInfo& kind,
                      absl::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   absl::StrCat(Where(source), Qualified(kind.resource, kind),
                                " ", GoQuote(name), " not found"));
}

absl::Status AlreadyExists(const Object& object) {
  return MakeError(
      absl::StatusCode::kAlreadyExists, Reason::kDuplicate,
      absl::StrCat(Where(object.source),
                   Qualified(object.kind->resource, *object.kind), " ",
                   GoQuote(object.metadata().name()), " already exists"));
}

absl::Status TooOld(uint64_t version, uint64_t oldest) {
  return MakeError(
      absl::StatusCode::kOutOfRange, Reason::kExpired,
      absl::StrCat("too old resource version: ", version, " (", oldest, ")"));
}

absl::Status TooLarge(uint64_t version, uint64_t current) {
  return MakeError(absl::StatusCode::kOutOfRange, Reason::kInvalid,
                   absl::StrCat("Too large resource version: ", version,
                                ", current: ", current));
}

}  // namespace gatehouse::objects::internal
