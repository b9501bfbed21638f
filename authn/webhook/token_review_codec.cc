#include "authn/webhook/token_review_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/codec.h"
#include "objects/node.h"

namespace gatehouse::authn {
namespace {

constexpr absl::string_view kGroup = "authentication.k8s.io/";
constexpr absl::string_view kKind = "TokenReview";

static_assert(kMaxTokenReviewBytes > 2 * 6 * kMaxTokenBytes);

absl::string_view TextOf(const objects::Node& root, absl::string_view key) {
  const objects::Node* node = root.Find(key);
  return node != nullptr && node->is(objects::NodeKind::kString)
             ? node->text()
             : absl::string_view();
}

// Errors of syntax show what stood there.
absl::Status WithoutText(const absl::Status& error, absl::string_view where) {
  if (ReasonOf(error) != Reason::kMalformed) return error;
  return MakeError(error.code(), Reason::kMalformed,
                   absl::StrCat(where, ": it is not one JSON value"));
}

void AppendPart(absl::string_view name, const google::protobuf::Message& part,
                std::string* json) {
  absl::StrAppend(json, ",\"", name,
                  "\":", objects::ToJson(part, objects::JsonStyle::kCompact));
}

}  // namespace

absl::Status CheckTokenReviewVersion(absl::string_view version) {
  if (version == "v1" || version == "v1beta1") return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
      absl::StrCat("unsupported authentication webhook version ",
                   GoQuote(version),
                   ", supported versions are \"v1\", \"v1beta1\""));
}

absl::StatusOr<VersionedTokenReview> TokenReviewFromJson(
    absl::string_view json, absl::string_view where) {
  objects::DecodeOptions options;
  options.field_validation = objects::FieldValidation::kIgnore;
  options.limits.max_bytes = kMaxTokenReviewBytes;
  const auto document = objects::ParseJson(json, where, options.limits);
  if (!document.ok()) return WithoutText(document.status(), where);
  const objects::Node& root = document->root();
  absl::string_view version = TextOf(root, "apiVersion");
  if (TextOf(root, "kind") != kKind || !absl::ConsumePrefix(&version, kGroup) ||
      !CheckTokenReviewVersion(version).ok()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                     absl::StrCat(where, ": want a ", kKind, " of ", kGroup,
                                  "v1 or v1beta1"));
  }
  VersionedTokenReview result;
  result.version = std::string(version);
  absl::Status status =
      objects::DecodeMessage(root, where, options, nullptr, &result.review);
  if (!status.ok()) return status;
  return result;
}

std::string TokenReviewToJson(const k8s::TokenReview& review,
                              absl::string_view version) {
  std::string json = absl::StrCat("{\"apiVersion\":\"", kGroup, version,
                                  "\",\"kind\":\"", kKind, "\"");
  if (review.has_metadata()) AppendPart("metadata", review.metadata(), &json);
  AppendPart("spec", review.spec(), &json);
  if (review.has_status()) AppendPart("status", review.status(), &json);
  json.push_back('}');
  return json;
}

}  // namespace gatehouse::authn
