#include "server/reviews.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "authn/webhook/token_review.h"
#include "authn/webhook/token_review_codec.h"
#include "authz/review.h"
#include "base/errors.h"
#include "objects/codec.h"
#include "objects/node.h"
#include "server/status.h"

namespace gatehouse::server {
namespace {

using objects::Node;
using objects::NodeKind;

constexpr absl::string_view kGroup = "authorization.k8s.io/";
constexpr absl::string_view kKind = "SubjectAccessReview";
constexpr absl::string_view kBeta = "v1beta1";

// Returns whether the body is said to be JSON; no word of it is as good, two
// are not.
bool IsJson(const Request& request) {
  if (request.headers == nullptr) return true;
  const std::vector<absl::string_view> types =
      request.headers->All("Content-Type");
  if (types.empty()) return true;
  const absl::string_view type =
      absl::StripAsciiWhitespace(types[0].substr(0, types[0].find(';')));
  return types.size() == 1 && absl::EqualsIgnoreCase(type, "application/json");
}

// The answer to what is no POST of JSON; status 0 if it is.
HttpResponse CheckForm(const Request& request) {
  if (request.method != "POST") {
    HttpResponse response = FailureResponse(405);
    response.headers.Add("Allow", "POST");
    return response;
  }
  if (!IsJson(request)) return FailureResponse(415);
  HttpResponse none;
  none.status = 0;
  return none;
}

// The answer to a body that does not parse.
HttpResponse BadBody(const absl::Status& error) {
  return FailureResponse(ReasonOf(error) == Reason::kTooLarge ? 413 : 400,
                         error.message());
}

absl::string_view TextOf(const Node& root, absl::string_view key) {
  const Node* node = root.Find(key);
  return node != nullptr && node->is(NodeKind::kString) ? node->text() : "";
}

// In v1beta1 the groups stand under `group`, and `groups` is nothing.
absl::Status ReadBetaGroups(const Node& root, absl::string_view where,
                            k8s::SubjectAccessReview* review) {
  if (!review->has_spec()) return absl::OkStatus();
  review->mutable_spec()->clear_groups();
  const Node* spec = root.Find("spec");
  const Node* groups = spec == nullptr ? nullptr : spec->Find("group");
  if (groups == nullptr || groups->is(NodeKind::kNull)) return absl::OkStatus();
  bool texts = groups->is(NodeKind::kList);
  for (const Node& group : groups->items()) {
    texts = texts && group.is(NodeKind::kString);
    review->mutable_spec()->add_groups(std::string(group.text()));
  }
  if (texts) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(objects::Place(where, *groups),
                                ": spec.group: want a list of strings"));
}

void AppendPart(absl::string_view name, const google::protobuf::Message& part,
                std::string* json) {
  absl::StrAppend(json, ",\"", name,
                  "\":", objects::ToJson(part, objects::JsonStyle::kCompact));
}

}  // namespace

absl::StatusOr<VersionedSubjectAccessReview> SubjectAccessReviewFromJson(
    absl::string_view json, absl::string_view where) {
  objects::DecodeOptions options;
  options.field_validation = objects::FieldValidation::kIgnore;
  options.limits.max_bytes = kMaxSubjectAccessReviewBytes;
  const auto document = objects::ParseJson(json, where, options.limits);
  if (!document.ok()) return document.status();
  const Node& root = document->root();
  absl::string_view version = TextOf(root, "apiVersion");
  if (TextOf(root, "kind") != kKind || !absl::ConsumePrefix(&version, kGroup) ||
      (version != "v1" && version != kBeta)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                     absl::StrCat(where, ": want a ", kKind, " of ", kGroup,
                                  "v1 or ", kBeta));
  }
  VersionedSubjectAccessReview result;
  result.version = std::string(version);
  absl::Status status =
      objects::DecodeMessage(root, where, options, nullptr, &result.review);
  if (status.ok() && version == kBeta) {
    status = ReadBetaGroups(root, where, &result.review);
  }
  if (!status.ok()) return status;
  return result;
}

std::string SubjectAccessReviewToJson(
    const VersionedSubjectAccessReview& versioned) {
  const k8s::SubjectAccessReview& review = versioned.review;
  std::string json =
      absl::StrCat("{\"apiVersion\":\"", kGroup, versioned.version,
                   "\",\"kind\":\"", kKind, "\"");
  if (review.has_metadata()) AppendPart("metadata", review.metadata(), &json);
  std::string spec;
  if (versioned.version == kBeta && !review.spec().groups().empty()) {
    // Written apart, and put under its other name.
    k8s::SubjectAccessReviewSpec groups;
    *groups.mutable_groups() = review.spec().groups();
    k8s::SubjectAccessReviewSpec others = review.spec();
    others.clear_groups();
    const std::string list =
        objects::ToJson(groups, objects::JsonStyle::kCompact);
    constexpr absl::string_view kHead = "{\"groups\":";
    const std::string rest =
        objects::ToJson(others, objects::JsonStyle::kCompact);
    absl::StrAppend(&spec, "{\"group\":", list.substr(kHead.size()));
    spec.pop_back();
    absl::StrAppend(&spec, rest == "{}" ? "" : ",", rest.substr(1));
  } else {
    spec = objects::ToJson(review.spec(), objects::JsonStyle::kCompact);
  }
  absl::StrAppend(&json, ",\"spec\":", spec);
  if (review.has_status()) AppendPart("status", review.status(), &json);
  json.push_back('}');
  return json;
}

HttpResponse ServeTokenReview(const authn::TokenAuthenticator& tokens,
                              const std::vector<std::string>& audiences,
                              const Request& request, int success) {
  HttpResponse refused = CheckForm(request);
  if (refused.status != 0) return refused;
  const auto read = authn::TokenReviewFromJson(request.body, "body");
  if (!read.ok()) return BadBody(read.status());
  const auto answer =
      authn::ReviewToken(read->review, tokens, audiences, request.now);
  if (!answer.ok()) {
    const bool invalid = absl::IsInvalidArgument(answer.status());
    return FailureResponse(invalid ? 400 : 500, answer.status().message());
  }
  return JsonResponse(success,
                      authn::TokenReviewToJson(*answer, read->version));
}

HttpResponse ServeSubjectAccessReview(const authz::Authorizer& authorizer,
                                      const Request& request, int success) {
  HttpResponse refused = CheckForm(request);
  if (refused.status != 0) return refused;
  auto read = SubjectAccessReviewFromJson(request.body, "body");
  if (!read.ok()) return BadBody(read.status());
  const absl::Status status =
      authz::ReviewSubjectAccess(authorizer, &read->review);
  if (!status.ok()) return FailureResponse(422, status.message());
  return JsonResponse(success, SubjectAccessReviewToJson(*read));
}

}  // namespace gatehouse::server
