// rbac_decisions/<name>/: a policy, requests, and what Kubernetes answers.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "authz/authorizer.h"
#include "authz/review.h"
#include "conformance/areas.h"
#include "conformance/files.h"
#include "objects/codec.h"
#include "objects/manifest.h"
#include "proto/authorization.pb.h"
#include "rbac/policy.h"
#include "rbac/policy_objects.h"
#include "rbac/testing/reference.h"
#include "rbac/user_view.h"

namespace gatehouse::conformance {
namespace {

// Views that are kept at a time: each is asked again when its user returns.
constexpr size_t kMaxViews = 10'000;

absl::string_view AnswerName(authz::Outcome outcome) {
  return outcome == authz::Outcome::kAllow ? "allow" : "deny";
}

// Splits a file into its lines; the last may lack its end.
std::vector<absl::string_view> LinesOf(absl::string_view text) {
  absl::ConsumeSuffix(&text, "\n");
  if (text.empty()) return {};
  return absl::StrSplit(text, '\n');
}

// Evaluators is one policy in all the ways in which it can be asked.
class Evaluators {
 public:
  static absl::StatusOr<std::unique_ptr<Evaluators>> Create(
      const std::vector<objects::Object>& objects) {
    auto policy = rbac::Policy::Create(objects);
    if (!policy.ok()) return policy.status();
    return std::unique_ptr<Evaluators>(
        new Evaluators(*std::move(policy), rbac::SelectPolicyObjects(objects)));
  }

  // Returns where the answer is not `expected`, or two answers differ.
  std::vector<Mismatch> Ask(const authz::Attributes& attributes,
                            absl::string_view expected) {
    std::vector<Mismatch> mismatches;
    const auto hold = [&](absl::string_view what, absl::string_view want,
                          absl::string_view got) {
      if (want == got) return;
      mismatches.push_back(
          {std::string(what), std::string(want), std::string(got)});
    };
    const authz::Decision decision = policy_->Authorize(attributes);
    const authz::Decision linear = reference_.Authorize(attributes);
    rbac::UserView& view = ViewOf(*attributes.user);
    hold("Policy::Decide", expected, AnswerName(policy_->Decide(attributes)));
    hold("Policy::Authorize", expected, AnswerName(decision.outcome));
    hold("UserView::Decide", expected, AnswerName(view.Decide(attributes)));
    hold("UserView::Authorize", expected,
         AnswerName(view.Authorize(attributes).outcome));
    hold("the reference evaluator", expected, AnswerName(linear.outcome));
    hold("reason, as the reference evaluator", linear.reason, decision.reason);
    hold("error, as the reference evaluator", linear.error.message(),
         decision.error.message());
    return mismatches;
  }

 private:
  Evaluators(std::unique_ptr<rbac::Policy> policy, rbac::PolicyObjects objects)
      : policy_(std::move(policy)), reference_(std::move(objects)) {}

  // A user is told apart by all that RBAC looks at.
  rbac::UserView& ViewOf(const UserInfo& user) {
    std::vector<std::string> key = user.groups;
    key.push_back(user.name);
    if (views_.size() >= kMaxViews && views_.count(key) == 0) views_.clear();
    std::unique_ptr<rbac::UserView>& view = views_[std::move(key)];
    if (view == nullptr) {
      view = std::make_unique<rbac::UserView>(*policy_, user);
    }
    return *view;
  }

  const std::unique_ptr<rbac::Policy> policy_;
  const rbac::ReferenceAuthorizer reference_;
  std::map<std::vector<std::string>, std::unique_ptr<rbac::UserView>> views_;
};

// Reads one request, which an API server need not find valid.
absl::Status ReadRequest(absl::string_view line, absl::string_view file,
                         k8s::SubjectAccessReview* review) {
  objects::DecodeOptions options;
  options.field_validation = objects::FieldValidation::kStrict;
  absl::StatusOr<objects::Object> object =
      objects::ObjectFromJson(line, file, options, nullptr);
  if (!object.ok()) return object.status();
  const auto* message = object->As<k8s::SubjectAccessReview>();
  if (message == nullptr) {
    return absl::InvalidArgumentError("want a SubjectAccessReview");
  }
  if (message->spec().has_resourceattributes() ==
      message->spec().has_nonresourceattributes()) {
    return absl::InvalidArgumentError(
        "want one of resourceAttributes and nonResourceAttributes");
  }
  *review = *message;
  return absl::OkStatus();
}

void RunRequest(size_t index, absl::string_view line,
                absl::string_view decision, const std::string& path,
                Evaluators& evaluators, FileReport* report) {
  const std::string name = absl::StrCat("request ", index, ": ", line);
  const std::string prefix = absl::StrCat(index, " ");
  absl::string_view expected = decision;
  if (!absl::ConsumePrefix(&expected, prefix) ||
      (expected != "allow" && expected != "deny")) {
    report->AddCase(
        name, {{"the line of decisions.txt.gz",
                absl::StrCat(prefix, "allow|deny"), std::string(decision)}});
    return;
  }
  k8s::SubjectAccessReview review;
  const absl::Status status =
      ReadRequest(line, absl::StrCat(path, "/requests.jsonl.gz"), &review);
  if (!status.ok()) {
    report->AddCase(name, {{"", "", std::string(status.message())}});
    return;
  }
  UserInfo user;
  const authz::Attributes attributes =
      authz::AttributesFrom(review.spec(), &user);
  report->AddCase(name, evaluators.Ask(attributes, expected));
}

}  // namespace

void RunRbacDecisions(const std::string& path, FileReport* report) {
  const auto requests = ReadGzipFile(path + "/requests.jsonl.gz");
  const auto decisions = ReadGzipFile(path + "/decisions.txt.gz");
  // What an API server would not store must load all the same.
  const auto loaded = objects::LoadManifests({path + "/rbac.yaml"}, {});
  bool all_read = true;
  for (const absl::Status& status :
       {requests.status(), decisions.status(), loaded.status()}) {
    if (status.ok()) continue;
    report->AddProblem(std::string(status.message()));
    all_read = false;
  }
  if (!all_read) return;
  auto evaluators = Evaluators::Create(loaded->objects);
  if (!evaluators.ok()) {
    return report->AddProblem(std::string(evaluators.status().message()));
  }
  const std::vector<absl::string_view> request_lines = LinesOf(*requests);
  const std::vector<absl::string_view> decision_lines = LinesOf(*decisions);
  if (request_lines.empty()) report->AddProblem("there are no cases in it");
  if (request_lines.size() != decision_lines.size()) {
    report->AddProblem(absl::StrCat(request_lines.size(), " requests, but ",
                                    decision_lines.size(), " decisions"));
  }
  for (size_t i = 0; i < request_lines.size(); ++i) {
    RunRequest(i, request_lines[i],
               i < decision_lines.size() ? decision_lines[i] : "(none)", path,
               **evaluators, report);
  }
}

}  // namespace gatehouse::conformance
