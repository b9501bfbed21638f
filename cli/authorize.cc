#include <cstddef>
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
#include "cli/internal/line_source.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "objects/codec.h"
#include "proto/authorization.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::cli {

namespace {

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
    absl::StatusOr<std::unique_ptr<LineSource>> source =
        LineSource::Open(requests, streams.in);
    if (!source.ok()) return source.status();
    absl::StatusOr<Engine> engine = Engine::Load(policy, streams);
    if (!engine.ok()) return engine.status();
    return AnswerAll(*engine, **source, streams);
  }

 private:
  absl::StatusOr<int> AnswerAll(const Engine& engine, LineSource& source,
                                const Streams& streams) const {
    int status = kExitYes;
    std::string line;
    while (streams.out.good()) {
      const absl::StatusOr<LineSource::Kind> kind = source.Next(line);
      if (!kind.ok()) return kind.status();
      if (*kind == LineSource::Kind::kEnd) break;
      if (*kind == LineSource::Kind::kTooLong) {
        streams.out << BadRequest(absl::StrCat(source.Place(), ": longer than ",
                                               LineSource::kMaxLine, " bytes"))
                    << '\n';
        status = kExitError;
      } else if (!absl::StripAsciiWhitespace(line).empty()) {
        if (!Answer(engine, source, line, streams)) {
          status = kExitError;
        }
      }
      // Whoever waits for an answer before asking on shall get it; whoever has
      // asked more already is answered in one go.
      if (!source.MoreIsWaiting()) streams.out.flush();
    }
    return status;
  }

  // Writes the answer to one line. Returns false if the line is no review.
  bool Answer(const Engine& engine, const LineSource& source,
              const std::string& line, const Streams& streams) const {
    objects::DecodeOptions options;
    if (policy.validate == "strict") {
      options.field_validation = objects::FieldValidation::kStrict;
    } else if (policy.validate == "ignore") {
      options.field_validation = objects::FieldValidation::kIgnore;
    }
    std::vector<std::string> warnings;
    absl::StatusOr<objects::Object> object =
        objects::ObjectFromJson(absl::StripPrefix(line, kByteOrderMark),
                                source.name(), options, &warnings);
    absl::Status error = object.status();
    if (object.ok()) {
      for (const std::string& warning : warnings) {
        streams.err << Printable(source.Placed(warning)) << '\n';
      }
      if (const auto* read = object->As<k8s::SubjectAccessReview>()) {
        k8s::SubjectAccessReview review = *read;
        error = authz::ReviewSubjectAccess(engine.authorizer(), &review);
        if (!error.ok() && policy.validate != "strict" &&
            IsAnswerable(review)) {
          if (policy.validate == "warn") {
            streams.err << Printable(source.Placed(error.message())) << '\n';
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
    streams.out << BadRequest(source.Placed(error.message())) << '\n';
    return false;
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
