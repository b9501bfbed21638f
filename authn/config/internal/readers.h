// What reads the files of a chain, and how its state is shown.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_READERS_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_READERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/config/chain.h"
#include "authn/config/source_status.h"
#include "authn/serviceaccount/key_files.h"
#include "authn/token/token_file_source.h"
#include "authn/x509_files.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {

// Source is one set of files, whoever reads them.
struct Source {
  std::function<SourceStatus()> status;
  std::function<absl::Status()> reload;
};

// Puts the flag before an error.
inline absl::Status OfFlag(absl::string_view flag, const absl::Status& status) {
  return InContext(absl::StrCat("--", flag), status);
}

inline uint64_t GenerationOf(const X509FilesStatus& status) {
  return status.loads;
}
inline uint64_t GenerationOf(const TokenFileStatus& status) {
  return status.loads;
}
inline uint64_t GenerationOf(const KeyFilesStatus& status) {
  return status.generation;
}

// Described is a source's name and files, with which the status of any reader
// becomes a SourceStatus.
struct Described {
  std::string name;
  std::vector<std::string> files;

  template <typename Status>
  SourceStatus operator()(const Status& from) const {
    SourceStatus status;
    status.name = name;
    status.files = files;
    status.generation = GenerationOf(from);
    status.loaded_at = from.loaded_at;
    status.attempted_at = from.attempted_at;
    status.last_error = from.last_error;
    return status;
  }
};

// Starts a reader and makes a source of it.
template <typename Reader, typename Status, typename Options>
absl::StatusOr<std::shared_ptr<Reader>> StartReader(
    const Described& described, const ChainDependencies& dependencies,
    Options options, std::vector<Source>* sources) {
  options.watch = dependencies.watch;
  options.clock = dependencies.clock;
  if (dependencies.observe != nullptr) {
    options.observe = [described, observe = dependencies.observe](
                          const Status& status) { observe(described(status)); };
  }
  auto started = Reader::Start(std::move(options));
  if (!started.ok()) return OfFlag(described.name, started.status());
  std::shared_ptr<Reader> reader = *std::move(started);
  sources->push_back(
      {[described, reader] { return described(reader->status()); },
       [reader] { return reader->Reload(); }});
  return reader;
}

// The same for those that speak of SourceStatus themselves.
template <typename Reader, typename Options>
absl::StatusOr<std::shared_ptr<Reader>> StartOwnReader(
    absl::string_view flag, const ChainDependencies& dependencies,
    Options options, std::vector<Source>* sources) {
  options.watch = dependencies.watch;
  options.clock = dependencies.clock;
  options.observe = dependencies.observe;
  options.http_clients = dependencies.http_clients;
  absl::StatusOr<std::shared_ptr<Reader>> started =
      Reader::Start(std::move(options));
  if (!started.ok()) return OfFlag(flag, started.status());
  std::shared_ptr<Reader> reader = *std::move(started);
  sources->push_back({[reader] { return reader->status(); },
                      [reader] { return reader->Reload(); }});
  return reader;
}

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_READERS_H_
