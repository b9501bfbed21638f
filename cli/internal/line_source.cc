#include "cli/internal/line_source.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"

namespace gatehouse::cli {

namespace {

absl::Status CannotRead(absl::StatusCode code, Reason reason,
                        absl::string_view path) {
  return MakeError(code, reason,
                   absl::StrCat("--requests: cannot read ", path, ": ",
                                std::strerror(errno != 0 ? errno : EIO)));
}

// The library's buffers throw where the file cannot be read.
LineSource::Kind ReadLineOrThrow(std::istream& in, std::string& line) {
  line.clear();
  std::streambuf& buffer = *in.rdbuf();
  bool too_long = false;
  for (int c = buffer.sbumpc();; c = buffer.sbumpc()) {
    if (c == std::char_traits<char>::eof()) {
      if (line.empty()) return LineSource::Kind::kEnd;
      break;
    }
    if (c == '\n') break;
    if (line.size() < LineSource::kMaxLine) {
      line += static_cast<char>(c);
    } else {
      too_long = true;
    }
  }
  return too_long ? LineSource::Kind::kTooLong : LineSource::Kind::kLine;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LineSource>> LineSource::Open(
    const std::string& path, std::istream& stdin_stream) {
  std::unique_ptr<LineSource> source(new LineSource);
  if (path.empty() || path == "-") {
    source->name_ = "stdin";
    source->in_ = &stdin_stream;
    return source;
  }
  source->name_ = path;
  errno = 0;
  source->file_.open(path, std::ios::binary);
  if (!source->file_) {
    return CannotRead(absl::StatusCode::kNotFound, Reason::kNotFound, path);
  }
  source->in_ = &source->file_;
  return source;
}

absl::StatusOr<LineSource::Kind> LineSource::Next(std::string& line) {
  ++number_;
  errno = 0;
  try {
    return ReadLineOrThrow(*in_, line);
  } catch (const std::exception&) {
    return CannotRead(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                      name_);
  }
}

std::string LineSource::Place() const {
  return absl::StrCat(name_, ":", number_);
}

std::string LineSource::Placed(absl::string_view message) const {
  const bool has_column =
      absl::ConsumePrefix(&message, absl::StrCat(name_, ":1:"));
  // So it does where it names the first of two equal keys.
  constexpr absl::string_view kFirst = ", first at 1:";
  const size_t first = message.rfind(kFirst);
  std::string text(message);
  if (first != absl::string_view::npos) {
    text.replace(first, kFirst.size(),
                 absl::StrCat(", first at ", number_, ":"));
  }
  return absl::StrCat(Place(), has_column ? ":" : ": ", text);
}

bool LineSource::MoreIsWaiting() const { return in_->rdbuf()->in_avail() > 0; }

}  // namespace gatehouse::cli
