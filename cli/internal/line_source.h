// The lines of a file or of stdin, one request each.
#ifndef GATEHOUSE_CLI_INTERNAL_LINE_SOURCE_H_
#define GATEHOUSE_CLI_INTERNAL_LINE_SOURCE_H_

#include <cstddef>
#include <fstream>
#include <istream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gatehouse::cli {

// LineSource reads the requests of commands that answer line by line
// (--requests). For one thread.
class LineSource {
 public:
  // The most bytes of a line. An API server takes no larger request.
  static constexpr size_t kMaxLine = size_t{3} << 20;

  enum class Kind { kLine, kTooLong, kEnd };

  // Opens `path`; "" and "-" stand for `stdin_stream`, which must outlive the
  // source. kNotFound.
  static absl::StatusOr<std::unique_ptr<LineSource>> Open(
      const std::string& path, std::istream& stdin_stream);

  // Reads the next line, without its end, into `line`. A line over the ceiling
  // is passed over and kTooLong. An error if the file cannot be read on.
  absl::StatusOr<Kind> Next(std::string& line);

  // The path, or "stdin"; and the number of the line that was read, from 1.
  const std::string& name() const { return name_; }
  size_t number() const { return number_; }
  // Returns both, "requests.jsonl:3", as errors begin.
  std::string Place() const;
  // Returns an error about the line with its place before it, and with the
  // line's number where the parser of a single line says 1.
  std::string Placed(absl::string_view message) const;

  // Returns whether more input is there already. If not, whoever asks may be
  // waiting for the answer before asking on.
  bool MoreIsWaiting() const;

 private:
  LineSource() = default;

  std::string name_;
  std::ifstream file_;
  std::istream* in_ = nullptr;  // file_ or stdin.
  size_t number_ = 0;
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_LINE_SOURCE_H_
