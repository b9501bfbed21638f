#include "authz/review.h"

#include <string>
#include <utility>
#include <vector>

#include "authz/builtin.h"
#include "authz/internal/fake_authorizer.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

using internal::ErrorOf;
using internal::FakeAuthorizer;

template <typename T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

constexpr char kGetPods[] = R"(spec { user: "jane"
  resourceAttributes { verb: "get" resource: "pods" namespace: "dev" } })";

// What is wrong with the question, alike in all forms.
const struct {
  std::string attributes;
  std::string want;
} kQuestions[] = {
    {"resourceAttributes {}", ""},
    {"nonResourceAttributes {}", ""},
    {R"(nonResourceAttributes { path: "/x" verb: "get" })", ""},
    {"",
     "spec.resourceAttributes: Invalid value: null: exactly one of "
     "nonResourceAttributes or resourceAttributes must be specified"},
    {R"(resourceAttributes {} nonResourceAttributes { path: "/x" })",
     R"(spec.nonResourceAttributes: Invalid value: {"path":"/x"}: cannot be )"
     R"(specified in combination with resourceAttributes)"},
    // Selectors: either form, but one.
    {R"(resourceAttributes { fieldSelector { rawSelector: "***" } })", ""},
    {R"(resourceAttributes { labelSelector { rawSelector: "***" } })", ""},
    {R"(resourceAttributes { fieldSelector {} })",
     "spec.resourceAttributes.fieldSelector.requirements: Required value: when "
     "spec.resourceAttributes.fieldSelector is specified, requirements or "
     "rawSelector is required"},
    {R"(resourceAttributes { labelSelector {} })",
     "spec.resourceAttributes.labelSelector.requirements: Required value: when "
     "spec.resourceAttributes.labelSelector is specified, requirements or "
     "rawSelector is required"},
    {R"(resourceAttributes { fieldSelector { rawSelector: "a=b"
        requirements { key: "k" operator: "In" values: "v" } } })",
     R"(spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: )"
     R"("a=b": may not specified at the same time as requirements)"},
    {R"(resourceAttributes { labelSelector { rawSelector: "a=b"
        requirements { key: "k" operator: "In" values: "v" } } })",
     R"(spec.resourceAttributes.labelSelector.rawSelector: Invalid value: )"
     R"("a=b": may not specified at the same time as requirements)"},
    // Requirements; an operator from the future is not refused.
    {R"(resourceAttributes { fieldSelector {
        requirements { key: "k" operator: "Near" } } })",
     ""},
    {R"(resourceAttributes { fieldSelector {
        requirements { operator: "Exists" } } })",
     "spec.resourceAttributes.fieldSelector.requirements[0].key: Required "
     "value: must be specified"},
    {R"(resourceAttributes { fieldSelector {
        requirements { key: "k" operator: "Exists" }
        requirements { key: "k" operator: "In" } } })",
     "spec.resourceAttributes.fieldSelector.requirements[1].values: Required "
     "value: must be specified when `operator` is 'In' or 'NotIn'"},
    {R"(resourceAttributes { fieldSelector {
        requirements { key: "k" operator: "DoesNotExist" values: "v" } } })",
     "spec.resourceAttributes.fieldSelector.requirements[0].values: Forbidden: "
     "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"},
    {R"(resourceAttributes { labelSelector {
        requirements { key: "k" operator: "NotIn" } } })",
     "spec.resourceAttributes.labelSelector.requirements[0].values: Required "
     "value: must be specified when `operator` is 'In' or 'NotIn'"},
    {R"(resourceAttributes { labelSelector {
        requirements { key: "k" operator: "Exists" values: "v" } } })",
     "spec.resourceAttributes.labelSelector.requirements[0].values: Forbidden: "
     "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"},
    {R"(resourceAttributes { labelSelector {
        requirements { key: "a/b/" operator: "Exists" } } })",
     R"(spec.resourceAttributes.labelSelector.requirements[0].key: Invalid )"
     R"(value: "a/b/": a valid label key must consist of alphanumeric )"
     R"(characters, '-', '_' or '.', and must start and end with an )"
     R"(alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', )"
     R"(regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?)"
     R"([A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. )"
     R"('example.com/MyName'))"},
};

