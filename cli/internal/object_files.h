// Objects of a cluster, from files.
#ifndef GATEHOUSE_CLI_INTERNAL_OBJECT_FILES_H_
#define GATEHOUSE_CLI_INTERNAL_OBJECT_FILES_H_

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "cli/internal/command.h"
#include "objects/memory_store.h"

namespace gatehouse::cli {

// ObjectFlags says which objects there are.
struct ObjectFlags {
  std::vector<std::string> filenames;  // "-" is stdin.
  std::string validate = "warn";       // strict, warn or ignore.
  // Warn of objects without a uid: they get one that nobody else knows.
  bool warn_without_uid = false;
};

// Adds -f and --validate.
void AddObjectFlags(CLI::App& app, ObjectFlags* flags);

// Loads the manifests into a store; no files, an empty store. What is in
// stringData of a Secret goes into its data, as an API server does it. Faults
// that are no errors go to streams.err. Errors: objects::LoadManifests' and
// MemoryStore::LoadAll's.
absl::StatusOr<std::shared_ptr<objects::MemoryStore>> LoadObjects(
    const ObjectFlags& flags, const Streams& streams);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_OBJECT_FILES_H_
