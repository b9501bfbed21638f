#include "conformance/files.h"

#include <zlib.h>

#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace gatehouse::conformance {
namespace {

// To inflateInit2: the largest window, and a gzip header.
constexpr int kGzipWindowBits = 15 + 16;

absl::Status Malformed(absl::string_view name, absl::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   absl::StrCat(name, ": ", what));
}

// Unpacks one member, from where `stream` stands.
absl::Status UnpackMember(absl::string_view name, size_t max_bytes,
                          z_stream* stream, std::string* out) {
  std::array<char, 64 * 1024> chunk;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    stream->next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream->avail_out = chunk.size();
    result = inflate(stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) {
      return Malformed(name, stream->avail_in == 0
                                 ? "the gzip data is cut short"
                                 : "this is no gzip data");
    }
    out->append(chunk.data(), chunk.size() - stream->avail_out);
    if (out->size() > max_bytes) {
      return MakeError(
          absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
          absl::StrCat(name, ": unpacks to more than ", max_bytes, " bytes"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  // Of an empty file nothing is inserted, which sets failbit of `bytes` only.
  if (file.is_open() && file.peek() != EOF) bytes << file.rdbuf();
  if (!file.is_open() || file.bad() || bytes.fail()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat(path, ": cannot be read"));
  }
  return bytes.str();
}

absl::StatusOr<std::string> ReadGzipFile(const std::string& path,
                                         size_t max_bytes) {
  const absl::StatusOr<std::string> packed = ReadFile(path);
  if (!packed.ok()) return packed.status();
  return Gunzip(*packed, path, max_bytes);
}

absl::StatusOr<std::string> Gunzip(absl::string_view packed,
                                   absl::string_view name, size_t max_bytes) {
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipWindowBits) != Z_OK) {
    return Malformed(name, "zlib cannot be started");
  }
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> ended(&stream,
                                                               inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  do {
    const absl::Status status = UnpackMember(name, max_bytes, &stream, &out);
    if (!status.ok()) return status;
    inflateReset(&stream);
  } while (stream.avail_in > 0);
  return out;
}

}  // namespace gatehouse::conformance
