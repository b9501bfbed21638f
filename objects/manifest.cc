#include "objects/manifest.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/internal/file_loader.h"
#include "objects/internal/shown.h"

namespace gatehouse::objects {
namespace {

namespace fs = std::filesystem;

constexpr size_t kProgressBytes = size_t{1} << 20;
constexpr size_t kReadBytes = size_t{1} << 20;
constexpr absl::string_view kStdin = "-";

absl::Status PathError(absl::string_view path, std::error_code error) {
  if (error == std::errc::no_such_file_or_directory) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::kNotFound,
        absl::StrCat(internal::Shown(path), ": no such file or directory"));
  }
  return MakeError(absl::StatusCode::kUnavailable, Reason::kNone,
                   absl::StrCat(internal::Shown(path), ": ", error.message()));
}

// Appends the manifests in and below `directory`. Links to directories are
// not followed: they could lead in a circle.
absl::Status ListDirectory(const std::string& directory,
                           std::vector<std::string>* files) {
  std::vector<std::string> found;
  std::error_code error;
  fs::recursive_directory_iterator it(directory, error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (absl::StartsWith(name, ".")) {
      if (it->is_directory(ignored)) it.disable_recursion_pending();
    } else if (internal::IsManifestName(name) && !it->is_directory(ignored)) {
      found.push_back(it->path().string());
    }
  }
  if (error) return PathError(directory, error);
  std::sort(found.begin(), found.end());
  files->insert(files->end(), found.begin(), found.end());
  return absl::OkStatus();
}

// Reads a stream to its end. One byte over the limit is kept, for the parser
// to refuse.
std::string ReadAll(std::istream& stream, size_t expected, size_t max_bytes) {
  std::string text;
  text.reserve(std::min(expected, max_bytes) + 1);
  while (stream.good() && text.size() <= max_bytes) {
    const size_t before = text.size();
    const size_t room = std::max(kReadBytes, text.capacity() - before);
    text.resize(before + std::min(room, max_bytes + 1 - before));
    stream.read(&text[before],
                static_cast<std::streamsize>(text.size() - before));
    text.resize(before + static_cast<size_t>(stream.gcount()));
  }
  return text;
}

class Loader {
 public:
  explicit Loader(const LoadOptions& options) : options_(options) {}

  absl::Status LoadPaths(absl::Span<const std::string> paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
      absl::Status status = Expand(path, &files);
      if (!status.ok()) return status;
    }
    for (const std::string& file : files) {
      absl::Status status = LoadFile(file);
      if (!status.ok()) return status;
    }
    if (options_.progress) options_.progress(bytes_done_, bytes_total_);
    return absl::OkStatus();
  }

  absl::Status LoadText(absl::string_view text, absl::string_view file) {
    internal::FileLoader loader(file, options_, [this](size_t bytes) {
      Progress(bytes_done_ + bytes);
    });
    absl::Status status = loader.Load(text);
    if (!status.ok()) return status;
    bytes_done_ += text.size();
    return Merge(loader.Take());
  }

  LoadResult Take() { return std::move(result_); }

 private:
  // Kind, namespace and name. The text is that of the object's own message.
  using Key = std::tuple<const KindInfo*, absl::string_view, absl::string_view>;

  // Appends the files that `path` stands for, and counts their bytes.
  absl::Status Expand(const std::string& path,
                      std::vector<std::string>* files) {
    const size_t first = files->size();
    std::error_code error;
    if (path == kStdin) {
      files->push_back(path);
      return absl::OkStatus();
    }
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      return PathError(
          path, std::make_error_code(std::errc::no_such_file_or_directory));
    }
    if (!fs::is_directory(status)) {
      files->push_back(path);
    } else {
      absl::Status listed = ListDirectory(path, files);
      if (!listed.ok()) return listed;
    }
    for (size_t i = first; i < files->size(); ++i) {
      bytes_total_ += FileSize((*files)[i]);
    }
    return absl::OkStatus();
  }

  // Returns the size of a regular file, 0 for anything else.
  static size_t FileSize(const std::string& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    return error ? 0 : static_cast<size_t>(size);
  }

  absl::Status LoadFile(const std::string& file) {
    if (file == kStdin) return LoadStdin();
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    if (!stream.is_open()) {
      return PathError(file, std::error_code(errno, std::generic_category()));
    }
    const size_t size = FileSize(file);
    const std::string text = ReadAll(stream, size, options_.limits.max_bytes);
    if (stream.bad()) {
      return PathError(file, std::make_error_code(std::errc::io_error));
    }
    // A file that grew, or was no regular file, has another size by now.
    bytes_total_ = bytes_total_ - size + text.size();
    return LoadText(text, file);
  }

  absl::Status LoadStdin() {
    if (options_.stdin_stream == nullptr) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "-: there is no standard input to read here");
    }
    const std::string text =
        ReadAll(*options_.stdin_stream, 0, options_.limits.max_bytes);
    bytes_total_ += text.size();
    return LoadText(text, "<stdin>");
  }

  void Progress(size_t bytes) {
    if (!options_.progress || bytes < reported_ + kProgressBytes) return;
    reported_ = bytes;
    options_.progress(bytes, bytes_total_);
  }

  absl::Status Merge(LoadResult file) {
    for (Object& object : file.objects) {
      const k8s::ObjectMeta& metadata = object.metadata();
      // Reviews have no names.
      if (!metadata.name().empty()) {
        const auto [it, inserted] = seen_.try_emplace(
            Key(object.kind, NamespaceOf(object), metadata.name()),
            result_.objects.size());
        if (!inserted) {
          return Duplicate(object, result_.objects[it->second]);
        }
      }
      result_.objects.push_back(std::move(object));
    }
    std::move(file.warnings.begin(), file.warnings.end(),
              std::back_inserter(result_.warnings));
    return absl::OkStatus();
  }

  // Returns the namespace that counts: none where the kind has none, whatever
  // the object says (Kubernetes behaviour).
  static absl::string_view NamespaceOf(const Object& object) {
    if (!object.kind->namespaced) return absl::string_view();
    return object.metadata().namespace_();
  }

  static absl::Status Duplicate(const Object& object, const Object& first) {
    const absl::string_view object_namespace = NamespaceOf(object);
    const std::string name =
        absl::StrCat(object_namespace, object_namespace.empty() ? "" : "/",
                     object.metadata().name());
    return MakeError(
        absl::StatusCode::kAlreadyExists, Reason::kDuplicate,
        absl::StrCat(object.source, ": duplicate ", object.kind->kind, " ",
                     GoQuote(name), ", first at ", first.source));
  }

  const LoadOptions& options_;
  LoadResult result_;
  absl::flat_hash_map<Key, size_t> seen_;  // Indexes of result_.objects.
  size_t bytes_done_ = 0;
  size_t bytes_total_ = 0;
  size_t reported_ = 0;
};

}  // namespace

absl::StatusOr<LoadResult> LoadManifests(absl::Span<const std::string> paths,
                                         const LoadOptions& options) {
  Loader loader(options);
  absl::Status status = loader.LoadPaths(paths);
  if (!status.ok()) return status;
  return loader.Take();
}

absl::StatusOr<LoadResult> LoadManifestText(absl::string_view text,
                                            absl::string_view file,
                                            const LoadOptions& options) {
  Loader loader(options);
  absl::Status status = loader.LoadText(text, file);
  if (!status.ok()) return status;
  return loader.Take();
}

}  // namespace gatehouse::objects