TEST(ValidateReviewTest, Questions) {
  for (const auto& c : kQuestions) {
    SCOPED_TRACE(c.attributes);
    const absl::Status with_user =
        ValidateReview(Parse<k8s::SubjectAccessReview>("spec { user: 'u' " +
                                                       c.attributes + "}"));
    EXPECT_EQ(with_user.message(), c.want);
    const absl::Status self = ValidateReview(
        Parse<k8s::SelfSubjectAccessReview>("spec {" + c.attributes + "}"));
    EXPECT_EQ(self.message(), c.want);
    const absl::Status local =
        ValidateReview(Parse<k8s::LocalSubjectAccessReview>(
            "spec { user: 'u' " + c.attributes + "}"));
    EXPECT_THAT(std::string(local.message()), testing::HasSubstr(c.want));
    if (!c.want.empty()) {
      EXPECT_EQ(with_user.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(ReasonOf(with_user), Reason::kInvalid);
    }
  }
}

TEST(ValidateReviewTest, SubjectAndMetadata) {
  const struct {
    std::string review;
    std::string want;
  } kCases[] = {
      {R"(spec { user: "u" resourceAttributes {} })", ""},
      {R"(spec { groups: "g" resourceAttributes {} })", ""},
      {R"(spec { uid: "1" resourceAttributes {} })",
       R"(spec.user: Invalid value: "": at least one of user or group must )"
       R"(be specified)"},
      {"",
       "[spec.resourceAttributes: Invalid value: null: exactly one of "
       "nonResourceAttributes or resourceAttributes must be specified, "
       R"(spec.user: Invalid value: "": at least one of user or group must be )"
       "specified]"},
      // What the server takes out itself.
      {R"(metadata { managedFields { manager: "kubectl" } uid: "1"
          creationTimestamp { seconds: 1 } selfLink: "/x"
          deletionTimestamp { seconds: 1 } deletionGracePeriodSeconds: 3 }
          spec { user: "u" resourceAttributes {} })",
       ""},
      {R"(metadata { name: "" } spec { user: "u" resourceAttributes {} })", ""},
      {R"(metadata { name: "n" } spec { user: "u" resourceAttributes {} })",
       R"(metadata: Invalid value: {"name":"n"}: must be empty)"},
      {R"(metadata { namespace: "n" } spec { user: "u" resourceAttributes {} })",
       R"(metadata: Invalid value: {"namespace":"n"}: must be empty)"},
      {R"(metadata { labels { key: "k" value: "v" } generateName: "g" }
          spec { user: "u" resourceAttributes {} })",
       R"(metadata: Invalid value: {"generateName":"g","labels":{"k":"v"}}: )"
       R"(must be empty)"},
      {R"(metadata { finalizers: "f" creationTimestamp { seconds: 1 } }
          spec { user: "u" resourceAttributes {} })",
       R"(metadata: Invalid value: {"finalizers":["f"]}: must be empty)"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.review);
    EXPECT_EQ(
        ValidateReview(Parse<k8s::SubjectAccessReview>(c.review)).message(),
        c.want);
  }
}

