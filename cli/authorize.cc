#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "authz/review.h"
#include "base/errors.h"
#include "cli/commands.h"
#include "cli/internal/engine.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "objects/codec.h"
#include "proto/authorization.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::cli {

namespace {

// An API server takes no larger request body either.
constexpr size_t kMaxLine = size_t{3} << 20;

// Some editors begin a file with it.
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr char kExamples[] =
    R"(Reads SubjectAccessReview objects (authorization.k8s.io/v1), one on each line,
and writes each with its status filled in, in the same order. In the place of a
line that is no review stands a Status object that says what is wrong and in
which line; the others are answered all the same, and the exit status is 2.
A review that an API server would refuse, such as one that names nobody, is
answered with a warning; --validate=strict refuses it too.

Examples:
  # Answer the reviews on stdin from the manifests in a directory
  gatehouse authorize -f policy/ < reviews.jsonl

  # The policy of a running cluster, its default roles included
  kubectl get roles,clusterroles,rolebindings,clusterrolebindings -A -o yaml |
    gatehouse authorize -f - --requests reviews.jsonl)";

enum class ReadResult { kLine, kTooLong, kEnd, kFailed };

// Reads one line without its end. What exceeds the ceiling is passed over.
// The library's buffers throw where the file cannot be read.
ReadResult ReadLineOrThrow(std::istream& in, std::string& line) {
  line.clear();
  std::streambuf& buffer = *in.rdbuf();
  bool too_long = false;
  for (int c = buffer.sbumpc();; c = buffer.sbumpc()) {
    if (c == std::char_traits<char>::eof()) {
      if (line.empty()) return ReadResult::kEnd;
      break;
    }
    if (c == '\n') break;
    if (line.size() < kMaxLine) {
      line += static_cast<char>(c);
    } else {
      too_long = true;
    }
  }
  return too_long ? ReadResult::kTooLong : ReadResult::kLine;
}

ReadResult ReadLine(std::istream& in, std::string& line) {
  errno = 0;
  try {
    return ReadLineOrThrow(in, line);
  } catch (const std::exception&) {
    return ReadResult::kFailed;
  }
}

absl::Status CannotRead(absl::StatusCode code, Reason reason,
                        absl::string_view path) {
  return MakeError(code, reason,
                   absl::StrCat("--requests: cannot read ", path, ": ",
                                std::strerror(errno != 0 ? errno : EIO)));
}

// Returns the answer of an API server to a bad request, in one line.
std::string BadRequest(absl::string_view message) {
  k8s::Status status;
  status.set_status("Failure");
  status.set_message(std::string(message));
  status.set_reason("BadRequest");
  status.set_code(400);
  return objects::ToJson(status, objects::JsonStyle::kCompact);
}

// Whether a review that an API server would refuse is a question all the same.
bool IsAnswerable(const k8s::SubjectAccessReview& review) {
  return review.spec().has_resourceattributes() !=
         review.spec().has_nonresourceattributes();
}

// Answers as Kubernetes' authorizers would if they were asked.
void AnswerAnyway(const authz::Authorizer& authorizer,
                  k8s::SubjectAccessReview* review) {
  UserInfo user;
  const authz::Attributes attributes =
      authz::AttributesFrom(review->spec(), &user);
  *review->mutable_status() =
      authz::FillStatus(authorizer.Authorize(attributes));
}

class Authorize : public Command {
 public:
  PolicyFlags policy;
  std::string requests;

