#include "cli/internal/object_files.h"

#include <utility>

#include "absl/status/status.h"
#include "cli/internal/arguments.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "objects/manifest.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::cli {

namespace {

objects::FieldValidation FieldValidationOf(absl::string_view validate) {
  if (validate == "strict") return objects::FieldValidation::kStrict;
  if (validate == "ignore") return objects::FieldValidation::kIgnore;
  return objects::FieldValidation::kWarn;
}

// Merges stringData of a Secret into its data.
void MergeStringData(objects::Object* object) {
  const auto* read = object->As<k8s::Secret>();
  if (read == nullptr || read->stringdata().empty()) return;
  k8s::Secret secret = *read;
  for (const auto& [key, value] : read->stringdata()) {
    (*secret.mutable_data())[key] = value;
  }
  secret.clear_stringdata();
  *object = objects::MakeObject(std::move(secret), object->source);
}

}  // namespace

void AddObjectFlags(CLI::App& app, ObjectFlags* flags) {
  AddStrings(app, "-f,--filename", &flags->filenames,
             "File or directory with the service accounts, secrets, pods and "
             "nodes, or - for stdin; may be repeated")
      ->type_name("PATH");
  AddValidateFlag(app, &flags->validate);
}

absl::StatusOr<std::shared_ptr<objects::MemoryStore>> LoadObjects(
    const ObjectFlags& flags, const Streams& streams) {
  auto store = std::make_shared<objects::MemoryStore>();
  if (flags.filenames.empty()) return store;
  const absl::Status named = CheckFilenames(flags.filenames);
  if (!named.ok()) return named;
  objects::LoadOptions options;
  options.field_validation = FieldValidationOf(flags.validate);
  options.stdin_stream = &streams.in;
  absl::StatusOr<objects::LoadResult> loaded =
      objects::LoadManifests(flags.filenames, options);
  if (!loaded.ok()) return loaded.status();
  for (const std::string& warning : loaded->warnings) {
    streams.err << Printable(warning) << '\n';
  }
  for (objects::Object& object : loaded->objects) {
    MergeStringData(&object);
    if (!flags.warn_without_uid || !object.metadata().uid().empty()) continue;
    streams.err << "Warning: " << Printable(object.source) << ": "
                << object.kind->kind << " "
                << Printable(object.metadata().name())
                << " has no uid; it is given one for this run\n";
  }
  const absl::Status status = store->LoadAll(loaded->objects);
  if (!status.ok()) return status;
  return store;
}

}  // namespace gatehouse::cli