TEST(ValidateReviewTest, SelfNeedsNoSubjectButEmptyMetadata) {
  EXPECT_EQ(ValidateReview(Parse<k8s::SelfSubjectAccessReview>(
                               R"(metadata { name: "n" }
                                  spec { resourceAttributes {} })"))
                .message(),
            R"(metadata: Invalid value: {"name":"n"}: must be empty)");
}

TEST(ValidateReviewTest, Local) {
  const struct {
    std::string review;
    std::string want;
  } kCases[] = {
      {R"(metadata { namespace: "dev" }
          spec { user: "u" resourceAttributes { namespace: "dev" } })",
       ""},
      {R"(spec { user: "u" resourceAttributes {} })", ""},
      {R"(metadata { namespace: "dev" }
          spec { user: "u" resourceAttributes { namespace: "prod" } })",
       R"(spec.resourceAttributes.namespace: Invalid value: "prod": must )"
       R"(match metadata.namespace)"},
      {R"(metadata { namespace: "dev" }
          spec { user: "u" resourceAttributes {} })",
       R"(spec.resourceAttributes.namespace: Invalid value: "": must match )"
       R"(metadata.namespace)"},
      {R"(metadata { namespace: "dev" name: "n" }
          spec { user: "u" resourceAttributes { namespace: "dev" } })",
       R"(metadata: Invalid value: {"name":"n"}: must be empty except for )"
       R"(namespace)"},
      {R"(metadata { namespace: "dev" }
          spec { user: "u" nonResourceAttributes { path: "/x" } })",
       R"(spec.nonResourceAttributes: Invalid value: {"path":"/x"}: )"
       R"(disallowed on this kind of request)"},
      {R"(metadata { namespace: "dev" }
          spec { resourceAttributes { namespace: "dev" } })",
       R"(spec.user: Invalid value: "": at least one of user or group must )"
       R"(be specified)"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.review);
    EXPECT_EQ(ValidateReview(Parse<k8s::LocalSubjectAccessReview>(c.review))
                  .message(),
              c.want);
  }
}