  absl::StatusOr<int> Run(const Streams& streams) override {
    for (const std::string& path : policy.filenames) {
      if (path == "-" && (requests.empty() || requests == "-")) {
        return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                         "-f - reads the policy from stdin: name the reviews "
                         "with --requests FILE");
      }
    }
    std::ifstream file;
    const bool from_file = !requests.empty() && requests != "-";
    if (from_file) {
      errno = 0;
      file.open(requests, std::ios::binary);
      if (!file) {
        return CannotRead(absl::StatusCode::kNotFound, Reason::kNotFound,
                          requests);
      }
    }
    absl::StatusOr<Engine> engine = Engine::Load(policy, streams);
    if (!engine.ok()) return engine.status();
    return AnswerAll(*engine, from_file ? requests : "stdin",
                     from_file ? file : streams.in, streams);
  }

 private:
  absl::StatusOr<int> AnswerAll(const Engine& engine, const std::string& source,
                                std::istream& in,
                                const Streams& streams) const {
    int status = kExitYes;
    std::string line;
    for (size_t number = 1; streams.out.good(); ++number) {
      const ReadResult result = ReadLine(in, line);
      if (result == ReadResult::kEnd) break;
      if (result == ReadResult::kFailed) {
        return CannotRead(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                          source);
      }
      const std::string place = absl::StrCat(source, ":", number);
      if (result == ReadResult::kTooLong) {
        streams.out << BadRequest(absl::StrCat(place, ": longer than ",
                                               kMaxLine, " bytes"))
                    << '\n';
        status = kExitError;
      } else if (!absl::StripAsciiWhitespace(line).empty()) {
        if (!Answer(engine, source, number, line, streams)) status = kExitError;
      }
      // Whoever waits for an answer before asking on shall get it; whoever has
      // asked more already is answered in one go.
      if (in.rdbuf()->in_avail() <= 0) streams.out.flush();
    }
    return status;
  }

  // Writes the answer to one line. Returns false if the line is no review.
  bool Answer(const Engine& engine, const std::string& source, size_t number,
              const std::string& line, const Streams& streams) const {
    objects::DecodeOptions options;
    if (policy.validate == "strict") {
      options.field_validation = objects::FieldValidation::kStrict;
    } else if (policy.validate == "ignore") {
      options.field_validation = objects::FieldValidation::kIgnore;
    }
    std::vector<std::string> warnings;
    absl::StatusOr<objects::Object> object = objects::ObjectFromJson(
        absl::StripPrefix(line, kByteOrderMark), source, options, &warnings);
    absl::Status error = object.status();
    if (object.ok()) {
      for (const std::string& warning : warnings) {
        streams.err << Printable(Placed(warning, source, number)) << '\n';
      }
      if (const auto* read = object->As<k8s::SubjectAccessReview>()) {
        k8s::SubjectAccessReview review = *read;
        error = authz::ReviewSubjectAccess(engine.authorizer(), &review);
        if (!error.ok() && policy.validate != "strict" &&
            IsAnswerable(review)) {
          if (policy.validate == "warn") {
            streams.err << Printable(Placed(error.message(), source, number))
                        << '\n';
          }
          AnswerAnyway(engine.authorizer(), &review);
          error = absl::OkStatus();
        }
        if (error.ok()) {
          streams.out << objects::ToJson(review, objects::JsonStyle::kCompact)
                      << '\n';
          return true;
        }
      } else {
        error =
            MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                      absl::StrCat("want a SubjectAccessReview, got a ",
                                   object->kind->kind));
      }
    }
    streams.out << BadRequest(Placed(error.message(), source, number)) << '\n';
    return false;
  }

  // Puts the number of the line where the reader of a single line says 1.
  static std::string Placed(absl::string_view message,
                            const std::string& source, size_t number) {
    const bool has_column =
        absl::ConsumePrefix(&message, absl::StrCat(source, ":1:"));
    // So it does where it names the first of two equal keys.
    constexpr absl::string_view kFirst = ", first at 1:";
    const size_t first = message.rfind(kFirst);
    std::string text(message);
    if (first != absl::string_view::npos) {
      text.replace(first, kFirst.size(),
                   absl::StrCat(", first at ", number, ":"));
    }
    return absl::StrCat(source, ":", number, has_column ? ":" : ": ", text);
  }
};

}  // namespace

Registered AddAuthorize(CLI::App& parent) {
  auto command = std::make_unique<Authorize>();
  CLI::App& app = *parent.add_subcommand(
      "authorize", "Answer SubjectAccessReviews, one on each line");
  app.footer(kExamples);
  AddPolicyFlags(app, /*many=*/true, &command->policy);
  AddChainFlags(app, &command->policy);
  app.add_option("--requests", command->requests,
                 "File with the reviews; stdin if not given")
      ->type_name("FILE");
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
