#include "objects/manifest.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"

namespace gatehouse::objects {
namespace {

namespace fs = std::filesystem;

constexpr size_t kProgressBytes = size_t{1} << 20;
constexpr size_t kReadBytes = size_t{1} << 20;
constexpr absl::string_view kStdin = "-";

bool IsJsonName(absl::string_view file) {
  return absl::EndsWith(file, ".json") || absl::EndsWith(file, ".jsonl");
}

bool IsManifestName(absl::string_view file) {
  return IsJsonName(file) || absl::EndsWith(file, ".yaml") ||
         absl::EndsWith(file, ".yml");
}

bool LooksLikeJson(absl::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != absl::string_view::npos &&
         (text[first] == '{' || text[first] == '[');
}

absl::Status InvalidAt(absl::string_view file, const Node& node,
                       absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(Place(file, node), ": ", text));
}

absl::Status PathError(absl::string_view path, std::error_code error) {
  if (error == std::errc::no_such_file_or_directory) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat(path, ": no such file or directory"));
  }
  return MakeError(absl::StatusCode::kUnavailable, Reason::kNone,
                   absl::StrCat(path, ": ", error.message()));
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
    } else if (IsManifestName(name) && !it->is_directory(ignored)) {
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

// The objects of one file, before they are held against the other files'.
class FileLoader {
 public:
  FileLoader(absl::string_view file, const LoadOptions& options,
             ReadProgress progress)
      : file_(file), progress_(std::move(progress)), limits_(options.limits) {
    decode_.field_validation = options.field_validation;
    decode_.limits = options.limits;
  }

  absl::Status Load(absl::string_view text) {
    if (!IsJsonName(file_) && !LooksLikeJson(text)) {
      return Read(NewYamlReader(text, file_, limits_, progress_).get());
    }
    const absl::Status as_json =
        Read(NewJsonReader(text, file_, limits_, progress_).get());
    if (ReasonOf(as_json) != Reason::kMalformed || IsJsonName(file_)) {
      return as_json;
    }
    // YAML may start with { too.
    result_ = LoadResult();
    passed_over_.clear();
    const absl::Status as_yaml =
        Read(NewYamlReader(text, file_, limits_, progress_).get());
    // Where it is neither, the name says which it was meant to be.
    const bool neither = ReasonOf(as_yaml) == Reason::kMalformed;
    return neither && !IsManifestName(file_) ? as_json : as_yaml;
  }

  // Returns what was loaded.
  LoadResult Take() {
    for (const auto& [kind, passed] : passed_over_) {
      result_.warnings.push_back(absl::StrCat(
          passed.place, ": kind ", kind.second, " of ", kind.first,
          " is not known here, ", passed.count,
          passed.count == 1 ? " object" : " objects", " passed over"));
    }
    return std::move(result_);
  }

 private:
  // Names are a list's for its items that have none.
  struct Names {
    std::string api_version;
    std::string kind;
  };
  struct PassedOver {
    std::string place;
    size_t count = 0;
  };

  absl::Status Read(DocumentReader* reader) {
    while (true) {
      Document document;
      const absl::StatusOr<bool> more = reader->Next(&document);
      if (!more.ok()) return more.status();
      if (!*more) return absl::OkStatus();
      if (document.root().is(NodeKind::kNull)) continue;
      absl::Status status = Add(document.root(), Names());
      if (!status.ok()) return status;
    }
  }

  absl::Status Add(const Node& node, const Names& inherited) {
    Names names = inherited;
    absl::Status status = ReadNames(node, &names);
    if (!status.ok()) return status;
    const Node* items = node.Find("items");
    if (absl::EndsWith(names.kind, "List") && items != nullptr) {
      return AddItems(*items, names);
    }
    const KindInfo* kind = FindKind(names.api_version, names.kind);
    if (kind == nullptr) {
      PassedOver& passed = passed_over_[{names.api_version, names.kind}];
      if (passed.count++ == 0) passed.place = Place(file_, node);
      return absl::OkStatus();
    }
    absl::StatusOr<Object> object =
        DecodeObjectAs(*kind, node, file_, decode_, &result_.warnings);
    if (!object.ok()) return object.status();
    result_.objects.push_back(*std::move(object));
    return absl::OkStatus();
  }

  absl::Status AddItems(const Node& items, Names names) {
    if (items.is(NodeKind::kNull)) return absl::OkStatus();
    if (!items.is(NodeKind::kList)) {
      return InvalidAt(file_, items, "items: want a list of objects");
    }
    if (names.kind == "List") {
      names = Names();
    } else {
      names.kind = std::string(absl::StripSuffix(names.kind, "List"));
    }
    for (const Node& item : items.items()) {
      absl::Status status = Add(item, names);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Reads apiVersion and kind; those that are missing stay as they are.
  absl::Status ReadNames(const Node& node, Names* names) const {
    if (!node.is(NodeKind::kMap)) {
      return InvalidAt(file_, node, "want an object with apiVersion and kind");
    }
    const std::pair<absl::string_view, std::string*> fields[] = {
        {"apiVersion", &names->api_version}, {"kind", &names->kind}};
    for (const auto& [name, value] : fields) {
      const Node* found = node.Find(name);
      if (found != nullptr && found->is(NodeKind::kString)) {
        *value = std::string(found->text());
      } else if (found != nullptr && !found->is(NodeKind::kNull)) {
        return InvalidAt(file_, *found, absl::StrCat(name, ": want a string"));
      }
      if (value->empty()) {
        return InvalidAt(file_, node, absl::StrCat("an object without ", name));
      }
    }
    return absl::OkStatus();
  }

  const std::string file_;
  const ReadProgress progress_;
  const Limits limits_;
  DecodeOptions decode_;
  LoadResult result_;
  std::map<std::pair<std::string, std::string>, PassedOver> passed_over_;
};

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
    FileLoader loader(file, options_,
                      [this](size_t bytes) { Progress(bytes_done_ + bytes); });
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
            Key(object.kind, metadata.namespace_(), metadata.name()),
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

  static absl::Status Duplicate(const Object& object, const Object& first) {
    const k8s::ObjectMeta& metadata = object.metadata();
    return MakeError(
        absl::StatusCode::kAlreadyExists, Reason::kDuplicate,
        absl::StrCat(object.source, ": duplicate ", object.kind->kind, " \"",
                     metadata.namespace_(),
                     metadata.namespace_().empty() ? "" : "/", metadata.name(),
                     "\", first at ", first.source));
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