TEST(AttributesFromTest, Resources) {
  const auto spec = Parse<k8s::SubjectAccessReviewSpec>(R"(
      user: "jane" uid: "7" groups: "a" groups: "b"
      extra { key: "Scopes" value { items: "x" items: "y" } }
      resourceAttributes {
        namespace: "dev" verb: "get" group: "apps" version: "v1"
        resource: "deployments" subresource: "scale" name: "web" })");
  UserInfo user;
  user.name = "left over";
  user.groups = {"left over"};
  user.extra["left over"] = {"x"};
  const Attributes got = AttributesFrom(spec, &user);
  EXPECT_EQ(got.user, &user);
  EXPECT_EQ(user.name, "jane");
  EXPECT_EQ(user.uid, "7");
  EXPECT_EQ(user.groups, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(user.extra.size(), 1u);
  EXPECT_EQ(user.extra["Scopes"], (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(got.resource_request);
  EXPECT_EQ(got.namespace_, "dev");
  EXPECT_EQ(got.verb, "get");
  EXPECT_EQ(got.api_group, "apps");
  EXPECT_EQ(got.api_version, "v1");
  EXPECT_EQ(got.resource, "deployments");
  EXPECT_EQ(got.subresource, "scale");
  EXPECT_EQ(got.name, "web");
  EXPECT_EQ(got.path, "");
}

TEST(AttributesFromTest, AnEmptyVersionIsAllOfThem) {
  UserInfo user;
  const auto spec = Parse<k8s::SubjectAccessReviewSpec>(
      R"(user: "u" resourceAttributes { version: "" })");
  EXPECT_EQ(AttributesFrom(spec, &user).api_version, "*");
}

TEST(AttributesFromTest, Paths) {
  UserInfo user;
  const auto spec = Parse<k8s::SubjectAccessReviewSpec>(
      R"(user: "u" nonResourceAttributes { path: "/metrics" verb: "get" })");
  const Attributes got = AttributesFrom(spec, &user);
  EXPECT_FALSE(got.resource_request);
  EXPECT_EQ(got.path, "/metrics");
  EXPECT_EQ(got.verb, "get");
  EXPECT_EQ(got.api_version, "");
}

TEST(AttributesFromTest, SelfAsksForTheCaller) {
  UserInfo user;
  user.name = "jane";
  const auto spec = Parse<k8s::SelfSubjectAccessReviewSpec>(
      R"(resourceAttributes { verb: "list" resource: "pods" })");
  const Attributes got = AttributesFrom(spec, user);
  EXPECT_EQ(got.user, &user);
  EXPECT_EQ(got.verb, "list");
  EXPECT_EQ(got.resource, "pods");
}

TEST(FillStatusTest, Decisions) {
  const struct {
    Decision decision;
    std::string want;
  } kCases[] = {
      {{Outcome::kAllow, "r", {}}, R"(allowed: true reason: "r")"},
      {{Outcome::kAllow, "", ErrorOf("e")},
       R"(allowed: true evaluationError: "e")"},
      {{Outcome::kDeny, "r", {}}, R"(allowed: false reason: "r" denied: true)"},
      {{Outcome::kNoOpinion, "", {}}, "allowed: false"},
      {{Outcome::kNoOpinion, "r", ErrorOf("e")},
       R"(allowed: false reason: "r" evaluationError: "e")"},
      {{}, "allowed: false denied: true"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(FillStatus(c.decision).ShortDebugString(), c.want);
  }
}

TEST(FillStatusTest, DroppedSelectors) {
  constexpr char kField[] =
      "spec.resourceAttributes.fieldSelector ignored due to parse error";
  constexpr char kFieldPart[] =
      "spec.resourceAttributes.fieldSelector partially ignored due to parse "
      "error";
  constexpr char kLabel[] =
      "spec.resourceAttributes.labelSelector ignored due to parse error";
  const struct {
    std::string attributes;
    std::string error;
    std::string want;
  } kCases[] = {
      {"", "", ""},
      {"", "e", "e"},
      // Field selectors: one value, In or NotIn.
      {R"(fieldSelector { requirements { key: "k" operator: "In"
          values: "v" } })",
       "", ""},
      {R"(fieldSelector { requirements { key: "k" operator: "NotIn"
          values: "v" } })",
       "e", "e"},
      {R"(fieldSelector { requirements { key: "k" operator: "In"
          values: "v" values: "w" } })",
       "", kField},
      {R"(fieldSelector { requirements { key: "k" operator: "In" } })", "",
       kField},
      {R"(fieldSelector { requirements { key: "k" operator: "Exists" } })", "",
       kField},
      {R"(fieldSelector { requirements { key: "k" operator: "Near"
          values: "v" } })",
       "", kField},
      {R"(fieldSelector {
          requirements { key: "k" operator: "Exists" }
          requirements { key: "k" operator: "In" values: "v" } })",
       "", kFieldPart},
      // Label selectors.
      {R"(labelSelector { requirements { key: "k" operator: "In"
          values: "v" values: "" } })",
       "", ""},
      {R"(labelSelector { requirements { key: "k" operator: "DoesNotExist" } })",
       "", ""},
      {R"(labelSelector { requirements { key: "k" operator: "Exists"
          values: "v" } })",
       "", kLabel},
      {R"(labelSelector { requirements { key: "k k" operator: "Exists" } })",
       "", kLabel},
      {R"(labelSelector { requirements { key: "k" operator: "In"
          values: "not ok" } })",
       "", kLabel},
      {R"(labelSelector { requirements { key: "k" operator: "Gt"
          values: "1" } })",
       "", kLabel},
      // All together.
      {R"(fieldSelector { requirements { key: "k" operator: "Exists" } }
          labelSelector { requirements { key: "k" operator: "Near" } })",
       "e", std::string("e; ") + kField + "; " + kLabel},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.attributes);
    const auto resource = Parse<k8s::ResourceAttributes>(c.attributes);
    const Decision decision = {Outcome::kAllow, "", ErrorOf(c.error)};
    EXPECT_EQ(FillStatus(decision, &resource).evaluationerror(), c.want);
  }
}

// Allows jane to get pods in dev, and nothing else to anybody.
class OnlyJane : public Authorizer {
 public:
  Decision Authorize(const Attributes& a) const override {
    const bool allowed = a.user != nullptr && a.user->name == "jane" &&
                         a.resource_request && a.verb == "get" &&
                         a.resource == "pods" && a.namespace_ == "dev" &&
                         a.api_version == "*";
    return {allowed ? Outcome::kAllow : Outcome::kNoOpinion,
            allowed ? "jane may" : "", absl::OkStatus()};
  }
};

TEST(ReviewTest, SubjectAccess) {
  auto review = Parse<k8s::SubjectAccessReview>(kGetPods);
  ASSERT_TRUE(ReviewSubjectAccess(OnlyJane(), &review).ok());
  EXPECT_EQ(review.status().ShortDebugString(),
            R"(allowed: true reason: "jane may")");
  // An old status goes, the spec stays.
  review.mutable_spec()->set_user("john");
  review.mutable_status()->set_evaluationerror("old");
  ASSERT_TRUE(ReviewSubjectAccess(OnlyJane(), &review).ok());
  EXPECT_EQ(review.status().ShortDebugString(), "allowed: false");
  EXPECT_EQ(review.spec().user(), "john");
}

TEST(ReviewTest, SelectorsAreReported) {
  auto review = Parse<k8s::SubjectAccessReview>(kGetPods);
  auto* requirement = review.mutable_spec()
                          ->mutable_resourceattributes()
                          ->mutable_labelselector()
                          ->add_requirements();
  requirement->set_key("k");
  requirement->set_operator_("Near");
  ASSERT_TRUE(ReviewSubjectAccess(OnlyJane(), &review).ok());
  EXPECT_TRUE(review.status().allowed());
  EXPECT_EQ(review.status().evaluationerror(),
            "spec.resourceAttributes.labelSelector ignored due to parse error");
}

TEST(ReviewTest, InvalidReviewsAreNotAsked) {
  const FakeAuthorizer authorizer(Decision{Outcome::kAllow, "", {}});
  k8s::SubjectAccessReview review;
  EXPECT_FALSE(ReviewSubjectAccess(authorizer, &review).ok());
  EXPECT_FALSE(review.has_status());
  k8s::LocalSubjectAccessReview local;
  EXPECT_FALSE(ReviewSubjectAccess(authorizer, "dev", &local).ok());
  EXPECT_FALSE(local.has_status());
  k8s::SelfSubjectAccessReview self;
  EXPECT_FALSE(ReviewSubjectAccess(authorizer, UserInfo(), &self).ok());
  EXPECT_FALSE(self.has_status());
  EXPECT_EQ(authorizer.calls(), 0);
}

TEST(ReviewTest, Local) {
  const struct {
    std::string request;
    std::string meta;
    std::string want;
  } kCases[] = {
      {"dev", "dev", ""},
      {"", "dev", "namespace is required on this type: "},
      {"prod", "dev",
       "spec.resourceAttributes.namespace must match namespace: prod"},
      {"dev", "prod",
       R"(spec.resourceAttributes.namespace: Invalid value: "dev": must match )"
       R"(metadata.namespace)"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.want);
    auto review = Parse<k8s::LocalSubjectAccessReview>(kGetPods);
    review.mutable_metadata()->set_namespace_(c.meta);
    const absl::Status status =
        ReviewSubjectAccess(OnlyJane(), c.request, &review);
    EXPECT_EQ(status.message(), c.want);
    EXPECT_EQ(review.status().allowed(), c.want.empty());
    EXPECT_EQ(review.has_status(), c.want.empty());
  }
}

TEST(ReviewTest, Self) {
  UserInfo user;
  for (const bool is_jane : {true, false}) {
    user.name = is_jane ? "jane" : "john";
    auto review = Parse<k8s::SelfSubjectAccessReview>(R"(spec {
        resourceAttributes { verb: "get" resource: "pods" namespace: "dev" } })");
    ASSERT_TRUE(ReviewSubjectAccess(OnlyJane(), user, &review).ok());
    EXPECT_EQ(review.status().allowed(), is_jane);
  }
}

TEST(ReviewTest, MastersNeedNoPolicy) {
  const PrivilegedGroups masters({kMastersGroup});
  auto review = Parse<k8s::SubjectAccessReview>(kGetPods);
  ASSERT_TRUE(ReviewSubjectAccess(masters, &review).ok());
  EXPECT_FALSE(review.status().allowed());
  review.mutable_spec()->add_groups(kMastersGroup);
  ASSERT_TRUE(ReviewSubjectAccess(masters, &review).ok());
  EXPECT_TRUE(review.status().allowed());
}

}  // namespace
}  // namespace gatehouse::authz
